"""networkx's matching functions with and without the backend, on the same graphs.

The call is timed as a user makes it, from graph to answer, reading the graph included; the
script fails unless both answers are matchings of equal size and weight. ``--quick`` takes the
small instances alone; ``--write`` puts the table into benchmarks/README.md.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

from instances import FAMILIES
from tables import machine, markdown, replace, seconds

Graph = Any
REPEATS = 3
QUICK_SECONDS = 1.0


class Case(NamedTuple):
    """A function of networkx on a graph."""

    name: str
    function: Callable[..., Any]
    graph: Graph
    arguments: dict[str, Any]


def complete(family: str, n: int) -> Graph:
    """Return the complete graph of an instance family."""
    weights = FAMILIES[family](n, 0).weights()
    graph = nx.complete_graph(n)
    for u, v, data in graph.edges(data=True):
        data["weight"] = int(weights[u, v])
    return graph


def sparse(n: int, degree: int) -> Graph:
    """Return a random graph of a mean degree, weights up to a million."""
    rng = np.random.default_rng(n)
    graph = nx.gnm_random_graph(n, n * degree // 2, seed=n)
    for _, _, data in graph.edges(data=True):
        data["weight"] = int(rng.integers(1_000_000))
    return graph


def two_sides(n: int, degree: int) -> Graph:
    """Return a random bipartite graph with n nodes a side, weights up to a million."""
    rng = np.random.default_rng(n)
    graph = nx.bipartite.gnmk_random_graph(n, n, n * degree, seed=n)
    for _, _, data in graph.edges(data=True):
        data["weight"] = int(rng.integers(1_000_000))
    return graph


def cases(quick: bool) -> Iterator[Case]:
    """Yield the cases, small ones first."""
    for n in (60, 120) if quick else (60, 120, 240):
        for family in ("uniform", "vectors", "skills"):
            graph = complete(family, n)
            yield Case(f"complete, {family}, n = {n}", nx.max_weight_matching, graph, {})
    for n in (200,) if quick else (200, 1000):
        yield Case(f"sparse, degree 8, n = {n}", nx.max_weight_matching, sparse(n, 8), {})
        yield Case(f"sparse, degree 8, n = {n}", nx.min_weight_matching, sparse(n, 8), {})
    for n in (200,) if quick else (200, 800):
        full = nx.bipartite.minimum_weight_full_matching
        top = {"top_nodes": range(n)}
        yield Case(f"complete bipartite, {n} + {n}", full, two_sides(n, n), top)
    for n in (2000,) if quick else (2000, 20000):
        largest = nx.bipartite.maximum_matching
        top = {"top_nodes": range(n)}
        yield Case(f"sparse bipartite, {n} + {n}", largest, two_sides(n, 4), top)


def timed(case: Case, backend: str) -> tuple[Any, float]:
    """Return the answer and the CPU seconds of the fastest of up to three calls."""
    fastest = float("inf")
    for _ in range(REPEATS):
        case.graph.__networkx_cache__.clear()
        start = time.process_time()
        answer = case.function(case.graph, backend=backend, **case.arguments)
        fastest = min(fastest, time.process_time() - start)
        if fastest > QUICK_SECONDS:
            break
    return answer, fastest


def worth(case: Case, answer: Any) -> tuple[int, int]:
    """Return what a matching is judged by, size and weight; raise if it is none."""
    if not nx.is_matching(case.graph, answer):
        raise SystemExit(f"{case.name}: not a matching")
    pairs = {frozenset(pair) for pair in (answer.items() if isinstance(answer, dict) else answer)}
    if case.function is nx.bipartite.maximum_matching:
        return len(pairs), 0
    size = 0 if case.function is nx.max_weight_matching else len(pairs)
    return size, sum(case.graph.edges[tuple(pair)]["weight"] for pair in pairs)


def row(case: Case) -> list[str]:
    """Return one line of the table; raise if the two answers differ in worth."""
    ours, our_seconds = timed(case, "pairwise")
    theirs, their_seconds = timed(case, "networkx")
    if worth(case, ours) != worth(case, theirs):
        raise SystemExit(f"{case.name}: the answers differ in worth")
    ratio = float(f"{their_seconds / our_seconds:.2g}")
    name = f"`{case.function.__name__}`, {case.name}"
    return [name, seconds(our_seconds), seconds(their_seconds), f"{ratio:,.10g}x"]


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small instances alone")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    arguments = parser.parse_args()

    next(iter(cases(True))).function(nx.path_graph(3), backend="pairwise")
    rows = []
    for case in cases(arguments.quick):
        rows.append(row(case))
        print(*rows[-1], sep=" | ", flush=True)
    table = markdown(["from graph to answer", "backend pairwise", "networkx", "ratio"], rows)
    if arguments.write:
        replace("networkx-backend", f"{table}\n\n{machine()}")


if __name__ == "__main__":
    main()
