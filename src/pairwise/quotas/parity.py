"""Quotas that compare kinds of people with each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from math import floor
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.quotas.base import Quota
from pairwise.quotas.kinds import kinds_of
from pairwise.quotas.sums import PairSum, PeopleSum, Units
from pairwise.quotas.tables import CellSum, Table, parity_sums

if TYPE_CHECKING:
    from pairwise.participants import Participants
    from pairwise.rules import Index, Indices, Mask
    from pairwise.score import Score


@dataclass(frozen=True, repr=False)
class Parity(Quota):
    """No kind of people fares better than another by more than a difference of mean scores.

    Parameters
    ----------
    feature
        Name of a category or number; people whose answer is unknown belong to no kind.
    within
        Largest difference between the mean scores of any two kinds, in [0, 1].

    Raises
    ------
    InvalidInput
        `within` is not in [0, 1].

    Notes
    -----
    Somebody's score is that of their pair, in a trio the mean with both partners, of a mentee the
    sum over their mentors, and 0 when left out; mentors are not compared. The bound holds up to the
    rounding of scores, 2**-30. Parity on a protected attribute needs that attribute as a category:
    a monitoring feature cannot be read, since plans would then depend on it.

    Examples
    --------
    >>> from pairwise import Parity
    >>> Parity("site", within=0.05).sentence
    'mean scores of the kinds of "site" differ by at most 0.05'
    """

    feature: str
    within: float

    def __post_init__(self) -> None:
        _check_within("Parity", self.feature, self.within, 1.0)

    def __repr__(self) -> str:
        return f'Parity("{self.feature}", within={self.within:g})'

    @property
    def sentence(self) -> str:
        """What the quota demands, in words."""
        return f'mean scores of the kinds of "{self.feature}" differ by at most {self.within:g}'

    def over_pairs(self, people: Participants, score: Score) -> tuple[PairSum, ...]:
        """Return for every two kinds how much better the first fares, bounded above."""
        kinds = kinds_of("Parity", self.feature, people)
        return tuple(
            self._difference(score, first, second) for first, second in permutations(kinds, 2)
        )

    def over_table(self, table: Table) -> tuple[CellSum, ...]:
        """Return for every two kinds of mentees how much better the first fares, bounded above."""
        kinds = kinds_of("Parity", self.feature, table.people)
        return tuple(parity_sums(repr(self), table, kinds, self.within))

    def _difference(
        self, score: Score, first: tuple[str, Mask], second: tuple[str, Mask]
    ) -> PairSum:
        (label, mine), (other, theirs) = first, second
        sizes = int(mine.sum()), int(theirs.sum())
        unit = score.step / (2 * sizes[0] * sizes[1])
        high = floor((self.within + score.step) / unit)
        name = f"{self!r}: {label} over {other}"
        measure = _MeanDifference(score, mine * sizes[1] - theirs * sizes[0])
        return PairSum(name, measure, lambda _placed: (None, high), unit)


@dataclass(frozen=True, eq=False)
class _MeanDifference:
    """Twice the quantised score times what the two people add to the difference of means."""

    score: Score
    amount: Units

    @property
    def ends(self) -> tuple[int, int]:
        """Least and largest measure."""
        most = 4 * round(1 / self.score.step) * int(np.abs(self.amount).max(initial=0))
        return -most, most

    def block(self, rows: Index, cols: Index) -> Units:
        """Return the measure of a block of pairs; shape (r, c)."""
        both = self.amount[rows][:, None] + self.amount[cols][None, :]
        product: Units = 2 * self.score.quantise(self.score.block(rows, cols)) * both
        return product

    def pairs(self, i: Indices, j: Indices) -> Units:
        """Return the measure of m index pairs; shape (m,)."""
        weight = 2 * self.score.quantise(self.score.pairs(i, j))
        product: Units = weight * (self.amount[i] + self.amount[j])
        return product


@dataclass(frozen=True, repr=False)
class Balanced(Quota):
    """No kind of people is in a cohort more often than another by more than so many people.

    Parameters
    ----------
    feature
        Name of a category or number; people whose answer is unknown belong to no kind.
    within
        Largest difference between the numbers of any two kinds; whole, >= 0.

    Raises
    ------
    InvalidInput
        `within` is below 0 or not whole.

    Examples
    --------
    >>> from pairwise import Balanced
    >>> Balanced("site", within=1).sentence
    'the numbers of the kinds of "site" differ by at most 1'
    """

    feature: str
    within: int = 1

    def __post_init__(self) -> None:
        _check_within("Balanced", self.feature, self.within, np.inf)
        if self.within != int(self.within):
            raise InvalidInput(f"{self!r}: within must be a whole number")

    def __repr__(self) -> str:
        return f'Balanced("{self.feature}", within={self.within:g})'

    @property
    def sentence(self) -> str:
        """What the quota demands, in words."""
        return f'the numbers of the kinds of "{self.feature}" differ by at most {self.within:g}'

    def over_people(self, people: Participants, size: int) -> tuple[PeopleSum, ...]:  # noqa: ARG002
        """Return for every two kinds how many more there are of the first, bounded above."""
        kinds = kinds_of("Balanced", self.feature, people)
        return tuple(
            PeopleSum(
                f"{self!r}: {label} over {other}",
                mine.astype(np.int64) - theirs.astype(np.int64),
                None,
                int(self.within),
            )
            for (label, mine), (other, theirs) in permutations(kinds, 2)
        )


def _check_within(quota: str, feature: str, within: float, most: float) -> None:
    if not 0 <= within <= most:
        limit = "must be >= 0" if most == np.inf else f"must be in [0, {most:g}]"
        raise InvalidInput(f'{quota}("{feature}", within={within!r}): {limit}')
