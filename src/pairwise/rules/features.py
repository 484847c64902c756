"""Rules that compare two answers: Differ, Same, Between and Within."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pairwise.errors import InvalidInput, did_you_mean, listed, quoted
from pairwise.rules.base import BoundRule, Mask, Rule, Unknown, check_unknown, unknown_suffix

if TYPE_CHECKING:
    from pairwise.participants import Participants
    from pairwise.rules.pairset import Index, Indices
    from pairwise.score import Score

Codes = NDArray[np.int32]
Numbers = NDArray[np.float64]


def _check_readable(rule: str, feature: str, people: Participants, *kinds: str) -> None:
    """Refuse a feature that is missing, of another kind, or kept for monitoring."""
    if any(people.has(kind, feature) for kind in kinds):
        return
    if feature in people.monitoring_names:
        raise InvalidInput(
            f"{rule}: {quoted(feature)} is a monitoring feature, kept for reports only;"
            f" import it as a {kinds[0]} if plans may depend on it"
        )
    names = [name for kind in kinds for name in people.feature_names[kind]]
    has = f"; there are {listed(names)}" if names else "; these people have none"
    hint = did_you_mean(feature, names) or has
    raise InvalidInput(f"{rule}: no {' or '.join(kinds)} {quoted(feature)}{hint}")


def _codes(rule: str, feature: str, people: Participants) -> Codes:
    """Return one code per person for a category or a number; -1 is unknown."""
    _check_readable(rule, feature, people, "category", "number")
    if people.has("category", feature):
        return people.category(feature).codes
    values = people.number(feature)
    known = ~np.isnan(values)
    codes = np.full(len(people), -1, dtype=np.int32)
    codes[known] = np.unique(values[known], return_inverse=True)[1]
    return codes


@dataclass(frozen=True, repr=False)
class _AnswerRule(Rule):
    feature: str
    unknown: Unknown = "pass"

    def __post_init__(self) -> None:
        check_unknown(type(self).__name__, self.unknown)

    def __repr__(self) -> str:
        return f'{type(self).__name__}("{self.feature}"{unknown_suffix(self.unknown)})'

    def _compare_codes(self, people: Participants, *, same: bool) -> _BoundCodes:
        codes = _codes(type(self).__name__, self.feature, people)
        return _BoundCodes(self, codes, same, self.unknown == "refuse")


class Differ(_AnswerRule):
    """Partners must have different answers in a category or number.

    Parameters
    ----------
    feature
        Name of a category or number.
    unknown
        ``"pass"`` lets a pair with a missing answer through, ``"refuse"`` does not.

    Examples
    --------
    >>> from pairwise import Differ, Participants
    >>> people = Participants(["ann", "bob", "cy"], categories={"team": ["a", "a", "b"]})
    >>> Differ("team").bind(people).allowed(slice(0, 1), slice(0, 3))
    array([[False, False,  True]])
    """

    @property
    def sentence(self) -> str:
        """What the rule demands, in words."""
        return f'partners must differ in "{self.feature}"'

    def _bound(self, people: Participants, _score: Score | None, /) -> BoundRule:
        return self._compare_codes(people, same=False)


class Same(_AnswerRule):
    """Partners must have the same answer in a category or number.

    Parameters
    ----------
    feature
        Name of a category or number.
    unknown
        ``"pass"`` lets a pair with a missing answer through, ``"refuse"`` does not.

    Examples
    --------
    >>> from pairwise import Participants, Same
    >>> people = Participants(["ann", "bob", "cy"], categories={"site": ["x", None, "y"]})
    >>> Same("site").bind(people).allowed(slice(0, 1), slice(0, 3))
    array([[ True,  True, False]])
    >>> Same("site", unknown="refuse").bind(people).allowed(slice(0, 1), slice(0, 3))
    array([[ True, False, False]])
    """

    @property
    def sentence(self) -> str:
        """What the rule demands, in words."""
        return f'partners must have the same "{self.feature}"'

    def _bound(self, people: Participants, _score: Score | None, /) -> BoundRule:
        return self._compare_codes(people, same=True)


@dataclass(frozen=True, eq=False)
class _BoundCodes(BoundRule):
    """Equal or different codes, where an unknown code (-1) equals nothing, itself included."""

    codes: Codes
    same: bool
    refuse: bool
    _facing: Codes = field(init=False)
    _patch: bool = field(init=False)

    def __post_init__(self) -> None:
        unknown = self.codes < 0
        object.__setattr__(self, "_facing", np.where(unknown, np.int32(-2), self.codes))
        object.__setattr__(self, "_patch", self.same != self.refuse and bool(unknown.any()))

    def allowed(self, rows: Index, cols: Index) -> Mask:
        return self._compare(self.codes[rows][:, None], self._facing[cols][None, :])

    def allowed_pairs(self, i: Indices, j: Indices) -> Mask:
        return self._compare(self.codes[i], self._facing[j])

    def _compare(self, a: Codes, b: Codes) -> Mask:
        passed: Mask = a == b if self.same else a != b
        if self._patch:
            unknown = (a < 0) | (b < 0)
            passed = passed | unknown if self.same else passed & ~unknown
        return passed


@dataclass(frozen=True, repr=False)
class Between(Rule):
    """One partner must have the first answer, the other one the second.

    Parameters
    ----------
    category
        Name of a category.
    first, second
        Labels; equal ones ask for two people of one label. An unknown answer is neither.

    Raises
    ------
    InvalidInput
        When bound: no such category, or it has no such label.

    Examples
    --------
    >>> from pairwise import Between, Participants
    >>> people = Participants(["ann", "bob", "cy"], categories={"role": ["new", "old", "new"]})
    >>> Between("role", "new", "old").bind(people).allowed(slice(0, 1), slice(0, 3))
    array([[False,  True, False]])
    """

    category: str
    first: str
    second: str

    def __repr__(self) -> str:
        return f'Between("{self.category}", "{self.first}", "{self.second}")'

    @property
    def sentence(self) -> str:
        """What the rule demands, in words."""
        return f'one must be "{self.first}" and one "{self.second}" in "{self.category}"'

    def _bound(self, people: Participants, _score: Score | None, /) -> BoundRule:
        _check_readable("Between", self.category, people, "category")
        labels = people.category(self.category).labels
        for label in (self.first, self.second):
            if label not in labels:
                hint = did_you_mean(label, labels) or f"; there are {listed(labels)}"
                raise InvalidInput(f"{self!r}: no answer {quoted(label)}{hint}")
        codes = people.category(self.category).codes
        return _BoundBetween(self, codes, labels.index(self.first), labels.index(self.second))


@dataclass(frozen=True, eq=False)
class _BoundBetween(BoundRule):
    codes: Codes
    first: int
    second: int

    def allowed(self, rows: Index, cols: Index) -> Mask:
        return self._match(self.codes[rows][:, None], self.codes[cols][None, :])

    def allowed_pairs(self, i: Indices, j: Indices) -> Mask:
        return self._match(self.codes[i], self.codes[j])

    def _match(self, a: Codes, b: Codes) -> Mask:
        one: Mask = (a == self.first) & (b == self.second)
        other: Mask = (a == self.second) & (b == self.first)
        return one | other


@dataclass(frozen=True, repr=False)
class Within(Rule):
    """Partners' numbers must be no further apart than ``by``.

    Parameters
    ----------
    number
        Name of a number feature.
    by
        Largest difference allowed, in the feature's unit; >= 0.
    unknown
        ``"pass"`` lets a pair with a missing answer through, ``"refuse"`` does not.

    Examples
    --------
    >>> from pairwise import Participants, Within
    >>> people = Participants(["ann", "bob", "cy"], numbers={"grade": [1, 2, 4]})
    >>> Within("grade", 1).bind(people).allowed(slice(0, 1), slice(0, 3))
    array([[ True,  True, False]])
    """

    number: str
    by: float
    unknown: Unknown = "pass"

    def __post_init__(self) -> None:
        check_unknown("Within", self.unknown)
        if not 0 <= self.by < np.inf:
            raise InvalidInput(f'Within("{self.number}", by={self.by!r}): must be a number >= 0')

    def __repr__(self) -> str:
        return f'Within("{self.number}", {self.by:g}{unknown_suffix(self.unknown)})'

    @property
    def sentence(self) -> str:
        """What the rule demands, in words."""
        return f'partners may be at most {self.by:g} apart in "{self.number}"'

    def _bound(self, people: Participants, _score: Score | None, /) -> BoundRule:
        _check_readable("Within", self.number, people, "number")
        return _BoundWithin.of(self, people.number(self.number))


@dataclass(frozen=True, eq=False)
class _BoundWithin(BoundRule):
    """Windows of ranks: integers compare several times faster than differences of floats."""

    rank: Codes
    first: Codes
    last: Codes
    unknown: Mask | None

    @classmethod
    def of(cls, rule: Within, values: Numbers) -> _BoundWithin:
        """Rank the known values and find for each which ranks are near enough."""
        known = ~np.isnan(values)
        distinct, places = np.unique(values[known], return_inverse=True)
        first, last = _windows(distinct, rule.by)
        rank, low, high = (np.full(len(values), -1, dtype=np.int32) for _ in range(3))
        rank[known], low[known], high[known] = places, first[places], last[places]
        high[~known] = -2
        passes = rule.unknown == "pass" and not known.all()
        return cls(rule, rank, low, high, ~known if passes else None)

    def allowed(self, rows: Index, cols: Index) -> Mask:
        rank = self.rank[cols][None, :]
        passed = self.first[rows][:, None] <= rank
        passed &= self.last[rows][:, None] >= rank
        if self.unknown is not None:
            passed |= self.unknown[rows][:, None] | self.unknown[cols][None, :]
        return passed

    def allowed_pairs(self, i: Indices, j: Indices) -> Mask:
        passed = (self.first[i] <= self.rank[j]) & (self.last[i] >= self.rank[j])
        return passed if self.unknown is None else passed | self.unknown[i] | self.unknown[j]


def _windows(distinct: Numbers, by: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return for each of the ascending values the first and last place within ``by`` of it."""
    places = np.arange(len(distinct))
    last = np.searchsorted(distinct, distinct + by, "right") - 1
    for shift in (1, 0):
        # distinct + by is rounded; only the difference itself decides.
        at = np.minimum(last + shift, len(distinct) - 1)
        last = np.where(distinct[at] - distinct <= by, at, at - 1)
    return np.searchsorted(last, places, "left"), last
