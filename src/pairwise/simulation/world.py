"""The truth of a simulated programme: who likes whom and why, who leaves, who answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.participants import Participants, VectorFeature
from pairwise.score import default_score

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]

_SKILLS, _TOPICS, _TRAITS, _HOURS, _TASTES = 8, 10, 6, 15, 3


@dataclass(frozen=True)
class Assumptions:
    """What a simulated programme takes for granted.

    How good a meeting is for i, from 0 to 1, is ``1/2 + spread * (sqrt(1 - hidden) * seen +
    sqrt(hidden) * chemistry)``, less `fatigue` for each earlier meeting of the two, cut to
    [0, 1]. *Seen* is what features tell: the terms of the default score, weighted by weights
    that are drawn for the programme (Dirichlet, all terms alike: not those of the default score)
    and for each person around them. *Chemistry* is what no feature tells: how the ways of j suit
    the likes of i (twice) and those of i the likes of j (once); they drift. Both have mean 0 and
    variance 1 over all pairs at the start.

    Attributes
    ----------
    people : int
        At the start, >= 4.
    rounds : int
    joiners : float
        Newcomers per round, on average.
    spread : float
        Standard deviation of how good a meeting is.
    hidden : float
        Share of its variance that no feature tells, in [0, 1].
    diversity : float
        How concentrated personal weights are around those of the programme; higher is more alike.
    drift : float
        How much tastes change per round, and the share of people whose needs change.
    fatigue : float
        What each earlier meeting of the same two takes away.
    answers : float
        Share of people who check in after a meeting.
    unfree : float
        Chance that a meeting of two without a common hour takes place (with one: 0.97).
    leaving : float
        Chance of leaving after a round for somebody to whom the programme is worth nothing; it
        falls with the cube of what it is worth.

    Examples
    --------
    >>> Assumptions(people=40, hidden=0.0).hidden
    0.0
    """

    people: int = 100
    rounds: int = 12
    joiners: float = 2.0
    spread: float = 0.2
    hidden: float = 0.5
    diversity: float = 20.0
    drift: float = 0.05
    fatigue: float = 0.02
    answers: float = 0.7
    unfree: float = 0.6
    leaving: float = 0.3

    def __post_init__(self) -> None:
        if self.people < 4 or self.rounds < 1:
            raise InvalidInput(
                f"people = {self.people}, rounds = {self.rounds}: must be at least 4 and 1"
            )
        for name in ("hidden", "drift", "answers", "unfree", "leaving"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidInput(f"{name} = {getattr(self, name)!r}: must be in [0, 1]")


class World:
    """One programme's truth, the same for every policy that is tried on it.

    Parameters
    ----------
    seed : int
    assumptions : Assumptions

    Notes
    -----
    Everybody who will ever join is drawn at the start, and so is what happens to features and
    tastes; chances of a round are drawn per person, so that policies meet the same luck.

    Examples
    --------
    >>> world = World(0, Assumptions(people=20))
    >>> len(world.participants(1)) > 20, int((world.joins == 0).sum())
    (True, 20)
    """

    def __init__(self, seed: int, assumptions: Assumptions) -> None:
        self.seed, self.assumptions = seed, assumptions
        rng = np.random.default_rng([seed, 0])
        per_round = rng.poisson(assumptions.joiners, assumptions.rounds - 1)
        late = np.repeat(np.arange(1, assumptions.rounds), per_round)
        self.joins = np.concatenate([np.zeros(assumptions.people, dtype=np.intp), late])
        self.n = len(self.joins)
        self._fixed = self._features(rng)
        self._needs = self._changing_needs(rng)
        self._tastes = self._drifting_tastes(rng)
        self.weights = rng.dirichlet(np.full(4, 2.0))
        personal = rng.dirichlet(assumptions.diversity * self.weights + 1e-3, self.n)
        self._personal = np.where(np.isfinite(personal), personal, self.weights)
        self._lenient = rng.normal(0.0, 0.5, self.n)
        self._moments = self._standard()

    def participants(self, number: int) -> Participants:
        """Return everybody, also who has not joined yet, with the answers of a round (from 1)."""
        return Participants(range(self.n), seeks=self._needs[number - 1], **self._fixed)

    def quality(self, number: int, i: Positions, j: Positions, before: Floats) -> Floats:
        """Return how good meetings are for i, in [0, 1], shape (m,).

        Parameters
        ----------
        number : int
            The round.
        i, j : ndarray of int, shape (m,)
        before : ndarray, shape (m,)
            How often the two met before.
        """
        a = self.assumptions
        seen, chemistry = self._parts(number, i, j)
        mean, deviation = self._moments
        seen = (seen - mean[0]) / deviation[0]
        chemistry = (chemistry - mean[1]) / deviation[1]
        mixed = np.sqrt(1 - a.hidden) * seen + np.sqrt(a.hidden) * chemistry
        good: Floats = 0.5 + a.spread * mixed - a.fatigue * before
        return np.clip(good, 0.0, 1.0)

    def luck(self, number: int, purpose: int) -> np.random.Generator:
        """Return the generator of one purpose in one round."""
        return np.random.default_rng([self.seed, number, purpose])

    def free_together(self, i: Positions, j: Positions) -> npt.NDArray[np.bool_]:
        """Return whether two have an hour in common, shape (m,)."""
        hours = self._fixed["slots"]
        together: npt.NDArray[np.bool_] = (hours[i] * hours[j]).any(axis=1)
        return together

    def rating(self, number: int, i: Positions, good: Floats) -> Floats:
        """Return the stars that i gives: rounded, with a level of one's own and noise."""
        noise = self.luck(number, 4).normal(0.0, 0.5, self.n)[i]
        stars: Floats = np.clip(np.rint(1 + 4 * good + self._lenient[i] + noise), 1, 5)
        return stars

    def _features(self, rng: np.random.Generator) -> dict[str, Any]:
        n = self.n
        skills = rng.binomial(3, rng.uniform(0.1, 0.5, _SKILLS), (n, _SKILLS))
        return {
            "offers": VectorFeature(skills, low=0, high=3),
            "values": VectorFeature(rng.integers(1, 6, (n, _TRAITS)), low=1, high=5),
            "interests": rng.binomial(1, 0.35, (n, _TOPICS)),
            "slots": rng.binomial(1, 0.3, (n, _HOURS)),
        }

    def _changing_needs(self, rng: np.random.Generator) -> list[VectorFeature]:
        needs = rng.binomial(3, 0.25, (self.n, _SKILLS))
        rounds = []
        for _ in range(self.assumptions.rounds):
            rounds.append(VectorFeature(needs, low=0, high=3))
            changed = rng.random(self.n) < self.assumptions.drift
            needs = np.where(changed[:, None], rng.binomial(3, 0.25, needs.shape), needs)
        return rounds

    def _drifting_tastes(self, rng: np.random.Generator) -> list[Floats]:
        tastes, keep = rng.normal(size=(self.n, 2 * _TASTES)), 1 - self.assumptions.drift
        rounds = []
        for _ in range(self.assumptions.rounds):
            rounds.append(tastes)
            fresh = rng.normal(size=tastes.shape)
            tastes = keep * tastes + np.sqrt(1 - keep**2) * fresh
        return rounds

    def _parts(self, number: int, i: Positions, j: Positions) -> tuple[Floats, Floats]:
        """Return what features tell i of j, and what only they feel; not standardised."""
        values = np.column_stack([term.pairs(i, j) for term in self._terms(number)])
        seen = (np.nan_to_num(values, nan=0.5) * self._personal[i]).sum(axis=1)
        likes, ways = np.split(self._tastes[number - 1], 2, axis=1)
        own, others = (likes[i] * ways[j]).sum(axis=1), (likes[j] * ways[i]).sum(axis=1)
        return seen, 2 * own + others

    def _terms(self, number: int) -> tuple[Any, ...]:
        return default_score(self.participants(number)).bound_terms

    def _standard(self) -> tuple[Floats, Floats]:
        rng = np.random.default_rng([self.seed, 1])
        i = rng.integers(0, self.n, 4000)
        j = (i + rng.integers(1, self.n, 4000)) % self.n
        parts = np.array(self._parts(1, i, j))
        return parts.mean(axis=1), parts.std(axis=1)
