"""Exact, certified pairing of many people from their feature vectors, all pairs considered.

Each size runs in a process of its own, so that peak memory is its own. The growth exponent is that
of CPU time from the smallest to the largest size. ``--quick`` stops at 10,000 people; ``--write``
puts the table into benchmarks/README.md.
"""

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np

import pairwise as pw
from instances import FAMILIES
from tables import machine, markdown, replace, seconds

SIZES = (10_000, 30_000, 100_000)


def measure(family: str, n: int) -> dict[str, Any]:
    """Pair n people and return what it took."""
    features = FAMILIES[family](n, 0).features
    values = features["values"] if "values" in features else np.hstack(list(features.values()))
    people = pw.Participants(range(n), values=values)
    wall, cpu = time.perf_counter(), time.process_time()
    plan = pw.pair(people, pw.Similarity("values"))
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


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 people alone")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    parser.add_argument(
        "--family", default="vectors", choices=("vectors", "communities", "duplicates")
    )
    parser.add_argument("--one", nargs=2, metavar=("FAMILY", "N"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one[0], int(arguments.one[1]))))
        return
    rows, cpu = [], []
    for n in SIZES[:1] if arguments.quick else SIZES:
        found = in_own_process(arguments.family, n)
        cpu.append(float(found["cpu"]))
        wall = seconds(float(found["wall"]))
        memory = f"{found['memory']:.0f} MB"
        rows.append([f"{n:,}", wall, seconds(cpu[-1]), memory, str(found["status"])])
        print(*rows[-1], sep=" | ", flush=True)
    table = markdown(["people", "wall", "CPU", "peak memory", "status"], rows)
    if len(cpu) > 1:
        exponent = math.log(cpu[-1] / cpu[0]) / math.log(SIZES[-1] / SIZES[0])
        table += (
            f"\n\nGrowth of CPU time from {SIZES[0]:,} to {SIZES[-1]:,}: exponent {exponent:.2f}."
        )
    print(f"\n{table}\n\n{machine()}")
    if arguments.write:
        replace("many-people", table)


if __name__ == "__main__":
    main()
