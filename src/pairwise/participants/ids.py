"""Ids of participants: trimmed, not blank, unique, readable in a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from pairwise.errors import InvalidInput, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Id: TypeAlias = str | int

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""Characters that an id cannot hold."""

_INVISIBLE = "\u200b\u2060\ufeff"


def trimmed(text: str) -> str:
    r"""Return the text without space, zero-width space or byte order mark at its ends.

    Examples
    --------
    >>> trimmed("  ann\u200b ")
    'ann'
    """
    return text.strip().strip(_INVISIBLE).strip()


def as_id(value: object) -> Id | None:
    """Return the id in its stored form: trimmed text or a Python int; None when it is neither.

    Parameters
    ----------
    value : object
        Text, an integer, or a float without fraction (frames turn ints with gaps to floats).

    Examples
    --------
    >>> as_id(" ann "), as_id(np.int64(7)), as_id(7.0), as_id(7.5)
    ('ann', 7, 7, None)
    """
    if isinstance(value, str):
        return trimmed(value)
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return int(value)
    return None


def checked_ids(ids: Iterable[object]) -> tuple[Id, ...]:
    """Return the ids trimmed and checked.

    Parameters
    ----------
    ids : iterable of str or int
        One per participant.

    Raises
    ------
    InvalidInput
        An id is neither text nor a whole number, is blank, holds a control character, or
        equals another one (`1` and `"1"` are equal here: a file could not tell them apart).
    """
    if isinstance(ids, (str, bytes)):
        raise InvalidInput(f"ids = {quoted(ids)}: must be a sequence of ids, not one text")
    given = list(ids)
    stored = [as_id(value) for value in given]
    _refuse(given, [k for k, v in enumerate(stored) if v is None], "must be text or whole numbers")
    known = [value for value in stored if value is not None]
    _refuse(given, [k for k, v in enumerate(known) if v == ""], "must not be blank")
    unreadable = [k for k, v in enumerate(known) if isinstance(v, str) and CONTROL.search(v)]
    _refuse(given, unreadable, "must not hold line breaks or control characters")
    _refuse_duplicates(known)
    return tuple(known)


def _refuse(given: Sequence[object], where: list[int], rule: str) -> None:
    if where:
        raise InvalidInput(
            f"ids at positions {listed(where)}: {rule}; the first is {given[where[0]]!r:.60}"
        )


def _refuse_duplicates(ids: Sequence[Id]) -> None:
    texts = [str(value) for value in ids]
    if len(set(texts)) == len(texts):
        return
    first: dict[str, int] = {}
    repeated = [k for k, text in enumerate(texts) if first.setdefault(text, k) != k]
    twice = listed(list(dict.fromkeys(ids[k] for k in repeated)))
    raise InvalidInput(
        f"ids must be unique: {twice} at positions {listed(repeated)} occurred before"
    )
