"""Who would leave a plan together, and what a stable plan would be worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.matching.stable import stable_marriage, stable_roommates
from pairwise.matching.stable.blocking import BlockingPairs, find_blocking, least_held
from pairwise.problem import NOT_ALLOWED, LoadProblem, PairProblem
from pairwise.terms import Precomputed

if TYPE_CHECKING:
    import numpy.typing as npt
    from numpy.typing import NDArray

    from pairwise.participants import Id
    from pairwise.plan import Plan
    from pairwise.problem import Groups

_MOST = 5_000


@dataclass(frozen=True)
class Stability:
    """How stable a plan is.

    Attributes
    ----------
    blocking : tuple of id pairs
        Who would both rather be together than with those they have; of an assignment the mentor
        first.
    gains : array (b, 2)
        What the first and the second of each would gain, in directed score.
    largest_gain : float
        Most that anybody would gain so; 0 if nobody would.
    exists : bool
        Whether a plan without blocking pairs exists, ties broken by the order of people.
    odd_parties : tuple of id tuples
        Why none exists: see `StableRoommates`.
    stable_pairs : tuple of id pairs
        A stable plan; where none exists, one that is stable without a person of each odd party.
    value_lost : float
        What the sum of scores of `stable_pairs` is below the plan's.
    term : Precomputed
        1 for `stable_pairs`, 0 for others: ``score + 0.1 * term`` prefers stable pairs softly, and
        with enough weight the plan is the stable one, as far as it may be.
    """

    blocking: tuple[tuple[Id, Id], ...]
    gains: NDArray[np.float64]
    largest_gain: float
    exists: bool
    odd_parties: tuple[tuple[Id, ...], ...]
    stable_pairs: tuple[tuple[Id, Id], ...]
    value_lost: float
    term: Precomputed

    def __str__(self) -> str:
        stable = "exists" if self.exists else "does not exist"
        return (
            f"{len(self.blocking):,} pairs would rather be together, gaining up to"
            f" {self.largest_gain:.3f}; a stable plan {stable}, the sum of scores would lose"
            f" {self.value_lost:.4f}"
        )


def stability(plan: Plan) -> Stability:
    """Return who would leave the plan together, and what a stable plan would be worth.

    Parameters
    ----------
    plan : Plan
        Of pairs, or of mentors and mentees, for up to 5,000 people.

    Returns
    -------
    Stability
        What somebody gains is the directed score; whom the rules refuse is not acceptable; whoever
        is in a trio has the mean of both, whoever is alone prefers anybody allowed. Quotas and
        required pairs are not looked at.

        In an assignment partners are judged one by one: whoever may have more prefers anybody
        allowed, whoever has as many as they may would swap the worst for somebody better. The
        fewest of loads are not looked at, and a pair whose twin is in the plan does not block.
        Where scores say only what mentees gain, mentors with a full load swap nobody.

    Raises
    ------
    InvalidInput
        A plan of something else, or of more people.

    Notes
    -----
    O(n^2) for blocking pairs, O(n^2 log n) for the stable plan [irving1985]_, of mentors and
    mentees the best for mentees [gale1962]_, [roth1984]_; memory O(n^2).

    Examples
    --------
    >>> import pairwise as pw
    >>> found = pw.stability(pw.pair(pw.sample_cohort()))
    >>> len(found.blocking) == len(found.gains), found.largest_gain >= 0
    (True, True)
    """
    problem = plan.problem
    if len(plan.people) > _MOST:
        raise InvalidInput(f"plan: {len(plan.people):,} people; stability takes up to {_MOST:,}")
    if isinstance(problem, LoadProblem):
        return _of_loads(plan, problem)
    if not isinstance(problem, PairProblem):
        raise InvalidInput(
            f"plan: a plan of {problem.kind}; stability takes plans of pairs, or of mentors and"
            " mentees"
        )
    return _of_pairs(plan, problem)


def _of_pairs(plan: Plan, problem: PairProblem) -> Stability:
    everybody = slice(0, problem.n)
    directed = np.where(
        problem.allowed(everybody, everybody),
        plan.score.directed_block(everybody, everybody),
        -np.inf,
    )
    found = stable_roommates(directed)
    ids = plan.people.ids
    stable_value = float(plan.score.pairs(found.pairs[:, 0], found.pairs[:, 1]).sum())
    parties = tuple(tuple(ids[k] for k in party) for party in found.odd_parties)
    return _answer(
        plan,
        _blocking(plan, directed),
        found.pairs,
        plan.value - stable_value,
        _term(found.mate),
        exists=found.stable,
        odd_parties=parties,
    )


def _of_loads(plan: Plan, problem: LoadProblem) -> Stability:
    rows, cols = problem.mentors.index, problem.mentees.index
    allowed = problem.free_table != NOT_ALLOWED
    mentors = np.where(allowed, plan.score.directed_block(rows, cols), -np.inf)
    mentees = np.where(allowed.T, plan.score.directed_block(cols, rows), -np.inf)
    most = (problem.mentors.high, problem.mentees.high)
    found = stable_marriage(mentors, mentees, *map(np.array, most), optimal="cols")
    stable = np.column_stack([rows[found.rows], cols[found.cols]])
    together = np.zeros(allowed.shape)
    together[found.rows, found.cols] = 1.0
    sides = ([plan.people.ids[i] for i in side] for side in (rows, cols))
    term = Precomputed(together, "stable pairs", rows=next(sides), cols=next(sides))
    value_lost = _scores(problem, plan.index_groups) - _scores(problem, stable)
    blocking = _blocking_loads(problem, plan.index_groups, mentors, mentees)
    return _answer(plan, blocking, stable, value_lost, term)


def _scores(problem: LoadProblem, pairs: npt.ArrayLike) -> float:
    """Return the sum of the scores of mentors with mentees, returns aside."""
    mentors, mentees = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    if problem.directed:
        return float(problem.score.directed_pairs(mentees, mentors).sum())
    return float(problem.score.pairs(mentors, mentees).sum())


def _answer(
    plan: Plan,
    blocking: BlockingPairs,
    stable_pairs: NDArray[np.int64],
    value_lost: float,
    term: Precomputed,
    *,
    exists: bool = True,
    odd_parties: tuple[tuple[Id, ...], ...] = (),
) -> Stability:
    ids = plan.people.ids
    return Stability(
        blocking=tuple((ids[a], ids[b]) for a, b in blocking.pairs.tolist()),
        gains=blocking.gains,
        largest_gain=blocking.largest_gain,
        exists=exists,
        odd_parties=odd_parties,
        stable_pairs=tuple((ids[a], ids[b]) for a, b in stable_pairs.tolist()),
        value_lost=value_lost,
        term=term,
    )


def _term(mate: NDArray[np.int64]) -> Precomputed:
    matched = np.flatnonzero(mate >= 0)
    together = np.zeros((len(mate), len(mate)))
    together[matched, mate[matched]] = 1.0
    return Precomputed(together, name="stable pairs")


def _blocking(plan: Plan, directed: NDArray[np.float64]) -> BlockingPairs:
    held = np.full(len(directed), -np.inf)
    used = np.tri(len(directed), dtype=np.bool_)
    for group in plan.index_groups:
        members = np.array(group)
        block = plan.score.directed_block(members, members)
        np.fill_diagonal(block, 0.0)
        held[members] = block.sum(axis=1) / (len(group) - 1)
        used[np.ix_(members, members)] = True
    return find_blocking(directed, directed.T, held, held, used)


def _blocking_loads(
    problem: LoadProblem,
    groups: Groups,
    mentors: NDArray[np.float64],
    mentees: NDArray[np.float64],
) -> BlockingPairs:
    """Return the blocking pairs of mentors and mentees."""
    rows, cols = np.array(problem.cells(groups), dtype=np.intp).reshape(-1, 2).T
    used = np.zeros(mentors.shape, dtype=np.bool_)
    used[rows, cols] = True
    most = (np.array(problem.mentors.high), np.array(problem.mentees.high))
    mentor_held = least_held(mentors, rows, cols, most[0])
    mentee_held = least_held(mentees, cols, rows, most[1])
    if problem.twins is not None:
        turned = [(b, a) for a, b in groups if min(problem.row_at[b], problem.col_at[a]) >= 0]
        used[tuple(np.array(problem.cells(turned), dtype=np.intp).reshape(-1, 2).T)] = True
    found = find_blocking(mentors, mentees.T, mentor_held, mentee_held, used)
    rows, cols = found.pairs.T
    people = problem.mentors.index[rows], problem.mentees.index[cols]
    return BlockingPairs(np.column_stack(people), found.gains)
