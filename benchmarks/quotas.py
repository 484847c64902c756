"""Plans and cohorts under quotas: how near the bound, against HiGHS on all pairs where it can.

``--quick`` leaves out 1,000 people; ``--write`` puts the table into benchmarks/README.md.
"""

import argparse
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import optimize, sparse

import pairwise as pw
from pairwise.problem import QuotaProblem
from tables import machine, markdown, replace, seconds

QUOTAS: dict[str, Sequence[pw.Quota]] = {
    "1 share": [pw.Share(pw.Differ("team"), at_least=0.9)],
    "share, count, average": [
        pw.Share(pw.Differ("team"), at_least=0.85),
        pw.Count(pw.Between("site", "0", "1"), at_most=5),
        pw.Average(pw.Closeness("grade"), at_least=0.7),
    ],
    "parity of 3 sites": [pw.Parity("site", within=0.002)],
}


def cohort(n: int, seed: int = 0) -> pw.Participants:
    """Return n people: interests that follow their team, so that quotas cost something."""
    rng = np.random.default_rng(seed)
    team, site = rng.integers(0, 4, n), rng.integers(0, 3, n)
    likes = rng.random((n, 12))
    likes[np.arange(n), team] += 1.5
    likes[site == 0] **= 2
    return pw.Participants(
        range(n),
        interests=likes,
        offers=rng.integers(0, 4, (n, 8)) * (rng.random((n, 8)) < 0.3),
        seeks=rng.integers(0, 4, (n, 8)) * (rng.random((n, 8)) < 0.4),
        categories={"team": team, "site": site},
        numbers={"grade": rng.integers(1, 8, n)},
    )


SCORE = 2 * pw.Similarity("interests") + pw.Complementarity()


def highs_on_all_pairs(people: pw.Participants, quotas: Sequence[pw.Quota]) -> tuple[float, float]:
    """Return the optimum over perfect matchings by one integer programme, and its CPU seconds."""
    problem = QuotaProblem.of(people, SCORE, quotas=quotas)
    n = problem.n
    i, j = np.triu_indices(n, 1)
    m = len(i)
    ends = sparse.csr_array((np.ones(2 * m), (np.r_[i, j], np.tile(np.arange(m), 2))))
    rows: list[Any] = [optimize.LinearConstraint(ends, 1, 1)]
    for one in problem.sums:
        low, high = one.bounds(n)
        reach = max(map(abs, one.measure.ends))
        amount = one.measure.pairs(i, j)[None] / reach
        sides = (-np.inf if low is None else low / reach, np.inf if high is None else high / reach)
        rows.append(optimize.LinearConstraint(amount, *sides))
    weights = problem.weights_pairs(i, j) * problem.step
    started = time.process_time()
    answer = optimize.milp(
        -weights,
        constraints=rows,
        integrality=np.ones(m, dtype=np.int64),
        bounds=optimize.Bounds(0, 1),
        options={"mip_rel_gap": 0, "time_limit": 600},
    )
    return -float(answer.fun or 0.0), time.process_time() - started


def pair_row(name: str, n: int) -> list[str]:
    """Pair n people under quotas."""
    people, quotas = cohort(n), QUOTAS[name]
    free = pw.pair(people, SCORE).value
    started = time.process_time()
    plan = pw.pair(people, SCORE, quotas=quotas)
    spent = time.process_time() - started
    plan.verify()
    peer = "-"
    if n <= 60:
        value, peer_spent = highs_on_all_pairs(people, quotas)
        same = abs(value - plan.value) <= 1e-6 * value
        peer = f"{seconds(peer_spent)}, {'same' if same else f'{value:.6f}'} value"
    price = f"{1 - plan.value / free:.2%}"
    return [
        f"pair, {name}",
        f"{n:,}",
        price,
        f"{plan.gap:.1e}",
        plan.status.name,
        seconds(spent),
        peer,
    ]


def frontier_row(n: int) -> list[str]:
    """Draw a frontier of 20 plans."""
    people = cohort(n)
    started = time.process_time()
    curve = pw.frontier(people, SCORE, against=pw.Differ("team"), points=20)
    spent = time.process_time() - started
    worst = f"{max(point.plan.gap for point in curve.points):.1e}"
    price = f"{1 - curve.points[-1].plan.value / curve.points[0].plan.value:.2%}"
    return ["frontier, 20 plans", f"{n:,}", price, worst, "worst of 20", seconds(spent), "-"]


def select_row(n: int, size: int) -> list[str]:
    """Choose a cohort."""
    quotas = [pw.Balanced("team", within=2), pw.Share(pw.Is("site", "0"), at_least=0.4)]
    started = time.process_time()
    chosen = pw.select(cohort(n), size, quotas, value="grade")
    spent = time.process_time() - started
    gap, status = f"{chosen.gap:.1e}", chosen.status.name
    return [f"select {size}", f"{n:,}", "-", gap, status, seconds(spent), "-"]


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out 1,000 people")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    arguments = parser.parse_args()
    sizes = (60,) if arguments.quick else (60, 1000)
    pw.pair(cohort(20), SCORE, quotas=QUOTAS["1 share"])
    rows = []
    for n in sizes:
        rows += [pair_row(name, n) for name in QUOTAS]
        rows.append(frontier_row(n))
    rows += [select_row(100, 20), *([] if arguments.quick else [select_row(300, 60)])]
    header = ["what", "people", "price", "gap", "status", "CPU", "HiGHS on all pairs"]
    table = markdown(header, rows)
    print(f"{table}\n\n{machine()}")
    if arguments.write:
        replace("quotas", table)


if __name__ == "__main__":
    main()
