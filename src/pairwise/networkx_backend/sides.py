"""The two sides of a bipartite networkx graph, told apart as networkx does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from pairwise.errors import InfeasibleError, listed

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from numpy.typing import NDArray

    from pairwise.networkx_backend.reading import Edges


def top_side(
    graph: nx.Graph[Any], nodes: list[Hashable], top_nodes: Iterable[Hashable] | None
) -> NDArray[np.bool_]:
    """Return which nodes are top nodes: those given, or the side of the first node.

    Raises AmbiguousSolution and NetworkXError as networkx does; O(n + m).
    """
    top = _side_of_first(graph, nodes) if top_nodes is None else set(top_nodes)
    strangers = top.difference(nodes)
    if strangers:
        raise nx.NetworkXError(f"top_nodes: {next(iter(strangers))!r} is not a node of the graph")
    return np.array([node in top for node in nodes], dtype=np.bool_)


def _side_of_first(graph: nx.Graph[Any], nodes: list[Hashable]) -> set[Hashable]:
    """Walk a connected bipartite graph from its first node, level by level."""
    if not nodes:
        raise nx.NetworkXPointlessConcept("Connectivity is undefined for the null graph.")
    sides: tuple[set[Hashable], set[Hashable]] = ({nodes[0]}, set())
    frontier, here, odd = sides[0], 0, False
    while frontier:
        reached: set[Hashable] = set().union(*(graph.adj[node] for node in frontier))
        odd = odd or not reached.isdisjoint(sides[here])
        here = 1 - here
        frontier = reached - sides[here]
        sides[here].update(frontier)
    if len(sides[0] | sides[1]) < len(nodes):
        raise nx.AmbiguousSolution("Disconnected graph: Ambiguous solution for bipartite sets.")
    if odd:
        raise nx.NetworkXError("Graph is not bipartite.")
    return sides[0]


def no_full_matching(
    edges: Edges, mates: NDArray[np.int32], smaller: NDArray[np.bool_]
) -> InfeasibleError:
    """Name nodes of the smaller side that outnumber their neighbours [hall1935]_.

    They are those that alternating paths join to a node whom the largest matching leaves alone.
    """
    inner = np.where(smaller[edges.u], edges.u, edges.v)
    outer = np.where(smaller[edges.u], edges.v, edges.u)
    crowd = np.arange(len(mates)) == np.flatnonzero(smaller & (mates < 0))[0]
    near = np.unique(outer[crowd[inner]])
    while not crowd[mates[near]].all():
        crowd[mates[near]] = True
        near = np.unique(outer[crowd[inner]])
    many = [edges.nodes[i] for i in np.flatnonzero(crowd)]
    few = [edges.nodes[i] for i in near]
    partners = f"only {listed(few)} ({len(few)})" if few else "nobody (0)"
    return InfeasibleError(
        [
            f"no full matching: {listed(many)} ({len(many)}) can be matched with {partners}; "
            "add edges, or ask for the maximum matching"
        ]
    )
