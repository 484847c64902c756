"""The check of a leximin proof, apart from the search.

Every stage bounds the cost of the pairs of a few levels, over the matchings that earlier stages
left. By complementary slackness a matching is best at a stage exactly if it uses tight pairs only,
covers every vertex and fills every odd set of positive dual [edmonds1965]_.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pairwise.errors import VerificationError
from pairwise.matching.certificate import Certificate, CommonDual

if TYPE_CHECKING:
    from pairwise.matching.fairness.graph import Graph

Masks = list[NDArray[np.bool_]]

_ROOM = 2**61


@dataclass(frozen=True)
class Stage:
    """The proof for some levels of weights, numbered from the lowest weight that occurs, 0, on.

    Attributes
    ----------
    levels : tuple of int
        The levels of the stage, ascending. The matching has no pair between them, nor between the
        first and the stage before.
    certificate : Certificate
        Duals that bound the stage's weights over all pairs that are left.
    """

    levels: tuple[int, ...]
    certificate: Certificate


def check_stages(graph: Graph, mate: NDArray[np.int32], stages: tuple[Stage, ...]) -> None:
    """Check that a matching is best at every stage, and that the stages settle all its levels.

    Raises
    ------
    VerificationError
        Naming the first stage that proves less than it must.
    """
    check = _Check(graph, mate)
    for number, stage in enumerate(stages):
        check.stage(number, stage)
    if (check.level[check.matched] > check.done).any():
        raise VerificationError("stages: do not settle the highest weights")


class _Check:
    """The pairs that are left after the stages so far, and what all best matchings do."""

    def __init__(self, graph: Graph, mate: NDArray[np.int32]) -> None:
        self.ends = np.column_stack([graph.u, graph.v])
        self.level = np.unique(graph.values, return_inverse=True)[1]
        self.matched = np.zeros(len(graph.u), dtype=np.bool_)
        self.matched[graph.find(mate)] = True
        self.pairs = int(self.matched.sum())
        self.done = -1
        self.covered: Masks = []
        self.filled: Masks = []

    def stage(self, number: int, stage: Stage) -> None:
        """Check one stage and keep its tight pairs."""
        levels = np.array(stage.levels, dtype=np.int64)
        if not len(levels) or (np.diff(levels, prepend=self.done) <= 0).any():
            raise VerificationError(f"stage {number}: must begin after the one before, has {stage}")
        used = self.level[self.matched]
        stray = (used > self.done) & (used <= levels[-1]) & ~np.isin(used, levels)
        if stray.any():
            raise VerificationError(f"stage {number}: the matching has a pair between its levels")
        self._keep((self.level <= self.done) | (self.level >= levels[0]))
        weight = self._weights(levels)
        slack = self._slack(stage.certificate, weight)
        if len(slack) and int(slack.min()) < 0:
            raise VerificationError(f"stage {number}: the duals do not cover a pair")
        value = sum(map(int, weight[self.matched]))
        if stage.certificate.bound(self.pairs) != value:
            raise VerificationError(f"stage {number}: the matching is not the best there is")
        self._keep(slack == 0)
        self._add_conditions(stage.certificate)
        self.done = int(levels[-1])

    def _weights(self, levels: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return weights in which a pair of a level, or between two, outweighs all later ones."""
        place = np.searchsorted(levels, self.level)
        exact = levels[np.minimum(place, len(levels) - 1)] == self.level
        kind = np.where((place > 0) | exact, 2 * place - ~exact, -1)
        kind[kind >= 2 * len(levels) - 1] = -1
        counts = np.bincount(kind[kind >= 0], minlength=2 * len(levels) - 1)
        cost, costs = 1, [0] * (len(counts) + 1)
        for k in range(len(counts) - 1, -1, -1):
            costs[k] = cost
            cost *= min(int(counts[k]), self.pairs) + 1
        u, v = self.ends.T
        rewards = np.zeros(len(self.level), dtype=np.int64)
        for mask in self.covered:
            rewards += mask[u].astype(np.int64) + mask[v]
        for mask in self.filled:
            rewards += mask[u] & mask[v]
        if cost * (int(rewards.max(initial=0)) + 1) >= _ROOM:
            raise VerificationError("stages: weights of so many levels do not fit integers")
        return rewards * cost - np.array(costs, dtype=np.int64)[kind]

    def _slack(self, duals: Certificate, weight: NDArray[np.int64]) -> NDArray[np.int64]:
        if (
            duals.bye is not None
            or duals.without
            or len(duals.duals) < int(self.ends.max(initial=-1))
        ):
            raise VerificationError("stages: duals must be about all vertices")
        u, v = self.ends.T
        duals.check_edges(u, v, weight)
        common = CommonDual(duals.parents, duals.set_duals, len(duals.duals))
        slack: NDArray[np.int64] = duals.duals[u] + duals.duals[v] + common(u, v)
        return slack - 2 * (weight + duals.bonus)

    def _add_conditions(self, duals: Certificate) -> None:
        if 2 * self.pairs < len(duals.duals):
            self.covered = [np.any([*self.covered, duals.duals > 0], axis=0)]
        known = {mask.tobytes() for mask in self.filled}
        self.filled += [mask for mask in _full_sets(duals) if mask.tobytes() not in known]

    def _keep(self, chosen: NDArray[np.bool_]) -> None:
        self.ends, self.level = self.ends[chosen], self.level[chosen]
        if self.matched[~chosen].any():
            raise VerificationError("stages: a matched pair is not tight")
        self.matched = self.matched[chosen]


def _full_sets(duals: Certificate) -> Masks:
    """Return the odd sets of positive dual, each as a mask over the vertices."""
    n = len(duals.duals)
    masks = np.zeros((len(duals.set_duals), n), dtype=np.bool_)
    for vertex in range(n):
        node = int(duals.parents[vertex])
        while node >= 0:
            masks[node - n, vertex] = True
            node = int(duals.parents[node])
    return [masks[k] for k in np.flatnonzero(duals.set_duals > 0)]
