"""What the best trio costs beside the pairing of an odd number of people, and how its proof checks.

The same people are paired with ``leftover="bye"`` and with a trio; CPU seconds, one BLAS thread a
block. "Duals" counts the dual solutions in the proof, one for each triangle that was solved and
one for the pairing. ``--quick`` stops at 1,011 people; ``--write`` puts the table into
benchmarks/README.md.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

import pairwise as pw
from tables import machine, markdown, replace, seconds

Cohort = tuple[pw.Participants, pw.Score | pw.Term | None]


def gaussian(n: int, d: int) -> Cohort:
    """Dense vectors, worth by cosine."""
    rng = np.random.default_rng(0)
    return pw.Participants(range(n), values=rng.normal(size=(n, d))), pw.Similarity("values")


def levels(n: int, d: int) -> Cohort:
    """Answers from 1 to 5, worth by cosine: many ties."""
    rng = np.random.default_rng(0)
    return pw.Participants(range(n), values=rng.integers(1, 6, (n, d))), pw.Similarity("values")


def bits(n: int, d: int) -> Cohort:
    """Yes or no, worth by cosine: nearly all pairs tie."""
    rng = np.random.default_rng(0)
    return pw.Participants(range(n), values=rng.integers(0, 2, (n, d))), pw.Similarity("values")


def skills(n: int, d: int) -> Cohort:
    """Levels 0 to 3 offered and sought, worth by coverage."""
    rng = np.random.default_rng(0)
    offers, seeks = rng.integers(0, 4, (2, n, d))
    return pw.Participants(range(n), offers=offers, seeks=seeks), pw.Complementarity()


def survey(n: int, d: int) -> Cohort:
    """All of it, with the default score, as a survey of d questions a topic gives it."""
    rng = np.random.default_rng(0)
    offers, seeks = rng.integers(0, 4, (2, n, d))
    values, interests = rng.integers(1, 6, (n, d)), rng.integers(0, 2, (n, d))
    people = pw.Participants(
        range(n), offers=offers, seeks=seeks, values=values, interests=interests
    )
    return people, None


CASES: list[tuple[Callable[[int, int], Cohort], int, int]] = [
    *[(make, 1_011, d) for make, d in ((gaussian, 16), (gaussian, 48), (levels, 8))],
    *[(make, 1_011, d) for make, d in ((bits, 12), (skills, 8), (survey, 8))],
    *[(make, 5_001, d) for make, d in ((gaussian, 16), (gaussian, 48), (levels, 8), (skills, 8))],
    *[(make, 20_001, d) for make, d in ((gaussian, 16), (gaussian, 48), (levels, 8))],
]


def timed(work: Callable[[], pw.Plan | None]) -> tuple[pw.Plan | None, float]:
    """Return what a function returns, and the CPU seconds it took."""
    started = time.process_time()
    return work(), time.process_time() - started


def measure(make: Callable[[int, int], Cohort], n: int, d: int) -> list[str]:
    """Return a row of the table."""
    people, score = make(n, d)
    _, bye = timed(lambda: pw.pair(people, score, leftover="bye"))
    plan, trio = timed(lambda: pw.pair(people, score))
    assert plan is not None
    assert plan.certificate is not None
    _, check = timed(plan.verify)
    duals = 1 + len(getattr(plan.certificate, "others", ()))
    figures = [seconds(bye), seconds(trio), f"{trio / bye:.1f}", f"{duals}", seconds(check)]
    return [f"{make.__name__}, d = {d}", f"{n:,}", *figures, plan.status.name]


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,011 people alone")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    arguments = parser.parse_args()
    rows = []
    for make, n, d in CASES:
        if n <= 1_011 or not arguments.quick:
            rows.append(measure(make, n, d))
            print(*rows[-1], sep=" | ", flush=True)
    header = ["cohort", "people", "with a bye", "with a trio", "ratio", "duals", "check", "status"]
    table = f"{markdown(header, rows)}\n\n{machine()}"
    print(f"\n{table}")
    if arguments.write:
        replace("trios", table)


if __name__ == "__main__":
    main()
