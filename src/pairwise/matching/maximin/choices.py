"""Whole choices of rows above a floor, and what prices of columns prove about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise import _kernel
from pairwise.matching.maximin.choice_proof import ChoiceProof

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.matching.maximin.problem import Ends, Floats, Indices, Shares

_STEPS = 20_000


@dataclass(frozen=True)
class Listed:
    """The best choices of each row: those of row i are first[i] ... first[i + 1] - 1.

    Attributes
    ----------
    bound
        By row: no choice is worth more.
    whole
        By row: whether all choices within the slack are listed.
    first, start, value, members
        Choice c has the columns ``members[start[c]:start[c + 1]]``.
    """

    bound: Floats
    whole: NDArray[np.uint8]
    first: NDArray[np.int64]
    start: NDArray[np.int64]
    value: Floats
    members: NDArray[np.int32]

    @property
    def rows(self) -> Indices:
        """Row of each choice."""
        return np.repeat(np.arange(len(self.bound)), np.diff(self.first))

    def ends(self, chosen: Indices) -> Ends:
        """Return the pairs of some choices."""
        sizes = np.diff(self.start)[chosen]
        places = np.repeat(self.start[chosen] - np.append(0, sizes.cumsum()[:-1]), sizes)
        cols = self.members[places + np.arange(sizes.sum())].astype(np.int64)
        return np.repeat(self.rows[chosen], sizes), cols


@dataclass(frozen=True)
class Priced:
    """Prices of columns, what they prove, and the best choices under them.

    Attributes
    ----------
    bound
        No assignment above the floor is worth more; -inf: there is none.
    """

    prices: Floats
    bound: float
    best: Listed


class Choices:
    """The choices of all rows whose share is at least a floor, worth their weights or nothing.

    Columns have prices instead of loads. That bounds by whole choices, so that it sees that shares
    come in steps, which the multipliers of floors do not [bansal2006]_.
    """

    def __init__(self, problem: Shares, floor: float, sum_weight: float) -> None:
        self.problem = problem
        self.floor = floor - 1e-12 * max(1.0, abs(floor))
        self.worth = np.where(problem.allowed, problem.weights, 0.0) * sum_weight
        self.shares = np.ascontiguousarray(problem.shares)
        self.sum_weight = sum_weight
        self.col_low, self.col_high = problem.needed_loads()

    def listed(self, prices: Floats, count: int, slack: float = np.inf) -> Listed:
        """Return up to `count` choices of each row, within the slack of its best."""
        problem = self.problem
        found: Any = _kernel.best_choices(
            np.ascontiguousarray(self.worth - prices),
            self.shares,
            problem.row_low,
            problem.row_high,
            self.floor,
            count,
            slack,
            _STEPS,
        )
        return Listed(*found)

    def priced(self, prices: Floats, count: int = 1) -> Priced:
        """Bound by prices: each row takes its best choice, columns sell their loads."""
        best = self.listed(prices, count)
        sold = np.where(prices >= 0, self.col_high, self.col_low)
        return Priced(prices, float(best.bound.sum() + sold @ prices), best)

    @property
    def weighed(self) -> bool:
        """Whether weights count."""
        return self.sum_weight > 0

    def proof(self, at: Priced) -> ChoiceProof:
        """Return what prices prove."""
        return ChoiceProof(self.floor, self.sum_weight, at.prices, at.best.bound)
