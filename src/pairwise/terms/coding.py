"""Codes that turn sums of minima and cosines into exact matrix products.

Levels are put in units of the scale (a power of two at least as large as its range) and on
a grid of 2**-k of it; whole levels are on it already. Sums over d columns then fit the 53
bits of a float64, so every product below is exact: no order of summation, block shape or
BLAS changes a bit. Unit vectors are put on a grid of 2**-26 for the same reason.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from pairwise import _kernel
from pairwise.terms.blocks import GRID, Array, FloatArray, Meeting

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LEVELS = 12
"""Mean number of levels per column from which elementwise minima beat a longer product."""

MOST_BUSY = 2 / 3
"""Levels above 0 of two people per step and column from which products beat bytes."""

MOST_STEPS, MOST_SUM = 255, (1 << 16) - 1
"""Steps that fit a byte, and sums of them that fit two."""

UNIT_BITS = 26
ROUNDING32 = 2.0**-24
"""Half the distance of neighbouring float32 numbers around 1."""

_PROBE = 512

Bits: TypeAlias = npt.NDArray[np.uint8]


def gamma32(operations: int) -> float:
    """Return the bound k u / (1 - k u) on the relative error of k float32 roundings [higham2002]_.

    It holds for a sum of products in any order, fused or not, relative to the sum of the
    absolute products.
    """
    return operations * ROUNDING32 / (1 - operations * ROUNDING32)


@dataclass(frozen=True)
class LevelGrid:
    """The unit and the grid on which levels of d columns and range `reach` are exact."""

    unit: float
    bits: int

    @classmethod
    def of(cls, reach: float, columns: int) -> LevelGrid:
        """Return the grid for levels from 0 to `reach` on this many columns."""
        fraction, exponent = math.frexp(reach)
        power = exponent - 1 if fraction == 0.5 else exponent
        return cls(unit=math.ldexp(1.0, power), bits=50 - columns.bit_length())

    def snapped(self, levels: npt.ArrayLike) -> FloatArray:
        """Return levels in units, on the grid: multiples of 2**-bits from 0 to 1."""
        steps = 2.0**self.bits
        return np.asarray(np.rint(np.asarray(levels) / self.unit * steps) / steps)


@dataclass(frozen=True)
class Thermometer:
    """Sums of minima as products of 0/1 codes: bit (s, t) says whether level s reaches t.

    ``min(a, b) = sum_t gap_t [a >= t] [b >= t]`` over the distinct levels t of a column, with
    gap_t the distance to the level below: one column of the product per distinct level.
    """

    column_of: npt.NDArray[np.intp]
    rank_of: npt.NDArray[np.uint8]
    gaps: FloatArray
    plain: bool

    @property
    def width(self) -> int:
        """Length of the product."""
        return len(self.gaps)

    def codes(self, ranks: Array, dtype: npt.DTypeLike) -> Array:
        """Return 0/1 codes (m, width) of ranks (m, d)."""
        if self.plain:
            return ranks.astype(dtype)
        reached: Array = ranks[:, self.column_of] >= self.rank_of
        return reached.astype(dtype)

    def weighted(self, codes: Array) -> Array:
        """Return codes times the gaps: one factor of a product must be weighted."""
        weighted: Array = codes * self.gaps.astype(codes.dtype)
        return weighted

    def sum_of_minima(self, meet: Meeting, weighted: Array, codes: Array, out: Array) -> Array:
        """Fill `out` with sums of minima, given one weighted and one plain factor."""
        return meet.product(weighted, codes, out)


@dataclass(frozen=True)
class Elementwise:
    """Sums of minima column by column, for many levels; same values, O(d) passes."""

    width: int

    def codes(self, levels: Array, dtype: npt.DTypeLike) -> Array:
        """Return the levels themselves."""
        return levels.astype(dtype)

    def weighted(self, codes: Array) -> Array:
        """Return the levels themselves."""
        return codes

    def sum_of_minima(self, meet: Meeting, left: Array, right: Array, out: Array) -> Array:
        """Fill `out` with sums of minima in the order of the columns."""
        if meet is not GRID:
            return np.sum(np.minimum(left, right), axis=1, out=out)
        columns = np.ascontiguousarray(right.T)
        work = np.empty_like(out)
        out[...] = 0
        for s, column in enumerate(columns):
            np.minimum(left[:, s, None], column, out=work)
            out += work
        return out


@dataclass(frozen=True)
class Stepwise:
    """Sums of minima of levels that are whole steps, a byte each; same values, fastest.

    Attributes
    ----------
    step : float
        Units of the scale in one step.
    width : int
        Number of columns.
    """

    step: float
    width: int

    @classmethod
    def coded(
        cls, matrices: Sequence[FloatArray], grid: LevelGrid
    ) -> tuple[Stepwise, list[Array]] | None:
        """Return the coder and the steps of two matrices (n, d).

        None if they are not small and whole, or if so many are above 0 that products are faster.

        Parameters
        ----------
        matrices : sequence of ndarray, shape (n, d)
            Levels on the grid, no NaN.
        grid : LevelGrid
        """
        for part in (slice(_PROBE), slice(None)):
            whole = [(matrix[part] * 2.0**grid.bits).astype(np.int64) for matrix in matrices]
            step = int(np.gcd.reduce([np.gcd.reduce(m, axis=None, initial=0) for m in whole]))
            most = max(int(m.max(initial=0)) for m in whole)
            if most > MOST_STEPS * step:
                return None
        width = matrices[0].shape[1]
        if step == 0 or width * (most // step) > MOST_SUM:
            return None
        busy = sum(np.count_nonzero(m) / max(len(m), 1) for m in whole)
        if busy > MOST_BUSY * width * (most // step):
            return None
        steps: list[Array] = [(m // step).astype(np.uint8) for m in whole]
        return cls(step * 2.0**-grid.bits, width), steps

    def codes(self, steps: Array, dtype: npt.DTypeLike) -> Array:  # noqa: ARG002
        """Return the steps themselves."""
        return steps

    def weighted(self, codes: Array) -> Array:
        """Return the steps themselves."""
        return codes

    def sum_of_minima(self, meet: Meeting, left: Array, right: Array, out: Array) -> Array:
        """Fill `out` with sums of minima: whole steps, so exact in float64."""
        if meet is not GRID:
            sums = np.minimum(left, right).sum(axis=1, dtype=np.int64)
            np.multiply(sums, self.step, out=out)
            return out
        scale = np.full(len(left), self.step, dtype=out.dtype)
        _kernel.sum_of_minima(left, right, scale, np.ones(len(right), dtype=out.dtype), out)
        return out

    def share_by_row(self, left: Array, right: Array, total: Array, out: Array) -> None:
        """Fill a block with sums of minima over what rows have in all."""
        share = (self.step / total).astype(out.dtype)
        _kernel.sum_of_minima(left, right, share, np.ones(len(right), dtype=out.dtype), out)

    def share_by_column(self, left: Array, right: Array, total: Array, out: Array) -> None:
        """Fill a block with sums of minima over what columns have in all."""
        share = (self.step / total).astype(out.dtype)
        _kernel.sum_of_minima(left, right, np.ones(len(left), dtype=out.dtype), share, out)


Minima: TypeAlias = Thermometer | Elementwise | Stepwise


def coded(matrices: Sequence[FloatArray]) -> tuple[Minima, list[Array]]:
    """Return the cheaper way to sum minima of these snapped levels, and their stored codes.

    Parameters
    ----------
    matrices : sequence of ndarray, shape (n, d)
        Levels on the grid, no NaN. Thermometers store ranks (uint8), the other way levels.
    """
    thresholds = _thresholds(matrices)
    if thresholds is None:
        return Elementwise(matrices[0].shape[1]), list(matrices)
    ranks = [np.empty(matrix.shape, np.uint8) for matrix in matrices]
    for s, levels in enumerate(thresholds):
        for matrix, rank in zip(matrices, ranks, strict=True):
            rank[:, s] = np.searchsorted(levels, matrix[:, s], side="right")
    counts = [len(levels) for levels in thresholds]
    coder = Thermometer(
        column_of=np.repeat(np.arange(len(counts)), counts),
        rank_of=np.concatenate([np.arange(1, k + 1, dtype=np.uint8) for k in counts]),
        gaps=np.concatenate([np.diff(levels, prepend=0.0) for levels in thresholds]),
        plain=set(counts) == {1},
    )
    return coder, list(ranks)


def _thresholds(matrices: Sequence[FloatArray]) -> list[FloatArray] | None:
    limit = MOST_LEVELS * matrices[0].shape[1]
    if sum(len(t) for t in _distinct([matrix[:_PROBE] for matrix in matrices])) > limit:
        return None
    found = _distinct(matrices)
    if not any(map(len, found)):
        found[0] = np.ones(1)  # a product must have a length, or unknown rows would not show
    widest = max(map(len, found))
    return found if sum(map(len, found)) <= limit and widest < 256 else None


def _distinct(matrices: Sequence[FloatArray]) -> list[FloatArray]:
    """Return the positive levels of each column up to the smallest of the matrices' maxima."""
    found = []
    for s in range(matrices[0].shape[1]):
        columns = [np.unique(matrix[:, s]) for matrix in matrices]
        top = min((column[-1] for column in columns if column.size), default=0.0)
        levels = np.unique(np.concatenate(columns))
        found.append(levels[(levels > 0) & (levels <= top)])
    return found


def unit_grid(vectors: FloatArray) -> npt.NDArray[np.int32]:
    """Return rows scaled to length 1, as integers of 2**-26; zero rows stay zero, NaN counts 0.

    Lengths never exceed 1, so a product of two rows is at most 1. Norms are summed in the
    order of the columns: the same integers on every machine.
    """
    known = np.nan_to_num(vectors, nan=0.0)
    largest = np.abs(known).max(axis=1, initial=0.0)
    scaled = known / np.where(largest > 0, largest, 1.0)[:, None]
    squares = np.zeros(len(known))
    for column in scaled.T:
        squares += column * column
    lengths = np.sqrt(np.where(squares > 0, squares, 1.0))
    steps = np.rint(scaled / lengths[:, None] * 2.0**UNIT_BITS).astype(np.int64)
    _shorten(steps)
    return steps.astype(np.int32)


def _shorten(steps: npt.NDArray[np.int64]) -> None:
    """Take single steps off the largest entry of rows that rounding made longer than 1."""
    longest = 1 << (2 * UNIT_BITS)
    rows = np.flatnonzero((steps * steps).sum(axis=1) > longest)
    while rows.size:
        largest = np.abs(steps[rows]).argmax(axis=1)
        steps[rows, largest] -= np.sign(steps[rows, largest])
        rows = rows[(steps[rows] ** 2).sum(axis=1) > longest]


def from_unit_grid(steps: npt.NDArray[np.int32], dtype: npt.DTypeLike) -> Array:
    """Return unit vectors of the dtype; exact in float64."""
    units = steps.astype(dtype)
    units *= 2.0**-UNIT_BITS
    return units
