"""The two kinds of records that a history keeps: rounds and check-ins."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from pairwise.errors import InvalidInput
from pairwise.history.cells import READERS
from pairwise.importing.table import Refused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from pairwise.participants import Id

PAIR_FACTS = ("met", "rating", "goal_reached", "would_continue", "ended", "not_again")
"""What a check-in may say about a meeting."""

PERSON_FACTS = ("disengaged", "paused_until")
"""What a check-in may say about the one who answers."""

FACTS = (*PAIR_FACTS, *PERSON_FACTS)


@dataclass(frozen=True, slots=True)
class Round:
    """Who was to meet whom in one round.

    Attributes
    ----------
    number : int
        1 for the first round.
    groups : tuple of tuple of ids
        Two or more people each; somebody may be in several (a mentor with three mentees).
    waiting : tuple of ids
        Who took part in the round and was left out.
    date : datetime.date or None

    Examples
    --------
    >>> from pairwise import History
    >>> history = History().with_round([("ann", "bob")], waiting=["cy"], date="2026-01-15")
    >>> history.rounds[0].groups, history.rounds[0].waiting
    ((('ann', 'bob'),), ('cy',))
    """

    number: int
    groups: tuple[tuple[Id, ...], ...]
    waiting: tuple[Id, ...] = ()
    date: dt.date | None = None

    @property
    def people(self) -> tuple[Id, ...]:
        """Everybody who took part, once each, in the order of the record."""
        placed = [who for group in self.groups for who in group]
        return tuple(dict.fromkeys([*placed, *self.waiting]))


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What one person says after a round. Whatever is not said is None: unknown.

    Attributes
    ----------
    who : str or int
        Who answers.
    partner : str or int, optional
        Whom the answer is about. None in a group of three or more: all of them.
    round : int, optional
        Which round; when joined to a history without it, the last one in which the two met.
    met : bool, optional
        Whether the meeting took place.
    rating : number, optional
        From 1 to 5, higher is better.
    goal_reached, would_continue : bool, optional
    ended : str, optional
        Why the two do not go on.
    not_again : bool, optional
        Never again with the partner (or with any of the group).
    disengaged : bool, optional
        Has left the programme; False is being back.
    paused_until : datetime.date, optional
        Takes no part before this date.
    date : datetime.date, optional
        When it was said; the date of the round when absent.

    Raises
    ------
    InvalidInput
        A value that its field does not allow, or no `who`.

    Examples
    --------
    >>> CheckIn("ann", partner="bob", rating=4, paused_until="2026-03-01").paused_until
    datetime.date(2026, 3, 1)
    """

    who: Id
    partner: Id | None = None
    round: int | None = None
    met: bool | None = None
    rating: float | None = None
    goal_reached: bool | None = None
    would_continue: bool | None = None
    ended: str | None = None
    not_again: bool | None = None
    disengaged: bool | None = None
    paused_until: dt.date | None = None
    date: dt.date | None = None

    def __post_init__(self) -> None:
        for name, read in READERS.items():
            given = getattr(self, name)
            value = read(given)
            if isinstance(value, Refused):
                raise InvalidInput(f"CheckIn: {name} = {given!r}: {value.rule}")
            object.__setattr__(self, name, value)
        if self.who is None:
            raise InvalidInput("CheckIn: who is missing; name who answers")

    @property
    def facts(self) -> dict[str, object]:
        """What is said, by field."""
        said = {name: getattr(self, name) for name in FACTS}
        return {name: value for name, value in said.items() if value is not None}

    @property
    def about_meeting(self) -> bool:
        """Whether anything is said about a meeting."""
        return any(getattr(self, name) is not None for name in PAIR_FACTS)

    @property
    def says_met(self) -> bool | None:
        """Whether the meeting took place, as said or as a rating or a reached goal implies."""
        if self.met is not None:
            return self.met
        return True if self.rating is not None or self.goal_reached else None

    def updated(self, later: CheckIn) -> CheckIn:
        """Return what holds after a later answer: it counts wherever it says something."""
        newer = {f.name: getattr(later, f.name) for f in fields(self)}
        older = {f.name: getattr(self, f.name) for f in fields(self)}
        return CheckIn(**{k: older[k] if v is None else v for k, v in newer.items()})


class Placements:
    """Where everybody was in every round, looked up in O(1); built in O(people of all rounds)."""

    def __init__(self, rounds: Sequence[Round]) -> None:
        self._groups: dict[Id, dict[int, list[tuple[Id, ...]]]] = {}
        for held in rounds:
            for who in held.waiting:
                self._groups.setdefault(who, {})[held.number] = []
            for group in held.groups:
                for who in group:
                    self._groups.setdefault(who, {}).setdefault(held.number, []).append(group)

    def groups(self, who: Id, number: int | None) -> Sequence[tuple[Id, ...]]:
        """Return the groups that somebody was in; none when left out or absent."""
        return self._groups.get(who, {}).get(number or 0, ())

    def took_part(self, who: Id, number: int) -> bool:
        """Return whether somebody was in a group or waiting."""
        return number in self._groups.get(who, {})

    def rounds(self, who: Id) -> list[int]:
        """Return the rounds in which somebody took part, latest first."""
        return sorted(self._groups.get(who, {}), reverse=True)

    def partners(self, answer: CheckIn) -> Iterator[Id]:
        """Yield whom an answer is about: the partner, or all others of the group."""
        if answer.partner is not None:
            yield answer.partner
            return
        for group in self.groups(answer.who, answer.round):
            yield from (who for who in group if who != answer.who)
