"""Exact matching of a dense population against networkx, rustworkx and LEMON.

All solve the same matrix in the same run; the script fails unless all reach the same
worth. ``--quick`` stops at n = 200; ``--write`` puts the table into benchmarks/README.md.
"""

import argparse

from instances import FAMILIES, Weights
from peers import MATCHING, Outcome, peers_for, run
from tables import machine, markdown, replace, seconds

SIZES = (200, 500, 1000)
CHOSEN = ("uniform", "vectors", "skills", "communities")
QUICK_SECONDS = 1.0


def solve_all(weights: Weights, networkx_limit: int) -> dict[str, Outcome]:
    """Let every peer that can afford it solve the matrix; a fast one runs three times."""
    outcomes = {}
    for peer in peers_for(MATCHING):
        limit = networkx_limit if peer.name == "networkx" else peer.limit
        if len(weights) <= limit:
            first = run(peer, weights)
            again = run(peer, weights, 3) if first.seconds < QUICK_SECONDS else first
            outcomes[peer.name] = min(first, again, key=lambda outcome: outcome.seconds)
    return outcomes


def check_agreement(outcomes: dict[str, Outcome], where: str) -> None:
    """Raise unless all peers reached the same worth."""
    values = {name: outcome.value for name, outcome in outcomes.items()}
    if len(set(values.values())) > 1:
        raise SystemExit(f"{where}: the peers disagree: {values}")


def factor(ratio: float) -> str:
    """Return a ratio with two significant digits."""
    return f"{float(f'{ratio:.2g}'):,.10g}x"


def row(outcomes: dict[str, Outcome], names: list[str]) -> list[str]:
    """Return one line: each peer's seconds and how many times slower than ours it is."""
    ours = outcomes["pairwise"].seconds
    cells = [seconds(ours)]
    for name in names[1:]:
        if name not in outcomes:
            cells.append("")
            continue
        theirs = outcomes[name].seconds
        cells.append(f"{seconds(theirs)} ({factor(theirs / ours)})")
    return cells


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="n = 200 alone")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    parser.add_argument("--networkx-limit", type=int, default=200, help="largest n for networkx")
    arguments = parser.parse_args()

    names = [peer.name for peer in peers_for(MATCHING)]
    rows = []
    for n in SIZES[:1] if arguments.quick else SIZES:
        for family in CHOSEN:
            outcomes = solve_all(FAMILIES[family](n, 0).weights(), arguments.networkx_limit)
            check_agreement(outcomes, f"{family}, n = {n}")
            rows.append([f"{family}, n = {n}", *row(outcomes, names)])
            print(*rows[-1], sep=" | ", flush=True)
    table = markdown(["dense complete graph", *names], rows)
    print(f"\n{table}\n\n{machine()}")
    if arguments.write:
        replace("first-figures", f"{table}\n\n{machine()}")


if __name__ == "__main__":
    main()
