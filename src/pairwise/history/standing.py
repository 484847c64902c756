"""How people stand: byes, waits, pauses, who has left."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt

    from pairwise.history.records import CheckIn, Round
    from pairwise.participants import Id


def byes(
    rounds: Sequence[Round], known: Mapping[str, Id], ids: Sequence[Id]
) -> npt.NDArray[np.int64]:
    """Return the rounds in which each was left out; cost O(people of all rounds)."""
    count = dict.fromkeys(known.values(), 0)
    for held in rounds:
        for who in held.waiting:
            count[who] += 1
    return _looked_up(count, known, ids)


def waits(
    rounds: Sequence[Round], known: Mapping[str, Id], ids: Sequence[Id]
) -> npt.NDArray[np.int64]:
    """Return the rounds in a row, up to now, in which each was left out."""
    count = dict.fromkeys(known.values(), 0)
    for held in rounds:
        for who in held.waiting:
            count[who] += 1
        for who in (who for group in held.groups for who in group):
            count[who] = 0
    return _looked_up(count, known, ids)


def _looked_up(
    count: Mapping[Id, int], known: Mapping[str, Id], ids: Sequence[Id]
) -> npt.NDArray[np.int64]:
    found = [count[known[str(who)]] if str(who) in known else 0 for who in ids]
    return np.array(found, dtype=np.int64)


def latest(answers: Iterable[CheckIn], fact: str) -> list[CheckIn]:
    """Return the answers that hold on a fact: the last per person and partner (or group)."""
    last: dict[object, CheckIn] = {}
    for answer in sorted(answers, key=lambda said: said.round or 0):
        if getattr(answer, fact) is not None:
            about = answer.partner if answer.partner is not None else ("group", answer.round)
            last[answer.who, about] = answer
    return list(last.values())


def last_day(rounds: Sequence[Round], checkins: Sequence[CheckIn]) -> dt.date | None:
    """Return the latest day on which something was recorded, None without any date."""
    days = [held.date for held in rounds] + [checkin.date for checkin in checkins]
    return max((day for day in days if day is not None), default=None)


def paused(
    rounds: Sequence[Round], checkins: Sequence[CheckIn], day: dt.date | None
) -> tuple[Id, ...]:
    """Return whose last pause that was said by the day has not ended; all without a day."""
    until: dict[Id, dt.date] = {}
    for checkin in _by(day, rounds, checkins):
        if checkin.paused_until is not None:
            until[checkin.who] = checkin.paused_until
    return tuple(who for who, end in until.items() if day is None or day < end)


def disengaged(
    rounds: Sequence[Round], checkins: Sequence[CheckIn], day: dt.date | None
) -> tuple[Id, ...]:
    """Return who had left by the day and had not said to be back."""
    left: dict[Id, bool] = {}
    for checkin in _by(day, rounds, checkins):
        if checkin.disengaged is not None:
            left[checkin.who] = checkin.disengaged
    return tuple(who for who, gone in left.items() if gone)


def _by(day: dt.date | None, rounds: Sequence[Round], checkins: Sequence[CheckIn]) -> list[CheckIn]:
    """Return what was said by a day, in the order of saying.

    An answer without a date has that of its round; without either, it follows the answer
    recorded before it.
    """
    when, dated = dt.date.min, []
    for checkin in checkins:
        own = checkin.date or (rounds[checkin.round - 1].date if checkin.round else None)
        when = own or when
        dated.append((when, checkin))
    by = sorted(dated, key=lambda entry: entry[0])
    return [said for when, said in by if day is None or when <= day]
