"""Rules that name pairs: Forbid, Among and Require."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pairwise.errors import InvalidInput
from pairwise.rules.base import BoundRule, Mask, Rule
from pairwise.rules.pairset import Index, Indices, PairSet

if TYPE_CHECKING:
    from typing import Self

    from pairwise.participants import Id, Participants
    from pairwise.score import Score


@dataclass(frozen=True, repr=False)
class _PairRule(Rule):
    pairs: tuple[tuple[Id, Id], ...]

    def __init__(self, pairs: Iterable[tuple[Id, Id]]) -> None:
        name = type(self).__name__
        object.__setattr__(self, "pairs", tuple(_id_pair(name, pair) for pair in pairs))

    def __repr__(self) -> str:
        """Show up to three pairs; a rule with thousands must still print in one line."""
        shown = ", ".join(repr(pair) for pair in self.pairs[:3])
        more = f", ... {len(self.pairs)} pairs" if len(self.pairs) > 3 else ""
        return f"{type(self).__name__}([{shown}{more}])"

    @property
    def label(self) -> str:
        """What messages call the rule: the pair itself, or how many there are."""
        name, count = type(self).__name__, len(self.pairs)
        return repr(self) if count == 1 else f"{name}([{count:,} pairs])"

    def among(self, people: Participants) -> Self:
        """Return the rule with those pairs alone of which both people are here."""
        here = set(people.ids)
        return type(self)([pair for pair in self.pairs if here.issuperset(pair)])

    def _count(self) -> str:
        return "1 named pair" if len(self.pairs) == 1 else f"{len(self.pairs)} named pairs"

    def _pair_set(self, people: Participants) -> PairSet:
        try:
            i = people.indices([a for a, _ in self.pairs])
            j = people.indices([b for _, b in self.pairs])
        except InvalidInput as error:
            raise InvalidInput(f"{type(self).__name__}: {error}") from None
        return PairSet(len(people), i, j)


def _id_pair(rule: str, pair: Iterable[Id]) -> tuple[Id, Id]:
    """Freeze a pair of ids; refuse anything that is not two different ids."""
    if isinstance(pair, str) or not isinstance(pair, Iterable):
        raise InvalidInput(f"{rule}: {pair!r} is not a pair of ids; write {rule}([(a, b), ...])")
    ids = tuple(pair)
    if len(ids) != 2:
        raise InvalidInput(f"{rule}: {ids!r} has {len(ids)} ids; a pair has 2")
    if ids[0] == ids[1]:
        raise InvalidInput(f"{rule}: {ids!r} names one participant twice")
    return ids


class Forbid(_PairRule):
    """Pairs that may not meet.

    Parameters
    ----------
    pairs
        Pairs of ids, in any order. A hundred thousand are fine: they are looked up by block,
        O(m log m) once, then O(r c) a block.

    Examples
    --------
    >>> from pairwise import Forbid, Participants
    >>> people = Participants(["ann", "bob", "cy"])
    >>> Forbid([("ann", "bob")]).bind(people).allowed(slice(0, 1), slice(0, 3))
    array([[ True, False,  True]])
    """

    @property
    def sentence(self) -> str:
        """What the rule demands, in words."""
        return f"{self._count()} may not meet"

    def _bound(self, people: Participants, _score: Score | None, /) -> BoundRule:
        return _BoundForbid(self, self._pair_set(people))


@dataclass(frozen=True, eq=False)
class _BoundForbid(BoundRule):
    forbidden: PairSet

    def allowed(self, rows: Index, cols: Index) -> Mask:
        return ~self.forbidden.block(rows, cols)

    def allowed_pairs(self, i: Indices, j: Indices) -> Mask:
        return ~self.forbidden.contains(i, j)


class Among(_PairRule):
    """Partners must be one of these pairs.

    As a rule it is rarely wanted; as what a quota counts it is: ``Count(Among(plan.pairs),
    at_least=20)`` keeps twenty pairs of an earlier plan together.

    Parameters
    ----------
    pairs
        Pairs of ids, in any order.

    Examples
    --------
    >>> from pairwise import Among, Participants
    >>> people = Participants(["ann", "bob", "cy"])
    >>> Among([("ann", "bob")]).bind(people).allowed(slice(0, 1), slice(0, 3))
    array([[False,  True, False]])
    """

    @property
    def sentence(self) -> str:
        """What the rule demands, in words."""
        return f"partners must be one of {self._count()}"

    def _bound(self, people: Participants, _score: Score | None, /) -> BoundRule:
        return _BoundAmong(self, self._pair_set(people))


@dataclass(frozen=True, eq=False)
class _BoundAmong(BoundRule):
    named: PairSet

    def allowed(self, rows: Index, cols: Index) -> Mask:
        return self.named.block(rows, cols)

    def allowed_pairs(self, i: Indices, j: Indices) -> Mask:
        return self.named.contains(i, j)


class Require(_PairRule):
    """Pairs that must be together.

    Somebody required with one partner is allowed nobody else in a pair. When the number of
    people is odd and ``leftover="trio"``, a required pair may become part of the trio, and
    requires that connect exactly three people make them the trio.

    Parameters
    ----------
    pairs
        Pairs of ids, in any order.

    Examples
    --------
    >>> from pairwise import Participants, Require
    >>> people = Participants(["ann", "bob", "cy"])
    >>> Require([("ann", "bob")]).bind(people).allowed(slice(0, 1), slice(0, 3))
    array([[False,  True, False]])
    """

    @property
    def sentence(self) -> str:
        """What the rule demands, in words."""
        return f"{self._count()} must be together"

    def _bound(self, people: Participants, _score: Score | None, /) -> BoundRequire:
        return BoundRequire(self, self._pair_set(people))


@dataclass(frozen=True, eq=False)
class BoundRequire(BoundRule):
    """Required pairs by index: whoever is named may be with the named partners only.

    Attributes
    ----------
    required
        The pairs that must be together.
    """

    required: PairSet
    _named: Mask = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_named", self.required.degree > 0)

    def allowed(self, rows: Index, cols: Index) -> Mask:
        """Tell which pairs of a block pass; shape (r, c)."""
        free = ~(self._named[rows][:, None] | self._named[cols][None, :])
        passed: Mask = free | self.required.block(rows, cols)
        return passed

    def allowed_pairs(self, i: Indices, j: Indices) -> Mask:
        """Tell which of m index pairs pass; shape (m,)."""
        passed: Mask = ~(self._named[i] | self._named[j]) | self.required.contains(i, j)
        return passed
