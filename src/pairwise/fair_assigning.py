"""Mentors and mentees whose shares count, from the smallest on; `assign` assembles it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pairwise.assigning import solved
from pairwise.errors import InfeasibleError
from pairwise.matching.fairness.places import prove_places
from pairwise.matching.floors import prove_floor
from pairwise.matching.maximin.proof import prove_maximin
from pairwise.plan import Outcome, Status
from pairwise.problem import FairLoadProblem, FloorLoadProblem

if TYPE_CHECKING:
    from pairwise.problem import Groups

_MOST_SECONDS = 60.0
"""What a search above a floor may take if nothing else is said."""


def solved_by_shares(
    problem: FairLoadProblem | FloorLoadProblem,
    target_gap: float = 0.0,
    time_limit: float | None = None,
) -> Outcome:
    """Return the best groups of a problem about shares with their proof."""
    if isinstance(problem, FloorLoadProblem):
        return above_floor(problem, target_gap, time_limit)
    if problem.is_leximin:
        return _leximin(problem, time_limit)
    return _maximin(problem, target_gap, time_limit)


def placing_all(problem: FairLoadProblem) -> FairLoadProblem:
    """Return the problem in which everybody must have a partner, if all can have one.

    Where as many people as can be are placed anyway it stays as it is.
    """
    if problem.participation != "any":
        return problem
    everybody = problem.with_everybody
    try:
        solved(everybody.plain)
    except InfeasibleError:
        return problem if problem.is_leximin else problem.with_mentees
    return everybody


def _leximin(problem: FairLoadProblem, time_limit: float | None) -> Outcome:
    """Return the pairs that are best mentee by mentee, from the worst off on."""
    _check_loads(problem, time_limit)
    cells, proof = prove_places(problem)
    groups = problem.groups(cells)
    return Outcome(groups, proof.bound_q, proof.bound_q, Status.OPTIMAL, 0.0, proof)


def _maximin(problem: FairLoadProblem, target_gap: float, time_limit: float | None) -> Outcome:
    """Return the pairs of the highest smallest share, then of the best sum."""
    _check_loads(problem, time_limit)
    cells, proof = prove_maximin(problem, target_gap, time_limit)
    groups = problem.groups(cells)
    value, bound = problem.value(groups), proof.bound_q
    status = Status.OPTIMAL
    if bound > value or not proof.floor_is_proven:
        within = proof.floor_is_proven and bound - value <= target_gap * bound
        status = Status.WITHIN_GAP if within else Status.BOUNDED
    return Outcome(groups, value, bound, status, 0.0, proof)


def above_floor(
    problem: FloorLoadProblem,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    start: Groups | None = None,
) -> Outcome:
    """Return the pairs of the best sum among plans in which all shares reach the floor.

    ``start`` are groups that do; they are searched for if None.

    Raises
    ------
    InfeasibleError
        The loads cannot be met, or no plan above the floor was found.
    """
    _check_loads(problem, time_limit)
    seats = problem.seat_table
    most = _MOST_SECONDS if time_limit is None else time_limit
    cells = None if start is None else seats.cells(start)
    found = prove_floor(seats, problem.floor, target_gap, most, cells)
    if found is None:
        raise InfeasibleError(
            [
                f"no plan was found in which every mentee's share is at least {problem.floor:.6g}:"
                " lower the floor or relax a rule"
            ]
        )
    groups, proof = seats.groups(found[0]), found[1]
    value, bound = problem.value(groups), proof.bound_q
    proven = bound <= value
    status = Status.OPTIMAL if proven else Status.unproven(value, bound, target_gap)
    return Outcome(groups, value, bound, status, 0.0, proof)


def _check_loads(problem: FairLoadProblem | FloorLoadProblem, time_limit: float | None) -> None:
    """Raise `InfeasibleError` in words unless everybody can have the fewest that they must."""
    if any(problem.mentors.low) or any(problem.mentees.low):
        solved(problem.plain, time_limit=time_limit)
