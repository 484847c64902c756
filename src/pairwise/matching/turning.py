"""Turns large odd sets of a dual solution inside out, which changes no bound.

A perfect matching crosses a set as it crosses its complement. So the dual z of an odd set can move
to its complement when everybody in the set gains z / 2 and everybody else loses as much. With sets
of at most half of the people, the duals of people alone cover most pairs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.matching.certificate import Certificate

    Nodes = NDArray[np.int64]


def turn_large_sets(certificate: Certificate) -> Certificate:
    """Replace sets of more than half of all by their complements; O(n + sets log sets).

    Parameters
    ----------
    certificate : Certificate
        Over an odd number of people and a bye which the bound is not about.

    Returns
    -------
    Certificate
        The same one where a dual would become negative or a fraction.
    """
    everybody = len(certificate.duals)
    sizes = np.array(certificate.set_sizes(), dtype=np.int64)
    chain = everybody + np.flatnonzero(2 * sizes > everybody)  # nested, inner sets first
    half, odd = np.divmod(certificate.set_duals[chain - everybody], 2)
    before = np.r_[0, np.cumsum(half)]
    duals = certificate.duals + before[-1] - 2 * before[_levels(certificate, chain)[:everybody]]
    duals[-1] = 0
    if odd.any() or int(duals.min()) < 0:
        return certificate
    sizes[chain - everybody] = everybody - sizes[chain - everybody]
    return _ordered(certificate, duals, _turned(certificate, chain), sizes)


def _levels(certificate: Certificate, chain: Nodes) -> Nodes:
    """For each person and set, in how many of the large sets it does not lie."""
    level = np.full(len(certificate.parents), len(chain), dtype=np.int64)
    level[chain] = np.arange(len(chain))
    fixed = set(chain.tolist())
    parents = certificate.parents.tolist()
    for node in range(len(parents) - 1, -1, -1):
        if parents[node] >= 0 and node not in fixed:
            level[node] = level[parents[node]]
    return level


def _turned(certificate: Certificate, chain: Nodes) -> Nodes:
    """Return parents where each complement holds what lay between its set and the next one."""
    parents = certificate.parents.astype(np.int64)
    turned = parents.copy()
    for inner, outer in zip([-1, *chain], [*chain, -1], strict=True):
        turned[parents == outer] = inner
    turned[chain] = np.r_[-1, chain][: len(chain)]
    return turned


def _ordered(certificate: Certificate, duals: Nodes, parents: Nodes, sizes: Nodes) -> Certificate:
    """Give the sets new numbers, inner ones first; a set of one person says nothing and goes."""
    everybody = len(duals)
    for single in everybody + np.flatnonzero(sizes == 1):
        parents[parents == single] = parents[single]
    order = np.argsort(sizes, kind="stable")
    order = order[sizes[order] > 1]
    number = np.full(len(parents) + 1, -1)  # the last one stands for "none"
    number[:everybody] = np.arange(everybody)
    number[everybody + order] = everybody + np.arange(len(order))
    nodes = np.r_[np.arange(everybody), everybody + order]
    return replace(
        certificate,
        duals=duals,
        parents=number[parents[nodes]].astype(np.int32),
        set_duals=certificate.set_duals[order],
    )
