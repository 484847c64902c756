"""What differs between kinds of problems: how each is read back, and who solves it again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pairwise.circles import GroupProblem
from pairwise.errors import InvalidInput
from pairwise.plan import proofs
from pairwise.plan.outcome import Outcome
from pairwise.problem import (
    FairLoadProblem,
    FairProblem,
    FewChangesProblem,
    FloorLoadProblem,
    LoadProblem,
    PairProblem,
    PriorityProblem,
    QuotaLoadProblem,
    QuotaProblem,
    RepairProblem,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pairwise.plan.outcome import Proof, Resolver
    from pairwise.plan.plan import Plan
    from pairwise.problem import Problem


@dataclass(frozen=True)
class Kind:
    """How problems of one kind and their proofs go through JSON.

    Attributes
    ----------
    problem
        Function of people, score, rules and keywords, which are the settings of the problem.
    to_plain, from_plain
        A proof as lists and integers, and back.
    """

    problem: Callable[..., Problem]
    to_plain: Callable[[Any], dict[str, Any]]
    from_plain: Callable[[dict[str, Any]], Proof]


KINDS: Mapping[str, Kind] = {
    PairProblem.kind: Kind(PairProblem.of, proofs.to_plain, proofs.from_plain),
    QuotaProblem.kind: Kind(QuotaProblem.of, proofs.quota_to_plain, proofs.quota_from_plain),
    FewChangesProblem.kind: Kind(
        FewChangesProblem.of, proofs.quota_to_plain, proofs.quota_from_plain
    ),
    PriorityProblem.kind: Kind(
        PriorityProblem.of, proofs.ranked_to_plain, proofs.ranked_from_plain
    ),
    RepairProblem.kind: Kind(RepairProblem.of, proofs.to_plain, proofs.from_plain),
    FairProblem.kind: Kind(FairProblem.of, proofs.fair_to_plain, proofs.fair_from_plain),
    LoadProblem.kind: Kind(LoadProblem.of, proofs.cases_to_plain, proofs.cases_from_plain),
    QuotaLoadProblem.kind: Kind(
        QuotaLoadProblem.of, proofs.bounded_to_plain, proofs.bounded_from_plain
    ),
    FairLoadProblem.kind: Kind(
        FairLoadProblem.of, proofs.fair_loads_to_plain, proofs.fair_loads_from_plain
    ),
    FloorLoadProblem.kind: Kind(
        FloorLoadProblem.of, proofs.floor_to_plain, proofs.floor_from_plain
    ),
    GroupProblem.kind: Kind(GroupProblem.of, proofs.circles_to_plain, proofs.circles_from_plain),
}
"""Every kind by its name."""


def kind_of(name: str) -> Kind:
    """Return a kind by its name."""
    if name not in KINDS:
        raise InvalidInput(f"text: a plan of kind {name!r}; must be one of {sorted(KINDS)}")
    return KINDS[name]


def resolver_of(plan: Plan) -> Resolver:
    """Return what solves the plan's problem again; a verb solves it once more for that."""
    from pairwise.assigning import resolver_of as loads_again
    from pairwise.grouping import resolver_of as circles_again
    from pairwise.pairing import resolver_of as pairs_again
    from pairwise.quota_pairing import resolver_of as quotas_again

    again = {
        PairProblem.kind: pairs_again,
        PriorityProblem.kind: pairs_again,
        RepairProblem.kind: pairs_again,
        FairProblem.kind: pairs_again,
        QuotaProblem.kind: quotas_again,
        FewChangesProblem.kind: quotas_again,
        LoadProblem.kind: loads_again,
        FairLoadProblem.kind: loads_again,
        QuotaLoadProblem.kind: loads_again,
        FloorLoadProblem.kind: loads_again,
        GroupProblem.kind: circles_again,
    }
    return again[plan.problem.kind](plan)


def solved_plain(plan: Plan) -> Outcome:
    """Solve the problem of a fair plan for the sum of scores alone."""
    from pairwise.assigning import solved as assigned
    from pairwise.pairing import solved

    problem = plan.problem
    if isinstance(problem, FairLoadProblem):
        return assigned(problem.plain)
    assert isinstance(problem, FairProblem)  # noqa: S101
    best = solved(problem.plain, time.perf_counter())
    return Outcome(best.index_groups, best.value_q, best.bound_q, best.status)
