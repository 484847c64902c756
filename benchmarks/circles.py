"""Circles: maximally diverse grouping against peers given equal time, and what is reached at size.

Instances by the published recipes: Euclidean distances of points with 2 to 21 coordinates in
[0, 10], integers in [0, 100], reals in [0, 100]; n = 120, 240, 480. Every peer gets the same
seconds on one thread (CPU; wall for CP-SAT); sums are recomputed here. ``--quick``: n = 120 and
two seconds; ``--write`` puts the tables into benchmarks/README.md.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pairwise import matching
from tables import machine, markdown, replace

Weights = NDArray[np.float64]
Label = NDArray[np.int64]


def euclidean(n: int, seed: int) -> Weights:
    """Return distances of points with 2 to 21 coordinates in [0, 10]."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 10, (n, int(rng.integers(2, 22))))
    apart: Weights = np.sqrt(((points[:, None] - points[None, :]) ** 2).sum(axis=2))
    return apart


def integers(n: int, seed: int) -> Weights:
    """Return integers in [0, 100]."""
    upper = np.triu(np.random.default_rng(seed).integers(0, 101, (n, n)), 1)
    return (upper + upper.T).astype(np.float64)


def reals(n: int, seed: int) -> Weights:
    """Return reals in [0, 100]."""
    upper = np.triu(np.random.default_rng(seed).uniform(0, 100, (n, n)), 1)
    return upper + upper.T


INSTANCES = {"Euclidean": euclidean, "integer": integers, "real": reals}
SHAPES = ((120, 12), (240, 20), (480, 24))


def pair_sum(weights: Weights, label: Label, size: int) -> float:
    """Return the sum of weights inside groups; refuse groups of another size."""
    if set(np.bincount(label).tolist()) != {size}:
        raise SystemExit("a peer returned groups of another size")
    return float(weights[label[:, None] == label[None, :]].sum() / 2)


def ours(weights: Weights, size: int, seconds: float) -> Label:
    """Anneal with as many rounds as fit, measured by a short run first; then repeat seeds."""
    started, rounds, best = time.process_time(), 100, (-1.0, np.zeros(len(weights), np.int64))
    seed = 0
    while (spent := time.process_time() - started) < seconds:
        began = time.process_time()
        found = matching.partition(
            weights,
            size,
            starts=1,
            threads=1,
            rounds=rounds,
            exact=False,
            target_gap=0.999,
            seed=seed,
        )
        took = max(time.process_time() - began, 1e-3)
        best = max(best, (found.pair_sum, found.label.astype(np.int64)), key=lambda pair: pair[0])
        left = seconds - spent - took
        if left < took:
            break
        rounds, seed = max(int(rounds * 0.9 * min(left, seconds / 3) / took), 1), seed + 1
    return best[1]


def multi_start(weights: Weights, size: int, seconds: float) -> Label:
    """Swap while it gains, best partner for each person in turn, from new random starts."""
    rng, n, started = np.random.default_rng(0), len(weights), time.process_time()
    best = (-1.0, np.zeros(n, dtype=np.int64))
    while time.process_time() - started < seconds:
        label = rng.permutation(np.arange(n) // size)
        sums = np.array([weights[label == g].sum(axis=0) for g in range(n // size)])
        gained = True
        while gained and time.process_time() - started < seconds:
            gained = False
            for i in range(n):
                own = label[i]
                gain = sums[own] - sums[own, i] + sums[label, i] - sums[label, np.arange(n)]
                gain -= 2 * weights[i]
                gain[label == own] = 0
                j = int(gain.argmax())
                if gain[j] > 1e-9:
                    turn = weights[j] - weights[i]
                    sums[own] += turn
                    sums[label[j]] -= turn
                    label[i], label[j] = label[j], own
                    gained = True
        best = max(best, (pair_sum(weights, label, size), label), key=lambda pair: pair[0])
    return best[1]


def cp_sat(weights: Weights, size: int, seconds: float) -> Label:
    """Maximise over everybody's group and shared groups of pairs, from a feasible hint."""
    from ortools.sat.python import cp_model

    n, groups = len(weights), len(weights) // size
    model = cp_model.CpModel()
    inside = [[model.new_bool_var("") for _ in range(groups)] for _ in range(n)]
    for i, row in enumerate(inside):
        model.add_exactly_one(row)
        for g, x in enumerate(row):
            model.add_hint(x, g == i // size)
    for g in range(groups):
        model.add(sum(row[g] for row in inside) == size)
    terms = []
    for i in range(n):
        for j in range(i):
            together = model.new_bool_var("")
            for g in range(groups):
                model.add(inside[i][g] - inside[j][g] <= 1 - together)
            terms.append(together * round(weights[i, j] * 1000))
    model.maximize(sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return np.arange(n) // size
    return np.array([[solver.value(x) for x in row].index(1) for row in inside])


PEERS: dict[str, Callable[[Weights, int, float], Label]] = {
    "pairwise": ours,
    "multi-start": multi_start,
    "CP-SAT": cp_sat,
}
_MOST_CP_SAT = 120


def diverse_rows(shapes: tuple[tuple[int, int], ...], seconds: float) -> list[list[str]]:
    """Return a row per instance: the best sum, and by how much each peer misses it."""
    rows = []
    for n, size in shapes:
        for name, make in INSTANCES.items():
            weights = make(n, 1)
            sums = {
                peer: pair_sum(weights, solve(weights, size, seconds), size)
                for peer, solve in PEERS.items()
                if peer != "CP-SAT" or n <= _MOST_CP_SAT
            }
            best = max(sums.values())
            cells = [f"{sums[p] / best - 1:.3%}" if p in sums else "" for p in PEERS]
            rows.append([f"{name}, n = {n}, groups of {size}", f"{best:,.1f}", *cells])
            print(*rows[-1], sep=" | ", flush=True)
    return rows


def reached_rows(sizes: tuple[int, ...]) -> list[list[str]]:
    """Return what `partition` reaches in fours by itself: gap, proof, swap-optimality, time."""
    rows = []
    for n in sizes:
        weights = np.triu(np.random.default_rng(1).random((n, n), dtype=np.float32), 1)
        weights += weights.T
        began = time.process_time()
        found = matching.partition(weights, 4)
        took = time.process_time() - began
        _, _, gain = found.best_move()
        status = "optimal" if found.optimal else f"{found.gap:.2%}"
        rows.append([f"{n:,}", status, found.proof.kind, f"{gain:g}", f"{took:.2g} s"])
        print(*rows[-1], sep=" | ", flush=True)
    return rows


def main() -> None:
    """Run, print and, if asked, write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="n = 120 and two seconds alone")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    parser.add_argument("--seconds", type=float, default=10.0, help="CPU seconds for each peer")
    arguments = parser.parse_args()
    seconds = 2.0 if arguments.quick else arguments.seconds

    rows = diverse_rows(SHAPES[:1] if arguments.quick else SHAPES, seconds)
    diverse = markdown(["instance", "best sum", *PEERS], rows)
    sizes = (24, 23, 120) if arguments.quick else (24, 23, 50, 120, 1000, 10_000)
    reached = markdown(
        ["people, in fours", "gap", "bound by", "best swap left", "CPU"], reached_rows(sizes)
    )
    where = machine().replace(" one thread,", "")
    text = f"{diverse}\n\n{seconds:g} seconds each.\n\n{reached}\n\n{where}"
    print(f"\n{text}")
    if arguments.write:
        replace("circles", text)


if __name__ == "__main__":
    main()
