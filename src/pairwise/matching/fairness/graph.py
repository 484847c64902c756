"""The graph that a fair matching is looked for in: allowed pairs and their weights, each once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise import _kernel
from pairwise.errors import InvalidInput
from pairwise.matching.bipartite_sources import TableSource
from pairwise.matching.general_sources import EdgeWeights, MatrixWeights

Ends = NDArray[np.int32]
Units = NDArray[np.int64]


@dataclass(frozen=True)
class Graph:
    """Allowed pairs (u, v) with u < v, by ascending u and v.

    Attributes
    ----------
    n : int
        Number of vertices; of two sides the rows come first.
    u, v : int32 arrays (m,)
        Ends of the pairs.
    values : array (m,)
        Weights as they were given, int64 or float64.
    most : int
        No matching has more pairs.
    """

    n: int
    u: Ends
    v: Ends
    values: NDArray[Any]
    most: int

    def find(self, mate: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the places of matched pairs among the allowed ones; -1 for what is not allowed."""
        first = np.flatnonzero(mate > np.arange(len(mate)))
        wanted = first * self.n + mate[first]
        key = self.u.astype(np.int64) * self.n + self.v
        if not len(key):
            return np.full(len(wanted), -1)
        place = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        return np.where(key[place] == wanted, place, -1)

    def at_least(self, value: Any) -> Graph:
        """Return the graph of the pairs of this weight and more."""
        return self.where(self.values >= value)

    def where(self, chosen: NDArray[np.bool_]) -> Graph:
        """Return the graph of the chosen pairs."""
        parts = (self.u[chosen], self.v[chosen], self.values[chosen])
        return Graph(self.n, *parts, self.most)

    @property
    def edges(self) -> tuple[Ends, Ends, NDArray[Any]]:
        """The pairs, as `max_weight_matching` takes them."""
        return self.u, self.v, self.values


def read_graph(
    weights: ArrayLike | None,
    edges: tuple[ArrayLike, ArrayLike, ArrayLike] | None,
    n: int | None,
    two_sided: bool,
) -> Graph:
    """Return the graph of a symmetric matrix, of a table of two sides, or of edges."""
    if weights is not None and edges is None:
        return _of_table(weights) if two_sided else _of_matrix(MatrixWeights(weights))
    if edges is None or weights is not None:
        raise InvalidInput("weights, edges: give exactly one of the two")
    if two_sided:
        raise InvalidInput("two_sided: is about a table of weights; edges may join any two")
    return _of_edges(EdgeWeights(edges, n))


def _of_matrix(source: MatrixWeights) -> Graph:
    u, v = source.allowed_pairs()
    n = len(source.array)
    return Graph(n, u, v, source.array[u, v], n // 2)


def _of_table(weights: ArrayLike) -> Graph:
    source = TableSource(weights)
    if (source.array == np.inf).any():
        raise InvalidInput("weights: +inf is no weight; use a large finite one")
    i, j = source.allowed_pairs()
    values, rows = source.array[i, j], source.shape[0]
    ends = i.astype(np.int32), (rows + j).astype(np.int32)
    return Graph(sum(source.shape), *ends, values, min(source.shape))


def _of_edges(source: EdgeWeights) -> Graph:
    u, v = np.minimum(source.u, source.v), np.maximum(source.u, source.v)
    order = np.lexsort((source.values, v, u))
    u, v, values = u[order], v[order], source.values[order]
    last = np.append((u[1:] != u[:-1]) | (v[1:] != v[:-1]), True)[: len(u)]
    return Graph(source.n, u[last], v[last], values[last], source.n // 2)


def solve(n: int, u: Ends, v: Ends, weight: Units) -> dict[str, Any]:
    """Return the kernel's answer: as many pairs as can be, then most weight."""
    answer: dict[str, Any] = _kernel.match_sparse(n, u, v, weight, True)
    if not answer["complete"]:
        raise KeyboardInterrupt
    return answer


def largest(graph: Graph) -> Ends:
    """Return the partners of a matching of as many pairs as can be."""
    mate: Ends = solve(graph.n, graph.u, graph.v, np.zeros(len(graph.u), np.int64))["mate"]
    return mate


def barrier_of(graph: Graph, mate: Ends) -> NDArray[np.int64]:
    """Return the set whose removal shows that no matching has more pairs than `mate`."""
    return np.flatnonzero(_kernel.tutte_berge(graph.n, graph.u, graph.v, mate) == 1)


def pair_count(mate: NDArray[np.integer]) -> int:
    """Return the number of pairs."""
    return int((mate >= 0).sum()) // 2
