"""What quotas ask of an assignment: sums over the table of mentors and mentees."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from math import floor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pairwise.participants import Participants
    from pairwise.rules import BoundRule, Indices, Mask
    from pairwise.score import Score

Units = NDArray[np.int64]
Limits = tuple[int | None, int | None]

_FINEST_SHARE = 1_000_000


@dataclass(frozen=True, eq=False)
class Table:
    """What a quota reads of an assignment.

    Attributes
    ----------
    people, score
        Everybody on either side; the score bound to them.
    mentors, mentees
        Indices of both sides, (r,) and (c,).
    mentor_most, mentee_most
        Most partners of each.
    worth
        Quantised score of each pair, (r, c).
    step
        What 1 of it is worth.
    """

    people: Participants
    score: Score
    mentors: Indices
    mentees: Indices
    mentor_most: Indices
    mentee_most: Indices
    worth: Units
    step: float

    def met(self, rule: BoundRule) -> Mask:
        """Return which pairs a rule lets through; shape (r, c)."""
        return rule.allowed(self.mentors, self.mentees)

    def worths_of(self, score: Score) -> Units:
        """Return the pairs' quantised worths under another score; shape (r, c)."""
        return score.quantise(score.block(self.mentors, self.mentees))

    @property
    def most_pairs(self) -> int:
        """No plan has more pairs."""
        rows = np.minimum(self.mentor_most, len(self.mentees)).sum()
        cols = np.minimum(self.mentee_most, len(self.mentors)).sum()
        return int(min(rows, cols))


@dataclass(frozen=True, eq=False)
class CellSum:
    """A sum over the pairs of an assignment that must stay within bounds.

    Attributes
    ----------
    name
        What messages call it.
    cells
        Positions in the table, row by row, whose pairs count; ascending.
    amounts
        What each of them counts, whole.
    low, high
        Bounds of the sum; None: no bound.
    modulus, rest
        The sum of n pairs is a multiple of the first below n times the second.
    unit, base, each, form
        What 1 of the sum is in the numbers that the quota speaks of, what is added, whether these
        are for each pair, and how they are written.
    who
        Index of the one person that it is about; None: it is about the plan.
    """

    name: str
    cells: Indices
    amounts: Units
    low: int | None
    high: int | None
    modulus: int = 1
    rest: int = 0
    unit: float = 1.0
    base: float = 0.0
    each: bool = False
    form: str = ",.6g"
    who: int | None = None

    def limits(self, pairs: int | None) -> Limits:
        """Return the bounds, at sums that so many pairs can have if their number is known."""
        if pairs is None or self.modulus == 1:
            return self.low, self.high
        shift, q = pairs * self.rest, self.modulus
        low = None if self.low is None else -(-(self.low + shift) // q) * q - shift
        high = None if self.high is None else (self.high + shift) // q * q - shift
        return low, high

    def amount(self, total: float, pairs: float) -> float:
        """Return a sum of a plan with so many pairs in the numbers that the quota speaks of."""
        return total * self.unit / (max(pairs, 1) if self.each else 1) + self.base

    def worded(self, total: float, pairs: float) -> str:
        """Say a sum of a plan with so many pairs in the numbers that the quota speaks of."""
        return (
            "no pairs" if self.each and not pairs else format(self.amount(total, pairs), self.form)
        )

    @property
    def reach(self) -> int:
        """Largest amount, signs aside; at least 1."""
        return max(1, int(np.abs(self.amounts).max(initial=0)))


Bounds = tuple[float | None, float | None]


def table_sum(name: str, amounts: Units, limits: Limits, **words: Any) -> CellSum:
    """Return the sum of a table of amounts within limits."""
    flat = amounts.ravel()
    cells = np.flatnonzero(flat)
    return CellSum(name, cells, flat[cells], *limits, **words)


def share_sums(name: str, met: Mask, bounds: Bounds) -> Iterator[CellSum]:
    """Yield that the pairs that count are at least, and at most, a share of all pairs.

    For a share p / q a pair that counts adds q - p, another -p. Shares are read as the nearest
    fraction with a denominator up to a million.
    """
    for bound, sign in _sided(bounds):
        share = Fraction(bound).limit_denominator(_FINEST_SHARE)
        p, q = share.numerator, share.denominator
        amounts = np.where(met, q - p, -p).astype(np.int64)
        words = {"unit": 1 / q, "base": p / q, "each": True, "form": ".1%", "modulus": q, "rest": p}
        yield table_sum(name, amounts, _limits(sign, 0), **words)


def mean_sums(name: str, table: Table, worths: Units, bounds: Bounds) -> Iterator[CellSum]:
    """Yield that quantised worths are at least, and at most, so much a pair, up to rounding."""
    step = table.score.step
    for bound, sign in _sided(bounds):
        level = round(bound / step)
        limits = _limits(sign, -sign * table.most_pairs)
        words = {"unit": step, "base": level * step, "each": True}
        yield table_sum(name, worths - level, limits, **words)


def count_sum(name: str, met: Mask, bounds: Bounds) -> CellSum:
    """Return the number of pairs that count."""
    low, high = (None if bound is None else int(bound) for bound in bounds)
    return table_sum(name, met.astype(np.int64), (low, high))


def parity_sums(
    name: str, table: Table, kinds: list[tuple[str, Mask]], within: float
) -> Iterator[CellSum]:
    """Yield for every two kinds of mentees how much better the first fares, bounded above."""
    taking = table.mentee_most > 0
    members = [(label, mask[table.mentees] & taking) for label, mask in kinds]
    held = [(label, mask) for label, mask in members if mask.any()]
    for (label, mine), (other, theirs) in permutations(held, 2):
        yield _difference(f"{name}: {label} over {other}", table, mine, theirs, within)


def _difference(name: str, table: Table, mine: Mask, theirs: Mask, within: float) -> CellSum:
    sizes = int(mine.sum()), int(theirs.sum())
    unit = table.step / (sizes[0] * sizes[1])
    each = mine * sizes[1] - theirs * sizes[0]
    limits = (None, floor((within + table.step) / unit))
    return table_sum(name, table.worth * each, limits, unit=unit)


def _sided(bounds: Bounds) -> Iterator[tuple[float, int]]:
    """Yield each bound with 1 if it is a lower, -1 if it is an upper one."""
    for bound, sign in zip(bounds, (1, -1), strict=True):
        if bound is not None:
            yield bound, sign


def _limits(sign: int, side: int) -> Limits:
    return (side, None) if sign > 0 else (None, side)
