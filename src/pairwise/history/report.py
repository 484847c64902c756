"""What a history joined at its last step, and what it did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Unjoined:
    """A row, or one cell of a row, that did not join.

    Attributes
    ----------
    place : str
        Where it stands: "row 7", "record 3".
    field : str or None
        Which cell was left out; None when the whole row was.
    value : object
        What stood there.
    reason : str
        The rule that it breaks.

    Examples
    --------
    >>> print(Unjoined("row 7", "rating", 9, "must be a number from 1 to 5"))
    row 7: rating = 9 left out: must be a number from 1 to 5
    """

    place: str
    field: str | None
    value: object
    reason: str

    def __str__(self) -> str:
        if self.field is None:
            return f"{self.place} left out: {self.reason}"
        return f"{self.place}: {self.field} = {self.value!r:.60} left out: {self.reason}"


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What became of every row given: ``read == joined + repeated + len(rows)``.

    Attributes
    ----------
    source : str
        What was read.
    read : int
        Rows given.
    joined : int
        Rows that are now in the history, maybe without a refused cell.
    repeated : int
        Rows that said nothing new: the same answer was there already.
    rows : tuple of Unjoined
        Rows that did not join.
    cells : tuple of Unjoined
        Cells that were left out of rows that joined.
    notes : tuple of str
        Ids whose type differs, answers that a later row corrects.

    Examples
    --------
    >>> from pairwise import History
    >>> history = History().with_round([("ann", "bob")])
    >>> print(history.with_checkins([{"who": "ann", "rating": 4}, {"who": "zed"}]).report)
    the records: 2 rows read, 1 joined, 1 left out
    - record 1 left out: nobody called "zed" took part in a round
    """

    source: str
    read: int
    joined: int
    repeated: int = 0
    rows: tuple[Unjoined, ...] = ()
    cells: tuple[Unjoined, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every row and every cell is in the history."""
        return not self.rows and not self.cells

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of what did not join: place, field, value, reason."""
        import pandas as pd

        columns = ["place", "field", "value", "reason"]
        left = [[getattr(x, name) for name in columns] for x in (*self.rows, *self.cells)]
        return pd.DataFrame(left, columns=columns)

    def __str__(self) -> str:
        parts = [f"{_counted(self.read, 'row')} read", f"{self.joined:,} joined"]
        parts += [f"{self.repeated:,} repeated"] if self.repeated else []
        parts += [f"{len(self.rows):,} left out"] if self.rows else []
        parts += [f"{_counted(len(self.cells), 'cell')} left out"] if self.cells else []
        lines = [f"{self.source}: {', '.join(parts)}"]
        left = [*self.rows, *self.cells]
        lines += [f"- {entry}" for entry in left[:_SHOWN]]
        if len(left) > _SHOWN:
            lines.append(f"- {len(left) - _SHOWN:,} more: report.to_frame()")
        return "\n".join([*lines, *(f"- {note}" for note in self.notes)])


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
