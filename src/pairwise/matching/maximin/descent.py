"""Prices of columns that bound whole choices: the volume algorithm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pairwise.matching.maximin.choices import Choices, Priced
    from pairwise.matching.maximin.problem import Floats

_STEP, _GROW, _SHRINK, _FAR = 0.5, 1.1, 0.66, 0.3
_PATIENCE = 5
_WATCHED, _HARDLY = 40, 0.05
_LEAST, _MOST = 0.03, 0.1
_FEWEST, _CELLS = 8, 20_000_000


class Descent:
    """Steps from the best prices along an average of slopes [barahona2000]_.

    The average belongs to an assignment in fractions, ever closer to a best one.
    """

    def __init__(self, choices: Choices, prices: Floats, aim: float) -> None:
        self.choices, self.aim = choices, aim
        self.scale = float(np.abs(prices).sum())
        self.best = choices.priced(self._allowed(prices))
        self.used = self._used_by(self.best)
        self.step, self.stalled = _STEP, 0

    def run(self, target: float, most: int) -> Priced:
        """Lower the bound until it is below the target, or hardly falls."""
        before = np.inf
        for k in range(min(most, _FEWEST + _CELLS // max(self.choices.worth.size, 1))):
            still_open = self.best.bound - target
            if still_open < 0 or not self._slope(self.used).any():
                break
            if k % _WATCHED == 0:
                if before - self.best.bound < _HARDLY * still_open:
                    break
                before = self.best.bound
            self._move()
        return self.best

    def _move(self) -> None:
        """Go a step; shorter ones once several were in vain, or one was far too long."""
        slope, best = self._slope(self.used), self.best
        above = max(best.bound - self.aim, 1e-6 * abs(self.aim))
        length = self.step * above / float(slope @ slope)
        at = self.choices.priced(self._allowed(best.prices - length * slope))
        self._average(self._used_by(at), slope)
        self.stalled += 1
        if at.bound < best.bound:
            self.best, self.stalled, self.step = at, 0, min(self.step * _GROW, 2.0)
        elif self.stalled == _PATIENCE or at.bound - best.bound > _FAR * above:
            self.step, self.stalled = self.step * _SHRINK, 0

    def _average(self, found: Floats, slope: Floats) -> None:
        """Mix what was found into the average so that its slope gets short."""
        change = found - self.used
        square = float(change @ change)
        share = float(slope @ change) / square if square else 0.0
        self.used = self.used + min(max(share, _LEAST), _MOST) * change

    def _used_by(self, at: Priced) -> Floats:
        cols = len(self.choices.col_high)
        return np.bincount(at.best.members, minlength=cols).astype(np.float64)

    def _slope(self, used: Floats) -> Floats:
        prices = self.best.prices
        low, high = self.choices.col_low - used, self.choices.col_high - used
        slope: Floats = np.where(prices > 0, high, np.where(prices < 0, low, np.clip(0, low, high)))
        return slope

    def _allowed(self, prices: Floats) -> Floats:
        """Return prices >= 0 where nothing must be taken, at the first scale where any will do."""
        prices = np.where(self.choices.col_low > 0, prices, np.maximum(prices, 0.0))
        total = float(np.abs(prices).sum())
        return prices if self.choices.weighed or not total else prices * (self.scale / total)
