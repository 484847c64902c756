"""CSV text to a table: encoding, delimiter, and rows that do not fit, named."""

from __future__ import annotations

import csv
import io
import unicodedata
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

from pairwise.errors import InvalidInput, listed, quoted
from pairwise.importing.table import Table, plain_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CsvSource: TypeAlias = str | PathLike[str] | bytes | IO[str] | IO[bytes]

_DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WORKBOOK = b"PK\x03\x04"
_REASONS = {
    "unexpected end of data": 'a quoted cell that begins here is never closed; look for a stray "',
    "field larger": f"a cell is longer than {csv.field_size_limit():,} characters",
    "expected after": 'a closing quote is followed by text; write a quote inside a cell as ""',
}


def read_csv(
    source: CsvSource, *, wanted: Sequence[str], delimiter: str | None, encoding: str | None
) -> Table:
    """Return the table in a CSV file.

    Parameters
    ----------
    source : path, bytes or file object
        UTF-8 (with or without mark), UTF-16 with mark, or Windows-1252 / Latin-1.
    wanted : sequence of str
        Columns that the caller asks for: they tell the delimiter.
    delimiter : str or None
        One character; None finds it among , ; tab |.
    encoding : str or None
        Python's name of it; None finds it.

    Raises
    ------
    InvalidInput
        The file is empty, has no row below the header, is no CSV, or has rows that do not fit.

    Notes
    -----
    Cost O(size). Nothing but the standard library is loaded.
    """
    name, data = _content(source)
    text, encoded = _decoded(data, encoding, name) if isinstance(data, bytes) else (data, "text")
    text = text.removeprefix("\ufeff")
    _check_text(text, name)
    found = delimiter or _delimiter(text, wanted, name)
    records = _records(text, found, name)
    header = tuple(plain_name(cell) for cell in records[0])
    places = [k for k, cells in enumerate(records) if k and any(map(str.strip, cells))]
    if not places:
        raise InvalidInput(f"{name} has a header but no rows: give a row a person")
    rows = [_fitted(records[k], len(header)) for k in places]
    _refuse_ragged(rows, places, len(header), name)
    columns = list(zip(*rows, strict=True))
    notes = (f"{encoded}, columns split on {_shown(found)}", *_notes(header, records, places))
    return Table(name, header, columns.__getitem__, [k + 1 for k in places], "row", notes)


def _content(source: CsvSource) -> tuple[str, str | bytes]:
    if isinstance(source, bytes):
        return "the CSV", source
    if isinstance(source, (str, PathLike)):
        path = Path(source)
        return path.name, path.read_bytes()
    if hasattr(source, "read"):
        data = source.read()
        named = getattr(source, "name", None)
        return Path(named).name if isinstance(named, str) else "the CSV", data
    raise InvalidInput(f"source: must be a path, bytes or a file, not {type(source).__name__}")


def _decoded(data: bytes, encoding: str | None, name: str) -> tuple[str, str]:
    if data.startswith(_WORKBOOK):
        raise InvalidInput(
            f"{name} is a spreadsheet workbook or zip, not a CSV: save it as CSV UTF-8"
        )
    if encoding is not None:
        try:
            return data.decode(encoding), encoding
        except LookupError as error:
            raise InvalidInput(
                f"encoding = {quoted(encoding)}: Python knows none so named"
            ) from error
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise InvalidInput(
                f"{name}, line {line}: is not {encoding}; leave encoding out to have it found"
            ) from error
    marked = next((codec for mark, codec in _MARKS if data.startswith(mark)), None)
    for codec in [marked] if marked else ["utf-8", "cp1252", "latin-1"]:
        try:
            return data.decode(codec), _found(codec)
        except UnicodeDecodeError:
            continue
    raise InvalidInput(f"{name} begins with the mark of {marked} but is not; pass encoding=")


def _found(codec: str) -> str:
    if codec.startswith("utf"):
        return codec.removesuffix("-sig").upper()
    return f"not UTF-8, read as {codec} (pass encoding= to be sure)"


def _check_text(text: str, name: str) -> None:
    if not text.strip():
        raise InvalidInput(f"{name} is empty: give a line of column names and a row a person")
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise InvalidInput(
            f"{name}, line {line}: holds a NUL byte; it is damaged, no CSV, or UTF-16 without a"
            ' mark (then pass encoding="utf-16-le")'
        )


def _delimiter(text: str, wanted: Sequence[str], name: str) -> str:
    names = {plain_name(column) for column in wanted}

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            header = next(_reader(text, delimiter, strict=False), [])
        except csv.Error as error:
            raise InvalidInput(f"{name}, row 1: {_reason(error)}") from error
        return len(names & {plain_name(cell) for cell in header}), len(header)

    return max(_DELIMITERS, key=fit)


def _reader(text: str, delimiter: str, *, strict: bool) -> Iterator[list[str]]:
    lines = io.StringIO(text, newline="")
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=strict)


def _records(text: str, delimiter: str, name: str) -> list[list[str]]:
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    records: list[list[str]] = []
    try:
        records.extend(_reader(text, delimiter, strict=True))
    except csv.Error as error:
        raise InvalidInput(f"{name}, row {len(records) + 1}: {_reason(error)}") from error
    except TypeError as error:
        raise InvalidInput(f"delimiter = {delimiter!r}: must be one character") from error
    return records


def _reason(error: csv.Error) -> str:
    said = str(error)
    return next((reason for part, reason in _REASONS.items() if part in said), said)


def _fitted(cells: list[str], width: int) -> list[str]:
    extra = cells[width:]
    return cells if any(map(str.strip, extra)) else cells[:width]


def _refuse_ragged(rows: list[list[str]], places: list[int], width: int, name: str) -> None:
    ragged = [k for k, cells in enumerate(rows) if len(cells) != width]
    if ragged:
        where = listed([places[k] + 1 for k in ragged], most=10)
        raise InvalidInput(
            f"{name}: the header has {width} columns, row {places[ragged[0]] + 1} has"
            f" {len(rows[ragged[0]])} (rows that do not fit: {where}); quote cells that hold the"
            " delimiter, fill short rows up"
        )


def _notes(header: tuple[str, ...], records: list[list[str]], places: list[int]) -> list[str]:
    notes = []
    blank = sorted(set(range(1, len(records))) - set(places))
    if blank:
        notes.append(f"blank rows skipped: {listed([k + 1 for k in blank])}")
    repeated = sorted({column for column in header if column and header.count(column) > 1})
    if repeated:
        notes.append(f"header names that occur more than once: {listed(repeated)}")
    return notes


def _shown(delimiter: str) -> str:
    return "tab" if delimiter == "\t" else quoted(delimiter)
