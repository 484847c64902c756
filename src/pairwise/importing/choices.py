"""Multi-select columns: which options each person ticked."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import listed
from pairwise.importing.cells import as_text, fold, missing_notes
from pairwise.importing.splitting import (
    ANY,
    COMMA,
    STRONG,
    most_pieces,
    outside_brackets,
    part,
    part_by_options,
)
from pairwise.importing.table import Column, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOTHING = frozenset({"none", "none of these", "none of the above", "nothing"})
_TOGETHER = 3
_MANY_OPTIONS = 40
_NAMED_OPTIONS = 8

Parts = tuple[str, ...]


@dataclass(frozen=True)
class Choices:
    """What each person ticked.

    Attributes
    ----------
    picked : list of (tuple of str or None), length n
        Folded options in the order given; None for no answer.
    labels : dict of str to str
        Folded option to the option as shown.
    dropped : int
        Parts that are no declared option.
    notes : tuple of str
        For the report.
    """

    picked: list[Parts | None]
    labels: dict[str, str]
    dropped: int = 0
    notes: tuple[str, ...] = ()


class Declared:
    """Parts cells by a declared option list; what is not in it is left out."""

    def __init__(self, options: Iterable[str], separator: str | None) -> None:
        self.options = {fold(str(option)): str(option).strip() for option in options}
        self._separator = re.compile(re.escape(separator)) if separator else ANY
        self._longest = most_pieces(self.options.values(), self._separator)

    def parts(self, text: str) -> list[str]:
        """Return the parts of one cell."""
        return part_by_options(text, self.options, self._separator, self._longest)

    def labels(self, _found: Counter[str]) -> dict[str, str]:
        """Return every declared option, in the order declared."""
        return self.options

    def notes(self, _column: Column, _found: Counter[str]) -> list[str]:
        """Return what the report says."""
        return [f"{len(self.options)} options as declared"]


class Inferred:
    """Parts cells by the separators in them; options are what the answers hold.

    The strongest separator in a cell parts it: line break, ; or | before the comma. A comma
    in a cell parted by a stronger one belongs to its option, there and in cells that hold
    commas alone; a separator inside brackets belongs to its option.
    """

    def __init__(self, texts: Iterable[str], separator: str | None) -> None:
        self._declared = separator
        self._separator = re.compile(re.escape(separator)) if separator else None
        self._with_comma: dict[str, str] = {}
        for text in () if separator else texts:
            strong = outside_brackets(text, STRONG)
            for piece in part(text, strong) if strong.search(text) else ():
                if "," in piece:
                    self._with_comma.setdefault(fold(piece), piece)
        self._longest = most_pieces(self._with_comma.values(), COMMA)

    def parts(self, text: str) -> list[str]:
        """Return the parts of one cell."""
        if self._separator is not None:
            return part(text, self._separator)
        strong = outside_brackets(text, STRONG)
        if strong.search(text):
            return part(text, strong)
        comma = outside_brackets(text, COMMA)
        return part_by_options(text, self._with_comma, comma, self._longest)

    def labels(self, found: Counter[str]) -> dict[str, str]:
        """Return the options found, the commonest spelling of each, in alphabetical order."""
        return spellings(found)

    def notes(self, column: Column, found: Counter[str]) -> list[str]:
        """Return what was inferred, for the report."""
        labels = self.labels(found)
        notes = [_options_note(labels), *self._parted_notes(column)]
        if len(labels) > _MANY_OPTIONS:
            return notes
        notes += spelling_notes(found, labels)
        commas = sorted(label for label in labels.values() if ANY.search(label))
        if commas:
            notes.append(f"options that hold a separator: {listed(commas, most=10)}")
        return notes if self._declared else notes + self._together_notes(column)

    def _parted_notes(self, column: Column) -> list[str]:
        if self._declared:
            return [f"options parted by {_shown(self._declared)} as declared"]
        ways = {text: self._way(text) for text in column.texts}
        by_way: dict[str, list[int]] = {}
        for k, cell in enumerate(column.cells):
            way = ways.get(cell) if isinstance(cell, str) else None
            if way:
                by_way.setdefault(way, []).append(k)
        ordered = sorted(by_way.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        notes = [f"options parted by {way}: {len(where):,} answers" for way, where in ordered[:1]]
        notes += [f"options parted by {way}: {column.places(where)}" for way, where in ordered[1:]]
        return notes

    def _way(self, text: str) -> str:
        found = {match[0] for match in outside_brackets(text, STRONG).finditer(text.strip())}
        if not found and len(self.parts(text)) > 1:
            found = {","}
        return " and ".join(sorted({_shown(mark) for mark in found}))

    def _together_notes(self, column: Column) -> list[str]:
        """Two parts never apart and always in this order look like one option with a comma."""
        alone: Counter[str] = Counter()
        beside: Counter[tuple[str, str]] = Counter()
        for text, count in column.texts.items():
            keys = [fold(piece) for piece in self.parts(text)]
            alone.update(dict.fromkeys(keys, count))
            if self._way(text) == '","':
                beside.update(dict.fromkeys(pairwise(keys), count))
        return [
            f'"{a}" and "{b}" always come together: if they are one option, declare options='
            for (a, b), count in sorted(beside.items())
            if count >= _TOGETHER and count == alone[a] == alone[b]
        ]


def read_choices(
    column: Column,
    options: Sequence[str] | None,
    separator: str | None,
    missing: frozenset[str],
) -> Choices:
    """Return the options ticked in each cell of a column.

    Parameters
    ----------
    column : Column
        Texts, or lists of options.
    options : sequence of str or None
        The declared options, which may contain separators; None takes them from the answers.
    separator : str or None
        What parts options within a cell; None: see `Inferred`.
    missing : frozenset of str
        Folded texts that mean no answer.

    Notes
    -----
    Cost O(characters). Everything inferred stands in the notes.
    """
    reader = Declared(options, separator) if options else Inferred(column.texts, separator)
    parsed = column.decode(lambda cell: _parse(cell, reader, missing))
    found = Counter(chain.from_iterable(parts for parts in parsed if parts))
    labels = reader.labels(found)
    key_of = {raw: fold(raw) for raw in found}
    picked = [
        None
        if parts is None
        else tuple(dict.fromkeys(key_of[p] for p in parts if key_of[p] in labels))
        for parts in parsed
    ]
    strange = {raw for raw in found if key_of[raw] not in labels}
    dropped = sum(found[raw] for raw in strange)
    notes = [*reader.notes(column, found), *missing_notes(column, missing)]
    if strange:
        where = [k for k, parts in enumerate(parsed) if parts and strange.intersection(parts)]
        notes.append(f"left out: {dropped:,} answers that are no option ({column.places(where)})")
    nothing = sum(parts == () for parts in parsed)
    if nothing:
        notes.append(f"nothing ticked: {nothing:,} people")
    return Choices(picked, labels, dropped, tuple(notes))


def _parse(
    cell: object, reader: Declared | Inferred, missing: frozenset[str]
) -> Parts | Refused | None:
    if isinstance(cell, (list, tuple, set, frozenset, np.ndarray)):
        return listed_parts(cell, missing)
    text = as_text(cell, missing)
    if text is None or isinstance(text, Refused):
        return text
    if fold(text) in NOTHING and fold(text) not in getattr(reader, "options", ()):
        return ()
    return tuple(reader.parts(text)) or None


def listed_parts(cell: Iterable[object], missing: frozenset[str]) -> Parts | Refused:
    """Return the options in a cell that is a list; sets come in alphabetical order."""
    read = [as_text(item, missing) for item in cell]
    refused = next((item for item in read if isinstance(item, Refused)), None)
    if refused is not None:
        return refused
    texts = [item for item in read if isinstance(item, str)]
    return tuple(sorted(texts) if isinstance(cell, (set, frozenset)) else texts)


def spellings(found: Counter[str]) -> dict[str, str]:
    """Return folded text to its commonest spelling, in alphabetical order.

    Examples
    --------
    >>> spellings(Counter({"python": 1, "Python": 2, "SQL": 1}))
    {'python': 'Python', 'sql': 'SQL'}
    """
    best: dict[str, str] = {}
    for raw in sorted(found, key=lambda raw: (-found[raw], raw)):
        best.setdefault(fold(raw), raw)
    return dict(sorted(best.items()))


def spelling_notes(found: Counter[str], labels: dict[str, str]) -> list[str]:
    """Return which labels were spelled in several ways."""
    ways = Counter(fold(raw) for raw in found)
    several = [labels[key] for key, count in sorted(ways.items()) if count > 1]
    return [f"several spellings read as one: {listed(several, most=10)}"] if several else []


def _shown(separator: str) -> str:
    return "line breaks" if separator in ("\n", "\r", "\r\n") else f'"{separator}"'


def _options_note(labels: dict[str, str]) -> str:
    note = f"{len(labels)} options taken from the answers"
    if len(labels) > _MANY_OPTIONS:
        return f"{note}: is it free text?"
    return (
        f"{note}: {listed(list(labels.values()), most=_NAMED_OPTIONS)}; declare options= to be sure"
    )
