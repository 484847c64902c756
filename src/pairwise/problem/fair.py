"""Pairs whose scores count by alpha-fairness: the worse off, the more a gain counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.problem.binding import bind_rules, bind_score
from pairwise.problem.pairs import PairProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pairwise.participants import Participants
    from pairwise.problem.pairs import Leftover, Weights
    from pairwise.rules import BoundRule, Index, Rule
    from pairwise.score import Score
    from pairwise.terms import Term

FLOOR = 0.01
"""Lower scores count as this one: the logarithm of 0 would outweigh everything."""

MOST_ALPHA = 10.0
"""Beyond, scores near 1 would differ by less than the step of weights."""


@dataclass(frozen=True, eq=False)
class FairProblem(PairProblem):
    """Who may be paired with whom, and what each pair is worth to fairness.

    A pair of score s is worth g(s) = (f(s) - f(0.01)) / (f(1) - f(0.01)), in [0, 1], with the
    alpha-fair f [mo2000]_: the logarithm for alpha 1, otherwise ``s**(1 - alpha) / (1 - alpha)``.
    Scores below 0.01 count as 0.01. Where as many people are placed, shifting and scaling f changes
    no comparison. With alpha infinite weights are scores, and plans are compared pair by pair from
    the worst on.

    Attributes
    ----------
    alpha
        > 0; 1 is Nash, infinity is leximin.

    Examples
    --------
    >>> from pairwise import Participants, Precomputed
    >>> from pairwise.problem import FairProblem
    >>> people = Participants(["ann", "bob"])
    >>> problem = FairProblem.of(people, Precomputed([[0, 0.1], [0.1, 0]]), fairness=1)
    >>> round(float(problem.weights([0], [1])[0, 0] * problem.step), 6)
    0.5
    """

    kind: ClassVar[str] = "fair"

    alpha: float = 1.0

    @classmethod
    def of(
        cls,
        people: Participants,
        score: Score | Term | None = None,
        rules: Iterable[Rule | BoundRule] = (),
        leftover: Leftover = "trio",
        fairness: float | str = 1.0,
    ) -> FairProblem:
        """Bind score and rules to the people; see `PairProblem.of`.

        Raises
        ------
        InvalidInput
            Also when ``fairness`` is no alpha, or leximin would have to choose a trio.
        """
        alpha = check_fairness(float(fairness))
        if alpha == math.inf and leftover == "trio" and len(people) % 2:
            raise InvalidInput(
                f'fairness=inf: with {len(people)} people and leftover="trio" the fairest trio is'
                ' not known exactly; use leftover="bye", or a finite fairness such as 5'
            )
        bound = bind_score(people, score)
        return cls(people, bound, bind_rules(people, bound, rules), leftover, alpha)

    @property
    def settings(self) -> dict[str, object]:
        """What else the problem was made with, as plain values."""
        alpha = self.alpha if self.alpha < math.inf else "inf"
        return {"leftover": self.leftover, "fairness": alpha}

    @cached_property
    def plain(self) -> PairProblem:
        """The same problem with pairs worth their scores."""
        return PairProblem(self.people, self.score, self.rules, self.leftover)

    @property
    def error32(self) -> float:
        """Bound on the difference between ``float32_block`` and the worth."""
        return super().error32 * self._steepest + 2.0**-22

    def float32_block(self, rows: Index, cols: Index) -> NDArray[np.float32]:
        """Return what pairs are worth within `error32`, -inf where not allowed; shape (r, c)."""
        values = super().float32_block(rows, cols)
        worth = self.worth(values.astype(np.float64)).astype(np.float32)
        return np.where(values > -np.inf, worth, values)

    def worth(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what scores are worth to fairness, in [0, 1]; rising, the slower the higher."""
        return alpha_worth(scores, self.alpha)

    @property
    def _steepest(self) -> float:
        """Largest slope of `worth`, at the floor."""
        if self.alpha == math.inf:
            return 1.0
        if self.alpha == 1:
            return -1.0 / (FLOOR * math.log(FLOOR))
        least: float = FLOOR ** (1.0 - self.alpha)
        at_floor: float = FLOOR**-self.alpha
        return (1.0 - self.alpha) / (1.0 - least) * at_floor

    def _quantised(self, values: NDArray[np.float64]) -> Weights:
        return super()._quantised(self.worth(values))


def check_fairness(fairness: float) -> float:
    """Return an alpha; refuse what is none."""
    if not (0.0 <= fairness <= MOST_ALPHA or fairness == math.inf):
        raise InvalidInput(
            f"fairness={fairness!r}: must be from 0 (the largest sum) to {MOST_ALPHA:g}, or"
            " float('inf') (leximin)"
        )
    return fairness


def alpha_worth(scores: NDArray[np.float64], alpha: float) -> NDArray[np.float64]:
    """Return what scores are worth to alpha-fairness, see `FairProblem`; scores where infinite."""
    if alpha == math.inf:
        return scores
    lifted = np.maximum(scores, FLOOR)
    if alpha == 1:
        return np.log(lifted) / -math.log(FLOOR) + 1.0
    least: float = FLOOR ** (1.0 - alpha)
    worth: NDArray[np.float64] = (lifted ** (1.0 - alpha) - least) / (1.0 - least)
    return worth
