"""Checks the claims of a selection from scratch, the bound by another solver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.errors import VerificationError, listed
from pairwise.plan.status import Status

if TYPE_CHECKING:
    from pairwise.matching.cohorts import CohortProblem
    from pairwise.selecting.selection import Selection


def verify(selection: Selection, seconds: float) -> None:
    """Raise `VerificationError` naming every claim of the selection that is false."""
    false = [*_false_people(selection), *_false_figures(selection)]
    if not false and _find_better(selection.problem, selection.bound_q + 1, seconds):
        false.append(f"bound {selection.bound!r}: a cohort is worth more")
    if false:
        raise VerificationError("; ".join(false))


def _false_people(selection: Selection) -> list[str]:
    chosen, size = selection.chosen, selection.problem.size
    false = []
    if int(chosen.sum()) != size:
        false.append(f"{int(chosen.sum())} people are chosen, size is {size}")
    for quota in selection.quotas:
        for one in quota.over_people(selection.applicants, size):
            total = int(one.amount[chosen].sum())
            if (one.low is not None and total < one.low) or (
                one.high is not None and total > one.high
            ):
                false.append(f"{one.name}: the cohort has {total}, allowed {one.low} to {one.high}")
    return false


def _false_figures(selection: Selection) -> list[str]:
    false = []
    fresh = selection.worth.problem(len(selection.applicants), selection.problem.size)
    value = fresh.value(selection.chosen)
    if value != selection.value_q:
        who = listed(selection.people.ids)
        false.append(f"value {selection.value_q} is claimed, {who} are worth {value}")
    if selection.value_q > selection.bound_q:
        false.append("the value is above the bound")
    if selection.status is Status.OPTIMAL and selection.value_q != selection.bound_q:
        false.append("status OPTIMAL, but value and bound differ")
    return false


def _find_better(problem: CohortProblem, value: int, seconds: float) -> bool:
    """Say whether HiGHS finds, in time, a cohort worth at least `value`."""
    from scipy import optimize

    n, needs, pairs = problem.n, len(problem.net), len(problem.edges[0])
    worth = np.concatenate([problem.gain, -np.ones(needs), problem.edges[2]]).astype(float)
    answer = optimize.milp(
        -worth,
        constraints=[
            *_cohorts(problem),
            optimize.LinearConstraint(worth[None], value - 0.5, np.inf),
        ],
        integrality=np.r_[np.ones(n), np.zeros(needs), np.ones(pairs)],
        bounds=optimize.Bounds(0, np.r_[np.ones(n), np.full(needs, np.inf), np.ones(pairs)]),
        options={"time_limit": seconds},
    )
    if answer.x is None:
        return False
    found = answer.x[:n] > 0.5
    return problem.keeps(found) and problem.value(found) >= value


def _cohorts(problem: CohortProblem) -> list[Any]:
    """Return what people, what they lack, and pairs between them must fulfil."""
    from scipy import optimize, sparse

    n, needs, (u, v, _) = problem.n, len(problem.net), problem.edges
    ends = sparse.coo_array(
        (np.ones(2 * len(u)), (np.r_[u, v], np.tile(np.arange(len(u)), 2))), (n, len(u))
    )
    lacking: Any = [problem.net, -sparse.eye_array(needs), sparse.coo_array((needs, len(u)))]
    paired: Any = [-sparse.eye_array(n), sparse.coo_array((n, needs)), ends]
    beside = np.zeros(needs + len(u))
    rows: list[Any] = [
        optimize.LinearConstraint(sparse.hstack(lacking, format="csr"), -np.inf, 0.0),
        optimize.LinearConstraint(sparse.hstack(paired, format="csr"), -np.inf, 0.0),
        optimize.LinearConstraint(np.r_[np.ones(n), beside][None], problem.size, problem.size),
    ]
    for one in problem.sums:
        low = -np.inf if one.low is None else one.low
        high = np.inf if one.high is None else one.high
        rows.append(optimize.LinearConstraint(np.r_[one.amount, beside][None], low, high))
    return rows
