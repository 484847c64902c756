"""Mentors and mentees within loads: the verb and the arrays, beside OR-tools' minimum-cost flow.

Values are asserted equal on the same integers. ``--quick`` leaves out the large tables; ``--write``
puts the table into benchmarks/README.md.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

import pairwise as pw
from pairwise.matching import assignment
from tables import machine, markdown, replace, seconds

UNIT = 2**20


class Case(NamedTuple):
    """Sizes and loads (fewest, most) of both sides."""

    rows: int
    cols: int
    row_load: tuple[int, int]
    col_load: tuple[int, int]

    @property
    def name(self) -> str:
        """Both sides with their loads."""
        (a, b), (c, d) = self.row_load, self.col_load
        return f"{self.rows:,} ({a} to {b}) x {self.cols:,} ({c} to {d})"


CASES = (
    Case(120, 180, (0, 3), (1, 2)),
    Case(2_000, 2_000, (0, 2), (0, 2)),
    Case(2_600, 1_400, (3, 3), (0, 6)),
)


def table(case: Case, kind: str) -> NDArray[np.int64]:
    """Return dense scores in units: uniform, or cosines of 16 interests."""
    rng = np.random.default_rng(0)
    if kind == "uniform":
        scores = rng.random((case.rows, case.cols))
    else:
        left, right = rng.random((case.rows, 16)), rng.random((case.cols, 16))
        scores = left @ right.T
        scores /= np.outer(np.linalg.norm(left, axis=1), np.linalg.norm(right, axis=1))
    return np.rint(scores * UNIT).astype(np.int64)


def cpu(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return CPU seconds and the answer."""
    started = time.process_time()
    answer = run()
    return time.process_time() - started, answer


def by_flow(weights: NDArray[np.int64], case: Case) -> int:
    """Return the value of the best assignment by OR-tools; every row full, as in the others."""
    rows, cols = weights.shape
    source, sink = rows + cols, rows + cols + 1
    i, j = np.divmod(np.arange(rows * cols), cols)
    tails = np.concatenate([i, np.full(rows, source), rows + np.arange(cols)])
    heads = np.concatenate([rows + j, np.arange(rows), np.full(cols, sink)])
    most = [np.ones(rows * cols), np.full(rows, case.row_load[1]), np.full(cols, case.col_load[1])]
    cost = np.concatenate([-weights.ravel(), np.zeros(rows + cols, dtype=np.int64)])
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.concatenate(most).astype(int), cost)
    total = min(rows * case.row_load[1], cols * case.col_load[1])
    flow.set_node_supply(source, total)
    flow.set_node_supply(sink, -total)
    assert flow.solve() == flow.OPTIMAL
    return -int(flow.optimal_cost())


def by_arrays(weights: NDArray[np.int64], case: Case) -> int:
    """Return the value of `matching.assignment`."""
    found = assignment(
        weights,
        case.row_load[1],
        case.col_load[1],
        row_minimum=case.row_load[0],
        col_minimum=case.col_load[0],
    )
    return int(found.weight)


def by_people(
    weights: NDArray[np.int64], case: Case, participation: Literal["maximum", "any"] = "maximum"
) -> pw.Plan:
    """Return the plan of `assign`; with the most participation nobody is left out for a score."""
    rows, cols = [f"m{k}" for k in range(case.rows)], [f"e{k}" for k in range(case.cols)]
    return pw.assign(
        pw.Participants(rows),
        pw.Participants(cols),
        pw.Precomputed(weights / UNIT, rows=rows, cols=cols),
        mentor_load=case.row_load,
        mentee_load=case.col_load,
        participation=participation,
    )


def row(case: Case, kind: str) -> list[str]:
    """Measure one case and compare the values."""
    weights = table(case, kind)
    arrays, value = cpu(lambda: by_arrays(weights, case))
    people, plan = cpu(lambda: by_people(weights, case))
    assert plan.status is pw.Status.OPTIMAL
    best = by_people(weights, case, "any")
    assert round(best.value * UNIT) == value, (best.value * UNIT, value)
    assert plan.value <= best.value
    figures = [seconds(arrays), seconds(people)]
    if case.col_load[0]:
        return [case.name, kind, *figures, "", ""]
    flow, other = cpu(lambda: by_flow(weights, case))
    assert other == value, (other, value)
    return [case.name, kind, *figures, seconds(flow), f"{flow / arrays:.0f}x"]


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="120 x 180 alone")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    arguments = parser.parse_args()
    by_people(table(CASES[0], "uniform"), CASES[0])
    rows = []
    for case in CASES[:1] if arguments.quick else CASES:
        for kind in ("uniform", "vectors"):
            rows.append(row(case, kind))
            print(*rows[-1], sep=" | ", flush=True)
    header = [
        "mentors x mentees",
        "scores",
        "matching.assignment",
        "assign",
        "OR-tools flow",
        "flow / assignment",
    ]
    text = markdown(header, rows)
    print(f"\n{text}\n\n{machine()}")
    if arguments.write:
        replace("assign", f"{text}\n\n{machine()}")


if __name__ == "__main__":
    main()
