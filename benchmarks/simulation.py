"""Does the loop of feedback, learning and re-pairing pay? Programmes whose truth is known.

Every way to run a programme is tried on the same programmes, twelve rounds each; see
`pairwise.simulation.Assumptions` for what they take for granted. A second table changes one
assumption at a time. ``--quick`` plays few small ones; ``--write`` puts the tables into
benchmarks/README.md.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace as changed
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from pairwise.simulation import POLICIES, Assumptions, interval, simulate
from tables import markdown, replace

FULL, QUICK = Assumptions(), Assumptions(people=40, rounds=4)
LOOP, ONE_OFF, GIVEN = "full loop", "one-off pairing", "new faces, given weights"

CHANGES: dict[str, dict[str, Any]] = {
    "as above": {},
    "features tell nearly all": {"hidden": 0.1},
    "features tell little": {"hidden": 0.9},
    "good and bad meetings differ half as much": {"spread": 0.1},
    "three in ten answer": {"answers": 0.3},
    "every repeat takes away 0.1": {"fatigue": 0.1},
    "nobody leaves or joins": {"leaving": 0.0, "joiners": 0.0},
    "40 people": {"people": 40},
}
"""One assumption at a time, changed."""


def figures(name: str, assumptions: Assumptions, seed: int) -> tuple[float, float, float]:
    """Play one programme one way; return benefit, quality and the share who stay."""
    outcome = simulate(POLICIES[name], seed, assumptions)
    return outcome.benefit, outcome.quality, outcome.staying


def played(
    pool: ProcessPoolExecutor, name: str, assumptions: Assumptions, seeds: int
) -> npt.NDArray[np.float64]:
    """Return the figures of one way over all programmes, shape (3, seeds)."""
    return np.array(list(pool.map(partial(figures, name, assumptions), range(seeds)))).T


def span(values: npt.NDArray[np.float64], sign: str = "") -> str:
    """Return the 95% interval of the mean as text."""
    low, high = interval(values)
    return f"{low:{sign}.3f} to {high:{sign}.3f}"


def ways(pool: ProcessPoolExecutor, assumptions: Assumptions, seeds: int) -> str:
    """Return the table of all ways under the same assumptions."""
    found = {name: played(pool, name, assumptions, seeds) for name in POLICIES}
    rows = []
    for name, (benefit, quality, staying) in found.items():
        gain = "" if name == LOOP else span(found[LOOP][0] - benefit, "+")
        cells = [f"{benefit.mean():.3f}", span(benefit), gain]
        rows.append([name, *cells, f"{quality.mean():.3f}", f"{staying.mean():.0%}"])
    header = ["way", "benefit", "95% interval", "full loop ahead by", "quality", "staying"]
    return (
        f"{markdown(header, rows)}\n\n{seeds} programmes of {assumptions.people} people at the"
        f" start, {assumptions.rounds} rounds; intervals by Student's t, gains paired by programme."
    )


def variations(pool: ProcessPoolExecutor, assumptions: Assumptions, seeds: int) -> str:
    """Return the table of what the full loop gains when one assumption changes."""
    rows = []
    for said, change in CHANGES.items():
        other = changed(assumptions, **change)
        loop, once, given = (played(pool, name, other, seeds)[0] for name in (LOOP, ONE_OFF, GIVEN))
        means = [f"{benefit.mean():.3f}" for benefit in (once, given, loop)]
        rows.append([said, *means, span(loop - once, "+"), span(loop - given, "+")])
    header = ["assumption", "one-off", "given weights", LOOP, "over one-off", "over given weights"]
    return f"{markdown(header, rows)}\n\n{seeds} programmes each."


def main() -> None:
    """Run, print and, if asked, write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three small programmes")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    parser.add_argument("--seeds", type=int, default=30, help="how many programmes")
    arguments = parser.parse_args()
    assumptions, seeds = (QUICK, 3) if arguments.quick else (FULL, arguments.seeds)
    with ProcessPoolExecutor(2) as pool:
        texts = {
            "simulation": ways(pool, assumptions, seeds),
            "simulation-changed": variations(pool, assumptions, max(3, seeds // 3)),
        }
    print(*texts.values(), sep="\n\n")
    for marker, text in texts.items() if arguments.write else ():
        replace(marker, text)


if __name__ == "__main__":
    main()
