"""The only gate for raw data: CSV, frames and records become participants, with a report."""

from pairwise.importing.gate import import_csv, import_frame, import_records
from pairwise.importing.report import ColumnReport, ImportReport
from pairwise.importing.spec import MISSING, Columns, Levels, Ranked, Scale, Settings

__all__ = [
    "MISSING",
    "ColumnReport",
    "Columns",
    "ImportReport",
    "Levels",
    "Ranked",
    "Scale",
    "Settings",
    "import_csv",
    "import_frame",
    "import_records",
]
