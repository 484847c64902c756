"""A history as JSON and as one CSV table, exactly, and back."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pairwise.errors import InvalidInput, PairwiseError, quoted
from pairwise.files import write_whole
from pairwise.history.records import CheckIn, Round

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    import pandas as pd

    from pairwise.history.history import History
    from pairwise.participants import Id

FORMAT = "pairwise.History/1"
_FIELDS = tuple(field.name for field in fields(CheckIn))
_COLUMNS = ("record", "group", *_FIELDS)
_LOOKS_ENCODED = re.compile(r'\s*[+-]?\d+\s*|".*', re.DOTALL)


def to_frame(history: History) -> pd.DataFrame:
    """Return all check-ins as a pandas table."""
    import pandas as pd

    rows = [[getattr(said, name) for name in _FIELDS] for said in history.checkins]
    return pd.DataFrame(rows, columns=list(_FIELDS))


def to_json(history: History) -> str:
    """Return the history as JSON, a record on each line."""
    rounds = ",\n  ".join(_dump(_round_dict(held)) for held in history.rounds)
    said = ",\n  ".join(_dump(_said_dict(checkin)) for checkin in history.checkins)
    return (
        f'{{\n "format": {_dump(FORMAT)},\n "rounds": [\n  {rounds}\n ],\n'
        f' "checkins": [\n  {said}\n ]\n}}\n'
    )


def from_json(text: str, empty: History) -> History:
    """Read what `to_json` wrote, through the checks that every record passes."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"text: not JSON ({error}); give what to_json() returned") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else type(data).__name__
        raise InvalidInput(f'text: its format is {found!r}, must be "{FORMAT}"')
    try:
        rounds = [(r["groups"], r["waiting"], r["date"]) for r in data["rounds"]]
        return _rebuilt(empty, rounds, [CheckIn(**said) for said in data["checkins"]])
    except PairwiseError:
        raise
    except (LookupError, TypeError, ValueError) as error:
        raise InvalidInput(f"text: not a complete history ({error!r})") from None


def to_csv(history: History) -> str:
    """Return the history as CSV: a row per round, per person in it, and per check-in."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for held in history.rounds:
        writer.writerows(_round_rows(held))
    for checkin in history.checkins:
        said = {name: _cell(name, value) for name, value in _said_dict(checkin).items()}
        writer.writerow({"record": "check-in", **said})
    return text.getvalue()


def from_csv(text: str, empty: History) -> History:
    """Read what `to_csv` wrote, through the checks that every record passes."""
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InvalidInput(f"text: not CSV ({error})") from None
    if not text.startswith(",".join(_COLUMNS[:3])):
        raise InvalidInput("text: its columns are not those that to_csv() writes")
    try:
        rounds = _read_rounds(rows)
        return _rebuilt(empty, rounds, [_read_said(r) for r in rows if r["record"] == "check-in"])
    except PairwiseError:
        raise
    except (LookupError, TypeError, ValueError) as error:
        raise InvalidInput(f"text: not a complete history ({error!r})") from None


def save(history: History, path: str | PathLike[str]) -> None:
    """Write by the ending of the name, all or nothing."""
    target = Path(path)
    write_whole(target, _by_ending(path, {".json": to_json, ".csv": to_csv})(history))


def load(path: str | PathLike[str], empty: History) -> History:
    """Read by the ending of the name."""
    reader = _by_ending(path, {".json": from_json, ".csv": from_csv})
    with Path(path).open(encoding="utf-8", newline="") as file:
        history: History = reader(file.read(), empty)
    return history


def _by_ending(path: str | PathLike[str], ways: dict[str, Any]) -> Any:
    way = ways.get(Path(path).suffix.lower())
    if way is None:
        raise InvalidInput(f"path={quoted(str(path))}: must end in .json or .csv")
    return way


def _rebuilt(
    history: History, rounds: Iterable[tuple[Any, Any, Any]], said: list[CheckIn]
) -> History:
    for groups, waiting, date in rounds:
        history = history.with_round(groups, waiting=waiting, date=date)
    if said:
        history = history.with_checkins(said)
        if history.report and (history.report.rows or history.report.repeated):
            raise InvalidInput(f"text: check-ins do not fit the rounds: {history.report}")
    return history


def _round_dict(held: Round) -> dict[str, object]:
    date = None if held.date is None else held.date.isoformat()
    return {"date": date, "groups": held.groups, "waiting": held.waiting}


def _said_dict(checkin: CheckIn) -> dict[str, object]:
    """Return what is said, dates as text."""
    said = {name: getattr(checkin, name) for name in _FIELDS}
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in said.items()
        if value is not None
    }


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _cell(name: str, value: object) -> str:
    if name in ("who", "partner"):
        return _id_cell(value)
    return _dump(value) if isinstance(value, (bool, float)) else str(value)


def _id_cell(who: object) -> str:
    """Return an id as a cell; text that could be read as a number stands in quotes."""
    if isinstance(who, str) and _LOOKS_ENCODED.fullmatch(who):
        return _dump(who)
    return str(who)


def _read_id(cell: str) -> Id:
    if _LOOKS_ENCODED.fullmatch(cell):
        value: Id = json.loads(cell)
        return value
    return cell


def _round_rows(held: Round) -> Iterator[dict[str, str]]:
    date = "" if held.date is None else held.date.isoformat()
    number = str(held.number)
    yield {"record": "round", "round": number, "date": date}
    for k, group in enumerate(held.groups, 1):
        for who in group:
            yield {"record": "member", "group": str(k), "who": _id_cell(who), "round": number}
    for who in held.waiting:
        yield {"record": "waiting", "who": _id_cell(who), "round": number}


def _read_rounds(rows: list[dict[str, str]]) -> list[tuple[Any, Any, Any]]:
    """Return groups, who waits and the date of each round, in the order of the file."""
    dates = {row["round"]: row["date"] or None for row in rows if row["record"] == "round"}
    groups: dict[str, dict[str, list[Id]]] = {number: {} for number in dates}
    waiting: dict[str, list[Id]] = {number: [] for number in dates}
    for row in rows:
        if row["record"] == "member":
            groups[row["round"]].setdefault(row["group"], []).append(_read_id(row["who"]))
        if row["record"] == "waiting":
            waiting[row["round"]].append(_read_id(row["who"]))
    return [(list(groups[k].values()), waiting[k], date) for k, date in dates.items()]


def _read_said(row: dict[str, str]) -> CheckIn:
    said: dict[str, Any] = {name: row[name] for name in _FIELDS if row[name] != ""}
    for name in ("who", "partner"):
        if name in said:
            said[name] = _read_id(said[name])
    return CheckIn(**said)
