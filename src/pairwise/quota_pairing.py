"""Pairs under quotas: from people to the search and back; `pair` and `frontier` assemble it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InfeasibleError
from pairwise.matching.clash import smallest_clash
from pairwise.matching.pricing import ONE_BLAS_THREAD
from pairwise.matching.proof import PlanProof, RankedProof
from pairwise.matching.tilted import (
    Answer,
    Column,
    Decisions,
    Found,
    Leaf,
    Limits,
    MatrixOracle,
    Tilt,
    TiltedSearch,
)
from pairwise.matching.tilted.near import pairs_of_little_slack
from pairwise.pairing import Solving
from pairwise.plan import Outcome, Plan, QuotaProof, Status
from pairwise.plan.tilted import TiltedPairs, decided, limits_of, unit_of
from pairwise.problem import NOT_ALLOWED, QuotaProblem, sums_over
from pairwise.rules import Forbid, Require

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from pairwise.limits import Progress
    from pairwise.matching.tilted.oracle import Groups, Indices, Units
    from pairwise.matching.tilted.search import Floats
    from pairwise.plan import Resolver
    from pairwise.problem import PairProblem
    from pairwise.quotas import PairMeasure, PairSum
    from pairwise.rules import Rule

_DENSE = 2500
"""Up to so many people all weights and measures are kept in memory."""

_SCORES_A_STEP = 4
"""How many full scores a step of priority is worth at first."""

_TRIOS = 1000
_MOST_TRIANGLES = 3000
_CLASH_STEPS = 40
_CLASH_TRIES = 20


@dataclass(eq=False)
class PeopleOracle:
    """Best plans of people under multipliers on sums over pairs: an `Oracle`.

    Parameters
    ----------
    problem
        Who may be paired.
    sums
        What the multipliers are on.
    base
        The best plan without multipliers; it places as many people as can be.
    executor
        Where blocks of scores are computed for many people.
    seconds_left
        Of the time limit, which is kept between matchings.
    """

    problem: PairProblem
    sums: tuple[PairSum, ...]
    base: Outcome
    executor: Executor | None = None
    seconds_left: Callable[[], float | None] = lambda: None

    @property
    def n(self) -> int:
        """Number of people."""
        return self.problem.n

    @property
    def weight_range(self) -> tuple[int, int]:
        """Least and largest weight that a pair may have."""
        return 0, round(self.problem.largest / self.problem.step)

    @property
    def placed(self) -> int:
        """How many people every plan must hold."""
        return sum(map(len, self.base.groups))

    @cached_property
    def limits(self) -> Sequence[Limits]:
        """The bounds of the sums."""
        return limits_of(self.sums, self.placed, self.unit)

    @property
    def unit(self) -> int:
        """What the weight of every plan is a multiple of."""
        return unit_of(self.problem)

    @property
    def may_branch(self) -> bool:
        """Whether pairs can be decided: not where a third person may join them."""
        return self.unit == 2

    @property
    def measures(self) -> tuple[PairMeasure, ...]:
        """What the sums sum."""
        return tuple(one.measure for one in self.sums)

    def solve(self, tilt: Tilt, decisions: Decisions) -> Found:
        """Return the best plan under tilted weights and decisions."""
        solving = Solving(self.tilted(tilt, decisions), executor=self.executor)
        outcome = solving.solve()
        proof = outcome.certificate
        assert isinstance(proof, PlanProof)  # noqa: S101
        column = self.column(solving.problem.arranged(outcome.groups))
        if sum(map(len, column.groups)) < self.placed:
            proof = replace(proof, pairs=self.placed // 2)
            return Found(None, proof.bound_q, proof, proof.base)
        return Found(column, proof.bound_q, proof, proof.base)

    def tilted(self, tilt: Tilt, decisions: Decisions) -> TiltedPairs:
        """Return the problem under tilted weights and decisions."""
        if self._dense is not None:
            dense = self._dense.tilted(tilt, decisions)
            return TiltedPairs.on(self.problem, tilt, self.measures, dense)
        branch = decided(self.problem, decisions)
        assert branch is not None  # noqa: S101
        return TiltedPairs.on(branch, tilt, self.measures)

    @cached_property
    def _dense(self) -> MatrixOracle | None:
        """All weights and measures, where they fit into memory."""
        if self.n > _DENSE:
            return None
        everybody = slice(0, self.n)
        with ONE_BLAS_THREAD:
            measures = [one.measure.block(everybody, everybody) for one in self.sums]
            weights = self.problem.weights(everybody, everybody)
        return MatrixOracle(weights, measures, self.limits)

    def under(self, problem: QuotaProblem) -> PeopleOracle:
        """Return the oracle of the same problem under other bounds of the same sums."""
        other = PeopleOracle(problem, problem.sums, self.base, self.executor, self.seconds_left)
        if self._dense is not None:
            other.__dict__["_dense"] = replace(self._dense, limits=other.limits)
        return other

    def column(self, groups: Groups) -> Column:
        """Return a plan with its weight and sums."""
        weights, sums = self.group_values(groups)
        return Column(groups, int(weights.sum()), tuple(sums.sum(axis=1).tolist()))

    def near_pairs(self, found: Found, tilt: Tilt, slack: int) -> tuple[Indices, Indices]:
        """Return allowed pairs whose slack under the duals of `found` is at most `slack`."""
        tilted = self.tilted(tilt, Decisions())
        return pairs_of_little_slack(tilted.weights, found.certificate, slack)

    def trios(self, i: Indices, j: Indices) -> list[tuple[int, ...]]:
        """Return groups of three, all their pairs among those given, that may be chosen."""
        if any(len(group) == 3 for group in self.problem.fixed):
            return []
        found = _triangles(i, j)
        worth = self.problem.group_weights(found)
        best = np.argsort(-worth, kind="stable")[:_TRIOS]
        return [found[k] for k in best if worth[k] != NOT_ALLOWED]

    def group_values(self, groups: Sequence[tuple[int, ...]]) -> tuple[Units, Units]:
        """Return weights (g,) and sums (k, g) of groups."""
        sums = np.array([sums_over(one, groups) for one in self.sums], dtype=np.int64)
        return self.problem.group_weights(groups), sums.reshape(len(self.sums), -1)


def _triangles(i: Indices, j: Indices) -> list[tuple[int, ...]]:
    """Return up to so many triangles of a graph, ascending."""
    later: dict[int, set[int]] = {}
    for a, b in zip(i.tolist(), j.tolist(), strict=True):
        later.setdefault(min(a, b), set()).add(max(a, b))
    found: list[tuple[int, ...]] = []
    for a in sorted(later):
        for b in sorted(later[a]):
            found += [(a, b, c) for c in sorted(later[a] & later.get(b, set()))]
        if len(found) > _MOST_TRIANGLES:
            break
    return found


def solved_under_quotas(
    problem: QuotaProblem,
    started: float,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Return the best plan that keeps the quotas, of a problem whose rules do not contradict.

    Raises
    ------
    InfeasibleError
        Names the fewest quotas that cannot be met together, and how far each could go.
    """

    def seconds_left() -> float | None:
        spent = time.perf_counter() - started
        return None if time_limit is None else max(0.0, time_limit - spent)

    outcome = _solve(problem, target_gap, executor, progress, seconds_left)
    return Plan(
        problem,
        replace(outcome, seconds=time.perf_counter() - started),
        resolver=again_under_quotas(target_gap, executor),
    )


def _solve(
    problem: QuotaProblem,
    target_gap: float,
    executor: Executor | None,
    progress: Progress | None,
    seconds_left: Callable[[], float | None],
) -> Outcome:
    free = problem.ranked if problem.priority else problem
    base = Solving(free, 0.0, executor).solve(progress=progress)
    best = problem.arranged(base.groups)
    if not problem.priority and not problem.broken(best):
        return base
    sums = problem.sums_at(problem.rank(best))
    oracle = PeopleOracle(problem, sums, base, executor, seconds_left)
    search = TiltedSearch(oracle, target_gap=target_gap, seconds_left=seconds_left)
    answer = search.run([oracle.column(best)], *_beginning(oracle))
    if answer.column is None:
        raise InfeasibleError(contradictions(oracle, answer))
    return outcome_of(oracle, answer, target_gap)


def _beginning(oracle: PeopleOracle) -> tuple[Leaf | None, Floats | None]:
    """Return the bound that the best plan without quotas gives, or prices that begin with rank."""
    prices = np.zeros(len(oracle.sums))
    if isinstance(oracle.base.certificate, RankedProof):
        prices[-1] = _SCORES_A_STEP * oracle.weight_range[1] / 2
        return None, prices
    untilted = Tilt.none(len(oracle.sums), oracle.weight_range[1])
    return Leaf(Decisions(), untilted, oracle.base.certificate, oracle.base.bound_q), None


def outcome_of(oracle: PeopleOracle, answer: Answer, target_gap: float) -> Outcome:
    """Wrap what a search found."""
    assert answer.column is not None  # noqa: S101
    value = answer.column.value
    ranked = oracle.base.certificate
    rank = ranked if isinstance(ranked, RankedProof) else None
    proof = QuotaProof(oracle.placed, answer.leaves, rank)
    bound = max(proof.bound_q, value)
    status = Status.OPTIMAL
    if bound > value:
        over = oracle.seconds_left() == 0.0
        status = Status.unproven(value, bound, target_gap, out_of_time=over)
    return Outcome(answer.column.groups, value, proof.bound_q, status, 0.0, proof)


def contradictions(oracle: PeopleOracle, answer: Answer) -> list[str]:
    """Name the quotas that cannot be met: those that cannot alone, else the fewest that clash."""
    alone = [sentence for k in range(len(oracle.sums)) for sentence in _out_of_reach(oracle, k)]
    if alone:
        return alone
    names = [one.name for one in oracle.sums]
    if answer.bound is not None:
        return [
            f"no plan was found that keeps {' and '.join(names)}, though none of them is"
            " impossible alone: relax one of them, or give more time_limit"
        ]

    def contradict(some: tuple[int, ...]) -> bool:
        fewer = PeopleOracle(oracle.problem, tuple(oracle.sums[k] for k in some), oracle.base)
        search = TiltedSearch(fewer, steps=_CLASH_STEPS, branches=False)
        return search.run([fewer.column(oracle.problem.arranged(oracle.base.groups))]).bound is None

    clash = smallest_clash(len(names), contradict, _CLASH_TRIES)
    named = " and ".join(names[k] for k in clash or range(len(names)))
    return [
        f"{named} contradict each other in plans of {oracle.placed} people, though each alone"
        " can be met: relax one of them"
    ]


def _out_of_reach(oracle: PeopleOracle, k: int) -> list[str]:
    """Say how far a sum can go, if that is not far enough."""
    one, limits = oracle.sums[k], oracle.limits[k]
    sentences = []
    for side, sign, word in ((limits.low, 1.0, "at most"), (limits.high, -1.0, "at least")):
        if side is None:
            continue
        direction = np.zeros(len(oracle.sums))
        direction[k] = sign
        tilt = Tilt.of(direction.tolist(), oracle.limits, (0, 0), oracle.n, weighty=False)
        column = oracle.solve(tilt, Decisions()).column
        assert column is not None  # noqa: S101
        if (column.sums[k] - side) * sign < 0:
            reached = one.worded(column.sums[k], oracle.placed)
            sentences.append(
                f"{one.name}: plans of {oracle.placed} people reach {reached} {word};"
                " ask for that, or relax a rule"
            )
    return sentences


def again_under_quotas(target_gap: float, executor: Executor | None) -> Resolver:
    """Return what solves a plan's problem once more under further demands.

    Where the next best partner is asked for and the quotas leave none, nobody is placed.
    """

    def resolve(
        plan: Plan,
        *,
        force: Sequence[tuple[int, int]] = (),
        forbid: Sequence[tuple[int, int]] = (),
        place: Sequence[int] = (),
    ) -> Outcome:
        ids = plan.people.ids
        rules: list[Rule] = [Require([(ids[a], ids[b])]) for a, b in force]
        rules += [Forbid([(ids[a], ids[b])]) for a, b in forbid]
        problem = plan.problem.with_rules(rules)
        assert isinstance(problem, QuotaProblem)  # noqa: S101
        try:
            return _solve(problem, target_gap, executor, None, lambda: None)
        except InfeasibleError:
            if not place:
                raise
            return Outcome((), 0, 0, Status.INFEASIBLE)

    return resolve


def resolver_of(plan: Plan) -> Resolver:  # noqa: ARG001
    """Return what answers what-ifs of a plan that was read: its problem, solved anew each time."""
    return again_under_quotas(0.0, None)
