"""Why no assignment whose sums keep their bounds is worth more: prices, branch by branch."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.errors import VerificationError
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.loads import Loads, exact_sum
from pairwise.matching.tilted import Decisions, cover

if TYPE_CHECKING:
    from pairwise.matching.bounded.instance import Asked, Cell, CellSum
    from pairwise.matching.loads import Units

_LARGEST = 2**62


@dataclass(frozen=True, eq=False)
class PricedLeaf:
    """A branch, and prices that bound every plan of it.

    Every plan that keeps its bounds is worth at most what its pairs are worth beyond their prices,
    and what loads, sums, twins and places can make of the prices [fisher1981]_.

    Attributes
    ----------
    decisions
        Pairs, as row and column, that are used in the branch, and pairs that are not.
    scale
        Prices are in units of worth by this; 0: worths do not count, prices alone show that the
        branch is empty.
    row_duals, col_duals
        Price of one pair of each row and column.
    place
        What a unit of what nodes with a partner claim is worth beside.
    sums
        (sum, times, shift): times / 2**shift for each that the sum counts; above 0 only
        where the sum has an upper, below 0 only where it has a lower bound.
    twins
        (row, column, amount): what this pair and its twin cost each.
    bound
        No plan of the branch is worth more; None: there is none.
    """

    decisions: Decisions
    scale: int
    row_duals: Units
    col_duals: Units
    place: int
    sums: tuple[tuple[int, int, int], ...]
    twins: tuple[tuple[int, int, int], ...]
    bound: int | None


@dataclass(frozen=True)
class BoundedProof:
    """Why no plan that keeps all bounds and has the same rank is worth more than `bound_q`.

    Attributes
    ----------
    rank_q
        What counts before the value: people placed, by role, and their priorities.
    leaves
        Branches that together hold every plan.
    """

    rank_q: int
    leaves: tuple[PricedLeaf, ...]

    @property
    def bound_q(self) -> int:
        """Upper bound on the value of a plan, in units."""
        return max(leaf.bound for leaf in self.leaves if leaf.bound is not None)

    def check(self, problem: Asked, groups: Any) -> None:
        """Check the proof against all pairs, as one about plans of the same rank.

        Raises
        ------
        VerificationError
            Naming the first claim that is false. Cost O(rows x cols) for each branch.
        """
        rank = problem.rank(groups)
        if rank != self.rank_q:
            raise VerificationError(f"it is about plans of rank {self.rank_q}, this has {rank}")
        if not cover([leaf.decisions for leaf in self.leaves]):
            raise VerificationError("the branches do not hold every plan")
        pairs = problem.pairs_of(rank)
        for leaf in self.leaves:
            proven = _Checker(problem, leaf, pairs).ceiling() - leaf.place * rank
            if leaf.bound is None and (leaf.scale or proven >= 0):
                raise VerificationError("a branch that is called empty may hold a plan")
            if leaf.bound is not None and (
                leaf.scale < 1 or leaf.bound < floor(proven / leaf.scale)
            ):
                raise VerificationError(f"a branch is bounded by {leaf.bound}, which is not proven")


@dataclass(frozen=True, eq=False)
class _Checker:
    """Recomputes what a branch is worth at most from the problem's own table, loads and sums."""

    problem: Asked
    leaf: PricedLeaf
    pairs: int | None

    def ceiling(self) -> Fraction:
        """Return what no plan of the branch is worth more than, places included."""
        table = self.problem.free_table
        held = [*self.problem.fixed, *self.leaf.decisions.together]
        left, paid = self._beyond_prices(table)
        free = (table != NOT_ALLOWED) & (left > 0)
        for cell in (*held, *self.leaf.decisions.apart):
            free[cell] = False
        for cell in held:
            paid += int(left[cell])
        return paid + exact_sum(left[free]) + self._loads()

    def _beyond_prices(self, table: Units) -> tuple[Units, Fraction]:
        """Return what each pair is worth beyond its prices, and what bounds make of prices."""
        if (len(self.leaf.row_duals), len(self.leaf.col_duals)) != table.shape:
            raise VerificationError("the duals are not one for each row and column")
        left = np.where(table == NOT_ALLOWED, 0, table) * self.leaf.scale
        left = left - self.leaf.row_duals[:, None] - self.leaf.col_duals[None, :]
        flat, paid = left.ravel(), Fraction(0)
        for k, times, shift in self.leaf.sums:
            one, side = self._sum(k, times)
            flat[one.cells] -= times * one.amounts >> shift
            paid += Fraction(times * side, 2**shift)
        for row, col, amount in self.leaf.twins:
            for cell in ((row, col), self._twin(row, col, amount)):
                left[cell] -= amount
            paid += amount
        return left, paid

    def _sum(self, k: int, times: int) -> tuple[CellSum, int]:
        """Return a sum, and the bound that a price on it pulls at."""
        one = self.problem.sums[k]
        low, high = one.limits(self.pairs)
        side = high if times > 0 else low
        if side is None:
            raise VerificationError("a price pulls at a bound that does not exist")
        if abs(times) * one.reach > _LARGEST:
            raise VerificationError(f"a price of {times} is too large to be checked")
        return one, side

    def _twin(self, row: int, col: int, amount: int) -> Cell:
        row_of, col_of = self.problem.twins or ((), ())
        if amount < 0 or not len(row_of) or min(row_of[col], col_of[row]) < 0:
            raise VerificationError(f"price {amount} on ({row}, {col}), which has no twin")
        return int(row_of[col]), int(col_of[row])

    def _loads(self) -> int:
        """Return the most that loads can make of the duals, with gains if worths count."""
        arrays = self.problem.loads_at(self.leaf.place, returns_by=self.leaf.scale)
        duals = (self.leaf.row_duals, self.leaf.col_duals)
        return sum(Loads(*side).conjugate(dual) for side, dual in zip(arrays, duals, strict=True))
