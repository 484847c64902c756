"""Novelty: new faces first; who met lately waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput
from pairwise.terms.base import BoundTerm, Term
from pairwise.terms.blocks import GRID, FloatArray, IndexArray, positions
from pairwise.terms.coding import gamma32
from pairwise.terms.wishes import columns_of
from pairwise.terms.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pairwise.participants import Id, Participants
    from pairwise.terms.blocks import Array, Index, Meeting, Side


class PastMeetings(NamedTuple):
    """Meetings of the past, one entry per pair and round.

    Attributes
    ----------
    i, j : ndarray of int, shape (m,)
        Positions of the two.
    apart : ndarray of int, shape (m,)
        Rounds held since; 0 is the last round.
    """

    i: IndexArray
    j: IndexArray
    apart: npt.NDArray[np.int64]


class Memory(Protocol):
    """What remembers who met whom: a `History`, or an object of yours."""

    def meetings(self, ids: Sequence[Id]) -> PastMeetings:
        """Return the meetings among these people, by position in `ids`."""

    def not_again(self, ids: Sequence[Id]) -> tuple[IndexArray, IndexArray]:
        """Return the pairs of whom one said "never again", by position in `ids`."""


@dataclass(frozen=True)
class Novelty(Term):
    """How new two people are to each other: 1 when they never met, less the later they did.

    A meeting that lies `apart` rounds back (0: the last round) leaves
    ``1 - 2 ** (-apart / half_life)``; several meetings multiply. So two who met in the last
    round are worth 0, and after `half_life` rounds half of the novelty has come back.

    Parameters
    ----------
    history : History
        Who met whom, or any object with its methods `meetings` and `not_again`.
    half_life : float
        Rounds, > 0; ``inf`` never recovers: 1 for strangers, 0 for all others.

    Raises
    ------
    InvalidInput
        `half_life` is not above 0; when bound: the history knows other people only.

    Notes
    -----
    Memory O(meetings), cost per block its size plus the meetings of its people. Reported
    meetings count; a pair that says it did not meet is as new as before.

    Examples
    --------
    >>> import pairwise as pw
    >>> history = pw.History().with_round([("ann", "bob")]).with_round([("ann", "cy")])
    >>> people = pw.Participants(["ann", "bob", "cy"])
    >>> pw.Novelty(history, half_life=1).bind(people).block([0], [1, 2])
    array([[0.5, 0. ]])
    """

    history: Memory
    half_life: float = 4.0

    def __post_init__(self) -> None:
        if not self.half_life > 0:
            raise InvalidInput(
                f"Novelty(half_life={self.half_life!r}): must be > 0 rounds; inf never recovers"
            )

    @property
    def name(self) -> str:
        """``novelty``."""
        return "novelty"

    def bind(self, people: Participants) -> BoundTerm:
        """Return the term's values among these people; cost O(n + meetings)."""
        met = self.history.meetings(people.ids)
        return _BoundNovelty.of(self.name, len(people), met, self.half_life)


class _Mates(NamedTuple):
    """People, and one after the other: whose entry, whom they met, what that leaves."""

    people: IndexArray
    whose: IndexArray
    mate: IndexArray
    value: FloatArray


@dataclass(frozen=True)
class _BoundNovelty(BoundTerm):
    """`keys` are sorted ``i * n + j`` both ways; `start` is where the entries of i begin."""

    name: str
    n: int
    keys: npt.NDArray[np.int64]
    value: FloatArray
    times: npt.NDArray[np.int64]
    latest: npt.NDArray[np.int64]
    start: IndexArray
    may_be_unknown: bool = False

    @classmethod
    def of(cls, name: str, n: int, met: PastMeetings, half_life: float) -> _BoundNovelty:
        order = np.lexsort((met.apart, met.j, met.i))
        i, j = met.i[order].astype(np.int64), met.j[order].astype(np.int64)
        apart = np.tile(met.apart[order], 2)
        keys, place = np.unique(np.concatenate([i * n + j, j * n + i]), return_inverse=True)
        value, latest = np.ones(len(keys)), np.full(len(keys), np.iinfo(np.int64).max)
        np.multiply.at(value, place, 1.0 - np.exp2(-apart / half_life))
        np.minimum.at(latest, place, apart)
        times = np.bincount(place, minlength=len(keys)).astype(np.int64)
        start = np.searchsorted(keys, np.arange(n + 1, dtype=np.int64) * n).astype(np.intp)
        return cls(name, n, keys, value, times, latest, start)

    def side(self, index: Index, dtype: npt.DTypeLike) -> _Mates:  # noqa: ARG002
        people = positions(index)
        counts = self.start[people + 1] - self.start[people]
        whose = np.repeat(np.arange(people.size, dtype=np.intp), counts)
        first = np.repeat(self.start[people] - (np.cumsum(counts) - counts), counts)
        entry = first + np.arange(whose.size)
        mate = (self.keys[entry] % max(1, self.n)).astype(np.intp)
        return _Mates(people, whose, mate, self.value[entry])

    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        if meet is not GRID:
            out[...] = self._of_pairs(left.people, right.people)
            return
        out[...] = 1
        column, entry = columns_of(left.mate, right.people)
        out[left.whose[entry], column] = left.value[entry]

    def _of_pairs(self, i: IndexArray, j: IndexArray) -> FloatArray:
        found, entry = self._entries(i, j)
        return np.where(found, self.value[entry], 1.0) if self.keys.size else np.ones(len(i))

    def _entries(self, i: IndexArray, j: IndexArray) -> tuple[npt.NDArray[np.bool_], IndexArray]:
        wanted = i.astype(np.int64) * self.n + j
        entry = np.minimum(np.searchsorted(self.keys, wanted), max(0, self.keys.size - 1))
        return (self.keys[entry] == wanted if self.keys.size else wanted < 0), entry

    @property
    def error32(self) -> float:
        """Values are rounded."""
        return gamma32(1)

    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return how often the two met, and when."""
        found, entry = self._entries(np.array([i], np.intp), np.array([j], np.intp))
        if not found[0]:
            return f"{names[0]} and {names[1]} have not met yet"
        times, apart = int(self.times[entry[0]]), int(self.latest[entry[0]])
        when = "in the last round" if apart == 0 else f"{counted(apart, 'round')} before the last"
        often = "met" if times == 1 else f"met {times} times, most recently"
        return f"{names[0]} and {names[1]} {often} {when}"
