"""Mentors and mentees whose scores count by fairness between mentees."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.problem.fair import FairProblem, alpha_worth, check_fairness
from pairwise.problem.loads import LoadProblem, load_parts
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
        refusals = _refusals(fair)
        if refusals:
            raise InvalidInput(f"fairness={alpha:g}: {'; '.join(refusals)}")
        one_each = fair.is_leximin and max(fair.mentors.high) <= 1
        return fair if alpha < math.inf or one_each else replace(fair, participation="any")

    @classmethod
    def _with(cls, problem: LoadProblem, alpha: float) -> FairLoadProblem:
        return cls(**load_parts(problem), alpha=alpha)

    @property
    def settings(self) -> dict[str, object]:
        """What else the problem was made with, as plain values."""
        return {**super().settings, "fairness": self.alpha if self.alpha < math.inf else "inf"}

    @cached_property
    def plain(self) -> LoadProblem:
        """The same problem with pairs worth their scores."""
        return LoadProblem(**load_parts(self))

    @property
    def with_mentees(self) -> FairLoadProblem:
        """The problem in which all mentees must have a mentor, if they may."""
        return replace(self, mentees=_all_placed(self.mentees))

    @property
    def with_everybody(self) -> FairLoadProblem:
        """The problem in which all people must have a partner, if they may."""
        return replace(self.with_mentees, mentors=_all_placed(self.mentors))

    @property
    def is_leximin(self) -> bool:
        """Whether the sorted scores of all mentees are compared: each has one mentor at most.

        Fewest partners must then follow from as many pairs as can be, or all mentees be placed.
        """
        if self.alpha < math.inf or max(self.mentees.high) > 1:
            return False
        one_each = max(self.mentors.high) <= 1 and _all_must(self.mentors)
        mentors_free = not any(self.mentors.low) or one_each
        return _all_must(self.mentees) or (mentors_free and not any(self.mentees.low))

    @property
    def is_of_shares(self) -> bool:
        """Whether plans are compared mentee by mentee, from the worst off on."""
        return self.alpha == math.inf

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
                " goes only where each mentee has one mentor at most; use mentee_load=(0, 1) and a"
                " mentor_load from 0, or leave the pair free"
            )

    @cached_property
    def place_rows(self) -> Indices:
        """Mentor of each place, as a row of the table: as many places as the most mentees."""
        most = np.minimum(self.mentors.high, len(self.mentees.people))
        return np.repeat(np.arange(len(most)), most)

    @property
    def idle(self) -> int:
        """How many places stay empty where mentors have a fewest, and all mentees a mentor."""
        return max(0, len(self.place_rows) - sum(self.mentees.high)) * any(self.mentors.low)

    @cached_property
    def place_table(self) -> Weights:
        """Weights of places x mentees; a required pair has a place of its own.

        One more column for each idle place: it goes with those beyond a mentor's fewest, above all
        scores, so that it is about the same in all plans.
        """
        table: Weights = self.free_table[self.place_rows]
        table[:, np.array(self.mentees.high) == 0] = NOT_ALLOWED
        first = np.searchsorted(self.place_rows, np.arange(len(self.mentors.people)))
        number = np.arange(len(table)) - first[self.place_rows]
        beyond = number >= np.array(self.mentors.low)[self.place_rows]
        empty = np.where(beyond, round(1 / self.step) + 1, NOT_ALLOWED)
        table = np.column_stack([table, *[empty] * self.idle])
        for row, col in self.fixed:
            place, weight = first[row], self.table[row, col]
            table[place], table[:, col] = NOT_ALLOWED, NOT_ALLOWED
            table[place, col] = weight
            first[row] += 1
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


def _all_must(side: Side) -> bool:
    """Tell whether all who may have a partner must have one."""
    return all(low >= min(high, 1) for low, high in zip(side.low, side.high, strict=True))


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
