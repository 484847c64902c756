"""Check-ins that come from forms and files, joined to the rounds they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeAlias

from pairwise.errors import InvalidInput, did_you_mean, listed, quoted
from pairwise.history.cells import READERS
from pairwise.history.records import FACTS, PAIR_FACTS, CheckIn, Placements
from pairwise.history.report import MergeReport, Unjoined
from pairwise.importing.csvfile import read_csv
from pairwise.importing.frames import read_frame, read_records
from pairwise.importing.table import Refused, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pairwise.participants import Id

Source: TypeAlias = "str | PathLike[str] | bytes | Iterable[CheckIn | Mapping[str, object]] | Any"
Place: TypeAlias = "tuple[int, Id | None]"
Key: TypeAlias = "tuple[Id, Id | None, int | None]"


class Joiner:
    """Joins one source of check-ins to rounds, and keeps account of every row.

    Parameters
    ----------
    rounds
        How many rounds the history has.
    placements
        Who was where in them.
    known
        Ids by their text: an id is the same whether a file holds it as text or as a number.
    present
        Check-ins that the history holds already.
    """

    def __init__(
        self,
        rounds: int,
        placements: Placements,
        known: Mapping[str, Id],
        present: Sequence[CheckIn],
    ) -> None:
        self.rounds, self.placements, self.known = rounds, placements, known
        self.seen = set(present)
        self.joined: list[CheckIn] = []
        self.rows: list[Unjoined] = []
        self.cells: list[Unjoined] = []
        self.retyped: dict[Id, None] = {}
        self.places: dict[Key, list[str]] = {}
        self.repeated = 0

    def read(self, source: Source, columns: Mapping[str, str]) -> MergeReport:
        """Join every row of the source."""
        table = _table(source, columns)
        names = {name: columns.get(name, name) for name in READERS}
        present = {name: column for name, column in names.items() if column in table.names}
        cells = {name: table.column(column, name).values for name, column in present.items()}
        for k, row in enumerate(table.rows):
            self._row(f"{table.word} {row}", {name: cells[name][k] for name in cells})
        unused = [name for name in table.names if name not in present.values()]
        return self._report(table, unused)

    def _row(self, place: str, cells: Mapping[str, object]) -> None:
        values = self._values(place, cells)
        found = values if isinstance(values, str) else self._joined(values)
        if isinstance(found, str):
            self.rows.append(Unjoined(place, None, dict(cells), found))
            self.cells = [cell for cell in self.cells if cell.place != place]
        elif found in self.seen:
            self.repeated += 1
        else:
            self.seen.add(found)
            self.joined.append(found)
            self.places.setdefault((found.who, found.partner, found.round), []).append(place)

    def _values(self, place: str, cells: Mapping[str, object]) -> dict[str, Any] | str:
        """Return the values of a row without refused facts, or why the row cannot join."""
        read = {name: READERS[name](cell) for name, cell in cells.items()}
        for name, value in read.items():
            if isinstance(value, Refused):
                if name not in FACTS and name != "date":
                    return f"{name} = {cells[name]!r:.60}: {value.rule}"
                self.cells.append(Unjoined(place, name, cells[name], value.rule))
                read[name] = None
        return read

    def _joined(self, values: dict[str, Any]) -> CheckIn | str:
        """Return the check-in with its round and partner, or why there is none."""
        for name in ("who", "partner"):
            if values.get(name) is not None:
                stored = self._known(values[name])
                if stored is None:
                    near = did_you_mean(values[name], self.known)
                    return f"nobody called {quoted(values[name])} took part in a round{near}"
                values[name] = stored
        who, partner = values.get("who"), values.get("partner")
        said = {name for name in FACTS if values.get(name) is not None}
        if who is None or not said:
            return "it does not say who answers" if who is None else "it says nothing"
        about_meeting = not said.isdisjoint(PAIR_FACTS)
        place = self._place(who, partner, values.get("round"), about_meeting)
        if isinstance(place, str):
            return place
        return CheckIn(**{**values, "round": place[0], "partner": place[1]})

    def _known(self, who: Id) -> Id | None:
        stored = self.known.get(str(who))
        if stored is not None and type(stored) is not type(who):
            self.retyped[stored] = None
        return stored

    def _place(
        self, who: Id, partner: Id | None, number: int | None, about_meeting: bool
    ) -> Place | str:
        """Return the round and the partner that an answer is about, or why there is none."""
        number = number or self._last_round(who, partner, about_meeting)
        if number is None:
            return f"{quoted(who)} and {quoted(partner)} were never in a group together"
        if number > self.rounds:
            return f"round = {number}: the last round is {self.rounds}"
        if partner is None:
            return self._own_group(who, number, about_meeting)
        if self._together(who, partner, number):
            return number, partner
        both = f"{quoted(who)} and {quoted(partner)}"
        return f"{both} were not in a group together in round {number}"

    def _last_round(self, who: Id, partner: Id | None, about_meeting: bool) -> int | None:
        """Return the last round of the two; of one alone, the last in a group if it matters."""
        there = self.placements.rounds(who)
        if partner is not None:
            return next((k for k in there if self._together(who, partner, k)), None)
        placed = (k for k in there if self.placements.groups(who, k))
        return next(placed, there[0]) if about_meeting else there[0]

    def _own_group(self, who: Id, number: int, about_meeting: bool) -> Place | str:
        """Return the partner if the group of the round is a pair, None for a larger one."""
        groups = self.placements.groups(who, number)
        if len(groups) == 1 and len(groups[0]) == 2:
            first, second = groups[0]
            return number, second if first == who else first
        if not self.placements.took_part(who, number):
            return f"{quoted(who)} took no part in round {number}"
        if about_meeting and len(groups) != 1:
            where = "several groups: name the partner" if groups else "no group"
            return f"{quoted(who)} was in {where} in round {number}"
        return number, None

    def _together(self, who: Id, partner: Id, number: int) -> bool:
        groups = self.placements.groups(who, number)
        return who != partner and any(partner in group for group in groups)

    def _report(self, table: Table, unused: Sequence[str]) -> MergeReport:
        notes = []
        if self.retyped:
            notes.append(f"ids found although their type differs: {listed(list(self.retyped))}")
        if unused:
            notes.append(f"columns not used: {listed(unused, most=10)}")
        notes += [
            f"{' and '.join(places)} are by the same person about the same meeting: the later"
            " counts where they differ"
            for places in self.places.values()
            if len(places) > 1
        ]
        read = len(self.joined) + self.repeated + len(self.rows)
        return MergeReport(
            table.source,
            read,
            len(self.joined),
            self.repeated,
            tuple(self.rows),
            tuple(self.cells),
            tuple(notes),
        )


def _table(source: Source, columns: Mapping[str, str]) -> Table:
    """Return the source as a table; check-ins become records."""
    for name in columns:
        if name not in READERS:
            hint = did_you_mean(name, READERS)
            raise InvalidInput(f"columns names {quoted(name)}: no field of a check-in{hint}")
    if isinstance(source, (str, PathLike, bytes)):
        wanted = [columns.get(name, name) for name in READERS]
        return _checked(read_csv(source, wanted=wanted, delimiter=None, encoding=None), columns)
    if isinstance(source, Mapping):
        raise InvalidInput("records: must be a list of check-ins, not one mapping")
    if hasattr(source, "columns"):
        return _checked(read_frame(source), columns)
    records = [asdict(one) if isinstance(one, CheckIn) else one for one in source]
    if not records:
        return Table("the records", ("who",), lambda _: [], [], "record")
    return _checked(read_records(records), columns)


def _checked(table: Table, columns: Mapping[str, str]) -> Table:
    """Refuse a table that lacks a column which was named, or the one that says who answers."""
    for name in ("who", *columns):
        table.column(columns.get(name, name), f"columns[{name!r}]")
    return table
