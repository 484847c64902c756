"""Round after round, an exact matching of those who have not met."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise import _kernel
from pairwise.errors import InfeasibleError, InvalidInput
from pairwise.matching.certificate import NOT_ALLOWED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Units = NDArray[np.int64]
Mask = NDArray[np.bool_]
Fixed = tuple[int, int, int]

_TRIES = 12
_PULL = 8.0  # with evenness 1: people 10% below the mean count their weights 80% more


class Schedule:
    """One season in the making: who met, who was left out, what everybody had so far.

    Parameters
    ----------
    units : int64 array (n, n)
        Symmetric; NOT_ALLOWED where two may not meet.
    present : bool array (rounds, n)
    met : bool array (n, n)
    fixed : tuple of (round, i, j)
    missed : int array (n,) or None
    evenness : float
    seed : int
    name : function of an index -> str
        What messages call a person.
    first : int
        The number of the first round in messages.
    """

    def __init__(
        self,
        units: Units,
        present: Mask,
        met: Mask,
        fixed: Sequence[Fixed],
        missed: ArrayLike | None,
        evenness: float,
        seed: int,
        name: Callable[[int], str] = str,
        first: int = 0,
    ) -> None:
        if not 0.0 <= evenness <= 1.0:
            raise InvalidInput(f"evenness={evenness!r}: must be from 0 to 1")
        self.units, self.present, self.before = units, present, met
        self.n, self.rounds = len(units), len(present)
        self.evenness, self.seed = evenness, seed
        self.missed_before = np.zeros(self.n, dtype=np.int64)
        if missed is not None:
            self.missed_before += np.asarray(missed, dtype=np.int64)
        self.fixed = _by_round(fixed, units, present, name, first)
        self.reserved = met.copy()
        for pairs in self.fixed.values():
            for i, j in pairs:
                self.reserved[i, j] = self.reserved[j, i] = True
        allowed = units[units != NOT_ALLOWED]
        self.most = int(np.abs(allowed).max(initial=1))

    def solve(self, time_limit: float | None = None) -> NDArray[np.int32]:
        """Return the partners in each round: of several tries the best by `_quality`.

        A further try is made only where a round is not as full as its people allow, or where
        being left out is not shared evenly.
        """
        deadline = None if time_limit is None else time.monotonic() + time_limit
        rng = np.random.default_rng(self.seed)
        tries = [self._play(None)]
        full = 2 * int((self.present.sum(axis=1) // 2).sum())
        while max(map(self._quality, tries))[:2] < (full, -1) and len(tries) < _TRIES:
            if deadline is not None and time.monotonic() >= deadline:
                break
            tries.append(self._circle(rng) if self._is_open() else self._play(rng))
        return max(tries, key=self._quality)

    def _quality(self, mates: NDArray[np.int32]) -> tuple[int, int, int]:
        """Return places filled, minus the spread of times left out, and weight."""
        always = self.present.all(axis=0)
        alone = self.missed_before + ((mates < 0) & self.present).sum(axis=0)
        spread = int(np.ptp(alone[always])) if always.any() else 0
        return int((mates >= 0).sum()), -max(spread, 1), pair_sum(self.units, mates)

    def _play(self, rng: np.random.Generator | None) -> NDArray[np.int32]:
        """Match round after round."""
        met, missed = self.reserved.copy(), self.missed_before.copy()
        had = np.zeros(self.n)
        played = np.zeros(self.n)
        mates = np.full((self.rounds, self.n), -1, dtype=np.int32)
        for number in range(self.rounds):
            mate = self._match(number, met, missed, self._appetite(had, played, rng))
            i = np.flatnonzero(mate >= 0)
            met[i, mate[i]] = True
            had[i] += self.units[i, mate[i]]
            here = self.present[number]
            played += here
            missed[here & (mate < 0)] += 1
            mates[number] = mate
        return mates

    def _appetite(
        self,
        had: NDArray[np.float64],
        played: NDArray[np.float64],
        rng: np.random.Generator | None,
    ) -> NDArray[np.float64]:
        """Return by how much a weight counts more for each person, 1 as a rule."""
        mean = had / np.maximum(played, 1)
        usual = max(abs(float(mean.mean())), 1.0)
        short = self.evenness * np.clip(_PULL * (usual - mean) / usual, -0.5, 1.0)
        noise = 0.0 if rng is None else 0.05 * rng.random(self.n)
        appetite: NDArray[np.float64] = 1.0 + noise + np.where(played > 0, short, 0.0)
        return appetite

    def _match(
        self, number: int, met: Mask, missed: NDArray[np.int64], appetite: NDArray[np.float64]
    ) -> NDArray[np.int32]:
        mate = np.full(self.n, -1, dtype=np.int32)
        pairs = self.fixed.get(number, [])
        for i, j in pairs:
            mate[i], mate[j] = j, i
        people = np.flatnonzero(self.present[number] & (mate < 0))
        inside = np.ix_(people, people)
        units = self.units[inside]
        hungry = (appetite[people][:, None] + appetite[people][None, :]) / 2
        allowed = (units != NOT_ALLOWED) & ~met[inside]
        total = np.rint(np.where(allowed, units, 0) * hungry).astype(np.int64)
        # Whoever was left out before comes first: one such person outweighs any two pairs.
        debt = missed[people] - missed[people].min(initial=0)
        total += 20 * self.most * (debt[:, None] + debt[None, :])
        total[~allowed] = NOT_ALLOWED
        np.fill_diagonal(total, NOT_ALLOWED)
        found = _maximum_matching(total, debt)
        placed = np.flatnonzero(found >= 0)
        mate[people[placed]] = people[found[placed]]
        return mate

    def _is_open(self) -> bool:
        """Tell whether everybody may meet everybody and nothing is settled."""
        off = ~np.eye(self.n, dtype=np.bool_)
        return bool(
            self.present.all()
            and not self.before.any()
            and not self.fixed
            and not self.missed_before.any()
            and (self.units[off] != NOT_ALLOWED).all()
        )

    def _circle(self, rng: np.random.Generator) -> NDArray[np.int32]:
        """Return the best rounds of a round robin by the circle method, people in random places."""
        seats = self.n + self.n % 2
        ring = rng.permutation(seats)
        rounds = []
        for _ in range(seats - 1):
            mate = np.full(seats, -1, dtype=np.int32)
            left, right = ring[: seats // 2], ring[: seats // 2 - 1 : -1]
            mate[left], mate[right] = right, left
            real = mate[: self.n].copy()
            real[real >= self.n] = -1
            rounds.append(real)
            ring = np.concatenate([ring[:1], ring[-1:], ring[1:-1]])
        table = np.array(rounds)
        worth = [pair_sum(self.units, table[k : k + 1]) for k in range(len(table))]
        best = np.argsort(-np.array(worth), kind="stable")[: self.rounds]
        chosen: NDArray[np.int32] = table[best]
        return chosen


def _maximum_matching(total: Units, debt: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return partners; with an odd number the one left out is among those with least debt."""
    n = len(total)
    if n < 2:
        return np.full(n, -1, dtype=np.int32)
    if n % 2 == 0:
        return _solve(total)
    framed = np.full((n + 1, n + 1), NOT_ALLOWED)
    framed[:n, :n] = total
    framed[n, :n] = framed[:n, n] = np.where(debt == 0, 0, NOT_ALLOWED)
    mate = _solve(framed)[:n]
    if (mate < 0).sum() > 0:  # the rules leave more than one out: debt alone decides who
        mate = _solve(total)
    return np.where(mate == n, -1, mate).astype(np.int32)


def _solve(total: Units) -> NDArray[np.int32]:
    mate: NDArray[np.int32] = _kernel.IntegerDenseMatcher(total, 1.0, True).solve()["mate"]
    return mate


def pairs_of(mate: NDArray[np.int32]) -> tuple[tuple[int, int], ...]:
    """Return the pairs of one round, by their first."""
    first = np.flatnonzero(mate > np.arange(len(mate)))
    return tuple(zip(first.tolist(), mate[first].tolist(), strict=True))


def pair_sum(units: Units, mates: NDArray[np.int32]) -> int:
    """Return the sum of the weights of all pairs of all rounds."""
    everybody = np.arange(mates.shape[1])
    first = [(mate > everybody).nonzero()[0] for mate in mates]
    return sum(int(units[i, mate[i]].sum()) for i, mate in zip(first, mates, strict=True))


def _by_round(
    fixed: Sequence[Fixed], units: Units, present: Mask, name: Callable[[int], str], first: int
) -> dict[int, list[tuple[int, int]]]:
    """Return fixed pairs by round; refuse what contradicts the rules or each other."""
    found: dict[int, list[tuple[int, int]]] = {}
    placed: set[tuple[int, int]] = set()
    pairs: set[frozenset[int]] = set()
    for number, i, j in fixed:
        if not 0 <= number < len(present):
            last = first + len(present) - 1
            raise InvalidInput(f"fixed: round {number + first} is not one of {first} to {last}")
        problems = ["may not meet"] if i == j or units[i, j] == NOT_ALLOWED else []
        problems += [f"{name(k)} is absent" for k in (i, j) if not present[number, k]]
        problems += [f"{name(k)} has another partner" for k in (i, j) if (number, k) in placed]
        problems += ["meet in another round"] if frozenset((i, j)) in pairs else []
        if problems:
            where = f"fixed: {name(i)} and {name(j)} in round {number + first}"
            raise InfeasibleError([f"{where}: {problems[0]}; drop the pair there"])
        placed |= {(number, i), (number, j)}
        pairs.add(frozenset((i, j)))
        found.setdefault(number, []).append((i, j))
    return found
