"""Exact matching of many people whose weights are never all in memory.

Scores are computed block by block. One pass over all pairs keeps the best few partners of
everybody; the blossom search solves on those; its duals then price all other pairs: a pair can
help only if its weight beats the duals of both. Most pairs are ruled out by two numbers a
person, the largest key outside the kept ones and how far the dual has moved since, so that
later rounds look at few pairs or none. The idea is column generation [applegate1993]_.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pairwise import _kernel
from pairwise.matching.certificate import NOT_ALLOWED, Certificate, upper_blocks
from pairwise.matching.pair_solver import PricedAnswer

Ints = NDArray[np.int32]
Units = NDArray[np.int64]
Floats = NDArray[np.float32]
Edges = tuple[Ints, Ints, Units]
Progress = Callable[[str, float], None]

_BLOCK = 1024
_TASKS = 8  # a fixed number, so that the answer does not depend on the number of workers
_SLOTS = 32  # pairs kept for everybody
_PARTNERS = 10  # of those, pairs the search begins with
_ADDED = 4  # violated pairs that a person adds in a round
_SUSPECTS = 1024  # a row with more pairs to look at is scored as a whole
_HEAVY_SHARE = 0.125  # of all rows; with more, all pairs are looked at again
_FEW_CHANGES = 0.25  # new pairs per person; with more, starting afresh is faster than repairing
_COMPLETE = 64  # so many left-out people get all pairs among themselves
_CHUNK = 1 << 17  # pairs weighed at once
_NO_WEIGHT = -(1 << 60)
_FAR = 1e6  # the dual of somebody left aside: no pair can beat it


class PairWeights(Protocol):
    """Weights of all pairs of n people, given by blocks."""

    @property
    def n(self) -> int:
        """Number of people."""

    @property
    def step(self) -> float:
        """Score units of one integer unit."""

    @property
    def error32(self) -> float:
        """Bound on the error of `float32_block`, in score units."""

    def float32_block(self, rows: Any, cols: Any) -> Floats:
        """Scores in [0, 1] within `error32`; -inf where a pair is not allowed."""

    def weights(self, rows: Any, cols: Any) -> Units:
        """Exact weights in whole units; NOT_ALLOWED where a pair is not allowed."""

    def weights_pairs(self, i: Any, j: Any) -> Units:
        """Exact weights of the pairs (i[k], j[k]); NOT_ALLOWED where not allowed."""


class Violated(NamedTuple):
    """Pairs (i, j) that duals do not cover, with their weights and by how much they fall short."""

    i: Ints
    j: Ints
    weight: Units
    short: Units


class PricingPairSolver:
    """Solves by pricing; keeps matcher and candidates for what-ifs. A `PairSolver`.

    Parameters
    ----------
    weights : PairWeights
        Weights in [0, 1] score units.
    executor : concurrent.futures.Executor, optional
        Where blocks are scored; by default a thread on each core. Answers do not depend on it.
    target_gap : float
        Stop when (bound - weight) / bound is proven to be at most this.
    progress : function of (stage, share done), optional

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
        self.executor = executor
        self.target_gap = target_gap
        self.progress = progress or (lambda _stage, _share: None)
        n, most = weights.n, round(2 / weights.step)
        self.bonus = (most + 1) * (n // 2 + 1) + 1
        self.bye = 0 if n % 2 else None
        self.potential = np.zeros(n, dtype=np.float32)
        self.passes = 0

    def solve(self, time_limit: float | None = None) -> PricedAnswer:
        """Solve from scratch."""
        clock = _Clock(time_limit)
        self._look_at_all_pairs()
        self.edges = self._candidates()
        self.matcher = self._fresh_matcher(clock)
        run = _Run(self, self.matcher, clock)
        answer = run.finish(restart=True)
        self.matcher = run.matcher
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
        return _Run(self, matcher, _Clock(time_limit), tuple(people), tuple(pairs)).finish()

    def near_pairs(self, limit: int) -> tuple[Ints, Ints, Units, Units]:
        """Return pairs of little slack; see `PairSolver`."""
        run = _Run(self, self.matcher, _Clock(None))
        slack = limit * self.weights.step / 2
        i, j = _each_once(*(run.pairs_below(slack) or run.all_pairs_below(slack)), self.weights.n)
        w = self.weigh(i, j)
        i, j, w = i[w != NOT_ALLOWED], j[w != NOT_ALLOWED], w[w != NOT_ALLOWED]
        duals, parents, sets = self.matcher.duals()
        common = _kernel.common_dual(parents, sets, i, j)
        slack = duals[i] + duals[j] + common - 2 * (w + self.bonus)
        near = 3 * slack - common <= 3 * limit
        return i[near], j[near], slack[near], common[near]

    def weigh(self, i: Ints, j: Ints) -> Units:
        """Return exact weights of pairs, a chunk at a time."""
        parts = [slice(k, k + _CHUNK) for k in range(0, len(i), _CHUNK)]
        found = [self.weights.weights_pairs(i[part], j[part]) for part in parts]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def look_again(self, potential: Floats) -> None:
        """Pass over all pairs once more, measured against better potentials."""
        self.potential = potential
        self._look_at_all_pairs()

    def restart(self, u: Ints, v: Ints, w: Units, clock: _Clock) -> _kernel.Matcher | None:
        """Remember further edges; return a fresh matcher if they are too many to repair."""
        self.edges.append((u, v, w))
        if len(u) <= self.weights.n * _FEW_CHANGES:
            return None
        return self._fresh_matcher(clock)

    # -- candidates

    def _look_at_all_pairs(self) -> None:
        """Keep the best few pairs of everybody, measured by score less both potentials."""
        blocks = list(upper_blocks(self.weights.n, _BLOCK))
        pool = _kernel.CandidatePool(self.weights.n, _SLOTS)
        with _one_blas_thread(), _workers(self.executor, self.weights.n) as submit:
            tasks = [
                submit(_collect, self.weights, self.potential, blocks[first::_TASKS])
                for first in range(min(_TASKS, len(blocks)))
            ]
            count = len(tasks)
            while tasks:  # each result is let go once merged
                pool.merge(*tasks.pop(0).result())
                self.progress("score", 1 - len(tasks) / count)
        self.keys, self.partners = pool.keys(), pool.partners()
        largest = float(np.abs(self.potential).max(initial=0.0))
        self.error = self.weights.error32 + (1 + largest) * 2.0**-20
        self.passes += 1

    def _candidates(self) -> list[Edges]:
        """Return the edges that the search begins with."""
        n = self.weights.n
        first = self.partners[:, :_PARTNERS]
        i, slot = np.nonzero(first >= 0)
        u, v = _each_once(i.astype(np.int32), first[i, slot], n)
        edges = self._with_left_out([(u, v, self.weigh(u, v))])
        if self.bye is not None:
            everybody = np.arange(n, dtype=np.int32)
            edges.append((everybody, np.full_like(everybody, n), np.full(n, self.bye)))
        return edges

    def _fresh_matcher(self, clock: _Clock) -> _kernel.Matcher:
        u, v, w = (np.concatenate(parts) for parts in zip(*self.edges, strict=True))
        matcher = _kernel.Matcher(self.weights.n + self.weights.n % 2)
        matcher.load(u, v, w + self.bonus, clock.left())
        return matcher

    def _with_left_out(self, edges: list[Edges]) -> list[Edges]:
        """Give people whom hubs leave over pairs among themselves, until nobody is left over."""
        n = self.weights.n
        left = np.arange(n, dtype=np.int32)
        while True:
            u, v, w = edges[-1]
            local = np.full(n, -1, dtype=np.int32)
            local[left] = np.arange(len(left), dtype=np.int32)
            mate = _kernel.greedy_mates(len(left), local[u], local[v], w)
            rest = left[mate < 0]
            if len(rest) < 2 or (len(edges) > 1 and len(rest) == len(left)):
                return edges
            left = rest
            u, v = self._best_among(left, len(left) if len(left) <= _COMPLETE else _PARTNERS // 2)
            edges.append((u, v, self.weigh(u, v)))

    def _best_among(self, people: Ints, slots: int) -> tuple[Ints, Ints]:
        pool = _kernel.CandidatePool(len(people), slots)
        flat = np.zeros(len(people), dtype=np.float32)
        for rows, columns in upper_blocks(len(people), _BLOCK):
            block = self.weights.float32_block(people[rows], people[columns])
            pool.offer_block(block, rows.start, columns.start, flat)
        partners = pool.partners()
        i, slot = np.nonzero(partners >= 0)
        return people[i], people[partners[i, slot]]


@dataclass
class _Run:
    """One optimisation: solve on the candidates, price, add what they miss, repeat."""

    solver: PricingPairSolver
    matcher: _kernel.Matcher
    clock: _Clock
    without: tuple[int, ...] = ()
    forbidden: tuple[tuple[int, int], ...] = ()

    def finish(self, *, restart: bool = False) -> PricedAnswer:
        rounds = 0
        while True:
            running = self.matcher.solve(self.clock.left())
            rounds += 1
            violated = self._price() if running else None
            self.solver.progress("price", 1.0 if violated is None else _settled(violated, self.n))
            if violated is not None and len(violated.i) == 0:
                return self._answer(rounds, None)
            if violated is None or self._good_enough(violated):
                return self._answer(rounds, self._raise(violated))
            self._add(*self._choose(violated), restart=restart)

    @property
    def n(self) -> int:
        return self.solver.weights.n

    def _add(self, u: Ints, v: Ints, w: Units, *, restart: bool) -> None:
        fresh = self.solver.restart(u, v, w, self.clock) if restart else None
        if fresh is not None:
            self.matcher = fresh
        else:
            self.matcher.add_edges(u, v, w + self.solver.bonus)

    # -- pricing

    def _moved(self) -> NDArray[np.float64]:
        """How far each dual lies above the potential, in score units."""
        solver = self.solver
        duals = self.matcher.vertex_duals()[: self.n]
        own = (duals - solver.bonus).astype(np.float64) * (solver.weights.step / 2)
        own[[v for v in self.without if v < self.n]] = _FAR
        moved: NDArray[np.float64] = own - solver.potential
        return moved

    def _price(self) -> Violated | None:
        """Return the pairs that the duals do not cover; None if time ran out before that."""
        pairs = self.pairs_below(0.0)
        if pairs is None:
            if self.clock.left() == 0.0:
                return None
            own = self._moved() + self.solver.potential
            self.solver.look_again(np.where(own < _FAR / 2, own, 1.0).astype(np.float32))
            pairs = self.pairs_below(0.0)
        if pairs is None:
            violated = self._violated(*self._pairs_kept(self._moved()))
            return violated if len(violated.i) else self._violated(*self._pairs_by_exact_blocks())
        return self._violated(*pairs)

    def _violated(self, i: Ints, j: Ints) -> Violated:
        """Return those of the pairs that the duals do not cover, exactly."""
        w = self.solver.weigh(i, j)
        w[self._is_forbidden(i, j)] = NOT_ALLOWED
        i, j, w = i[w != NOT_ALLOWED], j[w != NOT_ALLOWED], w[w != NOT_ALLOWED]
        short = self.matcher.shortfall(i, j, w + self.solver.bonus)
        return Violated(i[short > 0], j[short > 0], w[short > 0], short[short > 0])

    def _is_forbidden(self, i: Ints, j: Ints) -> NDArray[np.bool_]:
        apart = np.zeros(len(i), dtype=np.bool_)
        for a, b in self.forbidden:
            apart |= ((i == a) & (j == b)) | ((i == b) & (j == a))
        return apart

    def pairs_below(self, slack: float) -> tuple[Ints, Ints] | None:
        """Return all pairs whose slack, sets aside, may be less; None if too many for that."""
        moved = self._moved() - slack / 2
        threshold = self.solver.keys[:, -1] + np.float32(self.solver.error)
        i, j, heavy = _kernel.unpooled_suspects(threshold, moved, _SUSPECTS)
        if len(heavy) > _HEAVY_SHARE * self.n:
            return None
        found = [(i, j), self._pairs_kept(moved), *self._pairs_of_rows(heavy, moved)]
        i, j = (np.concatenate(ends) for ends in zip(*found, strict=True))
        return i, j

    def all_pairs_below(self, slack: float) -> tuple[Ints, Ints]:
        """Return all pairs whose slack, sets aside, may be less, by a pass over all pairs."""
        everybody = np.arange(self.n, dtype=np.int32)
        found = list(self._pairs_of_rows(everybody, self._moved() - slack / 2, upper=True))
        i, j = (np.concatenate(ends) for ends in zip(*found, strict=True))
        return i, j

    def _pairs_kept(self, moved: NDArray[np.float64]) -> tuple[Ints, Ints]:
        solver = self.solver
        partner = np.maximum(solver.partners, 0)
        near = moved[:, None] + moved[partner] < solver.keys + solver.error
        i, slot = np.nonzero(near & (solver.partners >= 0))
        return i.astype(np.int32), solver.partners[i, slot]

    def _pairs_of_rows(
        self, rows: Ints, moved: NDArray[np.float64], *, upper: bool = False
    ) -> Iterator[tuple[Ints, Ints]]:
        """Score whole rows, and yield the pairs whose score may beat the duals of both."""
        own = (moved + self.solver.potential - self.solver.error / 2).astype(np.float32)
        for first in range(0, len(rows), _BLOCK):
            some = rows[first : first + _BLOCK]
            for start in range(first if upper else 0, self.n, _BLOCK):
                columns = slice(start, min(start + _BLOCK, self.n))
                block = self.solver.weights.float32_block(some, columns)
                i, j = np.nonzero(block - own[some, None] > own[None, columns])
                apart = some[i] != j + start
                yield some[i[apart]], (j[apart] + start).astype(np.int32)

    def _pairs_by_exact_blocks(self) -> tuple[Ints, Ints]:
        """Compare all exact weights with the duals: where ties leave float32 undecided."""
        duals = self.matcher.vertex_duals()[: self.n] - self.solver.bonus
        duals[[v for v in self.without if v < self.n]] = np.iinfo(np.int64).max // 4
        found = [(np.zeros(0, dtype=np.int32),) * 2]
        for rows, columns in upper_blocks(self.n, _BLOCK):
            weights = self.solver.weights.weights(rows, columns)
            low = duals[rows, None] + duals[None, columns] < 2 * np.maximum(weights, _NO_WEIGHT)
            i, j = np.nonzero(low)
            i, j = i + rows.start, j + columns.start
            found.append((i[i < j].astype(np.int32), j[i < j].astype(np.int32)))
        first, second = (np.concatenate(ends) for ends in zip(*found, strict=True))
        return first, second

    def _choose(self, violated: Violated) -> tuple[Ints, Ints, Units]:
        """Return the most violated pairs, a few for each person."""
        order = np.lexsort((violated.j, violated.i, -violated.short))
        i, j, w = violated.i[order], violated.j[order], violated.weight[order]
        keep = (_rank(i) < _ADDED) | (_rank(j) < _ADDED)
        return i[keep], j[keep], w[keep]

    # -- answers

    def _raise(self, violated: Violated | None) -> Units:
        """Return what added to the duals of people makes them feasible for all pairs.

        Half of the worst violation at both ends covers the violated pairs that are known; a pair
        outside the kept ones is at most the mean of both thresholds.
        """
        solver = self.solver
        raised = np.zeros(self.n, dtype=np.int64)
        slot = 0 if violated is None else -1
        if violated is not None:
            for end in (violated.i, violated.j):
                np.maximum.at(raised, end, (violated.short + 1) // 2)
        if violated is None or self.pairs_below(0.0) is None:
            beyond = np.maximum(solver.keys[:, slot], -2.0).astype(np.float64) + solver.error
            need = (beyond / 2 - self._moved()) * (2 / solver.weights.step)
            raised = np.maximum(raised, np.ceil(need).astype(np.int64) + 2)
        return np.maximum(raised, 0)

    def _certificate(self, raised: Units | None) -> Certificate:
        solver = self.solver
        duals, parents, sets = self.matcher.duals()
        if raised is not None:
            duals[: self.n] += raised
        return Certificate(
            duals, parents, sets, solver.bonus, solver.bye, solver.weights.step, self.without
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
        value, bound = self._value_and_bound(mate, certificate)
        return PricedAnswer(mate, certificate, bound == value, rounds, self.solver.passes)


class _Clock:
    """Seconds left of a time limit; None is no limit."""

    def __init__(self, time_limit: float | None) -> None:
        self._end = None if time_limit is None else time.monotonic() + time_limit

    def left(self) -> float | None:
        return None if self._end is None else max(0.0, self._end - time.monotonic())


def _settled(violated: Violated, n: int) -> float:
    """Share of people who are in no violated pair."""
    return 1.0 - len(np.union1d(violated.i, violated.j)) / max(n, 1)


def _each_once(i: Ints, j: Ints, n: int) -> tuple[Ints, Ints]:
    """Return every pair once, smaller end first, ascending."""
    pairs = np.unique(np.minimum(i, j).astype(np.int64) * n + np.maximum(i, j))
    return (pairs // n).astype(np.int32), (pairs % n).astype(np.int32)


def _collect(
    weights: PairWeights, potential: Floats, blocks: list[tuple[slice, slice]]
) -> tuple[Floats, Ints]:
    """Keep the best pairs of everybody over some blocks: the unit of work of an executor."""
    pool = _kernel.CandidatePool(weights.n, _SLOTS)
    for rows, columns in blocks:
        block = weights.float32_block(rows, columns)
        pool.offer_block(block, rows.start, columns.start, potential)
    return pool.keys(), pool.partners()


@contextmanager
def _workers(executor: Executor | None, n: int) -> Iterator[Callable[..., Future[Any]]]:
    """Yield the executor's submit; without an executor, that of a thread on each core."""
    if executor is not None:
        yield executor.submit
        return
    workers = 1 if n <= 2 * _BLOCK else os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as own:
        yield own.submit


def _one_blas_thread() -> Any:
    """Limit matrix products to one thread each while blocks run side by side."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, user_api="blas")


def _rank(values: Ints) -> NDArray[np.int64]:
    """For each entry, how many equal entries stand before it."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, len(ordered)])
    rank = np.empty(len(values), dtype=np.int64)
    rank[order] = np.arange(len(values)) - np.repeat(starts, lengths)
    return rank
