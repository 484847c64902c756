"""Mentors and mentees under quotas: sums over the pairs of a plan that must stay within bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.problem.loads import LoadProblem, load_parts
from pairwise.problem.pairs import NOT_ALLOWED
from pairwise.quotas import Table, bind_quotas

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pairwise.problem.base import Groups
    from pairwise.problem.loads import LoadArrays
    from pairwise.quotas import CellSum, Quota

_MOST_PAIRS = 4_000_000
_BITS = 30


@dataclass(frozen=True, eq=False)
class QuotaLoadProblem(LoadProblem):
    """Who may be whose mentor within loads, and what the plan as a whole must reach.

    What is asked of single people, as by `PerMentor`, is kept like loads: then as many people as
    can be are placed, and quotas over the plan choose among the plans that do.

    Attributes
    ----------
    quotas
        The quotas, each with a meaning for mentors and mentees.
    place
        What a unit of `rank` counts: in it a person placed is 1 and more than all priorities.

    Examples
    --------
    >>> from pairwise import Is, Participants, PerMentor, Precomputed
    >>> from pairwise.problem import QuotaLoadProblem
    >>> people = Participants(range(3), categories={"team": ["a", "b", "b"]})
    >>> sides = [[0], [0], [2]], [[1, 2], [0, 0], [1, 1]]
    >>> quota = PerMentor(Is("team", "b"), at_most=1)
    >>> problem = QuotaLoadProblem.of(people, Precomputed([[1.0] * 3] * 3), [], *sides, [quota])
    >>> problem.broken(((0, 1), (0, 2)))
    ['PerMentor(Is("team", "b"), at_most=1): 0: the plan has 2']
    """

    kind: ClassVar[str] = "loads under quotas"
    elsewhere: ClassVar[str] = "placed elsewhere or kept off by quotas"

    quotas: tuple[Quota, ...] = ()
    place: int = 1

    @classmethod
    def of(  # type: ignore[override]
        cls,
        people: Any,
        score: Any,
        rules: Any,
        mentors: Any,
        mentees: Any,
        quotas: Iterable[Quota] = (),
        **settings: Any,
    ) -> QuotaLoadProblem:
        """Bind score and rules to the people and look quotas up; see `LoadProblem.of`."""
        return cls.on(LoadProblem.of(people, score, rules, mentors, mentees, **settings), quotas)

    @classmethod
    def on(cls, problem: LoadProblem, quotas: Iterable[Quota]) -> QuotaLoadProblem:
        """Ask for quotas in a problem.

        Raises
        ------
        InvalidInput
            When something is no quota, a quota says nothing about mentors and mentees, or there
            are too many pairs; names the way out.
        """
        found = cls(**load_parts(problem), quotas=bind_quotas(quotas))
        pairs = len(problem.mentors.people) * len(problem.mentees.people)
        if pairs > _MOST_PAIRS:
            raise InvalidInput(
                f"quotas: {pairs:,} pairs of mentors and mentees are more than {_MOST_PAIRS:,};"
                " assign parts that do not meet apart, such as sites"
            )
        found.sums  # noqa: B018 - refuses quotas that do not fit
        return found

    @property
    def without_quotas(self) -> LoadProblem:
        """The same problem without quotas."""
        return LoadProblem(**load_parts(self))

    @property
    def settings(self) -> dict[str, object]:
        """What else the problem was made with, as plain values."""
        return {**super().settings, "quotas": [repr(quota) for quota in self.quotas]}

    @cached_property
    def sums(self) -> tuple[CellSum, ...]:
        """The sums over the pairs of a plan that the quotas bound."""
        return tuple(one for sums in self._sums_of_quotas for one in sums)

    @cached_property
    def quota_of(self) -> NDArray[np.intp]:
        """By which quota each of the sums is asked for; (k,)."""
        counts = [len(sums) for sums in self._sums_of_quotas]
        return np.repeat(np.arange(len(counts)), counts)

    @cached_property
    def _sums_of_quotas(self) -> list[tuple[CellSum, ...]]:
        table = Table(
            self.people,
            self.score,
            self.mentors.index,
            self.mentees.index,
            np.array(self.mentors.high, dtype=np.int64),
            np.array(self.mentees.high, dtype=np.int64),
            np.where(self.table == NOT_ALLOWED, 0, self.table),
            self.step,
        )
        return [quota.over_table(table) for quota in self.quotas]

    @cached_property
    def _units(self) -> tuple[int, int, int]:
        """Bits of the step, and what a unit of priority and a place are worth: not in steps."""
        claims = 0 if self.priority is None else 2 * sum(self.priority)
        place = (claims + 1) * (self.participation == "maximum")
        return _BITS, self.place * (claims > 0), self.place * place

    @cached_property
    def claims(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What placing each mentor, and each mentee, counts in `rank`."""
        mentors, mentees = (
            np.array([self._claim(i) for i in side.people], dtype=np.int64)
            for side in (self.mentors, self.mentees)
        )
        return mentors, mentees

    def loads_at(self, place: int, returns_by: int = 1) -> tuple[LoadArrays, LoadArrays]:
        """Return the loads with returns times so much, a unit of `rank` counting `place` units."""
        returns = tuple(returns_by * round(step / self.step) * self.step for step in self.returns)
        return replace(self, place=place, returns=returns).loads

    def pairs_of(self, rank: int) -> int | None:
        """Return how many pairs a plan of a rank has, if it is certain.

        It is where loads alone allow no higher rank, everybody counts, and one side has at most one
        partner each.
        """
        high = [np.minimum(side.high, 2**20) for side in (self.mentors, self.mentees)]
        placed = [int(min((high[k] > 0).sum(), high[1 - k].sum())) for k in (0, 1)]
        counts = [
            np.sort(claims[most > 0])[::-1] for claims, most in zip(self.claims, high, strict=True)
        ]
        single = [k for k in (0, 1) if high[k].max(initial=0) <= 1 and counts[k].all()]
        most = sum(int(count[:k].sum()) for count, k in zip(counts, placed, strict=True))
        return placed[single[0]] if single and rank == most else None

    def totals(self, groups: Groups) -> list[int]:
        """Return the sums of a plan."""
        rows, cols = np.array(self.cells(groups), dtype=np.intp).reshape(-1, 2).T
        used = np.zeros(len(self.mentors.people) * len(self.mentees.people), dtype=bool)
        used[rows * len(self.mentees.people) + cols] = True
        return [int(one.amounts[used[one.cells]].sum()) for one in self.sums]

    def broken(self, groups: Groups) -> list[str]:
        """Return a sentence for everything about the groups that is not allowed."""
        false = super().broken(groups)
        if any(self.row_at[a] < 0 or self.col_at[b] < 0 for a, b in groups):
            return false
        for one, total in zip(self.sums, self.totals(groups), strict=True):
            if (one.low is not None and total < one.low) or (
                one.high is not None and total > one.high
            ):
                false.append(f"{one.name}: the plan has {one.worded(total, len(groups))}")
        return false
