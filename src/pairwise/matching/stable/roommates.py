"""Stable roommates: one population, a stable matching or an odd party that excludes one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise import _kernel
from pairwise.errors import VerificationError
from pairwise.matching.stable.blocking import BlockingPairs, blocking_pairs
from pairwise.matching.stable.opinions import Scores, check_opinions, row_slices

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class StableRoommates:
    """A stable matching, or the reason why there is none.

    Attributes
    ----------
    mate : int array (n,)
        Partner of each person, -1 if alone. When not `stable`, the first person of each odd
        party is left out, and the others are stable among themselves.
    successor : int array (n,)
        A stable partition [tan1991]_: nobody would rather be with somebody who agrees than with
        their predecessor, and everybody likes their successor at least as well. It exists always
        and proves what is claimed.
    strict : bool
        No two acceptable people are worth the same to anybody. Otherwise "not stable" is about the
        preferences with ties broken (the lower index first); another order may have a solution.
    """

    mate: Ints
    successor: Ints
    strict: bool
    _scores: Scores = field(repr=False)

    @property
    def stable(self) -> bool:
        """No two people would rather be together."""
        return not self.odd_parties

    @property
    def odd_parties(self) -> tuple[tuple[int, ...], ...]:
        """Odd cycles of three or more in the stable partition: the witness against stability."""
        return tuple(cycle for cycle in _cycles(self.successor) if len(cycle) % 2 and cycle[1:])

    @property
    def pairs(self) -> Ints:
        """Matched pairs (p, 2), the smaller first, in ascending order."""
        first = np.flatnonzero(self.mate > np.arange(len(self.mate)))
        return np.column_stack([first, self.mate[first]])

    @property
    def weight(self) -> float:
        """Sum over the pairs of what both gain."""
        i, j = self.pairs.T
        return float((self._scores[i, j] + self._scores[j, i]).sum())

    @property
    def blocking_pairs(self) -> BlockingPairs:
        """Who would rather be together; nobody if `stable`. O(n^2)."""
        return blocking_pairs(self.mate, self._scores)

    def verify(self) -> None:
        """Check the matching and the partition against the scores; shares no code with the search.

        An odd party in a stable partition means that there is no stable matching [tan1991]_; the
        partition itself is checked pair by pair. O(n^2).

        Raises
        ------
        VerificationError
            Naming what is false.
        """
        self._check_matching()
        self._check_partition()
        blocking = self.blocking_pairs.pairs
        excused = [party[0] for party in self.odd_parties]
        blocking = blocking[~np.isin(blocking, excused).any(axis=1)]
        if len(blocking):
            i, j = blocking[0].tolist()
            raise VerificationError(f"mate: {i} and {j} would rather be together")

    def _check_matching(self) -> None:
        n = len(self._scores)
        matched = np.flatnonzero(self.mate >= 0)
        if len(self.mate) != n or (matched.size and int(self.mate.max()) >= n):
            raise VerificationError(f"mate: must name partners among 0 ... {n - 1}")
        if not np.array_equal(self.mate[self.mate[matched]], matched):
            raise VerificationError("mate: is not mutual; mate[mate[v]] must be v")
        if not (self._scores[matched, self.mate[matched]] > -np.inf).all():
            raise VerificationError("mate: somebody does not accept the partner")

    def _check_partition(self) -> None:
        n, everybody = len(self._scores), np.arange(len(self._scores))
        if not np.array_equal(np.sort(self.successor), everybody):
            raise VerificationError("successor: is no permutation")
        before = np.argsort(self.successor)
        placed = np.flatnonzero(before != everybody)
        self._check_directions(placed, before[placed])
        held, place = np.full(n, -np.inf), np.full(n, n)
        held[placed], place[placed] = self._scores[placed, before[placed]], before[placed]
        for rows in row_slices(self._scores.shape):
            wanted = _prefers(self._scores[rows], held[rows, None], everybody, place[rows, None])
            wanted &= _prefers(self._scores.T[rows], held, everybody[rows, None], place)
            wanted[everybody[: len(wanted)], everybody[rows]] = False
            if wanted.any():
                i, j = np.argwhere(wanted)[0]
                raise VerificationError(
                    f"successor: {i + rows.start} and {j} would rather be together"
                )

    def _check_directions(self, placed: Ints, before: Ints) -> None:
        after = self.successor[placed]
        held, ahead = self._scores[placed, before], self._scores[placed, after]
        accepted = (held > -np.inf) & (ahead > -np.inf)
        falling = (ahead < held) | ((ahead == held) & (after > before))
        wrong = placed[~accepted | falling]
        if len(wrong):
            raise VerificationError(
                f"successor: {wrong[0]} likes the predecessor better, or does not accept one of two"
            )


def _prefers(scores: Scores, held: Scores, index: Ints, place: Ints) -> NDArray[np.bool_]:
    """Say where a score is above what is held, or equal with a lower index; ties are broken so."""
    above = (scores > held) | ((scores == held) & (index < place))
    preferred: NDArray[np.bool_] = above & (scores > -np.inf)
    return preferred


def stable_roommates(scores: ArrayLike) -> StableRoommates:
    """Return a matching of one population that no two people would leave for each other.

    Parameters
    ----------
    scores : array (n, n)
        Directed: ``scores[i, j]`` is what i gains from j; higher is better. NaN or -inf: i does
        not accept j. Ties are broken by index, the lower first. The diagonal is not read. Of ranks
        take the negative; for lists see `scores_from_lists`.

    Returns
    -------
    StableRoommates
        With `stable` False and an odd party as witness when there is no stable matching.

    Raises
    ------
    InvalidInput
        Not square, +inf, no numbers.

    Notes
    -----
    Proposals and rotations [irving1985]_ on lists in which a pair must accept each other; a
    rotation that would empty lists is an odd party [tan1991]_ and is set aside instead.
    O(n^2 log n) for sorting, O(n^2) for the search. Where scores are symmetric and no two are
    equal, there is exactly one stable matching, the greedy one. With ties the question whether any
    way to break them has a stable matching is NP-complete [ronn1990]_; this answers for one way.

    Examples
    --------
    >>> from pairwise import matching
    >>> lists = [[1, 2, 3], [2, 0, 3], [0, 1, 3], [0, 1, 2]]
    >>> none = matching.stable_roommates(matching.scores_from_lists(lists, 4))
    >>> none.stable, none.odd_parties, none.mate.tolist()
    (False, ((0, 1, 2),), [-1, 2, 1, -1])
    >>> none.verify()
    """
    values = check_opinions("scores", scores)
    successor = _kernel.stable_partition(values).astype(np.int64)
    return StableRoommates(_mates(successor), successor, _is_strict(values), values)


def _mates(successor: Ints) -> Ints:
    mate = np.full(len(successor), -1, dtype=np.int64)
    for cycle in _cycles(successor):
        placed = cycle[len(cycle) % 2 :]
        for a, b in zip(placed[::2], placed[1::2], strict=True):
            mate[a], mate[b] = b, a
    return mate


def _cycles(successor: Ints) -> list[tuple[int, ...]]:
    """Return the cycles of a permutation, each from its smallest member on."""
    seen: set[int] = set()
    cycles = []
    after = successor.tolist()
    for start in range(len(after)):
        cycle = []
        while start not in seen:
            seen.add(start)
            cycle.append(start)
            start = after[start]
        if cycle:
            cycles.append(tuple(cycle))
    return cycles


def _is_strict(scores: Scores) -> bool:
    """Say whether nobody is indifferent between two people who accept them."""
    for rows in row_slices(scores.shape):
        mine, theirs = scores[rows], scores.T[rows]
        block = np.where((mine > -np.inf) & (theirs > -np.inf), mine, -np.inf)
        block[np.arange(len(block)), np.arange(rows.start, rows.stop)] = -np.inf
        block.sort(axis=1)
        if ((block[:, 1:] == block[:, :-1]) & (block[:, 1:] > -np.inf)).any():
            return False
    return True
