"""Pairs that are formed anew, where keeping a partner may be worth something."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.problem.binding import bind_rules, bind_score
from pairwise.problem.pairs import NOT_ALLOWED, PairProblem
from pairwise.rules import as_indices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pairwise.participants import Id, Participants
    from pairwise.problem.pairs import Leftover, Weights
    from pairwise.rules import BoundRule, Index, Indices, Rule
    from pairwise.score import Score
    from pairwise.terms import Term

_MOST_STAY = 1000.0


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
    def partners_before(self) -> NDArray[np.intp]:
        """Former partners who are here, -1 where none; shape (n, 2)."""
        at = {who: i for i, who in enumerate(self.people.ids)}
        found = np.full((self.n, 2), -1, dtype=np.intp)
        for group in self.before:
            for a, b in combinations((at[who] for who in group if who in at), 2):
                for i, j in ((a, b), (b, a)):
                    found[i, int(found[i, 0] >= 0)] = j
        return found

    @property
    def _stay_q(self) -> int:
        return 2 * round(self.stay / self.score.step)

    def weights(self, rows: Index, cols: Index) -> Weights:
        """Return weights of partners with what staying is worth; shape (r, c)."""
        weights = super().weights(rows, cols)
        i, j = self._kept_in(rows, cols)
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
        i, j = self._kept_in(rows, cols)
        values[i, j] += np.float32(self.stay)
        return values

    def were_together(self, i: Indices, j: Indices) -> NDArray[np.bool_]:
        """Tell which of m index pairs shared a group; shape (m,)."""
        together: NDArray[np.bool_] = (self.partners_before[i] == np.asarray(j)[:, None]).any(
            axis=1
        )
        return together

    def _with_stay(self, weights: Weights, i: Indices, j: Indices) -> Weights:
        bonus = self._stay_q * self.were_together(i, j)
        stayed: Weights = np.where(weights == NOT_ALLOWED, weights, weights + bonus)
        return stayed

    def _kept_in(self, rows: Index, cols: Index) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return where in a block former partners meet."""
        here, there = as_indices(rows, self.n), as_indices(cols, self.n)
        place = np.full(self.n + 1, -1, dtype=np.intp)
        place[there] = np.arange(len(there))
        place[self.n] = -1
        at = place[self.partners_before[here]]
        i, slot = np.nonzero((at >= 0) & (self.partners_before[here] >= 0))
        return i, at[i, slot]
