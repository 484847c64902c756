"""Vector features as the codes that terms on levels share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput, quoted

if TYPE_CHECKING:
    from pairwise.participants import VectorFeature
    from pairwise.terms.blocks import Array, FloatArray, Index
    from pairwise.terms.coding import LevelGrid, Minima


@dataclass(frozen=True)
class Known:
    """Which answers of a vector are known: per answer, or per person when rows are whole.

    Attributes
    ----------
    mask : ndarray, shape (n, d), bool, or None
        Known answers; None when every person answered all or nothing.
    nobody : ndarray, shape (n,), bool, or None
        People without any answer; None when there are none, or when `mask` says it.
    """

    mask: npt.NDArray[np.bool_] | None
    nobody: npt.NDArray[np.bool_] | None

    @classmethod
    def of(cls, values: FloatArray) -> Known:
        """Return what is known of values (n, d), NaN unknown."""
        known: npt.NDArray[np.bool_] = ~np.isnan(values)
        answered, complete = np.any(known, axis=1), np.asarray(np.all(known, axis=1))
        if np.any(answered & ~complete):
            return cls(known, None)
        return cls(None, None if complete.all() else ~complete)

    def complete(self, n: int) -> npt.NDArray[np.bool_]:
        """Return who answered everything, shape (n,)."""
        if self.mask is not None:
            return np.asarray(np.all(self.mask, axis=1))
        return np.ones(n, bool) if self.nobody is None else ~self.nobody

    @property
    def all(self) -> bool:
        """Whether nothing is unknown."""
        return self.mask is None and self.nobody is None

    def marks(self, index: Index, dtype: npt.DTypeLike) -> Array | None:
        """Return 1 for known and 0 for unknown answers of some people, or None."""
        return None if self.mask is None else self.mask[index].astype(dtype)

    def blank(self, index: Index, codes: Array) -> Array:
        """Make the rows of people without answers NaN: so are then all their products."""
        if self.nobody is not None:
            codes[self.nobody[index]] = np.nan
        return codes


EVERYTHING = Known(None, None)


def reach_of(feature: VectorFeature, name: str) -> float:
    """Return the range of a vector's scale; refuse one that floats cannot hold."""
    reach = feature.high - feature.low
    if not np.isfinite(reach) or reach <= 0:
        raise InvalidInput(
            f"{quoted(name)} has a scale from {feature.low:g} to {feature.high:g}: its range must"
            " be a positive, finite number; rescale it"
        )
    return float(reach)


def snapped(feature: VectorFeature, grid: LevelGrid) -> FloatArray:
    """Return the levels on the grid, shape (n, d); unknown answers count 0."""
    return grid.snapped(np.nan_to_num(feature.levels, nan=0.0))


@dataclass(frozen=True)
class CodedLevels:
    """Levels of one feature, coded for sums of minima.

    Attributes
    ----------
    coder : Thermometer or Elementwise
    stored : ndarray, shape (n, d)
        Ranks or levels, as the coder wants them.
    sums : ndarray, shape (n,)
        Sum of each person's known levels, in units of the grid.
    levels : ndarray, shape (n, d), or None
        The levels themselves, kept for sums over the dimensions that somebody else answered.
    known : Known
    """

    coder: Minima
    stored: Array
    sums: FloatArray
    levels: FloatArray | None
    known: Known

    @classmethod
    def of(
        cls, coder: Minima, stored: Array, levels: FloatArray, known: Known, *, keep: bool
    ) -> CodedLevels:
        """Return coded levels; `keep` says whether the levels themselves are needed."""
        return cls(coder, stored, levels.sum(axis=1), levels if keep else None, known)

    def among_complete(self) -> CodedLevels:
        """Return the same codes without care for unknown answers."""
        return replace(self, known=EVERYTHING, levels=None)

    def kept(self, index: Index, dtype: npt.DTypeLike) -> Array | None:
        """Return the levels of some people, None when they are not kept."""
        return None if self.levels is None else self.levels[index].astype(dtype)

    def codes(self, index: Index, dtype: npt.DTypeLike) -> Array:
        """Return the codes of some people; NaN rows for people without answers."""
        return self.known.blank(index, self.coder.codes(self.stored[index], dtype))
