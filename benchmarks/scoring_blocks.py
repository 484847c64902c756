"""How fast score blocks are, beside the matrix products that they consist of.

Blocks of a population of 20,000 people with 48 dimensions, one thread. The operations of a
score's products per second are compared with those of sgemm at d = 48, and its time with that of
one product as long as all of its own; both are measured right before and after, the best of
several tries each. Every float32 block is checked against its float64 block.
``--quick`` takes fewer blocks; ``--write`` puts the table into benchmarks/README.md.
"""

import argparse
import os
from time import process_time

for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(variable, None)
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402

import pairwise as pw  # noqa: E402
from tables import machine, markdown, replace  # noqa: E402

N, D, BLOCK = 20_000, 48, 2048
SLOTS = 40
TRIES = 6
LEAVES_OUT = 0.03
ALL_LEVELS = 4 * D
"""Length of a product of thermometers of levels 0 to 4."""

CASES: dict[str, tuple[pw.Score, int]] = {
    'Similarity("interests"), cosine': (1 * pw.Similarity("interests"), D),
    'Similarity("interests"), jaccard': (1 * pw.Similarity("interests", "jaccard"), D),
    'Similarity("values"), level, 1 to 5': (1 * pw.Similarity("values", "level"), ALL_LEVELS),
    "Complementarity(), 0/1": (1 * pw.Complementarity(), 2 * D),
    'Complementarity(), 0/1, "mean"': (1 * pw.Complementarity(reciprocity="mean"), 2 * D),
    "Complementarity(), levels 0 to 4": (
        1 * pw.Complementarity("skills", "wishes"),
        2 * ALL_LEVELS,
    ),
    "Overlap(), 40 slots": (1 * pw.Overlap(), SLOTS),
    'Diversity("team"), 6 teams': (1 * pw.Diversity("team"), 0),
    'Closeness("age")': (1 * pw.Closeness("age"), 0),
    "two cosines": (pw.Similarity("interests") + pw.Similarity("profile"), 2 * D),
    "two cosines, Complementarity, Overlap": (
        0.4 * pw.Similarity("profile")
        + 0.3 * pw.Complementarity()
        + 0.15 * pw.Overlap()
        + 0.15 * pw.Similarity("interests"),
        4 * D + SLOTS,
    ),
    "cosine, 3 % leave something out": (1 * pw.Similarity("holed"), D),
}
"""Scores, and the length of the products that a pair of them takes."""


def population(seed: int = 0) -> pw.Participants:
    """Return people with ticks, five levels, dense profiles, hours, teams and ages."""
    rng = np.random.default_rng(seed)
    holed = rng.normal(size=(N, D))
    holed[rng.random(N) < LEAVES_OUT, rng.integers(D)] = np.nan
    return pw.Participants(
        range(N),
        offers=rng.integers(0, 2, (N, D)),
        seeks=rng.random((N, D)) < 0.3,
        interests=rng.integers(0, 2, (N, D)),
        values=rng.integers(1, 6, (N, D)),
        vectors={
            "profile": rng.normal(size=(N, D)),
            "skills": rng.integers(0, 5, (N, D)),
            "wishes": rng.integers(0, 5, (N, D)),
            "holed": holed,
        },
        slots=rng.integers(0, 2, (N, SLOTS)),
        categories={"team": rng.integers(0, 6, N)},
        numbers={"age": rng.integers(20, 65, N).astype(float)},
    )


def places(count: int) -> list[tuple[slice, slice]]:
    """Return blocks spread over the population."""
    starts = np.random.default_rng(1).integers(0, N - BLOCK, (count, 2))
    return [(slice(a, a + BLOCK), slice(b, b + BLOCK)) for a, b in starts.tolist()]


class Products:
    """The plain float32 matrix product of vectors of some length."""

    def __init__(self, length: int) -> None:
        self.vectors = np.random.default_rng(2).random((N, length), dtype=np.float32)

    def block(self, rows: slice, cols: slice, _: type, out: np.ndarray) -> np.ndarray:
        """Fill `out` with inner products."""
        return np.matmul(self.vectors[rows], self.vectors[cols].T, out=out)


def nanoseconds(of: pw.Score | Products, dtype: type, blocks: list[tuple[slice, slice]]) -> float:
    """Return CPU nanoseconds per pair: the best of each block, averaged."""
    out: np.ndarray = np.empty((BLOCK, BLOCK), dtype)
    best = np.full(len(blocks), np.inf)
    for _ in range(TRIES):
        for k, (rows, cols) in enumerate(blocks):
            start = process_time()
            of.block(rows, cols, dtype, out)
            best[k] = min(best[k], process_time() - start)
    return float(best.mean()) / BLOCK**2 * 1e9


def check(score: pw.Score) -> None:
    """Raise unless a float32 block is within its stated error."""
    rows, cols = slice(0, 256), slice(N - 256, N)
    apart = np.abs(score.block(rows, cols, np.float32) - score.block(rows, cols)).max()
    if apart > score.error32:
        raise SystemExit(f"{score}: float32 is off by {apart:g}, above {score.error32:g}")


def row(name: str, people: pw.Participants, blocks: list[tuple[slice, slice]]) -> list[str]:
    """Return one line of the table; products are measured right before and after."""
    score, length = CASES[name][0].on(people), CASES[name][1]
    check(score)
    plain, own = Products(D), Products(length or D)
    before = nanoseconds(plain, np.float32, blocks), nanoseconds(own, np.float32, blocks)
    fast, exact = (nanoseconds(score, dtype, blocks) for dtype in (np.float32, np.float64))
    after = nanoseconds(plain, np.float32, blocks), nanoseconds(own, np.float32, blocks)
    of_d, of_all = (min(pair) for pair in zip(before, after, strict=True))
    rates = [f"{2 * length / fast:.0f}", f"{length / D * of_d / fast:.0%}", f"{of_all / fast:.0%}"]
    return [name, f"{fast:.2f}", *(rates if length else [""] * 3), f"{exact:.2f}"]


def main() -> None:
    """Run, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 blocks instead of 12")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    arguments = parser.parse_args()

    people, blocks = population(), places(3 if arguments.quick else 12)
    rate = 2 * D / nanoseconds(Products(D), np.float32, blocks)
    rows = []
    for name in CASES:
        rows.append(row(name, people, blocks))
        print(*rows[-1], sep=" | ", flush=True)
    header = [
        "score",
        "ns a pair",
        "GFLOP/s",
        "of sgemm, d = 48",
        "of one product as long",
        "float64, ns",
    ]
    text = f"{markdown(header, rows)}\n\nsgemm at d = {D}: {rate:.0f} GFLOP/s. {machine()}"
    print(f"\n{text}")
    if arguments.write:
        replace("scoring-blocks", text)


if __name__ == "__main__":
    main()
