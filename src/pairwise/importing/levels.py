"""Level columns: numbers or Likert labels, several columns on one scale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput, quoted
from pairwise.importing.cells import (
    INFINITE,
    as_number,
    as_text,
    fold,
    missing_notes,
    number_notes,
)
from pairwise.importing.scales import declared_codes, usual_codes, usual_scale
from pairwise.importing.table import Column, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pairwise.importing.spec import Scale
    from pairwise.participants.checks import FloatArray

_GRID = re.compile(r"(.*?)\s*\[(.+)\]")
_PREFIX_ENDS = (": ", " - ", " – ", " > ")


@dataclass(frozen=True)
class LevelMatrix:
    """Level columns as numbers.

    Attributes
    ----------
    values : ndarray, shape (n, d)
        NaN where unknown.
    ends : tuple of float or None
        Low and high end of the scale when declared or told by labels.
    notes : tuple of (tuple of str), length d
        Per column, for the report.
    """

    values: FloatArray
    ends: tuple[float, float] | None
    notes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class _Reading:
    codes: dict[str, float]
    ends: tuple[float, float] | None
    rule: Refused
    note: str = ""


def read_levels(
    columns: Sequence[Column], feature: str, scale: Scale | None, missing: frozenset[str]
) -> LevelMatrix:
    """Return level columns as one matrix.

    Parameters
    ----------
    columns : sequence of Column
        d columns of n cells: numbers, or labels of one scale.
    feature : str
        Name of the feature, for messages.
    scale : (low, high), or labels from low to high, or None
        None: numbers as they are, or the usual English scale that all labels belong to.
    missing : frozenset of str
        Folded texts that mean no answer.

    Raises
    ------
    InvalidInput
        A cell is no number and no label of the scale, or lies outside it.

    Notes
    -----
    Cost O(n d).
    """
    reading = _reading(columns, feature, scale, missing)
    values = np.column_stack([_numbers(column, reading, missing) for column in columns])
    if reading.ends is not None:
        _check_ends(columns, values, reading.ends)
    said = [reading.note] if reading.note else []
    notes = [(*said, *number_notes(c), *missing_notes(c, missing)) for c in columns]
    return LevelMatrix(values, reading.ends, tuple(notes))


def _reading(
    columns: Sequence[Column], feature: str, scale: Scale | None, missing: frozenset[str]
) -> _Reading:
    if scale is None:
        return _usual(columns, feature, missing)
    if isinstance(scale, str) or len(scale) < 2:
        raise InvalidInput(
            f"scales[{quoted(feature)}]: must be (low, high) or labels from low to high"
        )
    if len(scale) == 2 and not any(isinstance(end, str) for end in scale):
        low, high = float(scale[0]), float(scale[1])
        if not low < high:
            raise InvalidInput(
                f"scales[{quoted(feature)}] = ({low:g}, {high:g}): low must be below"
            )
        must = Refused(f"must be a number from {low:g} to {high:g}")
        return _Reading({}, (low, high), must, f"scale {low:g} to {high:g} as declared")
    codes = declared_codes([str(label) for label in scale])
    if len(codes) < len(scale):
        raise InvalidInput(f"scales[{quoted(feature)}]: labels must be distinct")
    must = Refused(f"is none of the {len(scale)} labels in scales[{quoted(feature)}]")
    note = f"labels read as levels 1 to {len(scale)} as declared"
    return _Reading(codes, (1.0, float(len(scale))), must, note)


def _usual(columns: Sequence[Column], feature: str, missing: frozenset[str]) -> _Reading:
    must = Refused(
        "is neither a number nor a label of a usual scale; declare"
        f" scales={{{quoted(feature)}: [labels from low to high]}}"
    )
    labels: dict[str, Column] = {}
    numbered = False
    for column in columns:
        for cell in () if column.is_numeric else column.distinct:
            number, text = as_number(cell), as_text(cell, missing)
            numbered |= isinstance(number, float)
            if number is None and isinstance(text, str):
                labels.setdefault(fold(text), column)
    if not labels:
        return _Reading({}, None, must)
    name = usual_scale(labels)
    if name is None or numbered:
        return _Reading({}, None, must)
    codes = usual_codes(name)
    ends = (min(codes.values()), max(codes.values()))
    note = f"labels read as levels {ends[0]:g} to {ends[1]:g} of the usual scale: {name}"
    return _Reading(codes, ends, must, note)


def _numbers(column: Column, reading: _Reading, missing: frozenset[str]) -> FloatArray:
    if column.is_numeric and not reading.codes:
        array = np.asarray(column.cells, dtype=np.float64)
        infinite = np.flatnonzero(np.isinf(array))
        if infinite.size:
            raise InvalidInput(f"{column.at(infinite.tolist())}: {INFINITE.rule}")
        return array
    return np.array(column.decode(lambda cell: _number(cell, reading, missing)), dtype=np.float64)


def _number(cell: object, reading: _Reading, missing: frozenset[str]) -> float | Refused:
    text = as_text(cell, missing)
    if text is None or isinstance(text, Refused):
        return np.nan if text is None else text
    if reading.codes:
        return reading.codes.get(fold(text), reading.rule)
    number = as_number(cell)
    return reading.rule if number is None else number


def _check_ends(columns: Sequence[Column], values: FloatArray, ends: tuple[float, float]) -> None:
    outside = (values < ends[0]) | (values > ends[1])
    for column, wrong in zip(columns, outside.T, strict=True):
        if wrong.any():
            where = np.flatnonzero(wrong).tolist()
            raise InvalidInput(f"{column.at(where)}: must be from {ends[0]:g} to {ends[1]:g}")


def column_labels(names: Sequence[str]) -> tuple[str, ...]:
    """Return the column names without what they begin with in common.

    "Skills [Python]" and "Skills [SQL]", or "Skills: Python" and "Skills: SQL", become "Python"
    and "SQL"; other names stay.

    Examples
    --------
    >>> column_labels(["Skills [Python]", "Skills [SQL]"])
    ('Python', 'SQL')
    >>> column_labels(["calm", "cars"])
    ('calm', 'cars')
    """
    grid = [_GRID.fullmatch(name) for name in names]
    found = [match for match in grid if match]
    if len(found) == len(names) and len({match[1] for match in found}) == 1:
        return tuple(match[2] for match in found)
    common = _common_beginning(names) if len(names) > 1 else ""
    cut = max((common.rfind(end) + len(end) for end in _PREFIX_ENDS if end in common), default=0)
    stripped = tuple(name[cut:].strip() for name in names)
    return stripped if all(stripped) else tuple(names)


def _common_beginning(names: Sequence[str]) -> str:
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in alike)


def grid_columns(name: str, names: Sequence[str]) -> list[str]:
    """Return the columns "name [row]" of a survey grid called `name`."""
    grid = [(column, _GRID.fullmatch(column)) for column in names]
    return [column for column, match in grid if match and match[1] == name]
