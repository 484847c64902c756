"""The matchings that are best up to some level of weights, narrowed level by level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise import _kernel
from pairwise.matching.certificate import Certificate, as_certificate
from pairwise.matching.fairness.graph import Ends, Graph, Units, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KERNEL_BITS = 58
_SAMPLE = 8
_AHEAD = 64
_FORESEEN = 40
_FEW = 4


@dataclass(frozen=True)
class Group:
    """Levels that are solved at once, and the levels between them.

    What a pair of a level costs is more than all pairs of later levels may cost. Levels between two
    of the group cost the same.

    Attributes
    ----------
    levels : int array (k,)
        Ascending.
    costs, counts : int arrays (2 k - 1,)
        Of each level and of those between it and the next: what a pair costs, and how many there
        are.
    total : int
        More than all pairs may cost together.
    """

    levels: Units
    costs: Units
    counts: Units
    total: int

    @property
    def last(self) -> int:
        """The last level."""
        return int(self.levels[-1])

    def first(self, k: int) -> Group:
        """Return the group of the first levels, k of them."""
        size = int(self.costs[2 * k - 2])
        costs, counts = self.costs[: 2 * k - 1] // size, self.counts[: 2 * k - 1]
        return Group(self.levels[:k], costs, counts, self.total // size)


class Face:
    """The matchings that are best up to the levels done: pairs left, vertices and sets to fill.

    Pairs are by ascending level.
    """

    def __init__(self, graph: Graph, pairs: int) -> None:
        # With an even number of vertices the kernel needs no vertex for whoever is left out.
        self.n = graph.n + graph.n % 2
        self.pairs = pairs
        order = np.argsort(graph.values, kind="stable")
        self.u, self.v, values = graph.u[order], graph.v[order], graph.values[order]
        self.level: Units = np.append(0, np.cumsum(values[1:] != values[:-1]))[: len(order)]
        self.done = -1
        self.cover = np.zeros(self.n, dtype=np.int64)
        self.inside = np.zeros(len(self.u), dtype=np.int64)
        self.sets: set[bytes] = set()

    def ahead(self, mate: Ends) -> Units:
        """Return the levels of the pairs of a matching that are not done, ascending."""
        used = self.level[self._in_use(mate)]
        return used[used > self.done]

    def foresee(self, mate: Ends) -> Ends:
        """Return a matching of the face that is probably best for a few levels more.

        Pairs cost less and less the higher their level, by a constant factor each, which is leximin
        where no two are close. So it is a guess; the better of it and the matching given.
        """
        used = self.ahead(mate)
        if len(used) < _FEW or used[0] == used[-1]:
            return mate
        start, end = np.searchsorted(self.level, (self.done + 1, used[:_FORESEEN][-1] + 1))
        bits = np.log2(max(self._room // (2 * self.pairs), 1))
        place = np.arange(end - start) / (end - start)
        cost = np.zeros(len(self.level), dtype=np.int64)
        cost[start:end] = np.exp2(bits * (1.0 - place)).astype(np.int64)
        weight = self._room * self._rewards - cost
        chosen = self._sample(mate, end)
        found = solve(self.n, self.u[chosen], self.v[chosen], weight[chosen])["mate"][: len(mate)]
        return max(mate, found, key=lambda one: self.ahead(one).tolist())

    def next_group(self, mate: Ends) -> Group | None:
        """Return the next levels to solve, those of a matching; None when all are done."""
        levels = np.unique(self.ahead(mate))[:_AHEAD]
        if not len(levels):
            return None
        self._keep((self.level <= self.done) | (self.level >= levels[0]))
        starts, ends = (
            np.searchsorted(self.level, levels, side=side) for side in ("left", "right")
        )
        bounds = np.column_stack([starts, ends]).ravel()
        counts = np.diff(bounds)
        total, totals = 1, list[int]()
        for count in np.minimum(counts, self.pairs).tolist():
            total *= count + 1
            if total > self._room and totals:
                break
            totals.append(total)
        totals = totals[: len(totals) - (len(totals) + 1) % 2]
        costs = np.array([totals[-1] // size for size in totals], dtype=np.int64)
        return Group(levels[: (len(totals) + 1) // 2], costs, counts[: len(totals)], totals[-1])

    def solve(self, group: Group, mate: Ends) -> tuple[Certificate, Units, Ends]:
        """Return duals of a group, all slacks, and a best matching: the one given if it is.

        Pairs above the group are all alike to it: a sample of them is enough where the duals then
        cover the others; those that they do not cover join.
        """
        weight = self._weights(group)
        chosen = self._sample(mate, int(np.searchsorted(self.level, group.last, side="right")))
        while True:
            answer = solve(self.n, self.u[chosen], self.v[chosen], weight[chosen])
            certificate = as_certificate(answer, 1.0)
            slack = self._slack(certificate, weight)
            if int(slack.min(initial=0)) >= 0:
                break
            chosen |= slack < 0
        found: Ends = answer["mate"][: len(mate)]
        worth, best = (int(weight[self._in_use(one)].sum()) for one in (mate, found))
        return certificate, slack, mate if worth == best else found

    def settled(self, group: Group, mate: Ends) -> int:
        """Return how many levels a best matching settles: it has no pair between those."""
        used = self.ahead(mate)
        stray = used[(used <= group.last) & ~np.isin(used, group.levels)]
        return int(np.searchsorted(group.levels, stray[0])) if len(stray) else len(group.levels)

    def narrow(self, group: Group, certificate: Certificate, slack: Units) -> None:
        """Keep the matchings that are best for a group: tight, covering and filling."""
        self.done = group.last
        self._keep(slack == 0)
        if 2 * self.pairs < self.n:
            self.cover |= certificate.duals > 0
        for members in positive_sets(certificate):
            self._fill(members)

    @property
    def _room(self) -> int:
        """More than all costs of a matching may be."""
        room = 1 << (_KERNEL_BITS - 2 - (self.n // 2 + 3).bit_length())
        return room // (int(self.inside.max(initial=0)) + 4)

    @property
    def _rewards(self) -> Units:
        """Return how many vertices to cover and sets to fill each pair serves."""
        rewards: Units = self.cover[self.u] + self.cover[self.v] + self.inside
        return rewards

    def _weights(self, group: Group) -> Units:
        weight = group.total * self._rewards
        start = int(np.searchsorted(self.level, group.levels[0]))
        weight[start : start + int(group.counts.sum())] -= np.repeat(group.costs, group.counts)
        return weight

    def _sample(self, mate: Ends, end: int) -> NDArray[np.bool_]:
        """Return the pairs before a place, those in use, and a few others."""
        count = len(self.level)
        chosen = np.random.default_rng(count).random(count) < _SAMPLE * self.n / max(count, 1)
        chosen[:end] = True
        return chosen | self._in_use(mate)

    def _slack(self, certificate: Certificate, weight: Units) -> Units:
        slack: Units = certificate.duals[self.u] + certificate.duals[self.v]
        slack += _kernel.common_dual(certificate.parents, certificate.set_duals, self.u, self.v)
        return slack - 2 * (weight + certificate.bonus)

    def _in_use(self, mate: Ends) -> NDArray[np.bool_]:
        used: NDArray[np.bool_] = mate[self.u] == self.v
        return used

    def _fill(self, members: NDArray[np.bool_]) -> None:
        if members.tobytes() in self.sets:
            return
        self.sets.add(members.tobytes())
        self.inside += members[self.u] & members[self.v]

    def _keep(self, chosen: NDArray[np.bool_]) -> None:
        self.u, self.v = self.u[chosen], self.v[chosen]
        self.level, self.inside = self.level[chosen], self.inside[chosen]


def positive_sets(certificate: Certificate) -> list[NDArray[np.bool_]]:
    """Return the members of each set of positive dual, as masks over the vertices."""
    n = len(certificate.duals)
    members: list[NDArray[np.bool_]] = []
    for node in range(n, len(certificate.parents)):
        mask = np.zeros(n, dtype=np.bool_)
        children = np.flatnonzero(certificate.parents[:node] == node)
        mask[children[children < n]] = True
        for child in children[children >= n]:
            mask |= members[child - n]
        members.append(mask)
    return [members[k] for k in np.flatnonzero(certificate.set_duals > 0)]
