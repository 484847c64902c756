"""What a repaired plan changes: who, from whom, to whom, why, and what it gains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import listed, quoted
from pairwise.problem import FewChangesProblem, RepairProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from pairwise.participants import Id
    from pairwise.plan.plan import Plan
    from pairwise.problem import Problem


@dataclass(frozen=True)
class Change:
    """Somebody whose partners differ from those before.

    Attributes
    ----------
    who
        The person.
    before, after
        Partners in the plan that was and in the new one; empty: none.
    why
        In words: the partner left, a rule refuses the two, or the plan gains by it.
    gain
        Mean score with the partners after, less that with those before who are still here; a
        partner who is gone counts 0.
    """

    who: Id
    before: tuple[Id, ...]
    after: tuple[Id, ...]
    why: str
    gain: float

    def __str__(self) -> str:
        old = listed(self.before) if self.before else "nobody"
        new = listed(self.after) if self.after else "nobody"
        return f"{quoted(self.who)}: from {old} to {new} ({self.gain:+.3f}), {self.why}"


class Changes(tuple[Change, ...]):
    """Everybody of both plans whose partners differ, in the order of the participants.

    Attributes
    ----------
    joined, left
        Ids of those who are in the new plan alone, and in the old one alone.
    kept
        How many groups are the same.
    """

    joined: tuple[Id, ...]
    left: tuple[Id, ...]
    kept: int

    def __new__(
        cls,
        changes: Iterable[Change] = (),
        joined: Iterable[Id] = (),
        left: Iterable[Id] = (),
        kept: int = 0,
    ) -> Changes:
        """Keep the changes in their order."""
        made = super().__new__(cls, changes)
        made.joined, made.left, made.kept = tuple(joined), tuple(left), kept
        return made

    def __getnewargs__(self) -> tuple[tuple[Change, ...], tuple[Id, ...], tuple[Id, ...], int]:
        return tuple(self), self.joined, self.left, self.kept

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table: who, from, to, why, gain."""
        import pandas as pd

        rows = [
            {
                "who": change.who,
                "from": ", ".join(map(str, change.before)),
                "to": ", ".join(map(str, change.after)),
                "why": change.why,
                "gain": change.gain,
            }
            for change in self
        ]
        return pd.DataFrame(rows, columns=["who", "from", "to", "why", "gain"])

    def __str__(self) -> str:
        head = (
            f"{len(self):,} people change partner, {self.kept:,} groups stay,"
            f" {len(self.joined):,} joined, {len(self.left):,} left"
        )
        return "\n".join([head, *(f"  {change}" for change in self)])


def changes_of(plan: Plan) -> Changes:
    """Return what a plan changes; nothing where it repairs no other plan."""
    problem = plan.problem
    if not isinstance(problem, RepairProblem | FewChangesProblem):
        return Changes(kept=len(plan.index_groups))
    before = {who: tuple(x for x in group if x != who) for group in problem.before for who in group}
    here = set(plan.people.ids)
    changed = [
        _change(plan, problem, who, before[who])
        for who in plan.people.ids
        if who in before and set(before[who]) != set(plan.partners.get(who, ()))
    ]
    old_groups = {frozenset(group) for group in problem.before}
    return Changes(
        changed,
        joined=[who for who in plan.people.ids if who not in before],
        left=[who for who in before if who not in here],
        kept=sum(frozenset(group) in old_groups for group in plan.groups),
    )


def _change(plan: Plan, problem: Problem, who: Id, before: tuple[Id, ...]) -> Change:
    here = set(plan.people.ids)
    after = plan.partners.get(who, ())
    staying = tuple(x for x in before if x in here)
    gone = tuple(x for x in before if x not in here)
    gain = _mean_score(plan, who, after, len(after)) - _mean_score(plan, who, staying, len(before))
    return Change(who, before, after, _why(problem, who, staying, gone), gain)


def _why(problem: Problem, who: Id, staying: tuple[Id, ...], gone: tuple[Id, ...]) -> str:
    if gone:
        return f"{listed(gone)} {'is' if len(gone) == 1 else 'are'} not here any more"
    i, at = problem.people.index(who), problem.people.indices(staying)
    me = np.full(len(at), i)
    refusing = [rule.name for rule in problem.rules if not rule.allowed_pairs(me, at).all()]
    if refusing:
        return f"{refusing[0]} refuses the two"
    return "the plan gains by it" if staying else "there was nobody before"


def _mean_score(plan: Plan, who: Id, others: tuple[Id, ...], count: int) -> float:
    if not count:
        return 0.0
    at = plan.people.indices(others)
    me = np.full(len(at), plan.people.index(who))
    return float(plan.score.pairs(me, at).sum()) / count
