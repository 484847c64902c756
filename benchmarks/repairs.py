"""Repairs of a plan of 1,000: one leaver, one joiner, one clash; `--write` updates the table."""

import argparse
import time
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import pairwise as pw
from pairwise.plan import Plan
from tables import machine, markdown, replace, seconds

N = 1000


def population(seed: int) -> pw.Participants:
    """Return N + 1 people with skills, interests and free hours."""
    rng = np.random.default_rng(seed)
    return pw.Participants(
        range(N + 1),
        offers=rng.integers(0, 4, (N + 1, 12)),
        seeks=rng.integers(0, 4, (N + 1, 12)),
        interests=rng.integers(0, 2, (N + 1, 30)),
        slots=rng.integers(0, 2, (N + 1, 40)),
    )


def timed(
    plan: Plan, today: pw.Participants, given: dict[str, Any], repeats: int
) -> tuple[Plan, float]:
    """Return the repaired plan and the fewest CPU seconds of several runs."""
    feedback = pw.Feedback(clashed=[plan.pairs[7]])
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        new = pw.repair(plan, today, feedback=feedback, **given)
        spent.append(time.process_time() - start)
    return new, min(spent)


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="once each")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    arguments = parser.parse_args()
    everybody = population(0)
    plan = pw.pair(everybody.without([N]))
    today = everybody.without([3])
    asked: list[tuple[str, dict[str, Any]]] = [
        ("paired anew", {}),
        ("stay=0.05", {"stay": 0.05}),
        ("max_changes=10, target_gap=0.001", {"max_changes": 10, "target_gap": 1e-3}),
        ("max_changes=10", {"max_changes": 10}),
        ("max_changes=50", {"max_changes": 50}),
    ]
    rows = []
    for name, given in asked:
        new, spent = timed(plan, today, given, 1 if arguments.quick else 3)
        new.verify()
        rows.append([name, seconds(spent), f"{len(new.changes)}", f"{new.gap:.1e}"])
        print(*rows[-1], sep=" | ", flush=True)
    table = f"{markdown(['repair', 'CPU', 'changes', 'gap'], rows)}\n\n{machine()}"
    if arguments.write:
        replace("repairs", table)


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
