"""Pairs for the people whom a search that was stopped left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pairwise import _kernel
from pairwise.matching.pricing.weights import BLOCK, Floats, Ints, PairWeights, greedy, pairs_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pairwise.matching.pricing.weights import Edges

_SLOTS = 8


def completed(
    mate: Ints,
    left: Ints,
    weights: PairWeights,
    known: Sequence[Edges],
    forbidden: Sequence[tuple[int, int]] = (),
) -> Ints:
    """Return mates in which nobody of `left` can be paired with another, as far as is quick to see.

    Takes the heaviest known pairs first, then the heaviest among neighbours in order of index.
    Cost O(n) blocks.
    """
    mate = mate.copy()
    for edges in known:
        left = _paired(mate, left, edges, forbidden)
    while len(left) > 1:
        before = len(left)
        for edges in list(_near_pairs(left, weights)):
            left = _paired(mate, left, edges, forbidden)
        if len(left) == before:
            break
    return mate


def _paired(mate: Ints, left: Ints, edges: Edges, forbidden: Sequence[tuple[int, int]]) -> Ints:
    """Pair some of `left` along edges, and return those who are still left."""
    u, v, w = edges
    refused = {frozenset(pair) for pair in forbidden}
    if refused:
        keep = [frozenset(pair) not in refused for pair in zip(u.tolist(), v.tolist(), strict=True)]
        u, v, w = u[keep], v[keep], w[keep]
    found = greedy(left, u, v, w)
    mate[left[found >= 0]] = found[found >= 0]
    return left[found < 0]


def _near_pairs(left: Ints, weights: PairWeights) -> Iterator[Edges]:
    """Yield the best pairs within each block of people."""
    for start in range(0, len(left), BLOCK):
        some = left[start : start + BLOCK]
        pool = _kernel.CandidatePool(len(some), _SLOTS)
        flat: Floats = np.zeros(len(some), dtype=np.float32)
        pool.offer_block(weights.float32_block(some, some), 0, 0, flat)
        u, v = pairs_in(pool, some)
        yield u, v, weights.weights_pairs(u, v)
