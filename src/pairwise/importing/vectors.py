"""Vector and slot features from multi-select, level, ranked and mapping columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput, quoted
from pairwise.importing.cells import as_text, fold, missing_notes
from pairwise.importing.choices import Choices, read_choices, spelling_notes, spellings
from pairwise.importing.drafts import Draft, Ends
from pairwise.importing.levels import column_labels, grid_columns, read_levels
from pairwise.importing.report import ColumnReport
from pairwise.importing.spec import Levels, Ranked, Settings, VectorColumns
from pairwise.importing.table import Column, Table, plain_name
from pairwise.participants import SlotFeature
from pairwise.participants.ids import trimmed

if TYPE_CHECKING:
    from pairwise.participants.checks import FloatArray

VECTOR, SLOTS = "vector", "slots"


def read_vector(
    table: Table, feature: str, spec: VectorColumns, settings: Settings, kind: str = VECTOR
) -> Draft:
    """Return a vector feature as read.

    Parameters
    ----------
    table : Table
        The source.
    feature : str
        Name of the feature.
    spec : str, sequence of str, Levels or Ranked
        One multi-select column (or the stem of a survey grid "stem [row]"), level columns, or
        choice columns in order of rank.
    settings : Settings
        Options, scales, separators, missing texts.
    kind : str
        "vector" or "slots", for the report.

    Raises
    ------
    InvalidInput
        A column is absent, or a cell cannot be read.
    """
    if isinstance(spec, Ranked):
        return _ranked(table, feature, spec, settings)
    if isinstance(spec, str):
        grid = [] if table.has(spec) else grid_columns(plain_name(spec), table.names)
        if not grid:
            return _one_column(table.column(spec, feature), feature, settings, kind)
        spec = Levels(grid)
    levels = spec if isinstance(spec, Levels) else Levels(spec)
    columns = [table.column(name, feature) for name in levels.columns]
    labels = levels.labels or column_labels([column.name for column in columns])
    return _levels(columns, labels, feature, settings, kind)


def _levels(
    columns: Sequence[Column], labels: Sequence[str], feature: str, settings: Settings, kind: str
) -> Draft:
    for argument in ("options", "separators"):
        if feature in getattr(settings, argument):
            raise InvalidInput(f"{argument}[{quoted(feature)}]: it is read column by column")
    matrix = read_levels(columns, feature, settings.scales.get(feature), settings.missing)
    reports = []
    for column, label, values, notes in zip(
        columns, labels, matrix.values.T, matrix.notes, strict=True
    ):
        entry = _report(column, feature, kind, np.isnan(values), notes)
        reports.append(replace(entry, label=label))
    return Draft(
        feature,
        tuple(labels),
        matrix.values,
        matrix.ends,
        ticks=False,
        chosen=False,
        in_order=True,
        columns=tuple(reports),
    )


def _report(
    column: Column, feature: str, kind: str, unknown: object, notes: Sequence[str], dropped: int = 0
) -> ColumnReport:
    missing = int(np.sum(np.asarray(unknown)))
    read = len(column.cells) - missing
    return ColumnReport(column.name, feature, kind, read, missing, dropped, tuple(notes))


def _one_column(column: Column, feature: str, settings: Settings, kind: str) -> Draft:
    if any(isinstance(cell, Mapping) for cell in column.cells):
        return _mappings(column, feature, settings, kind)
    options = settings.options.get(feature)
    choices = read_choices(column, options, settings.separators.get(feature), settings.missing)
    values = _ticked(choices, column)
    ends = _tick_ends(settings, feature)
    if ends is not None:
        values = ends[0] + (ends[1] - ends[0]) * values
    notes = list(choices.notes)
    if all(label.replace(".", "").isdigit() for label in choices.labels) and kind == VECTOR:
        notes.append("every option is a number: if they are levels, pass the column in a list")
    unknown = [picked is None for picked in choices.picked]
    report = _report(column, feature, kind, unknown, notes, choices.dropped)
    return Draft(
        feature,
        tuple(choices.labels.values()),
        values,
        ends or (0.0, 1.0),
        ticks=ends is None,
        chosen=True,
        in_order=options is not None,
        columns=(report,),
    )


def _tick_ends(settings: Settings, feature: str) -> Ends | None:
    scale = settings.scales.get(feature)
    if scale is None:
        return None
    if len(scale) == 2 and not any(isinstance(end, str) for end in scale):
        low, high = float(scale[0]), float(scale[1])
        if low < high:
            return low, high
    raise InvalidInput(
        f"scales[{quoted(feature)}]: a multi-select column needs (low, high), low below high:"
        " the levels of no tick and tick"
    )


def _ticked(choices: Choices, column: Column) -> FloatArray:
    if not choices.labels:
        raise InvalidInput(
            f"column {quoted(column.name)} holds no answers; leave it out or declare options="
        )
    place = {key: k for k, key in enumerate(choices.labels)}
    values = np.zeros((len(choices.picked), len(place)))
    values[[k for k, picked in enumerate(choices.picked) if picked is None]] = np.nan
    rows = [k for k, picked in enumerate(choices.picked) for _ in picked or ()]
    values[rows, [place[key] for picked in choices.picked for key in picked or ()]] = 1.0
    return values


def _mappings(column: Column, feature: str, settings: Settings, kind: str) -> Draft:
    cells, labels = _keyed(column, settings)
    parts = [
        replace(column, name=f"{column.name} [{label}]", cells=[(c or {}).get(key) for c in cells])
        for key, label in labels.items()
    ]
    matrix = read_levels(parts, feature, settings.scales.get(feature), settings.missing)
    low = matrix.ends[0] if matrix.ends else 0.0
    absent = np.array([[cell is None or key not in cell for key in labels] for cell in cells])
    unknown = [cell is None for cell in cells]
    values = np.where(absent, low, matrix.values)
    values[unknown] = np.nan
    said = list(dict.fromkeys(note for notes in matrix.notes for note in notes))
    notes = [f"{len(labels)} labels; one that a person does not name is level 0", *said]
    return Draft(
        feature,
        tuple(labels.values()),
        values,
        matrix.ends,
        ticks=False,
        chosen=True,
        in_order=False,
        columns=(_report(column, feature, kind, unknown, notes),),
    )


def _keyed(
    column: Column, settings: Settings
) -> tuple[list[dict[str, object] | None], dict[str, str]]:
    """Return mapping cells by folded label, and the labels by their commonest spelling."""
    wrong = [k for k, cell in enumerate(column.cells) if _is_other(cell, settings)]
    if wrong:
        raise InvalidInput(f"{column.at(wrong)}: must be a mapping of labels to levels, or nothing")
    given = [cell if isinstance(cell, Mapping) else None for cell in column.cells]
    cells = [None if c is None else {fold(str(k)): v for k, v in c.items()} for c in given]
    twice = [k for k, c in enumerate(given) if len(c or ()) > len(cells[k] or ())]
    if twice:
        raise InvalidInput(f"{column.at(twice)}: two labels differ only in case or spaces")
    labels = spellings(Counter(trimmed(str(label)) for cell in given for label in cell or ()))
    if not labels:
        raise InvalidInput(f"column {quoted(column.name)} holds no answers; leave it out")
    return cells, labels


def _is_other(cell: object, settings: Settings) -> bool:
    return not isinstance(cell, Mapping) and as_text(cell, settings.missing) is not None


def _ranked(table: Table, feature: str, spec: Ranked, settings: Settings) -> Draft:
    if feature in settings.scales:
        raise InvalidInput(f"scales[{quoted(feature)}]: ranked columns bring their own scale")
    columns = [table.column(name, feature) for name in spec.columns]
    read = [column.decode(lambda cell: as_text(cell, settings.missing)) for column in columns]
    found = Counter(text for texts in read for text in texts if text is not None)
    options = settings.options.get(feature)
    labels = {fold(str(o)): str(o) for o in options} if options else spellings(found)
    if not labels:
        raise InvalidInput(f"{feature}: its ranked columns hold no answers; leave them out")
    place = {key: k for k, key in enumerate(labels)}
    top = float(len(columns))
    values = np.full((len(table), len(place)), np.nan)
    values[[any(text is not None for text in texts) for texts in zip(*read, strict=True)]] = 0.0
    reports = []
    for rank, (column, texts) in enumerate(zip(columns, read, strict=True)):
        notes = [f"choice {rank + 1} of {len(columns)}: level {top - rank:g}"]
        notes += spelling_notes(found, labels) if not options and not rank else []
        dropped = _rank(values, texts, place, top - rank, column, notes)
        notes += missing_notes(column, settings.missing)
        unknown = [text is None for text in texts]
        reports.append(_report(column, feature, VECTOR, unknown, notes, dropped))
    return Draft(
        feature,
        tuple(labels.values()),
        values,
        (0.0, top),
        ticks=False,
        chosen=True,
        in_order=options is not None,
        columns=tuple(reports),
    )


def _rank(
    values: FloatArray,
    texts: Sequence[str | None],
    place: Mapping[str, int],
    level: float,
    column: Column,
    notes: list[str],
) -> int:
    """Write one choice column into `values`; an option chosen before keeps its higher level."""
    strange, again = [], []
    for row, text in enumerate(texts):
        if text is None:
            continue
        option = place.get(fold(text))
        if option is None:
            strange.append(row)
        elif values[row, option] > 0:
            again.append(row)
        else:
            values[row, option] = level
    if strange:
        notes.append(f"left out, no declared option: {column.places(strange)}")
    if again:
        notes.append(f"left out, chosen before: {column.places(again)}")
    return len(strange) + len(again)


def read_slots(
    table: Table, feature: str, spec: VectorColumns, settings: Settings
) -> tuple[SlotFeature, tuple[ColumnReport, ...]]:
    """Return an availability feature and its part of the report.

    Parameters
    ----------
    table : Table
        The source.
    feature : str
        Name of the feature.
    spec : str, sequence of str or Levels
        One multi-select column of free slots, or one column of 0/1 (no/yes) per slot. In a row
        where some slots are answered, the blank ones are not free.
    settings : Settings
        Options, scales, separators, missing texts.

    Raises
    ------
    InvalidInput
        A column is absent, or a cell is neither 0 nor 1 nor blank.
    """
    if isinstance(spec, Ranked):
        raise InvalidInput(f"{feature}: slots cannot be ranked; pass one column or a list")
    if feature in settings.scales:
        raise InvalidInput(f"scales[{quoted(feature)}]: slots are free or not, they have no scale")
    draft = read_vector(table, feature, spec, settings, SLOTS)
    values = draft.values
    names = [report.column for report in draft.columns]
    for name, column in zip(names, values.T, strict=False):
        odd = np.flatnonzero(~np.isnan(column) & (column != 0) & (column != 1))
        if odd.size:
            place = table.column(name, feature).at(odd.tolist())
            raise InvalidInput(f"{place}: must be 0 or 1 (no or yes), or blank")
    blank = np.isnan(values) & ~np.isnan(values).all(axis=1, keepdims=True)
    if blank.any():
        draft = draft.noted(f"{int(blank.sum()):,} blanks beside answered slots read as not free")
    filled = np.where(blank, 0.0, values)
    return SlotFeature(filled, draft.labels, name=feature), draft.columns
