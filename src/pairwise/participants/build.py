"""From the arguments of `Participants` to checked features, by kind and name."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Sized
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput, did_you_mean, listed, quoted
from pairwise.participants.checks import (
    FloatArray,
    IndexArray,
    frozen,
    inferred_scale,
    number_matrix,
)
from pairwise.participants.features import (
    CategoryFeature,
    PreferenceFeature,
    SlotFeature,
    VectorFeature,
)
from pairwise.participants.ids import Id, as_id

Feature: TypeAlias = (
    VectorFeature | CategoryFeature | SlotFeature | PreferenceFeature | npt.NDArray[np.float64]
)
Features: TypeAlias = dict[str, dict[str, Feature]]
Vector: TypeAlias = npt.ArrayLike | VectorFeature
Slots: TypeAlias = npt.ArrayLike | SlotFeature
Named: TypeAlias = "Mapping[str, Iterable[object] | CategoryFeature]"
Wishes: TypeAlias = "Mapping[Id, Iterable[Id]] | PreferenceFeature"
T = TypeVar("T", bound=Sized)
F = TypeVar("F")

VECTOR, CATEGORY, NUMBER = "vector", "category", "number"
SLOTS, PREFERENCE, MONITORING = "slots", "preference", "monitoring"
KINDS = (VECTOR, CATEGORY, NUMBER, SLOTS, PREFERENCE, MONITORING)
OFFERS, SEEKS = "offers", "seeks"


def vector_features(given: Mapping[str, Vector | None], n: int) -> dict[str, Feature]:
    """Return the vector features; plain `offers` and `seeks` arrays share one inferred scale."""
    present = {name: value for name, value in given.items() if value is not None}
    if OFFERS in present and SEEKS in present:
        present.update(_on_one_scale(present[OFFERS], present[SEEKS]))
    vectors = {
        name: value if isinstance(value, VectorFeature) else VectorFeature(value, name=name)
        for name, value in present.items()
    }
    if OFFERS in vectors and SEEKS in vectors:
        _check_shared(vectors[OFFERS], vectors[SEEKS])
    return {name: sized(vector, n, name) for name, vector in vectors.items()}


def _on_one_scale(offers: Vector, seeks: Vector) -> dict[str, VectorFeature]:
    both = {OFFERS: offers, SEEKS: seeks}
    plain = {k: v for k, v in both.items() if not isinstance(v, VectorFeature)}
    ready = [v for v in both.values() if isinstance(v, VectorFeature)]
    matrices = {name: number_matrix(value, name) for name, value in plain.items()}
    if ready:
        low, high, columns = ready[0].low, ready[0].high, ready[0].columns
    else:
        low, high = inferred_scale(*matrices.values())
        columns = None
    return {
        name: VectorFeature(matrix, _names_of(plain[name]) or columns, low, high, name=name)
        for name, matrix in matrices.items()
    }


def _names_of(values: Vector) -> tuple[str, ...] | None:
    columns = getattr(values, "columns", None)
    return None if columns is None else tuple(str(column) for column in columns)


def _check_shared(offers: VectorFeature, seeks: VectorFeature) -> None:
    if offers.columns != seeks.columns:
        apart = sorted(set(offers.columns) ^ set(seeks.columns))
        what = f"only one has {listed(apart)}" if apart else "their order differs"
        raise InvalidInput(f"offers and seeks must have the same columns: {what}")
    if (offers.low, offers.high) != (seeks.low, seeks.high):
        raise InvalidInput(
            f"offers and seeks must have the same scale: {offers.low:g} to {offers.high:g}"
            f" and {seeks.low:g} to {seeks.high:g}; give both to VectorFeature(low=, high=)"
        )


def category_features(given: Named | None, n: int, kind: str) -> dict[str, Feature]:
    """Return category (or monitoring) features."""
    return {
        name: sized(
            value
            if isinstance(value, CategoryFeature)
            else CategoryFeature.of(value, name=f"{kind} {quoted(name)}"),
            n,
            name,
        )
        for name, value in mapping(given, kind).items()
    }


def number_features(given: Mapping[str, npt.ArrayLike] | None, n: int) -> dict[str, Feature]:
    """Return number features: read-only float64 (n,), NaN unknown."""
    return {
        name: frozen(sized(_column(value, name), n, name))
        for name, value in mapping(given, NUMBER).items()
    }


def _column(value: npt.ArrayLike, name: str) -> FloatArray:
    column = np.asarray(value)
    if column.ndim != 1:
        raise InvalidInput(f"number {quoted(name)} has shape {column.shape}: must be (n,)")
    return number_matrix(column[:, None], f"number {quoted(name)}")[:, 0].copy()


def slot_features(given: Slots | Mapping[str, Slots] | None, n: int) -> dict[str, Feature]:
    """Return slot features; one array alone is called "slots"."""
    if given is None:
        return {}
    named = given if isinstance(given, Mapping) else {SLOTS: given}
    return {
        name: sized(
            value if isinstance(value, SlotFeature) else SlotFeature(value, name=name), n, name
        )
        for name, value in named.items()
    }


def preference_features(
    given: Wishes | None, ids: Sequence[Id], positions: Mapping[Id, int]
) -> dict[str, Feature]:
    """Return the preference feature; people without an entry did not answer."""
    if given is None:
        return {}
    if isinstance(given, PreferenceFeature):
        return {PREFERENCE: sized(given, len(ids), PREFERENCE)}
    asked: list[list[int] | None] = [None] * len(ids)
    for who, wanted in mapping(given, "preferences").items():
        if isinstance(wanted, str):
            raise InvalidInput(f"preferences[{quoted(who)}]: must be a list of ids, not one text")
        asked[position(who, positions)] = [position(other, positions) for other in wanted]
    return {PREFERENCE: PreferenceFeature(asked)}


def position(who: object, positions: Mapping[Id, int]) -> int:
    """Return where somebody stands; an unknown id raises with the closest one."""
    stored = as_id(who)
    if stored is not None and stored in positions:
        return positions[stored]
    twin = next((i for i in positions if str(i) == str(who) and i != who), None)
    if twin is not None:
        kinds = ("text", "a number") if isinstance(who, str) else ("a number", "text")
        raise InvalidInput(
            f"no participant {quoted(who)} ({kinds[0]}); did you mean {quoted(twin)} ({kinds[1]})?"
        )
    raise InvalidInput(f"no participant {quoted(who)}{did_you_mean(who, positions)}")


def sized(value: T, n: int, name: str) -> T:
    """Return the feature when it has one row per person."""
    if len(value) != n:
        raise InvalidInput(
            f"{name} has {len(value):,} rows for {n:,} ids: must have one per person"
        )
    return value


Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def mapping(given: Mapping[Key, Value] | None, argument: str) -> Mapping[Key, Value]:
    """Return a mapping, empty for None; anything else raises."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidInput(f"{argument}: must be a mapping, not {type(given).__name__}")
    return given


def check_names(features: Features) -> None:
    """Refuse a blank name and a name used for two features: rules and terms look up by name."""
    kind_of: dict[str, str] = {}
    for kind, named in features.items():
        for name in named:
            if not str(name).strip():
                raise InvalidInput(f"{kind} name {name!r}: must not be blank")
            if name in kind_of:
                raise InvalidInput(_twice(name, kind_of[name], kind))
            kind_of[name] = kind


def _twice(name: str, first: str, second: str) -> str:
    if MONITORING in (first, second):
        other = first if second == MONITORING else second
        return (
            f"{quoted(name)} is a monitoring feature and a {other} feature:"
            " monitoring features are for reports only; drop one of the two"
        )
    return f"{quoted(name)} is a {first} and a {second} feature; rename one of them"


def checked_rows(given: npt.NDArray[Any], n: int) -> IndexArray:
    """Return positions from 0 to n - 1 for positions or a mask."""
    if given.size == 0 and given.dtype.kind != "b":
        return np.empty(0, dtype=np.intp)
    if given.dtype.kind == "b" and given.shape == (n,):
        return np.flatnonzero(given)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        raise InvalidInput(f"take: must be positions, ids as text, or a mask of shape ({n},)")
    if given.min() < -n or given.max() >= n:
        raise InvalidInput(f"take: positions must be from 0 to {n - 1}")
    rows: IndexArray = np.arange(n, dtype=np.intp)[given]
    return rows


def refuse_repeated(named: Mapping[str, object], extra: Mapping[str, object]) -> None:
    """Refuse a vector that is given as an argument and in `vectors`."""
    repeated = [name for name in extra if named.get(name) is not None]
    if repeated:
        raise InvalidInput(f"{listed(repeated)} is given twice: as an argument and in vectors")


def named_feature(features: Features, kind: str, name: str, feature_type: type[F]) -> F:
    """Return the feature of that kind and name; anything else raises with what exists."""
    found = features[kind].get(name)
    if not isinstance(found, feature_type):
        raise InvalidInput(_absent(features, kind, name))
    return found


def _absent(features: Features, kind: str, name: str) -> str:
    elsewhere = next((other for other in KINDS if name in features[other]), None)
    if elsewhere == MONITORING:
        return (
            f"{quoted(name)} is a monitoring feature: kept for reports only, no term, rule or"
            " quota can read it"
        )
    if elsewhere:
        return f"{quoted(name)} is a {elsewhere} feature, not a {kind} feature"
    named = features[kind]
    has = f"; there are {listed(list(named))}" if named else f"; these people have no {kind}"
    return f"no {kind} feature {quoted(name)}{did_you_mean(name, named) or has}"
