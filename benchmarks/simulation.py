"""Does the loop of feedback, learning and re-pairing pay? Programmes whose truth is known.

Every way to run a programme is tried on the same programmes, twelve rounds each; see
`pairwise.simulation.Assumptions` for what they take for granted. ``--quick`` plays few small ones;
``--write`` puts the table into benchmarks/README.md.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from pairwise.simulation import POLICIES, Assumptions, Outcome, interval, simulate
from tables import markdown, replace

FULL, QUICK = Assumptions(), Assumptions(people=40, rounds=4)


def figures(name: str, seed: int, assumptions: Assumptions) -> Outcome:
    """Play one programme one way."""
    return simulate(POLICIES[name], seed, assumptions)


def row(name: str, outcomes: list[Outcome], best: np.ndarray) -> list[str]:
    """Return a line of the table; `best` is the full loop's benefit, programme by programme."""
    benefit = np.array([outcome.benefit for outcome in outcomes])
    low, high = interval(benefit)
    ahead = interval(best - benefit) if np.any(best != benefit) else None
    gain = "" if ahead is None else f"{ahead[0]:+.3f} to {ahead[1]:+.3f}"
    quality = np.mean([outcome.quality for outcome in outcomes])
    staying = np.mean([outcome.staying for outcome in outcomes])
    cells = [f"{benefit.mean():.3f}", f"{low:.3f} to {high:.3f}", gain]
    return [name, *cells, f"{quality:.3f}", f"{staying:.0%}"]


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three small programmes")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    parser.add_argument("--seeds", type=int, default=30, help="how many programmes")
    arguments = parser.parse_args()
    assumptions, seeds = (QUICK, 3) if arguments.quick else (FULL, arguments.seeds)
    with ProcessPoolExecutor(2) as pool:
        found = {
            name: list(
                pool.map(figures, [name] * seeds, range(seeds), [assumptions] * seeds, chunksize=1)
            )
            for name in POLICIES
        }
    best = np.array([outcome.benefit for outcome in found["full loop"]])
    header = ["way", "benefit", "95% interval", "full loop ahead by", "quality", "staying"]
    table = markdown(header, [row(name, outcomes, best) for name, outcomes in found.items()])
    table += (
        f"\n\n{seeds} programmes of {assumptions.people} people at the start, "
        f"{assumptions.rounds} rounds; intervals by Student's t, gains paired by programme."
    )
    print(table)
    if arguments.write:
        replace("simulation", table)


if __name__ == "__main__":
    main()
