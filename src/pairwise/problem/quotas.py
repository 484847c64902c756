"""Pairs under quotas: sums over the whole plan that must stay within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pairwise.problem.binding import bind_rules, bind_score
from pairwise.problem.pairs import PairProblem
from pairwise.problem.prior import PriorityMeasure, PriorityProblem
from pairwise.quotas import PairSum, bind_quotas

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pairwise.participants import Participants
    from pairwise.problem.base import Groups
    from pairwise.problem.pairs import Leftover, Weights
    from pairwise.quotas import Quota
    from pairwise.rules import BoundRule, Rule
    from pairwise.score import Score
    from pairwise.terms import Term


@dataclass(frozen=True, eq=False)
class QuotaProblem(PairProblem):
    """Who may be paired with whom, and what the plan as a whole must reach.

    Plans place as many people as the rules allow, of as much priority as those can have; quotas are
    about plans that do.

    Attributes
    ----------
    quotas
        The quotas, each with a meaning for pairs.
    priority
        Whole numbers per person; empty where nobody has any.

    Examples
    --------
    >>> from pairwise import Count, Differ, Participants, Precomputed
    >>> from pairwise.problem import QuotaProblem
    >>> people = Participants(range(4), categories={"site": ["a", "a", "b", "b"]})
    >>> quota = Count(Differ("site"), at_least=1)
    >>> problem = QuotaProblem.of(people, Precomputed([[0.5] * 4] * 4), quotas=[quota])
    >>> problem.broken(((0, 1), (2, 3)))
    ['Count(Differ("site"), at_least=1): the plan has 0']
    """

    kind: ClassVar[str] = "pairs under quotas"

    quotas: tuple[Quota, ...] = ()
    priority: tuple[int, ...] = ()

    @classmethod
    def of(
        cls,
        people: Participants,
        score: Score | Term | None = None,
        rules: Iterable[Rule | BoundRule] = (),
        leftover: Leftover = "trio",
        quotas: Iterable[Quota] = (),
        priority: Iterable[int] = (),
    ) -> QuotaProblem:
        """Bind score and rules to the people and look quotas up; see `PairProblem.of`.

        Raises
        ------
        InvalidInput
            Also when something is no quota, or a quota says nothing about pairs, or there are too
            many people for priorities.
        """
        bound = bind_score(people, score)
        given = bind_quotas(quotas)
        bound_rules = bind_rules(people, bound, rules)
        problem = cls(people, bound, bound_rules, leftover, given, tuple(priority))
        problem.sums  # noqa: B018 - refuses quotas that do not fit
        if problem.priority:
            problem.ranked  # noqa: B018 - refuses too many people
        return problem

    @property
    def settings(self) -> dict[str, object]:
        """What else the problem was made with, as plain values."""
        quotas = [repr(quota) for quota in self.quotas]
        claims = {"priority": list(self.priority)} if self.priority else {}
        return {"leftover": self.leftover, "quotas": quotas, **claims}

    @cached_property
    def ranked(self) -> PriorityProblem:
        """The same problem without quotas, in which priorities come before scores."""
        plain = PairProblem(self.people, self.score, self.rules, self.leftover)
        return PriorityProblem.on(plain, self.priority)

    def rank(self, groups: Groups) -> int:
        """Return the sum of the priorities of the people placed."""
        return sum(self.priority[i] for group in groups for i in group) if self.priority else 0

    def sums_at(self, rank: int) -> tuple[PairSum, ...]:
        """Return the sums that quotas bound, and that of priorities, which must reach a rank."""
        if not self.priority:
            return self.sums
        claims = PriorityMeasure(np.array(self.priority, dtype=np.int64))
        return (*self.sums, PairSum("priority", claims, partial(_at_least, 2 * rank)))

    @cached_property
    def sums(self) -> tuple[PairSum, ...]:
        """The sums over the pairs of a plan that the quotas bound."""
        found = (quota.over_pairs(self.people, self.score) for quota in self.quotas)
        return tuple(one for sums in found for one in sums)

    def broken(self, groups: Groups) -> list[str]:
        """Return a sentence for everything about the groups that is not allowed."""
        placed = sum(map(len, groups))
        false = super().broken(groups)
        for one in self.sums:
            total, (low, high) = int(sums_over(one, groups).sum()), one.bounds(placed)
            if (low is not None and total < low) or (high is not None and total > high):
                false.append(f"{one.name}: the plan has {one.worded(total, placed)}")
        return false


def _at_least(least: int, _placed: int) -> tuple[int, None]:
    return least, None


def sums_over(one: PairSum, groups: Sequence[tuple[int, ...]]) -> Weights:
    """Return what each group adds to a sum, shape (g,): a trio half of its three pairs."""
    sides = [(k, side) for k, group in enumerate(groups) for side in combinations(group, 2)]
    at = np.array([k for k, _ in sides], dtype=np.intp)
    ends = np.array([side for _, side in sides], dtype=np.intp).reshape(-1, 2)
    sums = np.zeros(len(groups), dtype=np.int64)
    np.add.at(sums, at, one.measure.pairs(ends[:, 0], ends[:, 1]))
    trios = np.array([len(group) == 3 for group in groups], dtype=bool)
    halved: Weights = np.where(trios, sums // 2, sums)
    return halved
