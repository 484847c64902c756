"""How explanations are worded and wrapped."""

from __future__ import annotations

from textwrap import wrap

_WIDTH = 80


def wrapped(text: str, indent: str) -> list[str]:
    """Return the lines of a text, indented."""
    return wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)


def place(rank: int) -> str:
    """Return "best", "2nd best", "3rd best" and so on."""
    teens = 10 <= rank % 100 <= 20
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return "best" if rank == 1 else f"{rank:,}{ending} best"
