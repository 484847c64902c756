"""What fairness and stability take: time, size of the proof, and what is lost of the sum.

Fair matchings of symmetric scores, maximin assignments with loads, stable matchings. Every answer
is verified. ``--quick`` takes small instances; ``--write`` puts the table into
benchmarks/README.md.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from functools import partial
from time import process_time
from typing import TYPE_CHECKING, TypeVar

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from pairwise import matching
from pairwise.matching.fairness.answer import FairMatching
from tables import machine, markdown, replace, seconds

if TYPE_CHECKING:
    from pairwise.matching.fairness.answer import FairMatching

Row = tuple[str, str, str, str]
MARKER = "fairness-stability"


Answer = TypeVar("Answer")


def timed(solve: Callable[[], Answer]) -> tuple[Answer, str]:
    """Return an answer and its CPU seconds, in words."""
    start = process_time()
    answer = solve()
    return answer, seconds(process_time() - start)


def cosines(rows: int, cols: int, seed: int) -> np.ndarray:
    """Return scores in [0, 1] of random directions in 12 dimensions."""
    rng = np.random.default_rng(seed)
    here, there = rng.normal(size=(rows, 12)), rng.normal(size=(cols, 12))
    here /= np.linalg.norm(here, axis=1)[:, None]
    there /= np.linalg.norm(there, axis=1)[:, None]
    scores: np.ndarray = (1 + here @ there.T) / 2
    return scores


def symmetric(n: int, kind: str) -> np.ndarray:
    """Return symmetric scores: uniform, 21 levels, or cosines."""
    rng = np.random.default_rng(1)
    if kind == "cosines":
        drawn = cosines(n, n, 1)
    else:
        drawn = rng.random((n, n)) if kind == "uniform" else rng.integers(0, 21, (n, n)) / 20
    upper = np.triu(drawn, 1)
    scores: np.ndarray = upper + upper.T
    return scores


def fair(n: int) -> Iterator[Row]:
    """Yield fair matchings of n people."""
    solvers: dict[str, Callable[[np.ndarray], FairMatching]] = {
        "bottleneck": matching.bottleneck_matching,
        "leximin": matching.leximin_matching,
        "Nash": matching.alpha_matching,
    }
    for kind in ("uniform", "21 levels", "cosines"):
        weights = symmetric(n, kind)
        for name, solve in solvers.items():
            answer, time = timed(partial(solve, weights))
            answer.verify()
            price = answer.price_of_fairness / answer.sum_optimum.weight
            worst = float(answer.profile[0])
            yield f"{name}, {n:,} people, {kind}", time, f"worst {worst:.3f}", f"price {price:.2%}"


def loads(rows: int, cols: int, each: int, most: int) -> Iterator[Row]:
    """Yield maximin assignments, with the plan for the sum before them."""
    rng = np.random.default_rng(2)
    for kind, weights in (
        ("uniform", rng.random((rows, cols))),
        ("products", rng.random((rows, 8)) @ rng.random((8, cols)) / 8),
        ("cosines", cosines(rows, cols, 2)),
    ):
        what = f"{rows:,} x {cols:,}, {each} each, at most {most}, {kind}"
        sums = partial(matching.assignment, weights, each, most, cardinality="any")
        best, time = timed(partial(sums, row_minimum=each))
        least = np.bincount(best.rows, weights[best.rows, best.cols]).min()
        yield f"sum: {what}", time, f"worst {least:.4f}", f"sum {best.weight:.2f}"
        maximin = partial(matching.maximin_assignment, weights, each, most)
        answer, time = timed(partial(maximin, row_minimum=each))
        answer.verify()
        gaps = f"gaps {answer.floor_gap:.2%}, {answer.gap:.2%}"
        yield f"maximin: {what}", time, f"worst {answer.floor:.4f}", gaps


def papers(rows: int, cols: int) -> dict[str, np.ndarray]:
    """Return scores of papers x reviewers as they come: by quality, topics, levels and bids."""
    rng = np.random.default_rng(0)
    noise, liked = rng.normal(size=(rows, cols)) / 2, rng.normal(size=cols)
    topics = rng.dirichlet(np.full(15, 0.2), rows) @ rng.dirichlet(np.full(15, 0.2), cols).T
    hard = rng.normal(size=(rows, 1))
    drawn = {
        "uniform": rng.random((rows, cols)),
        "papers differ": hard + noise,
        "both differ": hard + liked + noise,
        "reviewers differ": liked + noise,
        "products": rng.random((rows, 8)) @ rng.random((8, cols)),
        "rank 2": rng.random((rows, 2)) @ rng.random((2, cols)),
        "cosines": cosines(rows, cols, 0),
        "topics": topics,
        "11 levels": rng.integers(0, 11, (rows, cols)) / 10,
        "bids 0 to 3": rng.choice(4, p=[0.8, 0.1, 0.06, 0.04], size=(rows, cols)) / 3,
        "one in seven": rng.random((rows, cols)) * (rng.random((rows, cols)) < 0.15),
    }
    return {kind: (w - w.min()) / (w.max() - w.min()) for kind, w in drawn.items()}


def reviews(papers_count: int, reviewers: int, each: int, time_limit: float) -> Iterator[Row]:
    """Yield maximin assignments where reviewers have room, and where all places are needed."""
    full = -(-papers_count * each // reviewers)
    for kind, weights in papers(papers_count, reviewers).items():
        for most in (full + 1, full):
            maximin = partial(matching.maximin_assignment, weights, each, most)
            answer, time = timed(partial(maximin, row_minimum=each, time_limit=time_limit))
            answer.verify()
            gaps = f"gaps {answer.floor_gap:.2%}, {answer.gap:.2%}"
            what = f"maximin: {papers_count} papers, {each} of {reviewers} each, at most {most}"
            yield f"{what}, {kind}", time, f"worst {answer.floor:.4f}", gaps


def stable(roommates: int, side: int) -> Iterator[Row]:
    """Yield stable matchings of random and of agreeing preferences."""
    rng = np.random.default_rng(3)
    scores = rng.random((roommates, roommates))
    found, time = timed(partial(matching.stable_roommates, scores))
    found.verify()
    parties = "stable" if found.stable else f"{len(found.odd_parties)} odd parties"
    blocking = f"{len(found.blocking_pairs)} blocking"
    yield f"roommates, {roommates:,}, uniform", time, parties, blocking
    for kind, common in (("uniform", 0.0), ("mostly agreed", 0.8), ("agreed", 1.0)):
        here = rng.random((side, side)) * (1 - common) + rng.random(side) * common
        there = rng.random((side, side)) * (1 - common) + rng.random(side) * common
        answer, time = timed(partial(matching.stable_marriage, here, there))
        answer.verify()
        yield f"marriage, {side:,} a side, {kind}", time, "stable", f"{len(answer.rows):,} pairs"


def main() -> None:
    """Print the table; with ``--write`` keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if arguments.quick:
        rows = [*fair(60), *loads(24, 36, 3, 3), *reviews(16, 24, 3, 1.0), *stable(100, 200)]
    else:
        rows = [
            *fair(500),
            *loads(120, 180, 3, 3),
            *reviews(120, 180, 3, 10.0),
            *loads(2600, 1400, 3, 6),
            *stable(1000, 5000),
        ]
    text = markdown(("what", "CPU time", "outcome", "beside"), rows) + f"\n\n{machine()}"
    print(text)
    if arguments.write:
        replace(MARKER, text)


if __name__ == "__main__":
    main()
