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
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pairwise import _kernel
from pairwise.matching.certificate import NOT_ALLOWED, Certificate, upper_blocks

Ints = NDArray[np.int32]
Units = NDArray[np.int64]
Floats = NDArray[np.float32]
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

    def weights_pairs(self, i: Any, j: Any) -> Units:
        """Exact weights of the pairs (i[k], j[k]); NOT_ALLOWED where not allowed."""


@dataclass(frozen=True)
class PricedAnswer:
    """A matching of `PairWeights` with the duals that bound it.

    Attributes
    ----------
    mate : int array (n,)
        Partner of each person, -1 if alone.
    certificate : Certificate
        Feasible for all allowed pairs.
    optimal : bool
        Whether the duals prove the matching optimal.
    rounds : int
        Number of pricing rounds.
    passes : int
        Number of passes over all pairs.
    """

    mate: Ints
    certificate: Certificate
    optimal: bool
    rounds: int
    passes: int


class Violated(NamedTuple):
    """Pairs (i, j) that duals do not cover, with their weights and by how much they fall short."""

    i: Ints
    j: Ints
    weight: Units
    short: Units


def solve_by_pricing(
    weights: PairWeights,
    *,
    executor: Executor | None = None,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> PricedAnswer:
    """Return the matching of most pairs and, among those, of most weight.

    Parameters
    ----------
    weights : PairWeights
        Weights in [0, 1] score units.
    executor : concurrent.futures.Executor, optional
        Where blocks are scored; by default a thread on each core. The answer does not depend on it.
    target_gap : float
        Stop when (bound - weight) / bound is proven to be at most this.
    time_limit : float, optional
        Seconds after which the best matching so far is returned with its bound.
    progress : function of (stage, share done), optional

    Notes
    -----
    Cost: a pass over all pairs is n^2 / 2 scores, one or two are needed in practice; memory O(n).
    """
    return _Pricer(weights, executor, target_gap, time_limit, progress).run()


class _Pricer:
    """The state of one run: the matcher, and the pairs kept since the last pass over all pairs."""

    def __init__(
        self,
        weights: PairWeights,
        executor: Executor | None,
        target_gap: float,
        time_limit: float | None,
        progress: Progress | None,
    ) -> None:
        self.weights = weights
        self.executor = executor
        self.target_gap = target_gap
        self.deadline = None if time_limit is None else time.monotonic() + time_limit
        self.progress = progress or (lambda _stage, _share: None)
        n, most = weights.n, round(1 / weights.step)
        self.bonus = (most + 1) * (n // 2 + 1) + 1
        self.bye = 0 if n % 2 else None
        self.matcher = _kernel.Matcher(n + n % 2)
        self.potential = np.zeros(n, dtype=np.float32)
        self.passes = 0

    def run(self) -> PricedAnswer:
        self._look_at_all_pairs()
        self._load()
        rounds = 0
        while True:
            running = self.matcher.solve(self._seconds_left())
            rounds += 1
            self.progress("price", self._settled_share())
            violated = self._price() if running else None
            if violated is not None and len(violated.i) == 0:
                return self._answer(rounds, raised=None)
            if violated is None or self._good_enough(violated):
                return self._answer(rounds, raised=self._raise(violated))
            self._add(*self._choose(violated))

    def _seconds_left(self) -> float | None:
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())

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
            for done, task in enumerate(tasks, start=1):
                pool.merge(*task.result())
                self.progress("score", done / len(tasks))
        self.keys, self.partners = pool.keys(), pool.partners()
        largest = float(np.abs(self.potential).max(initial=0.0))
        self.error = self.weights.error32 + (1 + largest) * 2.0**-20
        self.passes += 1

    def _kept_pairs(self, slots: int) -> tuple[Ints, Ints]:
        """Return the pairs in the first slots of anybody, each once, smaller end first."""
        n = self.weights.n
        i = np.repeat(np.arange(n, dtype=np.int64), slots)
        j = self.partners[:, :slots].ravel().astype(np.int64)
        pairs = np.unique((np.minimum(i, j) * n + np.maximum(i, j))[j >= 0])
        return (pairs // n).astype(np.int32), (pairs % n).astype(np.int32)

    def _load(self) -> None:
        u, v = self._kept_pairs(_PARTNERS)
        w = self._weights_of(u, v)
        edges = self._with_left_out([(u, v, w)])
        if self.bye is not None:
            n = self.weights.n
            everybody = np.arange(n, dtype=np.int32)
            edges.append((everybody, np.full_like(everybody, n), np.full(n, self.bye)))
        self.edges = edges
        self._start()

    def _start(self) -> None:
        u, v, w = (np.concatenate(parts) for parts in zip(*self.edges, strict=True))
        self.matcher = _kernel.Matcher(self.weights.n + self.weights.n % 2)
        self.matcher.load(u, v, w + self.bonus, self._seconds_left())

    def _add(self, u: Ints, v: Ints, w: Units) -> None:
        self.edges.append((u, v, w))
        if len(u) > self.weights.n * _FEW_CHANGES:
            self._start()
        else:
            self.matcher.add_edges(u, v, w + self.bonus)

    def _with_left_out(self, edges: list[Any]) -> list[Any]:
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
            edges.append((u, v, self._weights_of(u, v)))

    def _best_among(self, people: Ints, slots: int) -> tuple[Ints, Ints]:
        pool = _kernel.CandidatePool(len(people), slots)
        flat = np.zeros(len(people), dtype=np.float32)
        for rows, columns in upper_blocks(len(people), _BLOCK):
            block = self.weights.float32_block(people[rows], people[columns])
            pool.offer_block(block, rows.start, columns.start, flat)
        partners = pool.partners()
        i, slot = np.nonzero(partners >= 0)
        return people[i], people[partners[i, slot]]

    # -- pricing

    def _moved(self) -> NDArray[np.float64]:
        """How far each dual lies above the potential, in score units."""
        duals = self.matcher.vertex_duals()[: self.weights.n]
        own = (duals - self.bonus).astype(np.float64) * (self.weights.step / 2)
        return own - self.potential.astype(np.float64)

    def _price(self) -> Violated | None:
        """Return the pairs that the duals do not cover; None if time ran out before that."""
        moved = self._moved()
        suspects = self._suspects(moved)
        if suspects is None:
            if self._seconds_left() == 0.0:
                return None
            self.potential = (moved + self.potential).astype(np.float32)
            self._look_at_all_pairs()
            moved = self._moved()
            suspects = self._suspects(moved)
        known = [self._suspects_kept(moved)] + ([] if suspects is None else [suspects])
        i, j = (np.concatenate(ends) for ends in zip(*known, strict=True))
        w = self._weights_of(i, j)
        allowed = w != NOT_ALLOWED
        i, j, w = i[allowed], j[allowed], w[allowed]
        short = self.matcher.shortfall(i, j, w + self.bonus)
        return Violated(i[short > 0], j[short > 0], w[short > 0], short[short > 0])

    def _weights_of(self, i: Ints, j: Ints) -> Units:
        parts = [slice(k, k + _CHUNK) for k in range(0, len(i), _CHUNK)]
        found = [self.weights.weights_pairs(i[part], j[part]) for part in parts]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def _suspects(self, moved: NDArray[np.float64]) -> tuple[Ints, Ints] | None:
        """Return pairs outside the kept ones that the duals may not cover; None if too many."""
        threshold = self.keys[:, -1] + np.float32(self.error)
        i, j, heavy = _kernel.unpooled_suspects(threshold, moved, _SUSPECTS)
        if len(heavy) > _HEAVY_SHARE * self.weights.n:
            return None
        found = [(i, j), *self._suspects_of_rows(heavy, moved)]
        i, j = (np.concatenate(ends) for ends in zip(*found, strict=True))
        return i, j

    def _suspects_of_rows(
        self, rows: Ints, moved: NDArray[np.float64]
    ) -> Iterator[tuple[Ints, Ints]]:
        """Score whole rows, and yield the pairs whose score may beat the duals of both."""
        own = (moved + self.potential - self.error / 2).astype(np.float32)
        for first in range(0, len(rows), _BLOCK):
            some = rows[first : first + _BLOCK]
            for start in range(0, self.weights.n, _BLOCK):
                columns = slice(start, min(start + _BLOCK, self.weights.n))
                block = self.weights.float32_block(some, columns)
                i, j = np.nonzero(block - own[some, None] > own[None, columns])
                apart = some[i] != j + start
                yield some[i[apart]], (j[apart] + start).astype(np.int32)

    def _suspects_kept(self, moved: NDArray[np.float64]) -> tuple[Ints, Ints]:
        partner = np.maximum(self.partners, 0)
        near = moved[:, None] + moved[partner] < self.keys + self.error
        i, slot = np.nonzero(near & (self.partners >= 0))
        return i.astype(np.int32), self.partners[i, slot]

    def _choose(self, violated: Violated) -> tuple[Ints, Ints, Units]:
        """Return the most violated pairs, a few for each person."""
        i, j, w, short = violated
        order = np.lexsort((j, i, -short))
        i, j, w = i[order], j[order], w[order]
        keep = (_rank(i) < _ADDED) | (_rank(j) < _ADDED)
        return i[keep], j[keep], w[keep]

    # -- answers

    def _settled_share(self) -> float:
        return float((self.matcher.mates() >= 0).mean())

    def _raise(self, violated: Violated | None) -> Units:
        """Return what added to the duals of people makes them feasible for all pairs.

        Half of the worst violation at both ends covers the violated pairs that are known; a pair
        outside the kept ones is at most the mean of both thresholds.
        """
        n = self.weights.n
        moved = self._moved()
        raised = np.zeros(n, dtype=np.int64)
        if violated is None:
            beyond = np.maximum(self.keys[:, 0], -2.0).astype(np.float64)
        else:
            for end in (violated.i, violated.j):
                np.maximum.at(raised, end, (violated.short + 1) // 2)
            beyond = np.maximum(self.keys[:, -1], -2.0).astype(np.float64)
        if violated is None or self._suspects(moved) is None:
            need = (beyond + self.error) / 2 - moved
            raised = np.maximum(raised, np.ceil(2 * need / self.weights.step).astype(np.int64) + 2)
        return np.maximum(raised, 0)

    def _certificate(self, raised: Units | None) -> Certificate:
        duals, parents, sets = self.matcher.duals()
        if raised is not None:
            duals[: self.weights.n] += raised
        return Certificate(duals, parents, sets, self.bonus, self.bye, self.weights.step)

    def _mates(self) -> Ints:
        mate = self.matcher.mates()[: self.weights.n]
        return np.where(mate == self.weights.n, -1, mate).astype(np.int32)

    def _value(self, mate: Ints) -> tuple[int, int]:
        first = np.flatnonzero(mate > np.arange(len(mate))).astype(np.int32)
        return int(self.weights.weights_pairs(first, mate[first]).sum()), len(first)

    def _good_enough(self, violated: Violated) -> bool:
        if self._seconds_left() == 0.0:
            return True
        if self.target_gap <= 0.0:
            return False
        value, pairs = self._value(self._mates())
        bound = self._certificate(self._raise(violated)).bound(pairs)
        return bound - value <= self.target_gap * bound

    def _answer(self, rounds: int, raised: Units | None) -> PricedAnswer:
        mate = self._mates()
        certificate = self._certificate(raised)
        value, pairs = self._value(mate)
        optimal = certificate.bound(pairs) == value
        self.progress("price", 1.0)
        return PricedAnswer(mate, certificate, optimal, rounds, self.passes)


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
