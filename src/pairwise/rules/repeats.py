"""NoRepeat: who met does not meet again, for a while or ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.rules.base import BoundRule, Mask, Rule
from pairwise.rules.pairs import Require
from pairwise.rules.pairset import Index, Indices, PairSet

if TYPE_CHECKING:
    from pairwise.participants import Id, Participants
    from pairwise.score import Score
    from pairwise.terms import Memory


@dataclass(frozen=True, repr=False)
class NoRepeat(Rule):
    """Who met in the last rounds may not meet, nor may who said "not again".

    Parameters
    ----------
    history
        Who met whom: a `History`, or any object with its methods `meetings` and `not_again`.
    horizon
        How many of the last rounds count, 1 or more; all of them when None. "Not again with
        this person" has no horizon.
    exempt
        Pairs of ids that may meet again, such as those that want to continue.

    Raises
    ------
    InvalidInput
        `horizon` is below 1; when bound: the history knows other people only.

    Examples
    --------
    >>> from pairwise import History, NoRepeat, Participants
    >>> history = History().with_round([("ann", "bob")]).with_round([("ann", "cy")])
    >>> people = Participants(["ann", "bob", "cy"])
    >>> NoRepeat(history, horizon=1).bind(people).allowed(slice(0, 1), slice(1, 3))
    array([[ True, False]])
    """

    history: Memory
    horizon: int | None = None
    exempt: tuple[tuple[Id, Id], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "exempt", Require(self.exempt).pairs)
        if self.horizon is not None and not (self.horizon == int(self.horizon) >= 1):
            raise InvalidInput(
                f"NoRepeat(horizon={self.horizon!r}): must be a number of rounds, 1 or more;"
                " None forbids every repeat"
            )

    def __repr__(self) -> str:
        horizon = "" if self.horizon is None else f", horizon={self.horizon}"
        exempt = f", {len(self.exempt)} exempt" if self.exempt else ""
        return f"NoRepeat({self.history!r}{horizon}{exempt})"

    @property
    def sentence(self) -> str:
        """What the rule demands, in words."""
        if self.horizon is None:
            return "two who met may not meet again"
        rounds = "the last round" if self.horizon == 1 else f"the last {self.horizon} rounds"
        return f'two who met in {rounds}, or said "not again", may not meet'

    def _bound(self, people: Participants, _score: Score | None, /) -> BoundRule:
        met = self.history.meetings(people.ids)
        recent = np.full(len(met.i), True) if self.horizon is None else met.apart < self.horizon
        recent &= ~self._exempt_among(people).contains(met.i, met.j)
        i, j = self.history.not_again(people.ids)
        refused = np.concatenate([met.i[recent], i]), np.concatenate([met.j[recent], j])
        return _BoundNoRepeat(self, PairSet(len(people), *refused))

    def _exempt_among(self, people: Participants) -> PairSet:
        """Return the exempt pairs of whom both are here."""
        here = {who: k for k, who in enumerate(people.ids)}
        ends = [(here[a], here[b]) for a, b in self.exempt if a in here and b in here]
        i, j = np.array(ends, dtype=np.intp).reshape(-1, 2).T
        return PairSet(len(people), i, j)


@dataclass(frozen=True, eq=False)
class _BoundNoRepeat(BoundRule):
    refused: PairSet

    def allowed(self, rows: Index, cols: Index) -> Mask:
        return ~self.refused.block(rows, cols)

    def allowed_pairs(self, i: Indices, j: Indices) -> Mask:
        return ~self.refused.contains(i, j)
