"""One optimisation: solve on the candidates, price all pairs, add what they miss, repeat."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pairwise import _kernel
from pairwise.matching.certificate import Certificate
from pairwise.matching.pair_solver import PricedAnswer
from pairwise.matching.pricing.completing import completed
from pairwise.matching.pricing.potentials import Family
from pairwise.matching.pricing.pricer import Pricer, all_of
from pairwise.matching.pricing.weights import (
    Edges,
    Ints,
    Units,
    Violated,
    joined,
    rank_among_equals,
)

if TYPE_CHECKING:
    from pairwise.matching.clock import Clock
    from pairwise.matching.pricing.solver import PricingPairSolver

_ADDED = 4  # violated pairs that a person adds in a round
_NEAREST = 6  # kept pairs that a person adds after a look at all pairs
_MANY = 1 / 128  # of all people; where new edges free many more than wait at first, to start
# afresh is faster
_PRIME, _RANGE = 1_000_003, 999_983
_FURTHER = 3  # a search that misses no pair may go so much further


@dataclass
class Run:
    """One optimisation: solve on the candidates, price, add what they miss, repeat.

    Attributes
    ----------
    solver : PricingPairSolver
    matcher : Matcher
        With the edges known so far; if the run is fresh, at the fractional optimum.
    clock : Clock
    without, forbidden
        People and pairs left aside.
    fresh : bool
        Whether the edges are those of the solver, so that the search may start afresh.
    first_waiting : int
        How many people have no partner in the fractional optimum.
    """

    solver: PricingPairSolver
    matcher: _kernel.Matcher
    clock: Clock
    without: tuple[int, ...] = ()
    forbidden: tuple[tuple[int, int], ...] = ()
    fresh: bool = False
    first_waiting: int = 0

    def finish(self) -> PricedAnswer:
        """Solve and price until nothing is missed, or a limit is met.

        A fresh run first adds what the fractional optimum misses: to start afresh then is faster
        than to repair blossoms. And it looks at all pairs only where the kept ones tell nothing
        and nobody waits for edges, for duals are to be near those of the optimum by then.
        """
        rounds, horizon, fractional = 0, self.solver.horizon, self.fresh
        if self.fresh:
            self.first_waiting = len(self._waiting())
        while True:
            outcome = self._search(horizon) if not fractional else _kernel.Outcome.at_horizon
            rounds += 1
            if outcome == _kernel.Outcome.interrupted:
                return self._answer(rounds, self._raise(None))
            optimal, anchor = outcome == _kernel.Outcome.optimal, self.solver.anchor
            thorough = optimal or not self.fresh or horizon > self.solver.longest
            violated = self.pricer.price(self.matcher, self.clock, thorough=thorough)
            self.solver.progress("price", _settled(violated, self.n))
            if optimal and violated.complete and not len(violated.i):
                return self._answer(rounds, None)
            if self._good_enough(violated):
                return self._answer(rounds, self._raise(violated))
            if len(violated.i):
                fractional = self._add(violated, renewed=self.solver.anchor is not anchor)
            elif fractional:
                fractional = False
            else:
                horizon *= _FURTHER

    @property
    def n(self) -> int:
        """Number of people."""
        return self.solver.weights.n

    @cached_property
    def pricer(self) -> Pricer:
        """What finds the pairs that are missed."""
        return Pricer(self.solver, [v for v in self.without if v < self.n], self.forbidden)

    # -- edges

    def _search(self, horizon: int) -> _kernel.Outcome:
        outcome = self.matcher.solve(self.clock.left(), horizon)
        if self.fresh and outcome == _kernel.Outcome.at_horizon:
            potentials = self.pricer.potentials(Family(*self.matcher.duals()))
            waiting = self._waiting()
            self._put(self.solver.pairs_among(waiting, potentials.among(waiting), self.clock))
        return outcome

    def _put(self, edges: Edges) -> None:
        u, v, w = edges
        self.matcher.add_edges(u, v, w + self.solver.bonus)
        if self.fresh:
            self.solver.edges.append(edges)

    def _add(self, violated: Violated, *, renewed: bool) -> bool:
        """Add edges; return whether the search starts afresh from the fractional optimum."""
        edges = self._choose(violated)
        if renewed and self.fresh:
            edges = joined([edges, self.solver.first_pairs(_NEAREST)])
        self._put(edges)
        if not self.fresh or len(self._waiting()) <= _MANY * self.n + 2 * self.first_waiting:
            return False
        self.matcher = self.solver.fresh_matcher(self.clock, self.matcher)
        self.first_waiting = len(self._waiting())
        return True

    def _waiting(self) -> Ints:
        """Return the people who have no partner yet."""
        return np.flatnonzero(self.matcher.mates()[: self.n] < 0).astype(np.int32)

    def _choose(self, violated: Violated) -> Edges:
        """Return the most violated pairs, a few for each person; ties are spread over partners."""
        spread = (violated.i * np.int64(_PRIME) + violated.j) * np.int64(_PRIME) % _RANGE
        order = np.lexsort((spread, -violated.short))
        i, j, w = violated.i[order], violated.j[order], violated.weight[order]
        keep = (rank_among_equals(i) < _ADDED) | (rank_among_equals(j) < _ADDED)
        return i[keep], j[keep], w[keep]

    # -- answers

    def _raise(self, violated: Violated | None) -> Units:
        """Return what added to the duals of people makes them feasible for all pairs.

        Half of the worst violation at both ends covers the violated pairs that are known; a pair
        outside the kept ones is at most the mean of both thresholds.
        """
        raised = np.zeros(self.n, dtype=np.int64)
        if violated is not None and not violated.complete:
            others = self.pricer.others(self.matcher)
            violated = violated if others is None else all_of((violated, others))
        if violated is None or not violated.complete:
            raised = np.maximum(raised, self._needed(ceiling=violated is None))
        if violated is not None:
            for end in (violated.i, violated.j):
                np.maximum.at(raised, end, (violated.short + 1) // 2)
        return raised

    def _needed(self, *, ceiling: bool) -> Units:
        """Return by how much duals must rise to cover what is not kept; with `ceiling`, all."""
        anchor, step = self.solver.anchor, self.solver.weights.step
        movement = self.pricer.movement(Family(*self.matcher.duals()))
        need = anchor.needed(anchor.ceiling if ceiling else anchor.threshold, movement)
        units: Units = np.ceil(need * (2 / step)).astype(np.int64) + 2
        return units

    def _certificate(self, raised: Units | None) -> Certificate:
        solver = self.solver
        duals, parents, sets = self.matcher.duals()
        if raised is not None:
            duals[: self.n] += raised
        return Certificate(
            duals=duals,
            parents=parents,
            set_duals=sets,
            bonus=solver.bonus,
            bye=solver.bye,
            step=solver.weights.step,
            without=self.without,
            rounding=solver.weights.rounding,
        )

    def _good_enough(self, violated: Violated) -> bool:
        if self.clock.left() == 0.0:
            return True
        if self.solver.target_gap <= 0.0:
            return False
        value, bound = self._value_and_bound(
            self._mates(), self._certificate(self._raise(violated))
        )
        return bound - value <= self.solver.target_gap * bound

    def _mates(self) -> Ints:
        mate = self.matcher.mates()[: self.n]
        return np.where(mate == self.n, -1, mate).astype(np.int32)

    def _value_and_bound(self, mate: Ints, certificate: Certificate) -> tuple[int, int]:
        first = np.flatnonzero(mate > np.arange(self.n)).astype(np.int32)
        return int(self.solver.weigh(first, mate[first]).sum()), certificate.bound(len(first))

    def _answer(self, rounds: int, raised: Units | None) -> PricedAnswer:
        mate, certificate = self._mates(), self._certificate(raised)
        if raised is not None:
            left = np.setdiff1d(np.flatnonzero(mate < 0), self.without).astype(np.int32)
            known = [edges for edges in self.solver.edges if edges[1].max(initial=0) < self.n]
            mate = completed(mate, left, self.solver.weights, known, self.forbidden)
        value, bound = self._value_and_bound(mate, certificate)
        return PricedAnswer(mate, certificate, bound == value, rounds, self.solver.passes)


def _settled(violated: Violated, n: int) -> float:
    """Share of people who are in no violated pair."""
    return 1.0 - len(np.union1d(violated.i, violated.j)) / max(n, 1)
