"""Good plans that keep the sums, from HiGHS on the pairs that the duals leave in question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pairwise.matching.certificate import Certificate
    from pairwise.matching.tilted.oracle import Column, Groups, Indices, Oracle

_NODES = 400


def best_among(
    oracle: Oracle,
    pairs: tuple[Indices, Indices],
    kept: Groups,
    certificate: Certificate,
    at_least: int | None,
    seconds: float | None,
) -> Column | None:
    """Return the best plan made of some pairs, beside groups that are kept, if one is found.

    The programme: everybody in at most one pair, as many pairs as everybody can make, the sums
    within their bounds, and in every odd set of people to which the duals give a price at most
    (size - 1) / 2 pairs. HiGHS is stopped after so many nodes, which no clock decides.
    """
    from scipy import optimize, sparse

    i, j = _free(pairs, kept)
    if not len(i):
        return None
    weights, measures = oracle.pair_values(i, j)
    base = oracle.column(kept)
    m = len(i)
    ends = sparse.csr_array(
        (np.ones(2 * m), (np.r_[i, j], np.tile(np.arange(m), 2))), (oracle.n, m)
    )
    count = (oracle.placed - sum(map(len, kept))) // 2
    rows: list[Any] = [
        optimize.LinearConstraint(ends, 0, 1),
        optimize.LinearConstraint(np.ones((1, m)), count, count),
        *_odd_sets(certificate, i, j),
    ]
    for measure, one, total in zip(measures, oracle.limits, base.sums, strict=True):
        low = -np.inf if one.low is None else (one.low - total) / one.reach
        high = np.inf if one.high is None else (one.high - total) / one.reach
        rows.append(optimize.LinearConstraint(measure[None] / one.reach, low, high))
    scale = float(np.abs(weights).max()) or 1.0
    if at_least is not None:
        floor = (at_least - base.value) / scale
        rows.append(optimize.LinearConstraint(weights[None] / scale, floor, np.inf))
    options: dict[str, Any] = {"mip_rel_gap": 0.0, "node_limit": _NODES}
    if seconds is not None:
        options["time_limit"] = max(seconds, 0.1)
    answer = optimize.milp(
        -weights / scale,
        constraints=rows,
        integrality=np.ones(m),
        bounds=optimize.Bounds(0, 1),
        options=options,
    )
    if answer.x is None:
        return None
    chosen = np.flatnonzero(answer.x > 0.5)
    made = [(int(a), int(b)) for a, b in zip(i[chosen], j[chosen], strict=True)]
    return oracle.column(tuple(sorted((*kept, *made))))


def _free(pairs: tuple[Indices, Indices], kept: Groups) -> tuple[Indices, Indices]:
    """Return every pair once, smaller end first, without the people of kept groups."""
    i, j = np.minimum(*pairs), np.maximum(*pairs)
    both = np.unique(np.column_stack([i, j]), axis=0)
    busy = [person for group in kept for person in group]
    free = ~np.isin(both, busy).any(axis=1)
    return both[free, 0], both[free, 1]


def _odd_sets(certificate: Certificate, i: Indices, j: Indices) -> list[Any]:
    """Return for each odd set with a price how many pairs it may hold."""
    from scipy import optimize, sparse

    rows, most = [], []
    for members in _members(certificate):
        inside = np.isin(i, members) & np.isin(j, members)
        if inside.any():
            rows.append(inside.astype(float))
            most.append((len(members) - 1) // 2)
    if not rows:
        return []
    return [optimize.LinearConstraint(sparse.csr_array(np.array(rows)), -np.inf, np.array(most))]


def _members(certificate: Certificate) -> list[Sequence[int]]:
    """Return the people of every set whose dual is above 0, the smaller sets alone."""
    vertices = len(certificate.duals)
    inside: list[list[int]] = [[v] for v in range(vertices)] + [[] for _ in certificate.set_duals]
    for node, parent in enumerate(certificate.parents.tolist()):
        if parent >= 0:
            inside[parent].extend(inside[node])
    sets = zip(inside[vertices:], certificate.set_duals.tolist(), strict=True)
    return [members for members, dual in sets if dual > 0 and len(members) <= 100]
