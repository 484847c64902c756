"""All weights in a matrix, or scores by blocks: CPU seconds around the size where `pair` switches.

``--quick`` takes 1,500 people alone.
"""

import argparse
import time
from typing import Any

import numpy as np

import pairwise as pw
from instances import FAMILIES
from pairwise import pairing
from tables import machine, markdown, seconds

SIZES = (1500, 2500, 4000)
WAYS = {"blocks": 0, "matrix": max(SIZES)}
"""Up to how many people the weights are held in a matrix."""


def measure(family: str, n: int) -> dict[str, float]:
    """Return the CPU seconds of both ways, the faster of two runs each; raise if they disagree."""
    columns: dict[str, Any] = dict(FAMILIES[family](n, 0).features)
    people, score = pw.Participants(range(n), **columns), pw.Similarity("values")
    pw.pair(people.take(np.arange(10)), score)
    best, values = dict.fromkeys(WAYS, np.inf), set()
    for way in (*WAYS, *WAYS):
        pairing._DENSE = WAYS[way]
        started = time.process_time()
        values.add(pw.pair(people, score).value_q)
        best[way] = min(best[way], time.process_time() - started)
    if len(values) > 1:
        raise SystemExit(f"{family}, n = {n}: the two ways disagree: {values}")
    return best


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,500 people alone")
    parser.add_argument("--write", action="store_true", help="accepted for run_all.py; only prints")
    arguments = parser.parse_args()
    rows = []
    for family in ("vectors", "communities"):
        for n in SIZES[:1] if arguments.quick else SIZES:
            found = measure(family, n)
            rows.append([f"{family}, n = {n:,}", *(seconds(found[way]) for way in WAYS)])
    print(f"{markdown(['people', *WAYS], rows)}\n\n{machine()}")


if __name__ == "__main__":
    main()
