"""How one multi-select text parts into options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pairwise.importing.cells import fold

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

ANY = re.compile(r"[;|\n\r,]")
STRONG = re.compile(r"[;|\n\r]")
COMMA = re.compile(r",")


def part(text: str, separator: re.Pattern[str]) -> list[str]:
    """Return the parts of a text between separators, trimmed, blank ones dropped.

    Examples
    --------
    >>> part("Python; SQL;", STRONG)
    ['Python', 'SQL']
    """
    return [piece.strip() for piece in separator.split(text) if piece.strip()]


def outside_brackets(text: str, separator: re.Pattern[str]) -> re.Pattern[str]:
    """Return the separator, not matching inside ( ) when the text's brackets are balanced.

    Examples
    --------
    >>> part("Music (rock, pop), SQL", outside_brackets("Music (rock, pop), SQL", COMMA))
    ['Music (rock, pop)', 'SQL']
    """
    if "(" not in text or text.count("(") != text.count(")"):
        return separator
    return re.compile(separator.pattern + r"(?![^()]*\))")


def part_by_options(
    text: str, options: Container[str], separator: re.Pattern[str], longest: int
) -> list[str]:
    """Return the options that a text names, and what is between them and is no option.

    Parameters
    ----------
    text : str
        A cell.
    options : container of str
        Folded options; an option may contain separators.
    separator : re.Pattern
        What can stand between options.
    longest : int
        Most pieces (between separators) in one option.

    Returns
    -------
    list of str
        Parts as written: as few as possible that are no option, then the longest option first.

    Notes
    -----
    Shortest path over the pieces of the text: O(pieces * longest).

    Examples
    --------
    >>> options = {"a", "a, b", "b, c"}
    >>> part_by_options("A, B, c", options, ANY, 2), part_by_options("a, b, x", options, ANY, 2)
    (['A', 'B, c'], ['a, b', 'x'])
    """
    cuts = [match.span() for match in separator.finditer(text)]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    count = len(starts)
    strange = [0] * (count + 1)
    width = [1] * count
    for i in range(count - 1, -1, -1):
        strange[i] = strange[i + 1] + bool(text[starts[i] : ends[i]].strip())
        for wide in range(1, min(longest, count - i) + 1):
            known = fold(text[starts[i] : ends[i + wide - 1]]) in options
            if known and strange[i + wide] <= strange[i]:
                strange[i], width[i] = strange[i + wide], wide
    parts, i = [], 0
    while i < count:
        parts.append(text[starts[i] : ends[i + width[i] - 1]].strip())
        i += width[i]
    return [written for written in parts if written]


def most_pieces(options: Iterable[str], separator: re.Pattern[str]) -> int:
    """Return how many pieces the option with most separators has.

    Examples
    --------
    >>> most_pieces(["Python", "Talks, podcasts"], COMMA)
    2
    """
    return max((len(separator.findall(option)) + 1 for option in options), default=1)
