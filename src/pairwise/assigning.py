"""`assign`: mentors to mentees within loads, exactly."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.errors import InfeasibleError, InvalidInput, did_you_mean
from pairwise.limits import check_limits, report_end, shown
from pairwise.matching.exclusive import (
    AssignmentProof,
    Cell,
    ExclusiveSearch,
    Instance,
    ShortageError,
)
from pairwise.matching.pricing import ONE_BLAS_THREAD
from pairwise.participants import Participants
from pairwise.plan import Outcome, Plan, Status
from pairwise.problem import (
    NOT_ALLOWED,
    FairLoadProblem,
    FloorLoadProblem,
    LoadProblem,
    QuotaLoadProblem,
    Side,
    as_priority,
    check_fairness,
    shortage_sentence,
    twins_sentence,
)
from pairwise.quotas import bind_quotas
from pairwise.rules import Forbid, Require

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Executor

    from pairwise.limits import Progress
    from pairwise.plan import Resolver
    from pairwise.problem import Gain, Load, Participation, Priority
    from pairwise.quotas import Quota
    from pairwise.rules import Rule
    from pairwise.score import Score
    from pairwise.terms import Term

_MOST_PAIRS = 40_000_000
"""Largest table of mentors x mentees: all of its integers are in memory (320 MB)."""


def assign(
    mentors: Participants,
    mentees: Participants,
    score: Score | Term | None = None,
    *,
    mentor_load: Load = (0, 1),
    mentee_load: Load = (0, 1),
    rules: Iterable[Rule] = (),
    quotas: Iterable[Quota] = (),
    participation: Participation = "maximum",
    gain: Gain = "mentee",
    returns: Sequence[float] = (0.0,),
    priority: Priority | None = None,
    allow_two_cycles: bool = False,
    fairness: float = 0.0,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    executor: Executor | None = None,  # noqa: ARG001
    progress: Progress | bool | None = None,
    seed: int = 0,  # noqa: ARG001
) -> Plan:
    """Return the best plan of mentors and mentees within everybody's load.

    Parameters
    ----------
    mentors, mentees : Participants
        Both sides; the same id on both is one person in both roles, never their own mentor.
        Features are aligned by name (`Participants.merged`).
    score : Score or Term, optional
        What a pair is worth, in [0, 1], higher is better; `default_score` of everybody if None.
        A score that is bound to people among whom all of both sides are is used as it is, so
        that wishes between the sides count.
    mentor_load, mentee_load : (fewest, most), arrays, or mapping of id to (fewest, most)
        How many partners each must and may have; one pair for all, two arrays, or by id, where
        whoever is not named has (0, 1).
    rules : iterable of Rule
        What no plan may break. `Require` puts a pair into the plan; both may have others too.
    quotas : iterable of Quota
        What the plan as a whole must reach: `PerMentor` and `PerMentee`, `Share` and `Count` of a
        rule, `Average`, `Parity` between mentees. What is asked of single people is kept like
        loads; quotas over the plan choose among the plans that place as many people as can be.
    participation : {"maximum", "any"}
        As many people as can be have a partner, then the most worth; or the most worth alone.
        Each role of somebody in both counts.
    gain : {"mentee", "both"}
        A pair is worth what the mentee gains from the mentor (`Complementarity`: how much of
        what the mentee seeks the mentor offers; `Preference`: whether the mentee asked for the
        mentor), or what it is worth in `pair`, both directions together.
    returns : sequence of float
        What a mentor's first, second, ... mentee adds on top of the score, not rising; the last
        holds for all further: ``(0, -0.1, -0.3)`` spreads the work.
    priority : mapping of id to number >= 0, or name of a number feature, optional
        Who comes first where not all can be placed, for example rounds waited. Among plans that
        place as many people, those with the larger sum of priorities of the placed come first,
        whatever their scores.
    allow_two_cycles : bool
        Whether two people may be each other's mentor.
    fairness : float
        0: the largest sum of scores. To 10: alpha-fair between mentees with one mentor each, 1 is
        Nash. ``float("inf")``: leximin where each mentee has one mentor at most, else every mentee
        has a mentor, the smallest share is as large as can be, and then the sum; a share is the
        sum of a mentee's scores over the most mentors that they may have.
    target_gap : float
        Stop once ``(bound - value) / bound`` is proven to be at most this.
    time_limit : float, optional
        Seconds after which the best plan so far is returned with its bound.
    executor : concurrent.futures.Executor, optional
        Not used: all scores are in memory.
    progress : function of (stage, share done), or True for a progress bar (needs tqdm), optional
    seed : int
        Reserved for methods that draw numbers; `assign` does not.

    Returns
    -------
    Plan
        ``plan.pairs`` holds (mentor id, mentee id); ``plan.unmatched`` the mentees without a mentor
        and the mentors, who are no mentees, without a mentee.

    Raises
    ------
    InvalidInput
        An argument that breaks its rule.
    InfeasibleError
        Requires that contradict rules or loads, or fewest partners that cannot be had: names a
        smallest set of people who together need more than there is [hall1935]_.

    Notes
    -----
    A maximum-weight assignment with loads, solved exactly with dual values for a certificate
    over all allowed pairs, see `pairwise.matching.assignment`. Where people in both roles want
    each other, that is no flow any more: prices and branch and bound settle it, exactly while
    such pairs are few; after 1,000 branches the search ends, BOUNDED by what is left.
    All scores are in memory, at most 40 million; with `quotas` 4 million.

    With `quotas` a linear programme by HiGHS takes the place of the flow; pairs join it by price.
    Where only `PerMentor` and `PerMentee` are asked and the kinds counted for a person are nested
    or apart, its optimum is whole [edmonds1970]_; otherwise HiGHS looks for a plan, and branches
    with prices of their own bound all others: OPTIMAL, or BOUNDED by what is left. Quotas go with
    everything but `fairness`.

    With `fairness` scores below 0.01 count as 0.01, and a pair counts by `FairProblem.worth`. Value
    stays the sum of scores; gap, bound and status are about fairness, and
    `Plan.price_of_fairness` is what the sum loses. Leximin is exact, by `leximin_matching` over
    the places of mentors. With several mentors each, which is NP-hard [bezakova2005]_,
    ``plan.certificate`` holds ``floor``, ``floor_bound``, which prices prove, and
    ``searched_floor``, which branch and bound found beyond them; the plan's bound is on the sum
    above that floor. That search ends after a minute unless `time_limit` says otherwise.
    With ``float("inf")`` and several partners everybody is placed if all can be. If not, as many
    mentees as can be are, whichever mentors that takes; but where mentors or some mentees have a
    fewest, or mentees several mentors, all mentees must have one. It goes without people in both
    roles (unless they may be each other's mentor), and with required pairs only where it is
    leximin; leximin is for up to 4 million pairs of places and mentees, and heeds no `time_limit`.

    Examples
    --------
    >>> import pairwise as pw
    >>> mentors = pw.Participants(["ann", "bob"], offers=[[1, 0], [1, 1]])
    >>> mentees = pw.Participants(["cy", "di", "eve"], seeks=[[1, 0], [0, 1], [1, 1]])
    >>> plan = pw.assign(mentors, mentees, pw.Complementarity(), mentor_load=(1, 2))
    >>> plan.pairs
    (('ann', 'cy'), ('bob', 'di'), ('bob', 'eve'))
    >>> plan.value, plan.status.name
    (3.0, 'OPTIMAL')
    >>> plan.verify()
    """
    check_limits(target_gap, time_limit)
    started = time.perf_counter()
    _check_choices(participation, gain, returns)
    people = _everybody(mentors, mentees, score)
    levels = as_priority(people, priority)
    problem = LoadProblem.of(
        people,
        score,
        rules,
        Side.of("mentor_load", mentors, people, mentor_load).plain,
        Side.of("mentee_load", mentees, people, mentee_load).plain,
        returns=[float(step) for step in returns],
        participation=participation,
        gain=gain,
        two_cycles=bool(allow_two_cycles),
        priority=None if levels is None else levels.tolist(),
    )
    alpha = check_fairness(float(fairness))
    given = bind_quotas(quotas)
    if given:
        _check_no_fairness(alpha)
        problem = QuotaLoadProblem.on(problem, given)
    elif alpha:
        problem = FairLoadProblem.on(problem, alpha)
    problem.check()
    if isinstance(problem, FairLoadProblem):
        from pairwise.fair_assigning import placing_all

        problem = placing_all(problem)
    outcome = solved(problem, target_gap, time_limit, shown(progress))
    seconds = time.perf_counter() - started
    return Plan(problem, replace(outcome, seconds=seconds), resolver=_Resolver())


def _check_no_fairness(alpha: float) -> None:
    if alpha:
        raise InvalidInput(
            f"fairness={alpha:g} and quotas: give one of the two; Parity is the quota that asks for"
            " fairness between kinds of mentees"
        )


def resolver_of(plan: Plan) -> Resolver:  # noqa: ARG001
    """Return what answers what-ifs of a plan that was read or built."""
    return _Resolver()


def _check_choices(participation: str, gain: str, returns: Sequence[float]) -> None:
    for name, value, choices in (
        ("participation", participation, ("maximum", "any")),
        ("gain", gain, ("mentee", "both")),
    ):
        if value not in choices:
            raise InvalidInput(
                f'{name}={value!r}: must be "{choices[0]}" or "{choices[1]}"'
                f"{did_you_mean(str(value), choices)}"
            )
    steps = np.asarray(returns, dtype=np.float64)
    if steps.ndim != 1 or not len(steps) or not (np.abs(steps) <= 1000).all():
        raise InvalidInput(f"returns={returns!r}: must be a list of numbers, such as (0, -0.1)")
    if (np.diff(steps) > 0).any():
        raise InvalidInput(
            f"returns={returns!r}: must not rise; a further mentee may not add more than the one"
            " before"
        )


def _everybody(
    mentors: Participants, mentees: Participants, score: Score | Term | None
) -> Participants:
    """Return the people of both sides, those whom the score is bound to if they hold all."""
    for name, side in (("mentors", mentors), ("mentees", mentees)):
        if not isinstance(side, Participants):
            raise InvalidInput(f"{name}: must be Participants, not {type(side).__name__}")
        if not len(side):
            raise InvalidInput(f"{name}: there is nobody; must be at least one")
    pairs = len(mentors) * len(mentees)
    if pairs > _MOST_PAIRS:
        raise InvalidInput(
            f"mentors, mentees: {len(mentors):,} x {len(mentees):,} are {pairs:,} pairs, at most"
            f" {_MOST_PAIRS:,} fit in memory; assign parts that do not meet apart, such as sites"
        )
    bound = getattr(score, "people", None)
    if isinstance(bound, Participants) and {*bound.ids} >= {*mentors.ids, *mentees.ids}:
        return bound
    return mentors.merged(mentees)


def solved(
    problem: LoadProblem,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Return the best groups of a problem with their proof."""
    if isinstance(problem, QuotaLoadProblem):
        from pairwise.quota_assigning import solved_under_quotas

        return solved_under_quotas(problem, target_gap, time_limit, progress)
    if isinstance(problem, FairLoadProblem | FloorLoadProblem) and problem.is_of_shares:
        from pairwise.fair_assigning import solved_by_shares

        return solved_by_shares(problem, target_gap, time_limit)

    def close_enough(cells: tuple[Cell, ...], total_bound: int) -> bool:
        groups = problem.groups(cells)
        bound = total_bound - problem.rank(groups)
        return bound - problem.value(groups) <= target_gap * bound

    with ONE_BLAS_THREAD:
        instance = Instance.of(problem)
    report_end(progress, "score")
    search = ExclusiveSearch(instance, close_enough, time_limit, progress)
    try:
        found = search.run()
    except ShortageError as error:
        raise InfeasibleError([_why_infeasible(problem, error)]) from None
    report_end(progress, "solve")
    groups = problem.groups(found.cells)
    rank = problem.rank(groups)
    value, bound = found.total - rank, found.bound - rank
    status = Status.OPTIMAL
    if bound > value:
        status = Status.unproven(value, bound, target_gap, out_of_time=search.out_of_time)
    proof = AssignmentProof(bound, rank, found.nodes)
    return Outcome(groups, value, bound, status, 0.0, proof)


def _why_infeasible(problem: LoadProblem, error: ShortageError) -> str:
    if error.shortage is None:
        return twins_sentence(problem, error.twins)
    return shortage_sentence(problem, error.shortage)


@dataclass(frozen=True)
class _Resolver:
    """Solves a plan's problem again under further demands, from scratch."""

    def __call__(
        self,
        plan: Plan,
        *,
        force: Sequence[tuple[int, int]] = (),
        forbid: Sequence[tuple[int, int]] = (),
        place: Sequence[int] = (),
    ) -> Outcome:
        problem: Any = plan.problem
        outcome = solved(_demanding(problem, force, forbid))
        placed = {person for group in outcome.groups for person in group}
        if isinstance(problem, FairLoadProblem) and problem.alpha == math.inf:
            return _fairest_with(problem, outcome, force, forbid, set(place) - placed)
        for person in set(place) - placed:
            partner = _partner(_demanding(problem, force, forbid), person)
            if partner is not None:
                again = solved(_demanding(problem, [*force, partner], forbid))
                return replace(again, forced=(partner,))
        return outcome


def _demanding(problem: LoadProblem, force: Any, forbid: Any) -> LoadProblem:
    ids = problem.people.ids
    demands: list[Rule] = [Require([(ids[a], ids[b])]) for a, b in force]
    demands += [Forbid([(ids[a], ids[b])]) for a, b in forbid]
    return problem.with_rules(demands)


def _fairest_with(
    problem: FairLoadProblem, outcome: Outcome, force: Any, forbid: Any, place: Iterable[int]
) -> Outcome:
    """Where somebody to be placed was left out by leximin, try everybody they may be with."""
    if problem.is_maximin:
        return outcome
    for person in place:
        tries = list[Outcome]()
        for pair in _open_pairs(_demanding(problem, force, forbid), person):
            with suppress(InfeasibleError):
                again = solved(_demanding(problem, [*force, pair], forbid))
                tries.append(replace(again, forced=(pair,)))
        if tries:
            return max(tries, key=lambda found: _profile(problem, found))
    return outcome


def _open_pairs(problem: LoadProblem, person: int) -> list[tuple[int, int]]:
    """Return the pairs, mentor first, in which somebody may be."""
    row, col = problem.row_at[person], problem.col_at[person]
    cells = [(int(i), int(col)) for i in np.flatnonzero(problem.free_table[:, col] > NOT_ALLOWED)]
    if col < 0:
        cells = [(int(row), int(j)) for j in np.flatnonzero(problem.free_table[row] > NOT_ALLOWED)]
    return [(a, b) for a, b in problem.groups(cells)]


def _profile(problem: LoadProblem, found: Outcome) -> tuple[int, list[int]]:
    """Return by what leximin compares plans: how many pairs, then scores from the worst on."""
    worth = problem.group_weights(tuple(found.groups))
    return len(found.groups), sorted(worth.tolist())


def _partner(problem: LoadProblem, person: int) -> tuple[int, int] | None:
    """Return the pair of somebody who must be placed, in the best plan that does it."""
    try:
        outcome = solved(problem.placing(person))
    except InfeasibleError:
        return None
    return next(((a, b) for a, b in outcome.groups if person in (a, b)), None)
