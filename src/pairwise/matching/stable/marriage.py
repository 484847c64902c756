"""Stable marriage between two sides, with capacities on both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise import _kernel
from pairwise.errors import InvalidInput, VerificationError, did_you_mean
from pairwise.matching.loads import Counts, check_counts
from pairwise.matching.stable.blocking import BlockingPairs, find_blocking, least_held
from pairwise.matching.stable.opinions import Scores, check_opinions

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class StableMarriage:
    """A stable matching of rows and columns.

    Attributes
    ----------
    rows, cols : int arrays (p,)
        The pairs, by ascending row and column.
    row_capacity, col_capacity : int arrays
        Most partners of each.
    """

    rows: Ints
    cols: Ints
    row_capacity: Counts
    col_capacity: Counts
    _row_scores: Scores = field(repr=False)
    _col_scores: Scores = field(repr=False)

    @property
    def row_mate(self) -> NDArray[np.int64]:
        """Partner of each row, -1 if alone; for rows with at most one partner.

        Raises
        ------
        InvalidInput
            When a row has several.
        """
        return _only_partner("row", self.rows, self.cols, len(self.row_capacity))

    @property
    def col_mate(self) -> NDArray[np.int64]:
        """Partner of each column, -1 if alone; for columns with at most one partner."""
        return _only_partner("col", self.cols, self.rows, len(self.col_capacity))

    @property
    def weight(self) -> float:
        """Sum over the pairs of what both gain."""
        here, there = self._row_scores[self.rows, self.cols], self._col_scores[self.cols, self.rows]
        return float((here + there).sum())

    @property
    def blocking_pairs(self) -> BlockingPairs:
        """Pairs that would rather be together; none if the claim is true. O(rows x cols)."""
        used = np.zeros(self._row_scores.shape, dtype=np.bool_)
        used[self.rows, self.cols] = True
        return find_blocking(
            self._row_scores,
            self._col_scores.T,
            least_held(self._row_scores, self.rows, self.cols, self.row_capacity),
            least_held(self._col_scores, self.cols, self.rows, self.col_capacity),
            used,
        )

    def verify(self) -> None:
        """Check acceptance, capacities and that no pair blocks; shares no code with the search.

        Raises
        ------
        VerificationError
            Naming what is false. O(rows x cols).
        """
        shape = self._row_scores.shape
        for side, ends, capacity in (
            ("row", self.rows, self.row_capacity),
            ("column", self.cols, self.col_capacity),
        ):
            if len(ends) and not 0 <= int(ends.min()) <= int(ends.max()) < len(capacity):
                raise VerificationError(
                    f"{side}s: an index is not one of 0 ... {len(capacity) - 1}"
                )
            over = np.flatnonzero(np.bincount(ends, minlength=len(capacity)) > capacity)
            if len(over):
                raise VerificationError(f"{side} {over[0]} has more than {capacity[over[0]]} pairs")
        if len(np.unique(self.rows.astype(np.int64) * max(shape[1], 1) + self.cols)) < len(
            self.rows
        ):
            raise VerificationError("rows, cols: hold a pair twice")
        worth = self._row_scores[self.rows, self.cols] + self._col_scores[self.cols, self.rows]
        if not (worth > -np.inf).all():
            raise VerificationError("rows, cols: hold a pair that one of the two does not accept")
        blocking = self.blocking_pairs
        if len(blocking):
            i, j = blocking.pairs[0].tolist()
            raise VerificationError(f"row {i} and column {j} would rather be together")


def stable_marriage(
    row_scores: ArrayLike,
    col_scores: ArrayLike,
    row_capacity: ArrayLike = 1,
    col_capacity: ArrayLike = 1,
    *,
    optimal: Literal["rows", "cols"] = "rows",
) -> StableMarriage:
    """Return a matching of two sides that no row and column would leave for each other.

    Parameters
    ----------
    row_scores : array (rows, cols)
        What each row gains from each column; higher is better. NaN or -inf: not acceptable. Of
        ranks take the negative; for lists see `scores_from_lists`.
    col_scores : array (cols, rows)
        What each column gains from each row.
    row_capacity, col_capacity : int or int array
        Most partners of each, >= 0. Several partners are judged one by one: a person with a
        full load would swap the worst partner for any better one.
    optimal : {"rows", "cols"}
        The side that proposes: each of its members gets the best partners that any stable
        matching gives, and the other side the worst.

    Returns
    -------
    StableMarriage
        Always stable. A pair needs the acceptance of both. Ties are broken by index, the lower
        first; no pair of which both *strictly* prefer each other is left.

    Raises
    ------
    InvalidInput
        Shapes that do not fit, +inf, no numbers, capacities below 0.

    Notes
    -----
    Deferred acceptance [gale1962]_, with capacities on both sides [roth1984]_. The same people are
    matched, equally often, in every stable matching of the order that ties were broken to.
    O(rows x cols) in the worst case, and the sorting of as many wishes as are read.

    Examples
    --------
    >>> from pairwise import matching
    >>> mentees = matching.scores_from_lists([[0, 1], [0, 1], [1, 0]], 2)
    >>> mentors = matching.scores_from_lists([[2, 1, 0], [0, 1, 2]], 3)
    >>> found = matching.stable_marriage(mentees, mentors, col_capacity=[1, 2])
    >>> found.row_mate.tolist(), len(found.blocking_pairs)
    ([1, 0, 1], 0)
    >>> found.verify()
    """
    if optimal not in ("rows", "cols"):
        hint = did_you_mean(str(optimal), ("rows", "cols"))
        raise InvalidInput(f'optimal = {optimal!r}: must be "rows" or "cols"{hint}')
    here = check_opinions("row_scores", row_scores, np.shape(row_scores))
    there = check_opinions("col_scores", col_scores, here.shape[::-1])
    row_places = check_counts("row_capacity", row_capacity, len(here))
    col_places = check_counts("col_capacity", col_capacity, len(there))
    if optimal == "rows":
        thought = np.ascontiguousarray(there.T)
        rows, cols = _kernel.defer_acceptance(here, thought, row_places, col_places)
    else:
        thought = np.ascontiguousarray(here.T)
        cols, rows = _kernel.defer_acceptance(there, thought, col_places, row_places)
    order = np.lexsort((cols, rows))
    return StableMarriage(rows[order], cols[order], row_places, col_places, here, there)


def _only_partner(side: str, here: Ints, there: Ints, n: int) -> NDArray[np.int64]:
    several = np.flatnonzero(np.bincount(here, minlength=n) > 1)
    if len(several):
        raise InvalidInput(f"{side}_mate: {side} {several[0]} has several partners; use rows, cols")
    mate = np.full(n, -1, dtype=np.int64)
    mate[here] = there
    return mate
