"""The only gate for raw data: CSV, frames and records become participants, with a report."""

from pairwise.importing.report import ColumnReport, ImportReport

__all__ = ["ColumnReport", "ImportReport"]
