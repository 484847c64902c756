"""One optimisation: solve on the candidates, price all pairs, add what was missed, repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from pairwise import _kernel
from pairwise.matching.certificate import NOT_ALLOWED, Certificate, upper_blocks
from pairwise.matching.pair_solver import PricedAnswer
from pairwise.matching.pricing.completing import completed
from pairwise.matching.pricing.passes import in_threads
from pairwise.matching.pricing.weights import (
    BLOCK,
    Ints,
    Units,
    Violated,
    rank_among_equals,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from pairwise.matching.clock import Clock
    from pairwise.matching.pricing.solver import PricingPairSolver

Found = TypeVar("Found")

_ADDED = 4  # violated pairs that a person adds in a round
_SUSPECTS = 1024  # a row with more pairs to look at is scored as a whole
_HEAVY_SHARE = 0.125  # of all rows; with more, all pairs are looked at again
_ROWS = 1 << 13  # people whose kept pairs are looked at at once
_HARDLY = 2.0**-8  # of the largest weight: pairs covered by less may be violated next
_UNDECIDED = 400  # pairs per person that float32 may leave open; with more, exact blocks are faster
_PRIME, _RANGE = 1_000_003, 999_983
_FURTHER = 8  # a search that misses no pair may go so much further
_NO_WEIGHT = -(1 << 60)
_FAR = 1e6  # the dual of somebody left aside: no pair can beat it


@dataclass
class Run:
    """One optimisation: solve on the candidates, price, add what they miss, repeat."""

    solver: PricingPairSolver
    matcher: _kernel.Matcher
    clock: Clock
    without: tuple[int, ...] = ()
    forbidden: tuple[tuple[int, int], ...] = ()
    hardly: float = _HARDLY
    hidden: bool = False  # duals of sets, which potentials leave out, cover most pairs

    def finish(self, *, restart: bool = False) -> PricedAnswer:
        """Solve and price until nothing is missed, or a limit is met."""
        rounds, horizon = 0, self.solver.horizon
        while True:
            outcome = self.matcher.solve(self.clock.left(), horizon)
            rounds += 1
            violated = self._price() if outcome != _kernel.Outcome.interrupted else None
            self.solver.progress("price", 1.0 if violated is None else _settled(violated, self.n))
            missed = violated is None or bool((violated.short > 0).any())
            if not missed and outcome == _kernel.Outcome.optimal:
                return self._answer(rounds, None)
            if violated is None or self._good_enough(violated):
                return self._answer(rounds, self._raise(violated))
            if missed:
                self._add(*self._choose(violated), restart=restart)
            else:
                horizon *= _FURTHER

    @property
    def n(self) -> int:
        """Number of people."""
        return self.solver.weights.n

    def _add(self, u: Ints, v: Ints, w: Units, *, restart: bool) -> None:
        fresh = self.solver.restart(u, v, w, self.clock) if restart else None
        if fresh is not None:
            self.matcher = fresh
        else:
            self.matcher.add_edges(u, v, w + self.solver.bonus)

    # -- pricing

    def moved(self, duals: Units) -> NDArray[np.float64]:
        """How far each dual lies above the potential, in score units."""
        solver = self.solver
        own = (duals[: self.n] - solver.bonus).astype(np.float64) * (solver.weights.step / 2)
        own[[v for v in self.without if v < self.n]] = _FAR
        moved: NDArray[np.float64] = own - solver.potential
        return moved

    @property
    def _margin(self) -> int:
        weights = self.solver.weights
        return round(self.hardly * 2 * weights.largest / weights.step)

    def _moved(self) -> NDArray[np.float64]:
        return self.moved(self.matcher.vertex_duals())

    def _price(self) -> Violated | None:
        """Return the pairs that the duals do not cover; None if time ran out before that."""
        if self.hidden:
            return None if self.clock.left() == 0.0 else self._violated_anywhere()
        pairs = self.pairs_below(self._moved())
        if pairs is None:
            if self.clock.left() == 0.0:
                return None
            own = self._moved() + self.solver.potential
            near = np.where(own < _FAR / 2, own, 1.0).astype(np.float32)
            if not self.solver.look_again(near, self.clock):
                return None
            pairs = self.pairs_below(self._moved())
            self.hidden = pairs is None
        return self._violated_anywhere() if pairs is None else self._violated(*pairs)

    def _violated(self, i: Ints, j: Ints, margin: int = 0) -> Violated:
        """Return those of the pairs that the duals cover by less than a margin, exactly."""
        w = self.solver.weigh(i, j)
        w[self._is_forbidden(i, j)] = NOT_ALLOWED
        i, j, w = i[w != NOT_ALLOWED], j[w != NOT_ALLOWED], w[w != NOT_ALLOWED]
        short = self.matcher.shortfall(i, j, w + self.solver.bonus)
        near = short > -margin
        return Violated(i[near], j[near], w[near], short[near])

    def _is_forbidden(self, i: Ints, j: Ints) -> NDArray[np.bool_]:
        apart = np.zeros(len(i), dtype=np.bool_)
        for a, b in self.forbidden:
            apart |= ((i == a) & (j == b)) | ((i == b) & (j == a))
        return apart

    def pairs_below(self, moved: NDArray[np.float64]) -> tuple[Ints, Ints] | None:
        """Return all pairs that duals moved so far may not cover; None if too many for that."""
        threshold = self.solver.threshold + np.float32(self.solver.error)
        i, j, heavy = _kernel.unpooled_suspects(threshold, moved, _SUSPECTS)
        if len(heavy) > _HEAVY_SHARE * self.n:
            return None
        found = [(i, j), self._pairs_kept(moved), *self._of_rows(heavy, moved, _as_they_are)]
        i, j = (np.concatenate(ends) for ends in zip(*found, strict=True))
        return i, j

    def all_pairs_below(self, moved: NDArray[np.float64]) -> tuple[Ints, Ints]:
        """Return all pairs that duals moved so far may not cover, by a pass over all pairs."""
        everybody = np.arange(self.n, dtype=np.int32)
        found = list(self._of_rows(everybody, moved, _as_they_are, upper=True))
        i, j = (np.concatenate(ends) for ends in zip(*found, strict=True))
        return i, j

    def _violated_anywhere(self) -> Violated:
        """Find the pairs that the duals do not cover by a pass over all pairs.

        Those that they hardly cover come along: it takes fewer passes if they are edges too.
        """
        self.matcher.shortfall(*_no_pairs())  # makes what the threads share before they start
        everybody = np.arange(self.n, dtype=np.int32)
        found, room = [], self.n * _UNDECIDED
        near = self._moved() - self._margin * self.solver.weights.step / 4
        for seen, missed in self._of_rows(everybody, near, self._missed, upper=True):
            found.append(missed)
            room -= seen
            if room < 0:
                return self._violated_among_many()
        return Violated(*(np.concatenate(part) for part in zip(*found, strict=True)))

    def _violated_among_many(self) -> Violated:
        """Leave alone what is hardly covered; if there are too many still, look at ties."""
        if self.hardly == 0:
            return self._violated_where_ties_are()
        self.hardly = 0.0
        return self._violated_anywhere()

    def _violated_where_ties_are(self) -> Violated:
        """Look at the kept pairs while that helps, then at all by exact blocks."""
        violated = self._violated(*self._pairs_kept(self._moved()))
        return violated if len(violated.i) else self._violated(*self._pairs_by_exact_blocks())

    def _missed(self, i: Ints, j: Ints) -> tuple[int, Violated]:
        """Return how many pairs are above the diagonal, and which of these are not covered."""
        upper = i < j
        return int(upper.sum()), self._violated(i[upper], j[upper], self._margin)

    def _pairs_kept(self, moved: NDArray[np.float64]) -> tuple[Ints, Ints]:
        """Return the kept pairs that duals moved so far may not cover, some rows at a time."""
        keys, partners, error = self.solver.keys, self.solver.partners, self.solver.error
        found = [(np.zeros(0, dtype=np.int32),) * 2]
        for rows in (slice(k, k + _ROWS) for k in range(0, self.n, _ROWS)):
            reach = moved[partners[rows]]
            reach += moved[rows, None]
            i, slot = np.nonzero((reach < keys[rows] + error) & (partners[rows] >= 0))
            found.append(((i + rows.start).astype(np.int32), partners[rows][i, slot]))
        first, second = (np.concatenate(ends) for ends in zip(*found, strict=True))
        return first, second

    def _of_rows(
        self,
        rows: Ints,
        moved: NDArray[np.float64],
        function: Callable[[Ints, Ints], Found],
        *,
        upper: bool = False,
    ) -> Iterator[Found]:
        """Score whole rows; yield what becomes of pairs whose score may beat the duals of both."""
        own = (moved + self.solver.potential - self.solver.error / 2).astype(np.float32)
        blocks = [
            (rows[first : first + BLOCK], slice(start, min(start + BLOCK, self.n)))
            for first in range(0, len(rows), BLOCK)
            for start in range(first if upper else 0, self.n, BLOCK)
        ]

        def above(block: tuple[Ints, slice]) -> Found:
            some, columns = block
            scores = self.solver.weights.float32_block(some, columns)
            scores -= own[some, None]
            i, j = np.nonzero(scores > own[None, columns])
            apart = some[i] != j + columns.start
            return function(some[i[apart]], (j[apart] + columns.start).astype(np.int32))

        return in_threads(above, blocks)

    def _pairs_by_exact_blocks(self) -> tuple[Ints, Ints]:
        """Compare all exact weights with the duals: where ties leave float32 undecided."""
        duals = self.matcher.vertex_duals()[: self.n] - self.solver.bonus
        duals[[v for v in self.without if v < self.n]] = np.iinfo(np.int64).max // 4

        def short(block: tuple[slice, slice]) -> tuple[Ints, Ints]:
            rows, columns = block
            weights = self.solver.weights.weights(rows, columns)
            low = duals[rows, None] + duals[None, columns] < 2 * np.maximum(weights, _NO_WEIGHT)
            i, j = np.nonzero(low)
            i, j = i + rows.start, j + columns.start
            return i[i < j].astype(np.int32), j[i < j].astype(np.int32)

        found = list(in_threads(short, list(upper_blocks(self.n, BLOCK))))
        first, second = (np.concatenate(ends) for ends in zip(*found, strict=True))
        return first, second

    def _choose(self, violated: Violated) -> tuple[Ints, Ints, Units]:
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
        solver = self.solver
        raised = np.zeros(self.n, dtype=np.int64)
        keys = solver.ceiling if violated is None else solver.threshold
        if violated is not None:
            for end in (violated.i, violated.j):
                np.maximum.at(raised, end, (violated.short + 1) // 2)
        if violated is None or self.pairs_below(self._moved()) is None:
            beyond = np.maximum(keys, -2.0).astype(np.float64) + solver.error
            need = (beyond / 2 - self._moved()) * (2 / solver.weights.step)
            raised = np.maximum(raised, np.ceil(need).astype(np.int64) + 2)
        return np.maximum(raised, 0)

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
    missed = violated.short > 0
    return 1.0 - len(np.union1d(violated.i[missed], violated.j[missed])) / max(n, 1)


def _as_they_are(i: Ints, j: Ints) -> tuple[Ints, Ints]:
    return i, j


def _no_pairs() -> tuple[Ints, Ints, Units]:
    none = np.zeros(0, dtype=np.int32)
    return none, none, np.zeros(0, dtype=np.int64)
