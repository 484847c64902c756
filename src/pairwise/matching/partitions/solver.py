"""Solves a partition problem: search, bound, and a proof where that is within reach."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
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
from pairwise.matching.partitions.regroup import may_regroup, regroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from pairwise.matching.partitions.problem import PartitionProblem

    Tell = Callable[[str, float], None]

_REGROUPINGS = 6
_LISTED = 6_000
"""Groups up to which a plan with a worst group is proven: the programme is hard."""


@dataclass(frozen=True)
class Effort:
    """How long to search and how well to prove; the keywords of `partition`."""

    starts: int = 4
    rounds: int | None = None
    exact: bool = True
    target_gap: float = 0.0
    time_limit: float | None = None
    threads: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if self.starts < 1 or self.threads < 1:
            raise InvalidInput(f"starts={self.starts!r}, threads={self.threads!r}: must be >= 1")

    def budget(self, n: int) -> int:
        """Return the perturbations of each start for n people."""
        return max(20, min(20 * n, 200_000 // n)) if self.rounds is None else self.rounds


def solve(problem: PartitionProblem, effort: Effort, tell: Tell | None = None) -> Partition:
    """Return the best partition found, with its bound; see `partition`.

    Parameters
    ----------
    tell
        Told the stage and the share that is done.
    """
    return _Solver(problem, effort, tell or _silent).solve()


def _silent(stage: str, share: float) -> None:
    pass


class _Solver:
    """A problem with what is known of its answer so far."""

    def __init__(self, problem: PartitionProblem, effort: Effort, tell: Tell) -> None:
        self.problem, self.effort, self.tell = problem, effort, tell
        limit = effort.time_limit
        self.deadline = None if limit is None else time.monotonic() + limit
        self.complete, self.rounds_made = True, 0
        self.pair_proof: PartitionProof | None = None

    def left(self, share: float = 1.0) -> float | None:
        """Return a share of the seconds left, None without a limit."""
        if self.deadline is None:
            return None
        return max(0.0, self.deadline - time.monotonic()) * share

    def solve(self) -> Partition:
        self.tell("search", 0.0)
        groups, broken = self.search()
        groups = self._rescue() if broken else self._regrouped(groups)
        value = self.problem.value(groups)
        self.tell("bound", 0.4)
        proof = self._bound(groups, value)
        if self.effort.exact and self._gap(value, proof) > self.effort.target_gap:
            self.tell("proof", 0.8)
            groups, value, proof = self._closed(groups, value, proof)
        if self.pair_proof is not None and self.pair_proof.bound < proof.bound:
            proof = self.pair_proof
        self.tell("done", 1.0)
        return self._answer(groups, value, proof)

    def search(self, given: Groups | None = None) -> tuple[Groups, int]:
        """Search from random starts, or from given groups; groups and rules broken."""
        problem, effort = self.problem, self.effort
        try:
            answer = problem.kernel.search(
                _spread(problem.group_counts),
                problem.left_out,
                effort.starts if given is None else 1,
                effort.budget(problem.n) if given is None else 0,
                effort.threads,
                effort.seed % 2**63,
                None if given is None else label_of(given, problem.n),
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
                    self.problem, listed, (), seed=self.effort.seed, time_limit=self.left()
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
        rng = np.random.default_rng(self.effort.seed)
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
        if (
            self._gap(value, proof) <= self.effort.target_gap
            or count_groups(self.problem) > MOST_GROUPS
        ):
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
            problem, listed, groups, seed=self.effort.seed, time_limit=self.left()
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
