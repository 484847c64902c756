"""Mentors and mentees whose scores count by fairness between mentees."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.problem.fair import FairProblem, alpha_worth, check_fairness
from pairwise.problem.loads import LoadProblem
from pairwise.problem.pairs import NOT_ALLOWED
from pairwise.problem.prior import PriorityProblem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.problem.base import Problem
    from pairwise.problem.pairs import Weights
    from pairwise.problem.sides import Side
    from pairwise.rules import Indices


@dataclass(frozen=True, eq=False)
class FairLoadProblem(LoadProblem):
    """Who may be whose mentor within loads, and what each pair is worth to fairness.

    With a finite alpha every mentee has one mentor at most, and a pair is worth
    `FairProblem.worth` of its score. With alpha infinite weights are scores, and plans are
    compared mentee by mentee from the worst off on: exactly if `is_leximin`, else by the smallest
    share, then by the sum. A share is the sum of a mentee's scores over the most mentors that
    they may have, all of them at most.

    Attributes
    ----------
    alpha
        > 0; 1 is Nash, infinity is leximin or maximin.
    """

    kind: ClassVar[str] = "fair loads"

    alpha: float = 1.0

    @classmethod
    def of(cls, *args: Any, fairness: float | str = 1.0, **settings: Any) -> FairLoadProblem:
        """Bind score and rules to the people; see `LoadProblem.of`."""
        return cls._with(LoadProblem.of(*args, **settings), check_fairness(float(fairness)))

    @classmethod
    def on(cls, problem: LoadProblem, alpha: float) -> FairLoadProblem:
        """Ask for fairness in a problem.

        Raises
        ------
        InvalidInput
            Naming what cannot be had together with fairness, and the way out.
        """
        fair = cls._with(problem, alpha)
        for sentence in _refusals(fair):
            raise InvalidInput(f"fairness={alpha:g}: {sentence}")
        if alpha < math.inf or max(*fair.mentors.high, *fair.mentees.high) <= 1:
            return fair
        fair = replace(fair, participation="any")
        return fair if fair.is_leximin else replace(fair, mentees=_all_placed(fair.mentees))

    @classmethod
    def _with(cls, problem: LoadProblem, alpha: float) -> FairLoadProblem:
        return cls(**_parts(problem), alpha=alpha)

    @property
    def settings(self) -> dict[str, object]:
        """What else the problem was made with, as plain values."""
        return {**super().settings, "fairness": self.alpha if self.alpha < math.inf else "inf"}

    @cached_property
    def plain(self) -> LoadProblem:
        """The same problem with pairs worth their scores."""
        return LoadProblem(**_parts(self))

    @property
    def is_leximin(self) -> bool:
        """Whether the sorted scores of all mentees are compared: each has one mentor at most.

        Fewest partners must then follow from as many pairs as can be.
        """
        one_each = max(self.mentees.high) <= 1
        mentors_free = not any(self.mentors.low) or (
            max(self.mentors.high) <= 1 and _all_or_none(self.mentors)
        )
        return self.alpha == math.inf and one_each and mentors_free and _all_or_none(self.mentees)

    @property
    def is_maximin(self) -> bool:
        """Whether plans are compared by the smallest share, then by the sum."""
        return self.alpha == math.inf and not self.is_leximin

    def _quantised(self, values: NDArray[np.float64]) -> Weights:
        return super()._quantised(alpha_worth(values, self.alpha))

    def check(self) -> None:
        """Find contradictions; see `LoadProblem.check`.

        Raises
        ------
        InvalidInput
            Also when pairs are required where shares are compared.
        """
        super().check()
        if self.is_maximin and self.required_pairs:
            raise InvalidInput(
                f"fairness=inf: {self.names(self.required_pairs[0])} are required together, which"
                " goes only where each mentee has one mentor at most and no mentor a fewest; use"
                " mentee_load=(0, 1) and a mentor_load from 0, or leave the pair free"
            )

    @cached_property
    def place_rows(self) -> Indices:
        """Mentor of each place, as a row of the table: as many places as the most mentees."""
        most = np.minimum(self.mentors.high, len(self.mentees.people))
        return np.repeat(np.arange(len(most)), most)

    @cached_property
    def place_table(self) -> Weights:
        """Weights of places x mentees; a required pair has a place of its own."""
        table: Weights = self.free_table[self.place_rows]
        table[:, np.array(self.mentees.high) == 0] = NOT_ALLOWED
        taken = np.searchsorted(self.place_rows, np.arange(len(self.mentors.people)))
        for row, col in self.fixed:
            place, weight = taken[row], self.table[row, col]
            table[place], table[:, col] = NOT_ALLOWED, NOT_ALLOWED
            table[place, col] = weight
            taken[row] += 1
        return table

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """Scores of mentors x mentees, as multiples of the step; -inf where there can be none."""
        barred = (self.free_table == NOT_ALLOWED) | (np.array(self.mentees.high) == 0)
        return np.where(barred, -np.inf, self.free_table * self.step)


Fair = FairProblem | FairLoadProblem
"""Problems in which fairness, not the sum of scores, says which plan is best."""


def scored(problem: Problem) -> Problem:
    """Return the problem in which groups are worth their scores, for tables and explanations."""
    return problem.plain if isinstance(problem, Fair | PriorityProblem) else problem


def _parts(problem: LoadProblem) -> dict[str, Any]:
    return {part.name: getattr(problem, part.name) for part in fields(LoadProblem)}


def _all_or_none(side: Side) -> bool:
    """Tell whether all who may have a partner must have one, or nobody must."""
    pairs = zip(side.low, side.high, strict=True)
    return not any(side.low) or all(low >= min(high, 1) for low, high in pairs)


def _all_placed(side: Side) -> Side:
    pairs = zip(side.low, side.high, strict=True)
    return replace(side, low=tuple(max(low, min(high, 1)) for low, high in pairs))


def _refusals(problem: FairLoadProblem) -> list[str]:
    """Return what goes not with fairness, and the way out."""
    found = []
    if any(problem.returns):
        found.append("cannot be had together with returns; leave one of them out")
    if problem.participation == "any":
        found.append('plans that place fewer people are not compared; use participation="maximum"')
    if problem.alpha < math.inf:
        if max(problem.mentees.high) > 1:
            found.append(
                "a mentee with several mentors has a share, not one score; use mentee_load=(0, 1),"
                " or float('inf'), which makes the smallest share as large as can be"
            )
        return found
    if problem.priority is not None:
        found.append("cannot be had together with priority; leave one of them out")
    if problem.twins is not None:
        found.append(
            "somebody is both mentor and mentee, and who mentors each other is excluded; pass"
            " allow_two_cycles=True, or a finite fairness such as 5"
        )
    return found
