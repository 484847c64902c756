"""Destroy and repair with the exact matcher: halve every group, match the halves anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pairwise.matching.general import max_weight_matching
from pairwise.matching.partitions.problem import APART, PartitionProblem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.matching.partitions.answer import Groups

_MOST_HALVES = 4000


def may_regroup(problem: PartitionProblem) -> bool:
    """Tell whether worth and rules are sums over pairs, which is what a matching can see."""
    plain = not (problem.counts or problem.common or problem.coverage or problem.worst)
    alone = len(np.unique(problem.unit)) == problem.n
    return plain and alone and problem.least >= 3 and not problem.left_out


def regroup(problem: PartitionProblem, groups: Groups, rng: np.random.Generator) -> Groups:
    """Return the best partition whose groups are unions of two random halves of these groups.

    The halves as they were are one choice, so the answer is never worth less. Cost: one exact
    matching of 2 m vertices.
    """
    if 2 * len(groups) > _MOST_HALVES:
        return groups
    halves = [half for group in groups for half in _halves(group, rng)]
    weights = _union_worth(problem, halves)
    mate = max_weight_matching(weights, cardinality="maximum").mate
    if (mate < 0).any():
        return groups
    pairs = [(a, int(b)) for a, b in enumerate(mate) if a < b]
    return tuple(sorted(tuple(sorted(halves[a] + halves[b])) for a, b in pairs))


def _halves(group: tuple[int, ...], rng: np.random.Generator) -> list[tuple[int, ...]]:
    order = rng.permutation(np.array(group)).tolist()
    middle = (len(order) + 1) // 2
    return [tuple(order[:middle]), tuple(order[middle:])]


def _union_worth(problem: PartitionProblem, halves: list[tuple[int, ...]]) -> NDArray[np.float64]:
    """Return what the union of every two halves is worth, -inf where it may not be; (h, h)."""
    count, longest = len(halves), max(map(len, halves))
    sizes = np.array([len(half) for half in halves])
    cross = np.zeros((count, count))
    apart = np.zeros((count, count), dtype=bool)
    padded = np.array([list(half) + [-1] * (longest - len(half)) for half in halves])
    for a in range(longest):
        for b in range(longest):
            here, there = padded[:, a], padded[:, b]
            block = problem.weights[np.ix_(here, there)]
            real = (here[:, None] >= 0) & (there[None, :] >= 0)
            apart |= (block == APART) & real
            cross += np.where(real, block, 0)
    own = np.array([problem.pair_sum([half]) for half in halves], dtype=np.float64)
    union = sizes[:, None] + sizes[None, :]
    fits = (union >= problem.least) & (union <= problem.most) & ~apart
    factor = problem.factor[np.minimum(union, problem.most)]
    worth: NDArray[np.float64] = factor * (cross + own[:, None] + own[None, :])
    worth[~fits] = -np.inf
    return worth
