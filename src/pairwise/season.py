"""The season: several rounds in which nobody meets twice, with a bound over all seasons."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import VerificationError, listed, quoted
from pairwise.plan.render import STYLE
from pairwise.problem import NOT_ALLOWED, refused_pairs, repeated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from pairwise.history import History
    from pairwise.matching.rounds import SeasonBound
    from pairwise.participants import Id, Participants
    from pairwise.plan.status import Status
    from pairwise.problem import Groups, PairProblem
    from pairwise.score import Score
    from pairwise.terms import Term

_HTML_ROWS = 12


@dataclass(frozen=True)
class SeasonRound:
    """Who meets whom in one round.

    Attributes
    ----------
    number
        1 is the first round of the season.
    groups
        Ids of the members of each group, in the order of the participants.
    unmatched
        Ids of those who are present and in no group: they have a bye.
    absent
        Ids of those who are away.
    values
        What each group is worth, in score units.
    """

    number: int
    groups: tuple[tuple[Id, ...], ...]
    unmatched: tuple[Id, ...] = ()
    absent: tuple[Id, ...] = ()
    values: tuple[float, ...] = ()

    @property
    def pairs(self) -> tuple[tuple[Id, Id], ...]:
        """Ids of each group of two."""
        return tuple((group[0], group[1]) for group in self.groups if len(group) == 2)

    @property
    def value(self) -> float:
        """Sum over the groups, in score units."""
        return sum(self.values)

    @cached_property
    def partners(self) -> Mapping[Id, tuple[Id, ...]]:
        """Partners by id."""
        return MappingProxyType(
            {who: tuple(x for x in group if x != who) for group in self.groups for who in group}
        )


@dataclass(frozen=True)
class Season:
    """Rounds in which nobody meets twice; immutable.

    Attributes
    ----------
    problem
        People, score and rules.
    rounds
        Each a `SeasonRound`, in order.
    size
        People in a group.
    value_q, bound_q
        Sum over all rounds, and the proven bound on it for every season that fills as many places,
        in units of ``problem.step``.
    status
        How solving ended.
    seconds
        How long it took.
    proof
        What proves the bound.
    evenness, seed
        As `rotate` took them.
    history
        Rounds that came before: nobody meets those again either.

    Examples
    --------
    >>> import pairwise as pw
    >>> season = pw.rotate(pw.sample_cohort(), rounds=4)
    >>> len(season.rounds), len(season.rounds[0].pairs), set(season.byes.values()) <= {0, 1}
    (4, 30, True)
    >>> season.gap < 0.02
    True
    >>> season.verify()
    """

    problem: PairProblem
    rounds: tuple[SeasonRound, ...]
    size: int
    value_q: int
    bound_q: int
    status: Status
    seconds: float
    proof: SeasonBound = field(repr=False)
    evenness: float = 0.25
    seed: int = 0
    history: History | None = field(default=None, repr=False)

    @property
    def people(self) -> Participants:
        """Everybody who takes part."""
        return self.problem.people

    @property
    def value(self) -> float:
        """Sum of the scores of all groups of all rounds; higher is better."""
        return self.value_q * self.problem.step

    @property
    def bound(self) -> float:
        """No season that fills as many places is worth more."""
        return self.bound_q * self.problem.step

    @property
    def gap(self) -> float:
        """``(bound - value) / bound``."""
        return (self.bound_q - self.value_q) / self.bound_q if self.bound_q else 0.0

    @cached_property
    def byes(self) -> Mapping[Id, int]:
        """How often each person is present and has no partner, by id."""
        counts = dict.fromkeys(self.people.ids, 0)
        for entry in self.rounds:
            for who in entry.unmatched:
                counts[who] += 1
        return MappingProxyType(counts)

    def partners_of(self, who: Id) -> tuple[tuple[Id, ...], ...]:
        """Return somebody's partners, round by round; an empty tuple is a bye or an absence.

        Raises
        ------
        InvalidInput
            When nobody has that id; names the nearest.
        """
        self.people.index(who)
        return tuple(entry.partners.get(who, ()) for entry in self.rounds)

    def replan(
        self,
        people: Participants | None = None,
        *,
        after: int,
        absent: Mapping[int, Iterable[Id]] | None = None,
        fixed: Mapping[int, Iterable[tuple[Id, Id]]] | None = None,
        score: Score | Term | None = None,
    ) -> Season:
        """Return new rounds for the rest of the season, after some were played.

        Parameters
        ----------
        people
            Who takes part from now on; the same people if None.
        after
            The last round that was played; 0 plans all of them anew.
        absent, fixed
            As in `rotate`, by the number of the round in the whole season.
        score
            The same score if None.

        Returns
        -------
        Season
            Of the rounds ``after + 1`` on. Those who met stay apart, and byes count on.

        Raises
        ------
        InvalidInput, InfeasibleError
            As `rotate` does.
        """
        from pairwise.rotating import replanned

        return replanned(self, people, after, absent, fixed, score)

    def verify(self) -> None:
        """Check rules, repeats, value and bound by code apart from the search; O(n^2).

        Raises
        ------
        VerificationError
            Names everything that is false.
        """
        false = [*self._false_rounds(), *self._false_repeats()]
        if not false:
            false = self._false_figures()
        if false:
            raise VerificationError("; ".join(false))

    def _index_groups(self, entry: SeasonRound) -> Groups:
        return tuple(tuple(self.people.indices(group).tolist()) for group in entry.groups)

    def _false_rounds(self) -> list[str]:
        false = []
        for entry in self.rounds:
            groups = self._index_groups(entry)
            sentences = repeated(self.problem, groups)
            sentences += refused_pairs(self.problem, groups, self.problem.filters)
            away = set(entry.absent) & set(entry.partners)
            sentences += [f"{quoted(who)} is absent and has a partner" for who in sorted(away)]
            false += [f"round {entry.number}: {sentence}" for sentence in sentences]
        return false

    def _met_before(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        if self.history is None or not self.history.rounds:
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
        past = self.history.meetings(self.people)
        return past.i, past.j

    def _false_repeats(self) -> list[str]:
        ids, (i, j) = self.people.ids, self._met_before()
        before = zip(i.tolist(), j.tolist(), strict=True)
        false, met = [], dict.fromkeys((frozenset((ids[a], ids[b])) for a, b in before), "before")
        for entry in self.rounds:
            for pair in (pair for group in entry.groups for pair in combinations(group, 2)):
                here = f"in round {entry.number}"
                when = met.setdefault(frozenset(pair), here)
                if when != here:
                    false.append(f"{listed(pair)} meet {when} and {here}")
        return false

    def _false_figures(self) -> list[str]:
        weights = self.problem.weights(slice(0, len(self.people)), slice(0, len(self.people)))
        groups = [group for entry in self.rounds for group in self._index_groups(entry)]
        value = sum(_worth(weights, group) for group in groups)
        weights[self._met_before()] = NOT_ALLOWED
        weights.T[self._met_before()] = NOT_ALLOWED
        claims = [
            (value == self.value_q, f"value {self.value!r} is claimed, the rounds are worth less"),
            (self._bound_fits(), "the bound is about other rounds"),
            (
                self.bound_q == max(self.proof.bound_q, self.value_q),
                f"bound {self.bound!r} is claimed, the duals prove another",
            ),
        ]
        false = [sentence for holds, sentence in claims if not holds]
        try:
            self.proof.check(weights)
        except VerificationError as error:
            false.append(f"the certificate does not hold: {error}")
        return false

    def _bound_fits(self) -> bool:
        """Tell whether the bound is about as many places, and grants everybody their rounds."""
        taken = np.zeros(len(self.people), dtype=np.int64)
        for entry in self.rounds:
            taken[self.people.indices(entry.partners)] += self.proof.partners
        granted = self.proof.certificate.row_loads.high[: len(taken)]
        return bool((taken <= granted).all()) and self.proof.places == sum(
            len(entry.partners) for entry in self.rounds
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table: round, the members of a group, score; byes follow each round."""
        import pandas as pd

        most = max((len(group) for entry in self.rounds for group in entry.groups), default=2)
        names = [f"member {k + 1}" for k in range(most)]
        rows = []
        for entry in self.rounds:
            for group, value in zip(entry.groups, entry.values, strict=True):
                members = dict(zip(names, group, strict=False))
                rows.append({"round": entry.number, **members, "score": value})
            rows += [{"round": entry.number, names[0]: who} for who in entry.unmatched]
        return pd.DataFrame(rows, columns=["round", *names, "score"])

    def to_dict(self) -> dict[str, object]:
        """Return rounds and figures as plain lists, texts and numbers."""
        return {
            "format": "pairwise.Season/1",
            "status": self.status.name,
            "value": self.value,
            "bound": self.bound,
            "gap": self.gap,
            "people": list(self.people.ids),
            "rounds": [
                {
                    "round": entry.number,
                    "groups": [list(group) for group in entry.groups],
                    "scores": list(entry.values),
                    "unmatched": list(entry.unmatched),
                    "absent": list(entry.absent),
                }
                for entry in self.rounds
            ],
        }

    def to_json(self) -> str:
        """Return rounds and figures as JSON: byte-identical for the same input and seed."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    def __str__(self) -> str:
        byes = sum(self.byes.values())
        most = max(self.byes.values(), default=0)
        lines = [
            f"Season of {len(self.rounds)} rounds for {len(self.people):,} people,"
            f" {sum(len(entry.groups) for entry in self.rounds):,} groups",
            f"  value    {self.value:.6f}  sum over all rounds",
            f"  bound    {self.bound:.6f}  no season that fills as many places is worth more",
            f"  gap      {self.gap:.2%}",
            f"  status   {self.status.name}",
            f"  byes     {byes:,}, at most {most} for anybody",
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        shown = [
            f"<tr><td>{entry.number}</td><td>{escape(', '.join(map(str, group)))}</td>"
            f'<td class="num">{value:.3f}</td></tr>'
            for entry in self.rounds
            for group, value in zip(entry.groups, entry.values, strict=True)
        ]
        rest = len(shown) - _HTML_ROWS
        more = f'<p class="more">and {rest:,} more: season.to_frame()</p>' if rest > 0 else ""
        return (
            f'{STYLE}<div class="pairwise"><div class="head">{escape(str(self).splitlines()[0])}'
            f", gap {self.gap:.2%}</div><table><thead><tr><th>round</th><th>group</th>"
            f'<th class="num">score</th></tr></thead><tbody>{"".join(shown[:_HTML_ROWS])}</tbody>'
            f"</table>{more}</div>"
        )


def _worth(weights: NDArray[np.int64], group: tuple[int, ...]) -> int:
    i, j = np.array(list(combinations(group, 2))).T
    return int(weights[i, j].sum()) // (len(group) - 1)
