"""The solvers that are compared, each behind the same call.

A peer takes symmetric (n, n) integer weights and hands back the pairs it chose and
the CPU seconds of its solve; building its own graph is not counted. What the pairs
are worth is computed here from the weights, and that they are a matching is checked
here too: no peer is trusted.
"""

import importlib
import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from instances import Weights

HERE = Path(__file__).parent
LEMON_HEADER = Path("/usr/include/lemon/matching.h")
LEMON_DRIVER = HERE.parent / "build" / "benchmarks" / "lemon_driver"

Pairs = Iterable[tuple[int, int]]
Solve = Callable[[Weights], tuple[Pairs, float]]


@dataclass(frozen=True)
class Peer:
    """A solver under comparison.

    Attributes
    ----------
    name
        As it stands in the tables.
    problem
        "matching" (one population) or "assignment" (rows to columns).
    limit
        Largest n that it is asked for by default: beyond, it takes minutes.
    solve
        The call.
    available
        Whether it is installed here.
    """

    name: str
    problem: str
    limit: int
    solve: Solve
    available: Callable[[], bool]


@dataclass(frozen=True)
class Outcome:
    """What a peer reached: the worth of its pairs and its CPU seconds."""

    value: int
    seconds: float


def run(peer: Peer, weights: Weights, repeats: int = 1) -> Outcome:
    """Solve and check; the fastest of ``repeats`` runs counts."""
    outcomes = []
    for _ in range(repeats):
        pairs, seconds = peer.solve(weights)
        outcomes.append(Outcome(worth(weights, pairs, peer.problem), seconds))
    return min(outcomes, key=lambda outcome: outcome.seconds)


def worth(weights: Weights, pairs: Pairs, problem: str) -> int:
    """Return the sum of the pairs' weights; raise if somebody stands in two pairs."""
    chosen = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    sides = [chosen.ravel()] if problem == "matching" else [chosen[:, 0], chosen[:, 1]]
    for side in sides:
        if len(np.unique(side)) != len(side):
            raise ValueError(f"not a {problem}: somebody is chosen twice")
    return int(weights[chosen[:, 0], chosen[:, 1]].sum())


def _installed(module: str) -> Callable[[], bool]:
    return lambda: importlib.util.find_spec(module) is not None


def _ours(verb: str) -> Callable[[], bool]:
    module = "pairwise.matching"
    return lambda: _installed(module)() and hasattr(importlib.import_module(module), verb)


def _mates_to_pairs(mate: NDArray[np.integer]) -> Pairs:
    return [(i, int(j)) for i, j in enumerate(mate) if i < j]


def _edges(weights: Weights) -> list[tuple[int, int, int]]:
    rows, cols = np.triu_indices(len(weights), k=1)
    return list(zip(rows.tolist(), cols.tolist(), weights[rows, cols].tolist(), strict=True))


def solve_pairwise(weights: Weights) -> tuple[Pairs, float]:
    """Solve by this library; the certificate is checked outside the clock."""
    from pairwise import matching

    start = time.process_time()
    result = matching.max_weight_matching(weights, cardinality="maximum")
    seconds = time.process_time() - start
    result.verify()
    return _mates_to_pairs(result.mate), seconds


def solve_networkx(weights: Weights) -> tuple[Pairs, float]:
    """Solve by networkx, maximum cardinality first."""
    import networkx as nx

    graph: nx.Graph[int] = nx.Graph()
    graph.add_weighted_edges_from(_edges(weights))
    start = time.process_time()
    pairs = nx.max_weight_matching(graph, maxcardinality=True, backend="networkx")
    return pairs, time.process_time() - start


def solve_rustworkx(weights: Weights) -> tuple[Pairs, float]:
    """Solve by rustworkx, maximum cardinality first."""
    import rustworkx as rx

    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(len(weights)))
    graph.add_edges_from(_edges(weights))
    start = time.process_time()
    pairs = rx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    return pairs, time.process_time() - start


def lemon_available() -> bool:
    """Say whether LEMON's headers and a compiler are here."""
    return LEMON_HEADER.is_file() and shutil.which("c++") is not None


def _lemon_driver() -> Path:
    source = HERE / "lemon_driver.cpp"
    if not LEMON_DRIVER.is_file() or LEMON_DRIVER.stat().st_mtime < source.stat().st_mtime:
        LEMON_DRIVER.parent.mkdir(parents=True, exist_ok=True)
        flags = ["-std=c++14", "-O3", "-march=native", "-DNDEBUG"]
        subprocess.run(["c++", source, *flags, "-o", LEMON_DRIVER], check=True)
    return LEMON_DRIVER


def solve_lemon(weights: Weights) -> tuple[Pairs, float]:
    """Solve by LEMON on the full graph with its fractional start (n even)."""
    driver = _lemon_driver()
    with tempfile.NamedTemporaryFile() as file:
        np.int64(len(weights)).tofile(file)
        weights.tofile(file)
        file.flush()
        command = [str(driver), file.name]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, *lines = text.splitlines()
    mates = [tuple(map(int, line.split())) for line in lines]
    return [(i, j) for i, j in mates if i < j], float(seconds)


def solve_pairwise_assignment(weights: Weights) -> tuple[Pairs, float]:
    """Assign by this library; the certificate is checked outside the clock."""
    assignment = importlib.import_module("pairwise.matching").assignment
    start = time.process_time()
    result = assignment(weights)
    seconds = time.process_time() - start
    result.verify()
    return zip(result.rows.tolist(), result.cols.tolist(), strict=True), seconds


def solve_scipy(weights: Weights) -> tuple[Pairs, float]:
    """Assign by scipy's linear_sum_assignment."""
    from scipy.optimize import linear_sum_assignment

    cost = weights.astype(np.float64)
    start = time.process_time()
    rows, cols = linear_sum_assignment(cost, maximize=True)
    seconds = time.process_time() - start
    return zip(rows.tolist(), cols.tolist(), strict=True), seconds


def solve_lapx(weights: Weights) -> tuple[Pairs, float]:
    """Assign by lapx's lapjv."""
    import lap

    cost = (weights.max() - weights).astype(np.float64)
    start = time.process_time()
    _, cols, _ = lap.lapjv(cost)
    return list(enumerate(cols.tolist())), time.process_time() - start


def solve_lapjv(weights: Weights) -> tuple[Pairs, float]:
    """Assign by lapjv, in doubles: its own choice of float32 would round the weights."""
    from lapjv import lapjv

    cost = (weights.max() - weights).astype(np.float64)
    start = time.process_time()
    cols, *_ = lapjv(cost, force_doubles=True)
    return list(enumerate(cols.tolist())), time.process_time() - start


def solve_ortools(weights: Weights) -> tuple[Pairs, float]:
    """Assign by OR-tools' cost-scaling SimpleLinearSumAssignment."""
    from ortools.graph.python import linear_sum_assignment as ortools_lsa

    n = len(weights)
    solver = ortools_lsa.SimpleLinearSumAssignment()
    rows, cols = np.divmod(np.arange(n * n, dtype=np.int32), n)
    solver.add_arcs_with_cost(rows, cols, (weights.max() - weights).ravel())
    start = time.process_time()
    solver.solve()
    seconds = time.process_time() - start
    return [(i, solver.right_mate(i)) for i in range(n)], seconds


MATCHING = "matching"
ASSIGNMENT = "assignment"

PEERS = (
    Peer("pairwise", MATCHING, 100_000, solve_pairwise, _ours("max_weight_matching")),
    Peer("networkx", MATCHING, 200, solve_networkx, _installed("networkx")),
    Peer("rustworkx", MATCHING, 1_000, solve_rustworkx, _installed("rustworkx")),
    Peer("lemon", MATCHING, 5_000, solve_lemon, lemon_available),
    Peer("pairwise", ASSIGNMENT, 20_000, solve_pairwise_assignment, _ours("assignment")),
    Peer("scipy", ASSIGNMENT, 5_000, solve_scipy, _installed("scipy")),
    Peer("lapx", ASSIGNMENT, 5_000, solve_lapx, _installed("lap")),
    Peer("lapjv", ASSIGNMENT, 5_000, solve_lapjv, _installed("lapjv")),
    Peer("ortools", ASSIGNMENT, 5_000, solve_ortools, _installed("ortools")),
)
"""Every peer; the first of each problem is this library."""


def peers_for(problem: str) -> list[Peer]:
    """Return the installed peers of a problem, this library first."""
    return [peer for peer in PEERS if peer.problem == problem and peer.available()]


def missing(problem: str) -> str:
    """Return a sentence on the peers of a problem that are not installed; empty if all are."""
    names = [peer.name for peer in PEERS if peer.problem == problem and not peer.available()]
    return f" Not installed here: {', '.join(names)}." if names else ""
