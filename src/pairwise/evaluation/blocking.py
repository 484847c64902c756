"""Who would leave a plan together, and what a stable plan would be worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.matching.stable import stable_roommates
from pairwise.matching.stable.blocking import find_blocking
from pairwise.problem import PairProblem
from pairwise.terms import Precomputed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.matching.stable.blocking import BlockingPairs
    from pairwise.participants import Id
    from pairwise.plan import Plan

_MOST = 5_000


@dataclass(frozen=True)
class Stability:
    """How stable a plan is.

    Attributes
    ----------
    blocking : tuple of id pairs
        Who would both rather be together than with those they have.
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
        with enough weight the plan is the stable one.
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
        Of pairs, for up to 5,000 people.

    Returns
    -------
    Stability
        What somebody gains is the directed score; whom the rules refuse is not acceptable; whoever
        is in a trio has the mean of both, whoever is alone prefers anybody allowed.

    Raises
    ------
    InvalidInput
        A plan of something else, or of more people.

    Notes
    -----
    O(n^2) for blocking pairs, O(n^2 log n) for the stable plan [irving1985]_; memory O(n^2).

    Examples
    --------
    >>> import pairwise as pw
    >>> found = pw.stability(pw.pair(pw.sample_cohort()))
    >>> len(found.blocking) == len(found.gains), found.largest_gain >= 0
    (True, True)
    """
    problem = plan.problem
    if not isinstance(problem, PairProblem):
        raise InvalidInput(f"plan: a plan of {problem.kind}; stability takes plans of pairs")
    if problem.n > _MOST:
        raise InvalidInput(f"plan: {problem.n:,} people; stability takes up to {_MOST:,}")
    everybody = slice(0, problem.n)
    directed = np.where(
        problem.allowed(everybody, everybody),
        plan.score.directed_block(everybody, everybody),
        -np.inf,
    )
    found = stable_roommates(directed)
    ids = plan.people.ids
    stable_value = float(plan.score.pairs(found.pairs[:, 0], found.pairs[:, 1]).sum())
    blocking = _blocking(plan, directed)
    return Stability(
        blocking=tuple((ids[a], ids[b]) for a, b in blocking.pairs.tolist()),
        gains=blocking.gains,
        largest_gain=blocking.largest_gain,
        exists=found.stable,
        odd_parties=tuple(tuple(ids[k] for k in party) for party in found.odd_parties),
        stable_pairs=tuple((ids[a], ids[b]) for a, b in found.pairs.tolist()),
        value_lost=plan.value - stable_value,
        term=_term(found.mate),
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
