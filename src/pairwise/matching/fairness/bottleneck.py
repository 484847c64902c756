"""The largest worst pair: thresholds, and who stands in the way of a higher one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import VerificationError
from pairwise.matching.fairness.answer import FairMatching, Vertices, most_pairs
from pairwise.matching.fairness.graph import (
    Ends,
    Graph,
    barrier_of,
    largest,
    pair_count,
    read_graph,
)
from pairwise.matching.general import GeneralMatching, max_weight_matching
from pairwise.matching.general_sources import EdgeWeights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True)
class BottleneckMatching(FairMatching):
    """A matching whose worst pair is as good as can be, then with the best sum.

    Attributes
    ----------
    value : float or int
        Weight of the worst pair; inf when there is no pair.
    obstacle : int array
        Without these vertices the graph of all pairs better than `value` has so many odd parts
        that no matching of as many pairs avoids a pair as bad [berge1958]_.
    best_sum : GeneralMatching
        This matching among the pairs of at least `value`, with the proof that none has a larger
        sum.
    """

    value: float
    obstacle: Vertices
    best_sum: GeneralMatching = field(repr=False)

    @property
    def bound(self) -> float:
        """No matching of as many pairs has a better worst pair: equal to `value`."""
        return self.value

    def verify(self) -> None:
        """Check pairs, threshold and sum against the weights; shares no code with the search.

        Raises
        ------
        VerificationError
            Naming what is false. O(m log n).
        """
        self.check_matching()
        if not np.array_equal(self.best_sum.mate, self.mate):
            raise VerificationError("best_sum: is another matching")
        if len(self.pairs) == 0:
            return
        if self.profile[0] != self.value:
            raise VerificationError(f"value = {self.value}: the worst pair has {self.profile[0]}")
        better = self._graph.where(self._graph.values > self.value)
        if most_pairs(better, self.obstacle) >= len(self.pairs):
            raise VerificationError(f"obstacle: does not show that {self.value} is the most")
        allowed = self._graph.at_least(self.value)
        replace(self.best_sum, _source=EdgeWeights(allowed.edges, allowed.n)).verify()


def bottleneck_matching(
    weights: ArrayLike | None = None,
    *,
    edges: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    n: int | None = None,
    two_sided: bool = False,
) -> BottleneckMatching:
    """Return the matching of as many pairs as can be whose worst pair is best, then of best sum.

    Parameters
    ----------
    weights : array (n, n)
        Symmetric, as for `max_weight_matching`; higher is better, NaN or -inf: not allowed. With
        `two_sided` a table (rows, cols): vertex i is row i, vertex rows + j is column j.
    edges : (u, v, w) arrays (m,)
        Instead of a matrix.
    n : int
        Number of vertices, with `edges`.
    two_sided : bool
        Rows are matched with columns, one partner each.

    Returns
    -------
    BottleneckMatching

    Raises
    ------
    InvalidInput
        As `max_weight_matching`.

    Notes
    -----
    The smallest set of best pairs that still holds a matching of as many is found by doubling and
    halving, each step a matching without weights [edmonds1965]_. O(log m) of them.

    Examples
    --------
    >>> from pairwise import matching
    >>> weights = [[0, 9, 5, 4], [9, 0, 4, 6], [5, 4, 0, 1], [4, 6, 1, 0]]
    >>> fair = matching.bottleneck_matching(weights)
    >>> fair.value, fair.profile.tolist(), fair.price_of_fairness
    (5, [5, 6], 0)
    >>> fair.verify()
    """
    graph = read_graph(weights, edges, n, two_sided)
    levels = np.unique(graph.values)[::-1]
    mate, above, place = _find_threshold(graph, levels)
    best = max_weight_matching(
        edges=graph.at_least(levels[place]).edges if len(levels) else graph.edges,
        n=graph.n,
        cardinality="maximum",
    )
    pairs = pair_count(mate)
    higher = graph.where(graph.values > levels[place]) if pairs else graph
    return BottleneckMatching(
        mate=best.mate,
        barrier=prove_most(graph, best.mate),
        _graph=graph,
        value=levels[place].item() if pairs else np.inf,
        obstacle=barrier_of(higher, above),
        best_sum=best,
    )


def prove_most(graph: Graph, mate: Ends) -> Vertices:
    """Return the barrier behind the number of pairs; nothing where everybody is matched."""
    if pair_count(mate) == graph.most:
        return np.empty(0, dtype=np.int64)
    return barrier_of(graph, mate)


def _find_threshold(graph: Graph, levels: np.ndarray) -> tuple[Ends, Ends, int]:
    """Return a matching, one of the pairs above its worst level, and the place of that level.

    `levels` descend. The first matching has as many pairs as can be, the second has fewer.
    """
    sizes = np.searchsorted(np.sort(-graph.values), -levels, side="right")
    alone = np.full(graph.n, -1, dtype=np.int32)
    low, below = -1, alone
    high, mate = -1, alone
    size = 2 * graph.n
    while high < len(levels) - 1 and pair_count(mate) < graph.most:
        low, below = high, mate
        high = min(max(int(np.searchsorted(sizes, size)), high + 1), len(levels) - 1)
        mate = largest(graph.at_least(levels[high]))
        size *= 2
    if pair_count(mate) < graph.most:
        low, below = -1, alone
    while high - low > 1:
        middle = (low + high) // 2
        found = largest(graph.at_least(levels[middle]))
        if pair_count(found) == pair_count(mate):
            high, mate = middle, found
        else:
            low, below = middle, found
    return mate, below, high
