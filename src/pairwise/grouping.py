"""`group`: circles of three and more, with a bound."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from pairwise.circles import GroupProblem
from pairwise.errors import InfeasibleError, InvalidInput
from pairwise.limits import check_limits, shown
from pairwise.matching.partitions.solver import Effort, solve
from pairwise.plan import Outcome, Plan, Status
from pairwise.rules import Forbid, Require

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pairwise.circles.aims import Balance
    from pairwise.limits import Progress
    from pairwise.matching.partitions.answer import Partition
    from pairwise.matching.partitions.reading import Leftover, Size
    from pairwise.participants import Participants
    from pairwise.plan import Resolver
    from pairwise.quotas import Quota
    from pairwise.rules import Rule
    from pairwise.score import Score
    from pairwise.terms import Memory, Term

_BLAME_SECONDS = 2.0


def group(
    people: Participants,
    score: Score | Term | None = None,
    size: Size = 4,
    *,
    rules: Iterable[Rule] = (),
    quotas: Iterable[Quota] = (),
    balance: Balance = (),
    coverage: float = 0.0,
    worst: float = 0.0,
    history: Memory | None = None,
    repeat_cost: float = 1.0,
    leftover: Leftover = "share",
    target_gap: float = 0.0,
    time_limit: float | None = None,
    progress: Progress | bool | None = None,
    seed: int = 0,
) -> Plan:
    """Return the best circles that can be found, with a bound on all others.

    Parameters
    ----------
    people : Participants
        The n people.
    score : Score or Term, optional
        What a pair is worth, in [0, 1], higher is better; `default_score` of the people if None.
    size : int or (int, int)
        People a circle, >= 2, or the smallest and the largest circle.
    rules : iterable of Rule
        What no two members of a circle may break; `Require` ties people into one circle.
    quotas : iterable of Quota
        What every circle must hold: `PerGroup` (at least or at most so many of a kind; a mentor
        each), `NotAlone` (nobody the only one of a kind), `Common` (slots in which all are free).
    balance : names, or mapping of name to weight
        Categories and numbers in which circles should be alike (anticlustering).
    coverage : float
        Weight of what members find in their circle of what they seek: `offers` and `seeks`.
    worst : float
        Weight of the worst circle.
    history : History, optional
        Who met before. Two who met m times lose ``repeat_cost * m**2`` of their score when they
        meet again; ``rules=[NoRepeat(history)]`` forbids it.
    repeat_cost : float
        See `history`.
    leftover : {"share", "bye"}
        When `size` does not divide n: sizes as even as possible, or n mod size people in no
        circle, chosen best.
    target_gap : float
        No further work on bounds once ``(bound - value) / bound`` is at most this.
    time_limit : float, optional
        Seconds after which the best circles so far are returned with their bound.
    progress : function of (stage, share done), or True for a progress bar (needs tqdm), optional
    seed : int
        Of the search: the same input and seed give the same circles, unless stopped by time.

    Returns
    -------
    Plan
        Its status is OPTIMAL where that is proven, else WITHIN_GAP, BOUNDED or TIME_LIMIT.

    Raises
    ------
    InvalidInput
        An argument that breaks its rule.
    InfeasibleError
        Size, rules and quotas that contradict each other; names who, which and what to relax.

    Notes
    -----
    A circle g of k people is worth the sum over its pairs of ``w(i, j) / (k - 1)``, plus what it
    covers: everybody's value is the mean weight to the others, and the plan is worth half the sum
    of everybody's value. The weight of a pair is::

        w(i, j) = score(i, j) + sum over f of balance[f] d_f(i, j) - repeat_cost m(i, j)**2

    For a category, d_f is whether the two differ; for a number x it is half the squared difference
    of x plus half that of ``(x - mean)**2``, each divided by its mean over all pairs of people.
    Circles of one size that are as mixed as can be have the same means, and by the second part the
    same spreads [papenberg2021]_. With `coverage` c everybody i adds half of::

        c * (sum over s of min(seeks(i, s), max over others j of offers(j, s))) / sum of seeks(i, s)

    which is submodular in the others. With `worst` w the plan adds ``w n / k`` times what its
    worst circle (of k people) is worth: that is w times the plan if all circles were like it.

    NP-hard: proven optimal up to about 50 people in fours, else local search with a bound, see
    `pairwise.matching.partition`. Memory 4 n^2 bytes.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.sample_cohort()
    >>> plan = pw.group(people, size=(4, 5), rules=[pw.Differ("manager")])
    >>> sorted({len(circle) for circle in plan.groups}), plan.gap < 0.05
    ([4, 5], True)
    >>> plan.verify()
    """
    check_limits(target_gap, time_limit)
    started = time.perf_counter()
    problem = GroupProblem.of(
        people,
        score,
        rules,
        size=size,
        quotas=quotas,
        balance=balance,
        coverage=coverage,
        worst=worst,
        met=() if history is None else meetings_of(people, history),
        repeat_cost=repeat_cost,
        leftover=leftover,
    )
    problem.check()
    effort = Effort(target_gap=target_gap, time_limit=time_limit, seed=seed)
    outcome = _solved(problem, effort, shown(progress))
    seconds = time.perf_counter() - started
    return Plan(problem, replace(outcome, seconds=seconds), resolver=_Resolver(effort))


def meetings_of(people: Participants, history: Memory) -> list[tuple[int, int, int]]:
    """Return the pairs among the people who met before, with how often, by index."""
    if not hasattr(history, "meetings"):
        raise InvalidInput(f"history={history!r}: must be a History")
    met = history.meetings(people.ids)
    counts = Counter(zip(met.i.tolist(), met.j.tolist(), strict=True))
    return [(i, j, count) for (i, j), count in sorted(counts.items())]


def resolver_of(plan: Plan) -> Resolver:  # noqa: ARG001
    """Return what answers what-ifs of a plan of circles that was read or built."""
    return _Resolver(Effort())


def _solved(problem: GroupProblem, effort: Effort, progress: Progress | None = None) -> Outcome:
    try:
        found = solve(problem.partition, effort, progress)
    except InfeasibleError as error:
        raise InfeasibleError([*error.conflicts, *_blamed(problem)]) from None
    return Outcome(
        found.groups,
        found.value_q,
        found.bound_q,
        _status(found, effort.target_gap),
        0.0,
        replace(found.proof, bound=found.bound_q),
    )


def _status(found: Partition, target_gap: float) -> Status:
    if found.optimal:
        return Status.OPTIMAL
    if found.gap <= target_gap:
        return Status.WITHIN_GAP
    return Status.BOUNDED if found.complete else Status.TIME_LIMIT


def _blamed(problem: GroupProblem) -> list[str]:
    """Say without which single rule or quota there would be circles; tries each for a moment."""
    tries = [
        (bound.name, replace(problem, rules=tuple(r for r in problem.rules if r is not bound)))
        for bound in problem.rules
    ]
    tries += [
        (repr(quota), replace(problem, quotas=tuple(q for q in problem.quotas if q is not quota)))
        for quota in problem.quotas
    ]
    names = [name for name, relaxed in tries if _has_circles(relaxed)]
    if names:
        return [f"without {name} there would be circles" for name in names]
    return ["no single rule or quota is to blame, so relax two of them"] if len(tries) > 1 else []


def _has_circles(problem: GroupProblem) -> bool:
    quick = Effort(starts=2, rounds=50, exact=False, target_gap=1.0, time_limit=_BLAME_SECONDS)
    try:
        solve(problem.partition, quick)
    except InfeasibleError:
        return False
    return True


@dataclass(frozen=True)
class _Resolver:
    """Solves a plan's circles again under further demands, with the same effort."""

    effort: Effort

    def __call__(
        self,
        plan: Plan,
        *,
        force: Sequence[tuple[int, int]] = (),
        forbid: Sequence[tuple[int, int]] = (),
        place: Sequence[int] = (),  # noqa: ARG002
    ) -> Outcome:
        ids = plan.people.ids
        demands: list[Forbid | Require] = []
        demands += [Require([(ids[a], ids[b])]) for a, b in force]
        demands += [Forbid([(ids[a], ids[b])]) for a, b in forbid]
        return _solved(cast(GroupProblem, plan.problem).with_rules(demands), self.effort)
