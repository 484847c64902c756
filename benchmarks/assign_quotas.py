"""Mentors and mentees under quotas: how near the bound, against HiGHS on all pairs where it can.

``--quick`` leaves out 1,000 people; ``--write`` puts the table into benchmarks/README.md.
"""

import argparse
import time
from collections.abc import Sequence

import numpy as np
from scipy import optimize, sparse

import pairwise as pw
from pairwise.problem import QuotaLoadProblem
from quotas import SCORE, cohort
from tables import machine, markdown, replace, seconds

CAPS = (pw.PerMentor("team", at_most=2), pw.PerMentor(pw.Is("site", "0"), at_most=1))
SHARE = pw.Share(pw.Differ("team"), at_least=0.8)
QUOTAS: dict[str, Sequence[pw.Quota]] = {
    "1 cap per mentor and team": [pw.PerMentor("team", at_most=1)],
    "caps by team and by site": CAPS,
    "1 share": [SHARE],
    "a cap and a share": [pw.PerMentor("team", at_most=1), SHARE],
    "parity of 3 sites": [pw.Parity("site", within=0.005)],
    "caps, a share, parity": [*CAPS, SHARE, pw.Parity("site", within=0.02)],
}
LOAD = (0, 4)


def highs_on_all_pairs(plan: pw.Plan) -> tuple[float, float]:
    """Return the optimum over plans of all mentees by one programme, and its CPU seconds."""
    problem = plan.problem
    assert isinstance(problem, QuotaLoadProblem)
    r, c = problem.table.shape
    i, j = np.divmod(np.arange(r * c), c)
    ones, at = np.ones(r * c), np.arange(r * c)
    rows = [
        optimize.LinearConstraint(sparse.csr_array((ones, (i, at))), 1, LOAD[1]),
        optimize.LinearConstraint(sparse.csr_array((ones, (j, at))), 1, 1),
    ]
    for one in problem.sums:
        amounts = np.zeros((1, r * c))
        amounts[0, one.cells] = one.amounts / one.reach
        low = -np.inf if one.low is None else one.low / one.reach
        high = np.inf if one.high is None else one.high / one.reach
        rows.append(optimize.LinearConstraint(sparse.csr_array(amounts), low, high))
    started = time.process_time()
    answer = optimize.milp(
        -problem.table.ravel() * problem.step,
        constraints=rows,
        integrality=np.ones(r * c, dtype=np.int64),
        bounds=optimize.Bounds(0, 1),
        options={"mip_rel_gap": 0, "time_limit": 300},
    )
    return -float(answer.fun or 0.0), time.process_time() - started


def sides_of(n: int) -> tuple[pw.Participants, pw.Participants]:
    """Return three tenths of n people as mentors, and the others."""
    people = cohort(n)
    return people.take(range(3 * n // 10)), people.take(range(3 * n // 10, n))


def row(name: str, n: int) -> list[str]:
    """Assign n people under quotas."""
    sides, quotas, gap = sides_of(n), QUOTAS[name], 0.0 if n < 1000 else 1e-4
    free = pw.assign(*sides, SCORE, mentor_load=LOAD).value
    started = time.process_time()
    plan = pw.assign(*sides, SCORE, mentor_load=LOAD, quotas=quotas, target_gap=gap)
    spent = time.process_time() - started
    plan.verify()
    peer = "-"
    if n <= 60:
        value, peer_spent = highs_on_all_pairs(plan)
        same = abs(value - plan.value) <= 1e-6 * value
        peer = f"{seconds(peer_spent)}, {'same' if same else f'{value:.6f}'} value"
    price = f"{1 - plan.value / free:.2%}"
    return [name, f"{n:,}", price, f"{plan.gap:.1e}", plan.status.name, seconds(spent), peer]


def frontier_row(n: int) -> list[str]:
    """Draw a frontier of 20 assignments, up to the largest share."""
    mentors, mentees = sides_of(n)
    started = time.process_time()
    curve = pw.frontier(
        mentors, SCORE, mentees=mentees, mentor_load=LOAD, against=pw.Differ("team"), points=20
    )
    spent = time.process_time() - started
    worst = f"{max(point.plan.gap for point in curve.points):.1e}"
    price = f"{1 - curve.points[-1].plan.value / curve.points[0].plan.value:.2%}"
    return ["frontier, 20 plans", f"{n:,}", price, worst, "worst of 20", seconds(spent), "-"]


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out 1,000 people")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    arguments = parser.parse_args()
    row("1 share", 30)
    rows = []
    for n in (60,) if arguments.quick else (60, 1000):
        rows += [row(name, n) for name in QUOTAS]
        rows.append(frontier_row(n))
    header = ["quotas", "people", "price", "gap", "status", "CPU", "HiGHS on all pairs"]
    table = markdown(header, rows)
    print(f"{table}\n\n{machine()}")
    if arguments.write:
        replace("assign-quotas", table)


if __name__ == "__main__":
    main()
