"""`pair`: one population in pairs, exactly."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.limits import check_limits, report_end, shown
from pairwise.matching.clock import Clock
from pairwise.matching.fairness.proof import prove_leximin
from pairwise.matching.pair_solver import DensePairSolver, PairSolver, PricedAnswer
from pairwise.matching.pricing import ONE_BLAS_THREAD, PricingPairSolver
from pairwise.matching.proof import PlanProof, RankedProof
from pairwise.matching.trio import TrioSearch
from pairwise.plan import Outcome, Plan, Status
from pairwise.problem import (
    FairProblem,
    Kept,
    Leftover,
    PairProblem,
    PriorityProblem,
    QuotaProblem,
    as_priority,
)
from pairwise.problem.fair import check_fairness
from pairwise.quotas import bind_quotas
from pairwise.rules import Forbid, Require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor

    from pairwise.limits import Progress
    from pairwise.participants import Participants
    from pairwise.plan import Resolver
    from pairwise.problem import Priority
    from pairwise.quotas import Quota
    from pairwise.rules import Rule
    from pairwise.score import Score
    from pairwise.terms import Term

_DENSE = 2500
"""Up to so many people all weights are computed at once (50 MB); above, block by block."""


def pair(
    people: Participants,
    score: Score | Term | None = None,
    *,
    rules: Iterable[Rule] = (),
    quotas: Iterable[Quota] = (),
    leftover: Leftover = "trio",
    fairness: float = 0.0,
    priority: Priority | None = None,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    executor: Executor | None = None,
    progress: Progress | bool | None = None,
    seed: int = 0,  # noqa: ARG001
) -> Plan:
    """Return the best plan of pairs: as many people as the rules allow, then the most score.

    Parameters
    ----------
    people : Participants
        The n people.
    score : Score or Term, optional
        What a pair is worth, in [0, 1], higher is better; `default_score` of the people if None.
    rules : iterable of Rule
        What no plan may break.
    quotas : iterable of Quota
        What the plan as a whole must reach: `Share` and `Count` of a rule, `Parity`. Placing people
        comes first: quotas choose among the plans that place as many as the rules allow.
    leftover : {"trio", "bye"}
        With an odd number: the best trio takes in the odd one out, or the person whose absence
        costs least is left out. A trio is worth half the sum of its three scores.
    fairness : float
        Alpha: 0 is the largest sum of scores, 1 the largest product (Nash), up to 10 ever more for
        the worst-off pairs; ``float("inf")`` is leximin: the worst pair as good as can be, then
        the second worst, and so on (up to 2,500 people, pairs only). Then ``value`` is still the
        sum of scores, but gap and status are about fairness: OPTIMAL means that no plan is fairer,
        `Plan.price_of_fairness` what that costs.
    priority : mapping of id to number >= 0, or name of a number feature, optional
        Who comes first where not all can be placed, for example byes so far. Among plans that place
        as many people, those with the larger sum of priorities of the placed come first, whatever
        their scores; quotas choose among those. Up to 2,500 people, without fairness.
    target_gap : float
        Stop once ``(bound - value) / bound`` is proven to be at most this; 0 asks for the optimum.
    time_limit : float, optional
        Seconds after which the best plan so far is returned with its bound.
    executor : concurrent.futures.Executor, optional
        Where blocks of scores are computed for many people; a thread on each core if None.
    progress : function of (stage, share done), or True for a progress bar (needs tqdm), optional
    seed : int
        Reserved for methods that draw numbers; `pair` does not: the same input gives the same plan.

    Returns
    -------
    Plan

    Raises
    ------
    InvalidInput
        An argument that breaks its rule.
    InfeasibleError
        Rules that contradict each other, or somebody with nobody allowed; names who and why.
        Quotas that cannot be met; names them and how far they can go.

    Notes
    -----
    With `fairness` scores below 0.01 count as 0.01, and a pair counts by `FairProblem.worth`: still
    one maximum-weight matching. What-ifs and alternatives are then the fairest ones. Leximin
    takes no `time_limit`.

    Exact maximum-weight matching with a certificate over all allowed pairs, see
    `pairwise.matching.max_weight_matching`. Up to 2,500 people all scores are in memory; above,
    they are computed block by block, one or two passes over all pairs, memory O(n).

    Quotas are folded into the scores by multipliers, one exact matching a step; alternating cycles
    of the plans found are recombined, HiGHS chooses among their groups, and then among pairs that
    the duals leave in question, unless more than 300 people are within a gap of 1e-3; branches with
    bounds of their own close what is left. With very many quotas, or an odd
    number and a trio, a gap may remain: then the status is BOUNDED, and `gap` says how large. A
    time limit is then kept between matchings. Above 2,500 people every step scores all pairs anew.

    Examples
    --------
    >>> import pairwise as pw
    >>> likes = [[1, 0], [1, 1], [0, 1], [1, 0]]
    >>> people = pw.Participants(["ann", "bob", "cy", "di"], interests=likes)
    >>> plan = pw.pair(people, pw.Similarity("interests"))
    >>> plan.pairs
    (('ann', 'di'), ('bob', 'cy'))
    >>> plan.status.name, plan.gap
    ('OPTIMAL', 0.0)
    >>> plan.verify()
    """
    check_limits(target_gap, time_limit)
    started = time.perf_counter()
    limits = (started, target_gap, time_limit, executor, shown(progress))
    given = bind_quotas(quotas)
    if given:
        from pairwise.quota_pairing import solved_under_quotas

        _check_no_fairness(fairness)
        claims = as_priority(people, priority)
        levels = () if claims is None else claims.tolist()
        under_quotas = QuotaProblem.of(people, score, rules, leftover, given, levels)
        under_quotas.check()
        return solved_under_quotas(under_quotas, *limits)
    problem = _problem(people, score, rules, leftover, fairness, priority)
    problem.check()
    return solved(problem, *limits)


def _check_no_fairness(fairness: float) -> None:
    if check_fairness(fairness) != 0:
        raise InvalidInput(
            f"fairness={fairness!r} and quotas: give one of the two; Parity is the quota that asks"
            " for fairness between kinds of people"
        )


def _problem(
    people: Participants,
    score: Score | Term | None,
    rules: Iterable[Rule],
    leftover: Leftover,
    fairness: float,
    priority: Priority | None,
) -> PairProblem:
    claims = as_priority(people, priority)
    if check_fairness(fairness) == 0:
        plain = PairProblem.of(people, score, rules, leftover)
        return plain if claims is None else PriorityProblem.on(plain, claims.tolist())
    if priority is not None:
        raise InvalidInput(
            f"priority cannot be had together with fairness={fairness:g}; leave one of them out"
        )
    return FairProblem.of(people, score, rules, leftover, fairness)


def solved(
    problem: PairProblem,
    started: float,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    former: Plan | None = None,
) -> Plan:
    """Return the best plan of a problem whose rules do not contradict each other.

    Its seconds count from ``started`` on the clock of ``time.perf_counter``. Where it can, it goes
    on from the solver of a ``former`` plan.
    """
    solving = Solving(problem, target_gap, executor)
    if former is not None and isinstance(former.resolver, _Resolver):
        solving.follow(former.resolver.solving)
    outcome = solving.solve(time_limit, progress)
    seconds = time.perf_counter() - started
    return Plan(problem, replace(outcome, seconds=seconds), resolver=_Resolver(solving))


def resolver_of(plan: Plan) -> Resolver:
    """Return what answers what-ifs of a plan that was read or built: its problem, solved anew."""
    solving = Solving(_pairs(plan))
    solving.solve()
    return _Resolver(solving)


def _pairs(plan: Plan) -> PairProblem:
    assert isinstance(plan.problem, PairProblem)  # noqa: S101
    return plan.problem


class Solving:
    """A problem with the solver that answers it, ready for further questions."""

    def __init__(
        self,
        problem: PairProblem,
        target_gap: float = 0.0,
        executor: Executor | None = None,
    ) -> None:
        self.problem, self.target_gap, self.executor = problem, target_gap, executor
        fixed = problem.fixed
        self.fixed_trios = [group for group in fixed if len(group) == 3]
        self.bonds = [(group[0], group[1]) for group in fixed if len(group) == 2]
        self.wants_trio = problem.leftover == "trio" and problem.n % 2 == 1
        self.wants_trio &= not self.fixed_trios
        self._renewed: DensePairSolver | None = None
        self.is_leximin = isinstance(problem, FairProblem) and problem.alpha == math.inf

    def follow(self, former: Solving) -> None:
        """Go on from the solver of another problem, if most weights are the same."""
        before = getattr(former, "solver", None)
        kept = Kept.of(self.problem, former.problem) if self.problem.n <= _DENSE else None
        if kept is None or not isinstance(before, DensePairSolver):
            return
        everybody, (i, j) = slice(0, self.problem.n), kept.pairs
        rows = self.problem.weights(kept.rows, everybody)
        pairs = (i, j, self.problem.weights_pairs(i, j))
        self._renewed = before.renewed(
            kept.place,
            kept.rows,
            rows,
            pairs,
            largest=self.problem.largest,
            rounding=self.problem.rounding,
        )

    def solve(self, time_limit: float | None = None, progress: Progress | None = None) -> Outcome:
        """Return the best groups with their proof."""
        if self.is_leximin:
            return self._leximin()
        clock = Clock(time_limit)
        self.solver = self._new_solver(progress)
        answer = self.solver.solve(time_limit)
        report_end(progress, "solve")
        if self.wants_trio:
            return self._with_trio(answer, clock.left)
        return self.outcome(answer)

    def _leximin(self) -> Outcome:
        if self.problem.n > _DENSE:
            raise InvalidInput(
                f"fairness=inf: {self.problem.n:,} people are more than {_DENSE:,}, for whom all"
                " scores are held in memory; use a finite fairness such as 5"
            )
        if self.fixed_trios:
            raise InvalidInput("fairness=inf: a trio is required; leximin takes pairs only")
        pairs, proof = prove_leximin(self.problem)
        return Outcome(pairs, proof.bound_q, proof.bound_q, Status.OPTIMAL, 0.0, proof)

    def _new_solver(self, progress: Progress | None) -> PairSolver:
        problem = self.problem
        if self._renewed is not None:
            return self._renewed
        if problem.n <= _DENSE:
            everybody = slice(0, problem.n)
            with ONE_BLAS_THREAD:
                weights = problem.weights(everybody, everybody)
            report_end(progress, "score")
            return DensePairSolver(
                weights, problem.step, problem.largest, problem.rounding, roomy=True
            )
        return PricingPairSolver(
            problem,
            executor=self.executor,
            target_gap=self.target_gap,
            progress=progress,
        )

    def outcome(self, answer: PricedAnswer, forced: Sequence[tuple[int, int]] = ()) -> Outcome:
        """Wrap an answer of pairs, with groups that were settled beside it."""
        i, j = answer.pairs
        groups = list(zip(i.tolist(), j.tolist(), strict=True))
        settled = [*forced, *self.fixed_trios]
        fixed_q = int(self._settled_weight(forced))
        proof = PlanProof(len(groups), answer.certificate, tuple(forced), fixed_q)
        return self._finished([*groups, *settled], proof, answer.optimal)

    def _settled_weight(self, forced: Sequence[tuple[int, int]]) -> int:
        ends = np.array(forced, dtype=np.intp).reshape(-1, 2)
        pairs = int(self.problem.together_pairs(ends[:, 0], ends[:, 1]).sum())
        return pairs + int(self.problem.group_weights(self.fixed_trios).sum())

    def _with_trio(self, base: PricedAnswer, seconds_left: Callable[[], float | None]) -> Outcome:
        weigh = self.problem.together_pairs
        search = TrioSearch(self.solver, base, weigh, self.bonds, self.target_gap, seconds_left)
        found = search.run()
        if found.trio is None:
            return self.outcome(base)
        i, j = found.rest.pairs
        groups = [*zip(i.tolist(), j.tolist(), strict=True), found.trio]
        frame = (4 * len(i) + 6) * base.certificate.bonus
        claim = -((frame - found.bound4) // 4)
        lead, *others = found.certificates
        proof = PlanProof(len(i), lead, (), 0, claim, tuple(others), tuple(self.bonds))
        return self._finished(groups, proof, found.bound4 == found.value4)

    def _finished(
        self, groups: Sequence[tuple[int, ...]], proof: PlanProof, optimal: bool
    ) -> Outcome:
        value = sum(self._worth(groups))
        stated: PlanProof | RankedProof = proof
        if isinstance(self.problem, PriorityProblem):
            stated = RankedProof(proof, self.problem.rank(tuple(groups)))
            value -= stated.rank_q
        bound = max(stated.bound_q, value)
        status = Status.OPTIMAL
        if not optimal or bound > value:
            status = Status.unproven(value, bound, self.target_gap, out_of_time=True)
        return Outcome(groups, value, stated.bound_q, status, 0.0, stated)

    def _worth(self, groups: Sequence[tuple[int, ...]]) -> list[int]:
        ends = np.array([group for group in groups if len(group) == 2], dtype=np.intp)
        ends = ends.reshape(-1, 2)
        pairs = self.problem.together_pairs(ends[:, 0], ends[:, 1])
        trios = [group for group in groups if len(group) == 3]
        return [*pairs.tolist(), *self.problem.group_weights(trios).tolist()]


@dataclass(frozen=True)
class _Resolver:
    """Solves a plan's problem again under further demands, from its optimum where that can be."""

    solving: Solving

    def __call__(
        self,
        plan: Plan,
        *,
        force: Sequence[tuple[int, int]] = (),
        forbid: Sequence[tuple[int, int]] = (),
        place: Sequence[int] = (),
    ) -> Outcome:
        solving = self.solving
        other_rules = plan.problem.rules != solving.problem.rules
        if other_rules or solving.is_leximin or solving.wants_trio:
            outcome = self._afresh(plan, force, forbid)
        else:
            new = [pair for pair in force if pair not in solving.bonds]
            people = [person for pair in new for person in pair]
            outcome = solving.outcome(solving.solver.solve_without(people, forbid), new)
        return self._placing(plan, outcome, forbid, place)

    def _afresh(self, plan: Plan, force: Any, forbid: Any) -> Outcome:
        ids = plan.people.ids
        demands: list[Rule] = [Require([(ids[a], ids[b])]) for a, b in force]
        demands += [Forbid([(ids[a], ids[b])]) for a, b in forbid]
        problem = _pairs(plan).with_rules(demands)
        return Solving(problem, executor=self.solving.executor).solve()

    def _placing(
        self,
        plan: Plan,
        outcome: Outcome,
        forbid: Sequence[tuple[int, int]],
        place: Sequence[int],
    ) -> Outcome:
        """Where somebody to be placed was left out, try everybody they may be with."""
        placed = {person for group in outcome.groups for person in group}
        for person in set(place) - placed:
            refused = {a + b - person for a, b in forbid if person in (a, b)}
            options = _options(_pairs(plan), person, refused)
            tries = [self(plan, force=[(person, other)], forbid=forbid) for other in options]
            key = [_order(_pairs(plan), found) for found in tries]
            if tries:
                best = max(range(len(tries)), key=key.__getitem__)
                return replace(tries[best], forced=((person, options[best]),))
        return outcome


def _options(problem: PairProblem, person: int, refused: set[int]) -> list[int]:
    """Return whom somebody may be with: partners, and one of each pair they may join as a third."""
    one, everybody = slice(person, person + 1), slice(0, problem.n)
    options = np.flatnonzero(problem.allowed(one, everybody)[0]).tolist()
    solving = Solving(problem)
    if solving.wants_trio:
        fits = problem.compatible(one, everybody)[0]
        fits[sorted(refused)] = False
        options += [a for a, b in solving.bonds if fits[a] and fits[b]]
    return [other for other in options if other not in refused]


def _order(problem: PairProblem, found: Outcome) -> tuple[int, int, int]:
    """Return by what plans are compared: people placed, their priorities, value."""
    placed = sum(map(len, found.groups))
    return placed, problem.rank(tuple(found.groups)), found.value_q
