"""The networkx backend ``pairwise``: networkx graphs in, networkx answers out, solved here.

networkx finds this module by its entry point and calls the function of the same name. A graph
is wrapped, never copied: networkx keeps what `convert_from_nx` returns, and a copy would miss
every later ``graph[u][v]["weight"] = ...``.
"""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any, TypeAlias

import networkx as nx
import numpy as np

from pairwise import matching
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.networkx_backend.reading import Edges, UnfitWeights, as_weights, finite, read_edges
from pairwise.networkx_backend.sides import no_full_matching, top_side

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from numpy.typing import NDArray

    AnyGraph: TypeAlias = "nx.Graph[Any] | GraphView"

__all__ = [
    "GraphView",
    "can_run",
    "convert_from_nx",
    "convert_to_nx",
    "eppstein_matching",
    "hopcroft_karp_matching",
    "max_weight_matching",
    "min_weight_matching",
    "minimum_weight_full_matching",
    "should_run",
]

_WORTH_FROM = {
    "max_weight_matching": 12,
    "min_weight_matching": 8,
    "minimum_weight_full_matching": 1_000,
    "hopcroft_karp_matching": 100,
    "eppstein_matching": 60,
}
"""Number of edges from which a call costs less here than in networkx, wrapping included."""

_MATRIX_FROM = 1 / 20


class GraphView:
    """A networkx graph as this backend receives it: the graph itself, in a wrapper.

    Parameters
    ----------
    nx_graph : networkx.Graph
        The graph; later changes of it are seen.

    Examples
    --------
    >>> import networkx as nx
    >>> from pairwise.networkx_backend import convert_from_nx
    >>> graph = nx.Graph([(1, 2)])
    >>> convert_from_nx(graph).nx_graph is graph
    True
    """

    __networkx_backend__ = "pairwise"
    __slots__ = ("nx_graph",)

    def __init__(self, nx_graph: nx.Graph[Any]) -> None:
        self.nx_graph = nx_graph

    def is_directed(self) -> bool:
        """Say whether the graph is directed."""
        return self.nx_graph.is_directed()

    def is_multigraph(self) -> bool:
        """Say whether the graph may have parallel edges."""
        return self.nx_graph.is_multigraph()

    def __repr__(self) -> str:
        return f"GraphView({self.nx_graph})"


def convert_from_nx(graph: nx.Graph[Any], **_kept: object) -> GraphView:
    """Wrap a networkx graph; what networkx says of attributes is not needed. O(1)."""
    return GraphView(graph)


def convert_to_nx(result: Any, **_kept: object) -> Any:
    """Return the wrapped networkx graph; any other result as it is. O(1)."""
    return result.nx_graph if isinstance(result, GraphView) else result


def can_run(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | str:
    """Say whether a call can be answered as networkx means it, or why not.

    Reads all weights, O(n + m).
    """
    call = _bind(name, args, kwargs)
    graph = _unwrap(call["G"])
    if graph.is_directed() or graph.is_multigraph():
        return "only undirected graphs without parallel edges are matched"
    if "weight" not in call:
        return True
    if callable(call["weight"]):
        return "weight must be the key of an edge attribute; a function is not called"
    try:
        as_weights(read_edges(graph, call["weight"]), call.get("maxcardinality", True))
    except UnfitWeights as reason:
        return str(reason)
    return True


def should_run(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | str:
    """Say whether a call that networkx may send here on its own is worth the way. O(n)."""
    edges = _unwrap(_bind(name, args, kwargs)["G"]).number_of_edges()
    if edges < _WORTH_FROM[name]:
        return f"with {edges} edges networkx itself is as fast; worth it from {_WORTH_FROM[name]}"
    return True


def max_weight_matching(
    G: AnyGraph,  # noqa: N803
    maxcardinality: bool = False,
    weight: Hashable = "weight",
) -> set[tuple[Hashable, Hashable]]:
    """Answer `networkx.max_weight_matching`.

    Raises
    ------
    InvalidInput
        A weight is nan or inf.
    """
    edges = read_edges(_unwrap(G), weight)
    weights = finite(as_weights(edges, maxcardinality), edges)
    return _as_pairs(edges, _mates(edges, weights, maxcardinality))


def min_weight_matching(
    G: AnyGraph,  # noqa: N803
    weight: Hashable = "weight",
) -> set[tuple[Hashable, Hashable]]:
    """Answer `networkx.min_weight_matching`: least weight among the largest matchings.

    Raises
    ------
    InvalidInput
        A weight is nan or inf.
    """
    edges = read_edges(_unwrap(G), weight)
    weights = finite(as_weights(edges, maximum=True), edges)
    return _as_pairs(edges, _mates(edges, -weights, maximum=True))


def minimum_weight_full_matching(
    G: AnyGraph,  # noqa: N803
    top_nodes: Iterable[Hashable] | None = None,
    weight: Hashable = "weight",
) -> dict[Hashable, Hashable]:
    """Answer `networkx.bipartite.minimum_weight_full_matching`.

    Raises
    ------
    InfeasibleError
        The smaller side cannot be matched whole: names nodes with too few neighbours.
    InvalidInput
        A weight is nan or -inf; +inf is an edge that is absent, as in networkx.
    AmbiguousSolution, NetworkXError
        As networkx, where the sides cannot be told.
    """
    edges = read_edges(_unwrap(G), weight)
    top = top_side(_unwrap(G), edges.nodes, top_nodes)
    weights = as_weights(edges, maximum=True)
    present = (top[edges.u] != top[edges.v]) & (weights != np.inf)
    edges = edges.keep(present)
    mates = _mates(edges, -finite(weights[present], edges), maximum=True)
    smaller = top if 2 * top.sum() <= len(top) else ~top
    if (mates[smaller] < 0).any():
        raise no_full_matching(edges, mates, smaller)
    return _as_dict(edges, mates, top)


def hopcroft_karp_matching(
    G: AnyGraph,  # noqa: N803
    top_nodes: Iterable[Hashable] | None = None,
) -> dict[Hashable, Hashable]:
    """Answer `networkx.bipartite.maximum_matching`.

    Raises
    ------
    AmbiguousSolution, NetworkXError
        As networkx, where the sides cannot be told; also if an edge joins two top nodes.
    """
    return _largest(_unwrap(G), top_nodes)


def eppstein_matching(
    G: AnyGraph,  # noqa: N803
    top_nodes: Iterable[Hashable] | None = None,
) -> dict[Hashable, Hashable]:
    """Answer `networkx.bipartite.eppstein_matching`, which asks for the same matching."""
    return _largest(_unwrap(G), top_nodes)


def _bind(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    call = signature(globals()[name]).bind(*args, **kwargs)
    call.apply_defaults()
    return call.arguments


def _unwrap(graph: AnyGraph) -> nx.Graph[Any]:
    return graph.nx_graph if isinstance(graph, GraphView) else graph


def _largest(
    graph: nx.Graph[Any], top_nodes: Iterable[Hashable] | None
) -> dict[Hashable, Hashable]:
    edges = read_edges(graph, None)
    top = top_side(graph, edges.nodes, top_nodes)
    inside = np.flatnonzero(top[edges.u] & top[edges.v])
    if len(inside):
        raise nx.NetworkXError(
            f"top_nodes: edge {edges.name(inside[0])} joins two of them; give one side of the graph"
        )
    edges = edges.keep(top[edges.u] != top[edges.v])
    mates = _mates(edges, np.ones(len(edges.u), dtype=np.int64), maximum=False)
    return _as_dict(edges, mates, top)


def _mates(edges: Edges, weights: NDArray[Any], maximum: bool) -> NDArray[np.int32]:
    """Return each node's partner, -1 if alone; dense graphs are solved as a matrix."""
    n = len(edges.nodes)
    cardinality: Any = "maximum" if maximum else "any"
    if len(weights) < _MATRIX_FROM * n * n:
        triple = edges.u, edges.v, weights
        return matching.max_weight_matching(edges=triple, n=n, cardinality=cardinality).mate
    absent = NOT_ALLOWED if weights.dtype.kind == "i" else -np.inf
    matrix = np.full((n, n), absent, dtype=weights.dtype)
    matrix[edges.u, edges.v] = matrix[edges.v, edges.u] = weights
    return matching.max_weight_matching(matrix, cardinality=cardinality).mate


def _as_pairs(edges: Edges, mates: NDArray[np.int32]) -> set[tuple[Hashable, Hashable]]:
    nodes = edges.nodes
    return {(nodes[i], nodes[j]) for i, j in enumerate(mates.tolist()) if i < j}


def _as_dict(
    edges: Edges, mates: NDArray[np.int32], top: NDArray[np.bool_]
) -> dict[Hashable, Hashable]:
    """Return the partners of the matched nodes, top nodes first."""
    nodes, partner = edges.nodes, mates.tolist()
    order = np.concatenate([np.flatnonzero(top), np.flatnonzero(~top)]).tolist()
    return {nodes[i]: nodes[partner[i]] for i in order if partner[i] >= 0}
