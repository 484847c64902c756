"""Good plans that keep the sums, from HiGHS on the pairs that the duals leave in question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pairwise.matching.certificate import Certificate
    from pairwise.matching.tilted.oracle import Column, Indices, Oracle, Units

_NODES = 60


def best_among(
    oracle: Oracle,
    pairs: tuple[Indices, Indices],
    known: Sequence[Column],
    certificate: Certificate,
    seconds: float | None,
    margin: float = 0.0,
) -> Column | None:
    """Return the best plan made of some pairs and of the groups of known plans, if one is found.

    The programme: everybody in at most one group, as many groups as in the known plans, at most one
    of them a trio, the sums within their bounds, and in every odd set of people to which the duals
    give a price at most (size - 1) / 2 pairs. HiGHS is stopped after so many nodes, which no clock
    decides; it keeps sums up to a tolerance, against which `margin` narrows their bounds.
    """
    from scipy import optimize

    groups = _candidates(oracle, pairs, known)
    weights, sums = oracle.group_values(groups)
    scale = float(np.abs(weights).max()) or 1.0
    options: Any = {"mip_rel_gap": 0.0, "node_limit": _NODES}
    if seconds is not None:
        options["time_limit"] = max(seconds, 0.1)
    answer = optimize.milp(
        -weights / scale,
        constraints=[
            *_partition(oracle, groups),
            *_odd_sets(certificate, groups),
            *_bounded(oracle, sums, margin),
        ],
        integrality=np.ones(len(groups), dtype=np.int64),
        bounds=optimize.Bounds(0, 1),
        options=options,
    )
    if answer.x is None:
        return None
    return oracle.column(tuple(sorted(groups[k] for k in np.flatnonzero(answer.x > 0.5))))


def _partition(oracle: Oracle, groups: Sequence[tuple[int, ...]]) -> list[Any]:
    """Return that everybody is in one group at most, and how many pairs and trios there are."""
    from scipy import optimize

    trio = np.array([len(group) == 3 for group in groups], dtype=float)
    trios = oracle.placed % 2 if trio.any() else 0
    pairs = (oracle.placed - 3 * trios) // 2
    return [
        optimize.LinearConstraint(_membership(oracle.n, groups), 0, 1),
        optimize.LinearConstraint(trio[None], trios, trios),
        optimize.LinearConstraint((1 - trio)[None], pairs, pairs),
    ]


def _bounded(oracle: Oracle, sums: Units, margin: float) -> list[Any]:
    """Return that the sums are within their bounds, narrowed by a margin."""
    from scipy import optimize

    rows = []
    for amount, one in zip(sums, oracle.limits, strict=True):
        low = -np.inf if one.low is None else one.low / one.reach + margin
        high = np.inf if one.high is None else one.high / one.reach - margin
        rows.append(optimize.LinearConstraint(amount[None] / one.reach, low, high))
    return rows


def _candidates(
    oracle: Oracle, pairs: tuple[Indices, Indices], known: Sequence[Column]
) -> list[tuple[int, ...]]:
    """Return every group that may be chosen, once."""
    ends = np.sort(np.column_stack(pairs), axis=1)
    used = {group for column in known for group in column.groups}
    used |= {(a, b) for a, b in ends.tolist()}
    if any(len(group) == 3 for group in used):
        used |= set(oracle.trios(ends[:, 0], ends[:, 1]))
    return sorted(used)


def _membership(n: int, groups: Sequence[tuple[int, ...]]) -> Any:
    """Return who is in which group, as a sparse matrix (n, groups)."""
    from scipy import sparse

    people = np.concatenate([np.array(group) for group in groups])
    columns = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return sparse.csr_array((np.ones(len(people)), (people, columns)), (n, len(groups)))


def _odd_sets(certificate: Certificate, groups: Sequence[tuple[int, ...]]) -> list[Any]:
    """Return for each odd set with a price how many pairs it may hold."""
    from scipy import optimize, sparse

    pairs = [(k, group) for k, group in enumerate(groups) if len(group) == 2]
    at = np.array([k for k, _ in pairs], dtype=np.intp)
    ends = np.array([group for _, group in pairs], dtype=np.intp).reshape(-1, 2)
    rows, most = [], []
    for members in _members(certificate):
        inside = np.zeros(len(groups))
        inside[at] = np.isin(ends, members).all(axis=1)
        if inside.any():
            rows.append(inside)
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
