"""Draws of weights: Gaussian likelihoods of effects, and a prior around the given weights.

Every outcome o has effects ``strength_o * weights``: the weights are shared, and how strongly
the score matters to an outcome is its own; before the data it is 0 with probability 1/2, so that
an outcome of chance leaves the weights alone [george1993]_. Given the strengths, each weight is
Gaussian cut at 0, and the other way round: a Gibbs sampler draws one after the other
[gelman2013]_.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, log_ndtr, ndtri_exp

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from pairwise.learning.likelihood import Effects
    from pairwise.learning.outcomes import Floats

_CHAINS, _WARM_UP, _ROUNDS = 250, 60, 20


def draws(effects: Sequence[Effects], given: Floats, spread: float, seed: int) -> Floats:
    """Return draws of weights, shape (5000, k), >= 0, not normalised.

    Parameters
    ----------
    effects : sequence of Effects
        What each outcome says.
    given : ndarray, shape (k,)
        The given weights, > 0: the prior of each is Gaussian around it, cut at 0.
    spread : float
        Its standard deviation, in multiples of the given weight.
    seed : int

    Notes
    -----
    250 chains run side by side; cost O(80 k (k + outcomes)) vector operations.
    """
    rng = np.random.default_rng(seed)
    chains = _Chains(effects, given, spread, rng)
    for _ in range(_WARM_UP):
        chains.step()
    kept = []
    for _ in range(_ROUNDS):
        chains.step()
        kept.append(chains.weights.copy())
    return np.concatenate(kept)


class _Chains:
    """Weights (chains, k) and strengths (chains, outcomes), drawn in turn."""

    def __init__(
        self, effects: Sequence[Effects], given: Floats, spread: float, rng: np.random.Generator
    ) -> None:
        self.effects, self.given, self.rng = effects, given, rng
        self.prior = 1.0 / (spread * given) ** 2
        self.weights = np.tile(given, (_CHAINS, 1))
        self.strengths = np.ones((_CHAINS, len(effects)))

    def step(self) -> None:
        """Draw every strength given the weights, then every weight given the rest."""
        for o, effect in enumerate(self.effects):
            along = self.weights @ effect.precision
            precision = (along * self.weights).sum(axis=1) + 1.0 / effect.scale**2
            pull = self.weights @ effect.pull
            matters = self._matters(pull, precision, effect.scale)
            self.strengths[:, o] = np.where(matters, self._positive(pull, precision), 0.0)
        pull, precision = self._for_weights()
        for k in range(len(self.given)):
            others = (precision[:, k] * self.weights).sum(axis=1)
            others -= precision[:, k, k] * self.weights[:, k]
            self.weights[:, k] = self._positive(pull[:, k] - others, precision[:, k, k])

    def _matters(self, pull: Floats, precision: Floats, scale: float) -> npt.NDArray[np.bool_]:
        """Draw whether the score matters to an outcome at all: even odds before the data."""
        odds = log_ndtr(pull / np.sqrt(precision)) + pull**2 / (2.0 * precision)
        odds += np.log(2.0 / scale) - np.log(precision) / 2.0
        drawn: npt.NDArray[np.bool_] = self.rng.random(len(pull)) < expit(odds)
        return drawn

    def _for_weights(self) -> tuple[Floats, Floats]:
        pull = np.tile(self.prior * self.given, (_CHAINS, 1))
        precision = np.tile(np.diag(self.prior), (_CHAINS, 1, 1))
        for o, effect in enumerate(self.effects):
            strength = self.strengths[:, o]
            pull += strength[:, None] * effect.pull
            precision += (strength**2)[:, None, None] * effect.precision
        return pull, precision

    def _positive(self, pull: Floats, precision: Floats) -> Floats:
        """Draw from Gaussians with these pulls and precisions, cut at 0, by inversion."""
        mean, deviation = pull / precision, 1.0 / np.sqrt(precision)
        below = log_ndtr(mean / deviation)
        tail = ndtri_exp(np.log(self.rng.random(len(mean))) + below)
        drawn: Floats = np.maximum(mean - deviation * tail, 0.0)
        return drawn
