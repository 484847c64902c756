"""Dense two-sided assignment against scipy, lapx, lapjv and OR-tools, with duals and proof.

All solve the same matrix in the same run; the script fails unless all reach the same worth. The
fastest of five runs counts at n = 1000, of three at 2000, one at 5000. ``--quick`` stops at
n = 1000; ``--write`` puts the table into benchmarks/README.md. OR-tools is asked up to n = 2000: it
copies every pair. lapjv is compiled on installation (numpy and a compiler must be there: ``pip
install --no-build-isolation lapjv``), so it is compared only where it is found; a line below the
table names who was missing.
"""

import argparse

import numpy as np

from instances import FAMILIES, UNIT, Weights
from peers import ASSIGNMENT, missing, peers_for, run
from side_by_side import check_agreement, row
from tables import machine, markdown, replace

SIZES = (1000, 2000, 5000)
REPEATS = {1000: 5, 2000: 3, 5000: 1}
ORTOOLS_LIMIT = 2000


def random_table(n: int) -> Weights:
    """Return independent weights, not symmetric."""
    return np.random.default_rng(0).integers(0, UNIT + 1, (n, n))


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="n = 1000 alone")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    arguments = parser.parse_args()
    peers = peers_for(ASSIGNMENT)
    rows = []
    for n in SIZES[:1] if arguments.quick else SIZES:
        for family in ("random", *(name for name in FAMILIES if name != "uniform")):
            weights = random_table(n) if family == "random" else FAMILIES[family](n, 0).weights()
            outcomes = {
                peer.name: run(peer, weights, repeats=REPEATS[n])
                for peer in peers
                if peer.name != "ortools" or n <= ORTOOLS_LIMIT
            }
            check_agreement(outcomes, f"{family}, n = {n}")
            rows.append([f"{family}, n = {n}", *row(outcomes, [peer.name for peer in peers])])
            print(*rows[-1], sep=" | ", flush=True)
    table = markdown(["dense assignment", *(peer.name for peer in peers)], rows)
    table += f"\n\n{machine()}{missing(ASSIGNMENT)}"
    print(f"\n{table}")
    if arguments.write:
        replace("assignment", table)


if __name__ == "__main__":
    main()
