"""What a maximin assignment is about: weights, shares and loads, the protected side in rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairwise.matching.bipartite import Assignment, assignment

Floats = NDArray[np.float64]
Counts = NDArray[np.int32]
Indices = NDArray[np.integer]
Ends = tuple[Indices, Indices]


_PARTS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 25, 30, 40, 50, 60, 100, 120, 1000)
_ROUND = 1e-9


def ends_of(mask: NDArray[np.bool_]) -> Ends:
    """Return rows and columns of the marked pairs."""
    rows, cols = np.nonzero(mask)
    return rows, cols


@dataclass(frozen=True)
class Shares:
    """Rows share out columns: what each pair adds to the sum and to its row's share.

    Attributes
    ----------
    weights : array (rows, cols)
        What a pair adds to the sum; -inf: not allowed.
    shares : array (rows, cols)
        What a pair adds to the share of its row.
    row_low, row_high, col_low, col_high : int arrays
        Fewest and most partners of each.
    """

    weights: Floats
    shares: Floats
    row_low: Counts
    row_high: Counts
    col_low: Counts
    col_high: Counts

    @property
    def allowed(self) -> NDArray[np.bool_]:
        """Where pairs are allowed."""
        allowed: NDArray[np.bool_] = self.weights > -np.inf
        return allowed

    def needed_loads(self) -> tuple[Counts, Counts]:
        """Return loads of columns that follow from all loads together: what others cannot take."""
        rows, cols = self.weights.shape
        row_high, col_high = np.minimum(self.row_high, cols), np.minimum(self.col_high, rows)
        spare = int(col_high.sum() - self.row_low.sum())
        room = int(row_high.sum() - self.col_low.sum())
        low = np.maximum(self.col_low, col_high - spare)
        return low, np.minimum(col_high, self.col_low + room)

    def solve(self, weights: Floats) -> Assignment:
        """Return the assignment of the largest sum of these weights, with its proof."""
        return assignment(
            weights,
            self.row_high,
            self.col_high,
            row_minimum=self.row_low,
            col_minimum=self.col_low,
            cardinality="any",
        )

    def priced(self, sum_weight: float, multipliers: Floats) -> Floats:
        """Return weights that count the sum, and each row's share by its multiplier."""
        counted = np.where(self.allowed, self.shares, 0.0) * multipliers[:, None]
        priced: Floats = counted + (sum_weight * self.weights if sum_weight else 0.0)
        return np.where(self.allowed, priced, -np.inf)

    def shares_of(self, ends: Ends) -> Floats:
        """Return the share of each row."""
        found = np.bincount(ends[0], self.shares[ends], minlength=len(self.weights))
        return found.astype(np.float64)

    def sum_of(self, ends: Ends) -> float:
        """Return the sum over pairs."""
        return float(self.weights[ends].sum())

    def on_grid(self, bound: float) -> float:
        """Return the largest share that can occur up to a bound, where shares have a common step.

        Steps are looked for among simple fractions.
        """
        shares = self.shares[self.allowed]
        for parts in _PARTS:
            whole = shares * parts
            if np.abs(whole - np.rint(whole)).max(initial=0.0) <= _ROUND:
                return min(bound, float(np.floor(bound * parts + 1e-6)) / parts)
        return bound

    def most(self) -> Floats:
        """Return the largest share that each row could have if it were alone."""
        width = int(self.row_high.max(initial=0))
        ranked = -np.sort(-np.where(self.allowed & (self.col_high > 0), self.shares, -np.inf))
        sums = np.cumsum(ranked[:, :width], axis=1)
        sums = np.column_stack([np.zeros(len(sums)), sums])
        places = np.arange(sums.shape[1])
        inside = (places >= self.row_low[:, None]) & (places <= self.row_high[:, None])
        most: Floats = np.where(inside, sums, -np.inf).max(axis=1)
        return most
