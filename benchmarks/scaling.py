"""Exact matching and assignment on matrices, from n = 200 to 5000, against peers in one run.

Six instance families; all peers solve the same matrix, and the run fails unless all reach the same
worth. Peers are asked up to the sizes in `LIMITS`. Each measurement is written as it is taken, and
a run that is started again goes on where it was stopped (``--fresh`` starts over). ``--quick``
stops at n = 500; ``--write`` puts tables, growth exponents and plots into the documentation.
"""

import argparse
from typing import Any

from instances import FAMILIES, Weights
from peers import ASSIGNMENT, MATCHING, Peer, peers_for, run
from results import Results
from scaling_report import write

SIZES = (200, 500, 1000, 2000, 5000)
QUICK_SIZES = (200, 500)
LIMITS = {"networkx": 1000, "rustworkx": 1000}
"""Largest n for peers that take minutes beyond it; all others solve every size."""
QUICK_LIMITS = {"networkx": 0, "rustworkx": 200}
SOME_FAMILIES = {
    ("networkx", 500): ("uniform", "vectors", "euclid"),
    ("networkx", 1000): ("uniform",),
}
"""Families by peer and size, where it would take hours to solve all of them."""

QUICK_SECONDS = 1.0
"""A solve faster than this is run three times and the fastest counts."""


def measured(peer: Peer, weights: Weights) -> dict[str, Any]:
    """Return what a peer reached and the CPU seconds it took."""
    outcome = run(peer, weights)
    if outcome.seconds < QUICK_SECONDS:
        outcome = min(outcome, run(peer, weights, 2), key=lambda each: each.seconds)
    return {"seconds": outcome.seconds, "value": outcome.value}


def check_agreement(results: Results, problem: str, family: str, n: int) -> None:
    """Raise unless all peers reached the same worth."""
    keys = [key for key in results.all_keys() if key[:3] == (problem, family, n)]
    values = {key[3]: results[key]["value"] for key in keys}
    if len(set(values.values())) > 1:
        raise SystemExit(f"{problem}, {family}, n = {n}: the peers disagree: {values}")


def measure(results: Results, problem: str, n: int, limits: dict[str, int]) -> None:
    """Let every peer solve every family at one size, unless that is known already."""
    peers = [peer for peer in peers_for(problem) if n <= limits.get(peer.name, n)]
    for family, make in FAMILIES.items():
        asked = [p for p in peers if family in SOME_FAMILIES.get((p.name, n), FAMILIES)]
        missing = [p for p in asked if (problem, family, n, p.name) not in results]
        weights = make(n, 0).weights() if missing else None
        for peer in missing:
            assert weights is not None
            found = measured(peer, weights)
            results.add((problem, family, n, peer.name), found)
            print(problem, family, n, peer.name, f"{found['seconds']:.4g} s", sep=" | ", flush=True)
        check_agreement(results, problem, family, n)


def main() -> None:
    """Run, print and, if asked, write tables and plots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="up to n = 500, without networkx")
    parser.add_argument("--fresh", action="store_true", help="forget earlier measurements")
    parser.add_argument("--write", action="store_true", help="update README and plots")
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="largest n")
    arguments = parser.parse_args()
    quick = arguments.quick
    results = Results("scaling-quick" if quick else "scaling", fresh=arguments.fresh)
    sizes = [n for n in (QUICK_SIZES if quick else SIZES) if n <= arguments.largest]
    for n in sizes:
        for problem in (MATCHING, ASSIGNMENT):
            measure(results, problem, n, QUICK_LIMITS if quick else LIMITS)
    for problem in (MATCHING, ASSIGNMENT):
        names = [peer.name for peer in peers_for(problem)]
        print(f"\n{write(results, problem, names, LIMITS, into_docs=arguments.write)}")


if __name__ == "__main__":
    main()
