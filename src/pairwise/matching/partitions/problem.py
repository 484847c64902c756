"""The partition problem: checked once, in integers, ready for the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING, Literal

import numpy as np

from pairwise import _kernel
from pairwise.errors import InfeasibleError, InvalidInput, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

APART = int(np.iinfo(np.int32).min)
_LARGEST = 2**30
_MOST_UNITS = 2**61
_MOST_PEOPLE = 20_000
_WHOLE_TYPES = (int, np.int32, np.int64, np.intp)

Leftover = Literal["share", "bye"]
Size = int | tuple[int, int]


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
        return [sentence for group in groups for sentence in self._broken_by(sorted(group))]

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
            false += [f"{i} and {j} must be together and are apart" for j in sorted(torn) if i < j]
        return false


def _packed(slots: NDArray[np.bool_]) -> NDArray[np.uint64]:
    words = -(-slots.shape[1] // 64)
    padded = np.zeros((len(slots), words * 64), dtype=np.uint8)
    padded[:, : slots.shape[1]] = slots
    return np.packbits(padded, axis=1, bitorder="little").view(np.uint64)


def make_problem(
    weights: ArrayLike,
    size: Size,
    *,
    together: Iterable[Sequence[int]],
    counts: Iterable[CountRule],
    slots: ArrayLike | None,
    common: int,
    offers: ArrayLike | None,
    needs: ArrayLike | None,
    coverage: float,
    worst: float,
    leftover: Leftover,
) -> PartitionProblem:
    """Check the arguments of `partition` and freeze them; see there."""
    units, scale = _quantised(weights)
    n = len(units)
    least, most, group_counts, left_out = _sizes(n, size, leftover)
    problem = PartitionProblem(
        weights=units,
        scale=scale,
        least=least,
        most=most,
        group_counts=group_counts,
        left_out=left_out,
        unit=_units(n, together),
        counts=tuple(counts),
        slots=None if slots is None else _slots(slots, n),
        common=_whole("common", common, 0),
        offers=None if offers is None else _levels("offers", offers, n),
        needs=None if needs is None else _levels("needs", needs, n),
        coverage=_nonnegative("coverage", coverage),
        worst=_nonnegative("worst", worst),
    )
    _check(problem)
    return problem


def _quantised(weights: ArrayLike) -> tuple[NDArray[np.int32], float]:
    array = np.asarray(weights)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise InvalidInput(f"weights: must be a square matrix, has shape {array.shape}")
    if array.dtype.kind not in "buif":
        raise InvalidInput(f"weights: must hold numbers, has {array.dtype}")
    if len(array) > _MOST_PEOPLE:
        raise InvalidInput(f"weights: {len(array):,} people; the limit is {_MOST_PEOPLE:,}")
    allowed = ~(np.isnan(array) | np.isneginf(array)) if array.dtype.kind == "f" else None
    values = array if allowed is None else np.where(allowed, array, 0)
    strange = np.argwhere(values != values.T)
    if len(strange) or (allowed is not None and not np.array_equal(allowed, allowed.T)):
        i, j = strange[0].tolist() if len(strange) else (0, 0)
        raise InvalidInput(
            f"weights[{i}, {j}]: must be symmetric; decide how the two directions become one,"
            " for example (w + w.T) / 2"
        )
    off = ~np.eye(len(array), dtype=bool)
    largest = float(np.abs(values[off]).max(initial=0.0))
    if not np.isfinite(largest):
        raise InvalidInput("weights: +inf is no weight; use together= for people who must meet")
    scale = _scale(array.dtype.kind, values, largest)
    units: NDArray[np.int32] = np.rint(values * scale if scale != 1 else values).astype(np.int32)
    if allowed is not None:
        units[~allowed] = APART
    np.fill_diagonal(units, 0)
    return np.ascontiguousarray(units), scale


def _scale(kind: str, values: NDArray[np.generic], largest: float) -> float:
    if kind in "bui":
        if largest > _LARGEST:
            raise InvalidInput(f"weights: {largest:.0f} is above 2**30; divide the integers first")
        return 1.0
    if largest == 0 or (largest <= _LARGEST and np.array_equal(values, np.rint(values))):
        return 1.0
    return float(2.0 ** (30 - int(np.frexp(largest)[1])))


def _sizes(n: int, size: Size, leftover: Leftover) -> tuple[int, int, tuple[int, ...], int]:
    if leftover not in ("share", "bye"):
        hint = did_you_mean(str(leftover), ("share", "bye"))
        raise InvalidInput(f'leftover={leftover!r}: must be "share" or "bye"{hint}')
    if isinstance(size, tuple):
        return _size_range(n, size)
    size = _whole("size", size, 2)
    if size > n:
        raise InfeasibleError([f"size={size}: there are only {n} people; use size={max(n, 2)}"])
    if leftover == "bye" or n % size == 0:
        return size, size, (n // size,), n % size
    groups = max(1, int(n / size + 0.5))
    groups -= n // groups < 2
    return n // groups, -(-n // groups), (groups,), 0


def _size_range(n: int, size: tuple[int, int]) -> tuple[int, int, tuple[int, ...], int]:
    if len(size) != 2:
        raise InvalidInput(f"size={size!r}: must be one size or (smallest, largest)")
    least, most = _whole("size[0]", size[0], 2), _whole("size[1]", size[1], 2)
    if most < least:
        raise InvalidInput(f"size={size!r}: must be (smallest, largest)")
    counts = tuple(m for m in range(-(-n // most), n // least + 1) if m)
    if not counts:
        raise InfeasibleError(
            [
                f"size={size!r}: {n} people cannot be split into groups of {least} to {most};"
                " widen the range"
            ]
        )
    return least, min(most, n), counts, 0


def _units(n: int, together: Iterable[Sequence[int]]) -> NDArray[np.int32]:
    unit = np.arange(n, dtype=np.int32)
    for group in together:
        members = np.asarray(group)
        if len(members) and (int(members.min()) < 0 or int(members.max()) >= n):
            raise InvalidInput(f"together: {list(group)}: must be indices 0 to {n - 1}")
        joined = np.isin(unit, unit[members])
        unit[joined] = unit[joined].min()
    return unit


def _slots(slots: ArrayLike, n: int) -> NDArray[np.bool_]:
    array = np.asarray(slots, dtype=bool)
    if array.ndim != 2 or len(array) != n:
        raise InvalidInput(f"slots: must have shape ({n}, s), has {array.shape}")
    return array


def _levels(name: str, values: ArrayLike, n: int) -> NDArray[np.uint8]:
    array = np.asarray(values)
    if array.ndim != 2 or len(array) != n:
        raise InvalidInput(f"{name}: must have shape ({n}, d), has {array.shape}")
    levels = np.rint(array).astype(np.uint8)
    if not np.array_equal(levels, array):
        raise InvalidInput(f"{name}: must hold whole levels from 0 to 255")
    return np.ascontiguousarray(levels)


def _whole(name: str, value: int, least: int) -> int:
    if type(value) not in _WHOLE_TYPES or value < least:
        raise InvalidInput(f"{name}={value!r}: must be a whole number >= {least}")
    return int(value)


def _nonnegative(name: str, value: float) -> float:
    if not 0 <= value < np.inf:
        raise InvalidInput(f"{name}={value!r}: must be a number >= 0")
    return float(value)


def _check(problem: PartitionProblem) -> None:
    n = problem.n
    for rule in problem.counts:
        if np.shape(rule.counted) != (n,):
            raise InvalidInput(f"counts: {rule.name}: must count ({n},) people")
    if problem.coverage and (problem.offers is None or problem.needs is None):
        raise InvalidInput("coverage: needs offers= and needs=, the levels of each person")
    if problem.common and problem.slots is None:
        raise InvalidInput("common: needs slots=, when each person is free")
    units = problem.common_multiple * _LARGEST * n * (1 + problem.worst) * (1 + problem.coverage)
    if problem.common_multiple > 2**20 or units > _MOST_UNITS:
        raise InvalidInput(
            f"size: {problem.least} to {problem.most} is too wide a range to be exact in 64 bits;"
            " narrow it"
        )
