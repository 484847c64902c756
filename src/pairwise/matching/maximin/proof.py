"""The proof behind a plan of the highest floor, then the best sum."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pairwise.errors import VerificationError
from pairwise.matching.maximin.problem import Shares
from pairwise.matching.maximin.solve import maximin_assignment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pairwise.matching.bipartite import Assignment
    from pairwise.matching.maximin.choice_proof import ChoiceProof

    Floats = NDArray[np.float64]

Cell = tuple[int, int]
ROUNDING = 1e-9
"""Bounds are sums of doubles: they are claimed up to this share."""


class Shared(Protocol):
    """What such a proof is checked against; columns have shares, of their capacity."""

    @property
    def scores(self) -> Floats:
        """Weights of rows x columns, -inf where refused."""

    @property
    def loads(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Fewest and most partners of each row, and of each column, first of all."""

    @property
    def step(self) -> float:
        """What one unit of the bound is worth."""

    def cells(self, groups: Any) -> Iterable[Cell]:
        """Return row and column of each group."""


@dataclass(frozen=True)
class Priced:
    """Multipliers on the shares of columns, and duals of the assignment that they price.

    Attributes
    ----------
    multipliers : array (cols,)
        >= 0.
    row_duals, col_duals : arrays
        Prices of a pair.
    """

    multipliers: Floats
    row_duals: Floats
    col_duals: Floats

    @classmethod
    def of(cls, multipliers: Floats, proof: Assignment) -> Priced:
        """Take the duals of an assignment whose rows are the columns here."""
        return cls(multipliers, proof.col_duals, proof.row_duals)

    def bound(self, problem: Shared, sum_weight: float) -> float:
        """Return what no plan's sum, with its shares priced, is above; weak duality, O(pairs)."""
        (row_low, row_high, *_), (col_low, col_high, *_) = problem.loads
        if (self.multipliers < 0).any() or self.multipliers.shape != col_high.shape:
            raise VerificationError("multipliers: must be one for each mentee, not below 0")
        prices = sum_weight + self.multipliers / np.maximum(col_high, 1)
        allowed = problem.scores > -np.inf
        priced = np.where(allowed, problem.scores, 0.0) * prices
        above = np.where(allowed, priced - self.row_duals[:, None] - self.col_duals, 0.0)
        sides = ((self.row_duals, row_low, row_high), (self.col_duals, col_low, col_high))
        full = sum(float((np.where(u >= 0, high, low) * u).sum()) for u, low, high in sides)
        return full + float(np.maximum(above, 0.0).sum())


@dataclass(frozen=True)
class MaximinProof:
    """Why no plan has a higher floor, and none with this floor a larger sum.

    Attributes
    ----------
    bound_q : int
        No plan with this floor is worth more, in units; prices prove it over all pairs.
    floor : float
        The smallest share.
    floor_bound : float
        No plan has a higher floor; prices prove it over all pairs.
    searched_floor : float
        No plan has a higher floor, by branch and bound beyond that; `check` takes it on trust.
    floor_prices, sum_prices : Priced
        Multipliers that prove the bounds.
    floor_choices, sum_choices : ChoiceProof or None
        What proves lower ones by whole choices of those columns that have places.
    """

    bound_q: int
    floor: float
    floor_bound: float
    searched_floor: float
    floor_prices: Priced
    sum_prices: Priced
    floor_choices: ChoiceProof | None = None
    sum_choices: ChoiceProof | None = None

    @property
    def floor_is_proven(self) -> bool:
        """Whether prices prove that no floor is higher, up to rounding."""
        return self.floor_bound <= self.floor + ROUNDING

    def check(self, problem: Shared, groups: Any) -> None:
        """Check the floor and both bounds against all pairs; shares no code with the search.

        Raises
        ------
        VerificationError
            Naming what is false.
        """
        rows, cols = np.array(list(problem.cells(groups)), dtype=np.intp).reshape(-1, 2).T
        most = problem.loads[1][1]
        shares = np.bincount(cols, problem.scores[rows, cols], minlength=len(most))[most > 0]
        floor = float((shares / most[most > 0]).min())
        if abs(floor - self.floor) > ROUNDING:
            raise VerificationError(f"floor {self.floor} is claimed, the smallest share is {floor}")
        prices = (self.floor_prices, self.sum_prices)
        if any(one.multipliers[most == 0].any() for one in prices):
            raise VerificationError("multipliers: a mentee without places has no share")
        self._check_choices(problem)
        proven = self.proven_floor(problem)
        if self.floor_bound < proven - ROUNDING:
            raise VerificationError(f"floor bound {self.floor_bound}: {proven} is proven only")
        if not self.floor - ROUNDING <= self.searched_floor <= self.floor_bound + ROUNDING:
            raise VerificationError(f"searched floor {self.searched_floor}: is not in between")
        proven = self.proven_sum(problem)
        check_units(self.bound_q, problem.step, proven)

    def proven_floor(self, problem: Shared) -> float:
        """Return what prices prove about the floor."""
        total = float(self.floor_prices.multipliers.sum())
        proven = self.floor_prices.bound(problem, 0.0) / total if total > 0 else np.inf
        return proven if self.floor_choices is None else min(proven, self.floor_choices.floor)

    def proven_sum(self, problem: Shared) -> float:
        """Return what prices prove about the sum above the floor."""
        proven = sum_bound(problem, self.sum_prices, self.floor)
        if self.sum_choices is None:
            return proven
        return min(proven, self.sum_choices.bound(as_shares(problem)))

    def _check_choices(self, problem: Shared) -> None:
        if self.floor_choices is not None:
            self.floor_choices.check_denial(as_shares(problem))
        if self.sum_choices is not None:
            self.sum_choices.check_sum(as_shares(problem), self.floor)


def as_shares(problem: Shared) -> Shares:
    """Return the problem of the columns that have places, as rows."""
    (row_low, row_high, *_), (col_low, col_high, *_) = problem.loads
    here = np.flatnonzero(col_high > 0)
    weights = np.ascontiguousarray(problem.scores[:, here].T)
    shares = weights / col_high[here][:, None]
    return Shares(weights, shares, col_low[here], col_high[here], row_low, row_high)


def in_units(proven: float, reached: float, step: float) -> int:
    """Return a proven bound in units: what was reached, where rounding alone is above that."""
    close = proven <= reached + ROUNDING * max(1.0, abs(proven))
    return round(reached / step) if close else int(np.ceil(proven / step))


def check_units(bound_q: int, step: float, proven: float) -> None:
    """Refuse a bound in units that is below what is proven."""
    if bound_q * step < proven - ROUNDING * max(1.0, abs(proven)):
        raise VerificationError(f"bound {bound_q * step}: {proven} is proven only")


def sum_bound(problem: Shared, prices: Priced, floor: float) -> float:
    """Return what no sum of a plan with this floor is above."""
    return prices.bound(problem, 1.0) - floor * float(prices.multipliers.sum())


def prove_maximin(
    problem: Shared, target_gap: float, time_limit: float | None
) -> tuple[list[Cell], MaximinProof]:
    """Return the pairs of the highest floor found, then of the best sum, with their proof.

    Raises
    ------
    InfeasibleError
        The loads cannot be met.
    """
    (row_low, row_high, *_), (col_low, col_high, *_) = problem.loads
    here = np.flatnonzero(col_high > 0)
    found = maximin_assignment(
        problem.scores[:, here],
        row_high,
        col_high[here],
        row_minimum=row_low,
        col_minimum=col_low[here],
        over="cols",
        share="mean",
        target_gap=target_gap,
        time_limit=60.0 if time_limit is None else time_limit,
    )
    floor_prices, sum_prices = (
        _widened(Priced.of(multipliers, proof), here, len(col_high))
        for multipliers, proof in (
            (found.floor_multipliers, found.floor_proof),
            (found.sum_multipliers, found.sum_proof),
        )
    )
    proof = MaximinProof(
        0, found.floor, np.inf, np.inf, floor_prices, sum_prices, found.floor_choices,
        found.sum_choices,
    )  # fmt: skip
    floor_bound = max(proof.proven_floor(problem), found.floor)
    searched = min(max(found.floor_bound, found.floor), floor_bound)
    cells = list(zip(found.rows.tolist(), here[found.cols].tolist(), strict=True))
    units = in_units(proof.proven_sum(problem), found.weight, problem.step)
    return cells, replace(proof, bound_q=units, floor_bound=floor_bound, searched_floor=searched)


def _widened(prices: Priced, here: NDArray[np.intp], width: int) -> Priced:
    """Return prices of all columns: those without places have none."""
    multipliers, duals = np.zeros(width), np.zeros(width)
    multipliers[here], duals[here] = prices.multipliers, prices.col_duals
    return Priced(multipliers, prices.row_duals, duals)
