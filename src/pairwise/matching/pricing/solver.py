"""The solver: keeps candidates, matcher and potentials between questions."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pairwise import _kernel
from pairwise.matching.certificate import NOT_ALLOWED, Certificate
from pairwise.matching.clock import Clock
from pairwise.matching.pricing.anchor import Anchor
from pairwise.matching.pricing.candidates import PARTNERS, SLOTS, Candidates
from pairwise.matching.pricing.passes import Passes
from pairwise.matching.pricing.potentials import Family, Potentials
from pairwise.matching.pricing.run import Run
from pairwise.matching.pricing.weights import (
    Edges,
    Ints,
    PairWeights,
    Progress,
    Units,
    each_once,
    joined,
    weigh,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from pairwise.matching.pair_solver import PricedAnswer

_EQUALS = 4  # pairs of one key that are chosen for a person
_HORIZON_SHARE = 32  # part of twice the largest weight by which a search may move duals at first


def _unheard(_stage: str, _share: float) -> None:
    """Tell nobody."""


class PricingPairSolver:
    """Solves by pricing; keeps matcher and candidates for what-ifs. A `PairSolver`.

    Parameters
    ----------
    weights : PairWeights
        Weights of pairs.
    executor : concurrent.futures.Executor, optional
        Where blocks are scored; by default a thread on each core. Answers do not depend on it.
        Executors of threads share the weights; to any other they are pickled once.
    target_gap : float
        Stop when (bound - weight) / bound is proven to be at most this.
    progress : function of (stage, share done), optional
        Hears of `solve`; let go when that is done.

    Notes
    -----
    Cost: a pass over all pairs is n^2 / 2 scores, one or two are needed in practice; memory O(n).
    """

    def __init__(
        self,
        weights: PairWeights,
        *,
        executor: Executor | None = None,
        target_gap: float = 0.0,
        progress: Progress | None = None,
    ) -> None:
        self.weights = weights
        self.target_gap = target_gap
        self.progress = progress or _unheard
        self._passes = Passes(weights, executor, lambda share: self.progress("score", share))
        n, most = weights.n, round(2 * weights.largest / weights.step)
        self.bonus = (most + 1) * (n // 2 + 1) + 1
        self.bye = 0 if n % 2 else None
        self.longest, self.horizon = most, most // _HORIZON_SHARE + 1
        self.candidates = Candidates(weights, self._passes, self.bonus)
        self.passes = 0

    def solve(self, time_limit: float | None = None) -> PricedAnswer:
        """Solve from scratch."""
        clock = Clock(time_limit)
        self.anchor = self._first_look(clock)
        self.edges = self._first_edges(clock)
        self.matcher = self.fresh_matcher(clock)
        run = Run(self, self.matcher, clock, fresh=True)
        answer = run.finish()
        self.matcher = run.matcher
        self.progress = _unheard
        return answer

    def solve_without(
        self,
        people: Sequence[int] = (),
        pairs: Sequence[tuple[int, int]] = (),
        time_limit: float | None = None,
    ) -> PricedAnswer:
        """Solve without some people (n: the bye) and some pairs, from the optimum of `solve`."""
        matcher = copy(self.matcher)
        for i, j in pairs:
            matcher.remove_edge(i, j)
        for person in people:
            matcher.isolate(person)
        return Run(self, matcher, Clock(time_limit), tuple(people), tuple(pairs)).finish()

    def near_pairs(self, certificate: Certificate, limit: int) -> tuple[Ints, Ints, Units]:
        """Return pairs of little slack; see `PairSolver`."""
        run = Run(self, self.matcher, Clock(None), certificate.without)
        lowered = Family.free(certificate.duals - (limit + 1) // 2)
        i, j = each_once(*run.pricer.pairs_below(lowered), self.weights.n)
        w = self.weigh(i, j)
        slack = certificate.duals[i] + certificate.duals[j] - 2 * (w + self.bonus)
        near = (w != NOT_ALLOWED) & (slack < limit)
        return i[near], j[near], w[near]

    def rows(self, people: Ints) -> Units:
        """Return exact weights of some people with everybody."""
        return self.weights.weights(people, slice(0, self.weights.n))

    def weigh(self, i: Ints, j: Ints) -> Units:
        """Return exact weights of pairs, a chunk at a time."""
        return weigh(self.weights, i, j)

    # -- looks at all pairs

    def look_again(self, potentials: Potentials, family: Family, clock: Clock) -> bool:
        """Pass over all pairs once more, measured against better duals, if time allows."""
        pool, complete = self._passes.best(slice(0, self.weights.n), potentials, SLOTS, clock)
        if complete:
            self.passes += 1
            self.anchor = self._anchor(pool, potentials, family)
        return complete

    def _first_look(self, clock: Clock) -> Anchor:
        """Keep the best few pairs of everybody by score, or score less guessed potentials.

        Where time runs out the pairs that were seen are kept, and nothing is claimed of others but
        that no weight is above the largest.
        """
        n = self.weights.n
        potentials = self.candidates.potentials(clock)
        pool, complete = self._passes.best(slice(0, n), potentials, SLOTS, clock)
        self.passes = 1
        anchor = self._anchor(pool, potentials, Family.free(np.zeros(n + n % 2, dtype=np.int64)))
        if complete:
            return anchor
        most = self.weights.largest - 2 * min(0.0, float(potentials.own.min(initial=0.0)))
        bound = np.full(n, most, dtype=np.float32)
        return replace(anchor, threshold=bound, ceiling=bound)

    def _anchor(
        self, pool: _kernel.CandidatePool, potentials: Potentials, family: Family
    ) -> Anchor:
        keys, error = pool.keys(), potentials.error(self.weights.error32)
        return Anchor(keys, pool.partners(), potentials, family, keys[:, -1], keys[:, 0], error)

    # -- edges

    def first_pairs(self, count: int) -> Edges:
        """Return the first few kept pairs of everybody, of those that tie only some."""
        u, v = each_once(*self.anchor.first(count, _EQUALS), self.weights.n)
        return u, v, self.weigh(u, v)

    def pairs_among(self, people: Ints, potentials: Potentials, clock: Clock) -> Edges:
        """Return the best few pairs of everybody among some people."""
        return self.candidates.among(people, potentials, PARTNERS, clock)

    def fresh_matcher(self, clock: Clock, before: _kernel.Matcher | None = None) -> _kernel.Matcher:
        """Return a matcher with all edges known so far, at the fractional optimum.

        `before` is an earlier one.
        """
        u, v, w = joined(self.edges)
        matcher = _kernel.Matcher(self.weights.n + self.weights.n % 2)
        matcher.load(u, v, w + self.bonus, clock.left(), before)
        return matcher

    def _first_edges(self, clock: Clock) -> list[Edges]:
        """Return the edges that the search begins with."""
        n = self.weights.n
        everybody = np.arange(n, dtype=np.int32)
        edges = self.candidates.with_left_out(everybody, self.first_pairs(PARTNERS), clock)
        if self.bye is not None:
            edges.append((everybody, np.full_like(everybody, n), np.full(n, self.bye)))
        return edges
