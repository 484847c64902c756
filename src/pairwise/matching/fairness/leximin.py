"""Leximin: the worst pair as good as can be, then the second worst, and so on; exact with ties."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from pairwise import _kernel
from pairwise.matching.certificate import Certificate, as_certificate
from pairwise.matching.fairness.answer import FairMatching
from pairwise.matching.fairness.bottleneck import bottleneck_matching, prove_most
from pairwise.matching.fairness.graph import Ends, Graph, Units, pair_count, solve
from pairwise.matching.fairness.leximin_check import Stage, check_stages

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_KERNEL_BITS = 58
_AHEAD = 4096
_SAMPLE = 8


@dataclass(frozen=True)
class LeximinMatching(FairMatching):
    """A matching whose sorted weights no other matching of as many pairs exceeds.

    Attributes
    ----------
    stages : tuple of Stage
        The proof: duals for a few levels of weights at a time, from the worst on. Each stage says
        which matchings are best so far, the next chooses among those.
    """

    stages: tuple[Stage, ...]

    @property
    def value(self) -> float:
        """Weight of the worst pair, inf without pairs; `profile` has all of them."""
        return self.profile[0].item() if len(self.pairs) else np.inf

    @property
    def bound(self) -> float:
        """No matching of as many pairs has a better worst pair: equal to `value`."""
        return self.value

    def verify(self) -> None:
        """Check all stages against the weights; shares no code with the search.

        Raises
        ------
        VerificationError
            Naming what is false. O(m log n) a stage, and stages have fewer and fewer pairs.
        """
        self.check_matching()
        check_stages(self._graph, self.mate, self.stages)


def leximin_matching(
    weights: ArrayLike | None = None,
    *,
    edges: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    n: int | None = None,
    two_sided: bool = False,
) -> LeximinMatching:
    """Return the matching of as many pairs as can be that is best for the worst-off, pair by pair.

    The weights of its pairs in ascending order are lexicographically largest: first the worst pair
    is as good as can be, then the second worst, and so on.

    Parameters
    ----------
    weights : array (n, n)
        Symmetric, as for `max_weight_matching`; higher is better, NaN or -inf: not allowed. With
        `two_sided` a table (rows, cols): vertex i is row i, vertex rows + j is column j.
    edges, n
        Instead of a matrix.
    two_sided : bool
        Rows are matched with columns, one partner each.

    Returns
    -------
    LeximinMatching

    Raises
    ------
    InvalidInput
        As `max_weight_matching`.

    Notes
    -----
    With the number of pairs fixed, leximin means: use as few pairs of the lowest level as can be,
    then of the next, and so on [huang2016]_. Rank weights for all levels at once would need
    thousands of bits. Instead as many levels as fit 64 bits are solved at a time. By complementary
    slackness the best matchings of a stage are exactly those of tight pairs that cover every
    vertex and fill every odd set of positive dual; later stages keep only tight pairs and reward
    covering and filling by more than all their levels are worth. Levels that the best matching so
    far does without cost nothing. Tens of stages for a thousand people without ties, more than a
    thousand where everybody wants the same few.

    Examples
    --------
    >>> from pairwise import matching
    >>> weights = [[0, 8, 4, 5], [8, 0, 4, 4], [4, 4, 0, 1], [5, 4, 1, 0]]
    >>> fair = matching.leximin_matching(weights)
    >>> fair.profile.tolist(), fair.price_of_fairness
    ([4, 5], 0)
    >>> fair.verify()
    """
    start = bottleneck_matching(weights, edges=edges, n=n, two_sided=two_sided)
    graph = start._graph
    mate, stages = _climb(graph, start.mate)
    return LeximinMatching(
        mate=mate, barrier=prove_most(graph, mate), _graph=graph, stages=tuple(stages)
    )


def _climb(graph: Graph, mate: Ends) -> tuple[Ends, list[Stage]]:
    face = _Face(graph, pair_count(mate))
    stages: list[Stage] = []
    while True:
        group = face.next_group(mate)
        if group is None:
            return mate, stages
        certificate, padded = face.improve(group, mate)
        mate = padded[: graph.n]
        stages.append(Stage(group.first, group.last, certificate))


@dataclass(frozen=True)
class _Group:
    """Levels that are solved at once: what a pair of each costs, and more than all may cost."""

    levels: NDArray[np.int64]
    costs: list[int]
    total: int

    @property
    def first(self) -> int:
        return int(self.levels[0])

    @property
    def last(self) -> int:
        return int(self.levels[-1])


class _Face:
    """The matchings that are best up to the levels done: pairs left, vertices and sets to fill."""

    def __init__(self, graph: Graph, pairs: int) -> None:
        # With an even number of vertices the kernel needs no vertex for whoever is left out.
        self.n = graph.n + graph.n % 2
        self.pairs = pairs
        self.u, self.v = graph.u, graph.v
        self.level: Units = np.unique(graph.values, return_inverse=True)[1].astype(np.int64)
        self.done = -1
        self.cover = np.zeros(self.n, dtype=np.int64)
        self.inside = np.zeros(len(self.u), dtype=np.int64)
        self.sets: set[bytes] = set()

    def next_group(self, mate: Ends) -> _Group | None:
        """Return the next levels to solve, the first being used; None when all are done."""
        used = self.level[self._in_use(mate)]
        used = used[used > self.done]
        if not len(used):
            return None
        first = int(used.min())
        self._keep((self.level <= self.done) | (self.level >= first))
        levels, counts = self._next_levels(first)
        room = 1 << (_KERNEL_BITS - 2 - (self.n // 2 + 3).bit_length())
        room //= int(self.inside.max(initial=0)) + 4
        sizes = list(accumulate((min(int(c), self.pairs) + 1 for c in counts), _capped_product))
        fitting = max(sum(size <= room for size in sizes), 1)
        total = sizes[fitting - 1]
        return _Group(levels[:fitting], [total // size for size in sizes[:fitting]], total)

    def _next_levels(self, first: int) -> tuple[Units, Units]:
        """Return the next levels and how many pairs each has; of many only the next few."""
        ahead = self.level[self.level >= first]
        if len(ahead) > _AHEAD:
            ahead = ahead[ahead <= np.partition(ahead, _AHEAD)[_AHEAD]]
        levels, counts = np.unique(ahead, return_counts=True)
        return levels, counts

    def improve(self, group: _Group, mate: Ends) -> tuple[Certificate, Ends]:
        """Solve a group, narrow the face to its best matchings, and return one of them.

        Pairs above the group are all alike to it: a sample of them is enough where the duals then
        cover the others; those that they do not cover join.
        """
        weight = self._weights(group)
        chosen = (self.level <= group.last) | self._in_use(mate)
        share = _SAMPLE * self.n / max(len(chosen), 1)
        chosen |= np.random.default_rng(len(chosen)).random(len(chosen)) < share
        while True:
            answer = solve(self.n, self.u[chosen], self.v[chosen], weight[chosen])
            certificate = as_certificate(answer, 1.0)
            slack = self._slack(certificate, weight)
            if int(slack.min(initial=0)) >= 0:
                break
            chosen |= slack < 0
        self.done = group.last
        self._keep(slack == 0)
        if 2 * self.pairs < self.n:
            self.cover |= certificate.duals > 0
        for members in positive_sets(certificate):
            self._fill(members)
        return certificate, answer["mate"]

    def _slack(self, certificate: Certificate, weight: Units) -> Units:
        slack: Units = certificate.duals[self.u] + certificate.duals[self.v]
        slack += _kernel.common_dual(certificate.parents, certificate.set_duals, self.u, self.v)
        return slack - 2 * (weight + certificate.bonus)

    def _in_use(self, mate: Ends) -> NDArray[np.bool_]:
        used: NDArray[np.bool_] = mate[self.u] == self.v
        return used

    def _weights(self, group: _Group) -> Units:
        weight = group.total * (self.cover[self.u] + self.cover[self.v] + self.inside)
        place = np.searchsorted(group.levels, self.level)
        paid = (self.level >= group.first) & (self.level <= group.last)
        costs = np.array([*group.costs, 0], dtype=np.int64)
        return weight - np.where(paid, costs[np.minimum(place, len(group.costs))], 0)

    def _fill(self, members: NDArray[np.bool_]) -> None:
        if members.tobytes() in self.sets:
            return
        self.sets.add(members.tobytes())
        self.inside += members[self.u] & members[self.v]

    def _keep(self, chosen: NDArray[np.bool_]) -> None:
        self.u, self.v = self.u[chosen], self.v[chosen]
        self.level, self.inside = self.level[chosen], self.inside[chosen]


def _capped_product(a: int, b: int) -> int:
    return min(a * b, 1 << 62)


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
