"""A pass over all pairs of some people, cut into tasks that run side by side.

The best pairs of a person are those of largest key, among equals those of the partner who comes
next after the person, the first after the last. That depends neither on the order in which blocks
are scored nor on who scores them, so neither does the answer.
"""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise import _kernel
from pairwise.matching.certificate import upper_blocks
from pairwise.matching.pricing.blas import ONE_BLAS_THREAD
from pairwise.matching.pricing.shipping import unpacked
from pairwise.matching.pricing.weights import BLOCK, Ints

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pairwise.matching.pricing.potentials import Potentials

People = slice | Ints
Tile = tuple[slice, slice]

GROUP = 8 * BLOCK
"""People of a group; a task for another process is all pairs within one or between two."""

CORES = os.cpu_count() or 1


@dataclass(frozen=True)
class Task:
    """Blocks to be scored among one or two groups of people.

    Attributes
    ----------
    groups : tuple of (slice or int array)
        Who they are; the second group comes after the first.
    potentials : Potentials
        What is taken off the scores of the m of them.
    slots : int
        Pairs kept for each.
    tiles : iterable of (rows, columns)
        Places among the m, ascending, each within one group.
    """

    groups: tuple[People, ...]
    potentials: Potentials
    slots: int
    tiles: Iterable[Tile]

    def people_at(self, span: slice) -> People:
        """Return who stands at some places."""
        first = _length(self.groups[0])
        if span.start < first:
            return _part(self.groups[0], span)
        return _part(self.groups[1], slice(span.start - first, span.stop - first))


def collect(shipment: Any, task: Task) -> _kernel.CandidatePool:
    """Keep the best pairs of everybody over the blocks of a task: what executors run."""
    weights = unpacked(shipment)
    potentials = task.potentials
    pool, sets = _kernel.CandidatePool(potentials.n, task.slots), potentials.of_sets()
    with ONE_BLAS_THREAD:
        for rows, columns in task.tiles:
            block = weights.float32_block(task.people_at(rows), task.people_at(columns))
            pool.offer_block(block, rows.start, columns.start, potentials.own, sets)
    return pool


class SharedTasks:
    """A pass by threads: each takes the next block when it is free, and keeps one pool."""

    def __init__(self, people: People, potentials: Potentials, slots: int) -> None:
        self._tiles = deque(upper_blocks(potentials.n, BLOCK))
        self._count = len(self._tiles)
        everybody = np.arange(potentials.n, dtype=np.int32)
        task = Task((people,), potentials, slots, _Taking(self._tiles))
        self.tasks = [(task, everybody)] * min(CORES, self._count)

    def share(self, running: int) -> float:  # noqa: ARG002
        """Return the share of blocks that were taken."""
        return 1 - len(self._tiles) / self._count

    def stop(self) -> None:
        """Let tasks end after the block they are at."""
        self._tiles.clear()


class SeparateTasks:
    """A pass by processes: all pairs of one group or between two, small enough to be spread."""

    def __init__(self, people: People, potentials: Potentials, slots: int) -> None:
        n = potentials.n
        groups = [slice(k, min(k + GROUP, n)) for k in range(0, n, GROUP)]
        pairs = [(a, b) for a in range(len(groups)) for b in range(a, len(groups))]
        self.tasks: list[tuple[Task, Ints]] = []
        for a, b in pairs:
            spans = [groups[k] for k in sorted({a, b})]
            places = np.concatenate([np.arange(s.start, s.stop, dtype=np.int32) for s in spans])
            parts = tuple(_part(people, span) for span in spans)
            tiles = _tiles_of([_length(part) for part in parts])
            self.tasks.append((Task(parts, potentials.among(places), slots, tiles), places))

    def share(self, running: int) -> float:
        """Return the share of tasks that are done."""
        return 1 - running / len(self.tasks)

    def stop(self) -> None:
        """Leave running tasks alone: nobody can reach them."""


def _tiles_of(lengths: list[int]) -> list[Tile]:
    """Return the blocks within one group, or between two."""
    if len(lengths) == 1:
        return list(upper_blocks(lengths[0], BLOCK))
    first, both = lengths[0], sum(lengths)
    return [
        (slice(row, min(row + BLOCK, first)), slice(column, min(column + BLOCK, both)))
        for row in range(0, first, BLOCK)
        for column in range(first, both, BLOCK)
    ]


@dataclass(frozen=True)
class _Taking:
    """Iterates over a queue that several threads empty together."""

    tiles: deque[Tile]

    def __iter__(self) -> Iterator[Tile]:
        while True:
            try:
                yield self.tiles.popleft()
            except IndexError:
                return


def _length(people: People) -> int:
    return people.stop - people.start if isinstance(people, slice) else len(people)


def _part(people: People, span: slice) -> People:
    if isinstance(people, slice):
        return slice(people.start + span.start, people.start + span.stop)
    return people[span]
