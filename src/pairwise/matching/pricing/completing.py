"""Pairs for the people whom a search that was stopped left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pairwise import _kernel
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.pricing.potentials import Potentials
from pairwise.matching.pricing.weights import BLOCK, Ints, PairWeights, greedy, pairs_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pairwise.matching.pricing.weights import Edges

_SLOTS = 8
_PARTED = 64  # couples at most


def completed(
    mate: Ints,
    left: Ints,
    weights: PairWeights,
    known: Sequence[Edges],
    forbidden: Sequence[tuple[int, int]] = (),
) -> Ints:
    """Return mates in which nobody of `left` can be paired with another, as far as is quick to see.

    Takes the heaviest known pairs first, then the heaviest among neighbours in order of index; two
    who remain part a couple and take one each. Cost O(n) blocks.
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
    for two in left[: 2 * min(len(left) // 2, _PARTED)].reshape(-1, 2):
        _part_a_couple(mate, two, weights, forbidden)
    return mate


def _part_a_couple(
    mate: Ints, two: Ints, weights: PairWeights, forbidden: Sequence[tuple[int, int]]
) -> None:
    """Pair two people with the two of a couple, if they may meet."""
    rows = weights.weights(two, slice(0, weights.n))
    for a, b in forbidden:
        for row, person in zip(rows, two.tolist(), strict=True):
            if person in (a, b):
                row[b if person == a else a] = NOT_ALLOWED
    first = np.flatnonzero((mate >= 0) & (rows[0] != NOT_ALLOWED))
    first = first[rows[1][mate[first]] != NOT_ALLOWED]
    if len(first):
        a = first[np.argmax(rows[0][first] + rows[1][mate[first]])]
        pairs = ((two[0], a), (two[1], mate[a]))
        for one, other in pairs:
            mate[one], mate[other] = other, one


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
        flat = Potentials.flat(len(some))
        block = weights.float32_block(some, some)
        pool.offer_block(block, 0, 0, flat.own, flat.of_sets())
        u, v = pairs_in(pool, some)
        yield u, v, weights.weights_pairs(u, v)
