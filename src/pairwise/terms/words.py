"""Words that the sentences of terms share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMED = 5


def in_brackets(items: Sequence[str]) -> str:
    """Return ' (a, b, ...)' for a sentence, or '' for no items.

    Examples
    --------
    >>> in_brackets(["chess", "go"]), in_brackets([])
    (' (chess, go)', '')
    """
    if not items:
        return ""
    rest = len(items) - _NAMED
    more = f", {rest} more" if rest > 0 else ""
    return f" ({', '.join(items[:_NAMED])}{more})"


def counted(number: float, thing: str) -> str:
    """Return '1 slot' or '3 slots'.

    Examples
    --------
    >>> counted(1, "slot"), counted(3, "slot")
    ('1 slot', '3 slots')
    """
    return f"{number:g} {thing}" if number == 1 else f"{number:g} {thing}s"
