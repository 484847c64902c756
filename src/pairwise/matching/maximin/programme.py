"""Linear and integer programmes over some pairs of an assignment, by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pairwise.matching.maximin.problem import Ends, Floats, Shares

SCALE = 1e3
"""Shares are scaled by this, since HiGHS lets rows be violated by a millionth."""


@dataclass(frozen=True)
class Programme:
    """Loads, and floors under the shares of some rows, over some pairs.

    Attributes
    ----------
    problem
        The whole problem.
    ends
        Rows and columns of the pairs that may be used.
    rows
        Rows whose shares have a floor.
    """

    problem: Shares
    ends: Ends
    rows: Any

    def sharing_prices(self) -> Floats:
        """Return the multipliers of the rows where their common floor is largest, relaxed."""
        from scipy import optimize, sparse

        matrix, low, high = self._loads()
        floors = self._floors()
        pairs = len(self.ends[0])
        top = sparse.hstack([-floors, sparse.csr_array(np.full((len(self.rows), 1), SCALE))])
        limits = _inequalities(matrix, low, high, extra=1)
        answer = optimize.linprog(
            np.append(np.zeros(pairs), -1.0),
            A_ub=_stack(top, limits[0]),
            b_ub=np.append(np.zeros(len(self.rows)), limits[1]),
            bounds=[(0, 1)] * pairs + [(None, None)],
            method="highs-ipm",
        )
        if answer.status != 0:
            return np.zeros(len(self.rows))
        prices = -answer.ineqlin.marginals[: len(self.rows)] * SCALE
        return np.maximum(prices, 0.0)

    def floor_prices(self, floor: float) -> Floats:
        """Return the multipliers of the floors where the sum is largest, relaxed."""
        from scipy import optimize

        matrix, low, high = self._loads()
        floors = self._floors()
        limits = _inequalities(matrix, low, high)
        answer = optimize.linprog(
            -self.problem.weights[self.ends],
            A_ub=_stack(-floors, limits[0]),
            b_ub=np.append(np.full(len(self.rows), -floor * SCALE), limits[1]),
            bounds=(0, 1),
            method="highs-ipm",
        )
        if answer.status != 0:
            return np.zeros(len(self.rows))
        return np.maximum(-answer.ineqlin.marginals[: len(self.rows)] * SCALE, 0.0)

    def best(
        self, floor: float, time_limit: float, gap: float = 0.0
    ) -> tuple[Ends | None, float, bool]:
        """Return pairs of the best sum above the floor, a bound on it, and whether all is settled.

        No pairs and settled: there are none.
        """
        from scipy import optimize

        matrix, low, high = self._loads()
        objective = -self.problem.weights[self.ends]
        answer = optimize.milp(
            objective,
            constraints=[
                optimize.LinearConstraint(matrix, low, high),
                optimize.LinearConstraint(self._floors(), floor * SCALE, np.inf),
            ],
            bounds=optimize.Bounds(0, 1),
            integrality=np.ones(len(objective), dtype=np.int8),
            options={"mip_rel_gap": gap, "time_limit": max(time_limit, 0.1)},
        )
        if answer.x is None:
            return None, np.inf, answer.status == 2
        used = answer.x > 0.5
        found = self.ends[0][used], self.ends[1][used]
        return found, -float(answer.mip_dual_bound), answer.status == 0

    def _loads(self) -> tuple[Any, Any, Any]:
        from scipy import sparse

        rows, cols = self.ends
        n, m = self.problem.weights.shape
        ones = np.ones(len(rows))
        each = np.arange(len(rows))
        matrix = sparse.csr_array(
            (np.append(ones, ones), (np.append(rows, n + cols), np.append(each, each))),
            shape=(n + m, len(rows)),
        )
        problem = self.problem
        low = np.append(problem.row_low, problem.col_low).astype(float)
        high = np.append(problem.row_high, problem.col_high).astype(float)
        kept = (np.bincount(np.append(rows, n + cols), minlength=n + m) > 0) | (low > 0)
        return matrix[kept], low[kept], high[kept]

    def _floors(self) -> Any:
        from scipy import sparse

        rows, cols = self.ends
        place = np.full(len(self.problem.weights), -1)
        place[self.rows] = np.arange(len(self.rows))
        held = np.flatnonzero(place[rows] >= 0)
        values = self.problem.shares[rows[held], cols[held]] * SCALE
        shape = (len(self.rows), len(rows))
        return sparse.csr_array((values, (place[rows[held]], held)), shape=shape)


def _inequalities(matrix: Any, low: Any, high: Any, extra: int = 0) -> tuple[Any, Any]:
    """Return upper limits that say low <= matrix x <= high, with further columns of zeros."""
    from scipy import sparse

    needed = low > 0
    both = sparse.vstack([matrix, -matrix[needed]])
    if extra:
        both = sparse.hstack([both, sparse.csr_array((both.shape[0], extra))])
    return both, np.append(high, -low[needed])


def _stack(top: Any, bottom: Any) -> Any:
    from scipy import sparse

    return sparse.vstack([sparse.csr_array(top), bottom]).tocsr()
