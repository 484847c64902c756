"""Mentors and mentees where no mentee may have less than a floor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pairwise.errors import InfeasibleError
from pairwise.problem.loads import LoadProblem, load_parts
from pairwise.problem.pairs import NOT_ALLOWED
from pairwise.problem.seat_tables import SeatTable

if TYPE_CHECKING:
    from pairwise.problem.base import Groups
    from pairwise.problem.pairs import Weights
    from pairwise.rules import Indices


@dataclass(frozen=True, eq=False)
class FloorLoadProblem(LoadProblem):
    """Who may be whose mentor within loads, where every mentee's share is at least a floor.

    A share is the sum of a mentee's scores over the most mentors that they may have. Where that is
    one, pairs below the floor are not allowed, and a mentee without a mentor has no share.

    Attributes
    ----------
    floor
        The least share.

    Examples
    --------
    >>> from pairwise import Participants, Precomputed
    >>> from pairwise.problem import FloorLoadProblem
    >>> people, sides = Participants(range(3)), ([[0], [0], [2]], [[1, 2], [0, 0], [1, 1]])
    >>> score = Precomputed([[0, 0.75, 0.25], [0.75, 0, 0], [0.25, 0, 0]])
    >>> problem = FloorLoadProblem.of(people, score, [], *sides, floor=0.5)
    >>> problem.broken(((0, 1), (0, 2)))
    ['2 has a share of 0.25, must have 0.5']
    """

    kind: ClassVar[str] = "loads above a floor"

    floor: float = 0.0

    @classmethod
    def of(cls, *args: Any, floor: float = 0.0, **settings: Any) -> FloorLoadProblem:
        """Bind score and rules to the people; see `LoadProblem.of`."""
        return cls.on(LoadProblem.of(*args, **settings), floor)

    @classmethod
    def on(cls, problem: LoadProblem, floor: float) -> FloorLoadProblem:
        """Put a floor under the shares of a problem."""
        return cls(**load_parts(problem), floor=floor)

    @property
    def settings(self) -> dict[str, object]:
        """What else the problem was made with, as plain values."""
        return {**super().settings, "floor": self.floor}

    @cached_property
    def plain(self) -> LoadProblem:
        """The same problem without the floor."""
        return LoadProblem(**load_parts(self))

    @property
    def is_of_shares(self) -> bool:
        """Whether shares are sums: some mentee may have several mentors."""
        return max(self.mentees.high) > 1

    @cached_property
    def seat_table(self) -> SeatTable:
        """Scores and loads as searches for shares of several mentors see them."""
        return SeatTable(self)

    def check(self) -> None:
        """Find contradictions; see `LoadProblem.check`.

        Raises
        ------
        InfeasibleError
            Also when a required pair is below the floor.
        """
        super().check()
        low = [pair for pair in self.required_pairs if self.group_weights((pair,)) == NOT_ALLOWED]
        if low:
            raise InfeasibleError(
                [
                    f"{self.names(low[0])} are required together, but their score is below the"
                    f" floor of {self.floor:.6g}: drop the pair from Require or lower the floor"
                ]
            )

    def broken(self, groups: Groups) -> list[str]:
        """Return a sentence for everything about the groups that is not allowed."""
        return super().broken(groups) or [
            f"{self.name(b)} has a share of {share:.6g}, must have {self.floor:.6g}"
            for b, share in self._counted(groups)
            if share < self.floor - self.step
        ]

    def lowest(self, groups: Groups) -> float:
        """Return the smallest share in a plan."""
        return min((share for _, share in self._counted(groups)), default=1.0)

    def _counted(self, groups: Groups) -> list[tuple[int, float]]:
        """Return the mentees whose shares count, with their shares."""
        rows, cols = np.array(self.cells(groups), dtype=np.intp).reshape(-1, 2).T
        scores = self.plain.table[rows, cols] * self.step
        high = np.array(self.mentees.high)
        shares = np.bincount(cols, scores, minlength=len(high)) / np.maximum(high, 1)
        taught = np.bincount(cols, minlength=len(high)) > 0
        here = high > 0 if self.is_of_shares else taught
        return [(self.mentees.people[k], float(shares[k])) for k in np.flatnonzero(here)]

    def pair_weights(self, mentors: Indices, mentees: Indices) -> Weights:
        """Return the weights of mentors with mentees, requires aside; shape (m,)."""
        return self._above(super().pair_weights(mentors, mentees))

    @cached_property
    def table(self) -> Weights:
        """Weights of mentors x mentees, NOT_ALLOWED where rules or the floor refuse."""
        return self._above(self.plain.table)

    def _above(self, weights: Weights) -> Weights:
        if self.is_of_shares:
            return weights
        raised: Weights = np.where(weights < ceil(self.floor / self.step), NOT_ALLOWED, weights)
        return raised
