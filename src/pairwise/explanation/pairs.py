"""Why somebody has this partner: in words, in numbers, and against what else was possible."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pairwise.errors import listed, quoted
from pairwise.explanation.words import place, wrapped
from pairwise.plan.render import STYLE
from pairwise.problem import NOT_ALLOWED, LoadProblem, scored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.participants import Id
    from pairwise.plan import Plan, WhatIf
    from pairwise.score import Breakdown, TermShare
    from pairwise.terms import BoundTerm

_SHIFTS = 8


class Hope(NamedTuple):
    """The best-scored partner whom the rules allow somebody, whoever has them now."""

    partner: Id
    score: float
    taken_by: tuple[Id, ...]


@dataclass(frozen=True)
class Explanation:
    """Why somebody has their partner; print it, or let a notebook show it.

    Attributes
    ----------
    who
        The participant explained.
    plan
        The plan.
    """

    who: Id
    plan: Plan

    @cached_property
    def partners(self) -> tuple[Id, ...]:
        """The partner; two in a trio; nobody when left out."""
        return self.plan.partners.get(self.who, ())

    @cached_property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        """Each term's share of the score, for each partner."""
        return tuple(
            self.plan.score.breakdown(self.who, partner, self._gainer(partner))
            for partner in self.partners
        )

    def _gainer(self, partner: Id) -> Id | None:
        """Return whose gain the plan counts; None when both directions count together."""
        if not _counts_gains(self.plan):
            return None
        return self.who if (partner, self.who) in self.plan.pairs else partner

    @cached_property
    def allowed(self) -> int:
        """How many partners the rules allow."""
        return int((self._weights != NOT_ALLOWED).sum())

    @cached_property
    def ranks(self) -> tuple[int, ...]:
        """Place of each partner among those allowed, by score; 1 is best, ties share a place."""
        at = self.plan.people.indices(self.partners)
        me = np.full(len(at), self._index)
        own = scored(self.plan.problem).together_pairs(me, at)
        return tuple(1 + int((self._weights > weight).sum()) for weight in own)

    @cached_property
    def hoped(self) -> Hope | None:
        """The best partner one could have hoped for; None when nobody is allowed."""
        if not self.allowed:
            return None
        best = int(self._weights.argmax())
        partner = self.plan.people.ids[best]
        score = float(self._weights[best]) * self.plan.step
        return Hope(partner, score, self.plan.partners.get(partner, ()))

    @cached_property
    def next_best(self) -> WhatIf | None:
        """The other partner who would cost the plan least: exact, one re-solve when first asked."""
        return next(iter(self.plan.alternatives(self.who, 1)), None)

    @property
    def _index(self) -> int:
        return self.plan.people.index(self.who)

    @cached_property
    def _weights(self) -> NDArray[np.int64]:
        row = np.array([self._index])
        weights: NDArray[np.int64] = scored(self.plan.problem).weights(row, slice(None))[0]
        return weights

    def __str__(self) -> str:
        lines = [] if self.partners else wrapped(self._left_out(), "")
        for breakdown, rank in zip(self.breakdowns, self.ranks, strict=True):
            head = f"{quoted(self.who)} with {quoted(breakdown.pair[1])}"
            lines.append(f"{head}: score {breakdown.score:.3f}, {self._place(rank)}")
            lines.append("  share = weight x value")
            for term in _by_share(breakdown):
                lines += _term_lines(term)
        lines += [line for text in (self._hope(), self._next()) for line in wrapped(text, "")]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        tables = "".join(_html_table(breakdown) for breakdown in self.breakdowns)
        texts = [] if self.partners else [self._left_out()]
        notes = "".join(f"<p>{escape(text)}</p>" for text in (*texts, self._hope(), self._next()))
        return f'{STYLE}<div class="pairwise">{tables}{notes}</div>'

    def _left_out(self) -> str:
        reason = self.plan.unmatched.reasons.get(self.who, "they are on neither side")
        return f"{quoted(self.who)} has no partner: {reason}."

    def _place(self, rank: int) -> str:
        if self.allowed <= 1:
            return "the only partner that the rules allow"
        return f"{place(rank)} of {self.allowed:,} allowed"

    def _hope(self) -> str:
        if self.hoped is None or 1 in self.ranks:
            return ""
        who, score, taken_by = self.hoped
        now = f"who is with {listed(taken_by)}" if taken_by else "who is left out"
        return f"The best to hope for was {quoted(who)} (score {score:.3f}), {now}."

    def _next(self) -> str:
        other = self.next_best
        if other is None:
            return "The rules allow nobody else."
        return (
            f"The next best for the plan is {quoted(other.partner)} (score {other.score:.3f}):"
            f" {other.cost}."
        )


def _by_share(breakdown: Breakdown) -> list[TermShare]:
    return sorted(breakdown.terms, key=lambda term: -term.share)


def _term_lines(term: TermShare) -> list[str]:
    value = f"{term.value:.3f}" if term.known else "unknown"
    head = f"  {term.share:.3f} = {term.weight:.2f} x {value}  {term.name}"
    return [head, *wrapped(term.sentence, " " * 10)]


def _html_table(breakdown: Breakdown) -> str:
    a, b = (escape(str(who)) for who in breakdown.pair)
    rows = "".join(
        f'<tr><td class="num">{term.share:.3f}</td><td class="num">{term.weight:.2f}</td>'
        f'<td class="num">{f"{term.value:.3f}" if term.known else "unknown"}</td>'
        f"<td><b>{escape(term.name)}</b><br>{escape(term.sentence)}</td></tr>"
        for term in _by_share(breakdown)
    )
    return (
        f"<p><b>{a}</b> with <b>{b}</b>: score {breakdown.score:.3f}</p><table><thead><tr>"
        '<th class="num">share</th><th class="num">weight</th><th class="num">value</th>'
        f"<th>term</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def main_reasons(plan: Plan) -> list[str]:
    """Return for each group the term that lifts it most above an ordinary pair, with its value.

    An ordinary pair is the mean over pairs of neighbours in the order of the participants, or of
    mentors and mentees, up to eight places apart. Cost O(n) scores.
    """
    if not plan.index_groups:
        return []
    group, i, j = _sides(plan)
    lifts, values = [], []
    for term, weight in zip(plan.score.bound_terms, plan.score.weights, strict=True):
        value = _group_means(_counted(plan, term, i, j), group, len(plan.index_groups))
        usual = _mean_known(_counted(plan, term, *_ordinary_pairs(plan)))
        lifts.append(weight * (value - usual))
        values.append(value)
    names = [term.name for term in plan.score.bound_terms]
    table = np.nan_to_num(np.array(lifts), nan=-np.inf)
    return [
        f"{names[best]} {values[best][k]:.2f}" if table[best, k] > -np.inf else "nothing known"
        for k, best in enumerate(table.argmax(axis=0).tolist())
    ]


def _sides(plan: Plan) -> tuple[NDArray[np.intp], ...]:
    """Return every pair inside a group: number of the group, and the two indices."""
    sides = [
        (k, a, b) for k, group in enumerate(plan.index_groups) for a, b in combinations(group, 2)
    ]
    return tuple(np.array(sides, dtype=np.intp).T)


def _counts_gains(plan: Plan) -> bool:
    return isinstance(plan.problem, LoadProblem) and plan.problem.directed


def _counted(
    plan: Plan, term: BoundTerm, i: NDArray[np.intp], j: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the values of a term as the plan counts them; mentors are in i."""
    return term.directed_pairs(j, i) if _counts_gains(plan) else term.pairs(i, j)


def _ordinary_pairs(plan: Plan) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    if isinstance(plan.problem, LoadProblem):
        return _apart(plan.problem.mentors.index, plan.problem.mentees.index)
    everybody = np.arange(len(plan.people))
    return _apart(everybody, everybody)


def _apart(
    here: NDArray[np.intp], there: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return pairs of people who stand one to eight places apart."""
    shifts = range(1, min(_SHIFTS, max(len(here), len(there)) - 1) + 1)
    most = [min(len(here), len(there) - shift) for shift in shifts]
    i = np.concatenate([here[:0], *(here[: max(0, m)] for m in most)])
    j = np.concatenate(
        [there[:0], *(there[s : s + max(0, m)] for s, m in zip(shifts, most, strict=True))]
    )
    return i, j


def _mean_known(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0


def _group_means(
    values: NDArray[np.float64], group: NDArray[np.intp], count: int
) -> NDArray[np.float64]:
    """Return the mean of the known values of each group; NaN where none is known."""
    known = ~np.isnan(values)
    sums = np.bincount(group[known], values[known], minlength=count)
    hits = np.bincount(group[known], minlength=count)
    return np.where(hits > 0, sums / np.maximum(hits, 1), np.nan)
