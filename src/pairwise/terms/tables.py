"""A matrix of mentors by mentees as a term: rows and columns are found by id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput
from pairwise.participants.ids import checked_ids
from pairwise.terms.base import BoundTerm
from pairwise.terms.blocks import GRID, IndexArray, positions
from pairwise.terms.coding import gamma32
from pairwise.terms.reciprocity import Reciprocity, combine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pairwise.participants import Id, Participants
    from pairwise.terms.blocks import Array, FloatArray, Index, Meeting, Side


def named_ids(name: str, axis: str, ids: Iterable[Id], size: int) -> tuple[Id, ...]:
    """Return the ids of one axis of a matrix; refuse another number of them."""
    checked = checked_ids(ids)
    if len(checked) != size:
        raise InvalidInput(f"{name}: the matrix has {size:,} {axis} for {len(checked):,} ids")
    return checked


@dataclass(frozen=True)
class BoundTable(BoundTerm):
    """Values by the place of people among rows and columns; the border of `matrix` is NaN."""

    name: str
    n: int
    matrix: FloatArray
    row_at: IndexArray
    col_at: IndexArray
    reciprocity: Reciprocity

    may_be_unknown = True

    @classmethod
    def of(
        cls,
        name: str,
        people: Participants,
        matrix: FloatArray,
        axes: tuple[tuple[Id, ...], tuple[Id, ...]],
        reciprocity: Reciprocity,
    ) -> BoundTable:
        """Find the people's places; ids of nobody here are passed over."""
        places = []
        for ids in axes:
            at = {who: k for k, who in enumerate(ids)}
            places.append(np.array([at.get(who, -1) for who in people.ids], dtype=np.intp))
        bordered = np.pad(matrix, ((0, 1), (0, 1)), constant_values=np.nan)
        return cls(name, len(people), bordered, places[0], places[1], reciprocity)

    def side(self, index: Index, dtype: npt.DTypeLike) -> Side:  # noqa: ARG002
        """Return the positions."""
        return (positions(index),)

    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        """Fill `out` with what is given for the two, whoever of them is the row."""
        theirs = np.empty_like(out)
        out[...] = self._as_rows(meet, left[0], right[0])
        theirs[...] = self._as_cols(meet, left[0], right[0])
        combine(self.reciprocity, out, theirs)

    def fill_directed(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        """Fill `out` with what the left person gains as a column, else what is given for both."""
        rows, cols = self.row_at[right[0]] >= 0, self.col_at[left[0]] >= 0
        is_given = cols[:, None] & rows if meet is GRID else cols & rows
        mine = self._as_cols(meet, left[0], right[0])
        if is_given.all():
            out[...] = mine
        else:
            out[...] = np.where(is_given, mine, self._as_rows(meet, left[0], right[0]))

    def _as_rows(self, meet: Meeting, rows: IndexArray, cols: IndexArray) -> Array:
        at = self.row_at[rows], self.col_at[cols]
        return np.asarray(self.matrix[np.ix_(*at) if meet is GRID else at])

    def _as_cols(self, meet: Meeting, cols: IndexArray, rows: IndexArray) -> Array:
        swapped = self._as_rows(meet, rows, cols)
        return swapped.T if meet is GRID else swapped

    @property
    def error32(self) -> float:
        """Values are rounded, and combined for people on both axes."""
        return gamma32(10)

    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return the values as given, in both roles where both are there."""
        roles = ((i, j, names), (j, i, names[::-1]))
        said = [
            f"{self.matrix[self.row_at[a], self.col_at[b]]:.2f} was given for {one} as mentor of"
            f" {other}"
            for a, b, (one, other) in roles
            if self.row_at[a] >= 0 and self.col_at[b] >= 0
        ]
        return f"{self.name}: {' and '.join(said) or 'nothing was given'}"
