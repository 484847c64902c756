"""The highest floor under all shares: solved for the few rows that matter, then completed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pairwise.matching.maximin.problem import ends_of
from pairwise.matching.maximin.programme import Programme

if TYPE_CHECKING:
    from collections.abc import Callable

    from pairwise.matching.maximin.problem import Ends, Floats, Indices, Shares

    Clock = Callable[[], float]

MOST_PAIRS = 60_000
"""Integer programmes over more pairs are not tried."""


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
    searched
        Whether `bound` is below what multipliers prove, by branch and bound.
    """

    ends: Ends
    floor: float
    bound: float
    multipliers: Floats
    searched: bool = False

    def improved(self, ends: Ends, floor: float) -> Floor:
        """Return the better of two assignments."""
        return replace(self, ends=ends, floor=floor) if floor > self.floor else self

    def lowered(self, bound: float, multipliers: Floats | None = None) -> Floor:
        """Return the better of two bounds; without multipliers it was searched for."""
        if bound >= self.bound:
            return self
        if multipliers is None:
            return replace(self, bound=bound, searched=True)
        return replace(self, bound=bound, multipliers=multipliers, searched=False)


def find_floor(problem: Shares, start: Ends, tolerance: float, seconds_left: Clock) -> Floor:
    """Raise the floor of an assignment as far as can be.

    The floor of some rows alone, without the others, is a bound. The rows that are poor in
    what completes it join them, until nobody is poor. Where that cannot be completed, all rows
    are searched at once.
    """
    most = problem.most()
    poorest = int(most.argmin())
    multipliers = np.zeros(len(most))
    multipliers[poorest] = 1.0
    shares = problem.shares_of(start)
    best = Floor(start, float(shares.min()), problem.on_grid(float(most[poorest])), multipliers)
    members = np.union1d(np.flatnonzero(shares < best.bound - tolerance), [poorest])
    while best.floor < best.bound - tolerance and seconds_left() > 0:
        few = Programme(problem, _useful(problem, members), members, only=True)
        ends, floor, best = _bisect(few, best, tolerance, seconds_left)
        full = problem.complete(ends)
        shares = np.array([-np.inf]) if full is None else problem.shares_of(full)
        if full is not None:
            best = best.improved(full, float(shares.min()))
        joining = np.setdiff1d(np.flatnonzero(shares < floor - tolerance), members)
        if full is None or not len(joining):
            return _for_all(problem, best, tolerance, seconds_left)
        members = np.union1d(members, joining)
    return best


def _for_all(problem: Shares, best: Floor, tolerance: float, seconds_left: Clock) -> Floor:
    """Search all rows at once, if there are not too many pairs."""
    pairs = ends_of(problem.allowed)
    if best.floor >= best.bound - tolerance or len(pairs[0]) > MOST_PAIRS:
        return best
    whole = Programme(problem, pairs, np.arange(len(problem.weights)))
    ends, floor, best = _bisect(whole, best, tolerance, seconds_left)
    return best.improved(ends, floor)


def _bisect(
    programme: Programme, best: Floor, tolerance: float, seconds_left: Clock
) -> tuple[Ends, float, Floor]:
    """Return pairs of the highest floor of the programme, that floor, and the better bound."""
    held = np.isin(best.ends[0], programme.rows)
    ends: Ends = best.ends[0][held], best.ends[1][held]
    low, high = best.floor, best.bound
    aim, settled = high - tolerance / 2, True
    while high - low > tolerance and settled and seconds_left() > 0:
        found, _, settled = programme.best(aim, seconds_left(), gap=1.0)
        if found is not None:
            ends, low = found, float(programme.problem.shares_of(found)[programme.rows].min())
            settled = True
        else:
            best = _bounded(programme, best) if high == best.bound else best
            high = min(aim, best.bound) if settled else best.bound
        aim = (low + high) / 2
    searched = programme.problem.on_grid(max(high, low))
    return ends, low, best.lowered(searched)


def _bounded(programme: Programme, best: Floor) -> Floor:
    """Lower the bound by the multipliers of the relaxation; their assignment proves it."""
    prices = programme.sharing_prices()
    problem = programme.problem
    multipliers = np.zeros(len(problem.weights))
    multipliers[programme.rows] = prices
    if not multipliers.any():
        return best
    multipliers /= multipliers.sum()
    bound = problem.solve(problem.priced(0.0, multipliers)).bound
    return best.lowered(problem.on_grid(bound), multipliers)


def _useful(problem: Shares, members: Indices) -> Ends:
    """Return the pairs that some rows alone can need: others can take only so many before them."""
    wanted = int(problem.row_high[members].sum())
    width = min(wanted, problem.weights.shape[1])
    usable = problem.allowed[members] & (problem.col_high > 0)
    shares = np.where(usable, problem.shares[members], -np.inf)
    cols = np.argpartition(-shares, width - 1, axis=1)[:, :width]
    rows = np.repeat(members, width)
    kept = shares[np.repeat(np.arange(len(members)), width), cols.ravel()] > -np.inf
    return rows[kept], cols.ravel()[kept]
