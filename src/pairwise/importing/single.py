"""Features with one answer per person: ids, categories, numbers, preferences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput, listed, quoted
from pairwise.importing.cells import FORMULA, as_text, fold, missing_notes
from pairwise.importing.choices import NOTHING, listed_parts, spelling_notes, spellings
from pairwise.importing.levels import read_levels
from pairwise.importing.report import ColumnReport
from pairwise.importing.splitting import ANY, most_pieces, part_by_options
from pairwise.importing.table import Column, Refused, Table
from pairwise.participants import CategoryFeature, Id, PreferenceFeature
from pairwise.participants.checks import FloatArray, is_unknown
from pairwise.participants.ids import CONTROL, as_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pairwise.importing.spec import Settings

_FEW_LABELS = 20

_BLANK_ID = Refused("the id is blank; give everybody one, or delete the row")
_NO_ID = Refused("ids must be text or whole numbers")
_CONTROL_ID = Refused("the id holds a line break or a control character")


def read_ids(
    table: Table, name: str | None, on_duplicate: str
) -> tuple[tuple[Id, ...], list[int], list[str], list[ColumnReport]]:
    """Return ids, the positions of their rows, notes and the id column's report.

    Parameters
    ----------
    table : Table
        The source.
    name : str or None
        Column of the ids; None numbers the rows from 1.
    on_duplicate : {"error", "last"}
        What happens when an id occurs again: refuse it, or keep the last row.

    Raises
    ------
    InvalidInput
        An id is blank, not text or a whole number, or occurs again.
    """
    if name is None:
        ids: list[Id] = list(range(1, len(table) + 1))
        return tuple(ids), list(range(len(table))), ["no id column: people are numbered from 1"], []
    column = table.column(name, "id")
    ids = column.decode(_id)
    places: dict[str, list[int]] = {}
    for k, who in enumerate(ids):
        places.setdefault(str(who), []).append(k)
    repeated = [where for where in places.values() if len(where) > 1]
    if repeated and on_duplicate == "error":
        _refuse_duplicates(column, ids, repeated)
    keep = sorted(where[-1] for where in places.values())
    dropped = [k for where in repeated for k in where[:-1]]
    notes = (
        [f"earlier rows of repeated ids dropped: {column.places(sorted(dropped))}"]
        if dropped
        else []
    )
    notes += _case_notes(places)
    report = ColumnReport(column.name, "id", "id", len(keep), 0, len(dropped), tuple(notes))
    return tuple(ids[k] for k in keep), keep, [], [report]


def _id(cell: object) -> Id | Refused:
    if not isinstance(cell, (list, tuple, dict, set)) and is_unknown(cell):
        return _BLANK_ID
    who = as_id(cell)
    if who is None:
        return _NO_ID
    if isinstance(who, str) and who.startswith("="):
        return FORMULA
    return _CONTROL_ID if isinstance(who, str) and CONTROL.search(who) else who


def _refuse_duplicates(column: Column, ids: Sequence[Id], repeated: list[list[int]]) -> None:
    named = [f"{quoted(ids[where[0]])} in {column.places(where)}" for where in repeated[:5]]
    rest = f" and {len(repeated) - 5:,} more" if len(repeated) > 5 else ""
    raise InvalidInput(
        f"column {quoted(column.name)}: ids must be unique, but {'; '.join(named)}{rest}:"
        ' correct them, or pass on_duplicate="last" to keep the last row of each'
    )


def _case_notes(texts: Iterable[str]) -> list[str]:
    folded: dict[str, list[str]] = {}
    for text in texts:
        folded.setdefault(fold(text), []).append(text)
    alike = [text for same in folded.values() if len(same) > 1 for text in same]
    return [f"ids that differ only in case or spaces: {listed(alike, most=10)}"] if alike else []


def read_category(
    column: Column, feature: str, kind: str, settings: Settings
) -> tuple[CategoryFeature, ColumnReport]:
    """Return a category (or monitoring) feature and its report.

    Labels that differ only in case or spaces are one; the commonest spelling is shown.
    """
    texts = column.decode(lambda cell: as_text(cell, settings.missing))
    found = Counter(text for text in texts if text is not None)
    labels = spellings(found)
    shown = {raw: labels[fold(raw)] for raw in found}
    category = CategoryFeature.of([None if t is None else shown[t] for t in texts], name=feature)
    notes = [*spelling_notes(found, labels), *missing_notes(column, settings.missing)]
    if len(labels) > max(_FEW_LABELS, found.total() // 2):
        notes.append(f"{len(labels):,} different labels: is it free text?")
    return category, _report(column, feature, kind, found.total(), notes)


def read_number(
    column: Column, feature: str, settings: Settings
) -> tuple[FloatArray, ColumnReport]:
    """Return a number feature, shape (n,), NaN unknown, and its report."""
    matrix = read_levels([column], feature, settings.scales.get(feature), settings.missing)
    values = matrix.values[:, 0]
    read = int((~np.isnan(values)).sum())
    return values, _report(column, feature, "number", read, matrix.notes[0])


def _report(
    column: Column, feature: str, kind: str, read: int, notes: Iterable[str], dropped: int = 0
) -> ColumnReport:
    unknown = len(column.cells) - read
    return ColumnReport(column.name, feature, kind, read, unknown, dropped, tuple(notes))


class _Directory:
    """Finds participants in cells: by exact id, else by the only id alike but for case."""

    def __init__(self, ids: Sequence[Id]) -> None:
        self._exact = {str(who): k for k, who in enumerate(ids)}
        alike: dict[str, list[int]] = {}
        for text, k in self._exact.items():
            alike.setdefault(fold(text), []).append(k)
        self._alike = alike
        self._longest = most_pieces(self._exact, ANY)

    def parts(self, text: str) -> list[str]:
        return part_by_options(text, self._alike, ANY, self._longest)

    def find(self, text: str) -> int | None:
        if text in self._exact:
            return self._exact[text]
        alike = self._alike.get(fold(text), [])
        return alike[0] if len(alike) == 1 else None

    def wishes(self, cell: object, missing: frozenset[str]) -> tuple[str, ...] | Refused | None:
        if isinstance(cell, (list, tuple, set, frozenset, np.ndarray)):
            return listed_parts(cell, missing)
        text = as_text(cell, missing)
        if text is None or isinstance(text, Refused):
            return text
        if fold(text) in NOTHING and self.find(text) is None:
            return ()
        return tuple(self.parts(text))


@dataclass
class _Wishes:
    """Wishes as they are collected, column by column in order of rank."""

    asked: list[dict[int, None] | None]
    strangers: list[int] = field(default_factory=list)
    selves: list[int] = field(default_factory=list)

    def add(self, row: int, found: Iterable[int | None]) -> None:
        asked = self.asked[row] or {}
        for other in found:
            if other is None:
                self.strangers.append(row)
            elif other == row:
                self.selves.append(row)
            else:
                asked[other] = None
        self.asked[row] = asked

    def notes(self, column: Column) -> tuple[list[str], int]:
        notes = []
        for rows, why in ((self.strangers, "nobody here by that id"), (self.selves, "themselves")):
            if rows:
                places = column.places(list(dict.fromkeys(rows)))
                notes.append(f"wishes left out, {why}: {len(rows):,} ({places})")
        dropped = len(self.strangers) + len(self.selves)
        self.strangers, self.selves = [], []
        return notes, dropped


def read_preferences(
    columns: Sequence[Column], ids: Sequence[Id], settings: Settings
) -> tuple[PreferenceFeature, list[ColumnReport]]:
    """Return who asked for whom, and the reports.

    Parameters
    ----------
    columns : sequence of Column
        Cells of one or several ids; the first column holds the first choices.
    ids : sequence
        Ids of the participants, who may contain separators.
    settings : Settings
        Missing texts.
    """
    directory = _Directory(ids)
    wishes = _Wishes([None] * len(ids))
    reports = []
    for column in columns:
        read = column.decode(lambda cell: directory.wishes(cell, settings.missing))
        for row, parts in enumerate(read):
            if parts is not None:
                wishes.add(row, map(directory.find, parts))
        notes, dropped = wishes.notes(column)
        notes += missing_notes(column, settings.missing)
        known = sum(parts is not None for parts in read)
        reports.append(_report(column, "preference", "preference", known, notes, dropped))
    asked = [None if w is None else list(w) for w in wishes.asked]
    return PreferenceFeature(asked), reports
