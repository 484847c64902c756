"""One person's row changes, or one pair is forced: repairing the optimum against solving afresh.

Answers are compared with a fresh solve of the same weights, and verified, outside the clock: every
one up to n = 1,000, above that every tenth. ``--quick`` stops at n = 500; ``--write`` puts the
table into benchmarks/README.md. Memory: 3 GB at n = 10,000.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from instances import FAMILIES, UNIT, Weights
from pairwise.matching import GeneralMatching, Matcher, max_weight_matching
from tables import machine, markdown, replace, seconds

SIZES = (500, 1000, 10_000)
CHANGES = 20
ALL_CHECKED = 1000
EVERY = 10


def timed(call: Callable[[], GeneralMatching]) -> tuple[float, GeneralMatching]:
    """Return CPU seconds and result of a call."""
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


def fresh(weights: Weights) -> tuple[float, GeneralMatching]:
    """Solve from scratch."""
    return timed(lambda: max_weight_matching(weights, cardinality="maximum"))


def checked(n: int, change: int) -> bool:
    """Tell whether an answer is compared with a fresh one."""
    return n <= ALL_CHECKED or change % EVERY == EVERY - 1


def change(matcher: Matcher, v: int, row: Weights) -> GeneralMatching:
    """Replace a row and restore the optimum."""
    matcher.set_row(v, row)
    return matcher.solve()


def new_row(weights: Weights, v: int, rng: np.random.Generator) -> Weights:
    """Return the row of somebody between v and another person."""
    row = (weights[v] + weights[rng.integers(len(weights))]) // 2
    row += rng.integers(-UNIT // 50, UNIT // 50, len(row))
    row[v] = 0
    clipped: Weights = np.clip(row, 0, UNIT)
    return clipped


def change_rows(weights: Weights, rng: np.random.Generator) -> tuple[list[float], list[float]]:
    """Change one row after another; return the seconds of repair and of fresh solves."""
    weights = weights.copy()
    matcher = Matcher(weights, cardinality="maximum")
    matcher.solve()
    repairs, afresh = [], []
    for k, v in enumerate(rng.choice(len(weights), CHANGES, replace=False).tolist()):
        row = new_row(weights, v, rng)
        weights[v] = weights[:, v] = row
        cost, answer = timed(partial(change, matcher, v, row))
        repairs.append(cost)
        if not checked(len(weights), k):
            continue
        other, expected = fresh(weights)
        answer.verify()
        if answer.weight != expected.weight:
            raise SystemExit(f"row {v}: {answer.weight} is not {expected.weight}")
        afresh.append(other)
    return repairs, afresh


def force_pairs(weights: Weights, rng: np.random.Generator) -> list[float]:
    """Force one pair at a time; return the seconds of the what-ifs."""
    matcher = Matcher(weights, cardinality="maximum")
    matcher.solve()
    costs = []
    for k in range(CHANGES):
        u, v = rng.choice(len(weights), 2, replace=False).tolist()
        cost, answer = timed(partial(matcher.what_if, u, v))
        costs.append(cost)
        if not checked(len(weights), k):
            continue
        rest = np.setdiff1d(np.arange(len(weights)), [u, v])
        _, expected = fresh(weights[np.ix_(rest, rest)])
        answer.verify()
        if answer.weight != expected.weight + int(weights[u, v]):
            raise SystemExit(f"pair ({u}, {v}): {answer.weight} is not the fresh optimum")
    return costs


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="n = 500 alone")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    arguments = parser.parse_args()
    rows = []
    for n in SIZES[:1] if arguments.quick else SIZES:
        for family, make in FAMILIES.items():
            rng = np.random.default_rng(n)
            weights = make(n, 0).weights()
            repairs, afresh = change_rows(weights, rng)
            forced = force_pairs(weights, rng)
            repair, scratch = float(np.median(repairs)), float(np.median(afresh))
            cells = (repair, scratch, float(np.median(forced)))
            ratio = f"{scratch / repair:.1f}x"
            rows.append([f"{family}, n = {n}", *map(seconds, cells[:2]), ratio, seconds(cells[2])])
            print(*rows[-1], sep=" | ", flush=True)
    header = ["dense, median of 20", "one row changes", "from scratch", "ratio", "what-if"]
    table = markdown(header, rows)
    print(f"\n{table}\n\n{machine()}")
    if arguments.write:
        replace("matcher", f"{table}\n\n{machine()}")


if __name__ == "__main__":
    main()
