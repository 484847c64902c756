"""The pairs that a search begins with, and potentials to choose them by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise import _kernel
from pairwise.matching.pricing.passes import in_threads
from pairwise.matching.pricing.potentials import Potentials
from pairwise.matching.pricing.weights import (
    BLOCK,
    Edges,
    Floats,
    Ints,
    PairWeights,
    each_once,
    greedy,
    joined,
    pairs_in,
    weigh,
)

if TYPE_CHECKING:
    from pairwise.matching.clock import Clock
    from pairwise.matching.pricing.passes import Passes

SLOTS = 32
"""Pairs kept for everybody."""

PARTNERS = 10
"""Of the kept pairs, those a search begins with."""

_COMPLETE = 64  # so many left-out people get all pairs among themselves
_SAMPLE = 1024  # people of whom potentials of all are guessed
_SOUGHT, _SHARE = 10, 0.5  # one in so many is sought by this share: others need potentials


@dataclass(frozen=True)
class Candidates:
    """Finds candidates among people.

    Attributes
    ----------
    weights : PairWeights
    passes : Passes
    bonus : int
        Added to every weight, so that more pairs beat better pairs.
    """

    weights: PairWeights
    passes: Passes
    bonus: int

    def among(self, people: Ints, potentials: Potentials, slots: int, clock: Clock) -> Edges:
        """Return the best few pairs of everybody among some people, most from both ends."""
        u, v = pairs_in(self.passes.best(people, potentials, slots, clock)[0], people)
        return u, v, weigh(self.weights, u, v)

    def with_left_out(self, people: Ints, edges: Edges, clock: Clock) -> list[Edges]:
        """Give people whom hubs leave over pairs among themselves, until nobody is left over."""
        left, found = people, [edges]
        while True:
            rest = left[greedy(left, *found[-1]) < 0]
            stuck = len(found) > 1 and len(rest) == len(left)
            if len(rest) < 2 or stuck or clock.left() == 0.0:
                return found
            left = rest
            slots = len(left) if len(left) <= _COMPLETE else PARTNERS // 2
            found.append(self.among(left, Potentials.flat(len(left)), slots, clock))

    def potentials(self, clock: Clock) -> Potentials:
        """Return flat potentials, or guessed ones where a few are the first choice of most.

        By score alone all would choose these few, and their choice would tell nothing. The guess
        is the fractional optimum of a sample; everybody else is worth what the best of the sample
        would leave them. Cost O(n) scores for each of the sample.
        """
        n = self.weights.n
        flat = Potentials.flat(n)
        if n < 2 * _SAMPLE:
            return flat
        drawn = np.random.default_rng(0).choice(n, _SAMPLE, replace=False)
        some = np.sort(drawn).astype(np.int32)
        pool, complete = self.passes.best(some, Potentials.flat(_SAMPLE), SLOTS, clock)
        if not complete or not _few_are_sought(pool.partners()[:, :PARTNERS]):
            return flat
        return Potentials(
            self._left_by(some, self._duals(some, pool, clock)), flat.place, flat.meeting
        )

    def _duals(self, some: Ints, pool: _kernel.CandidatePool, clock: Clock) -> Floats:
        """Return the duals of the fractional optimum of some people, in score units."""
        u, v = each_once(*pairs_in(pool, some), self.weights.n)
        edges = self.with_left_out(some, (u, v, weigh(self.weights, u, v)), clock)
        u, v, w = joined(edges)
        place = np.zeros(self.weights.n, dtype=np.int32)
        place[some] = np.arange(len(some))
        matcher = _kernel.Matcher(len(some))
        matcher.load(place[u], place[v], w + self.bonus, clock.left())
        duals = (matcher.vertex_duals() - self.bonus) * (self.weights.step / 2)
        return duals.astype(np.float32)

    def _left_by(self, some: Ints, duals: Floats) -> Floats:
        """Return what the best of some people would leave to everybody."""

        def left(rows: slice) -> Floats:
            scores = self.weights.float32_block(rows, some)
            scores -= duals
            most: Floats = scores.max(axis=1)
            return most

        n = self.weights.n
        parts = in_threads(left, [slice(k, min(k + BLOCK, n)) for k in range(0, n, BLOCK)])
        largest = np.float32(self.weights.largest)
        own: Floats = np.clip(np.concatenate(list(parts)), -largest, largest)
        return own


def _few_are_sought(partners: Ints) -> bool:
    counts = np.sort(np.bincount(partners[partners >= 0], minlength=len(partners)))
    return bool(counts[-len(counts) // _SOUGHT :].sum() > _SHARE * counts.sum())
