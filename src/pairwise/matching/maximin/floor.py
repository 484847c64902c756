"""The highest floor under all shares: rearranging raises it, multipliers and choices bound it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pairwise.matching.maximin.choices import Choices
from pairwise.matching.maximin.columns import Columns
from pairwise.matching.maximin.problem import ends_of
from pairwise.matching.maximin.programme import Programme
from pairwise.matching.maximin.rearranging import rearranged, waves

if TYPE_CHECKING:
    from collections.abc import Callable

    from pairwise.matching.maximin.choice_proof import ChoiceProof
    from pairwise.matching.maximin.problem import Ends, Floats, Shares

    Clock = Callable[[], float]

_ROUNDS = 400
_LONG = 800
_MOST_PAIRS = 2_000
_AIMS = 7
_FINE = 1e-3
_ABOVE = 5e-10
_PER_ROW = 12


@dataclass(frozen=True)
class Floor:
    """The best assignment found, the smallest share in it, and why there is no higher floor.

    Attributes
    ----------
    ends
        The pairs.
    bound
        No assignment has a higher floor.
    multipliers
        Of each row; they prove `dual_bound`.
    choices
        Prices by which no assignment has all shares at its floor.
    searched
        Whether `bound` is below what multipliers and choices prove, by branch and bound.
    """

    ends: Ends
    floor: float
    bound: float
    multipliers: Floats
    choices: ChoiceProof | None = None
    searched: bool = False

    def improved(self, ends: Ends, floor: float) -> Floor:
        """Return the better of two assignments."""
        return replace(self, ends=ends, floor=floor) if floor > self.floor else self

    def lowered(
        self, bound: float, multipliers: Floats | None = None, choices: ChoiceProof | None = None
    ) -> Floor:
        """Return the better of two bounds; without multipliers or choices it was searched for."""
        if bound >= self.bound:
            return self
        if choices is not None:
            return replace(self, bound=bound, choices=choices)
        if multipliers is None:
            return replace(self, bound=bound, searched=True)
        return replace(self, bound=bound, multipliers=multipliers, searched=False)


def find_floor(problem: Shares, start: Ends, tolerance: float, seconds_left: Clock) -> Floor:
    """Raise the floor of an assignment as far as can be.

    What the poorest row could have alone is a bound, as is the largest mean share, and most often
    rearranging reaches the lower. If not,
    multipliers of all rows bound it, then whole choices; where pairs are few, branch and bound.
    """
    most = problem.most()
    poorest = int(most.argmin())
    multipliers = np.zeros(len(most))
    multipliers[poorest] = 1.0
    floor = float(problem.shares_of(start).min())
    best = Floor(start, floor, problem.on_grid(float(most[poorest])), multipliers)
    if float(problem.shares_of(start).mean()) < best.bound:
        best = _evened(problem, best)
    steps = (_rearranged, _bounded, _rearranged, _approached, _denied, _reached, _branched)
    for step in steps:
        if best.floor >= best.bound - tolerance or seconds_left() <= 0:
            break
        best = step(problem, best, tolerance, seconds_left)
    return best


def _evened(problem: Shares, best: Floor) -> Floor:
    """Bound by the mean share: the smallest is not above that."""
    even = np.full(len(problem.weights), 1 / len(problem.weights))
    return best.lowered(problem.on_grid(problem.solve(problem.priced(0.0, even)).bound), even)


def _rearranged(
    problem: Shares,
    best: Floor,
    tolerance: float,
    seconds_left: Clock,
    target: float = np.inf,
    rounds: int = _ROUNDS,
) -> Floor:
    """Let rows deal out columns anew until all reach a target, as nearly as that is found."""
    target = min(target, best.bound - tolerance / 2)
    ends = rearranged(problem, best.ends, target, 0.0, rounds * waves(problem), seconds_left())
    return _better(problem, best, ends)


def _better(problem: Shares, best: Floor, ends: Ends) -> Floor:
    return best.improved(ends, float(problem.shares_of(ends).min()))


def _bounded(problem: Shares, best: Floor, tolerance: float, seconds_left: Clock) -> Floor:  # noqa: ARG001
    """Lower the bound by the multipliers of the relaxation; their assignment proves it."""
    programme = Programme(problem, _large(problem, best.ends), np.arange(len(problem.weights)))
    multipliers = programme.sharing_prices()
    if not multipliers.any():
        return best
    multipliers /= multipliers.sum()
    found = problem.solve(problem.priced(0.0, multipliers))
    best = _better(problem, best, (found.rows, found.cols))
    return best.lowered(problem.on_grid(found.bound), multipliers)


def _large(problem: Shares, ends: Ends) -> Ends:
    """Return the pairs of the largest shares of every row and column, and those in use."""
    chosen = np.zeros(problem.weights.shape, dtype=np.bool_)
    for axis, high in ((1, problem.row_high), (0, problem.col_high)):
        width = min(_PER_ROW * (int(high.max(initial=0)) + 1), chosen.shape[axis])
        best = np.argpartition(-problem.shares, width - 1, axis=axis)
        np.put_along_axis(chosen, best.take(range(width), axis=axis), values=True, axis=axis)
    chosen &= problem.allowed
    chosen[ends] = True
    return ends_of(chosen)


def _denied(problem: Shares, best: Floor, tolerance: float, seconds_left: Clock) -> Floor:
    """Deny any floor above this one, or some of those in question: choices cost too much."""
    prices = problem.solve(problem.priced(0.0, best.multipliers)).col_duals
    prices = prices + prices.mean() if prices.any() else np.ones(len(prices))
    low, aim, known = best.floor, best.floor + _ABOVE * max(1.0, abs(best.floor)), None
    for _ in range(_AIMS):
        columns = Columns(Choices(problem, aim, 0.0), known)
        proof = columns.denial(prices)
        if proof is None:
            low = aim
        else:
            best = best.lowered(max(problem.on_grid(aim), best.floor), choices=proof)
        known, aim = columns, (low + best.bound) / 2
        if best.bound - low <= max(tolerance, _FINE * best.bound) or seconds_left() <= 0:
            break
    return best


def _approached(problem: Shares, best: Floor, tolerance: float, seconds_left: Clock) -> Floor:
    """Aim for longer, but lower."""
    return _aimed(problem, best, tolerance, seconds_left, (0.5,))


def _reached(problem: Shares, best: Floor, tolerance: float, seconds_left: Clock) -> Floor:
    """Aim at some floors in question for longer."""
    return _aimed(problem, best, tolerance, seconds_left, (1.0, 0.5, 0.7))


def _aimed(
    problem: Shares,
    best: Floor,
    tolerance: float,
    seconds_left: Clock,
    shares: tuple[float, ...],
) -> Floor:
    for share in shares:
        if best.bound - best.floor <= tolerance or seconds_left() <= 0:
            break
        aim = best.floor + share * (best.bound - best.floor)
        best = _rearranged(problem, best, tolerance, seconds_left, aim, _LONG)
    return best


def _branched(problem: Shares, best: Floor, tolerance: float, seconds_left: Clock) -> Floor:
    """Halve what is open by integer programmes, if there are not too many pairs."""
    pairs = ends_of(problem.allowed)
    if len(pairs[0]) > _MOST_PAIRS:
        return best
    programme = Programme(problem, pairs, np.arange(len(problem.weights)))
    high = best.bound
    aim = high - tolerance / 2
    while high - best.floor > tolerance and seconds_left() > 0:
        found, _, settled = programme.best(aim, seconds_left(), gap=1.0)
        if found is not None:
            best = _better(problem, best, found)
        elif settled:
            high = aim
        else:
            return best
        aim = (best.floor + high) / 2
        best = best.lowered(max(problem.on_grid(high), best.floor))
    return best
