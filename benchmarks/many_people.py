"""Exact, certified pairing of many people from their feature vectors, all pairs considered.

Each size runs in a process of its own, so that peak memory is its own, and pairs ten people before
the clock starts, so that nothing is loaded under it. The growth exponent is that of CPU time from
the smallest to the largest size. Measurements are written as they are taken, and a run that is
started again goes on where it was stopped (``--fresh`` starts over). ``--quick`` stops at 10,000
people; ``--write`` puts the table into benchmarks/README.md. The family of uniform weights has no
features and euclid's distances are no term, so neither is here.
"""

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np

import pairwise as pw
from instances import FAMILIES
from results import Results
from tables import markdown, replace, seconds

SIZES = (10_000, 30_000, 100_000)
SCORES: dict[str, pw.Term] = {
    "vectors": pw.Similarity("values"),
    "communities": pw.Similarity("values"),
    "duplicates": pw.Similarity("values"),
    "skills": pw.Complementarity(),
}
"""The score of each family."""


def measure(family: str, n: int) -> dict[str, Any]:
    """Pair n people and return what it took."""
    columns: dict[str, Any] = dict(FAMILIES[family](n, 0).features)
    people = pw.Participants(range(n), **columns)
    pw.pair(people.take(np.arange(10)), SCORES[family])
    wall, cpu = time.perf_counter(), time.process_time()
    plan = pw.pair(people, SCORES[family])
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "status": plan.status.name,
        "gap": plan.gap,
    }


def in_own_process(family: str, n: int) -> dict[str, Any]:
    """Run `measure` in a fresh process, without settings that slow BLAS."""
    slow = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    environment = {name: value for name, value in os.environ.items() if name not in slow}
    command = [sys.executable, __file__, "--one", family, str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def row(family: str, n: int, found: dict[str, Any]) -> list[str]:
    """Return one line of the table."""
    memory = f"{found['memory']:.0f} MB"
    times = seconds(found["wall"]), seconds(found["cpu"])
    return [f"{family}, n = {n:,}", *times, memory, found["status"]]


def exponent(results: Results, family: str) -> float:
    """Return how CPU time grows from the smallest to the largest size."""
    first, last = (results[family, n]["cpu"] for n in (SIZES[0], SIZES[-1]))
    return math.log(last / first) / math.log(SIZES[-1] / SIZES[0])


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 people alone")
    parser.add_argument("--fresh", action="store_true", help="forget earlier measurements")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    parser.add_argument("--family", choices=SCORES, help="this one alone")
    parser.add_argument("--one", nargs=2, metavar=("FAMILY", "N"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one[0], int(arguments.one[1]))))
        return
    results = Results("many-people", fresh=arguments.fresh or arguments.quick)
    families = [arguments.family] if arguments.family else list(SCORES)
    rows, growth = [], []
    for family in families:
        for n in SIZES[:1] if arguments.quick else SIZES:
            if (family, n) not in results:
                results.add((family, n), in_own_process(family, n))
            rows.append(row(family, n, results[family, n]))
            print(*rows[-1], sep=" | ", flush=True)
        if not arguments.quick:
            growth.append(f"{family} {exponent(results, family):.2f}")
    table = markdown(["people", "wall", "CPU", "peak memory", "status"], rows)
    if growth:
        span = f"{SIZES[0]:,} to {SIZES[-1]:,}"
        table += f"\n\nGrowth exponent of CPU time from {span}: {', '.join(growth)}."
    table += f"\n\n{os.cpu_count()} cores ({platform.machine()}), all of them in use."
    print(f"\n{table}")
    if arguments.write:
        replace("many-people", table)


if __name__ == "__main__":
    main()
