"""A source of raw data as named columns of cells, whatever it was read from."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput, did_you_mean, listed, quoted
from pairwise.participants.ids import trimmed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Cells: TypeAlias = "Sequence[object] | npt.NDArray[Any]"
T = TypeVar("T")

_NUMERIC = "biuf"


@dataclass(frozen=True, slots=True)
class Refused:
    """What a converter returns for a cell that cannot be read."""

    rule: str


@dataclass(frozen=True)
class Column:
    """One column: its cells, and the words for a place in it.

    Attributes
    ----------
    name : str
        Name in the source.
    cells : sequence or ndarray, length n
        Text, numbers, lists, mappings or None, as the source holds them.
    rows : sequence of int
        What the source calls each row.
    word : str
        "row" (of a file, the header is row 1), "position" (of a frame) or "record".
    """

    name: str
    cells: Cells
    rows: Sequence[int]
    word: str

    @property
    def is_numeric(self) -> bool:
        """Whether the source typed the column as numbers."""
        return isinstance(self.cells, np.ndarray) and self.cells.dtype.kind in _NUMERIC

    def places(self, positions: Sequence[int]) -> str:
        """Return the rows in words: 'rows 5, 9 and 3 more'."""
        words = self.word if len(positions) == 1 else f"{self.word}s"
        return f"{words} {listed([self.rows[k] for k in positions], most=10)}"

    def at(self, positions: Sequence[int]) -> str:
        """Return rows and column in words, as messages begin."""
        return f"{self.places(positions)}, column {quoted(self.name)}"

    @cached_property
    def values(self) -> Sequence[object]:
        """The cells as Python objects."""
        if isinstance(self.cells, np.ndarray):
            objects: list[object] = self.cells.tolist()
            return objects
        return self.cells

    @cached_property
    def distinct(self) -> Iterable[object]:
        """Every distinct cell once; all cells where some are lists or mappings."""
        try:
            return dict.fromkeys(self.values)
        except TypeError:
            return self.values

    @cached_property
    def texts(self) -> Counter[str]:
        """How often each distinct text occurs."""
        if self.is_numeric:
            return Counter()
        return Counter(cell for cell in self.values if isinstance(cell, str))

    def decode(self, convert: Callable[[object], T | Refused]) -> list[T]:
        """Return the converted cells; each distinct cell is converted once.

        Raises
        ------
        InvalidInput
            A cell was refused: names the rows, the column and the rule, never the cell.
        """
        if isinstance(self.distinct, dict):
            known = {cell: convert(cell) for cell in self.distinct}
            read = [known[cell] for cell in self.values]
        else:
            read = [convert(cell) for cell in self.values]
        self._refuse(read)
        return [value for value in read if not isinstance(value, Refused)]

    def _refuse(self, read: Sequence[object]) -> None:
        first = next((value for value in read if isinstance(value, Refused)), None)
        if first is not None:
            where = [k for k, value in enumerate(read) if value == first]
            raise InvalidInput(f"{self.at(where)}: {first.rule}")


def plain_name(name: object) -> str:
    r"""Return a column name composed (NFC), trimmed, inner white space as single spaces.

    Examples
    --------
    >>> plain_name(" Free\nhours ")
    'Free hours'
    """
    return " ".join(trimmed(unicodedata.normalize("NFC", str(name))).split())


@dataclass(frozen=True)
class Table:
    """Named columns of one source.

    Attributes
    ----------
    source : str
        What messages and the report call the source.
    names : tuple of str
        Column names in order; duplicates and blanks are possible.
    load : callable
        From the position of a column to its cells.
    rows : sequence of int
        What the source calls each row.
    word : str
        "row", "position" or "record".
    notes : tuple of str
        Facts about the source for the report.
    """

    source: str
    names: tuple[str, ...]
    load: Callable[[int], Cells] = field(repr=False)
    rows: Sequence[int] = field(repr=False)
    word: str
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def has(self, name: str) -> bool:
        """Return whether a column of that name exists."""
        return plain_name(name) in self.names

    def column(self, name: str, argument: str) -> Column:
        """Return a column by name.

        Raises
        ------
        InvalidInput
            No column or more than one has that name.
        """
        if not isinstance(name, str):
            raise InvalidInput(f"{argument} = {name!r}: must be the name of a column")
        found = [k for k, have in enumerate(self.names) if have == plain_name(name)]
        if not found:
            hint = did_you_mean(name, self.names) or f"; it has {listed(self.names, most=8)}"
            raise InvalidInput(f"{argument}: {self.source} has no column {quoted(name)}{hint}")
        if len(found) > 1:
            where = listed([k + 1 for k in found])
            raise InvalidInput(
                f"{argument}: {self.source} has {len(found)} columns {quoted(name)}"
                f" (columns {where}); rename all but one"
            )
        return Column(self.names[found[0]], self.load(found[0]), self.rows, self.word)

    def keep(self, positions: Sequence[int], notes: Iterable[str]) -> Table:
        """Return the table with these rows only, and further notes."""
        if len(positions) == len(self):
            return Table(*self._fields(self.load, self.rows), (*self.notes, *notes))
        chosen = np.asarray(positions, dtype=np.intp)

        def load(k: int) -> Cells:
            cells = self.load(k)
            return cells[chosen] if isinstance(cells, np.ndarray) else [cells[p] for p in positions]

        rows = [self.rows[p] for p in positions]
        return Table(*self._fields(load, rows), (*self.notes, *notes))

    def _fields(
        self, load: Callable[[int], Cells], rows: Sequence[int]
    ) -> tuple[str, tuple[str, ...], Callable[[int], Cells], Sequence[int], str]:
        return self.source, self.names, load, rows, self.word
