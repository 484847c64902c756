"""Checks a plan's claims from scratch; shares no code with the search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput, VerificationError, listed, quoted
from pairwise.plan.status import Status
from pairwise.problem import NOT_ALLOWED

if TYPE_CHECKING:
    from pairwise.plan.plan import Plan


def verify(plan: Plan) -> None:
    """Raise `VerificationError` naming every claim of the plan that is false."""
    false = [*_false_groups(plan), *_false_figures(plan)]
    if not false:
        false = [*_false_value(plan), *_false_bound(plan)]
    if false:
        raise VerificationError("; ".join(false))


def _false_groups(plan: Plan) -> list[str]:
    """Check that groups are disjoint and keep the rules."""
    ids, problem = plan.people.ids, plan.problem
    counts = np.bincount([i for group in plan.index_groups for i in group], minlength=problem.n)
    false = [f"{quoted(ids[i])} is in {counts[i]} groups" for i in np.flatnonzero(counts > 1)]
    trios = [group for group in plan.groups if len(group) == 3]
    if len(trios) > 1 or (trios and (problem.n % 2 == 0 or plan.leftover == "bye")):
        false.append(
            f"{listed(trios[-1])} are a trio, which only one group may be, with an odd number"
            f' of people and leftover="trio"'
        )
    for a, b in problem.required.pairs().tolist():
        if ids[b] not in plan.partners.get(ids[a], ()):
            false.append(f"{listed([ids[a], ids[b]])} are required together and are apart")
    return false + _refused_pairs(plan)


def _refused_pairs(plan: Plan) -> list[str]:
    """Name every pair inside a group that a rule refuses."""
    groups = plan.index_groups
    sides = [(a, b) for group in groups for k, a in enumerate(group) for b in group[k + 1 :]]
    i, j = np.array(sides, dtype=np.intp).reshape(-1, 2).T
    ids = plan.people.ids
    return [
        f"{listed([ids[i[k]], ids[j[k]]])} are together, which {rule.name} refuses"
        for rule in plan.problem.filters
        for k in np.flatnonzero(~rule.allowed_pairs(i, j))
    ]


def _false_figures(plan: Plan) -> list[str]:
    """Check that step, value, bound and status fit each other."""
    false = []
    if plan.step != plan.problem.step:
        false.append(f"step {plan.step!r} is not the problem's, {plan.problem.step!r}")
    if plan.value_q > plan.bound_q:
        false.append(f"value {plan.value!r} is above the bound {plan.bound!r}")
    if plan.status is Status.OPTIMAL and plan.value_q != plan.bound_q:
        false.append(f"status OPTIMAL, but value {plan.value!r} and bound {plan.bound!r} differ")
    if plan.status is Status.INFEASIBLE and plan.index_groups:
        false.append("status INFEASIBLE, but there are groups")
    return false


def _false_value(plan: Plan) -> list[str]:
    """Recompute the value from the features, in integers."""
    worth = plan.problem.group_weights(plan.index_groups)
    false = [
        f"{listed(plan.groups[k])} may not be a group" for k in np.flatnonzero(worth == NOT_ALLOWED)
    ]
    if false:
        return false
    value_q = sum(worth.tolist())
    if value_q != plan.value_q:
        return [f"value {plan.value!r} is claimed, the groups are worth {value_q * plan.step!r}"]
    return []


def _false_bound(plan: Plan) -> list[str]:
    """Let the certificate prove the bound against all allowed pairs."""
    if plan.certificate is None:
        return [f"bound {plan.bound!r} has no certificate"]
    if plan.certificate.bound_q != plan.bound_q:
        proven = plan.certificate.bound_q * plan.step
        return [f"bound {plan.bound!r} is claimed, the certificate says {proven!r}"]
    try:
        plan.certificate.check(plan.problem)
    except (InvalidInput, VerificationError) as error:
        return [f"the certificate does not hold: {error}"]
    return []
