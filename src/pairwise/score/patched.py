"""Blocks of a population in which a few people left something out.

Unknown answers make blocks several times dearer. So a block is first filled as if everybody
had answered, and then the rows and columns of the few who have not are filled with care.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pairwise.score.weighted import WeightedTerms
from pairwise.terms.blocks import (
    checked_dtype,
    checked_index,
    fill_block,
    length,
    positions,
    prepared,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pairwise.terms.base import BoundTerm
    from pairwise.terms.blocks import Array, Index, IndexLike

WORTHWHILE = 0.5
"""Most incomplete rows plus incomplete columns, as shares, for which patching pays."""


@dataclass(frozen=True)
class PatchedTerms:
    """Weighted terms with a fast path among the people of whom everything is known.

    Attributes
    ----------
    careful : WeightedTerms
        Right for everybody.
    quick : WeightedTerms or None
        Right, with the same bits in float64, among complete people; None when all are complete
        or too few.
    incomplete : ndarray, shape (n,), bool
        People of whom something is unknown.
    """

    careful: WeightedTerms
    quick: WeightedTerms | None
    incomplete: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, terms: Sequence[BoundTerm], weights: Sequence[float]) -> PatchedTerms:
        """Return the weighted terms, with the fast path when it pays."""
        careful = WeightedTerms.of(terms, weights)
        incomplete = np.zeros(careful.n, bool)
        for term in careful.terms:
            incomplete |= ~term.complete
        if not incomplete.any() or 2 * incomplete.mean() > WORTHWHILE:
            return cls(careful, None, incomplete)
        quick = WeightedTerms.of([term.among_complete() for term in terms], weights)
        return cls(careful, quick, incomplete)

    def block(
        self, rows: IndexLike, cols: IndexLike, dtype: npt.DTypeLike, out: Array | None
    ) -> Array:
        """Return the scores of everybody in `rows` with everybody in `cols`."""
        if self.quick is None:
            return fill_block(self.careful, rows, cols, dtype, out)
        dtype = checked_dtype(dtype)
        n = self.careful.n
        left, right = checked_index(rows, n, "rows"), checked_index(cols, n, "cols")
        out = prepared(out, (length(left), length(right)), dtype)
        top, side = self._places(left), self._places(right)
        if top.size * length(right) + side.size * length(left) > WORTHWHILE * out.size:
            return fill_block(self.careful, left, right, dtype, out)
        fill_block(self.quick, left, right, dtype, out)
        if top.size:
            out[top] = fill_block(self.careful, positions(left)[top], right, dtype)
        if side.size:
            out[:, side] = fill_block(self.careful, left, positions(right)[side], dtype)
        return out

    def _places(self, index: Index) -> npt.NDArray[np.intp]:
        """Return the places of incomplete people in an index."""
        return np.flatnonzero(self.incomplete[index])

    @property
    def error32(self) -> float:
        """Rigorous bound on the difference between float32 and float64 scores."""
        careful = self.careful.error32
        return careful if self.quick is None else max(careful, self.quick.error32)
