"""What each fact of a check-in may be, read from a cell of a form or a file."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.importing.table import Refused
from pairwise.participants.checks import is_unknown
from pairwise.participants.ids import CONTROL, Id, as_id, trimmed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LOWEST, HIGHEST = 1, 5
"""Ends of the scale of ratings; higher is better."""

_YES = {"yes", "y", "true", "1", "x"}
_NO = {"no", "n", "false", "0"}
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")

_NOT_BOOL = Refused("must be yes or no")
_NOT_RATING = Refused(f"must be a number from {LOWEST} to {HIGHEST}")
_NOT_ROUND = Refused("must be the number of a round, 1 or more")
_NOT_DATE = Refused("must be a date such as 2026-03-31")
_NOT_ID = Refused("must be an id: text or a whole number")


def read_bool(cell: object) -> bool | Refused | None:
    """Return True, False, None for no answer, or why the cell is neither.

    Examples
    --------
    >>> read_bool(" Yes "), read_bool(0), read_bool(""), read_bool("perhaps")
    (True, False, None, Refused(rule='must be yes or no'))
    """
    if is_unknown(cell):
        return None
    number = isinstance(cell, (float, np.floating)) and float(cell).is_integer()
    word = trimmed(str(int(cell) if number else cell)).casefold()  # type: ignore[call-overload]
    if word in _YES | _NO:
        return word in _YES
    return _NOT_BOOL


def read_rating(cell: object) -> float | Refused | None:
    """Return a number from 1 to 5; whole ones as int.

    Examples
    --------
    >>> read_rating("4"), read_rating(4.5), read_rating(None), read_rating(7)
    (4, 4.5, None, Refused(rule='must be a number from 1 to 5'))
    """
    number = _number(cell)
    if number is None or isinstance(number, Refused):
        return number
    if not LOWEST <= number <= HIGHEST:
        return _NOT_RATING
    return int(number) if number.is_integer() else number


def _number(cell: object) -> float | Refused | None:
    if is_unknown(cell):
        return None
    if isinstance(cell, (int, float, np.number)) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, str) and _NUMBER.fullmatch(trimmed(cell)):
        return float(trimmed(cell).replace(",", "."))
    return _NOT_RATING


def read_round(cell: object) -> int | Refused | None:
    """Return the number of a round, 1 or more."""
    number = _number(cell)
    if number is None:
        return None
    if isinstance(number, Refused) or not number.is_integer() or number < 1:
        return _NOT_ROUND
    return int(number)


def read_text(cell: object) -> str | Refused | None:
    """Return trimmed text."""
    return None if is_unknown(cell) else trimmed(str(cell))


def read_id(cell: object) -> Id | Refused | None:
    """Return an id in its stored form."""
    if is_unknown(cell):
        return None
    who = as_id(cell)
    if who is None or (isinstance(who, str) and CONTROL.search(who)):
        return _NOT_ID
    return who


def read_date(cell: object) -> dt.date | Refused | None:
    """Return a date; of a time stamp, its day.

    Examples
    --------
    >>> read_date("2026-03-31"), read_date("31/3/26")
    (datetime.date(2026, 3, 31), Refused(rule='must be a date such as 2026-03-31'))
    """
    if is_unknown(cell):
        return None
    if isinstance(cell, np.datetime64):
        cell = cell.astype("datetime64[D]").item()
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    try:
        return dt.datetime.fromisoformat(trimmed(str(cell))).date()
    except ValueError:
        return _NOT_DATE


READERS: Mapping[str, Callable[[object], Any]] = {
    "who": read_id,
    "partner": read_id,
    "round": read_round,
    "met": read_bool,
    "rating": read_rating,
    "goal_reached": read_bool,
    "would_continue": read_bool,
    "ended": read_text,
    "not_again": read_bool,
    "disengaged": read_bool,
    "paused_until": read_date,
    "date": read_date,
}
"""How each field of a check-in is read."""
