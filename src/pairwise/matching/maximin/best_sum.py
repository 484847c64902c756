"""The best sum above a floor: multipliers bound it, choices of rows find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.matching.maximin.choices import Choices
from pairwise.matching.maximin.columns import Columns
from pairwise.matching.maximin.descent import Descent
from pairwise.matching.maximin.picking import best_listed, picked
from pairwise.matching.maximin.problem import ends_of
from pairwise.matching.maximin.programme import Programme
from pairwise.matching.maximin.rearranging import rearranged, waves

if TYPE_CHECKING:
    from pairwise.matching.bipartite import Assignment
    from pairwise.matching.maximin.choice_proof import ChoiceProof
    from pairwise.matching.maximin.choices import Priced
    from pairwise.matching.maximin.floor import Clock
    from pairwise.matching.maximin.problem import Ends, Floats, Shares

_ROUNDS = 12
_DEALS, _LAST_DEALS = 300, 1000
_MOST_WAVES = 4
_PER_NODE = 8
_SLOPES = 100
_COUNTS = (12, 60, 400)
_FEW_SPLIT = 0.25


@dataclass(frozen=True)
class BestSum:
    """The best assignment found above a floor, and why there is no better.

    Attributes
    ----------
    multipliers
        Of each row's floor; they prove `dual_bound`.
    choices
        Prices whose bound is below that, if it is.
    searched
        Whether `bound` is below what multipliers and choices prove, by branch and bound.
    """

    ends: Ends
    sum: float
    bound: float
    multipliers: Floats
    choices: ChoiceProof | None = None
    searched: bool = False


class SumSearch:
    """The search for the best sum of shares that are all at least `floor`."""

    def __init__(self, problem: Shares, start: Ends, floor: float, seconds_left: Clock) -> None:
        self.problem, self.floor, self.seconds_left = problem, floor, seconds_left
        self.ends, self.sum = start, problem.sum_of(start)
        self.slack = 1e-12 * max(1.0, abs(floor))
        self.floored = np.empty(0, dtype=np.int64)
        self.multipliers = np.zeros(len(problem.weights))
        self.bound, self.reduced = np.inf, np.empty((0, 0))
        self.prices = np.zeros(problem.weights.shape[1])
        self.relaxed = start
        self.choices: ChoiceProof | None = None

    def run(self, target_gap: float) -> BestSum:
        """Search until proven, out of time, or within the gap."""
        self._bound_by(self.multipliers)
        searched = False
        if not self._close(0.0) and self.seconds_left() > 0:
            self._rearrange(self.ends, _DEALS)
        if not self._close(0.0) and self.seconds_left() > 0:
            self._improve_multipliers()
        if not self._close(target_gap) and self.seconds_left() > 0:
            self._rearrange(self.relaxed, _LAST_DEALS)
            searched = self._by_choices(target_gap)
        return BestSum(self.ends, self.sum, self.bound, self.multipliers, self.choices, searched)

    def _close(self, gap: float) -> bool:
        return self.bound - self.sum <= max(gap, 1e-9) * abs(self.bound)

    def _rearrange(self, ends: Ends, rounds: int) -> None:
        floor, left = self._floor_met(), self.seconds_left()
        rounds *= min(waves(self.problem), _MOST_WAVES)
        self._consider(rearranged(self.problem, ends, floor, 1.0, rounds, left))

    def _floor_met(self) -> float:
        return min(self.floor, float(self.problem.shares_of(self.ends).min())) - self.slack

    def _improve_multipliers(self) -> None:
        """Let the relaxation over the pairs of little reduced cost say what floors cost."""
        pairs = self._near_pairs()
        for _ in range(_ROUNDS):
            prices = Programme(self.problem, pairs, self.floored).floor_prices(self.floor)
            multipliers = np.zeros(len(self.problem.weights))
            multipliers[self.floored] = prices
            before = self.bound
            found = self._bound_by(multipliers)
            if (
                self._close(0.0)
                or self.bound > before - 1e-7 * abs(before)
                or (self.seconds_left() <= 0)
            ):
                return
            pairs = _union(pairs, self._near_pairs(), (found.rows, found.cols))

    def _bound_by(self, multipliers: Floats) -> Assignment:
        """Bound the sum; keep the assignment if it is above the floor, else watch who is below."""
        problem = self.problem
        found = problem.solve(problem.priced(1.0, multipliers))
        bound = found.bound - float(multipliers.sum()) * self.floor
        if bound < self.bound:
            self.bound, self.multipliers, self.prices = bound, multipliers, found.col_duals
            self.relaxed = found.rows, found.cols
            self.reduced = (
                found.row_duals[:, None] + found.col_duals - problem.priced(1.0, multipliers)
            )
        self._consider((found.rows, found.cols))
        return found

    def _consider(self, ends: Ends) -> bool:
        """Keep pairs that are above the floor and better; put a floor under those below."""
        poor = np.flatnonzero(self.problem.shares_of(ends) < self.floor - self.slack)
        self.floored = np.union1d(self.floored, poor)
        if not len(poor) and self.problem.sum_of(ends) > self.sum:
            self.ends, self.sum = ends, self.problem.sum_of(ends)
        return not len(poor)

    def _near_pairs(self) -> Ends:
        """Return the pairs of least reduced cost of every row and column, and those in use."""
        near = np.zeros(self.reduced.shape, dtype=np.bool_)
        for axis, high in ((1, self.problem.row_high), (0, self.problem.col_high)):
            width = min(int(high.max(initial=0)) + _PER_NODE, near.shape[axis])
            best = np.argpartition(self.reduced, width - 1, axis=axis).take(range(width), axis=axis)
            np.put_along_axis(near, best, values=True, axis=axis)
        near &= self.problem.allowed
        near[self.ends] = True
        return ends_of(near)

    def _by_choices(self, target_gap: float) -> bool:
        """Bound and search by whole choices of rows; True when the bound was searched for."""
        choices = Choices(self.problem, self.floor, 1.0)
        at = Descent(choices, self.prices, self.sum).run(self.sum, _SLOPES)
        columns = Columns(choices)
        columns.add_ends(self.ends)
        at = columns.priced_out(at, self.sum)
        if at.bound < self.bound:
            self.bound, self.choices = at.bound, choices.proof(at)
        bound = self.bound
        split = columns.split()
        if split == 0:
            self._consider(columns.whole())
        elif split <= _FEW_SPLIT * len(self.problem.weights):
            bound = self._by_best(choices, at, bound)
        if bound - self.sum > max(target_gap, 1e-9) * abs(bound) and self.seconds_left() > 0:
            found = picked(columns, at.prices, self.ends, self.seconds_left())
            if found is not None:
                self._consider(found)
            self._rearrange(self.ends, _LAST_DEALS)
        lower = bound < self.bound
        self.bound = min(self.bound, bound)
        return lower

    def _by_best(self, choices: Choices, at: Priced, bound: float) -> float:
        """Find the best of ever more choices; return the bound: the best sum once settled."""
        for count in _COUNTS:
            if self.seconds_left() <= 0:
                break
            slack = at.bound - self.sum + 1e-9 * abs(at.bound)
            listed = choices.listed(at.prices, count, slack)
            ends, settled = best_listed(choices, listed, self.seconds_left())
            if ends is not None:
                self._consider(ends)
            if not settled:
                break
            if listed.whole.all():
                return min(bound, self.sum)
        return bound


def _union(*several: Ends) -> Ends:
    rows = np.concatenate([ends[0] for ends in several]).astype(np.int64)
    cols = np.concatenate([ends[1] for ends in several]).astype(np.int64)
    both = np.unique(np.column_stack([rows, cols]), axis=0)
    return both[:, 0], both[:, 1]
