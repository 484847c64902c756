"""What all fair matchings have in common, and the check of how many pairs there can be."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pairwise.errors import VerificationError
from pairwise.matching.general import GeneralMatching, max_weight_matching

if TYPE_CHECKING:
    from pairwise.matching.fairness.graph import Graph

Vertices = NDArray[np.int64]


@dataclass(frozen=True)
class FairMatching(ABC):
    """A matching of as many pairs as can be, chosen for fairness.

    Attributes
    ----------
    mate : int array (n,)
        Partner of each vertex, -1 if alone; of two sides the rows come first.
    barrier : int array
        Without these vertices the graph has so many odd parts that no matching has more pairs
        [berge1958]_.
    """

    mate: NDArray[np.int32]
    barrier: Vertices
    _graph: Graph = field(repr=False)

    @property
    def pairs(self) -> Vertices:
        """Matched pairs (p, 2), smaller vertex first, in ascending order."""
        first = np.flatnonzero(self.mate > np.arange(len(self.mate)))
        return np.column_stack([first, self.mate[first]])

    @property
    def profile(self) -> NDArray[Any]:
        """Weights of the matched pairs in ascending order: the worst-off first."""
        profile: NDArray[Any] = np.sort(self._graph.values[self._graph.find(self.mate)])
        return profile

    @property
    def weight(self) -> float:
        """Sum of the weights of the matched pairs."""
        profile = self.profile
        return sum(map(int, profile)) if profile.dtype.kind == "i" else float(profile.sum())

    @cached_property
    def sum_optimum(self) -> GeneralMatching:
        """The matching of as many pairs with the largest sum, with its proof; solved once."""
        return max_weight_matching(edges=self._graph.edges, n=self._graph.n, cardinality="maximum")

    @property
    def price_of_fairness(self) -> float:
        """What the sum of weights loses against the largest possible one."""
        return max(self.sum_optimum.weight - self.weight, 0)

    @abstractmethod
    def verify(self) -> None:
        """Check the matching and its proof against the weights.

        Raises
        ------
        VerificationError
            Naming what is false.
        """

    def check_matching(self) -> None:
        """Check that this is a matching of allowed pairs, and that none has more pairs.

        Raises
        ------
        VerificationError
            Naming what is false.
        """
        matched = np.flatnonzero(self.mate >= 0)
        if len(self.mate) != self._graph.n or (
            matched.size and int(self.mate.max()) >= len(self.mate)
        ):
            raise VerificationError(f"mate: must name partners among 0 ... {self._graph.n - 1}")
        if not np.array_equal(self.mate[self.mate[matched]], matched):
            raise VerificationError("mate: is not mutual; mate[mate[v]] must be v")
        if (self._graph.find(self.mate) < 0).any():
            raise VerificationError("mate: holds a pair that is not allowed")
        pairs = len(matched) // 2
        if pairs < self._graph.most and pairs < most_pairs(self._graph, self.barrier):
            raise VerificationError(f"barrier: does not show that {pairs} pairs are the most")


def most_pairs(graph: Graph, barrier: Vertices) -> int:
    """Return the bound on the number of pairs that a set of vertices gives [berge1958]_.

    Each odd part that is left without the barrier needs one of its vertices, or leaves somebody
    alone. O(m).
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    gone = np.zeros(graph.n, dtype=np.bool_)
    gone[barrier] = True
    kept = ~(gone[graph.u] | gone[graph.v])
    ends = (graph.u[kept], graph.v[kept])
    links = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(graph.n, graph.n))
    _, part = connected_components(links, directed=False)
    odd = int((np.bincount(part[~gone]) % 2).sum())
    return (graph.n - max(odd - int(gone.sum()), 0)) // 2
