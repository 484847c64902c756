"""A round is checked once, when it joins the history."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from pairwise.errors import InvalidInput, listed
from pairwise.history.cells import read_date, read_id
from pairwise.history.records import Round
from pairwise.history.report import MergeReport
from pairwise.importing.table import Refused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from pairwise.participants import Id


@runtime_checkable
class Grouped(Protocol):
    """A plan, as far as a history reads it."""

    @property
    def groups(self) -> tuple[tuple[Id, ...], ...]:
        """Ids of each group."""

    @property
    def unmatched(self) -> Iterable[Id]:
        """Ids of those in no group."""


def checked_round(
    number: int,
    groups: Grouped | Iterable[Iterable[Id]],
    waiting: Iterable[Id],
    date: dt.date | str | None,
    known: Mapping[str, Id],
) -> tuple[Round, Mapping[str, Id], MergeReport]:
    """Return the round with ids in their known form, all known ids, and what was joined."""
    reading = _Reading(number, known)
    if isinstance(groups, Grouped):
        waiting = (*groups.unmatched, *waiting)
        groups = groups.groups
    if isinstance(groups, str):
        raise InvalidInput(f"groups = {groups!r}: must be a plan or groups of ids")
    placed = tuple(reading.group(group) for group in groups)
    left = tuple(dict.fromkeys(reading.id(who) for who in reading.listed("waiting", waiting)))
    held = Round(number, placed, left, _date(date))
    _refuse_both(held)
    return held, reading.known, reading.report(len(placed))


class _Reading:
    """Reads the ids of one round, in the form in which they were first seen."""

    def __init__(self, number: int, known: Mapping[str, Id]) -> None:
        self.number, self.known = number, dict(known)
        self.before = len(known)
        self.retyped: dict[Id, None] = {}

    def id(self, who: object) -> Id:
        read = read_id(who)
        if read is None or isinstance(read, Refused):
            raise InvalidInput(f"round {self.number}: {who!r} is no id: text or a whole number")
        stored = self.known.setdefault(str(read), read)
        if type(stored) is not type(read):
            self.retyped[stored] = None
        return stored

    def listed(self, argument: str, ids: Iterable[Id]) -> tuple[Id, ...]:
        if isinstance(ids, (str, int)):
            raise InvalidInput(f"round {self.number}: {argument} {ids!r} must be a list of ids")
        return tuple(ids)

    def group(self, ids: Iterable[Id]) -> tuple[Id, ...]:
        group = tuple(self.id(who) for who in self.listed("group", ids))
        if len(group) < 2:
            raise InvalidInput(
                f"round {self.number}: group {group!r} has {len(group)} people: must be 2 or"
                " more; name whoever is left out in waiting="
            )
        twice = [who for who, count in Counter(group).items() if count > 1]
        if twice:
            raise InvalidInput(f"round {self.number}: group {group!r} holds {listed(twice)} twice")
        return group

    def report(self, groups: int) -> MergeReport:
        new = len(self.known) - self.before
        notes = [f"{new:,} people are new to the history"] if new and self.before else []
        if self.retyped:
            notes.append(f"ids found although their type differs: {listed(list(self.retyped))}")
        return MergeReport(f"round {self.number}", groups, groups, notes=tuple(notes))


def _date(date: dt.date | str | None) -> dt.date | None:
    day = read_date(date)
    if isinstance(day, Refused):
        raise InvalidInput(f"date = {date!r}: {day.rule}")
    return day


def _refuse_both(held: Round) -> None:
    repeated = [g for g, count in Counter(map(frozenset, held.groups)).items() if count > 1]
    if repeated:
        group = sorted(repeated[0], key=str)
        raise InvalidInput(f"round {held.number}: group {listed(group)} occurs twice")
    placed = {who for group in held.groups for who in group}
    both = [who for who in held.waiting if who in placed]
    if both:
        raise InvalidInput(f"round {held.number}: {listed(both)} both in a group and waiting")
