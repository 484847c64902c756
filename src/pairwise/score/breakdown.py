"""Why a pair has its score: each term's value, weight and share, in words and numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pairwise.errors import InvalidInput, did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pairwise.participants import Id
    from pairwise.terms import BoundTerm


@dataclass(frozen=True)
class TermShare:
    """What one term adds to the score of a pair.

    Attributes
    ----------
    name : str
        The term.
    value : float
        Its value in [0, 1], higher is better; NaN when unknown.
    weight : float
        Its weight for this pair: the weights of unknown terms are shared among the others in
        proportion, so the weights of a pair sum to 1. 0 when unknown.
    share : float
        ``weight * value``, 0 when unknown; the shares sum to the score.
    gains : pair of float
        What the first gains from the second, and the second from the first; NaN when unknown.
    sentence : str
        The reason in words.
    """

    name: str
    value: float
    weight: float
    share: float
    gains: tuple[float, float]
    sentence: str

    @property
    def known(self) -> bool:
        """Whether the value is known."""
        return not math.isnan(self.value)


@dataclass(frozen=True)
class Breakdown:
    """The score of a pair, term by term, in the order of the score.

    Attributes
    ----------
    pair : pair of id
    score : float
        In [0, 1], higher is better.
    terms : tuple of TermShare

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.Participants(["ann", "bob"], slots=[[1, 0], [1, 1]], numbers={"age": [3, 4]})
    >>> score = 3 * pw.Overlap() + pw.Closeness("age", 2)
    >>> why = score.on(people).breakdown("ann", "bob")
    >>> print(why)
    ann and bob: score 0.500
      0.375 = 0.75 x 0.500  overlap(slots): ann and bob have 1 common slot (column 1); 2 are enough
      0.125 = 0.25 x 0.500  closeness(age, 2): the age of ann and bob is 1 apart; 2 counts as far
    >>> why["closeness(age, 2)"].value
    0.5
    """

    pair: tuple[Id, Id]
    score: float
    terms: tuple[TermShare, ...]

    def __getitem__(self, name: str) -> TermShare:
        for term in self.terms:
            if term.name == name:
                return term
        names = [term.name for term in self.terms]
        raise InvalidInput(f"no term {quoted(name)}{did_you_mean(name, names)}")

    def __iter__(self) -> Iterator[TermShare]:
        return iter(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def __str__(self) -> str:
        head = f"{self.pair[0]} and {self.pair[1]}: score {self.score:.3f}"
        return "\n".join([head, *(_line(term) for term in self.terms)])

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON; unknown numbers are None."""
        return {
            "pair": list(self.pair),
            "score": self.score,
            "terms": [
                {
                    "name": term.name,
                    "value": _or_none(term.value),
                    "weight": term.weight,
                    "share": term.share,
                    "gains": [_or_none(gain) for gain in term.gains],
                    "sentence": term.sentence,
                }
                for term in self.terms
            ],
        }


def share_of(
    term: BoundTerm, i: int, j: int, names: tuple[str, str], value: float, weight: float
) -> TermShare:
    """Return one line of a breakdown."""
    mine, theirs = (float(gain) for gain in term.directed_pairs([i, j], [j, i]))
    known = not math.isnan(value)
    sentence = (
        term.sentence(i, j, names)
        if known
        else f"unknown for {names[0]} and {names[1]}, so the other terms share its weight"
    )
    return TermShare(
        name=term.name,
        value=value,
        weight=weight,
        share=weight * value if known else 0.0,
        gains=(mine, theirs),
        sentence=sentence,
    )


def _line(term: TermShare) -> str:
    value = f"{term.value:.3f}" if term.known else "  ?  "
    return f"  {term.share:.3f} = {term.weight:.2f} x {value}  {term.name}: {term.sentence}"


def _or_none(number: float) -> float | None:
    return None if math.isnan(number) else number
