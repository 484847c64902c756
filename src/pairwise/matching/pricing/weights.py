"""What pricing works on: weights of pairs by blocks, and small things that all of it uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pairwise import _kernel

Ints = NDArray[np.int32]
Units = NDArray[np.int64]
Floats = NDArray[np.float32]
Edges = tuple[Ints, Ints, Units]
Progress = Callable[[str, float], None]

BLOCK = 1024
"""Rows and columns of a block of scores."""

_CHUNK = 1 << 17  # pairs weighed at once


class PairWeights(Protocol):
    """Weights of all pairs of n people, given by blocks."""

    @property
    def n(self) -> int:
        """Number of people."""

    @property
    def step(self) -> float:
        """Score units of one integer unit."""

    @property
    def rounding(self) -> float:
        """Largest change of a weight when it became whole units, in score units."""

    @property
    def largest(self) -> float:
        """No weight is larger, in score units; none is below 0."""

    @property
    def error32(self) -> float:
        """Bound on the error of `float32_block`, in score units."""

    def float32_block(self, rows: Any, cols: Any) -> Floats:
        """Scores within `error32`; -inf where a pair is not allowed."""

    def weights(self, rows: Any, cols: Any) -> Units:
        """Exact weights in whole units; NOT_ALLOWED where a pair is not allowed."""

    def weights_pairs(self, i: Any, j: Any) -> Units:
        """Exact weights of the pairs (i[k], j[k]); NOT_ALLOWED where not allowed."""


class Violated(NamedTuple):
    """Pairs (i, j) that duals do not cover: weights, and by how much they fall short.

    Complete if there are no others.
    """

    i: Ints
    j: Ints
    weight: Units
    short: Units
    complete: bool = True

    @property
    def tells(self) -> bool:
        """Whether it names a pair, or says that there is none."""
        return self.complete or len(self.i) > 0


def each_once(i: Ints, j: Ints, n: int) -> tuple[Ints, Ints]:
    """Return every pair once, smaller end first, ascending."""
    pairs = np.sort(np.minimum(i, j).astype(np.int64) * n + np.maximum(i, j))
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    return (pairs // n).astype(np.int32), (pairs % n).astype(np.int32)


def rank_among_equals(values: Ints) -> NDArray[np.int64]:
    """For each entry, how many equal entries stand before it."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, len(ordered)])
    rank = np.empty(len(values), dtype=np.int64)
    rank[order] = np.arange(len(values)) - np.repeat(starts, lengths)
    return rank


def joined(edges: Sequence[Edges]) -> Edges:
    """Return all edges one after the other."""
    u, v, w = (np.concatenate(part) for part in zip(*edges, strict=True))
    return u, v, w


def pairs_in(pool: _kernel.CandidatePool, people: Ints) -> tuple[Ints, Ints]:
    """Return the pairs that a pool among some people keeps; most from both ends."""
    partners = pool.partners()
    i, slot = np.nonzero(partners >= 0)
    return people[i], people[partners[i, slot]]


def greedy(people: Ints, u: Ints, v: Ints, w: Units) -> Ints:
    """Return mates (m,) of some people among each other, heaviest pairs first; -1 if alone."""
    n = int(max(people.max(initial=-1), u.max(initial=-1), v.max(initial=-1))) + 1
    place = np.full(n, -1, dtype=np.int32)
    place[people] = np.arange(len(people), dtype=np.int32)
    a, b = place[u], place[v]
    inside = (a >= 0) & (b >= 0)
    local: Ints = _kernel.greedy_mates(len(people), a[inside], b[inside], w[inside])
    return np.where(local >= 0, people[local], -1).astype(np.int32)


def weigh(weights: PairWeights, i: Ints, j: Ints) -> Units:
    """Return exact weights of pairs, a chunk at a time."""
    parts = [slice(k, k + _CHUNK) for k in range(0, len(i), _CHUNK)]
    found = [weights.weights_pairs(i[part], j[part]) for part in parts]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
