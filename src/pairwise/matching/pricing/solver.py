"""The solver: keeps candidates, matcher and potentials between questions."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import numpy as np

from pairwise import _kernel
from pairwise.matching.certificate import NOT_ALLOWED, Certificate
from pairwise.matching.clock import Clock
from pairwise.matching.pricing.passes import Passes
from pairwise.matching.pricing.run import Run
from pairwise.matching.pricing.weights import (
    Edges,
    Floats,
    Ints,
    PairWeights,
    Progress,
    Units,
    each_once,
    greedy,
    pairs_in,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from pairwise.matching.pair_solver import PricedAnswer

_SLOTS = 32  # pairs kept for everybody
_PARTNERS = 10  # of the kept pairs, those the search begins with
_FEW_CHANGES = 0.25  # new pairs per person; with more, starting afresh is faster than repairing
_COMPLETE = 64  # so many left-out people get all pairs among themselves
_HORIZON_SHARE = 32  # part of twice the largest weight by which a search may move duals at first
_CHUNK = 1 << 17  # pairs weighed at once


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
        self.horizon = most // _HORIZON_SHARE + 1
        self.potential = np.zeros(n, dtype=np.float32)
        self.passes = 0

    def solve(self, time_limit: float | None = None) -> PricedAnswer:
        """Solve from scratch."""
        clock = Clock(time_limit)
        self._look_at_all_pairs(clock)
        self.edges = self._candidates(clock)
        self.matcher = self._fresh_matcher(clock)
        run = Run(self, self.matcher, clock)
        answer = run.finish(restart=True)
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
        moved = run.moved(certificate.duals) - limit * self.weights.step / 4
        i, j = each_once(*(run.pairs_below(moved) or run.all_pairs_below(moved)), self.weights.n)
        w = self.weigh(i, j)
        slack = certificate.duals[i] + certificate.duals[j] - 2 * (w + self.bonus)
        near = (w != NOT_ALLOWED) & (slack < limit)
        return i[near], j[near], w[near]

    def rows(self, people: Ints) -> Units:
        """Return exact weights of some people with everybody."""
        return self.weights.weights(people, slice(0, self.weights.n))

    def weigh(self, i: Ints, j: Ints) -> Units:
        """Return exact weights of pairs, a chunk at a time."""
        parts = [slice(k, k + _CHUNK) for k in range(0, len(i), _CHUNK)]
        found = [self.weights.weights_pairs(i[part], j[part]) for part in parts]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def look_again(self, potential: Floats, clock: Clock) -> bool:
        """Pass over all pairs once more, measured against better potentials, if time allows."""
        before = self.potential
        self.potential = potential
        if self._look_at_all_pairs(clock):
            return True
        self.potential = before
        return False

    def restart(self, u: Ints, v: Ints, w: Units, clock: Clock) -> _kernel.Matcher | None:
        """Remember further edges; return a fresh matcher if they are too many to repair."""
        self.edges.append((u, v, w))
        if len(u) <= self.weights.n * _FEW_CHANGES:
            return None
        return self._fresh_matcher(clock)

    # -- candidates

    def _look_at_all_pairs(self, clock: Clock) -> bool:
        """Keep the best few pairs of everybody, measured by score less both potentials.

        Where time runs out, what is known already stays; before anything is, the pairs that were
        seen are kept, and nothing is claimed of others but that no weight is above the largest.
        """
        n = self.weights.n
        pool, complete = self._passes.best(slice(0, n), self.potential, _SLOTS, clock)
        if not complete and self.passes:
            return False
        self.keys, self.partners = pool.keys(), pool.partners()
        self.ceiling, self.threshold = self.keys[:, 0], self.keys[:, -1]
        if not complete:
            self.ceiling = self.threshold = np.full(n, self.weights.largest, dtype=np.float32)
        largest = float(np.abs(self.potential).max(initial=0.0))
        self.error = self.weights.error32 + (1 + largest) * 2.0**-20
        self.passes += 1
        return complete

    def _candidates(self, clock: Clock) -> list[Edges]:
        """Return the edges that the search begins with."""
        n = self.weights.n
        first = self.partners[:, :_PARTNERS]
        i, slot = np.nonzero(first >= 0)
        u, v = each_once(i.astype(np.int32), first[i, slot], n)
        edges = self._with_left_out([(u, v, self.weigh(u, v))], clock)
        if self.bye is not None:
            everybody = np.arange(n, dtype=np.int32)
            edges.append((everybody, np.full_like(everybody, n), np.full(n, self.bye)))
        return edges

    def _fresh_matcher(self, clock: Clock) -> _kernel.Matcher:
        u, v, w = (np.concatenate(parts) for parts in zip(*self.edges, strict=True))
        matcher = _kernel.Matcher(self.weights.n + self.weights.n % 2)
        matcher.load(u, v, w + self.bonus, clock.left())
        return matcher

    def _with_left_out(self, edges: list[Edges], clock: Clock) -> list[Edges]:
        """Give people whom hubs leave over pairs among themselves, until nobody is left over."""
        left = np.arange(self.weights.n, dtype=np.int32)
        while True:
            u, v, w = edges[-1]
            rest = left[greedy(left, u, v, w) < 0]
            stuck = len(edges) > 1 and len(rest) == len(left)
            if len(rest) < 2 or stuck or clock.left() == 0.0:
                return edges
            left = rest
            slots = len(left) if len(left) <= _COMPLETE else _PARTNERS // 2
            flat = np.zeros(len(left), dtype=np.float32)
            u, v = pairs_in(self._passes.best(left, flat, slots, clock)[0], left)
            edges.append((u, v, self.weigh(u, v)))
