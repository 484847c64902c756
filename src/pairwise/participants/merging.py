"""Two populations as one: the same columns, labels and scales, one row for each person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput, listed, quoted
from pairwise.participants.build import (
    CATEGORY,
    MONITORING,
    NUMBER,
    OFFERS,
    PREFERENCE,
    SEEKS,
    SLOTS,
    VECTOR,
)
from pairwise.participants.checks import FloatArray, IndexArray, column_names
from pairwise.participants.features import (
    CategoryFeature,
    PreferenceFeature,
    SlotFeature,
    VectorFeature,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pairwise.participants.ids import Id
    from pairwise.participants.population import Participants

_NAMED = 5


def merged(first: Participants, second: Participants) -> Participants:
    """Return everybody of both; see `Participants.merged`."""
    merging = _Merging.of(first, second)
    people = type(first)(
        merging.ids,
        vectors={name: merging.vector(name) for name in merging.names(VECTOR)},
        categories={name: merging.category(name) for name in merging.names(CATEGORY)},
        numbers={name: merging.number(name) for name in merging.names(NUMBER)},
        slots={name: merging.slot(name) for name in merging.names(SLOTS)},
        preferences=merging.preference() if merging.names(PREFERENCE) else None,
        monitoring={name: merging.monitoring(name) for name in merging.names(MONITORING)},
    )
    merging.refuse_conflicts()
    return people


@dataclass
class _Merging:
    """Both populations with the places of their people in the union."""

    ids: tuple[Id, ...]
    sides: tuple[Participants, Participants]
    places: tuple[IndexArray, IndexArray]
    conflicts: list[_Conflict] = field(default_factory=list)

    @classmethod
    def of(cls, first: Participants, second: Participants) -> _Merging:
        ids = tuple(dict.fromkeys([*first.ids, *second.ids]))
        at = {who: k for k, who in enumerate(ids)}
        places = [np.array([at[who] for who in side.ids], np.intp) for side in (first, second)]
        return cls(ids, (first, second), (places[0], places[1]))

    def refuse_conflicts(self) -> None:
        """Raise when somebody has two answers to one question."""
        if not self.conflicts:
            return
        shown = "; ".join(map(str, self.conflicts[:_NAMED]))
        rest = len(self.conflicts) - _NAMED
        more = f"; and {rest:,} more" if rest > 0 else ""
        raise InvalidInput(
            f"{shown}{more}: the same id is the same person, so correct one of the answers or"
            " give two people two ids"
        )

    def names(self, kind: str) -> list[str]:
        """Return the names of all features of a kind, those of the first before others."""
        return list(dict.fromkeys(name for side in self.sides for name in side.feature_names[kind]))

    def vector(self, name: str) -> VectorFeature:
        family = (OFFERS, SEEKS) if name in (OFFERS, SEEKS) else (name,)
        relatives = [vector for own in family for _, vector in self._vectors(own)]
        columns = _all_columns(name, [vector.columns for vector in relatives])
        low = _common_low(name, relatives)
        values = self._stacked(name, columns, self._vectors(name))
        for side, vector in self._vectors(name):
            if low == 0:
                self._fill_nothing(values, side, vector.columns, columns)
        high = max(vector.high for vector in relatives)
        return VectorFeature(values, columns, low, high, name=name)

    def _vectors(self, name: str) -> list[tuple[int, VectorFeature]]:
        return [
            (k, side.vector(name)) for k, side in enumerate(self.sides) if side.has(VECTOR, name)
        ]

    def slot(self, name: str) -> SlotFeature:
        found = [(k, side.slot(name)) for k, side in enumerate(self.sides) if side.has(SLOTS, name)]
        columns = _all_columns(name, [slots.columns for _, slots in found])
        values = self._stacked(name, columns, found)
        for side, slots in found:
            self._fill_nothing(values, side, slots.columns, columns)
        return SlotFeature(values, columns, name=name)

    def category(self, name: str) -> CategoryFeature:
        return self._labels(
            name, [side.category(name) if side.has(CATEGORY, name) else None for side in self.sides]
        )

    def monitoring(self, name: str) -> CategoryFeature:
        return self._labels(
            name,
            [side._monitoring(name) if side.has(MONITORING, name) else None for side in self.sides],
        )

    def _labels(self, name: str, features: Sequence[CategoryFeature | None]) -> CategoryFeature:
        labels: list[str | None] = [None] * len(self.ids)
        for places, feature in zip(self.places, features, strict=True):
            codes = [] if feature is None else feature.codes.tolist()
            for place, code in zip(places.tolist(), codes, strict=feature is not None):
                if feature is not None and code >= 0:
                    self._compare(place, name, labels[place], feature.labels[code])
                    labels[place] = feature.labels[code]
        return CategoryFeature.of(labels, name=name)

    def number(self, name: str) -> FloatArray:
        columns = [
            (k, side.number(name)[:, None])
            for k, side in enumerate(self.sides)
            if side.has(NUMBER, name)
        ]
        values = np.full((len(self.ids), 1), np.nan)
        for side, column in columns:
            self._put(name, values, side, column, [0])
        return values[:, 0]

    def preference(self) -> PreferenceFeature:
        asked: list[list[int] | None] = [None] * len(self.ids)
        for side, places in zip(self.sides, self.places, strict=True):
            if not side.has(PREFERENCE, PREFERENCE):
                continue
            wishes = side.preference()
            for row, place in enumerate(places.tolist()):
                if wishes.known[row]:
                    wanted = places[wishes.asked[row]].tolist()
                    self._compare(place, "preferences", asked[place], wanted)
                    asked[place] = wanted
        return PreferenceFeature(asked)

    def _stacked(
        self,
        name: str,
        columns: tuple[str, ...],
        found: Iterable[tuple[int, VectorFeature | SlotFeature]],
    ) -> FloatArray:
        """Return all answers on common columns, NaN where nobody answered."""
        values = np.full((len(self.ids), len(columns)), np.nan)
        for side, feature in found:
            at = [columns.index(column) for column in feature.columns]
            self._put(name, values, side, feature.values, at)
        return values

    def _put(
        self, name: str, values: FloatArray, side: int, given: FloatArray, at: list[int]
    ) -> None:
        cells = np.ix_(self.places[side], np.array(at, dtype=np.intp))
        before = values[cells]
        rows, columns = np.nonzero(~np.isnan(before) & ~np.isnan(given) & (before != given))
        for first in np.unique(rows, return_index=True)[1]:
            cell = rows[first], columns[first]
            who = self.ids[self.places[side][cell[0]]]
            self.conflicts.append(_Conflict(who, name, float(before[cell]), float(given[cell])))
        values[cells] = np.where(np.isnan(given), before, given)

    def _fill_nothing(
        self, values: FloatArray, side: int, own: tuple[str, ...], columns: tuple[str, ...]
    ) -> None:
        """Set to 0 what people who answered could have named on the other side only."""
        rows = self.places[side]
        block = values[rows]
        answered = np.flatnonzero(~np.isnan(block).all(axis=1))
        foreign = [k for k, column in enumerate(columns) if column not in own]
        cells = np.ix_(answered, np.array(foreign, dtype=np.intp))
        block[cells] = np.nan_to_num(block[cells], nan=0.0)
        values[rows] = block

    def _compare(self, place: int, name: str, before: object, given: object) -> None:
        if before is not None and before != given:
            self.conflicts.append(_Conflict(self.ids[place], name, before, given))


@dataclass(frozen=True)
class _Conflict:
    """Two different answers of one person."""

    who: Id
    name: str
    first: object
    second: object

    def __str__(self) -> str:
        return (
            f"{quoted(self.who)} is in both populations with different answers to"
            f" {quoted(self.name)}: {_shown(self.first)} and {_shown(self.second)}"
        )


def _shown(answer: object) -> str:
    return f"{answer:g}" if isinstance(answer, float) else quoted(answer)


def _all_columns(name: str, columns: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the columns of all, those of the first before others."""
    numbered = {len(own) for own in columns if own == column_names(None, len(own), name)}
    if len(numbered) > 1:
        raise InvalidInput(
            f"{name}: {listed(sorted(numbered))} columns without names: must be as many in both"
            " populations, or have names"
        )
    return tuple(dict.fromkeys(column for own in columns for column in own))


def _common_low(name: str, vectors: Sequence[VectorFeature]) -> float:
    scales = sorted({(vector.low, vector.high) for vector in vectors})
    if len({low for low, _ in scales}) > 1:
        shown = " and ".join(f"{low:g} to {high:g}" for low, high in scales)
        raise InvalidInput(
            f"{name}: the populations use the scales {shown}, which start differently; give both"
            " the same, VectorFeature(low=, high=)"
        )
    return scales[0][0]
