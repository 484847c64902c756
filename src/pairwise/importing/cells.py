"""One cell: text, number or nothing."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np

from pairwise.importing.table import Column, Refused
from pairwise.participants.checks import is_unknown
from pairwise.participants.ids import trimmed

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,(\d{1,2}|\d{4,})")
_LABELLED = re.compile(r"([+-]?\d+)\s*[-–—:.)(=]\s*\(?[^\W\d_]")
_SPREADSHEET_ERRORS = {"#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!"}

FORMULA = Refused("a formula, not its value; export the values and read those")
SPREADSHEET_ERROR = Refused("a spreadsheet error, not a value; correct it or clear the cell")
NUL = Refused("holds a NUL character; clean the cell")
MANY = Refused("holds a list or mapping where one answer is expected")
INFINITE = Refused("is infinite; leave the cell blank when the answer is unknown")


def fold(text: str) -> str:
    r"""Return the text as compared: single spaces, no case; line breaks stay apart from spaces.

    Examples
    --------
    >>> fold(" Data  Science "), fold("Data \n\n Science")
    ('data science', 'data\nscience')
    """
    if "\n" in text or "\r" in text:
        lines = (" ".join(line.split()) for line in text.splitlines())
        return "\n".join(filter(None, lines)).casefold()
    return " ".join(text.split()).casefold()


def as_text(cell: object, missing: frozenset[str]) -> str | Refused | None:
    """Return the answer as trimmed text; None when it is missing.

    Parameters
    ----------
    cell : object
        Text, or a number (whole floats lose their fraction), or None.
    missing : frozenset of str
        Folded texts that mean no answer.
    """
    if not isinstance(cell, str):
        if isinstance(cell, (list, tuple, set, frozenset, dict, np.ndarray)):
            return MANY
        if is_unknown(cell):
            return None
        whole = isinstance(cell, (float, np.floating)) and float(cell).is_integer()
        return str(int(cell)) if whole else str(cell)  # type: ignore[call-overload]
    text = trimmed(cell)
    if not text or fold(text) in missing:
        return None
    if text.startswith("=") and len(text) > 1:
        return FORMULA
    if "\0" in text:
        return NUL
    return SPREADSHEET_ERROR if fold(text) in _SPREADSHEET_ERRORS else text


def as_number(cell: object) -> float | Refused | None:
    """Return the number in a typed cell or a text; None when it holds none.

    A decimal comma counts unless it could part thousands (1,000); a whole number followed by
    its label ("4 - agree", "5 (very much)") counts as the number.

    Examples
    --------
    >>> as_number(" 3.5 "), as_number("3,5"), as_number("1,000"), as_number("4 - agree")
    (3.5, 3.5, None, 4.0)
    """
    if isinstance(cell, (bool, int, float, Decimal, np.number, np.bool_)):
        return _finite(float(cell))
    if not isinstance(cell, str):
        return None
    text = trimmed(cell)
    if _NUMBER.fullmatch(text):
        return _finite(float(text))
    if _DECIMAL_COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    labelled = _LABELLED.match(text)
    return float(labelled[1]) if labelled else None


def _finite(number: float) -> float | Refused:
    return number if np.isfinite(number) else INFINITE


def number_notes(column: Column) -> list[str]:
    """Return which numbers were not written plainly, for the report."""
    texts = column.texts
    notes = []
    if any(_DECIMAL_COMMA.fullmatch(trimmed(text)) for text in texts):
        notes.append("a comma inside a number was read as the decimal point")
    if any(_LABELLED.match(trimmed(text)) for text in texts):
        notes.append("numbers followed by a label were read as the number")
    return notes


def missing_notes(column: Column, missing: frozenset[str]) -> list[str]:
    """Return which texts were read as no answer, for the report."""
    found: dict[str, int] = {}
    for text, count in column.texts.items():
        if trimmed(text) and fold(text) in missing:
            found[fold(text)] = found.get(fold(text), 0) + count
    return [f'read as no answer: "{text}" ({count:,})' for text, count in sorted(found.items())]
