"""Quotas on every mentor, or every mentee: how many partners of a kind they have."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput, quoted
from pairwise.quotas.base import Quota, check_bounds, shown_bounds, worded_bounds
from pairwise.quotas.kinds import Is, kinds_of
from pairwise.quotas.tables import CellSum

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import ClassVar

    from pairwise.participants import Participants
    from pairwise.quotas.tables import Table
    from pairwise.rules import Indices, Mask


@dataclass(frozen=True, repr=False)
class _Each(Quota):
    of: Is | str
    at_least: int | None = None
    at_most: int | None = None
    who: Is | None = None

    if TYPE_CHECKING:
        role: ClassVar[str]
        partners: ClassVar[str]

    def __post_init__(self) -> None:
        name = f"{type(self).__name__}({_shown(self.of)})"
        if not isinstance(self.of, Is | str):
            raise InvalidInput(
                f'{name}: must count an Is, as Is("site", "Oslo"), or every kind of a feature, as'
                ' "site"'
            )
        if self.who is not None and not isinstance(self.who, Is):
            raise InvalidInput(f'{name}: who={self.who!r}: must be an Is, as Is("site", "Oslo")')
        check_bounds(name, self.at_least, self.at_most)
        for side, bound in (("at_least", self.at_least), ("at_most", self.at_most)):
            if bound is not None and bound != int(bound):
                raise InvalidInput(f"{name}: {side}={bound!r}: must be a whole number")

    def __repr__(self) -> str:
        who = "" if self.who is None else f", who={self.who!r}"
        bounds = shown_bounds(self.at_least, self.at_most)
        return f"{type(self).__name__}({_shown(self.of)}, {bounds}{who})"

    @property
    def sentence(self) -> str:
        """What the quota demands, in words."""
        who = "" if self.who is None else f" ({self.who!r})"
        of = f'any one "{self.of}"' if isinstance(self.of, str) else repr(self.of)
        bounds = worded_bounds(self.at_least, self.at_most)
        return f"of every {self.role}'s{who} {self.partners} {bounds} are of {of}"

    def over_table(self, table: Table) -> tuple[CellSum, ...]:
        """Return the number of such partners of each person whose load allows any."""
        kinds = self._kinds(table.people)
        return tuple(one for label, mask in kinds for one in self._sums(table, label, mask))

    def _kinds(self, people: Participants) -> list[tuple[str, Mask]]:
        if isinstance(self.of, Is):
            return [("", self.of.among(people))]
        return kinds_of(type(self).__name__, self.of, people)

    def _sums(self, table: Table, label: str, counted: Mask) -> Iterator[CellSum]:
        here, most, cells = self._seated(table, counted)
        asked = most > 0 if self.who is None else (most > 0) & self.who.among(table.people)[here]
        low, high = int(self.at_least or 0) or None, self.at_most
        ids, kind = table.people.ids, f" ({label})" if label else ""
        for place in np.flatnonzero(asked).tolist():
            i, own = int(here[place]), cells[place]
            if low or (high is not None and high < min(len(own), most[place])):
                name, ones = f"{self!r}{kind}: {quoted(ids[i])}", np.ones(len(own), dtype=np.int64)
                yield CellSum(name, own, ones, low, None if high is None else int(high), who=i)

    @abstractmethod
    def _seated(self, table: Table, counted: Mask) -> tuple[Indices, Indices, Indices]:
        """Return who is asked, their most partners, and for each the cells that count."""


@dataclass(frozen=True, repr=False)
class PerMentor(_Each):
    """How many mentees of a kind every mentor has.

    Parameters
    ----------
    of
        Which mentees count: an `Is`, or the name of a category or number, each kind of which is
        counted apart. An answer that is unknown does not count.
    at_least, at_most
        Whole numbers >= 0.
    who
        The mentors that it is about; all whose load allows any mentee if None.

    Raises
    ------
    InvalidInput
        No bound, or bounds that are crossed, below 0 or not whole.

    Examples
    --------
    >>> from pairwise import Is, PerMentor
    >>> print(PerMentor(Is("team", "sales"), at_most=2).sentence)
    of every mentor's mentees at most 2 are of Is("team", "sales")
    >>> print(PerMentor("team", at_most=1, who=Is("grade", 3)).sentence)
    of every mentor's (Is("grade", 3)) mentees at most 1 are of any one "team"
    """

    role = "mentor"
    partners = "mentees"

    def _seated(self, table: Table, counted: Mask) -> tuple[Indices, Indices, Indices]:
        chosen = np.flatnonzero(counted[table.mentees])
        start = np.arange(len(table.mentors))[:, None] * len(table.mentees)
        return table.mentors, table.mentor_most, start + chosen


@dataclass(frozen=True, repr=False)
class PerMentee(_Each):
    """How many mentors of a kind every mentee has.

    Parameters
    ----------
    of
        Which mentors count: an `Is`, or the name of a category or number, each kind of which is
        counted apart. An answer that is unknown does not count.
    at_least, at_most
        Whole numbers >= 0.
    who
        The mentees that it is about; all whose load allows any mentor if None.

    Raises
    ------
    InvalidInput
        No bound, or bounds that are crossed, below 0 or not whole.

    Examples
    --------
    >>> from pairwise import Is, PerMentee
    >>> print(PerMentee(Is("grade", 6, 7), at_least=1).sentence)
    of every mentee's mentors at least 1 are of Is("grade", 6, 7)
    """

    role = "mentee"
    partners = "mentors"

    def _seated(self, table: Table, counted: Mask) -> tuple[Indices, Indices, Indices]:
        chosen = np.flatnonzero(counted[table.mentors]) * len(table.mentees)
        return table.mentees, table.mentee_most, np.arange(len(table.mentees))[:, None] + chosen


def _shown(of: object) -> str:
    return quoted(of) if isinstance(of, str) else repr(of)
