"""Checks a partition's claims from the weights; shares no code with the search."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from pairwise.matching.partitions.answer import refuse
from pairwise.matching.partitions.bounds import count_groups
from pairwise.matching.partitions.problem import APART, PartitionProblem

if TYPE_CHECKING:
    from pairwise.matching.partitions.answer import Groups, Partition, PartitionProof

_LISTED = 2_000_000


def verify(found: Partition, problem: PartitionProblem) -> None:
    """Raise `VerificationError` naming every claim that is false."""
    refuse([*_false_groups(found, problem), *problem.broken(found.groups)])
    value = problem.value(found.groups)
    if value != found.value_q:
        refuse([f"value {found.value_q} is claimed, the groups are worth {value} units"])
    if found.value_q > found.bound_q:
        refuse([f"value {found.value_q} is above the bound {found.bound_q}"])
    if found.bound_q < found.proof.bound:
        refuse([f"bound {found.bound_q} is claimed, the proof says {found.proof.bound}"])
    check_proof(found.proof, problem, found.groups)


def check_proof(proof: PartitionProof, problem: PartitionProblem, groups: Groups) -> None:
    """Raise `VerificationError` unless the proof holds; `groups` are a partition."""
    false = _false_columns if proof.kind == "columns" else _false_bound
    refuse(false(proof, problem, groups))


def _false_groups(found: Partition, problem: PartitionProblem) -> list[str]:
    counts = np.bincount([i for group in found.groups for i in group], minlength=problem.n)
    false = [f"{i} is in {counts[i]} groups" for i in np.flatnonzero(counts > 1).tolist()]
    out = int((counts == 0).sum())
    if out != problem.left_out:
        false.append(f"{out} people are in no group, must be {problem.left_out}")
    for g, members in enumerate(found.groups):
        if len(set(found.label[list(members)].tolist())) != 1:
            false.append(f"label: group {g} has several labels")
    return false


def _false_bound(proof: PartitionProof, problem: PartitionProblem, _groups: Groups) -> list[str]:
    from pairwise.matching.partitions.bounds import group_proof_bound, pair_proof_bound

    if proof.kind == "pairs":
        proven = pair_proof_bound(problem, proof.prices)
    else:
        proven = group_proof_bound(problem, proof.prices, proof.size_prices)
        false = _underpriced(proof, problem)
        if false:
            return false
    if proof.bound < proven:
        return [f"bound {proof.bound} is claimed, the prices prove {proven} units only"]
    return []


def _underpriced(proof: PartitionProof, problem: PartitionProblem) -> list[str]:
    """Name a group that is worth more than its prices, by plain listing where that is cheap."""
    if count_groups(problem) > _LISTED:
        for size in problem.sizes:
            own = proof.size_prices.get(size, 0)
            people, _, _ = problem.kernel.price_groups(size, proof.prices, own, 1, 0, None)
            if len(people):
                return [f"the prices do not cover group {people[:size].tolist()}"]
        return []
    weights = np.where(problem.weights == APART, 0, problem.weights).astype(np.int64)
    for size in problem.sizes:
        groups = np.array(list(combinations(range(problem.n), size)), dtype=np.intp)
        worth = np.zeros(len(groups), dtype=np.int64)
        for a, b in combinations(range(size), 2):
            worth += weights[groups[:, a], groups[:, b]]
        worth *= problem.factor[size]
        priced = proof.prices[groups].sum(axis=1) + proof.size_prices.get(size, 0)
        for k in np.flatnonzero(worth + _most_cover(problem, groups) > priced).tolist():
            group = groups[k].tolist()
            if not problem.broken([group]) and problem.worth(group) > priced[k]:
                return [f"the prices do not cover group {group}"]
    return []


def _most_cover(problem: PartitionProblem, groups: np.ndarray) -> np.ndarray:
    """Return the most that groups could cover: all that is sought."""
    if problem.needs is None or not problem.coverage:
        return np.zeros(len(groups), dtype=np.int64)
    full = problem.needs.sum(axis=1, dtype=np.int64) * problem.cover_unit
    covered: np.ndarray = full[groups].sum(axis=1)
    return covered


def _false_columns(proof: PartitionProof, problem: PartitionProblem, groups: Groups) -> list[str]:
    """Let HiGHS look for a better partition among all groups that could be part of one."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    from pairwise.matching.partitions.bounds import Columns
    from pairwise.matching.partitions.exact import useful_groups

    if problem.worst:
        return []
    useful = useful_groups(problem, proof, problem.value(groups))
    if useful is None:
        return ["the groups that a better partition could hold are too many to list"]
    columns = Columns(problem)
    columns.add(sorted({*useful, *groups}))
    worth = np.array(columns.worth, dtype=float) / (problem.scale * problem.common_multiple)
    once = LinearConstraint(columns.incidence(), 0 if problem.left_out else 1, 1)
    lengths = np.array([len(group) for group in columns.groups])
    sized = [
        LinearConstraint((lengths == size).astype(float)[None, :], count, count)
        for size, count in (problem.fixed_counts or {}).items()
    ]
    whole = np.ones(len(worth), dtype=np.int64)
    answer = milp(-worth, constraints=[once, *sized], bounds=Bounds(0, 1), integrality=whole)
    if answer.fun is None:
        return ["HiGHS finds no partition at all"]
    value, bound = -float(answer.fun), proof.bound * problem.step
    if value > bound + 1e-6 * max(1.0, abs(bound)):
        return [f"bound {bound} is claimed, HiGHS found a partition worth {value}"]
    return []
