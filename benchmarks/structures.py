"""All six structures against LEMON at n = 2000 (and uniform, vectors, euclid at 5000).

Both solve the same matrix; the script fails unless they reach the same worth. Our certificate is
verified. ``--quick`` stops at n = 500; ``--write`` puts the table into benchmarks/README.md.
"""

import argparse

from instances import FAMILIES
from peers import MATCHING, PEERS, lemon_available, run
from side_by_side import check_agreement, row
from tables import machine, markdown, replace

SIZES = {500: tuple(FAMILIES), 1000: tuple(FAMILIES), 2000: tuple(FAMILIES)}
LARGE = {5000: ("uniform", "vectors", "euclid")}


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="n = 500 alone")
    parser.add_argument("--large", action="store_true", help="n = 5000 too (minutes)")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    arguments = parser.parse_args()
    if not lemon_available():
        raise SystemExit("LEMON is not installed (Debian: liblemon-dev)")
    peers = [p for p in PEERS if p.problem == MATCHING and p.name in ("pairwise", "lemon")]
    sizes = {500: SIZES[500]} if arguments.quick else SIZES | (LARGE if arguments.large else {})
    rows = []
    for n, families in sizes.items():
        for family in families:
            weights = FAMILIES[family](n, 0).weights()
            outcomes = {p.name: run(p, weights, 3 if p.name == "pairwise" else 1) for p in peers}
            check_agreement(outcomes, f"{family}, n = {n}")
            rows.append([f"{family}, n = {n}", *row(outcomes, [p.name for p in peers])])
            print(*rows[-1], sep=" | ", flush=True)
    table = markdown(["dense complete graph", "pairwise", "LEMON"], rows)
    print(f"\n{table}\n\n{machine()}")
    if arguments.write:
        replace("structures", f"{table}\n\n{machine()}")


if __name__ == "__main__":
    main()
