"""Score against fairness: plans of the best sum in which the worst-off have ever more."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from itertools import pairwise as neighbours
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from pairwise.assigning import solved
from pairwise.errors import InfeasibleError, InvalidInput
from pairwise.fair_assigning import above_floor, placing_all
from pairwise.matching.fairness.bottleneck import bottleneck_matching
from pairwise.matching.maximin.proof import prove_maximin
from pairwise.pairing import Solving
from pairwise.plan import Plan
from pairwise.problem import NOT_ALLOWED, FairLoadProblem, FloorLoadProblem
from pairwise.rules import Floor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from pairwise.plan import Outcome
    from pairwise.problem import Groups, LoadProblem, PairProblem, Problem

_APART = 1e-6
_MOST_PEOPLE = 2500
_SECONDS = 10.0


@dataclass(frozen=True)
class WorstOff:
    """What the worst-off have, as the second good of `frontier`.

    Of pairs it is the smallest score of two partners; in a trio each of the three pairs counts. Of
    mentors and mentees it is the smallest share of a mentee: their scores summed, over the most
    mentors that they may have.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.sample_cohort().take(range(30))
    >>> curve = pw.frontier(people, against=pw.WorstOff(), points=20)
    >>> best, fairest = curve.points[0], curve.points[-1]
    >>> best.plan.value > fairest.plan.value, best.amount < fairest.amount
    (True, True)
    """

    @property
    def label(self) -> str:
        """What it is, in words."""
        return "score of the worst-off"


class Reached(NamedTuple):
    """A plan of the best sum among those in which the worst-off have what was asked.

    Attributes
    ----------
    asked
        The floor.
    amount
        What the worst-off have, at least that.
    plan
        The plan.
    """

    asked: float
    amount: float
    plan: Plan


class Floors(Protocol):
    """Plans of the best sum above floors."""

    @property
    def first(self) -> Reached:
        """The best plan of all."""

    @property
    def highest(self) -> float:
        """The most that the worst-off can have."""

    def above(self, floor: float) -> Reached:
        """Return the best plan above a floor."""


def plans_along(floors: Floors, points: int) -> list[Reached]:
    """Return up to so many plans from the best sum to the highest floor, none worse in both.

    Floors are evenly spaced. Where several have the same plan, others just above what plans have
    reached are asked, the widest gap first, until there are so many plans or no further ones.
    """
    found = [floors.first]
    for floor in np.linspace(floors.first.amount, floors.highest, points)[1:].tolist():
        if floor > found[-1].amount:
            further = floors.above(floor)
            found = [*_not_below(found, further), further]
    closed = set[float]()
    while len(found) < points:
        gaps = [
            (after.asked - before.amount, k)
            for k, (before, after) in enumerate(neighbours(found))
            if before.amount not in closed and after.asked - before.amount > _APART
        ]
        if not gaps:
            break
        k = max(gaps)[1]
        between, rest = floors.above(found[k].amount + _APART), found[k + 1 :]
        if between.amount >= rest[0].asked or not _not_below([between], rest[0]):
            closed.add(found[k].amount)
        else:
            found = [*_not_below(found[: k + 1], between), between, *rest]
    return found


def _not_below(found: list[Reached], further: Reached) -> list[Reached]:
    """Return the plans that have a larger sum than one in which the worst-off have more."""
    return [reached for reached in found if reached.plan.value > further.plan.value]


@dataclass(frozen=True)
class PairFloors:
    """Pairs of the best sum above floors, which are rules.

    Attributes
    ----------
    problem
        Pairs without a floor, whose rules do not contradict each other.
    executor
        Where blocks of scores are computed.
    """

    problem: PairProblem
    executor: Executor | None = None

    @cached_property
    def first(self) -> Reached:
        """The best plan of all."""
        if self.problem.n > _MOST_PEOPLE:
            raise InvalidInput(
                f"against=WorstOff(): {self.problem.n:,} people are more than {_MOST_PEOPLE:,}, for"
                " whom all scores are held in memory; use parts of them, such as sites"
            )
        plan = self._solved(self.problem)
        amount = self._lowest(plan.index_groups)
        return Reached(amount, amount, plan)

    def above(self, floor: float) -> Reached:
        """Return the best plan above a floor."""
        plan = self._solved(self.problem.with_rules([Floor(floor)]))
        return Reached(floor, self._lowest(plan.index_groups), plan)

    @cached_property
    def highest(self) -> float:
        """The worst pair of the plan whose worst pair is best."""
        everybody = slice(0, self.problem.n)
        weights = self.problem.weights(everybody, everybody)
        best = bottleneck_matching(weights)
        trios = [group for group in self.problem.fixed if len(group) == 3]
        most = self._lowest((*(tuple(pair) for pair in best.pairs.tolist()), *trios))
        if not Solving(self.problem).wants_trio:
            return most
        step, placed = self.problem.score.step, len(self.first.plan.partners)

        def reached(level: int) -> float | None:
            try:
                found = self.above(min(max((level - 0.5) * step, 0.0), most))
            except InfeasibleError:
                return None
            return found.amount if len(found.plan.partners) == placed else None

        levels = np.unique(weights[weights != NOT_ALLOWED] // 2)
        between = levels[(levels * step > self.first.amount) & (levels * step <= most + step)]
        return _last(between.tolist(), reached, self.first.amount)

    def _solved(self, problem: PairProblem) -> Plan:
        started = time.perf_counter()
        return _timed(problem, Solving(problem, executor=self.executor).solve(), started)

    def _lowest(self, groups: Groups) -> float:
        sides = [pair for group in groups for pair in combinations(group, 2)]
        i, j = np.array(sides, dtype=np.intp).reshape(-1, 2).T
        return float(self.problem.score.pairs(i, j).min(initial=1.0))


@dataclass(frozen=True)
class MentorFloors:
    """Assignments of the best sum in which each mentee has one mentor, of a score above floors.

    Attributes
    ----------
    start
        The best assignment of all.
    """

    start: Plan

    @cached_property
    def _problem(self) -> FloorLoadProblem:
        problem: LoadProblem = self.start.problem  # type: ignore[assignment]
        return FloorLoadProblem.on(problem, 0.0)

    @cached_property
    def first(self) -> Reached:
        """The best plan of all."""
        amount = self._problem.lowest(self.start.index_groups)
        return Reached(amount, amount, self.start)

    def above(self, floor: float) -> Reached:
        """Return the best plan above a floor."""
        started = time.perf_counter()
        problem = replace(self._problem, floor=floor)
        problem.check()
        plan = _timed(problem, solved(problem), started)
        return Reached(floor, problem.lowest(plan.index_groups), plan)

    @cached_property
    def highest(self) -> float:
        """The worst pair of the plan whose worst pair is best."""
        problem = self._problem
        placed = problem.rank(self.start.index_groups)

        def reached(level: int) -> float | None:
            try:
                found = self.above(level * problem.step)
            except InfeasibleError:
                return None
            return found.amount if problem.rank(found.plan.index_groups) == placed else None

        levels = np.unique(problem.table)
        between = levels[levels * problem.step > self.first.amount]
        return _last(between.tolist(), reached, self.first.amount)


@dataclass(frozen=True)
class ShareFloors:
    """Assignments of the best sum in which every mentee's share is above floors.

    Attributes
    ----------
    start
        The best assignment of all.
    target_gap
        When a search ends.
    """

    start: Plan
    target_gap: float

    @cached_property
    def _problem(self) -> FloorLoadProblem:
        problem: LoadProblem = self.start.problem  # type: ignore[assignment]
        if problem.twins is not None:
            raise InvalidInput(
                "against=WorstOff(): somebody is both mentor and mentee; with several mentors each"
                " that is not known exactly: use mentee_load=(0, 1)"
            )
        fair = placing_all(FairLoadProblem.on(problem, math.inf))
        return FloorLoadProblem.on(fair.plain, 0.0)

    @cached_property
    def first(self) -> Reached:
        """The best plan of all."""
        started, problem = time.perf_counter(), self._problem
        plan = _timed(problem.plain, solved(problem.plain), started)
        amount = problem.lowest(plan.index_groups)
        return Reached(amount, amount, plan)

    def above(self, floor: float) -> Reached:
        """Return the best plan above a floor."""
        started = time.perf_counter()
        problem = replace(self._problem, floor=floor)
        outcome = above_floor(problem, self.target_gap, _SECONDS, self._fairest)
        plan = _timed(problem, outcome, started)
        return Reached(floor, problem.lowest(plan.index_groups), plan)

    @cached_property
    def highest(self) -> float:
        """The highest smallest share found."""
        return max(self._problem.lowest(self._fairest), self.first.amount)

    @cached_property
    def _fairest(self) -> Groups:
        seats = self._problem.seat_table
        cells, _ = prove_maximin(seats, self.target_gap, _SECONDS)
        return seats.groups(cells)


def _timed(problem: Problem, outcome: Outcome, started: float) -> Plan:
    return Plan(problem, replace(outcome, seconds=time.perf_counter() - started))


def _last(levels: Sequence[int], reached: Callable[[int], float | None], otherwise: float) -> float:
    """Return what is reached at the last level that can be; the very last is tried first."""
    low, high, best = -1, len(levels), otherwise
    middle = high - 1
    while high - low > 1:
        found = reached(levels[middle])
        if found is None:
            high = middle
        else:
            low, best = middle, found
        middle = (low + high) // 2
    return best
