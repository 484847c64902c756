"""`partition`: the best groups, by local search, with a bound; proven best when small."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InfeasibleError, InvalidInput
from pairwise.matching.partitions.answer import (
    Groups,
    Partition,
    PartitionProof,
    groups_of,
    label_of,
    relative_gap,
)
from pairwise.matching.partitions.bounds import MOST_GROUPS, count_groups, group_bound, pair_bound
from pairwise.matching.partitions.exact import best_of, useful_groups
from pairwise.matching.partitions.problem import (
    CountRule,
    Leftover,
    PartitionProblem,
    Size,
    make_problem,
)
from pairwise.matching.partitions.regroup import may_regroup, regroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike

_REGROUPINGS = 6
_LISTED = 60_000


def partition(
    weights: ArrayLike,
    size: Size,
    *,
    together: Iterable[Sequence[int]] = (),
    counts: Iterable[CountRule] = (),
    slots: ArrayLike | None = None,
    common: int = 0,
    offers: ArrayLike | None = None,
    needs: ArrayLike | None = None,
    coverage: float = 0.0,
    worst: float = 0.0,
    leftover: Leftover = "share",
    starts: int = 4,
    rounds: int | None = None,
    exact: bool = True,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    threads: int = 2,
    seed: int = 0,
) -> Partition:
    """Return the best partition into groups that can be found, with a bound on all others.

    Parameters
    ----------
    weights : array (n, n)
        Symmetric; higher is better. NaN or -inf: the two may not share a group. The diagonal is
        not read. Integers up to 2**30 are exact, floats are rounded once (`rounding`).
    size : int or (int, int)
        Size of the groups, >= 2, or the smallest and the largest.
    together : iterable of sequences of int
        People who must share a group.
    counts : iterable of CountRule
        How many of certain people one group may hold.
    slots : bool array (n, s), common : int
        When everybody is free; a group needs `common` slots in which all its people are.
    offers, needs : int array (n, d), coverage : float
        Levels that everybody offers and needs. Half of `coverage` times the share of a person's
        needed levels that the best offer among the others meets is added for everybody.
    worst : float
        Added is `worst` * n / k * what the worst group (of k people) is worth.
    leftover : {"share", "bye"}
        When `size` does not divide n: sizes as even as possible, or n mod size people in no group.
    starts : int
        Independent searches; the best counts.
    rounds : int, optional
        Perturbations of each; by default 200,000 / n, 20 to 2,000.
    exact : bool
        Whether to go on from search and bound to a proof where that is within reach.
    target_gap : float
        No further work on bounds once the gap is not above it.
    time_limit : float, optional
        Seconds; the best partition so far is returned with its bound.
    threads : int
        Searches at a time; changes nothing in the answer.
    seed : int
        Of all that is random.

    Returns
    -------
    Partition
        A group of k is worth the sum of its pair weights / (k - 1): everybody's value is the mean
        weight to the partners, and the partition is worth half the sum of everybody's value.

    Raises
    ------
    InvalidInput
        Arguments do not fit each other.
    InfeasibleError
        No partition keeps the rules; or the search found none, which it then says.

    Notes
    -----
    Search: swaps and shifts, each person against everybody in O(n), groups that did not change
    are not looked at again; shaken by random swaps and accepted up to a shrinking threshold, as
    threshold and three-phase searches do [yang2022]_; groups halved and matched anew
    by the exact matcher. Bound: column generation over all groups up to 60 million of them, else
    prices on pairs. Proof: all groups that the bound leaves room for, in CP-SAT.

    Examples
    --------
    >>> from pairwise import matching
    >>> weights = [[abs(i - j) for j in range(6)] for i in range(6)]
    >>> best = matching.partition(weights, 3)
    >>> best.groups, best.value, best.bound, best.pair_sum
    (((0, 2, 5), (1, 3, 4)), 8.0, 8.0, 16.0)
    >>> best.verify()
    """
    problem = make_problem(
        weights,
        size,
        together=together,
        counts=counts,
        slots=slots,
        common=common,
        offers=offers,
        needs=needs,
        coverage=coverage,
        worst=worst,
        leftover=leftover,
    )
    if starts < 1 or threads < 1:
        raise InvalidInput(f"starts={starts!r}, threads={threads!r}: must be >= 1")
    budget = max(20, min(2000, 200_000 // problem.n)) if rounds is None else rounds
    solver = _Solver(problem, starts, budget, threads, seed, target_gap, time_limit)
    return solver.solve(exact=exact)


class _Solver:
    """One call of `partition`: what is known so far."""

    def __init__(
        self,
        problem: PartitionProblem,
        starts: int,
        rounds: int,
        threads: int,
        seed: int,
        target_gap: float,
        time_limit: float | None,
    ) -> None:
        self.problem, self.target_gap = problem, target_gap
        self.starts, self.rounds, self.threads, self.seed = starts, rounds, threads, seed
        self.deadline = None if time_limit is None else time.monotonic() + time_limit
        self.complete, self.rounds_made = True, 0
        self.pair_proof: PartitionProof | None = None

    def left(self, share: float = 1.0) -> float | None:
        """Return a share of the seconds left, None without a limit."""
        if self.deadline is None:
            return None
        return max(0.0, self.deadline - time.monotonic()) * share

    def solve(self, *, exact: bool) -> Partition:
        groups, broken = self.search()
        if broken:
            groups = self._rescue()
        groups = groups if broken else self._regrouped(groups)
        value = self.problem.value(groups)
        proof = self._bound(groups, value)
        if exact and self._gap(value, proof) > self.target_gap:
            groups, value, proof = self._closed(groups, value, proof)
        if self.pair_proof is not None and self.pair_proof.bound < proof.bound:
            proof = self.pair_proof
        return self._answer(groups, value, proof)

    def search(self, given: Groups | None = None) -> tuple[Groups, int]:
        """Search from random starts, or from given groups; groups and rules broken."""
        problem = self.problem
        label = None if given is None else label_of(given, problem.n)
        try:
            answer = problem.kernel.search(
                _spread(problem.group_counts),
                problem.left_out,
                self.starts if given is None else 1,
                self.rounds if given is None else 0,
                self.threads,
                self.seed % 2**63,
                label,
                self.left(0.6),
            )
        except ValueError as error:
            raise InfeasibleError([str(error)]) from None
        self.complete &= answer["complete"]
        self.rounds_made += answer["rounds"]
        return groups_of(answer["label"]), answer["broken"]

    def _rescue(self) -> Groups:
        """Find any partition that keeps the rules, or say that there is none."""
        if count_groups(self.problem) <= 2_000_000:
            floor = np.full(self.problem.n, -(2**40), dtype=np.int64)
            proof = PartitionProof("groups", 2**60, floor)
            listed = useful_groups(self.problem, proof, 0)
            if listed is not None:
                groups, _, _ = best_of(
                    self.problem, listed, (), seed=self.seed, time_limit=self.left()
                )
                if groups:
                    return groups
                raise InfeasibleError(
                    [
                        f"of {len(listed):,} groups that keep every rule, none fit together to"
                        " hold everybody: relax a rule or another size"
                    ]
                )
        raise InfeasibleError(
            [
                "the search found no groups that keep every rule, though there may be some:"
                " relax a rule, or allow more starts and rounds"
            ]
        )

    def _regrouped(self, groups: Groups) -> Groups:
        """Alternate matching halves and local search while it gains."""
        problem = self.problem
        if not may_regroup(problem):
            return groups
        rng = np.random.default_rng(self.seed)
        value = problem.value(groups)
        for _ in range(_REGROUPINGS):
            if self.left() == 0:
                break
            other = regroup(problem, groups, rng)
            if problem.value(other) <= value:
                continue
            groups, _ = self.search(other)
            value = problem.value(groups)
        return groups

    def _bound(self, groups: Groups, value: int) -> PartitionProof:
        proof = pair_bound(self.problem, self.left(0.5))
        if self._gap(value, proof) <= self.target_gap or count_groups(self.problem) > MOST_GROUPS:
            return proof
        self.pair_proof = proof
        return group_bound(self.problem, groups, self.left(0.7))

    def _gap(self, value: int, proof: PartitionProof) -> float:
        return relative_gap(value, proof.bound)

    def _closed(
        self, groups: Groups, value: int, proof: PartitionProof
    ) -> tuple[Groups, int, PartitionProof]:
        """Try every group that the bound leaves room for."""
        if proof.kind != "groups" or self.left() == 0:
            return groups, value, proof
        problem = self.problem
        if problem.worst and count_groups(problem) > _LISTED:
            return groups, value, proof
        room = replace(proof, bound=2**60) if problem.worst else proof
        listed = useful_groups(problem, room, 0 if problem.worst else value)
        if listed is None:
            return groups, value, proof
        found, bound, proven = best_of(
            problem, listed, groups, seed=self.seed, time_limit=self.left()
        )
        self.complete &= proven or self.left() != 0
        if problem.value(found) > value:
            groups, value = found, problem.value(found)
        bound = value if proven else min(proof.bound, max(bound, value))
        return groups, value, replace(proof, kind="columns", bound=bound)

    def _answer(self, groups: Groups, value: int, proof: PartitionProof) -> Partition:
        problem = self.problem
        placed = problem.n - problem.left_out
        return Partition(
            label=label_of(groups, problem.n),
            groups=groups,
            value_q=value,
            bound_q=proof.bound,
            step=problem.step,
            rounding=0.0 if problem.scale == 1 else placed / 4 / problem.scale,
            complete=self.complete,
            rounds=self.rounds_made,
            proof=proof,
            _problem=problem,
        )


def _spread(counts: tuple[int, ...], most: int = 4) -> list[int]:
    """Return at most four group counts, evenly spread, the largest first."""
    if len(counts) <= most:
        return list(reversed(counts))
    at = np.linspace(len(counts) - 1, 0, most).round().astype(int)
    return [counts[k] for k in at]
