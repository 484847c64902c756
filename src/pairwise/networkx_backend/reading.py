"""The edges of a networkx graph as arrays, their weights as numbers that the kernel takes."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pairwise.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Hashable

    import networkx as nx
    from numpy.typing import NDArray

_KERNEL_LIMIT = 2**59
_EXACT_FLOAT = 2**53
_LONGEST_DENOMINATOR = 2048


class UnfitWeights(InvalidInput):
    """Weights that the kernel cannot hold as they are; networkx may still add them up."""


class Edges(NamedTuple):
    """The edges of a graph without loops, each once; ends are positions among the nodes, u < v."""

    nodes: list[Hashable]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    values: list[Any]

    def keep(self, chosen: NDArray[np.bool_]) -> Edges:
        """Return the chosen edges, without their values."""
        return Edges(self.nodes, self.u[chosen], self.v[chosen], [])

    def name(self, edge: int) -> str:
        """Return an edge as it appears in messages."""
        return repr((self.nodes[self.u[edge]], self.nodes[self.v[edge]]))


def read_edges(graph: nx.Graph[Any], weight: Any) -> Edges:
    """Return the edges with the values of an attribute, 1 where it is missing; O(n + m)."""
    adjacency = list(graph.adjacency())
    position = {node: i for i, (node, _) in enumerate(adjacency)}
    u: list[int] = []
    v: list[int] = []
    values: list[Any] = []
    for i, (_, neighbours) in enumerate(adjacency):
        for node, data in neighbours.items():
            j = position[node]
            if i < j:
                u.append(i)
                v.append(j)
                values.append(data.get(weight, 1))
    return Edges(list(position), np.array(u, np.int32), np.array(v, np.int32), values)


def as_weights(edges: Edges, maximum: bool) -> NDArray[Any]:
    """Return the values as int64 weights that fit the kernel, or as float64.

    Integers and fractions come out in exact proportion; where `maximum` says that the number of
    pairs goes first, a constant may be added to all. Floats may hold nan and inf, and may all be
    multiplied by a power of two.
    Raises UnfitWeights for any other value.
    """
    array = _as_array(edges.values)
    if array.dtype.kind in "bi":
        whole = array.astype(np.int64)
        return whole if _fit(whole, edges, maximum) else _exact_integers(edges, maximum)
    if array.dtype.kind != "f":
        return _exact_integers(edges, maximum)
    if (np.abs(array) < _KERNEL_LIMIT).all() and (array == np.rint(array)).all():
        whole = array.astype(np.int64)
        if _fit(whole, edges, maximum):
            return whole
    return _near_one(array)


def finite(weights: NDArray[Any], edges: Edges) -> NDArray[Any]:
    """Return the weights; raise InvalidInput if one is nan or inf."""
    strange = np.flatnonzero(~np.isfinite(weights))
    if len(strange):
        raise InvalidInput(
            f"weight of edge {edges.name(strange[0])} = {weights[strange[0]]}: must be finite; "
            "remove an edge that is not allowed"
        )
    return weights


def _as_array(values: list[Any]) -> NDArray[Any]:
    """Return the values in int64 or float64 if that keeps every one as it is, else as objects."""
    as_they_are = np.empty(len(values), dtype=object)
    try:
        array = np.array(values or as_they_are)
    except (OverflowError, TypeError, ValueError):
        return as_they_are
    if array.ndim != 1 or array.dtype.kind not in "bif" or array.dtype.itemsize > 8:
        return as_they_are
    if array.dtype.kind in "bi":
        return array
    large = np.flatnonzero(np.abs(array) > _EXACT_FLOAT)
    exact = all(isinstance(values[edge], (float, np.floating)) for edge in large)
    return array.astype(np.float64) if exact else as_they_are


def _near_one(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply by a power of two such that no sum overflows and the largest keeps its digits."""
    largest = np.max(np.abs(array), initial=0.0, where=np.isfinite(array))
    return np.ldexp(array, -int(np.frexp(largest)[1]))


def _fit(whole: NDArray[np.int64], edges: Edges, maximum: bool) -> bool:
    if len(whole) == 0:
        return True
    return _fit_range(int(whole.min()), int(whole.max()), len(edges.nodes), maximum)


def _fit_range(low: int, high: int, n: int, maximum: bool) -> bool:
    """Say whether the kernel takes integer weights from `low` to `high` (PricedMatching::frame)."""
    halves = n + 6 if maximum else 2
    return max(high, -low, high - low + 1) * halves < 2 * _KERNEL_LIMIT


def _exact_integers(edges: Edges, maximum: bool) -> NDArray[np.int64]:
    """Return int64 weights in proportion to values of any exact type."""
    if not edges.values:
        return np.empty(0, dtype=np.int64)
    fractions = [_as_fraction(value, edge, edges) for edge, value in enumerate(edges.values)]
    scale = _common_denominator(fractions)
    whole = [int(fraction * scale) for fraction in fractions]
    shift = min(whole) if maximum else 0
    whole = [value - shift for value in whole]
    unit = math.gcd(*whole) or 1
    whole = [value // unit for value in whole]
    if not _fit_range(min(whole), max(whole), len(edges.nodes), maximum):
        raise UnfitWeights("the range of the weights does not fit 64-bit integers")
    return np.array(whole, dtype=np.int64)


def _common_denominator(fractions: list[Fraction]) -> int:
    found = 1
    for fraction in fractions:
        found = math.lcm(found, fraction.denominator)
        if found.bit_length() > _LONGEST_DENOMINATOR:
            raise UnfitWeights(
                f"the common denominator of the weights has over {_LONGEST_DENOMINATOR} bits"
            )
    return found


def _as_fraction(value: Any, edge: int, edges: Edges) -> Fraction:
    number = value.item() if isinstance(value, np.generic) else value
    if not isinstance(number, (Rational, float, Decimal)):
        kind = type(value).__name__
        raise UnfitWeights(f"the weight of edge {edges.name(edge)} is of type {kind}")
    try:
        return Fraction(number)
    except (OverflowError, ValueError):
        raise UnfitWeights(
            f"the weight of edge {edges.name(edge)} is {value}, among weights that must be exact"
        ) from None
