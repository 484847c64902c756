"""Quotas on every group: how many people of a kind it may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InfeasibleError, InvalidInput, quoted
from pairwise.quotas.base import Quota, check_bounds, shown_bounds, worded_bounds
from pairwise.quotas.kinds import Is, Label, kinds_of

if TYPE_CHECKING:
    from pairwise.participants import Participants
    from pairwise.rules import Mask


@dataclass(frozen=True, eq=False)
class GroupCount:
    """How many of certain people one group may hold: the fields of `matching.CountRule`.

    Attributes
    ----------
    counted
        The people who count, shape (n,).
    at_least, at_most
        Bounds on how many of them a group holds; `at_most` None: as many as fit.
    none
        Whether a group may also hold none of them.
    name
        What messages call it.
    """

    counted: Mask
    at_least: int
    at_most: int | None
    none: bool
    name: str


@dataclass(frozen=True, repr=False)
class PerGroup(Quota):
    """How many people of a kind every group holds.

    Parameters
    ----------
    of
        Who counts.
    at_least, at_most
        Whole numbers >= 0.
    or_none
        Whether a group may also hold none of them.

    Raises
    ------
    InvalidInput
        No bound, or bounds that are crossed or below 0.

    Examples
    --------
    >>> from pairwise import Is, PerGroup
    >>> PerGroup(Is("role", "lead"), at_least=1).sentence
    'every group holds at least 1 of Is("role", "lead")'
    """

    of: Is
    at_least: int | None = None
    at_most: int | None = None
    or_none: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.of, Is):
            raise InvalidInput(f'PerGroup({self.of!r}): must count an Is, as Is("site", "Oslo")')
        check_bounds(f"PerGroup({self.of!r})", self.at_least, self.at_most)

    def __repr__(self) -> str:
        none = ", or_none=True" if self.or_none else ""
        return f"PerGroup({self.of!r}, {shown_bounds(self.at_least, self.at_most)}{none})"

    @property
    def sentence(self) -> str:
        """What the quota demands, in words."""
        none = " or none" if self.or_none else ""
        return (
            f"every group holds {worded_bounds(self.at_least, self.at_most)} of {self.of!r}{none}"
        )

    def over_groups(self, people: Participants) -> tuple[GroupCount, ...]:
        """Return how many of certain people every group may hold."""
        counted = self.of.among(people)
        return (
            GroupCount(counted, int(self.at_least or 0), self.at_most, self.or_none, repr(self)),
        )


@dataclass(frozen=True, init=False, repr=False)
class NotAlone(Quota):
    """Nobody is the only one of their kind in a group.

    Parameters
    ----------
    feature
        Name of a category or number; people whose answer is unknown do not count.
    *labels
        The kinds that it is about; all of them if none is named.

    Raises
    ------
    InfeasibleError
        When used: only one person is of a kind, and so alone in every group.

    Examples
    --------
    >>> from pairwise import NotAlone, Participants
    >>> people = Participants(["a", "b", "c"], categories={"site": ["Oslo", "Oslo", None]})
    >>> [rule.name for rule in NotAlone("site").over_groups(people)]
    ['NotAlone("site"): Oslo']
    """

    feature: str
    labels: tuple[Label, ...]

    def __init__(self, feature: str, *labels: Label) -> None:
        object.__setattr__(self, "feature", feature)
        object.__setattr__(self, "labels", labels)

    def __repr__(self) -> str:
        return f"NotAlone({', '.join(map(quoted, (self.feature, *self.labels)))})"

    @property
    def sentence(self) -> str:
        """What the quota demands, in words."""
        return f'nobody is alone in a group with their "{self.feature}"'

    def over_groups(self, people: Participants) -> tuple[GroupCount, ...]:
        """Return how many of certain people every group may hold."""
        kinds = [(str(label), Is(self.feature, label).among(people)) for label in self.labels]
        kinds = kinds or kinds_of("NotAlone", self.feature, people)
        lonely = [(label, mask) for label, mask in kinds if mask.sum() == 1]
        if lonely:
            raise InfeasibleError(self._lonely(people, *one) for one in lonely)
        return tuple(GroupCount(mask, 2, None, True, f"{self!r}: {label}") for label, mask in kinds)

    def _lonely(self, people: Participants, label: str, mask: Mask) -> str:
        who = quoted(people.ids[int(mask.argmax())])
        return (
            f"{self!r}: {who} is the only one of {quoted(label)}, and so alone in every group;"
            f" name the kinds that it is about: NotAlone({quoted(self.feature)}, ...)"
        )


@dataclass(frozen=True, repr=False)
class Common(Quota):
    """Every group has slots in which all of its people are free.

    Parameters
    ----------
    at_least
        How many slots, 1 or more.
    slots
        Name of the slot feature. Somebody whose slots are unknown counts as free.

    Raises
    ------
    InvalidInput
        Fewer than 1 slot.

    Examples
    --------
    >>> from pairwise import Common
    >>> Common(2).sentence
    'every group has at least 2 "slots" in which all are free'
    """

    at_least: int
    slots: str = "slots"

    def __post_init__(self) -> None:
        if (
            isinstance(self.at_least, bool)
            or self.at_least != int(self.at_least)
            or self.at_least < 1
        ):
            raise InvalidInput(f"Common({self.at_least!r}): must be a whole number >= 1")

    def __repr__(self) -> str:
        return (
            f"Common({self.at_least}{'' if self.slots == 'slots' else f', {quoted(self.slots)}'})"
        )

    @property
    def sentence(self) -> str:
        """What the quota demands, in words."""
        return (
            f"every group has at least {self.at_least} {quoted(self.slots)} in which all are free"
        )

    def over_groups(self, people: Participants) -> tuple[GroupCount, ...]:
        """Return nothing: slots are no count of people."""
        self.free(people)
        return ()

    def free(self, people: Participants) -> Mask:
        """Return when everybody is free, unknown counting as free; shape (n, s)."""
        return np.asarray(people.slot(self.slots).values != 0)
