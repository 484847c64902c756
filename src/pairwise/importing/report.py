"""What an import read, dropped, left unknown and inferred, column by column."""

from __future__ import annotations

from dataclasses import dataclass

from pairwise.errors import InvalidInput, did_you_mean, listed, quoted


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """What became of one column.

    Attributes
    ----------
    column : str
        Name in the source.
    feature : str
        Name of the feature that it became, or part of which it became.
    kind : str
        "id", "vector", "category", "number", "slots", "preference" or "monitoring".
    read : int
        People whose answer was read.
    unknown : int
        People without an answer.
    dropped : int
        Answers, or parts of them, that were left out; the notes say which and where.
    notes : tuple of str
        What was inferred (delimiter, scale, options) and what was dropped, in sentences.
    label : str
        What the column is called within its feature, when it is one of several.
    """

    column: str
    feature: str
    kind: str
    read: int
    unknown: int
    dropped: int = 0
    notes: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was read from one source; prints as a table with notes.

    Attributes
    ----------
    source : str
        What was read, with facts about it ("cohort.csv, UTF-8, delimiter ';'").
    people : int
        Participants read.
    columns : tuple of ColumnReport
        One per column that was asked for.
    ignored : tuple of str
        Columns nobody asked for.
    notes : tuple of str
        What concerns the whole source: skipped rows, encoding, ids.

    Examples
    --------
    >>> column = ColumnReport("Site", "site", "category", read=58, unknown=2)
    >>> print(ImportReport("cohort.csv", people=60, columns=(column,)))
    cohort.csv: 60 people
    column  feature  kind      read  unknown  dropped
    Site    site     category    58        2        0
    """

    source: str
    people: int
    columns: tuple[ColumnReport, ...]
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __getitem__(self, column: str) -> ColumnReport:
        """Return the report of one column, by its name in the source."""
        for entry in self.columns:
            if entry.column == column:
                return entry
        hint = did_you_mean(column, (entry.column for entry in self.columns))
        raise InvalidInput(f"the report has no column {quoted(column)}{hint}")

    def __str__(self) -> str:
        lines = [f"{self.source}: {self.people:,} people", *self._table()]
        lines += [f"- {note}" for note in self.notes]
        lines += [f"- {listed(names, most=1)}: {note}" for note, names in self._by_note()]
        if self.ignored:
            lines.append(f"- not used: {', '.join(self.ignored)}")
        return "\n".join(lines)

    def _by_note(self) -> list[tuple[str, list[str]]]:
        """Return the notes in order, each with the columns of one feature that share it."""
        shared: dict[tuple[str, str], list[str]] = {}
        for entry in self.columns:
            for note in entry.notes:
                shared.setdefault((entry.feature, note), []).append(entry.column)
        return [(note, names) for (_, note), names in shared.items()]

    def _table(self) -> list[str]:
        head = ("column", "feature", "kind", "read", "unknown", "dropped")
        rows = [
            (c.column, _called(c), c.kind, f"{c.read:,}", f"{c.unknown:,}", f"{c.dropped:,}")
            for c in self.columns
        ]
        widths = [max(map(len, cells)) for cells in zip(head, *rows, strict=True)]
        return [_aligned(row, widths) for row in (head, *rows)]


def _called(entry: ColumnReport) -> str:
    return f"{entry.feature}: {entry.label}" if entry.label else entry.feature


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    texts = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True)]
    counts = [cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True)]
    return "  ".join([*texts, *counts])
