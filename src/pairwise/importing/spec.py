"""What the caller says about the columns: which feature each belongs to, and how to read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pairwise.errors import InvalidInput, did_you_mean, listed, quoted
from pairwise.participants.ids import trimmed

Scale: TypeAlias = "tuple[float, float] | Sequence[str]"

MISSING: tuple[str, ...] = (
    "",
    "-",
    "--",
    "?",
    "n/a",
    "#n/a",
    "na",
    "n.a.",
    "nan",
    "null",
    "no answer",
    "prefer not to say",
    "prefer not to answer",
)
"""Texts that mean "no answer", in any case."""

_RESERVED = ("offers", "seeks", "interests", "values")


@dataclass(frozen=True, init=False)
class Levels:
    """A vector feature from several columns, one level each.

    Parameters
    ----------
    columns : sequence of str
        Column names; one level (a number or a Likert label) per cell.
    labels : sequence of str, optional
        What the columns of the feature are called; offers and seeks meet by these. Absent:
        the column names without a common beginning ("I can help with [Python]" is "Python").

    Examples
    --------
    >>> Levels(["off_py", "off_sql"], labels=["Python", "SQL"])
    Levels(columns=('off_py', 'off_sql'), labels=('Python', 'SQL'))
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...] | None

    def __init__(self, columns: Sequence[str], labels: Sequence[str] | None = None) -> None:
        object.__setattr__(self, "columns", _names(columns, "Levels"))
        object.__setattr__(self, "labels", None if labels is None else _names(labels, "labels"))
        if self.labels is not None and len(self.labels) != len(self.columns):
            raise InvalidInput(f"Levels: {len(self.labels)} labels for {len(self.columns)} columns")


@dataclass(frozen=True, init=False)
class Ranked:
    """A vector feature from choice columns, best first: the first of k columns is level k.

    Parameters
    ----------
    columns : sequence of str
        Columns of the first choice, the second choice, and so on; one option per cell.

    Examples
    --------
    >>> Ranked(["First choice", "Second choice"])
    Ranked(columns=('First choice', 'Second choice'))
    """

    columns: tuple[str, ...]

    def __init__(self, columns: Sequence[str]) -> None:
        object.__setattr__(self, "columns", _names(columns, "Ranked"))


VectorColumns: TypeAlias = "str | Sequence[str] | Levels | Ranked"
NamedColumns: TypeAlias = "Sequence[str] | Mapping[str, str]"


def _names(names: Sequence[str], argument: str) -> tuple[str, ...]:
    if isinstance(names, str) or not names or not all(isinstance(name, str) for name in names):
        raise InvalidInput(f"{argument}: must be a list of column names, at least one")
    twice = sorted({name for name in names if list(names).count(name) > 1})
    if twice:
        raise InvalidInput(f"{argument}: {listed(twice)} occurs more than once")
    return tuple(names)


@dataclass(frozen=True)
class Columns:
    """Which columns become which feature; see `Participants.from_csv` for each field."""

    id: str | None = None
    offers: VectorColumns | None = None
    seeks: VectorColumns | None = None
    interests: VectorColumns | None = None
    values: VectorColumns | None = None
    vectors: Mapping[str, VectorColumns] | None = None
    categories: NamedColumns = ()
    numbers: NamedColumns = ()
    slots: VectorColumns | Mapping[str, VectorColumns] | None = None
    preferences: str | Sequence[str] | None = None
    monitoring: NamedColumns = ()

    @property
    def vector_columns(self) -> dict[str, VectorColumns]:
        """Every vector feature that was asked for, by name."""
        given = {name: getattr(self, name) for name in _RESERVED}
        extra = dict(self.vectors or {})
        twice = [name for name in extra if given.get(name) is not None]
        if twice:
            raise InvalidInput(f"{listed(twice)} is given twice: as an argument and in vectors")
        return {name: spec for name, spec in {**given, **extra}.items() if spec is not None}

    @property
    def slot_columns(self) -> dict[str, VectorColumns]:
        """Every slot feature that was asked for, by name."""
        if self.slots is None:
            return {}
        return dict(self.slots) if isinstance(self.slots, Mapping) else {"slots": self.slots}

    def named(self, argument: str) -> dict[str, str]:
        """Return feature names to columns for "categories", "numbers" or "monitoring"."""
        given = getattr(self, argument)
        if isinstance(given, Mapping):
            return dict(given)
        names = _names(given, argument) if isinstance(given, str) or given else ()
        return {trimmed(name): name for name in names}

    def wanted(self) -> tuple[str, ...]:
        """Return every column name that is asked for."""
        specs = [*self.vector_columns.values(), *self.slot_columns.values(), self.preferences]
        names = [name for spec in specs if spec is not None for name in _columns_of(spec)]
        for argument in ("categories", "numbers", "monitoring"):
            names += self.named(argument).values()
        return (*names, *([self.id] if self.id is not None else []))


def _columns_of(spec: VectorColumns) -> Sequence[str]:
    if isinstance(spec, str):
        return [spec]
    return spec.columns if isinstance(spec, (Levels, Ranked)) else spec


@dataclass(frozen=True)
class Settings:
    """How cells are read; see `Participants.from_csv` for each field."""

    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    scales: Mapping[str, Scale] = field(default_factory=dict)
    separators: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset(MISSING)
    on_duplicate: str = "error"

    @classmethod
    def of(
        cls,
        options: Mapping[str, Sequence[str]] | None,
        scales: Mapping[str, Scale] | None,
        separators: Mapping[str, str] | None,
        missing: Iterable[str] | None,
        on_duplicate: str,
    ) -> Settings:
        """Return checked settings."""
        if on_duplicate not in ("error", "last"):
            raise InvalidInput(f'on_duplicate = {quoted(on_duplicate)}: must be "error" or "last"')
        if isinstance(missing, str):
            raise InvalidInput(f"missing = {quoted(missing)}: must be a list of texts")
        return cls(
            options=dict(options or {}),
            scales=dict(scales or {}),
            separators=dict(separators or {}),
            missing=frozenset(
                trimmed(text).casefold() for text in (MISSING if missing is None else missing)
            ),
            on_duplicate=on_duplicate,
        )

    def check_names(self, columns: Columns) -> None:
        """Refuse options, scales or separators for a feature that cannot have them."""
        chosen = [*columns.vector_columns, *columns.slot_columns]
        known = {
            "options": chosen,
            "separators": chosen,
            "scales": [*chosen, *columns.named("numbers")],
        }
        for argument, features in known.items():
            for name in getattr(self, argument):
                if name not in features:
                    hint = did_you_mean(name, features) or f"; it is for {listed(features, most=8)}"
                    raise InvalidInput(f"{argument}[{quoted(name)}]: no such feature{hint}")
