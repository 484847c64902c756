"""Mentors and mentees under quotas: from people to the search and back; `assign` assembles it."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from pairwise.assigning import solved
from pairwise.errors import InfeasibleError
from pairwise.matching.bounded import (
    BoundedInstance,
    BoundedProof,
    BoundedSearch,
    OutOfReachError,
)
from pairwise.matching.clash import smallest_clash
from pairwise.matching.clock import Clock
from pairwise.matching.pricing import ONE_BLAS_THREAD
from pairwise.plan import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pairwise.limits import Progress
    from pairwise.problem import QuotaLoadProblem
    from pairwise.quotas import CellSum

_CLASH_TRIES = 20


def solved_under_quotas(
    problem: QuotaLoadProblem,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Return the best groups that keep the quotas, with their proof.

    Raises
    ------
    InfeasibleError
        Names the fewest quotas that cannot be met together, whom they are about, and how far each
        could go.
    """
    clock = Clock(time_limit)
    with ONE_BLAS_THREAD:
        instance = BoundedInstance.of(problem)
    search = BoundedSearch(instance, target_gap, clock.left, progress)
    try:
        found = search.run()
    except OutOfReachError as error:
        raise InfeasibleError(_contradictions(problem, error)) from None
    rows, cols = problem.mentors.people, problem.mentees.people
    groups = tuple((rows[row], cols[col]) for row, col in found.cells)
    proof = BoundedProof(found.placed, found.leaves)
    value, bound = found.worth, proof.bound_q
    status = Status.OPTIMAL if search.placing_proven else Status.BOUNDED
    if bound > value:
        over = clock.left() == 0.0
        status = Status.unproven(value, bound, target_gap, out_of_time=over)
    return Outcome(groups, value, bound, status, 0.0, proof)


def furthest(problem: QuotaLoadProblem) -> float:
    """Return the most of its one quota that plans which place as many people can have."""
    search = BoundedSearch(BoundedInstance.of(problem))
    search.place()
    return problem.sums[0].amount(*search.reach(0, 1))


def _contradictions(problem: QuotaLoadProblem, error: OutOfReachError) -> list[str]:
    """Name the quotas that cannot be met: those that cannot alone, else the fewest that clash."""
    solved(problem.without_quotas)
    alone = [sentence for k in range(len(problem.quotas)) for sentence in _alone(problem, k)]
    if alone:
        return alone
    names = [repr(quota) for quota in problem.quotas]
    clash = smallest_clash(len(names), lambda some: _clash(problem, some), _CLASH_TRIES)
    named = " and ".join(names[k] for k in clash or range(len(names)))
    if len(clash) > 1:
        return [f"{named} contradict each other, though each alone can be met: relax one of them"]
    if error.proven:
        return [f"{named}: no plan that places as many people keeps this: relax it"]
    return [
        f"no plan was found that keeps {named}, though nothing shows that there is none: relax one"
        " of them, or give more time_limit"
    ]


def _clash(problem: QuotaLoadProblem, some: Sequence[int]) -> bool:
    return _why(problem, some) is not None


def _why(problem: QuotaLoadProblem, some: Sequence[int]) -> OutOfReachError | None:
    """Return what stands against some of the quotas, if anything does."""
    sums = tuple(one for one, k in zip(problem.sums, problem.quota_of, strict=True) if k in some)
    try:
        BoundedSearch(BoundedInstance.of(problem, sums)).bounded_above()
    except OutOfReachError as error:
        return error
    return None


def _alone(problem: QuotaLoadProblem, k: int) -> Iterator[str]:
    """Yield why a quota cannot be met even alone, and how far it could go."""
    error = _why(problem, [k])
    if error is None:
        return
    sums = [one for one, quota in zip(problem.sums, problem.quota_of, strict=True) if quota == k]
    if any(one.who is not None for one in sums):
        yield _personal(problem, k, [sums[at] for at in error.sums], error)
    else:
        yield from _of_the_plan(problem, sums)


def _personal(
    problem: QuotaLoadProblem, k: int, sums: Sequence[CellSum], error: OutOfReachError
) -> str:
    """Say who cannot have what a quota asks for them."""
    quota = problem.quotas[k]
    people = list(dict.fromkeys(one.who for one in sums if one.who is not None))
    names = problem.names(people, 20)
    short = max(1, ceil(error.missing - 1e-6))
    seat = 0 if all(problem.row_at[i] >= 0 for i in people) else 1
    mine, theirs = ("mentor_load", "mentee_load") if seat == 0 else ("mentee_load", "mentor_load")
    if any(one.low is not None for one in sums):
        needed = sum(one.low or 0 for one in sums)
        wanted = f"needs {needed:,}" if len(people) == 1 else f"need {needed:,} together"
        return (
            f"{quota!r}: {names} {wanted}, but only {needed - short:,} can be had: ask for"
            f" fewer, name whom it is about with who=, raise {theirs}, or relax a rule"
        )
    return (
        f"{quota!r}: {names} cannot have the fewest that loads ask for, short by {short:,}:"
        f" raise at_most, or lower {mine} of {names}, or {theirs}"
    )


def _of_the_plan(problem: QuotaLoadProblem, sums: Sequence[CellSum]) -> Iterator[str]:
    """Yield how far a quota over the plan can go."""
    search = BoundedSearch(BoundedInstance.of(problem, sums))
    search.place()
    placed = " that place as many people as can be" if search.placed else ""
    for k, one in enumerate(sums):
        for side, sign, word in ((one.low, 1, "at most"), (one.high, -1, "at least")):
            if side is None:
                continue
            total, pairs = search.reach(k, sign)
            if (total - side) * sign < -1e-6 * one.reach:
                yield (
                    f"{one.name}: plans{placed} reach {one.worded(total, pairs)} {word}; ask for"
                    " that, or relax a rule"
                )
