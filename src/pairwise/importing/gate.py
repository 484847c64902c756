"""From a table and what the caller says about its columns to participants with a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pairwise.importing.csvfile import CsvSource, read_csv
from pairwise.importing.drafts import Draft, aligned
from pairwise.importing.frames import read_frame, read_records
from pairwise.importing.report import ColumnReport, ImportReport
from pairwise.importing.single import read_category, read_ids, read_number, read_preferences
from pairwise.importing.vectors import read_slots, read_vector
from pairwise.participants import (
    CategoryFeature,
    Id,
    Participants,
    PreferenceFeature,
    SlotFeature,
    VectorFeature,
)
from pairwise.participants.build import CATEGORY, MONITORING, OFFERS, SEEKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pairwise.importing.spec import Columns, Settings
    from pairwise.importing.table import Column, Table
    from pairwise.participants.checks import FloatArray

_ARGUMENT = {CATEGORY: "categories", MONITORING: "monitoring"}


def import_csv(
    source: CsvSource,
    columns: Columns,
    settings: Settings,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> Participants:
    """Return the participants in a CSV file; see `Participants.from_csv`."""
    table = read_csv(source, wanted=columns.wanted(), delimiter=delimiter, encoding=encoding)
    return import_table(table, columns, settings)


def import_frame(frame: Any, columns: Columns, settings: Settings) -> Participants:
    """Return the participants in a frame; see `Participants.from_frame`."""
    return import_table(read_frame(frame), columns, settings)


def import_records(
    records: Iterable[Mapping[str, object]], columns: Columns, settings: Settings
) -> Participants:
    """Return the participants in records; see `Participants.from_records`."""
    return import_table(read_records(records), columns, settings)


def import_table(table: Table, columns: Columns, settings: Settings) -> Participants:
    """Return the participants in a table, with the import report.

    Parameters
    ----------
    table : Table
        The source.
    columns : Columns
        Which column becomes which feature.
    settings : Settings
        How cells are read.

    Raises
    ------
    InvalidInput
        A column is absent or a cell cannot be read: the message names rows, column and rule.

    Notes
    -----
    Cost O(cells of the columns asked for).
    """
    settings.check_names(columns)
    ids, keep, notes, reports = read_ids(table, columns.id, settings.on_duplicate)
    table = table.keep(keep, notes)
    preferences, asked = _preferences(table, columns, settings, ids)
    people = Participants(
        ids,
        vectors=_vectors(table, columns, settings, reports),
        categories=_categories(table, columns, settings, CATEGORY, reports),
        numbers=_numbers(table, columns, settings, reports),
        slots=_slots(table, columns, settings, reports),
        preferences=preferences,
        monitoring=_categories(table, columns, settings, MONITORING, reports),
    )
    return people._with_report(_report(table, [*reports, *asked]))


def _named(table: Table, columns: Columns, argument: str) -> list[tuple[str, Column]]:
    named = columns.named(argument).items()
    return [(feature, table.column(name, argument)) for feature, name in named]


def _vectors(
    table: Table, columns: Columns, settings: Settings, reports: list[ColumnReport]
) -> dict[str, VectorFeature]:
    drafts: dict[str, Draft] = {
        feature: read_vector(table, feature, spec, settings)
        for feature, spec in columns.vector_columns.items()
    }
    if OFFERS in drafts and SEEKS in drafts:
        drafts[OFFERS], drafts[SEEKS] = aligned(drafts[OFFERS], drafts[SEEKS])
    settled = [draft.settled() for draft in drafts.values()]
    reports += [entry for draft in settled for entry in draft.columns]
    return {draft.feature: draft.vector() for draft in settled}


def _categories(
    table: Table, columns: Columns, settings: Settings, kind: str, reports: list[ColumnReport]
) -> dict[str, CategoryFeature]:
    features = {}
    for feature, column in _named(table, columns, _ARGUMENT[kind]):
        features[feature], entry = read_category(column, feature, kind, settings)
        reports.append(entry)
    return features


def _numbers(
    table: Table, columns: Columns, settings: Settings, reports: list[ColumnReport]
) -> dict[str, FloatArray]:
    features = {}
    for feature, column in _named(table, columns, "numbers"):
        features[feature], entry = read_number(column, feature, settings)
        reports.append(entry)
    return features


def _slots(
    table: Table, columns: Columns, settings: Settings, reports: list[ColumnReport]
) -> dict[str, SlotFeature]:
    features = {}
    for feature, spec in columns.slot_columns.items():
        features[feature], entries = read_slots(table, feature, spec, settings)
        reports += entries
    return features


def _preferences(
    table: Table, columns: Columns, settings: Settings, ids: tuple[Id, ...]
) -> tuple[PreferenceFeature | None, list[ColumnReport]]:
    given = columns.preferences
    if given is None:
        return None, []
    names = [given] if isinstance(given, str) else given
    asked = [table.column(name, "preferences") for name in names]
    return read_preferences(asked, ids, settings)


def _report(table: Table, reports: list[ColumnReport]) -> ImportReport:
    used = {entry.column for entry in reports}
    ignored = tuple(name for name in dict.fromkeys(table.names) if name and name not in used)
    return ImportReport(table.source, len(table), tuple(reports), ignored, table.notes)
