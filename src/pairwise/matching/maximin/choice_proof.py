"""What prices of columns prove by whole choices of rows, and its check."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import VerificationError

if TYPE_CHECKING:
    from pairwise.matching.maximin.problem import Floats, Shares

_HALVINGS = 25
_ROUNDING = 1e-9


@dataclass(frozen=True)
class ChoiceProof:
    """Prices of columns, and what the best choice of each row is worth beyond them.

    Attributes
    ----------
    floor : float
        Choices have a share of this or more.
    sum_weight : float
        What the weight of a pair counts.
    prices : array (cols,)
        Prices of columns, which sell all that they may, or must where the price is below 0.
    row_bounds : array (rows,)
        No choice of the row is worth more; -inf: there is none.
    """

    floor: float
    sum_weight: float
    prices: Floats = field(repr=False)
    row_bounds: Floats = field(repr=False)

    def bound(self, problem: Shares) -> float:
        """Return what no assignment above the floor is worth more than."""
        low, high = problem.needed_loads()
        return float(self.row_bounds.sum() + np.where(self.prices >= 0, high, low) @ self.prices)

    def denies(self, problem: Shares) -> bool:
        """Tell whether no assignment is above the floor: without weights all are worth 0."""
        return self.bound(problem) < -_ROUNDING * float(np.abs(self.prices).sum())

    def check_denial(self, problem: Shares) -> None:
        """Check that no assignment has all shares at the floor; see `check`."""
        self.check(problem)
        if self.sum_weight != 0 or not self.denies(problem):
            raise VerificationError("floor_choices: leave room for assignments at their floor")

    def check_sum(self, problem: Shares, floor: float) -> None:
        """Check what is said of all assignments with a floor; see `check`."""
        self.check(problem)
        if self.sum_weight != 1 or self.floor > floor + _ROUNDING:
            raise VerificationError("sum_choices: are not about sums at this floor")

    def check(self, problem: Shares) -> None:
        """Check the bound of each row; shares no code with the search.

        A multiplier of the floor bounds a row; where that is above the claim, choices that could
        be worth more are gone through.

        Raises
        ------
        VerificationError
            Naming a row with a better choice.
        """
        if self.prices.shape != problem.col_high.shape or self.row_bounds.shape != (
            len(problem.weights),
        ):
            raise VerificationError("prices: must be one for each column, bounds for each row")
        worth = np.where(problem.allowed, problem.weights, 0.0) * self.sum_weight - self.prices
        worth = np.where(problem.allowed, worth, -np.inf)
        multipliers = _multipliers(problem, worth, self.floor)
        room = _ROUNDING * max(
            1.0, float(np.abs(self.row_bounds[self.row_bounds > -np.inf]).max(initial=0))
        )
        most = problem.most()
        for i, claimed in enumerate(self.row_bounds.tolist()):
            if claimed == -np.inf:
                better = most[i] >= self.floor
            else:
                row = _Row(problem, i, worth[i], float(multipliers[i]), self.floor)
                better = row.exceeds(claimed + room)
            if better:
                raise VerificationError(f"row {i}: a choice is worth more than {claimed}")


def _multipliers(problem: Shares, worth: Floats, floor: float) -> Floats:
    """Return multipliers of the floor at which the relaxed best of each row is about least."""
    low, high = np.zeros(len(worth)), np.ones(len(worth))
    for _ in range(_HALVINGS):
        below = _best_share(problem, worth, high) < floor
        low, high = np.where(below, high, low), np.where(below, 4 * high, high)
        if not below.any():
            break
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = _best_share(problem, worth, middle) < floor
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(_best_share(problem, worth, np.zeros(len(worth))) >= floor, 0.0, high)


def _best_share(problem: Shares, worth: Floats, multipliers: Floats) -> Floats:
    """Return the share of the best choice of each row where shares are worth so much."""
    shares = np.where(problem.allowed, problem.shares, 0.0)
    priced = worth + multipliers[:, None] * shares
    width = min(int(problem.row_high.max(initial=0)), priced.shape[1])
    order = np.argpartition(-priced, max(width - 1, 0), axis=1)[:, :width]
    order = np.take_along_axis(
        order, np.argsort(-np.take_along_axis(priced, order, axis=1), axis=1), axis=1
    )
    place = np.arange(width)
    used = (place < problem.row_low[:, None]) | (
        (place < problem.row_high[:, None]) & (np.take_along_axis(priced, order, axis=1) > 0)
    )
    best: Floats = (np.take_along_axis(shares, order, axis=1) * used).sum(axis=1)
    return best


class _Row:
    """Choices of one row, by what columns are worth with their share at a multiplier."""

    def __init__(
        self, problem: Shares, i: int, worth: Floats, multiplier: float, floor: float
    ) -> None:
        cols = np.flatnonzero(worth > -np.inf)
        shares = problem.shares[i, cols]
        priced = worth[cols] + multiplier * shares
        order = np.argsort(-priced, kind="stable")
        self.priced: list[float] = priced[order].tolist()
        self.worth: list[float] = worth[cols][order].tolist()
        self.shares, self.floor = shares[order].tolist(), floor
        self.largest = np.maximum.accumulate(shares[order][::-1])[::-1].tolist()
        self.paid = multiplier * floor
        self.low = int(problem.row_low[i])
        self.high = min(int(problem.row_high[i]), len(cols))

    def exceeds(self, claimed: float) -> bool:
        """Tell whether a choice above the floor is worth more."""
        return self._from(0, 0, -self.paid, 0.0, 0.0, claimed)

    def _from(
        self, k: int, size: int, priced: float, worth: float, share: float, claimed: float
    ) -> bool:
        """Tell it of the choices that begin with some columns and go on with later ones than k."""
        if size >= self.low and share >= self.floor and worth > claimed:
            return True
        for j in range(k, len(self.priced) if size < self.high else 0):
            if priced + self._most(j, size) <= claimed:
                return False
            left = self.high - size if self.largest[j] > 0 else 1
            if size + 1 >= self.low and share + left * self.largest[j] < self.floor:
                return False
            more = priced + self.priced[j], worth + self.worth[j], share + self.shares[j]
            if self._from(j + 1, size + 1, *more, claimed):
                return True
        return False

    def _most(self, j: int, size: int) -> float:
        """Return the most that one column or more from j on can add."""
        needed = max(self.low - size, 1)
        own = self.priced[j : j + self.high - size]
        return sum(own[:needed]) + sum(max(one, 0.0) for one in own[needed:])
