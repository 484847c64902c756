"""Seasons without repeats: gap to the bound and CPU seconds; `--write` updates the table."""

import argparse
import time

from instances import FAMILIES
from pairwise import matching
from tables import machine, markdown, replace, seconds

CASES = ((100, 10), (101, 10), (1000, 6), (40, 39))
CHOSEN = ("uniform", "vectors", "skills", "communities")


def row(family: str, n: int, rounds: int) -> list[str]:
    """Plan one season twice, for the total alone and evenly; check both."""
    weights = FAMILIES[family](n + n % 2, 0).weights()[:n, :n]
    cells = [f"{family}, n = {n}, {rounds} rounds"]
    for evenness in (0.0, 0.25):
        start = time.process_time()
        season = matching.rotation(weights, rounds, evenness=evenness)
        spent = time.process_time() - start
        season.verify()
        cells += [f"{season.gap:.3%}", seconds(spent)]
    return [*cells, f"{season.alone.min()}-{season.alone.max()}"]


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 people alone")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    arguments = parser.parse_args()
    rows = []
    for n, rounds in CASES[:1] if arguments.quick else CASES:
        for family in CHOSEN:
            rows.append(row(family, n, rounds))
            print(*rows[-1], sep=" | ", flush=True)
    header = ["season", "gap", "CPU", "gap, evenness 0.25", "CPU", "byes"]
    table = f"{markdown(header, rows)}\n\n{machine()}"
    if arguments.write:
        replace("rotations", table)


if __name__ == "__main__":
    main()
