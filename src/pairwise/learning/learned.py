"""`learn_weights`: weights from what happened, shrunk to the given ones, with uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2

from pairwise.errors import InvalidInput
from pairwise.learning.likelihood import Effects, effects
from pairwise.learning.outcomes import Floats, Observed, observed
from pairwise.learning.posterior import draws
from pairwise.score import Score
from pairwise.terms import Novelty, Term

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pairwise.history import History
    from pairwise.participants import Participants

_CHANCE = 0.01
"""How often flat data would be taken for a signal."""

_NARROWER = 0.8
"""How much of their prior width the intervals keep at most, on average, to tell something."""

_STIFF = 1e-9
"""A weight that varies less before the data is the only one that is learned."""

_CONTRARY = 3.0
"""Standard errors below 0 from which a term is said to work against an outcome."""


class Evidence(Enum):
    """How much the data tells about the weights; each member carries its sentence."""

    ENOUGH = "the terms predict what happened, and the weights are tighter than before"
    VAGUE = "the terms predict what happened, but not which of them: the weights hardly move"
    FLAT = "what happened does not depend on the terms beyond chance: keep the given weights"
    NOTHING = "no answer is about people whose features are known: the weights are the given ones"

    @property
    def sentence(self) -> str:
        """What it means."""
        return self.value


def learn_weights(
    history: History,
    score: Score | Term,
    people: Participants,
    *,
    spread: float = 1.0,
    seed: int = 0,
) -> LearnedWeights:
    """Return what ratings, endings and meetings tell about the weights of a score.

    Parameters
    ----------
    history : History
        Rounds and check-ins. Ratings, whether the two would continue, reached a goal and
        met, and who left the programme all count.
    score : Score or Term
        The terms, and the weights to start from: with little data they stay. A term of weight
        0 stays at 0. `Novelty` keeps its share, since it reads the history itself.
    people : Participants
        Features as they are now; meetings with others are counted as left out.
    spread : float
        How far weights may lie from the given ones before any data: the standard deviation of
        each, in multiples of itself; > 0. Smaller is more stubborn.
    seed : int
        For the draws; the same seed gives the same weights.

    Returns
    -------
    LearnedWeights
        With `score`, `intervals` and `evidence`: whether the data tells anything at all.

    Raises
    ------
    InvalidInput
        `spread` is not above 0, no term is left to learn, or a feature is missing.

    Notes
    -----
    Each outcome is regressed on the terms of the two: ratings linearly, with a level of its own
    for each person who rates; yes and no logistically. Its effects are a strength of its own
    times the weights that all share, or 0 where the terms do not matter to it. The prior of a
    weight is Gaussian around the given one, cut at 0; weights are the posterior mean, normalised
    to sum 1 [gelman2013]_, [george1993]_. The answers are about pairs that were made, not about
    all: how terms work beyond the range seen is not in the data. Cost O(answers k^2) and a
    fraction of a second for the draws.

    Examples
    --------
    >>> import numpy as np
    >>> import pairwise as pw
    >>> rng = np.random.default_rng(0)
    >>> likes, hours = rng.random((200, 200)), rng.random((200, 200))
    >>> score = pw.Precomputed(likes, "likes", "mean") + pw.Precomputed(hours, "hours", "mean")
    >>> people, history = pw.Participants(range(200)), pw.History()
    >>> for shift in (1, 3, 5):
    ...     pairs = [(i, (i + shift) % 200) for i in range(0, 200, 2)]
    ...     history = history.with_round(pairs).with_checkins(
    ...         {"who": i, "partner": j, "rating": 1 + 2 * (likes[i, j] + likes[j, i])}
    ...         for i, j in pairs
    ...     )
    >>> learned = pw.learn_weights(history, score, people)
    >>> learned.evidence.name, learned.weights["likes"] > 0.9
    ('ENOUGH', True)
    """
    if not spread > 0:
        raise InvalidInput(f"spread = {spread!r}: must be > 0; smaller trusts the weights more")
    bound = (Score([score]) if isinstance(score, Term) else score).on(people)
    return LearnedWeights._of(bound, history, people, float(spread), seed)


@dataclass(frozen=True, eq=False)
class LearnedWeights:
    """Weights learned from a history, with their uncertainty.

    Attributes
    ----------
    score : Score
        The terms with the learned weights, bound to the people; for `pair`.
    given : Score
        The score that was given, bound.
    evidence : Evidence
        Whether the data tells anything.
    contrary : tuple of str
        Terms that go with worse ratings or answers, clearly: their weight can only fall to 0.
        Look at what they measure.
    observations : mapping of str to int
        How many answers of each kind were used.
    left_out : int
        Answers about people who are not among `people`.
    """

    score: Score
    given: Score
    evidence: Evidence
    contrary: tuple[str, ...]
    observations: Mapping[str, int]
    left_out: int
    _draws: Floats

    @classmethod
    def _of(
        cls, given: Score, history: History, people: Participants, spread: float, seed: int
    ) -> LearnedWeights:
        open_ = [
            k
            for k, (term, weight) in enumerate(zip(given.terms, given.weights, strict=True))
            if weight > 0 and not isinstance(term, Novelty)
        ]
        if not open_:
            raise InvalidInput(f"score = {given!r}: has no term to learn; Novelty keeps its share")
        found = observed(history, [given.bound_terms[k] for k in open_], people)
        said = [effects(outcome) for outcome in found.outcomes]
        start = np.array([given.weights[k] for k in open_])
        raw = draws(said, start, spread, seed)
        drawn = _with_fixed(given, open_, raw)
        before = _with_fixed(given, open_, draws([], start, spread, seed))
        names = [given.terms[k].name for k in open_]
        return cls(
            _weighted(given, people, _with_fixed(given, open_, raw.mean(axis=0)[None])[0]),
            given,
            _evidence(found, said, drawn, before),
            tuple(name for k, name in enumerate(names) if any(_against(e, k) for e in said)),
            {outcome.name: len(outcome.result) for outcome in found.outcomes},
            found.left_out,
            drawn,
        )

    @property
    def enough(self) -> bool:
        """Whether the data tells which terms matter."""
        return self.evidence is Evidence.ENOUGH

    @cached_property
    def weights(self) -> dict[str, float]:
        """Learned weights by term, of sum 1."""
        return {t.name: w for t, w in zip(self.score.terms, self.score.weights, strict=True)}

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """Between which values each normalised weight lies with probability 0.95."""
        low, high = np.quantile(self._draws, [0.025, 0.975], axis=0)
        return {
            term.name: (float(a), float(b))
            for term, a, b in zip(self.given.terms, low, high, strict=True)
        }

    def sample(self, seed: int) -> Score:
        """Return the score with one draw of the weights: Thompson sampling [thompson1933]_.

        A plan of it tries what may be better than what is known; over the rounds it learns
        faster than a plan of the mean, and harms little when the intervals are narrow.

        Parameters
        ----------
        seed : int
            Which draw.
        """
        drawn = self._draws[np.random.default_rng(seed).integers(len(self._draws))]
        people = self.given.people
        assert people is not None  # noqa: S101
        return _weighted(self.given, people, drawn)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table: term, given, learned, low, high."""
        import pandas as pd

        rows = [
            (term.name, weight, self.weights[term.name], *self.intervals[term.name])
            for term, weight in zip(self.given.terms, self.given.weights, strict=True)
        ]
        return pd.DataFrame(rows, columns=["term", "given", "learned", "low", "high"])

    def __str__(self) -> str:
        counts = ", ".join(f"{count:,} {name}" for name, count in self.observations.items())
        width = max(len(term.name) for term in self.given.terms)
        lines = [f"weights from {counts or 'no answers'}"]
        for name, given in zip(self.weights, self.given.weights, strict=True):
            low, high = self.intervals[name]
            lines.append(
                f"  {name:<{width}}  {given:.2f} -> {self.weights[name]:.2f}"
                f"  ({low:.2f} to {high:.2f})"
            )
        lines += [f"- {self.evidence.sentence}"]
        lines += [f"- goes with worse answers: {name}" for name in self.contrary]
        lines += [f"- {self.left_out:,} answers are about others"] if self.left_out else []
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"LearnedWeights({self.evidence.name}, {self.score!r})"


def _weighted(given: Score, people: Participants, weights: Floats) -> Score:
    return Score(given.terms, weights.tolist()).on(people)


def _with_fixed(given: Score, open_: list[int], drawn: Floats) -> Floats:
    """Return draws over all terms: the learned ones share what they had together."""
    weights = np.array(given.weights)
    full = np.tile(weights, (len(drawn), 1))
    full[:, open_] = drawn / drawn.sum(axis=1, keepdims=True) * weights[open_].sum()
    return full


def _evidence(found: Observed, said: list[Effects], drawn: Floats, before: Floats) -> Evidence:
    if not found.outcomes:
        return Evidence.NOTHING
    if _chance_of_flat(said) > _CHANCE:
        return Evidence.FLAT
    width, prior = drawn.std(axis=0), before.std(axis=0)
    open_ = prior > _STIFF
    vague = open_.sum() > 1 and float((width[open_] / prior[open_]).mean()) > _NARROWER
    return Evidence.VAGUE if vague else Evidence.ENOUGH


def _chance_of_flat(said: list[Effects]) -> float:
    """Return how often effects as large as these come up when no term matters (Wald test)."""
    tops = [(e.pull @ np.linalg.pinv(e.precision) @ e.pull, len(e.pull)) for e in said]
    chances = [float(chi2.sf(value, count)) for value, count in tops]
    return min(1.0, min(chances) * len(chances))


def _against(effect: Effects, k: int) -> bool:
    """Say whether a term clearly goes with worse results, the others held fixed."""
    spread = np.linalg.pinv(effect.precision)
    top, error = spread @ effect.pull, np.sqrt(max(float(spread[k, k]), 1e-300))
    return bool(top[k] < -_CONTRARY * error)
