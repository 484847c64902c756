"""Pricing: the pairs that duals do not cover, found by as few looks at all pairs as will do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from pairwise import _kernel
from pairwise.matching.certificate import NOT_ALLOWED, upper_blocks
from pairwise.matching.pricing.passes import in_threads
from pairwise.matching.pricing.potentials import Family, Potentials
from pairwise.matching.pricing.weights import BLOCK, Ints, Units, Violated, each_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from pairwise.matching.clock import Clock
    from pairwise.matching.pricing.anchor import Movement
    from pairwise.matching.pricing.solver import PricingPairSolver

Found = TypeVar("Found")

_SUSPECTS = 64  # a row with more pairs to look at, or more than this share, is scored as a whole
_SUSPECT_SHARE = 128
_HEAVY_SHARE = 0.125  # of all rows; with more, all pairs are looked at again
_FEW = 1 / 64  # of all people
_UNDECIDED = 400  # pairs per person that float32 may leave open; with more, exact blocks are faster
_MISSED = 16  # pairs per person that are not covered; with more, the best of everybody are faster
_NO_WEIGHT = -(1 << 60)
_FAR = 1e6  # the dual of somebody left aside: no pair can beat it


@dataclass
class Pricer:
    """Finds pairs that duals do not cover.

    Attributes
    ----------
    solver : PricingPairSolver
        Whose anchor tells which pairs need a look; a new look at all pairs renews it.
    without : list of int
        People left aside.
    forbidden : tuple of pairs
    near : bool
        Whether the last look at all pairs found that few people are missed.
    """

    solver: PricingPairSolver
    without: list[int]
    forbidden: tuple[tuple[int, int], ...] = ()
    near: bool = False

    @property
    def n(self) -> int:
        """Number of people."""
        return self.solver.weights.n

    def price(self, matcher: _kernel.Matcher, clock: Clock, *, thorough: bool) -> Violated:
        """Return kept pairs that are not covered, or where there are none, all others that are not.

        Only if it is thorough all pairs may be looked at for that, and then the answer is complete
        unless it names some or time runs out. Such looks renew the anchor until one finds that few
        people are missed. Later ones only ask which pairs are not covered: that is faster.
        """
        now = Family(*matcher.duals())
        matcher.shortfall(*_no_pairs())  # makes what threads share before they start
        violated = self._from_anchor(matcher, now)
        if violated.tells or not thorough or clock.left() == 0.0:
            return violated
        found = self._anywhere(matcher, now, clock) if self.near else None
        if found is not None:
            return found
        if not self.solver.look_again(self.potentials(now), now, clock):
            return violated
        violated = self._from_anchor(matcher, now)
        self.near = len(np.union1d(violated.i, violated.j)) < _FEW * self.n
        if violated.tells:
            return violated
        return self._anywhere(matcher, now, clock) or self._by_exact_blocks(matcher, now)

    def _from_anchor(self, matcher: _kernel.Matcher, now: Family) -> Violated:
        movement = self.movement(now)
        kept = self._violated(matcher, *self._kept(matcher, movement))
        if len(kept.i):
            return kept._replace(complete=False)
        others = self._others(matcher, now, movement)
        return kept._replace(complete=False) if others is None else others

    def others(self, matcher: _kernel.Matcher) -> Violated | None:
        """Return pairs outside the kept ones that are not covered; None if too many need a look."""
        now = Family(*matcher.duals())
        return self._others(matcher, now, self.movement(now))

    def _others(self, matcher: _kernel.Matcher, now: Family, movement: Movement) -> Violated | None:
        def missed(i: Ints, j: Ints) -> Violated:
            return self._violated(matcher, i, j)

        found = self._outside(movement, now, missed)
        return None if found is None else all_of(found)

    # -- what duals say

    def movement(self, now: Family) -> Movement:
        """Return how duals stand to the anchor."""
        return self.solver.anchor.movement(self._own(now), now, self._unit)

    def potentials(self, now: Family) -> Potentials:
        """Return duals as potentials."""
        own = self._own(now)
        own[self.without] = 1.0
        return now.potentials(own, self._unit)

    @property
    def _unit(self) -> float:
        return self.solver.weights.step / 2

    def _own(self, now: Family) -> NDArray[np.float64]:
        """Return duals of people less the bonus, in score units."""
        own = (now.duals[: self.n] - self.solver.bonus).astype(np.float64)
        own *= self._unit
        own[self.without] = _FAR
        return own

    # -- which pairs

    def pairs_below(self, now: Family) -> tuple[Ints, Ints]:
        """Return all pairs that duals may not cover."""
        movement = self.movement(now)
        others = self._outside(movement, now, _as_they_are)
        if others is None:
            return _joined(self._of_rows(self._everybody, now, _as_they_are, upper=True))
        kept = ((i, j) for i, j, _ in self.solver.anchor.kept(movement))
        return _joined([*others, *kept])

    @property
    def _everybody(self) -> Ints:
        return np.arange(self.n, dtype=np.int32)

    def _kept(self, matcher: _kernel.Matcher, movement: Movement) -> tuple[Ints, Ints]:
        """Return the kept pairs that are not covered if weights are what keys say at most."""
        found = []
        for i, j, most in self.solver.anchor.kept(movement):
            weight = np.ceil(most / self.solver.weights.step).astype(np.int64)
            short = matcher.shortfall(i, j, weight + self.solver.bonus) > 0
            found.append((i[short], j[short]))
        return each_once(*_joined(found), self.n)

    def _outside(
        self, movement: Movement, now: Family, function: Callable[[Ints, Ints], Found]
    ) -> list[Found] | None:
        """Return what becomes of pairs outside the kept ones that duals may not cover.

        None if they are too many.
        """
        most = max(_SUSPECTS, self.n // _SUSPECT_SHARE)
        i, j, heavy = self.solver.anchor.outside(movement, most)
        if len(heavy) > _HEAVY_SHARE * self.n:
            return None
        return [function(i, j), *self._of_rows(heavy, now, function)]

    def _of_rows(
        self,
        rows: Ints,
        now: Family,
        function: Callable[[Ints, Ints], Found],
        *,
        upper: bool = False,
    ) -> Iterator[Found]:
        """Score whole rows; yield what becomes of pairs whose score may beat the duals of both."""
        potentials = self.potentials(now)
        sets = potentials.of_sets()
        floor = potentials.own - np.float32(potentials.error(self.solver.weights.error32) / 2)
        floor[self.without] = _FAR
        blocks = [
            (rows[first : first + BLOCK], slice(start, min(start + BLOCK, self.n)))
            for first in range(0, len(rows), BLOCK)
            for start in range(first if upper else 0, self.n, BLOCK)
        ]

        def above(block: tuple[Ints, slice]) -> Found:
            some, columns = block
            scores = self.solver.weights.float32_block(some, columns)
            return function(*_kernel.uncovered(scores, some, columns.start, floor, sets, upper))

        return in_threads(above, blocks)

    # -- which of them exactly

    def _violated(self, matcher: _kernel.Matcher, i: Ints, j: Ints) -> Violated:
        """Return those of the pairs that the duals do not cover, exactly."""
        w = self.solver.weigh(i, j)
        w[self._is_forbidden(i, j)] = NOT_ALLOWED
        i, j, w = i[w != NOT_ALLOWED], j[w != NOT_ALLOWED], w[w != NOT_ALLOWED]
        short = matcher.shortfall(i, j, w + self.solver.bonus)
        missed = short > 0
        return Violated(i[missed], j[missed], w[missed], short[missed])

    def _is_forbidden(self, i: Ints, j: Ints) -> NDArray[np.bool_]:
        apart = np.zeros(len(i), dtype=np.bool_)
        for a, b in self.forbidden:
            apart |= ((i == a) & (j == b)) | ((i == b) & (j == a))
        return apart

    def _anywhere(self, matcher: _kernel.Matcher, now: Family, clock: Clock) -> Violated | None:
        """Look at all pairs for those that are not covered; None if they are many.

        Ties may leave so many pairs open that exact blocks are faster.
        """

        def missed(i: Ints, j: Ints) -> tuple[int, Violated]:
            return len(i), self._violated(matcher, i, j)

        found, undecided, many = [], 0, 0
        for count, violated in self._of_rows(self._everybody, now, missed, upper=True):
            found.append(violated)
            undecided += count
            many += len(violated.i)
            if clock.left() == 0.0:
                return all_of(found)._replace(complete=False)
            if many > self.n * _MISSED:
                return None
            if undecided > self.n * _UNDECIDED:
                return self._by_exact_blocks(matcher, now)
        return all_of(found)

    def _by_exact_blocks(self, matcher: _kernel.Matcher, now: Family) -> Violated:
        """Compare all exact weights with the duals: where ties leave float32 undecided."""
        duals = now.duals[: self.n] - self.solver.bonus
        duals[self.without] = np.iinfo(np.int64).max // 4

        def short(block: tuple[slice, slice]) -> Violated:
            rows, columns = block
            weights = self.solver.weights.weights(rows, columns)
            low = duals[rows, None] + duals[None, columns] < 2 * np.maximum(weights, _NO_WEIGHT)
            i, j = (place.astype(np.int32) for place in np.nonzero(low))
            i, j = i + np.int32(rows.start), j + np.int32(columns.start)
            return self._violated(matcher, i[i < j], j[i < j])

        return all_of(list(in_threads(short, list(upper_blocks(self.n, BLOCK)))))


def _as_they_are(i: Ints, j: Ints) -> tuple[Ints, Ints]:
    return i, j


def _joined(found: Iterable[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    first, second = (np.concatenate(ends) for ends in zip(*found, strict=True))
    return first, second


def all_of(found: Sequence[Violated]) -> Violated:
    """Return what all looks found together."""
    i, j, weight, short = (np.concatenate(part) for part in list(zip(*found, strict=True))[:4])
    return Violated(i, j, weight, short)


def _no_pairs() -> tuple[Ints, Ints, Units]:
    none = np.zeros(0, dtype=np.int32)
    return none, none, np.zeros(0, dtype=np.int64)
