"""One face for the two ways to pair people: all weights in memory, or by blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from pairwise import _kernel
from pairwise.matching.certificate import NOT_ALLOWED, Certificate, as_certificate

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints = NDArray[np.int32]
Units = NDArray[np.int64]


@dataclass(frozen=True)
class PricedAnswer:
    """A matching with the duals that bound it.

    Attributes
    ----------
    mate : int array (n,)
        Partner of each person, -1 if alone.
    certificate : Certificate
        Feasible for all allowed pairs.
    optimal : bool
        Whether the duals prove the matching optimal.
    rounds, passes : int
        Number of pricing rounds, and of looks at all pairs.
    """

    mate: Ints
    certificate: Certificate
    optimal: bool
    rounds: int = 0
    passes: int = 0

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """Ends of the matched pairs, smaller first, ascending."""
        first = np.flatnonzero(self.mate > np.arange(len(self.mate))).astype(np.int32)
        return first, self.mate[first]

    @property
    def alone(self) -> Ints:
        """People without a partner, ascending; those the problem leaves aside are not meant."""
        alone = np.flatnonzero(self.mate < 0)
        return np.setdiff1d(alone, self.certificate.without).astype(np.int32)


class PairSolver(Protocol):
    """Finds the matching of most pairs and, among those, of most weight; then answers what-ifs."""

    def solve(self, time_limit: float | None = None) -> PricedAnswer:
        """Solve from scratch."""

    def solve_without(
        self,
        people: Sequence[int] = (),
        pairs: Sequence[tuple[int, int]] = (),
        time_limit: float | None = None,
    ) -> PricedAnswer:
        """Solve without some people (n: the bye) and some pairs, from the optimum of `solve`."""

    def near_pairs(self, limit: int) -> tuple[Ints, Ints, Units, Units]:
        """Return allowed pairs (i, j) with slack - common / 3 <= limit, those two beside them.

        Of the duals that `solve` left, at twice the scale of weights; i < j.
        """


class DensePairSolver:
    """Solves on a matrix of integer weights.

    Parameters
    ----------
    weights : int array (n, n)
        Symmetric; NOT_ALLOWED where a pair may not meet.
    step : float
        Value of one unit.
    largest : float
        No weight is larger, nor will be, in score units; none is below 0.
    rounding : float
        Largest change of a weight when it became whole units, in score units.
    """

    def __init__(
        self, weights: Units, step: float, largest: float = 1.0, rounding: float = 0.0
    ) -> None:
        self.weights = weights
        self.step, self.rounding = step, rounding
        self._matcher = _kernel.IntegerDenseMatcher(
            weights, 1.0, True, (0, round(2 * largest / step))
        )
        self._certificate: Certificate | None = None

    def solve(self, time_limit: float | None = None) -> PricedAnswer:
        """Solve from scratch."""
        answer = self._matcher.solve(time_limit)
        self._certificate = as_certificate(answer, self.step, (), self.rounding)
        return PricedAnswer(
            answer["mate"], self._certificate, answer["complete"], answer["rounds"], 1
        )

    def solve_without(
        self,
        people: Sequence[int] = (),
        pairs: Sequence[tuple[int, int]] = (),
        time_limit: float | None = None,
    ) -> PricedAnswer:
        """Solve without some people (n: the bye) and some pairs, from the optimum of `solve`."""
        apart = np.array(pairs, dtype=np.int32).reshape(-1, 2)
        answer = self._matcher.solve_without(np.array(people, dtype=np.int32), apart, time_limit)
        certificate = as_certificate(answer, self.step, tuple(people), self.rounding)
        return PricedAnswer(answer["mate"], certificate, answer["complete"], answer["rounds"], 1)

    def near_pairs(self, limit: int) -> tuple[Ints, Ints, Units, Units]:
        """Return pairs of little slack; see `PairSolver`."""
        assert self._certificate is not None, "solve comes first"  # noqa: S101
        duals, bonus = self._certificate.duals, self._certificate.bonus
        found = []
        for i in range(len(self.weights)):
            row = self.weights[i, i + 1 :]
            slack = duals[i] + duals[i + 1 : len(self.weights)] - 2 * (row + bonus)
            j = np.flatnonzero((slack <= limit) & (row != NOT_ALLOWED))
            found.append(np.column_stack([np.full(len(j), i), j + i + 1, slack[j]]))
        i, j, slack = np.concatenate(found).T
        i, j = i.astype(np.int32), j.astype(np.int32)
        common = _kernel.common_dual(self._certificate.parents, self._certificate.set_duals, i, j)
        near = 3 * slack + 2 * common <= 3 * limit
        i, j, slack, common = i[near], j[near], slack[near], common[near]
        return i, j, slack + common, common
