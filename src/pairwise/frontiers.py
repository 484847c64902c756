"""`frontier`: score against something else that is good, each point a plan with its bound."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.assigning import assign
from pairwise.errors import InvalidInput
from pairwise.limits import check_limits
from pairwise.matching.tilted import TiltedSearch, hull, upper_hull
from pairwise.pairing import Solving
from pairwise.plan import Plan
from pairwise.problem import LoadProblem, PairProblem, QuotaLoadProblem, QuotaProblem
from pairwise.quota_assigning import furthest, solved_under_quotas
from pairwise.quota_pairing import PeopleOracle, again_under_quotas, outcome_of
from pairwise.quotas import Average, Share
from pairwise.rules import Rule
from pairwise.score import Score
from pairwise.terms import Term
from pairwise.worst_off import MentorFloors, PairFloors, ShareFloors, WorstOff, plans_along

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

    import pandas as pd
    from matplotlib.axes import Axes

    from pairwise.matching.tilted import Column
    from pairwise.participants import Participants
    from pairwise.problem import Leftover, Load
    from pairwise.worst_off import Floors

_ONE_EACH = (0, 1)
_HULL_STEPS = 40
_FEWEST_STEPS, _MOST_STEPS = 12, 80
_STEPS_TIMES_PEOPLE = 4000


@dataclass(frozen=True)
class FrontierPoint:
    """A plan that is best among those with at least so much of the second good.

    Attributes
    ----------
    asked
        How much the plan had to have.
    amount
        How much it has.
    plan
        The plan; its quota, rule or floor asks for `asked`, its bound is over all plans that have
        so much.
    """

    asked: float
    amount: float
    plan: Plan


@dataclass(frozen=True, eq=False)
class Frontier:
    """Plans from the most score to the most of something else; see `frontier`.

    Attributes
    ----------
    against : Rule, Term, Score or WorstOff
        The second good.
    points : tuple of FrontierPoint
        From most score to most of the second good.
    hull : tuple of (amount, value)
        Vertices of the concave hull: plans that no mixture of plans beats.

    Examples
    --------
    >>> import pairwise as pw
    >>> curve = pw.frontier(pw.sample_cohort(), against=pw.Differ("department"), points=5)
    >>> frame = curve.to_frame()
    >>> list(frame.columns)
    ['asked', 'amount', 'value', 'bound', 'gap', 'status']
    >>> bool((frame["amount"] >= frame["asked"] - 1e-9).all())
    True
    """

    against: Rule | Term | Score | WorstOff
    points: tuple[FrontierPoint, ...]
    hull: tuple[tuple[float, float], ...]

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, one row a point."""
        import pandas as pd

        rows = [
            {
                "asked": point.asked,
                "amount": point.amount,
                "value": point.plan.value,
                "bound": point.plan.bound,
                "gap": point.plan.gap,
                "status": point.plan.status.name,
            }
            for point in self.points
        ]
        return pd.DataFrame(rows)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the points, their bounds and the hull; needs the extra ``plot``.

        Parameters
        ----------
        ax
            Where to draw; a new figure if None.
        """
        from pairwise.plotting import plot_frontier

        plans = [(point.amount, point.plan.value) for point in self.points]
        bounds = [(point.amount, point.plan.bound) for point in self.points]
        return plot_frontier(plans, bounds, self.hull, self.label, ax)

    @property
    def label(self) -> str:
        """What the second good is, in words."""
        if isinstance(self.against, WorstOff):
            return self.against.label
        if isinstance(self.against, Rule):
            return f"share of {self.against.label}"
        name = self.against.name if isinstance(self.against, Term) else "second score"
        return f"mean {name}"

    def __repr__(self) -> str:
        first, last = self.points[0], self.points[-1]
        return (
            f"Frontier({len(self.points)} plans, {self.against!r} from {first.amount:.3g} to"
            f" {last.amount:.3g}, value from {first.plan.value:.6g} to {last.plan.value:.6g})"
        )


def frontier(
    people: Participants,
    score: Score | Term | None = None,
    *,
    against: Rule | Term | Score | WorstOff,
    points: int = 20,
    rules: Iterable[Rule] = (),
    leftover: Leftover = "trio",
    mentees: Participants | None = None,
    mentor_load: Load | None = None,
    mentee_load: Load | None = None,
    target_gap: float = 1e-3,
    executor: Executor | None = None,
) -> Frontier:
    """Return plans from the one of most score to the one with most of something else.

    Parameters
    ----------
    people : Participants
        Whom to pair; with `mentees` the mentors.
    score : Score or Term, optional
        `default_score` of the people if None.
    against : Rule, Term, Score or WorstOff
        The second good. A rule: the share of people whose partner is known to keep it, so
        ``Differ("department")`` is diversity and ``Among(plan.pairs)`` is what stays of an earlier
        plan. A term or score: its mean over people. Of an assignment: over its pairs.
        ``WorstOff()``: what the worst-off have, so that the curve is the price of fairness.
    points : int
        How many plans, >= 2; what is asked for is evenly spaced. Against the worst-off fewer, where
        there are no more that no other plan beats in both.
    rules, leftover, executor
        As in `pair`.
    mentees : Participants, optional
        Assign mentors to these instead of pairing people.
    mentor_load, mentee_load : optional
        As in `assign`, where there are `mentees`; one partner each if None.
    target_gap : float
        A point is left when ``(bound - value) / bound`` is at most this.

    Returns
    -------
    Frontier
        Its points are plans under a quota, `Share` or `Average`, or above a floor; `to_frame` and
        `plot` show them.

    Raises
    ------
    InvalidInput
        An argument that breaks its rule.
    InfeasibleError
        Rules that contradict each other.

    Notes
    -----
    Vertices of the concave hull come from matchings under multipliers, by bisection
    [gusfield1983]_; plans between two vertices from recombining their alternating cycles, then from
    HiGHS among pairs that the duals leave in question. Every plan carries the bound of the hull.

    Against the worst-off each point is a matching of the pairs above a floor, exact, of up to 2,500
    people; of mentors and mentees likewise where each mentee has one mentor at most. Otherwise it
    is searched for ten seconds at most, as by `maximin_assignment`, and its gap is certified.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.sample_cohort().take(range(30))
    >>> curve = pw.frontier(people, against=pw.Diversity("site"), points=4)
    >>> best, most = curve.points[0], curve.points[-1]
    >>> best.plan.value >= most.plan.value, best.amount <= most.amount
    (True, True)
    >>> most.plan.verify()
    """
    check_limits(target_gap, None)
    if points < 2 or points != int(points):
        raise InvalidInput(f"points = {points!r}: must be a whole number >= 2")
    quota = None if isinstance(against, WorstOff) else _quota_of(against)
    if mentees is not None:
        start = assign(
            people,
            mentees,
            score,
            mentor_load=mentor_load or _ONE_EACH,
            mentee_load=mentee_load or _ONE_EACH,
            rules=rules,
        )
        if quota is None:
            return _of_worst_off(_floors(start, target_gap), points)
        return _assigned(start, against, quota, points, target_gap)
    if mentor_load is not None or mentee_load is not None:
        raise InvalidInput("mentor_load, mentee_load: are for assignments; pass mentees= too")
    if quota is None:
        plain = PairProblem.of(people, score, rules, leftover)
        plain.check()
        return _of_worst_off(PairFloors(plain, executor), points)
    free = QuotaProblem.of(people, score, rules, leftover, [quota(0.0)])
    free.check()
    base = Solving(free, executor=executor).solve()
    oracle = PeopleOracle(free, free.sums, base, executor)
    vertices = hull(oracle, _HULL_STEPS)
    one, placed = free.sums[0], oracle.placed
    levels = [one.amount(vertex.sums[0], placed) for vertex in vertices]
    asked = np.linspace(levels[0], levels[-1], points)
    drawn = tuple(
        (level, vertex.value * free.step) for level, vertex in zip(levels, vertices, strict=True)
    )
    found = [_point(free, oracle, vertices, quota(float(x)), target_gap) for x in asked]
    return Frontier(against, tuple(found), drawn)


def _floors(start: Plan, target_gap: float) -> Floors:
    """Return how assignments above floors are found: exactly if mentees have one mentor each."""
    assert isinstance(start.problem, LoadProblem)  # noqa: S101
    if max(start.problem.mentees.high) <= 1:
        return MentorFloors(start)
    return ShareFloors(start, target_gap)


def _of_worst_off(floors: Floors, points: int) -> Frontier:
    found = tuple(FrontierPoint(*reached) for reached in plans_along(floors, points))
    drawn = upper_hull([(point.amount, point.plan.value) for point in found])
    return Frontier(WorstOff(), found, tuple(drawn))


def _assigned(
    start: Plan,
    against: Rule | Term | Score | WorstOff,
    quota: Callable[[float], Share | Average],
    points: int,
    target_gap: float,
) -> Frontier:
    """Return assignments from the best to the one with most of the second good."""
    assert isinstance(start.problem, LoadProblem)  # noqa: S101
    free = QuotaLoadProblem.on(start.problem, [quota(0.0)])
    least = free.sums[0].amount(free.totals(start.index_groups)[0], len(start.index_groups))
    asked = np.linspace(least, max(least, furthest(free)), points)
    found = []
    for level in asked.tolist():
        started = time.perf_counter()
        problem = replace(free, quotas=(quota(level),))
        outcome = solved_under_quotas(problem, target_gap)
        outcome = replace(outcome, seconds=time.perf_counter() - started)
        plan = Plan(problem, outcome)
        total, pairs = problem.totals(plan.index_groups)[0], len(plan.index_groups)
        found.append(FrontierPoint(level, problem.sums[0].amount(total, pairs), plan))
    drawn = upper_hull([(point.amount, point.plan.value) for point in found])
    return Frontier(against, tuple(found), tuple(drawn))


def _quota_of(against: Rule | Term | Score) -> Callable[[float], Share | Average]:
    if isinstance(against, Rule):
        rule = against
        return lambda level: Share(rule, at_least=min(max(level, 0.0), 1.0))
    if isinstance(against, Term | Score):
        term = against
        return lambda level: Average(term, at_least=min(max(level, 0.0), 1.0))
    raise InvalidInput(
        f'against={against!r}: must be a rule such as Differ("site"), a term, a score or WorstOff()'
    )


def _point(
    free: QuotaProblem,
    oracle: PeopleOracle,
    vertices: list[Column],
    quota: Share | Average,
    target_gap: float,
) -> FrontierPoint:
    started = time.perf_counter()
    problem = replace(free, quotas=(quota,))
    asked = oracle.under(problem)
    steps = max(_FEWEST_STEPS, min(_MOST_STEPS, _STEPS_TIMES_PEOPLE // asked.n))
    search = TiltedSearch(asked, target_gap=target_gap, steps=steps)
    answer = search.run(vertices)
    outcome = outcome_of(asked, answer, target_gap)
    outcome = replace(outcome, seconds=time.perf_counter() - started)
    plan = Plan(problem, outcome, resolver=again_under_quotas(target_gap, oracle.executor))
    total: Any = asked.column(plan.index_groups).sums[0]
    amount = problem.sums[0].amount(total, asked.placed)
    return FrontierPoint(float(quota.at_least or 0.0), amount, plan)
