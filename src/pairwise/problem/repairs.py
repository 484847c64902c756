"""Pairs that are formed anew, where keeping a partner may be worth something."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from itertools import permutations
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.problem.binding import bind_rules, bind_score
from pairwise.problem.pairs import NOT_ALLOWED, PairProblem
from pairwise.problem.quotas import QuotaProblem
from pairwise.quotas import PairSum
from pairwise.rules import as_indices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pairwise.participants import Id, Participants
    from pairwise.problem.pairs import Leftover, Weights
    from pairwise.quotas import Quota
    from pairwise.rules import BoundRule, Index, Indices, Mask, Rule
    from pairwise.score import Score
    from pairwise.terms import Term

_MOST_STAY = 1000.0


@dataclass(frozen=True, eq=False)
class FormerPartners:
    """Who was with whom in the plan that was, by the indices of today.

    Attributes
    ----------
    partners
        Former partners who are here, -1 where none; shape (n, 2).
    took_part, had_partner
        Who was in the plan that was, and who had a partner in it; shape (n,).
    """

    partners: NDArray[np.intp]
    took_part: Mask
    had_partner: Mask

    @classmethod
    def of(cls, people: Participants, before: Iterable[tuple[Id, ...]]) -> FormerPartners:
        """Look former groups up; those who are gone are left out."""
        at = {who: i for i, who in enumerate(people.ids)}
        partners = np.full((len(people), 2), -1, dtype=np.intp)
        took_part, had_partner = np.zeros((2, len(people)), dtype=np.bool_)
        for group in before:
            here = [at[who] for who in group if who in at]
            took_part[here] = True
            had_partner[here] = len(group) > 1
            for i, j in permutations(here, 2):
                partners[i, int(partners[i, 0] >= 0)] = j
        return cls(partners, took_part, had_partner)

    def together(self, i: Indices, j: Indices) -> Mask:
        """Tell which of m index pairs shared a group; shape (m,)."""
        former = self.partners[i] == np.asarray(j)[:, None]
        together: Mask = former.any(axis=1)
        return together

    def in_block(self, rows: Index, cols: Index) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return where in a block former partners meet."""
        n = len(self.partners)
        here, there = as_indices(rows, n), as_indices(cols, n)
        place = np.full(n + 1, -1, dtype=np.intp)
        place[there] = np.arange(len(there))
        place[n] = -1
        at = place[self.partners[here]]
        i, slot = np.nonzero((at >= 0) & (self.partners[here] >= 0))
        return i, at[i, slot]


@dataclass(frozen=True, eq=False)
class RepairProblem(PairProblem):
    """Who may be paired with whom after a plan that was, and what each pair is worth.

    Attributes
    ----------
    before
        Groups of the plan that was, by id, those left out alone; people who are gone may be
        among them.
    stay
        What keeping a partner is worth on top of the score, in score units; in a trio each pair
        that was together counts.

    Examples
    --------
    >>> from pairwise import Participants, Precomputed
    >>> from pairwise.problem import RepairProblem
    >>> people = Participants(["ann", "bob", "cy"])
    >>> problem = RepairProblem.of(
    ...     people, Precomputed([[0, 0.5, 1], [0.5, 0, 0], [1, 0, 0]]),
    ...     before=[("ann", "bob")], stay=0.25,
    ... )
    >>> (problem.weights([0], [1, 2]) * problem.step).tolist()
    [[0.75, 1.0]]
    """

    kind: ClassVar[str] = "repair"

    before: tuple[tuple[Id, ...], ...] = ()
    stay: float = 0.0

    @classmethod
    def of(
        cls,
        people: Participants,
        score: Score | Term | None = None,
        rules: Iterable[Rule | BoundRule] = (),
        leftover: Leftover = "trio",
        before: Iterable[Iterable[Id]] = (),
        stay: float = 0.0,
    ) -> RepairProblem:
        """Bind score and rules to the people who are here now; see `PairProblem.of`.

        Raises
        ------
        InvalidInput
            Also when ``stay`` is negative or no number.
        """
        if not 0.0 <= stay <= _MOST_STAY:
            raise InvalidInput(
                f"stay={stay!r}: must be from 0 to {_MOST_STAY:g} score units; the score of a pair"
                " is at most 1"
            )
        bound = bind_score(people, score)
        groups = tuple(tuple(group) for group in before)
        return cls(people, bound, bind_rules(people, bound, rules), leftover, groups, float(stay))

    @property
    def settings(self) -> dict[str, object]:
        """What else the problem was made with, as plain values."""
        before = [list(group) for group in self.before]
        return {"leftover": self.leftover, "before": before, "stay": self.stay}

    @property
    def rounding(self) -> float:
        """Largest change of a weight: the score and what staying is worth are both rounded."""
        return 2 * self.step

    @property
    def largest(self) -> float:
        """No pair is worth more, in score units."""
        return 1.0 + self.stay

    @property
    def error32(self) -> float:
        """Bound on the difference between ``float32_block`` and the worth, in score units."""
        return super().error32 + self.largest * 2.0**-22

    @cached_property
    def former(self) -> FormerPartners:
        """Who was with whom."""
        return FormerPartners.of(self.people, self.before)

    @property
    def _stay_q(self) -> int:
        return 2 * round(self.stay / self.score.step)

    def weights(self, rows: Index, cols: Index) -> Weights:
        """Return weights of partners with what staying is worth; shape (r, c)."""
        weights = super().weights(rows, cols)
        i, j = self.former.in_block(rows, cols)
        kept = weights[i, j]
        weights[i, j] = np.where(kept == NOT_ALLOWED, kept, kept + self._stay_q)
        return weights

    def weights_pairs(self, i: Indices, j: Indices) -> Weights:
        """Return the weights of m index pairs as partners; shape (m,)."""
        return self._with_stay(super().weights_pairs(i, j), i, j)

    def together_pairs(self, i: Indices, j: Indices) -> Weights:
        """Return the weights of m index pairs as members of a trio; shape (m,)."""
        return self._with_stay(super().together_pairs(i, j), i, j)

    def float32_block(self, rows: Index, cols: Index) -> NDArray[np.float32]:
        """Return what pairs are worth within `error32`, -inf where not allowed; shape (r, c)."""
        values = super().float32_block(rows, cols)
        i, j = self.former.in_block(rows, cols)
        values[i, j] += np.float32(self.stay)
        return values

    def _with_stay(self, weights: Weights, i: Indices, j: Indices) -> Weights:
        bonus = self._stay_q * self.former.together(i, j)
        stayed: Weights = np.where(weights == NOT_ALLOWED, weights, weights + bonus)
        return stayed


@dataclass(frozen=True, eq=False)
class FewChangesProblem(QuotaProblem):
    """Who may be paired with whom after a plan that was, when few people may change partner.

    Attributes
    ----------
    before
        Groups of the plan that was, by id, those left out alone.
    max_changes
        So many people at most get another partner, or lose theirs; in a trio each of the two
        partners is half.
    """

    kind: ClassVar[str] = "repair with few changes"

    before: tuple[tuple[Id, ...], ...] = ()
    max_changes: int = 0

    @classmethod
    def of(  # type: ignore[override]
        cls,
        people: Participants,
        score: Score | Term | None = None,
        rules: Iterable[Rule | BoundRule] = (),
        leftover: Leftover = "trio",
        quotas: Iterable[Quota] = (),
        before: Iterable[Iterable[Id]] = (),
        max_changes: int = 0,
    ) -> FewChangesProblem:
        """Bind score and rules to the people who are here now; see `PairProblem.of`.

        Raises
        ------
        InvalidInput
            Also when ``max_changes`` is no whole number >= 0.
        """
        if isinstance(max_changes, bool) or max_changes != int(max_changes) or max_changes < 0:
            raise InvalidInput(f"max_changes={max_changes!r}: must be a whole number >= 0, or None")
        given = QuotaProblem.of(people, score, rules, leftover, quotas)
        groups = tuple(tuple(group) for group in before)
        parts = (people, given.score, given.rules, leftover, given.quotas)
        return cls(*parts, before=groups, max_changes=int(max_changes))

    @property
    def settings(self) -> dict[str, object]:
        """What else the problem was made with, as plain values."""
        before = [list(group) for group in self.before]
        return {**super().settings, "before": before, "max_changes": self.max_changes}

    @cached_property
    def former(self) -> FormerPartners:
        """Who was with whom."""
        return FormerPartners.of(self.people, self.before)

    @cached_property
    def sums(self) -> tuple[PairSum, ...]:
        """The number of changes, and the sums that quotas bound."""
        had = int(self.former.had_partner.sum())
        bounds = partial(_at_most, 2 * (self.max_changes - had))
        name, measure = f"max_changes={self.max_changes}", ChangesMeasure(self.former)
        return ChangesSum(name, measure, bounds, had=had), *super().sums


def _at_most(most: int, _placed: int) -> tuple[None, int]:
    return None, most


@dataclass(frozen=True, eq=False)
class ChangesMeasure:
    """Twice the people of a pair who change by it, less those of them who had a partner.

    Summed over a plan, with all who had a partner added, these are all who change: whoever had a
    partner and is left out changes too.

    Attributes
    ----------
    former
        Who was with whom.
    """

    former: FormerPartners

    @property
    def ends(self) -> tuple[int, int]:
        """Least and largest measure."""
        return -4, 4

    @cached_property
    def _alone(self) -> Weights:
        found: Weights = 2 * (self.former.took_part & ~self.former.had_partner).astype(np.int64)
        return found

    def block(self, rows: Index, cols: Index) -> Weights:
        """Return the measure of a block of pairs; shape (r, c)."""
        measure = self._alone[rows][:, None] + self._alone[cols][None, :]
        measure[self.former.in_block(rows, cols)] = -4
        return measure

    def pairs(self, i: Indices, j: Indices) -> Weights:
        """Return the measure of m index pairs; shape (m,)."""
        measure: Weights = np.where(self.former.together(i, j), -4, self._alone[i] + self._alone[j])
        return measure


@dataclass(frozen=True, eq=False)
class ChangesSum(PairSum):
    """The number of people who change partner.

    Attributes
    ----------
    had
        How many of today's people had a partner.
    """

    had: int = 0

    def worded(self, total: int, placed: int) -> str:  # noqa: ARG002
        """Say how many change."""
        return f"{total / 2 + self.had:g} people who change partner"
