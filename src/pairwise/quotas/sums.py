"""Quotas on numbers and shares, and the linear sums that quotas become."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, floor
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from pairwise.errors import InvalidInput
from pairwise.quotas.base import Quota, check_bounds, shown_bounds, worded_bounds
from pairwise.quotas.kinds import Is
from pairwise.quotas.tables import CellSum, Table, count_sum, share_sums
from pairwise.rules import BoundRequire, BoundRule, Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from pairwise.participants import Participants
    from pairwise.rules import Index, Indices
    from pairwise.score import Score

Units = NDArray[np.int64]
Bounds = tuple[int | None, int | None]

_ROUNDING = 1e-9


class PairMeasure(Protocol):
    """An even whole number for every pair; symmetric."""

    @property
    def ends(self) -> tuple[int, int]:
        """No pair measures less than the first or more than the second."""

    def block(self, rows: Index, cols: Index) -> Units:
        """Return the measure of a block of pairs; shape (r, c)."""

    def pairs(self, i: Indices, j: Indices) -> Units:
        """Return the measure of m index pairs; shape (m,)."""


@dataclass(frozen=True, eq=False)
class RuleMeasure:
    """2 for every pair that a rule lets through, 0 for the others.

    Attributes
    ----------
    rule
        The bound rule.
    """

    rule: BoundRule

    @property
    def ends(self) -> tuple[int, int]:
        """Least and largest measure."""
        return 0, 2

    def block(self, rows: Index, cols: Index) -> Units:
        """Return the measure of a block of pairs; shape (r, c)."""
        met: Units = 2 * self.rule.allowed(rows, cols).astype(np.int64)
        return met

    def pairs(self, i: Indices, j: Indices) -> Units:
        """Return the measure of m index pairs; shape (m,)."""
        met: Units = 2 * self.rule.allowed_pairs(i, j).astype(np.int64)
        return met


@dataclass(frozen=True, eq=False)
class PairSum:
    """A sum over the pairs of a plan that must stay within bounds.

    A plan sums the measure of its pairs, and half that of the three pairs of a trio.

    Attributes
    ----------
    name
        What messages call the quota.
    measure
        What is summed.
    bounds
        Least and largest sum of a plan that places so many people; None: no bound.
    unit
        What 1 of the measure is, in the numbers that the quota speaks of.
    each
        Whether the quota speaks of the sum by the number of people placed.
    """

    name: str
    measure: PairMeasure
    bounds: Callable[[int], Bounds]
    unit: float = 0.5
    each: bool = False

    def amount(self, total: int, placed: int) -> float:
        """Return a sum in the numbers that the quota speaks of."""
        return total * self.unit / (max(placed, 1) if self.each else 1)

    def worded(self, total: int, placed: int) -> str:
        """Say a sum in the numbers that the quota speaks of."""
        amount = self.amount(total, placed)
        return f"{amount:.1%}" if self.each and self.unit == 1.0 else f"{amount:.6g}"


@dataclass(frozen=True, eq=False)
class PeopleSum:
    """A whole number for everybody whose sum over a cohort must stay within bounds.

    Attributes
    ----------
    name
        What messages call the quota.
    amount
        Of each applicant, shape (n,).
    low, high
        Bounds of the sum; None: no bound.
    """

    name: str
    amount: Units
    low: int | None
    high: int | None


@dataclass(frozen=True, repr=False)
class _Sum(Quota):
    of: Rule | Is
    at_least: float | None = None
    at_most: float | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.of!r}, {shown_bounds(self.at_least, self.at_most)})"

    def _check_of(self) -> None:
        if not isinstance(self.of, Rule | Is):
            raise InvalidInput(
                f"{type(self).__name__}({self.of!r}): must count a rule on pairs, such as"
                ' Differ("site"), or people, such as Is("site", "Oslo")'
            )

    @abstractmethod
    def _bounds(self, total: int, each: int) -> Bounds:
        """Return the bounds of a sum in which `each` counts one, and all make `total`."""

    def over_people(self, people: Participants, size: int) -> tuple[PeopleSum, ...]:
        """Return the number of people who count, within bounds."""
        if not isinstance(self.of, Is):
            raise self._misfit("people of a cohort", "an Is instead of a rule on pairs")
        amount = self.of.among(people).astype(np.int64)
        return (PeopleSum(repr(self), amount, *self._bounds(size, 1)),)

    def over_pairs(self, people: Participants, score: Score) -> tuple[PairSum, ...]:
        """Return the number of pairs that count, within bounds."""
        bound = self._bound(people, score)
        bounds = partial(self._bounds, each=2)
        share = isinstance(self, Share)
        return (PairSum(repr(self), RuleMeasure(bound), bounds, 1.0 if share else 0.5, share),)

    def over_table(self, table: Table) -> tuple[CellSum, ...]:
        """Return the number of pairs of an assignment that count, within bounds."""
        met = table.met(self._bound(table.people, table.score))
        bounds = (self.at_least, self.at_most)
        if isinstance(self, Share):
            return tuple(share_sums(repr(self), met, bounds))
        return (count_sum(repr(self), met, bounds),)

    def _bound(self, people: Participants, score: Score) -> BoundRule:
        """Return the rule that counts pairs, under which unknown answers do not count."""
        if isinstance(self.of, Is):
            raise self._misfit("pairs of a plan", 'a rule, such as Differ("site")')
        bound = _strict(self.of).bind(people, score)
        if isinstance(bound, BoundRequire):
            raise InvalidInput(f"{self!r}: Require counts nothing; use Among(pairs)")
        return bound


@dataclass(frozen=True, repr=False)
class Share(_Sum):
    """What share of all pairs, or of the people chosen, must count.

    Parameters
    ----------
    of
        A rule, counting the pairs that are known to keep it, or an `Is`, counting people.
    at_least, at_most
        Bounds in [0, 1].

    Raises
    ------
    InvalidInput
        No bound, or bounds that are crossed or not in [0, 1].

    Notes
    -----
    In a plan the share is one of people: whose partner counts. In a trio everybody has two
    partners, each half.

    Examples
    --------
    >>> from pairwise import Differ, Is, Share
    >>> print(Share(Differ("department"), at_least=0.5).sentence)
    at least 50% of Differ("department")
    >>> Share(Is("site", "Oslo"), at_most=0.25)
    Share(Is("site", "Oslo"), at_most=0.25)
    """

    def __post_init__(self) -> None:
        self._check_of()
        check_bounds(f"Share({self.of!r})", self.at_least, self.at_most, most=1.0)

    @property
    def sentence(self) -> str:
        """What the quota demands, in words."""
        return f"{worded_bounds(self.at_least, self.at_most, '.0%')} of {self.of!r}"

    def _bounds(self, total: int, each: int) -> Bounds:  # noqa: ARG002
        low = None if self.at_least is None else ceil(self.at_least * total - _ROUNDING)
        return low, None if self.at_most is None else floor(self.at_most * total + _ROUNDING)


@dataclass(frozen=True, repr=False)
class Count(_Sum):
    """How many pairs, or people chosen, must count.

    Parameters
    ----------
    of
        A rule, counting the pairs that are known to keep it, or an `Is`, counting people.
    at_least, at_most
        Whole numbers >= 0.

    Raises
    ------
    InvalidInput
        No bound, or bounds that are crossed, below 0 or not whole.

    Notes
    -----
    A trio counts half of its three pairs, as in everything else.

    Examples
    --------
    >>> from pairwise import Between, Count
    >>> Count(Between("site", "Oslo", "Bonn"), at_most=3)
    Count(Between("site", "Oslo", "Bonn"), at_most=3)
    """

    def __post_init__(self) -> None:
        self._check_of()
        check_bounds(f"Count({self.of!r})", self.at_least, self.at_most)
        for name, bound in (("at_least", self.at_least), ("at_most", self.at_most)):
            if bound is not None and bound != int(bound):
                raise InvalidInput(f"Count({self.of!r}): {name}={bound!r}: must be a whole number")

    @property
    def sentence(self) -> str:
        """What the quota demands, in words."""
        return f"{worded_bounds(self.at_least, self.at_most)} of {self.of!r}"

    def _bounds(self, total: int, each: int) -> Bounds:  # noqa: ARG002
        low = None if self.at_least is None else each * int(self.at_least)
        return low, None if self.at_most is None else each * int(self.at_most)


def _strict(rule: Rule) -> Rule:
    """Return the rule under which a pair with a missing answer does not pass."""
    if not hasattr(rule, "unknown"):
        return rule
    strict: Rule = replace(rule, unknown="refuse")  # type: ignore[type-var]
    return strict
