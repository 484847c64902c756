"""Checks the arguments of `partition` once and freezes them as a problem in integers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from pairwise.errors import InfeasibleError, InvalidInput, did_you_mean
from pairwise.matching.partitions.problem import APART, CountRule, PartitionProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

LARGEST = 2**30
"""Units of weight that may not be exceeded."""

_MOST_UNITS = 2**61
_MOST_PEOPLE = 20_000
_WHOLE_TYPES = (int, np.int32, np.int64, np.intp)

Leftover = Literal["share", "bye"]
Size = int | tuple[int, int]


class Units(NamedTuple):
    """Weights that are integers already: int32 (n, n), APART where refused, and units in 1."""

    weights: NDArray[np.int32]
    scale: float


class Shape(NamedTuple):
    """Smallest and largest group, how many groups there may be, how many people are in none."""

    least: int
    most: int
    group_counts: tuple[int, ...]
    left_out: int


def make_problem(
    weights: ArrayLike | Units,
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
    units, scale = weights if isinstance(weights, Units) else _quantised(weights)
    n = len(units)
    shape = shape_of(n, size, leftover)
    problem = PartitionProblem(
        weights=units,
        scale=scale,
        **shape._asdict(),
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


def _quantised(weights: ArrayLike) -> Units:
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
    return Units(np.ascontiguousarray(units), scale)


def _scale(kind: str, values: NDArray[np.generic], largest: float) -> float:
    if kind in "bui":
        if largest > LARGEST:
            raise InvalidInput(f"weights: {largest:.0f} is above 2**30; divide the integers first")
        return 1.0
    if largest == 0 or (largest <= LARGEST and np.array_equal(values, np.rint(values))):
        return 1.0
    return float(2.0 ** (30 - int(np.frexp(largest)[1])))


def shape_of(n: int, size: Size, leftover: Leftover) -> Shape:
    """Return the sizes that groups of n people take; refuse those that cannot be."""
    if leftover not in ("share", "bye"):
        hint = did_you_mean(str(leftover), ("share", "bye"))
        raise InvalidInput(f'leftover={leftover!r}: must be "share" or "bye"{hint}')
    if isinstance(size, tuple):
        return _size_range(n, size)
    size = _whole("size", size, 2)
    if size > n:
        raise InfeasibleError([f"size={size}: there are only {n} people; use size={max(n, 2)}"])
    if leftover == "bye" or n % size == 0:
        return Shape(size, size, (n // size,), n % size)
    groups = max(1, int(n / size + 0.5))
    groups -= n // groups < 2
    return Shape(n // groups, -(-n // groups), (groups,), 0)


def _size_range(n: int, size: tuple[int, int]) -> Shape:
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
    return Shape(least, min(most, n), counts, 0)


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
    units = problem.common_multiple * LARGEST * n * (1 + problem.worst) * (1 + problem.coverage)
    if problem.common_multiple > 2**20 or units > _MOST_UNITS:
        raise InvalidInput(
            f"size: {problem.least} to {problem.most} is too wide a range to be exact in 64 bits;"
            " narrow it"
        )
