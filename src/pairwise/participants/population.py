"""The population: ids and named features, checked once and frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput, quoted
from pairwise.participants.build import (
    CATEGORY,
    KINDS,
    MONITORING,
    NUMBER,
    PREFERENCE,
    SLOTS,
    VECTOR,
    Features,
    Named,
    Slots,
    Vector,
    Wishes,
    category_features,
    check_names,
    checked_rows,
    mapping,
    named_feature,
    number_features,
    position,
    preference_features,
    refuse_repeated,
    slot_features,
    vector_features,
)
from pairwise.participants.checks import FloatArray, IndexArray, frozen
from pairwise.participants.features import (
    CategoryFeature,
    PreferenceFeature,
    SlotFeature,
    VectorFeature,
)
from pairwise.participants.ids import Id, checked_ids
from pairwise.participants.merging import merged
from pairwise.participants.sources import Importable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pairwise.importing import ImportReport


class Participants(Importable):
    """The whole population: n people with ids and features, immutable.

    Parameters
    ----------
    ids : iterable of str or int
        Unique and not blank; text is trimmed. Ids alone are enough with `Precomputed`.
    offers, seeks : array_like or VectorFeature, shape (n, d), optional
        What each person can give and wants: levels or 0/1 on the same d columns, NaN unknown.
        Plain arrays share one inferred scale (see `VectorFeature`).
    interests, values : array_like or VectorFeature, shape (n, d), optional
        Levels or 0/1, NaN unknown.
    vectors : mapping of str to (array_like or VectorFeature), optional
        Further vector features by name.
    categories : mapping of str to sequence, optional
        One label per person; None, NaN or blank is unknown.
    numbers : mapping of str to array_like, shape (n,), optional
        One number per person (ordinal levels too); NaN is unknown.
    slots : array_like, shape (n, s), or mapping of str to array_like, optional
        Availability, True or 1 is free; a whole row of NaN is unknown. One array alone is the
        feature "slots".
    preferences : mapping of id to iterable of ids, optional
        Who asks for whom, best first. People without an entry did not answer.
    monitoring : mapping of str to sequence, optional
        Labels for reports only: no term, rule or quota can read them.

    Attributes
    ----------
    ids : tuple of str or int
    report : ImportReport or None
        What the import read, dropped and inferred; None when arrays were given directly.

    Raises
    ------
    InvalidInput
        An id or a feature breaks a rule; the message names it, the rule and the way out.

    See Also
    --------
    Participants.from_csv, Participants.from_frame, Participants.from_records

    Notes
    -----
    Cost O(n d): every array is copied once and made read-only.

    Examples
    --------
    >>> people = Participants(
    ...     ["ann", "bob", "cy"],
    ...     offers=[[1, 0], [0, 1], [1, 1]],
    ...     seeks=[[0, 1], [1, 0], [0, 0]],
    ...     categories={"site": ["Oslo", "Bonn", None]},
    ... )
    >>> people
    Participants(n=3, vector=2, category=1)
    >>> people.index("bob")
    1
    >>> people.vector("offers").values[2]
    array([1., 1.])
    >>> people.category("site").codes
    array([ 1,  0, -1], dtype=int32)
    """

    __slots__ = ("_features", "_positions", "ids", "report")
    ids: tuple[Id, ...]
    report: ImportReport | None
    _features: Features
    _positions: dict[Id, int]

    def __init__(
        self,
        ids: Iterable[Id],
        *,
        offers: Vector | None = None,
        seeks: Vector | None = None,
        interests: Vector | None = None,
        values: Vector | None = None,
        vectors: Mapping[str, Vector] | None = None,
        categories: Named | None = None,
        numbers: Mapping[str, npt.ArrayLike] | None = None,
        slots: Slots | Mapping[str, Slots] | None = None,
        preferences: Wishes | None = None,
        monitoring: Named | None = None,
    ) -> None:
        stored = checked_ids(ids)
        positions = {who: k for k, who in enumerate(stored)}
        n = len(stored)
        named = {"offers": offers, "seeks": seeks, "interests": interests, "values": values}
        extra = mapping(vectors, "vectors")
        refuse_repeated(named, extra)
        self._fill(
            stored,
            {
                VECTOR: vector_features({**named, **extra}, n),
                CATEGORY: category_features(categories, n, CATEGORY),
                NUMBER: number_features(numbers, n),
                SLOTS: slot_features(slots, n),
                PREFERENCE: preference_features(preferences, stored, positions),
                MONITORING: category_features(monitoring, n, MONITORING),
            },
            None,
        )
        check_names(self._features)

    def _fill(self, ids: tuple[Id, ...], features: Features, report: ImportReport | None) -> None:
        for name, value in (
            ("ids", ids),
            ("report", report),
            ("_features", features),
            ("_positions", {who: k for k, who in enumerate(ids)}),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def _of(
        cls, ids: tuple[Id, ...], features: Features, report: ImportReport | None
    ) -> Participants:
        people = cls.__new__(cls)
        people._fill(ids, features, report)
        return people

    def _with_report(self, report: ImportReport) -> Participants:
        return Participants._of(self.ids, self._features, report)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: participants are frozen."""
        raise AttributeError(f"Participants are frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse: participants are frozen."""
        raise AttributeError(f"Participants are frozen: {name} cannot be deleted")

    def __reduce__(self) -> tuple[Any, ...]:
        return Participants._of, (self.ids, self._features, self.report)

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        counts = [f"{kind}={len(self._features[kind])}" for kind in KINDS if self._features[kind]]
        return f"Participants({', '.join([f'n={len(self):,}', *counts])})"

    @property
    def feature_names(self) -> dict[str, tuple[str, ...]]:
        """Names of the features by kind, monitoring included (its names, not its values).

        Examples
        --------
        >>> Participants(["ann"], numbers={"grade": [3]}).feature_names["number"]
        ('grade',)
        """
        return {kind: tuple(named) for kind, named in self._features.items()}

    @property
    def monitoring_names(self) -> tuple[str, ...]:
        """Names of the monitoring features; their values are for reports alone."""
        return tuple(self._features[MONITORING])

    def has(self, kind: str, name: str) -> bool:
        """Return whether a feature is present.

        Parameters
        ----------
        kind : {"vector", "category", "number", "slots", "preference", "monitoring"}
            Kind of the feature.
        name : str
            Its name; "preference" for the preferences.

        Examples
        --------
        >>> Participants(["ann"], numbers={"grade": [3]}).has("category", "grade")
        False
        """
        if kind not in self._features:
            raise InvalidInput(f"kind = {quoted(kind)}: must be one of {', '.join(KINDS)}")
        return name in self._features[kind]

    def vector(self, name: str) -> VectorFeature:
        """Return a vector feature: `.values` (n, d), `.columns`, `.low`, `.high`, `.levels`.

        Parameters
        ----------
        name : str
            "offers", "seeks", "interests", "values", or a name of your own.

        Raises
        ------
        InvalidInput
            There is none of that name; the closest is suggested.
        """
        return named_feature(self._features, VECTOR, name, VectorFeature)

    def category(self, name: str) -> CategoryFeature:
        """Return a category: `.codes` (n,), -1 unknown, and `.labels`.

        Parameters
        ----------
        name : str
            Name of the category.

        Raises
        ------
        InvalidInput
            There is none of that name; the closest is suggested.
        """
        return named_feature(self._features, CATEGORY, name, CategoryFeature)

    def number(self, name: str) -> FloatArray:
        """Return a number per person, shape (n,), NaN unknown, read-only.

        Parameters
        ----------
        name : str
            Name of the number.

        Raises
        ------
        InvalidInput
            There is none of that name; the closest is suggested.
        """
        column: FloatArray = named_feature(self._features, NUMBER, name, np.ndarray)
        return column

    def slot(self, name: str = "slots") -> SlotFeature:
        """Return an availability feature: `.values` (n, s) of 0, 1 or NaN, and `.columns`.

        Parameters
        ----------
        name : str
            Name of the feature.

        Raises
        ------
        InvalidInput
            There is none of that name; the closest is suggested.
        """
        return named_feature(self._features, SLOTS, name, SlotFeature)

    def preference(self) -> PreferenceFeature:
        """Return who asked for whom: `.asked`, positions per person, and `.known` (n,).

        Raises
        ------
        InvalidInput
            Nobody's preferences were given.
        """
        return named_feature(self._features, PREFERENCE, PREFERENCE, PreferenceFeature)

    def _monitoring(self, name: str) -> CategoryFeature:
        """Return a monitoring feature; reports alone may call this, never a term or a rule."""
        return named_feature(self._features, MONITORING, name, CategoryFeature)

    def index(self, who: Id) -> int:
        """Return the position of a participant, 0 to n - 1; cost O(1).

        Parameters
        ----------
        who : str or int
            An id.

        Raises
        ------
        InvalidInput
            Nobody has that id; the closest is suggested.

        Examples
        --------
        >>> Participants(["ann", "bob"]).index("bbo")
        Traceback (most recent call last):
        ...
        pairwise.errors.InvalidInput: no participant "bbo"; did you mean "bob"?
        """
        return position(who, self._positions)

    def indices(self, who: Iterable[Id]) -> IndexArray:
        """Return the positions of several participants, shape (m,).

        Parameters
        ----------
        who : iterable of str or int
            Ids.

        Raises
        ------
        InvalidInput
            Nobody has one of the ids; the closest is suggested.

        Examples
        --------
        >>> Participants(["ann", "bob"]).indices(["bob", "ann"])
        array([1, 0])
        """
        if isinstance(who, str):
            raise InvalidInput(f"ids = {quoted(who)}: must be a list of ids, not one text")
        return np.array([position(one, self._positions) for one in who], dtype=np.intp)

    def take(self, who: Iterable[Id] | npt.NDArray[Any]) -> Participants:
        """Return these people only, in this order, with the same columns, labels and scales.

        Parameters
        ----------
        who : sequence of int, sequence of str, or bool array of shape (n,)
            Integers are positions (also when ids are integers: use ``take(indices(ids))``),
            texts are ids, a mask keeps its True rows.

        Raises
        ------
        InvalidInput
            A position or id does not exist, or occurs twice.

        Notes
        -----
        Wishes for people who are not taken are dropped. Cost O(m d).

        Examples
        --------
        >>> people = Participants(["ann", "bob", "cy"])
        >>> people.take(["cy", "ann"]).ids, people.take([0, 1]).ids
        (('cy', 'ann'), ('ann', 'bob'))
        """
        rows = self._rows(who)
        taken: Features = {
            kind: {
                name: frozen(feature[rows])
                if isinstance(feature, np.ndarray)
                else feature.take(rows)
                for name, feature in named.items()
            }
            for kind, named in self._features.items()
        }
        return Participants._of(tuple(self.ids[row] for row in rows), taken, None)

    def without(self, who: Iterable[Id]) -> Participants:
        """Return everybody but these people, in the same order.

        Parameters
        ----------
        who : iterable of str or int
            Ids.

        Raises
        ------
        InvalidInput
            Nobody has one of the ids; the closest is suggested.

        Examples
        --------
        >>> Participants(["ann", "bob", "cy"]).without(["bob"]).ids
        ('ann', 'cy')
        """
        stays = np.ones(len(self), dtype=bool)
        stays[self.indices(who)] = False
        return self.take(stays)

    def merged(self, other: Participants) -> Participants:
        """Return everybody of both, one row for each id, with the columns and labels of both.

        Where the scale starts at 0, who answered has 0 in columns of the other population alone:
        a topic that nobody here could name. Everything else that is missing stays unknown.

        Raises
        ------
        InvalidInput
            Different answers of one id, scales that start differently, columns that do not fit.

        Examples
        --------
        >>> mentors = Participants(["ann"], categories={"site": ["Oslo"]})
        >>> everybody = mentors.merged(Participants(["bob"], categories={"site": ["Bonn"]}))
        >>> everybody.ids, everybody.category("site").labels
        (('ann', 'bob'), ('Bonn', 'Oslo'))
        """
        return merged(self, other)

    def without_monitoring(self) -> Participants:
        """Return the same people without their monitoring features.

        Examples
        --------
        >>> people = Participants(["ann"], monitoring={"gender": ["f"]})
        >>> people.without_monitoring().monitoring_names
        ()
        """
        return Participants._of(self.ids, {**self._features, MONITORING: {}}, None)

    def _rows(self, who: Iterable[Id] | npt.NDArray[Any]) -> IndexArray:
        if isinstance(who, str):
            raise InvalidInput(f"take({quoted(who)}): must be a list of ids, not one text")
        given = who if isinstance(who, np.ndarray) else list(who)
        if len(given) and all(isinstance(one, str) for one in given):
            rows = self.indices(given)
        else:
            rows = checked_rows(np.asarray(given), len(self))
        if len(np.unique(rows)) < len(rows):
            raise InvalidInput("take: somebody occurs twice; ids must stay unique")
        return rows
