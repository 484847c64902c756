"""The score for whoever states none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.score.score import Score
from pairwise.terms import Complementarity, Overlap, Similarity

if TYPE_CHECKING:
    from pairwise.participants import Participants, VectorFeature
    from pairwise.terms import Term
    from pairwise.terms.similarity import Metric

VALUES, NEEDS, TIME, INTERESTS = 0.40, 0.30, 0.15, 0.15


def default_score(people: Participants) -> Score:
    """Return the default score over the features that are present, bound to the people.

    Parameters
    ----------
    people : Participants
        With at least one of: `values`; `offers` and `seeks`; `slots`; `interests`.

    Returns
    -------
    Score
        Similarity of `values` 0.40, Complementarity 0.30, Overlap 0.15, Similarity of
        `interests` 0.15, shared in proportion over what is present; demographics 0. Scales of
        whole numbers with more than two levels are compared by level, other vectors by cosine.

    Raises
    ------
    InvalidInput
        None of these features is present.

    Notes
    -----
    The weights are judgement informed by evidence, not estimates: similarity in what lies
    deep predicts how protégés judge the relationship (rho .38 to .59 over 173 samples
    [eby2013]_), at the surface it is weaker and contested
    [hernandez2017]_ [raposa2019]_; for complementary skills no meta-analysis was
    found.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.Participants(["ann", "bob"], interests=[[1, 0], [1, 1]], slots=[[1], [1]])
    >>> score = pw.default_score(people)
    >>> [term.name for term in score.terms], score.weights
    (['overlap(slots)', 'similarity(interests)'], (0.5, 0.5))
    """
    weighed = _present(people)
    if not weighed:
        raise InvalidInput(
            "these people have none of the features of the default score (values, offers and"
            " seeks, slots, interests): state a score, such as Similarity(feature) or"
            " Precomputed(matrix)"
        )
    terms = tuple(term for term, _ in weighed)
    return Score(terms, [weight for _, weight in weighed]).on(people)


def _present(people: Participants) -> list[tuple[Term, float]]:
    found: list[tuple[Term, float]] = []
    if people.has("vector", "values"):
        found.append((Similarity("values", _metric(people.vector("values"))), VALUES))
    if people.has("vector", "offers") and people.has("vector", "seeks"):
        found.append((Complementarity(), NEEDS))
    if people.has("slots", "slots"):
        found.append((Overlap(), TIME))
    if people.has("vector", "interests"):
        found.append((Similarity("interests", _metric(people.vector("interests"))), INTERESTS))
    return found


def _metric(feature: VectorFeature) -> Metric:
    levels = feature.levels[feature.known]
    graded = feature.high - feature.low > 1 and bool(np.all(levels == np.rint(levels)))
    return "level" if graded else "cosine"
