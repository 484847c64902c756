"""Weight against one sum: the vertices of the hull, and plans between them.

Among plans, the most weight for each least sum is a staircase; above it lies its concave hull,
whose vertices are the best plans under some multiplier. Two neighbouring vertices name the
multiplier at which both are equally good; if nothing is better there, they are an edge of the hull,
else what is found lies between them [gusfield1983]_.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pairwise.matching.tilted.oracle import Column, Decisions
from pairwise.matching.tilted.tilt import Tilt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pairwise.matching.tilted.oracle import Oracle


def hull(oracle: Oracle, most: int) -> list[Column]:
    """Return plans on the hull of weight against the first sum, from most weight to most sum.

    Parameters
    ----------
    oracle
        With one sum.
    most
        Stop after so many solves; the widest gaps are looked into first.
    """
    found = {column.sums[0]: column for column in (_largest(oracle), _best_at(oracle, 0.0))}
    edges = [(min(found), max(found))] if len(found) == 2 else []
    solves = 2
    while edges and solves < most:
        edges.sort(key=lambda edge: edge[1] - edge[0])
        low, high = edges.pop()
        left, right = found[low], found[high]
        slope = Fraction(left.value - right.value, high - low)
        middle = _best_at(oracle, float(slope))
        solves += 1
        at = middle.sums[0]
        if low < at <= high and middle.value > left.value - slope * (at - low):
            found[at] = middle
            edges += [(low, at)] if at == high else [(low, at), (at, high)]
    return _concave([found[at] for at in sorted(found)])


def _concave(columns: list[Column]) -> list[Column]:
    """Return the plans, ascending in their sum, that lie on the upper hull of all."""
    at = {(column.sums[0], column.value): column for column in columns}
    return [at[point] for point in upper_hull(list(at))]


def upper_hull(points: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Return the points, ascending, that lie on the upper hull of all: no mixture is above them."""
    kept: list[tuple[Any, Any]] = []
    for point in sorted(points):
        while kept and kept[-1][0] == point[0]:
            kept.pop()
        while len(kept) > 1 and _below(kept[-1], kept[-2], point):
            kept.pop()
        kept.append(point)
    return kept


def _below(middle: tuple[Any, Any], left: tuple[Any, Any], right: tuple[Any, Any]) -> bool:
    """Say whether a point is not above the line between two others."""
    rise = (right[1] - left[1]) * (middle[0] - left[0])
    return bool((middle[1] - left[1]) * (right[0] - left[0]) <= rise)


def _best_at(oracle: Oracle, multiplier: float) -> Column:
    tilt = Tilt.of([multiplier], oracle.limits, oracle.weight_range, oracle.n)
    return _solved(oracle, tilt)


def _largest(oracle: Oracle) -> Column:
    tilt = Tilt.of([1.0], oracle.limits, oracle.weight_range, oracle.n, weighty=False)
    return _solved(oracle, tilt)


def _solved(oracle: Oracle, tilt: Tilt) -> Column:
    column = oracle.solve(tilt, Decisions()).column
    assert column is not None  # noqa: S101
    return column
