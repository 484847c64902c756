"""Checks a plan's claims from scratch; shares no code with the search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput, VerificationError, listed
from pairwise.plan.status import Status
from pairwise.problem import NOT_ALLOWED

if TYPE_CHECKING:
    from pairwise.plan.plan import Plan


def verify(plan: Plan) -> None:
    """Raise `VerificationError` naming every claim of the plan that is false."""
    false = [*plan.problem.broken(plan.index_groups), *_false_figures(plan)]
    if not false:
        false = [*_false_value(plan), *_false_bound(plan)]
    if false:
        raise VerificationError("; ".join(false))


def _false_figures(plan: Plan) -> list[str]:
    """Check that value, bound and status fit each other."""
    false = []
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
    value_q = plan.problem.value(plan.index_groups)
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
        plan.certificate.check(plan.problem, plan.index_groups)
    except (InvalidInput, VerificationError) as error:
        return [f"the certificate does not hold: {error}"]
    return []
