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

    def near_pairs(self, certificate: Certificate, limit: int) -> tuple[Ints, Ints, Units]:
        """Return allowed pairs that the duals of people cover by less than `limit`, with weights.

        That is duals[i] + duals[j] - 2 * (weight + bonus) < limit, sets aside; i < j.
        """

    def rows(self, people: Ints) -> Units:
        """Return exact weights of some people with everybody; NOT_ALLOWED where not allowed."""


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

    def solve(self, time_limit: float | None = None) -> PricedAnswer:
        """Solve from scratch."""
        answer = self._matcher.solve(time_limit)
        certificate = as_certificate(answer, self.step, (), self.rounding)
        return PricedAnswer(answer["mate"], certificate, answer["complete"], answer["rounds"], 1)

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

    def near_pairs(self, certificate: Certificate, limit: int) -> tuple[Ints, Ints, Units]:
        """Return pairs of little slack; see `PairSolver`."""
        n, found = len(self.weights), [np.zeros((0, 2), dtype=np.int64)]
        own = certificate.duals[:n] - certificate.bonus
        for i in range(n):
            row = self.weights[i, i + 1 :]
            least = (own[i] + own[i + 1 :] - limit) // 2 + 1  # weights below do not count
            j = np.flatnonzero((row >= least) & (row != NOT_ALLOWED))
            found.append(np.column_stack([np.full(len(j), i), j + i + 1]))
        i, j = np.concatenate(found).T
        return i.astype(np.int32), j.astype(np.int32), self.weights[i, j]

    def rows(self, people: Ints) -> Units:
        """Return exact weights of some people with everybody."""
        return self.weights[people]
