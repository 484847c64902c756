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


@dataclass(frozen=True)
class Stage:
    """The proof for some levels of weights, numbered from the lowest weight that occurs, 0, on.

    Attributes
    ----------
    first, last : int
        The levels of the stage. The matching has no pair between `first` and the stage before.
    certificate : Certificate
        Duals that bound the stage's weights over all pairs that are left.
    """

    first: int
    last: int
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
        if not self.done < stage.first <= stage.last:
            raise VerificationError(f"stage {number}: must begin after the one before, has {stage}")
        self._keep((self.level <= self.done) | (self.level >= stage.first))
        weight = self._weights(stage.first, stage.last)
        slack = self._slack(stage.certificate, weight)
        if len(slack) and int(slack.min()) < 0:
            raise VerificationError(f"stage {number}: the duals do not cover a pair")
        value = sum(map(int, weight[self.matched]))
        if stage.certificate.bound(self.pairs) != value:
            raise VerificationError(f"stage {number}: the matching is not the best there is")
        self._keep(slack == 0)
        self._add_conditions(stage.certificate)
        self.done = stage.last

    def _weights(self, first: int, last: int) -> NDArray[np.int64]:
        levels, counts = np.unique(self.level[self.level >= first], return_counts=True)
        cost, costs = 1, np.zeros(len(self.level), dtype=np.int64)
        for level, count in reversed(list(zip(levels.tolist(), counts.tolist(), strict=True))):
            if level <= last:
                costs[self.level == level] = cost
                cost *= min(count, self.pairs) + 1
        u, v = self.ends.T
        rewards = np.zeros(len(costs), dtype=np.int64)
        for mask in self.covered:
            rewards += mask[u].astype(np.int64) + mask[v]
        for mask in self.filled:
            rewards += mask[u] & mask[v]
        return rewards * cost - costs

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
