"""The oracle on arrays: pairs under tilted weights, exactly, all weights in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.pair_solver import DensePairSolver
from pairwise.matching.tilted.near import pairs_of_little_slack
from pairwise.matching.tilted.oracle import Column, Decisions, Found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pairwise.matching.tilted.oracle import Groups, Indices, Units
    from pairwise.matching.tilted.tilt import Limits, Tilt


@dataclass(eq=False)
class MatrixOracle:
    """An `Oracle` on symmetric matrices of whole numbers; as many pairs as can be.

    Parameters
    ----------
    weights : int array (n, n)
        Even, NOT_ALLOWED where two may not meet.
    measures : sequence of int arrays (n, n)
        Even.
    limits
        Of each measure's sum.
    """

    weights: Units
    measures: Sequence[Units]
    limits: Sequence[Limits]
    unit: int = 2
    may_branch: bool = True

    @property
    def n(self) -> int:
        """Number of vertices."""
        return len(self.weights)

    @cached_property
    def weight_range(self) -> tuple[int, int]:
        """Least and largest weight of an allowed pair."""
        allowed = self.weights[self._allowed]
        return int(allowed.min(initial=0)), int(allowed.max(initial=0))

    @cached_property
    def placed(self) -> int:
        """How many vertices a maximum matching covers."""
        even = np.where(self._allowed, 0, NOT_ALLOWED)
        pairs, _ = DensePairSolver(even, 1.0).solve().pairs
        return 2 * len(pairs)

    @cached_property
    def _allowed(self) -> NDArray[np.bool_]:
        allowed: NDArray[np.bool_] = self.weights != NOT_ALLOWED
        np.fill_diagonal(allowed, val=False)
        return allowed

    def solve(self, tilt: Tilt, decisions: Decisions) -> Found:
        """Return the best matching under tilted weights and decisions."""
        answer = DensePairSolver(self.tilted(tilt, decisions), 1.0 / tilt.span).solve()
        i, j = answer.pairs
        column = self.column(tuple(zip(i.tolist(), j.tolist(), strict=True)))
        bound = answer.certificate.bound(self.placed // 2)
        full = 2 * len(column.groups) == self.placed
        return Found(column if full else None, bound, answer.certificate, answer.certificate)

    def tilted(self, tilt: Tilt, decisions: Decisions) -> Units:
        """Return tilted weights, NOT_ALLOWED where two may not meet or decisions part them."""
        tilted = tilt.apply(self.weights, self.measures)
        tilted[~self._allowed] = NOT_ALLOWED
        for a, b in decisions.apart:
            tilted[a, b] = tilted[b, a] = NOT_ALLOWED
        for a, b in decisions.together:
            own = tilted[a, b]
            tilted[[a, b]] = tilted[:, [a, b]] = NOT_ALLOWED
            tilted[a, b] = tilted[b, a] = own
        return tilted

    def column(self, groups: Groups) -> Column:
        """Return a matching with its weight and sums."""
        weights, sums = self.group_values(groups)
        return Column(groups, int(weights.sum()), tuple(sums.sum(axis=1).tolist()))

    def near_pairs(self, found: Found, tilt: Tilt, slack: int) -> tuple[Indices, Indices]:
        """Return allowed pairs whose slack under the duals of `found` is at most `slack`."""
        tilted = self.tilted(tilt, Decisions())
        return pairs_of_little_slack(
            lambda rows, columns: tilted[rows, columns], found.certificate, slack
        )

    def trios(self, i: Indices, j: Indices) -> list[tuple[int, ...]]:  # noqa: ARG002
        """Return no groups of three: there are none."""
        return []

    def group_values(self, groups: Sequence[tuple[int, ...]]) -> tuple[Units, Units]:
        """Return weights (m,) and sums (k, m) of pairs."""
        i, j = np.array(groups, dtype=np.intp).reshape(-1, 2).T
        sums = np.array([measure[i, j] for measure in self.measures], dtype=np.int64)
        return self.weights[i, j], sums.reshape(len(self.measures), -1)
