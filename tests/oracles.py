"""Independent answers to compare with: brute force, networkx, HiGHS.

Pair weights come as a symmetric integer matrix; None (brute force) or a False in the mask
marks a pair that is not allowed. Everything is counted as (people placed, value), in that order.
"""

from collections.abc import Callable
from functools import cache

import networkx as nx
import numpy as np
from scipy import optimize, sparse

Pairs = list[tuple[int, int]]


def brute_force(
    n: int,
    pair: Callable[[int, int], int | None],
    trio: Callable[[int, int, int], int | None] | None = None,
) -> tuple[int, int]:
    """Try every plan of pairs and, when ``trio`` is given, at most one trio; n <= 9 or so.

    Returns
    -------
    tuple of int
        Most people placed, and the largest value among plans that place so many.
    """

    @cache
    def best(left: frozenset[int], trio_left: bool) -> tuple[int, int]:
        if not left:
            return 0, 0
        i = min(left)
        others = sorted(left - {i})
        found = [best(left - {i}, trio_left)]
        for at, j in enumerate(others):
            weight = pair(i, j)
            if weight is not None:
                placed, value = best(left - {i, j}, trio_left)
                found.append((placed + 2, value + weight))
            for k in others[at + 1 :] if trio and trio_left else ():
                weight = trio(i, j, k)
                if weight is not None:
                    placed, value = best(left - {i, j, k}, False)
                    found.append((placed + 3, value + weight))
        return max(found)

    return best(frozenset(range(n)), True)


def networkx_matching(weights: np.ndarray, allowed: np.ndarray) -> tuple[int, int]:
    """Maximum-cardinality, then maximum-weight matching by networkx, O(n^3) in pure Python."""
    graph = nx.Graph()
    i, j = np.nonzero(np.triu(allowed, 1))
    graph.add_weighted_edges_from(
        (int(a), int(b), int(weights[a, b])) for a, b in zip(i, j, strict=True)
    )
    matching = nx.max_weight_matching(graph, maxcardinality=True, backend="networkx")
    return 2 * len(matching), sum(int(weights[a, b]) for a, b in matching)


def highs_matching(weights: np.ndarray, allowed: np.ndarray) -> tuple[int, int]:
    """Maximum-cardinality, then maximum-weight matching as an integer programme by HiGHS."""
    i, j = np.nonzero(np.triu(allowed, 1))
    if not len(i):
        return 0, 0
    n, m = len(weights), len(i)
    ends = np.concatenate([i, j])
    incidence = sparse.csc_array((np.ones(2 * m), (ends, np.tile(np.arange(m), 2))), shape=(n, m))
    once = optimize.LinearConstraint(incidence, 0, 1)
    most = _milp(-np.ones(m), [once])
    count = round(most.sum())
    exactly = optimize.LinearConstraint(np.ones((1, m)), count, count)
    chosen = _milp(-weights[i, j].astype(float), [once, exactly]).round().astype(bool)
    return 2 * count, int(weights[i[chosen], j[chosen]].sum())


def _milp(cost: np.ndarray, constraints: list[optimize.LinearConstraint]) -> np.ndarray:
    """Solve a 0/1 programme exactly."""
    answer = optimize.milp(
        cost,
        constraints=constraints,
        integrality=np.ones(len(cost)),
        bounds=optimize.Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    assert answer.status == 0, answer.message
    return answer.x
