"""Rows and columns with loads, and sums over their pairs that must stay within bounds.

Without further sums the pairs are those of a transportation problem. Bounds on how many partners
of a kind a row or a column has keep it one, a flow, as long as the kinds of each row, and those of
each column, are nested or apart (laminar): the linear programme then has a whole-numbered optimum,
and so have its duals [edmonds1970]_. Otherwise its duals still bound every assignment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.loads import Loads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pairwise.matching.loads import Counts, Units

    LoadArrays = tuple[Counts, Counts, Units, Units]

Cell = tuple[int, int]


class CellSum(Protocol):
    """A sum over pairs: position in the table and amount of each that counts, and its bounds."""

    @property
    def cells(self) -> NDArray[np.int64]:
        """Positions in the table, row by row; ascending."""

    @property
    def amounts(self) -> Units:
        """What each of them counts."""

    @property
    def low(self) -> int | None:
        """No sum may be less."""

    @property
    def high(self) -> int | None:
        """No sum may be more."""

    @property
    def reach(self) -> int:
        """Largest amount, signs aside; at least 1."""

    def limits(self, pairs: int | None) -> tuple[int | None, int | None]:
        """Return the bounds, at sums that so many pairs can have if their number is known."""

    @property
    def who(self) -> int | None:
        """Whom it is about; None: about the plan."""

    @property
    def each(self) -> bool:
        """Whether it is spoken of by the number of pairs."""


class Asked(Protocol):
    """What is solved, and what a proof is checked against."""

    @property
    def free_table(self) -> Units:
        """Weights, NOT_ALLOWED where refused."""

    @property
    def fixed(self) -> tuple[Cell, ...]:
        """Pairs that must be used."""

    @property
    def twins(self) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
        """Row of the person in each column, column of the one in each row; None: no twins."""

    @property
    def sums(self) -> Sequence[CellSum]:
        """The sums over pairs."""

    @property
    def claims(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What it counts that each row, and each column, has a partner."""

    def loads_at(self, place: int, returns_by: int = 1) -> tuple[LoadArrays, LoadArrays]:
        """Return loads and gains of both sides, returns times so much.

        A node with a partner counts `place` times its claim more.
        """

    def rank(self, groups: Any) -> int:
        """Return what counts before the worth: the claims of all nodes with a partner."""

    def pairs_of(self, rank: int) -> int | None:
        """Return how many pairs a plan of such a rank has, if certain."""


@dataclass(frozen=True, eq=False)
class BoundedInstance:
    """An assignment whose sums are bounded.

    Attributes
    ----------
    weights
        Worth of each pair, NOT_ALLOWED where refused; (r, c).
    rows, cols
        Loads of both sides with their gains.
    claims
        What it counts, before all worth, that each row, and each column, has a partner.
    fixed
        Positions in the table that must be used.
    twins
        Positions of pairs of which at most one may be used; (t, 2).
    sums
        What must stay within bounds.
    pairs
        How many pairs every plan has, if that is known.
    """

    weights: Units
    rows: Loads
    cols: Loads
    claims: tuple[NDArray[np.int64], NDArray[np.int64]]
    fixed: NDArray[np.int64]
    twins: NDArray[np.int64]
    sums: Sequence[CellSum]
    pairs: int | None = None

    @classmethod
    def of(cls, problem: Asked, sums: Sequence[CellSum] | None = None) -> BoundedInstance:
        """Return the assignment behind a problem of people, with all of its sums or with some."""
        weights = problem.free_table
        rows, cols = (Loads(*arrays) for arrays in problem.loads_at(0))
        width = weights.shape[1]
        fixed = np.array([row * width + col for row, col in problem.fixed], dtype=np.int64)
        asked = problem.sums if sums is None else sums
        return cls(
            weights, rows, cols, problem.claims, fixed, _twins(weights, problem.twins), asked
        )

    @property
    def size(self) -> int:
        """How many cells the table has."""
        return int(self.weights.size)

    @property
    def nodes(self) -> int:
        """How many rows and columns there are."""
        return len(self.rows) + len(self.cols)

    @cached_property
    def limits(self) -> list[tuple[int | None, int | None]]:
        """Bounds of the sums."""
        return [one.limits(self.pairs) for one in self.sums]

    @cached_property
    def _most_busy(self) -> list[int]:
        """How many rows and columns could have a partner, going by loads alone."""
        highs = [loads.high.astype(np.int64) for loads in (self.rows, self.cols)]
        return [min(int((highs[k] > 0).sum()), int(highs[1 - k].sum())) for k in (0, 1)]

    @cached_property
    def most_placed(self) -> int:
        """No nodes with partners claim more together, going by loads alone."""
        sides = zip((self.rows, self.cols), self.claims, self._most_busy, strict=True)
        return sum(
            int(np.sort(claims[loads.high > 0])[::-1][:busy].sum()) for loads, claims, busy in sides
        )

    def placing(self, placed: int) -> BoundedInstance:
        """Return the instance in which nodes with partners claim so much together."""
        sides = zip((self.rows, self.cols), self.claims, strict=True)
        single = [
            bool(loads.high.max(initial=0) <= 1 and claims[loads.high > 0].all())
            for loads, claims in sides
        ]
        if placed < self.most_placed or not any(single):
            return self
        return replace(self, pairs=self._most_busy[0 if single[0] else 1])

    @cached_property
    def open(self) -> NDArray[np.bool_]:
        """Which cells a plan may use, flat."""
        mask = self.weights != NOT_ALLOWED
        mask &= (self.rows.high > 0)[:, None] & (self.cols.high > 0)[None, :]
        return np.asarray(mask.ravel())

    def ends(self, cells: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return rows and columns of positions."""
        rows, cols = np.divmod(cells, self.weights.shape[1])
        return rows, cols

    def positions(self, pairs: Sequence[Cell]) -> NDArray[np.int64]:
        """Return positions of rows and columns."""
        ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return np.asarray(ends[:, 0] * self.weights.shape[1] + ends[:, 1])

    def held(self, together: Sequence[Cell]) -> NDArray[np.int64]:
        """Return the positions that must be used, when further pairs must be."""
        return np.union1d(self.fixed, self.positions(together)).astype(np.int64)

    def totals(self, used: NDArray[np.bool_]) -> list[int]:
        """Return the sums of a flat mask of pairs."""
        return [int(one.amounts[used[one.cells]].sum()) for one in self.sums]

    def keeps(self, cells: NDArray[np.int64]) -> bool:
        """Tell whether pairs keep loads, twins and sums."""
        used = np.zeros(self.size, dtype=bool)
        used[cells] = True
        for end, loads in zip(self.ends(cells), (self.rows, self.cols), strict=True):
            counts = np.bincount(end, minlength=len(loads))
            if (counts < loads.low).any() or (counts > loads.high).any():
                return False
        if used[self.twins].all(axis=1).any() or not used[self.fixed].all():
            return False
        return all(map(_within, self.limits, self.totals(used)))

    def worth(self, cells: NDArray[np.int64]) -> int:
        """Return what pairs are worth with the gains of their nodes."""
        ends = zip(self.ends(cells), (self.rows, self.cols), strict=True)
        earned = sum(loads.earned(np.bincount(end, minlength=len(loads))) for end, loads in ends)
        return int(self.weights.ravel()[cells].sum()) + earned

    def placed(self, cells: NDArray[np.int64]) -> int:
        """Return what the nodes with a partner claim together."""
        ends = zip(self.claims, self.ends(cells), strict=True)
        return sum(int(claims[np.unique(end)].sum()) for claims, end in ends)


def _within(limits: tuple[int | None, int | None], total: int) -> bool:
    low, high = limits
    return (low is None or total >= low) and (high is None or total <= high)


def _twins(
    weights: Units, twins: tuple[NDArray[np.intp], NDArray[np.intp]] | None
) -> NDArray[np.int64]:
    """Return the positions of pairs that exclude each other, both allowed."""
    if twins is None:
        return np.empty((0, 2), dtype=np.int64)
    row_of, col_of = twins
    row, col = np.nonzero((col_of >= 0)[:, None] & (row_of >= 0)[None, :])
    width = weights.shape[1]
    first, second = row * width + col, row_of[col] * width + col_of[row]
    flat = weights.ravel()
    kept = (first < second) & (flat[first] != NOT_ALLOWED) & (flat[second] != NOT_ALLOWED)
    return np.column_stack([first[kept], second[kept]]).astype(np.int64)
