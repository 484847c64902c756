"""Blocking pairs: two who would both rather be together; no search is needed to find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise.errors import InvalidInput
from pairwise.matching.stable.opinions import Scores, check_opinions, row_slices

Pairs = NDArray[np.int64]
Integers = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class BlockingPairs:
    """Pairs that would rather be together than as they are matched.

    Attributes
    ----------
    pairs : int array (b, 2)
        The pairs in ascending order; of one population the smaller first, else (row, column).
    gains : array (b, 2)
        What the first and the second of each pair would gain.
    """

    pairs: Pairs
    gains: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def largest_gain(self) -> float:
        """Most that anybody would gain by leaving with somebody who agrees; 0 if nobody would."""
        return float(self.gains.max(initial=0.0))

    @property
    def largest_common_gain(self) -> float:
        """Most that both of a pair would gain: how far the matching is from stable [abraham2006]_.

        0 if there is no blocking pair.
        """
        return float(self.gains.min(axis=1, initial=np.inf).max()) if len(self) else 0.0


def blocking_pairs(mate: ArrayLike, scores: ArrayLike, *, alone: float = 0.0) -> BlockingPairs:
    """Return who would rather be together, and what they would gain.

    Parameters
    ----------
    mate : int array (n,)
        Partner of each person, -1 if alone.
    scores : array (n, n)
        Directed: ``scores[i, j]`` is what i gains from j; higher is better. NaN or -inf: i does
        not accept j. The diagonal is not read.
    alone : float
        What being alone counts in the gains. Whoever is alone, or with somebody not acceptable,
        prefers anybody acceptable.

    Returns
    -------
    BlockingPairs
        Pairs of which both strictly prefer the other to what they have. Cost O(n^2).

    Raises
    ------
    InvalidInput
        A matching that is not mutual, or a wrong shape.

    Examples
    --------
    >>> from pairwise import matching
    >>> scores = [[0, 3, 1, 1], [3, 0, 1, 1], [1, 1, 0, 3], [1, 2, 3, 0]]
    >>> found = matching.blocking_pairs([3, 2, 1, 0], scores)
    >>> found.pairs.tolist(), found.gains.tolist(), found.largest_gain
    ([[0, 1], [2, 3]], [[2.0, 2.0], [2.0, 2.0]], 2.0)
    """
    values = check_opinions("scores", scores)
    partners = check_mates(mate, len(values))
    held = np.full(len(values), -np.inf)
    matched = np.flatnonzero(partners >= 0)
    held[matched] = np.nan_to_num(values[matched, partners[matched]], nan=-np.inf)
    found = find_blocking(values, values.T, held, held, alone=alone)
    upper = found.pairs[:, 0] < found.pairs[:, 1]
    return BlockingPairs(found.pairs[upper], found.gains[upper])


def check_mates(mate: ArrayLike, n: int) -> Pairs:
    """Return partners as integers; refuse what is no matching of n people."""
    array = np.asarray(mate)
    if array.shape != (n,) or array.dtype.kind not in "iu":
        raise InvalidInput(
            f"mate: must be {n} integers, has shape {array.shape} and type {array.dtype}"
        )
    partners = array.astype(np.int64)
    matched = np.flatnonzero(partners >= 0)
    wrong = matched[(partners[matched] >= n) | (partners[matched] == matched)]
    if not len(wrong):
        wrong = matched[partners[partners[matched]] != matched]
    if len(wrong):
        raise InvalidInput(
            f"mate[{wrong[0]}] = {partners[wrong[0]]}: must be mutual, another person, or -1"
        )
    return partners


def find_blocking(
    here: Scores,
    there: Scores,
    row_held: Scores,
    col_held: Scores,
    used: NDArray[np.bool_] | None = None,
    alone: float = 0.0,
) -> BlockingPairs:
    """Return the blocking pairs of rows and columns.

    Parameters
    ----------
    here, there : arrays (rows, columns)
        What rows think of columns, and what columns think of rows (transposed).
    row_held, col_held : arrays
        The least that each has to keep: the worst partner's score, -inf with a free place.
    used : bool array (rows, columns), optional
        Pairs that are matched already.
    alone : float
        What a free place counts in the gains.
    """
    pairs, gains = [np.empty((0, 2), dtype=np.int64)], [np.empty((0, 2))]
    for rows in row_slices(here.shape):
        mine, theirs = here[rows], there[rows]
        wanted = (mine > row_held[rows, None]) & (theirs > col_held)
        if used is not None:
            wanted &= ~used[rows]
        i, j = np.nonzero(wanted)
        first = mine[i, j] - _counted(row_held[rows][i], alone)
        second = theirs[i, j] - _counted(col_held[j], alone)
        pairs.append(np.column_stack([i + rows.start, j]))
        gains.append(np.column_stack([first, second]))
    return BlockingPairs(np.concatenate(pairs), np.concatenate(gains))


def least_held(scores: Scores, here: Integers, there: Integers, capacity: Integers) -> Scores:
    """Return the worst partner's score of each who is full, -inf of others, inf without places.

    Parameters
    ----------
    scores : array (n, m)
        What each thinks of the other side.
    here, there : int arrays (p,)
        Both ends of the pairs.
    capacity : int array (n,)
        Most partners of each.
    """
    least = np.full(len(capacity), np.inf)
    np.minimum.at(least, here, scores[here, there])
    full = np.bincount(here, minlength=len(capacity)) >= capacity
    return np.where(full, least, -np.inf)


def _counted(held: Scores, alone: float) -> Scores:
    return np.where(held > -np.inf, held, alone)
