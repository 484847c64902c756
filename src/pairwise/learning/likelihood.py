"""What an outcome says about the effects of the terms, as a Gaussian.

A rating is ``a + u_who + effect . terms + noise``, a yes is that through the logistic function
(without ``u``). Both leave a Gaussian of the effects: exactly for ratings, by Laplace's
approximation for answers of yes and no.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit

from pairwise.learning.outcomes import RATING, Floats, Outcome

if TYPE_CHECKING:
    import numpy.typing as npt

_PRIOR_COUNT = 4.0
"""Ratings that a guess of the noise (one star) counts for."""

_RIDGE = 1e-2
"""Precision that keeps a logistic effect finite where an answer is told by a term."""

_STEPS = 50
_SETTLED = 1e-10


class Effects(NamedTuple):
    """Gaussian likelihood of the effects of k terms: ``exp(pull . e - e . precision . e / 2)``.

    Attributes
    ----------
    pull : ndarray, shape (k,)
    precision : ndarray, shape (k, k)
    scale : float
        What an effect may be when the score goes from 0 to 1.
    """

    pull: Floats
    precision: Floats
    scale: float


def effects(outcome: Outcome) -> Effects:
    """Return what an outcome says; cost O(m k^2)."""
    if outcome.name == RATING:
        return _of_ratings(outcome.who, outcome.terms, outcome.result)
    return _of_answers(outcome.terms, outcome.result)


def _of_ratings(who: npt.NDArray[np.intp], terms: Floats, rating: Floats) -> Effects:
    """Regress ratings by generalised least squares: people differ in how they rate.

    The variance between people is estimated by moments from those who rated more than once; with
    it, every answer less a share of the mean of its person has uncorrelated noise.
    """
    _, person, count = np.unique(who, return_inverse=True, return_counts=True)
    between, within = _variances(person, _residuals(terms, rating), terms.shape[1])
    kept = 1.0 - np.sqrt(within / (within + count * between))
    design = np.column_stack([np.ones(len(rating)), terms])
    design -= _of_person(person, count, design) * kept[person, None]
    result = rating - _of_person(person, count, rating[:, None])[:, 0] * kept[person]
    precision, pull = design.T @ design / within, design.T @ result / within
    return _without_constant(pull, precision, 4.0)


def _residuals(terms: Floats, result: Floats) -> Floats:
    design = np.column_stack([np.ones(len(result)), terms])
    fitted: Floats = design @ np.linalg.lstsq(design, result, rcond=None)[0]
    return result - fitted


def _variances(person: npt.NDArray[np.intp], residual: Floats, terms: int) -> tuple[float, float]:
    """Return the variance between people and within, by moments."""
    free = max(len(residual) - terms - 1, 0)
    total = (float(residual @ residual) + _PRIOR_COUNT) / (free + _PRIOR_COUNT)
    sums, squares = np.bincount(person, residual), np.bincount(person, residual**2)
    count = np.bincount(person)
    products, pairs = float((sums**2 - squares).sum()), float((count * (count - 1)).sum())
    between = min(max(products / pairs, 0.0), 0.9 * total) if pairs else 0.0
    return between, total - between


def _of_person(person: npt.NDArray[np.intp], count: npt.NDArray[np.intp], table: Floats) -> Floats:
    """Return for each row the mean over the rows of its person."""
    sums = np.column_stack([np.bincount(person, column) for column in table.T])
    means: Floats = (sums / count[:, None])[person]
    return means


def _of_answers(terms: Floats, yes: Floats) -> Effects:
    """Fit a logistic regression by Newton's method and take the curvature at its top."""
    design = np.column_stack([np.ones(len(yes)), terms - terms.mean(axis=0)])
    ridge = np.diag([_RIDGE / 100, *[_RIDGE] * terms.shape[1]])
    effect = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = expit(design @ effect)
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design
        slope = design.T @ (yes - chance)
        step = np.linalg.solve(curvature + ridge, slope - ridge @ effect)
        effect += step / max(1.0, float(np.abs(step).max()) / 2)
        if np.abs(step).max() < _SETTLED:
            break
    return _without_constant(curvature @ effect + slope, curvature, 4.0)


def _without_constant(pull: Floats, precision: Floats, scale: float) -> Effects:
    """Integrate the constant out (the first unknown), whose prior is flat."""
    share = precision[1:, 0] / precision[0, 0] if precision[0, 0] > 0 else 0 * precision[1:, 0]
    return Effects(
        pull[1:] - share * pull[0], precision[1:, 1:] - np.outer(share, precision[0, 1:]), scale
    )
