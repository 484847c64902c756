"""Columns dealt out anew among rows, many rows at once: to raise the floor, then the sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pairwise import _kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.matching.maximin.problem import Ends, Shares

_AT_ONCE = 160


def rearranged(
    problem: Shares, ends: Ends, target: float, sum_weight: float, rounds: int, seconds: float
) -> Ends:
    """Return pairs whose smallest share is as near the target as was found.

    With a `sum_weight`, once shares are at the target they stay there and the sum rises; it counts
    a little before, too.
    """
    rows, cols = _kernel.rearrange(
        np.ascontiguousarray(problem.weights),
        np.ascontiguousarray(problem.shares),
        problem.row_low,
        problem.col_low,
        problem.col_high,
        *_slots(problem, ends),
        (
            target,
            sum_weight,
            float(np.abs(problem.shares[ends]).max(initial=0.0)) or 1.0,
            rounds,
            1,
        ),
        max(seconds, 0.0),
    )
    held = cols >= 0
    return rows[held].astype(np.int64), cols[held].astype(np.int64)


def waves(problem: Shares) -> int:
    """Return how many rounds it takes until about all rows have given up a place."""
    return max(1, len(problem.weights) // _AT_ONCE)


def _slots(problem: Shares, ends: Ends) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return row and column of all places of rows, -1 where they are empty."""
    used = np.bincount(ends[0], minlength=len(problem.row_high))
    left = np.minimum(problem.row_high, problem.weights.shape[1]) - used
    rows = np.append(ends[0], np.repeat(np.arange(len(used)), left))
    cols = np.append(ends[1], np.full(int(left.sum()), -1))
    return rows.astype(np.int32), cols.astype(np.int32)
