"""The dual certificate of an assignment and its check, apart from the solver.

Whatever numbers u (rows) and v (columns) are taken, no assignment is worth more than

    sum of the most that a row can make of its u, and a column of its v, within their loads
    + sum over all pairs of what weight + bonus is above u + v.

That is weak duality [kuhn1955]_; an optimal solver finds numbers for which it is an equality.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from pairwise.errors import VerificationError
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.loads import Loads, Units, exact_sum

Block = Callable[[slice], Units]

_CELLS = 1 << 20


@dataclass(frozen=True)
class AssignmentCertificate:
    """Dual values that bound every assignment within given loads.

    All numbers are integers in units of `step`.

    Parameters
    ----------
    row_duals : array (rows,)
        Price of one pair of each row; `bonus` is part of it.
    col_duals : array (cols,)
        Price of one pair of each column.
    row_loads, col_loads : Loads
        What each node may and must take.
    excess : int
        Claimed sum over all pairs of what ``weight + bonus`` is above both duals.
    bonus : int
        Added to every weight, so that one more pair outweighs everything else (0: not wanted).
    step : float
        Value of one unit, in units of weights.
    """

    row_duals: Units
    col_duals: Units
    row_loads: Loads = field(repr=False)
    col_loads: Loads = field(repr=False)
    excess: int
    bonus: int = 0
    step: float = 1.0

    def bound(self, pairs: int) -> int:
        """Return an upper bound, in units, on the worth of every assignment of `pairs` pairs.

        With `bonus` 0 it holds for any number of pairs. Cost O(rows + cols).
        """
        sides = self.row_loads.conjugate(self.row_duals) + self.col_loads.conjugate(self.col_duals)
        return sides + self.excess - self.bonus * pairs

    def check(self, weights: Block) -> None:
        """Check the claim against all pairs, block by block; O(rows x cols).

        Parameters
        ----------
        weights : function of a slice of rows -> int64 array (r, cols)
            Weights in units; ``NOT_ALLOWED`` where a pair may not meet.

        Raises
        ------
        VerificationError
            When more is above the duals than claimed.
        """
        found = 0
        for rows in self._blocks():
            block = weights(rows)
            allowed = block != NOT_ALLOWED
            above = np.where(allowed, block, 0) + self.bonus - self.col_duals
            above -= self.row_duals[rows, None]
            found += exact_sum(above[allowed & (above > 0)])
        self._compare(found)

    def check_edges(self, u: Units, v: Units, weight: Units) -> None:
        """Check the claim against a list of pairs, each given once; O(m)."""
        above = weight + self.bonus - self.row_duals[u] - self.col_duals[v]
        self._compare(exact_sum(above[above > 0]))

    def _blocks(self) -> Iterator[slice]:
        rows, cols = len(self.row_duals), len(self.col_duals)
        height = max(1, _CELLS // max(cols, 1))
        for first in range(0, rows, height):
            yield slice(first, min(first + height, rows))

    def _compare(self, found: int) -> None:
        for name, duals, loads in (
            ("row_duals", self.row_duals, self.row_loads),
            ("col_duals", self.col_duals, self.col_loads),
        ):
            if len(duals) != len(loads):
                raise VerificationError(f"{name}: has {len(duals)} entries, must have {len(loads)}")
        if found > self.excess:
            raise VerificationError(
                f"excess = {self.excess}: the pairs exceed the duals by {found} units"
            )
