"""Frames of any dataframe library, and lists of records, to a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.errors import InvalidInput, listed
from pairwise.importing.table import Cells, Table, plain_name

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

_EXACT = 2.0**53


def read_frame(frame: Any) -> Table:
    """Return the table in a pandas, polars, pyarrow or other eager frame.

    Parameters
    ----------
    frame : object
        A frame that narwhals understands; only the columns asked for are converted.

    Raises
    ------
    InvalidInput
        It is no eager frame, two columns share a name, or it has no rows.
    """
    import narwhals.stable.v2 as nw

    try:
        table = nw.from_native(frame, eager_only=True)
    except nw.exceptions.DuplicateError as error:
        raise InvalidInput("the frame has columns that share a name; rename all but one") from error
    except TypeError as error:
        raise InvalidInput(
            f"frame: must be an eager frame (pandas, polars, pyarrow), not {type(frame).__name__};"
            " call collect() on a lazy one"
        ) from error
    if not len(table):
        raise InvalidInput("the frame has no rows: nobody to read")
    columns = list(table.columns)

    def load(k: int) -> Cells:
        return _cells(table.get_column(columns[k]))

    names = tuple(plain_name(column) for column in columns)
    return Table("the frame", names, load, range(len(table)), "position")


def _cells(series: nw.Series[Any]) -> Cells:
    if series.dtype.is_numeric() and not series.dtype.is_decimal():
        array = series.to_numpy()
        if array.dtype.kind in "iu" or series.dtype.is_float():
            return array
        if array.dtype.kind == "f" and not np.any(np.abs(array) >= _EXACT):
            return array
    cells: list[object] = series.to_list()
    return cells


def read_records(records: Iterable[object]) -> Table:
    """Return the table in records: one mapping per person; a missing key is unknown.

    Parameters
    ----------
    records : iterable of mapping of str to object
        Column names to cells; cells may be lists (of options or ids) or mappings (of levels).

    Raises
    ------
    InvalidInput
        A record is no mapping, or there are none.
    """
    if isinstance(records, Mapping):
        raise InvalidInput("records: must be a list of mappings, one per person, not one mapping")
    read = list(records)
    given = [record for record in read if isinstance(record, Mapping)]
    wrong = [k for k, record in enumerate(read) if not isinstance(record, Mapping)]
    if wrong:
        raise InvalidInput(f"records {listed(wrong)}: must be mappings of column names to cells")
    if not given:
        raise InvalidInput("there are no records: nobody to read")
    keys = list(dict.fromkeys(key for record in given for key in record))

    def load(k: int) -> Cells:
        return [record.get(keys[k]) for record in given]

    names = tuple(plain_name(key) for key in keys)
    return Table("the records", names, load, range(len(given)), "record")
