"""The partition problem: checked once, in integers, ready for the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from pairwise import _kernel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

APART = int(np.iinfo(np.int32).min)
"""The weight of two who may not share a group."""


@dataclass(frozen=True, eq=False)
class CountRule:
    """How many of certain people one group may hold.

    Parameters
    ----------
    counted : bool array (n,)
        The people who count.
    at_least, at_most : int
        Bounds on how many of them a group holds; `at_most` None: as many as fit.
    none : bool
        A group may also hold none of them: with ``at_least=2`` nobody is the only one.
    name : str
        What messages call it.
    """

    counted: ArrayLike
    at_least: int = 0
    at_most: int | None = None
    none: bool = False
    name: str = "count"

    def excess(self, most: int) -> NDArray[np.int32]:
        """Return by how much a group with 0 ... `most` of them breaks the rule; (most + 1,)."""
        count = np.arange(most + 1)
        high = most if self.at_most is None else self.at_most
        over = np.maximum(self.at_least - count, 0) + np.maximum(count - high, 0)
        if self.none:
            over[0] = 0
        excess: NDArray[np.int32] = over.astype(np.int32)
        return excess


@dataclass(frozen=True, eq=False)
class PartitionProblem:
    """Who may share a group and what groups are worth, in integers.

    Attributes
    ----------
    weights : int32 array (n, n)
        Units of 1 / `scale`; ``APART`` where two may not share a group.
    scale : float
        Units in a weight of 1.
    least, most : int
        Group sizes.
    group_counts : tuple of int
        How many groups there may be.
    left_out : int
        How many people are in no group.
    unit : int32 array (n,)
        Equal where people must be together.
    counts, slots, common, offers, needs, coverage, worst
        As `partition` takes them.
    """

    weights: NDArray[np.int32]
    scale: float
    least: int
    most: int
    group_counts: tuple[int, ...]
    left_out: int
    unit: NDArray[np.int32]
    counts: tuple[CountRule, ...] = ()
    slots: NDArray[np.bool_] | None = None
    common: int = 0
    offers: NDArray[np.uint8] | None = None
    needs: NDArray[np.uint8] | None = None
    coverage: float = 0.0
    worst: float = 0.0

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.weights)

    @property
    def sizes(self) -> range:
        """Group sizes allowed."""
        return range(self.least, self.most + 1)

    @cached_property
    def common_multiple(self) -> int:
        """Units of worth in a unit of weight."""
        return lcm(*(size - 1 for size in self.sizes))

    @property
    def step(self) -> float:
        """What one unit of worth is worth in weights."""
        return 1.0 / (self.scale * self.common_multiple)

    @cached_property
    def factor(self) -> NDArray[np.int64]:
        """Worth of one unit of pair sum by group size; (most + 1,)."""
        factor = np.zeros(self.most + 1, dtype=np.int64)
        for size in self.sizes:
            factor[size] = self.common_multiple // (size - 1)
        return factor

    @cached_property
    def level(self) -> NDArray[np.int64]:
        """How often the worth of the worst group counts again, by size; empty: not at all."""
        if not self.worst:
            return np.empty(0, dtype=np.int64)
        sizes = np.maximum(np.arange(self.most + 1), 1)
        return np.rint(self.worst * self.n / sizes).astype(np.int64)

    @cached_property
    def cover_unit(self) -> NDArray[np.int64]:
        """Worth of one level that somebody seeks and finds; (n,)."""
        assert self.needs is not None  # noqa: S101
        total = np.maximum(self.needs.sum(axis=1, dtype=np.int64), 1)
        worth = 0.5 * self.coverage * self.scale * self.common_multiple
        unit: NDArray[np.int64] = np.floor(worth / total).astype(np.int64)
        return unit

    @cached_property
    def kernel(self) -> _kernel.Partitioner:
        """The compiled side, holding the same arrays."""
        kernel = _kernel.Partitioner(
            self.weights, self.least, self.most, self.factor, self.level, self.unit
        )
        for rule in self.counts:
            counted = np.asarray(rule.counted, dtype=bool).astype(np.uint8)
            kernel.add_count(counted, rule.excess(self.most))
        if self.slots is not None and self.common:
            kernel.set_slots(_packed(self.slots), self.common)
        if self.offers is not None and self.needs is not None and self.coverage:
            kernel.set_coverage(self.offers, self.needs, self.cover_unit)
        return kernel

    @property
    def fixed_counts(self) -> dict[int, int] | None:
        """How many groups there are of each size, where that is settled."""
        if len(self.group_counts) != 1:
            return None
        groups, placed = self.group_counts[0], self.n - self.left_out
        if self.most - self.least > 1:
            return None
        larger = placed - groups * self.least if self.most > self.least else 0
        counts = {self.least: groups - larger, self.most: larger}
        if self.least == self.most:
            counts = {self.least: groups}
        return {size: count for size, count in counts.items() if count}

    def pair_sum(self, groups: Iterable[Sequence[int]]) -> int:
        """Return the sum of the weights of all pairs inside groups, in units of weight."""
        total = 0
        for group in groups:
            block = self.weights[np.ix_(group, group)].astype(np.int64)
            total += int(np.triu(block, 1).sum())
        return total

    def worth(self, group: Sequence[int]) -> int:
        """Return what a group is worth, in units of `step`: its pairs, and what it covers."""
        return int(self.factor[len(group)]) * self.pair_sum([group]) + self._covered(group)

    def value(self, groups: Sequence[Sequence[int]]) -> int:
        """Return what a partition is worth, in units of `step`."""
        worth = [self.worth(group) for group in groups]
        least = 0
        if self.worst and groups:
            levels = [int(self.level[len(g)]) * w for g, w in zip(groups, worth, strict=True)]
            least = min(levels)
        return sum(worth) + least

    def _covered(self, group: Sequence[int]) -> int:
        if self.offers is None or self.needs is None or not self.coverage:
            return 0
        total = 0
        for i in group:
            others = [j for j in group if j != i]
            met = np.minimum(self.needs[i], self.offers[others].max(axis=0))
            total += int(self.cover_unit[i]) * int(met.sum(dtype=np.int64))
        return total

    def broken(self, groups: Sequence[Sequence[int]]) -> list[str]:
        """Return a sentence for every rule that a partition breaks."""
        false = [sentence for group in groups for sentence in self._broken_by(sorted(group))]
        return list(dict.fromkeys(false))

    def _broken_by(self, group: Sequence[int]) -> list[str]:
        block = self.weights[np.ix_(group, group)]
        false = [
            f"{group[a]} and {group[b]} share a group and may not"
            for a, b in np.argwhere(np.triu(block == APART, 1)).tolist()
        ]
        if not self.least <= len(group) <= self.most:
            false.append(f"group {group} has {len(group)} people")
        for rule in self.counts:
            count = int(np.asarray(rule.counted, dtype=bool)[list(group)].sum())
            if rule.excess(self.most)[min(count, self.most)]:
                false.append(f"group {group} holds {count} of {rule.name}")
        if self.slots is not None and self.common:
            shared = int(self.slots[list(group)].all(axis=0).sum())
            if shared < self.common:
                false.append(f"group {group} has {shared} slots in common, needs {self.common}")
        inside = set(group)
        for i in group:
            torn = set(np.flatnonzero(self.unit == self.unit[i]).tolist()) - inside
            pairs = [sorted((i, j)) for j in sorted(torn)]
            false += [f"{a} and {b} must be together and are apart" for a, b in pairs]
        return false


def _packed(slots: NDArray[np.bool_]) -> NDArray[np.uint64]:
    words = -(-slots.shape[1] // 64)
    padded = np.zeros((len(slots), words * 64), dtype=np.uint8)
    padded[:, : slots.shape[1]] = slots
    return np.packbits(padded, axis=1, bitorder="little").view(np.uint64)
