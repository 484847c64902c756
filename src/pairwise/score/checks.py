"""What weights, terms and people must be to make a score."""

from __future__ import annotations

import math
from numbers import Real
from typing import TYPE_CHECKING

from pairwise.errors import InvalidInput, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pairwise.participants import Participants
    from pairwise.terms import Term


def checked_weight(weight: object) -> float:
    """Return a weight as a float; refuse what is not a finite number >= 0."""
    if not isinstance(weight, Real) or not 0 <= float(weight) < math.inf:
        raise InvalidInput(
            f"weight = {weight!r}: must be a finite number >= 0; to reward difference, weigh"
            " Diversity rather than Similarity by a negative number"
        )
    return float(weight)


def one_population(mine: Participants | None, theirs: Participants | None) -> Participants | None:
    """Return whom a sum is bound to."""
    if mine is not None and theirs is not None and mine is not theirs:
        raise InvalidInput(
            "the scores are bound to different people: bind their sum with score.on(people)"
        )
    return theirs if mine is None else mine


def refuse_namesakes(terms: Iterable[Term]) -> None:
    """Refuse different terms of one name: the breakdown could not tell them apart."""
    seen = set()
    for term in terms:
        if term.name in seen:
            raise InvalidInput(
                f"two different terms are called {quoted(term.name)}: give one another name"
            )
        seen.add(term.name)
