"""`social_golfer`: rounds of groups in which nobody meets anybody twice, if that can be."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from pairwise import _kernel
from pairwise.errors import InvalidInput
from pairwise.matching.golfers.answer import GolferSchedule
from pairwise.matching.golfers.designs import (
    known,
    most_rounds,
    pair_classes,
    repeats,
    turned,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

_SEEDS = 3
_MOST_TURNED = 128


def social_golfer(
    n: int,
    size: int,
    rounds: int | None = None,
    *,
    met: ArrayLike | None = None,
    moves: int = 20_000,
    time_limit: float | None = None,
    seed: int = 0,
) -> GolferSchedule:
    """Return rounds of groups of `size` in which as few pairs as possible meet again.

    Parameters
    ----------
    n : int
        People, >= 2. Where `size` does not divide n, sizes are as even as possible.
    size : int
        People a group, >= 2.
    rounds : int, optional
        How many; as many as are found without a repeat if None.
    met : int array (n, n), optional
        How often two have met before; symmetric. Those meetings count.
    moves : int
        Budget of each search.
    time_limit : float, optional
        Seconds; the best schedule so far is returned.
    seed : int
        Of all that is random.

    Returns
    -------
    GolferSchedule

    Raises
    ------
    InvalidInput
        Arguments that no schedule can have.

    Notes
    -----
    First designs: the circle method for pairs, the lines of a finite field where the number of
    groups is a prime power not below the size [bose1938]_, and ten rounds of eight fours. Then
    schedules that a turn of the people maps to themselves: a few rounds are searched whose
    differences all differ, the others are their images. Last, a tabu search over whole schedules
    [dotu2007]_. People who never meet can be taken out of a design, so uneven sizes use them too.

    Examples
    --------
    >>> from pairwise import matching
    >>> found = matching.social_golfer(32, 4)
    >>> len(found.rounds), found.repeats, found.most_rounds
    (10, 0, 10)
    >>> found.verify()
    """
    _check(n, size, rounds, moves)
    solver = _Solver(n, size, _history(met, n), moves, time_limit, seed)
    return solver.longest() if rounds is None else solver.solve(rounds)


class _Solver:
    """One call of `social_golfer`."""

    def __init__(
        self,
        n: int,
        size: int,
        met: NDArray[np.int32] | None,
        moves: int,
        time_limit: float | None,
        seed: int,
    ) -> None:
        self.n, self.met, self.moves, self.seed = n, met, moves, seed
        groups = max(1, int(n / size + 0.5))
        groups -= n // groups < 2
        self.sizes = [n // groups + (g < n % groups) for g in range(groups)]
        self.full = max(self.sizes) * groups
        self.most = most_rounds(n, self.sizes)
        self.deadline = None if time_limit is None else time.monotonic() + time_limit
        self.complete = True

    def longest(self) -> GolferSchedule:
        """Return the most rounds that are found without a repeat, at least one."""
        best = self._answer(self._searched(1), "search")
        for rounds in range(self.most, 1, -1):
            found = self._prefix(self.solve(rounds, 0.3))
            best = max(best, found, key=lambda schedule: len(schedule.label))
            if len(best.label) >= rounds:
                break
        return best

    def _prefix(self, found: GolferSchedule) -> GolferSchedule:
        """Keep the rounds before the first repeat, at least one."""
        whole = range(len(found.label), 1, -1)
        kept = next((k for k in whole if not repeats(found.label[:k], self.met)), 1)
        return self._answer(found.label[:kept], found.method)

    def solve(self, rounds: int, share: float = 1.0) -> GolferSchedule:
        """Return the first schedule without repeats that a method makes, or the search's best."""
        for method, label in self._candidates(rounds, share):
            best = self._answer(label, method)
            if not best.repeats:
                return best
        return best

    def _candidates(self, rounds: int, share: float) -> Iterator[tuple[str, NDArray[np.int32]]]:
        """Yield schedules, the surest method first; the last one always comes."""
        if self.met is None and rounds <= self.most:
            design = self._fitted(known(len(self.sizes), max(self.sizes)), rounds)
            if design is not None:
                yield "design", design
            if self.full <= _MOST_TURNED:
                yield from (("symmetry", label) for label in self._symmetric(rounds))
        yield "search", self._searched(rounds, share)

    def _fitted(self, design: NDArray[np.int32] | None, rounds: int) -> NDArray[np.int32] | None:
        """Cut a schedule of full groups to these rounds and people."""
        if design is None or len(design) < rounds:
            return None
        design = design[:rounds]
        return design if self.full == self.n else without(design, self.full - self.n)

    def _symmetric(self, rounds: int) -> Iterator[NDArray[np.int32]]:
        """Yield schedules that a turn of the people maps to themselves, longest turns first."""
        groups, size = len(self.sizes), max(self.sizes)
        most = most_rounds(self.full, [size] * groups)
        for turns in range(rounds + 1, 2, -1):
            base = -(-rounds // turns)
            if turns * base > min(most, rounds + 1) or self.full % turns > max(2, groups // 3):
                continue
            for again in range(_SEEDS):
                found = self._fitted(self._turned(turns, base, again), rounds)
                if found is not None:
                    yield found
                    break

    def _turned(self, turns: int, base: int, again: int) -> NDArray[np.int32] | None:
        """Search `base` rounds whose images under the turn have no repeats; None: none found."""
        orbits, fixed = divmod(self.full, turns)
        classes, met = pair_classes(turns, orbits, fixed)
        sizes = [max(self.sizes)] * len(self.sizes)
        seed = self.seed % 2**31 + again
        label, repeated, _, _ = _kernel.search_schedule(
            classes, met, sizes, base, self.moves, seed, self.left(0.3)
        )
        return None if repeated else turned(label.reshape(base, self.full), turns, orbits)

    def _searched(self, rounds: int, share: float = 1.0) -> NDArray[np.int32]:
        n = self.n
        classes = np.zeros((n, n), dtype=np.int32)
        upper = np.triu_indices(n, 1)
        classes[upper] = np.arange(len(upper[0]))
        met = np.zeros(max(len(upper[0]), 1), dtype=np.int32)
        if self.met is not None:
            met[: len(upper[0])] = self.met[upper]
        label, _, _, complete = _kernel.search_schedule(
            classes + classes.T,
            met,
            self.sizes,
            rounds,
            self.moves,
            self.seed % 2**31,
            self.left(share),
        )
        self.complete &= complete
        shaped: NDArray[np.int32] = label.reshape(rounds, n)
        return shaped

    def _answer(self, label: NDArray[np.int32], method: str) -> GolferSchedule:
        return GolferSchedule(
            label,
            repeats(label, self.met),
            self.most,
            method,
            self.complete,
            tuple(self.sizes),
            self.met,
        )

    def left(self, share: float = 1.0) -> float | None:
        """Return a share of the seconds left, None without a limit."""
        if self.deadline is None:
            return None
        return max(0.0, self.deadline - time.monotonic()) * share


def _check(n: int, size: int, rounds: int | None, moves: int) -> None:
    if n < 2 or not 2 <= size <= n:
        raise InvalidInput(f"n={n!r}, size={size!r}: must be 2 <= size <= n")
    if rounds is not None and rounds < 1:
        raise InvalidInput(f"rounds={rounds!r}: must be >= 1, or None for as many as there are")
    if moves < 0:
        raise InvalidInput(f"moves={moves!r}: must be >= 0")


def _history(met: ArrayLike | None, n: int) -> NDArray[np.int32] | None:
    if met is None:
        return None
    array = np.asarray(met)
    if array.shape != (n, n) or array.dtype.kind not in "bui":
        raise InvalidInput(
            f"met: must be whole counts of shape ({n}, {n}), has {array.dtype} {array.shape}"
        )
    if (array < 0).any() or not np.array_equal(array, array.T):
        raise InvalidInput("met: must be symmetric counts >= 0")
    return array.astype(np.int32)
