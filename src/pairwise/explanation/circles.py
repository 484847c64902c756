"""Why somebody is in this circle: what each member gives it, and what a swap would change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pairwise.errors import listed, quoted
from pairwise.explanation.words import place, wrapped
from pairwise.matching.partitions.answer import label_of
from pairwise.plan.render import STYLE

if TYPE_CHECKING:
    from pairwise.circles import GroupProblem
    from pairwise.participants import Id
    from pairwise.plan import Plan


class Gift(NamedTuple):
    """What a member gives the circle: mean score with the others, and what only they cover."""

    member: Id
    score: float
    covers: float


class Swap(NamedTuple):
    """Two people of different circles who could change places, and what the plan would gain."""

    who: Id
    other: Id
    gain: float


@dataclass(frozen=True)
class CircleExplanation:
    """Why somebody is in this circle; print it, or let a notebook show it.

    Attributes
    ----------
    who
        The participant explained.
    plan
        The plan.
    problem
        The problem that the plan answers.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.sample_cohort()
    >>> plan = pw.group(people, size=4)
    >>> why = plan.explain(people.ids[0])
    >>> len(why.gifts) == len(why.members), why.best_swap.gain <= 0
    (True, True)
    """

    who: Id
    plan: Plan
    problem: GroupProblem

    @cached_property
    def members(self) -> tuple[Id, ...]:
        """Everybody in the circle; nobody when left out."""
        return next((circle for circle in self.plan.groups if self.who in circle), ())

    @property
    def others(self) -> tuple[Id, ...]:
        """The other members."""
        return tuple(member for member in self.members if member != self.who)

    @cached_property
    def rank(self) -> int:
        """Place of the circle among all by worth a member; 1 is best, ties share a place."""
        groups = self.plan.index_groups
        worth = self.problem.group_weights(groups) / np.array([len(group) for group in groups])
        return 1 + int((worth > worth[self.plan.groups.index(self.members)]).sum())

    @cached_property
    def worth(self) -> float:
        """What the circle is worth."""
        at = tuple(self.plan.people.indices(self.members).tolist())
        return float(self.problem.group_weights((at,))[0]) * self.plan.step

    @cached_property
    def gifts(self) -> tuple[Gift, ...]:
        """What each member gives the circle, the most first.

        The mean score with the others; and with `coverage`, by how much the others' coverage
        would fall without that member's offers.
        """
        if not self.members:
            return ()
        at = self.plan.people.indices(self.members)
        scores = np.array(self.plan.score.block(at, at))
        np.fill_diagonal(scores, 0.0)
        means = scores.sum(axis=1) / (len(at) - 1)
        covers = [self._covers(at.tolist(), i) for i in at.tolist()]
        gifts = [Gift(*each) for each in zip(self.members, means.tolist(), covers, strict=True)]
        return tuple(sorted(gifts, key=lambda gift: (-gift.score - gift.covers, str(gift.member))))

    @cached_property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """Share of each term in the mean score with the others, the largest first."""
        breakdowns = [self.plan.score.breakdown(self.who, other) for other in self.others]
        shares: dict[str, float] = {}
        for breakdown in breakdowns:
            for term in breakdown.terms:
                shares[term.name] = shares.get(term.name, 0.0) + term.share / len(breakdowns)
        return tuple(sorted(shares.items(), key=lambda item: -item[1]))

    @cached_property
    def best_swap(self) -> Swap | None:
        """The swap with somebody of another circle that keeps the rules and gains most.

        Exact, over everybody. A plan from search has none that gains: it is 0 or a loss. None
        where the rules allow no swap.
        """
        label = label_of(self.plan.index_groups, self.problem.n)
        swaps = self.problem.partition.kernel.swaps_of(label, self.plan.people.index(self.who))
        with_whom, relief, gain = (np.asarray(column) for column in swaps)
        kept = np.flatnonzero(relief >= 0)
        if not len(kept):
            return None
        best = int(kept[gain[kept].argmax()])
        other = self.plan.people.ids[int(with_whom[best])]
        return Swap(self.who, other, int(gain[best]) * self.plan.step)

    def _covers(self, members: list[int], i: int) -> float:
        partition = self.problem.partition
        if partition.offers is None or partition.needs is None or len(members) < 3:
            return 0.0
        lost = 0
        for j in (j for j in members if j != i):
            rest = [k for k in members if k not in (i, j)]
            with_i = np.maximum(partition.offers[rest].max(axis=0), partition.offers[i])
            needs = partition.needs[j]
            met = np.minimum(needs, with_i).sum(dtype=np.int64)
            left = np.minimum(needs, partition.offers[rest].max(axis=0)).sum(dtype=np.int64)
            lost += int(partition.cover_unit[j]) * int(met - left)
        return lost * partition.step

    def __str__(self) -> str:
        if not self.members:
            return "\n".join(wrapped(self._left_out(), ""))
        lines = [*wrapped(self._head(), ""), "  share of the mean score with the others, by term"]
        lines += [f"  {share:.3f}  {name}" for name, share in self.shares]
        lines += ["  what each gives the circle", *(self._gift_line(gift) for gift in self.gifts)]
        return "\n".join([*lines, *wrapped(self._swap(), "")])

    def _repr_html_(self) -> str:
        if not self.members:
            return f'{STYLE}<div class="pairwise"><p>{escape(self._left_out())}</p></div>'
        rows = "".join(
            f'<tr><td>{escape(str(gift.member))}</td><td class="num">{gift.score:.3f}</td>'
            f'<td class="num">{gift.covers:.3f}</td></tr>'
            for gift in self.gifts
        )
        terms = ", ".join(f"{escape(name)} {share:.3f}" for name, share in self.shares)
        return (
            f'{STYLE}<div class="pairwise"><p>{escape(self._head())}</p><p>{terms}</p>'
            '<table><thead><tr><th>member</th><th class="num">mean score with the others</th>'
            f'<th class="num">covers alone</th></tr></thead><tbody>{rows}</tbody></table>'
            f"<p>{escape(self._swap())}</p></div>"
        )

    def _left_out(self) -> str:
        return f"{quoted(self.who)} has no circle: {self.plan.unmatched.reasons[self.who]}."

    def _head(self) -> str:
        return (
            f"{quoted(self.who)} in a circle of {len(self.members)} with {listed(self.others)}:"
            f" worth {self.worth:.3f}, {place(self.rank)} of {len(self.plan.groups):,}"
        )

    def _gift_line(self, gift: Gift) -> str:
        covers = f" + {gift.covers:.3f} that nobody else covers" if gift.covers else ""
        return f"  {gift.score:.3f}{covers}  {gift.member}"

    def _swap(self) -> str:
        swap = self.best_swap
        if swap is None:
            return "The rules allow no swap with anybody of another circle."
        verb = "gain" if swap.gain > 0 else "lose"
        lead = "A swap would gain" if swap.gain > 0 else "No swap would gain"
        return f"{lead}: with {quoted(swap.other)} the plan would {verb} {abs(swap.gain):.4f}."
