"""Whole choices of rows above a floor: prices of columns bound them, an integer programme picks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise import _kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.matching.maximin.problem import Ends, Floats, Indices, Shares

_STEPS = 20_000
_PATIENCE = 6
_SHRINK = 0.6
_MOVES = 4_000_000
_BELOW = 0.002
_NODES = 300
_FEWEST, _CELLS = 8, 20_000_000


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
        self.weighed = sum_weight > 0

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

    def priced(self, prices: Floats) -> Priced:
        """Bound by prices: each row takes its best choice, columns sell their loads."""
        best = self.listed(prices, 1)
        problem = self.problem
        sold = np.where(prices >= 0, problem.col_high, problem.col_low)
        return Priced(prices, float(best.bound.sum() + sold @ prices), best)

    def descend(self, prices: Floats, target: float, most: int) -> Priced:
        """Lower the bound by steps along its slope until it is below the target, or stalls.

        Without weights prices have no scale: then it is kept, and a bound below 0 says that no
        assignment is above the floor.
        """
        scale = float(np.abs(prices).sum())
        best = at = self.priced(prices)
        step, stalled = 1.0, 0
        for _ in range(min(most, _FEWEST + _CELLS // max(self.worth.size, 1))):
            slope = self._slope(at)
            if best.bound < target or not slope.any():
                break
            aim = target - (0.0 if self.weighed else _BELOW * scale)
            length = step * max(at.bound - aim, 1e-5 * abs(aim)) / float(slope @ slope)
            at = self.priced(self._scaled(at.prices - length * slope, scale))
            stalled = 0 if at.bound < best.bound else stalled + 1
            best = min(best, at, key=lambda one: one.bound)
            if stalled == _PATIENCE:
                step, stalled, at = step * _SHRINK, 0, best
        return best

    def _slope(self, at: Priced) -> Floats:
        problem = self.problem
        used = np.bincount(at.best.members, minlength=len(problem.col_high))
        slope = np.where(at.prices >= 0, problem.col_high, problem.col_low) - used
        idle = (at.prices <= 0) & (slope > 0) & (problem.col_low <= used)
        return np.where(idle, 0.0, slope.astype(np.float64))

    def _scaled(self, prices: Floats, scale: float) -> Floats:
        prices = np.where(self.problem.col_low > 0, prices, np.maximum(prices, 0.0))
        total = float(np.abs(prices).sum())
        return prices if self.weighed or not total else prices * (scale / total)

    def pick(self, listed: Listed, prices: Floats, any_fit: bool = False) -> Ends | None:
        """Return choices that fit the loads, found by random changes; None if none were.

        With `any_fit` the first found, else the best.
        """
        if not (np.diff(listed.first) > 0).all():
            return None
        penalty = float(np.abs(prices)[prices != 0].mean()) if prices.any() else 1.0
        problem = self.problem
        chosen = _kernel.pick_choices(
            listed.first,
            listed.start,
            listed.value,
            listed.members,
            problem.col_low,
            problem.col_high,
            penalty,
            any_fit,
            (penalty / 2, penalty / 10, _MOVES, 1),
        )
        ends = listed.ends(chosen)
        return ends if self._fits(ends) else None

    def _fits(self, ends: Ends) -> bool:
        load = np.bincount(ends[1], minlength=len(self.problem.col_high))
        return bool(((load >= self.problem.col_low) & (load <= self.problem.col_high)).all())

    def best(
        self, listed: Listed, time_limit: float, gap: float = 0.0, nodes: int = _NODES
    ) -> tuple[Ends | None, float, bool]:
        """Return the best of the listed choices that fit, a bound, and whether all is settled.

        No pairs and settled: nothing fits.
        """
        from scipy import optimize, sparse

        problem, choices = self.problem, len(listed.value)
        if not (np.diff(listed.first) > 0).all():
            return None, -np.inf, True
        sizes = np.diff(listed.start)
        each = np.repeat(np.arange(choices), sizes)
        shape = (len(problem.col_high), choices)
        loads = sparse.csr_array((np.ones(len(each)), (listed.members, each)), shape=shape)
        one = sparse.csr_array(
            (np.ones(choices), (listed.rows, np.arange(choices))),
            shape=(len(listed.bound), choices),
        )
        rows = np.repeat(listed.rows, sizes)
        worth = np.bincount(each, self.worth[rows, listed.members], minlength=choices)
        answer = optimize.milp(
            -worth,
            constraints=[
                optimize.LinearConstraint(one, 1, 1),
                optimize.LinearConstraint(loads, problem.col_low, problem.col_high),
            ],
            bounds=optimize.Bounds(0, 1),
            integrality=np.ones(choices, dtype=np.int8),
            options={
                "mip_rel_gap": gap,
                "time_limit": max(time_limit, 0.1),
                "node_limit": nodes,
            },
        )
        if answer.x is None:
            return None, np.inf, answer.status == 2
        ends = listed.ends(np.flatnonzero(answer.x > 0.5))
        return ends, -float(answer.mip_dual_bound), answer.status == 0
