"""Pairs where some people come first when not all can be placed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.problem.pairs import NOT_ALLOWED, PairProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pairwise.participants import Participants
    from pairwise.problem.base import Groups
    from pairwise.problem.pairs import Leftover, Weights
    from pairwise.rules import BoundRule, Index, Indices, Rule
    from pairwise.score import Score
    from pairwise.terms import Term

MOST_PEOPLE = 2500
"""All weights are held in memory."""

_ROOM_BITS = 53
_MOST_BITS = 30


@dataclass(frozen=True, eq=False)
class PriorityProblem(PairProblem):
    """Who may be paired with whom, and what a pair is worth with the priorities of its people.

    A step of priority outweighs all that scores can add up to, so among plans that place as many
    people those come first in which the placed have the larger sum of priorities. Weights hold
    both; `value` is of scores alone.

    Attributes
    ----------
    priority
        Whole numbers per person.
    tilts
        Whether weights hold priorities.

    Examples
    --------
    >>> from pairwise import Participants, Precomputed
    >>> from pairwise.problem import PriorityProblem
    >>> people = Participants(["ann", "bob", "cy"])
    >>> matrix = [[0, 1, 0.5], [1, 0, 0], [0.5, 0, 0]]
    >>> problem = PriorityProblem.of(people, Precomputed(matrix), priority=[0, 0, 1])
    >>> ann_cy, ann_bob = problem.weights([0, 0], [2, 1])[0]
    >>> bool(ann_cy > ann_bob), problem.value([(0, 2)]) * problem.step
    (True, 0.5)
    """

    kind: ClassVar[str] = "priority"

    priority: tuple[int, ...] = ()
    tilts: bool = True

    @classmethod
    def of(
        cls,
        people: Participants,
        score: Score | Term | None = None,
        rules: Iterable[Rule | BoundRule] = (),
        leftover: Leftover = "trio",
        priority: Iterable[int] = (),
    ) -> PriorityProblem:
        """Bind score and rules to the people; see `PairProblem.of`."""
        return cls.on(PairProblem.of(people, score, rules, leftover), priority)

    @classmethod
    def on(cls, plain: PairProblem, priority: Iterable[int]) -> PriorityProblem:
        """Return a problem of pairs with priorities.

        Raises
        ------
        InvalidInput
            When there are too many people for all weights to be in memory.
        """
        if plain.n > MOST_PEOPLE:
            raise InvalidInput(
                f"priority: {plain.n:,} people are more than {MOST_PEOPLE:,}, for whom all scores"
                " are held in memory; pair parts of them, such as sites"
            )
        parts = (plain.people, plain.score, plain.rules, plain.leftover)
        return cls(*parts, tuple(priority))

    @property
    def settings(self) -> dict[str, object]:
        """What else the problem was made with, as plain values."""
        return {"leftover": self.leftover, "priority": list(self.priority)}

    @property
    def plain(self) -> PriorityProblem:
        """The same problem with pairs worth their scores alone, in the same step."""
        return replace(self, tilts=False)

    @property
    def _bits(self) -> int:
        """Bits of the step: as fine as the kernel's integers allow beside the priorities."""
        levels = self.n * self.n * max(*self.priority, 1)
        return min(_MOST_BITS, _ROOM_BITS - math.ceil(math.log2(levels + 1)))

    @property
    def step(self) -> float:
        """What a weight of 1 is worth in score units."""
        return float(2.0 ** -(self._bits + 1))

    @property
    def _unit(self) -> int:
        """What a step of priority of one person adds to each of their pairs; even."""
        return 2 * self.n * (1 << self._bits)

    @property
    def largest(self) -> float:
        """No pair is worth more, in score units."""
        return 1.0 + 2 * max(self.priority) * self._unit * self.step

    @property
    def outweighs(self) -> int:
        """What a step of priority of one person counts, more than the scores of all."""
        return self._unit

    def weights(self, rows: Index, cols: Index) -> Weights:
        """Return the weights of partners with their priorities; shape (r, c)."""
        claims = self._claims
        return self._tilted(super().weights(rows, cols), claims[rows][:, None] + claims[cols])

    def weights_pairs(self, i: Indices, j: Indices) -> Weights:
        """Return the weights of m index pairs as partners; shape (m,)."""
        return self._tilted(super().weights_pairs(i, j), self._claims[i] + self._claims[j])

    def together_pairs(self, i: Indices, j: Indices) -> Weights:
        """Return the weights of m index pairs as members of a trio; shape (m,)."""
        return self._tilted(super().together_pairs(i, j), self._claims[i] + self._claims[j])

    def value(self, groups: Groups) -> int:
        """Return what the scores of all groups together are worth."""
        return super().value(groups) - self.rank(groups)

    def rank(self, groups: Groups) -> int:
        """Return what the priorities of the people placed add to the weights of their groups."""
        placed = [i for group in groups for i in group]
        claims: list[int] = self._claims[np.array(placed, dtype=np.intp)].tolist()
        return sum(claims)

    @property
    def _claims(self) -> NDArray[np.int64]:
        return np.array(self.priority, dtype=np.int64) * (self._unit * self.tilts)

    def _tilted(self, weights: Weights, claims: NDArray[np.int64]) -> Weights:
        tilted: Weights = np.where(weights == NOT_ALLOWED, weights, weights + claims)
        return tilted

    def _quantised(self, values: NDArray[np.float64]) -> Weights:
        weights: Weights = 2 * np.rint(values * 2.0**self._bits).astype(np.int64)
        return weights


@dataclass(frozen=True, eq=False)
class PriorityMeasure:
    """Twice the priorities of the two of a pair; so a plan has twice those of all it places.

    Attributes
    ----------
    priority : int array (n,)
        Whole numbers per person.
    """

    priority: NDArray[np.int64]

    @property
    def ends(self) -> tuple[int, int]:
        """Least and largest measure."""
        return 0, 4 * int(self.priority.max(initial=0))

    def block(self, rows: Index, cols: Index) -> Weights:
        """Return the measure of a block of pairs; shape (r, c)."""
        twice: Weights = 2 * (self.priority[rows][:, None] + self.priority[cols])
        return twice

    def pairs(self, i: Indices, j: Indices) -> Weights:
        """Return the measure of m index pairs; shape (m,)."""
        twice: Weights = 2 * (self.priority[i] + self.priority[j])
        return twice
