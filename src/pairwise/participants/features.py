"""Features of participants: frozen columnar arrays, one row per person.

A missing answer is NaN (vectors, numbers, slots), code -1 (categories) or `known` False
(preferences): never zero, and never equal to another missing one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput, listed, quoted
from pairwise.participants.checks import (
    FloatArray,
    IndexArray,
    check_scale,
    check_wishes,
    column_names,
    frozen,
    inferred_scale,
    is_unknown,
    number_matrix,
)
from pairwise.participants.ids import trimmed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class _Frozen:
    __slots__ = ()

    def _fill(self, **fields: object) -> None:
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be deleted")


class VectorFeature(_Frozen):
    """Levels or 0/1 answers of n people on d columns.

    Parameters
    ----------
    values : array_like, shape (n, d)
        Numbers; NaN (or None) is unknown.
    columns : sequence of str, optional
        d names; those of a frame, or "column 1" ... "column d".
    low, high : float, optional
        Ends of the scale; `low` is level 0 ("nothing"). Inferred when absent: 0 and 1 when no
        value lies outside them; else `low` is 1 for whole numbers that are all >= 1 (a 1-5
        scale), 0 for other numbers >= 0, or the smallest; `high` is the largest.
    name : str
        What messages call the feature.

    Attributes
    ----------
    values : ndarray, shape (n, d), float64, read-only
    columns : tuple of str
    low, high : float

    Raises
    ------
    InvalidInput
        Not two-dimensional, not numbers, no column, infinite, outside the scale, or names that
        do not fit.

    Examples
    --------
    >>> values = VectorFeature([[1, 5], [None, 3]], columns=["calm", "bold"], low=1, high=5)
    >>> values.levels
    array([[ 0.,  4.],
           [nan,  2.]])
    >>> values
    VectorFeature(2 x 2, scale 1 to 5, 1 unknown)
    """

    __slots__ = ("columns", "high", "low", "values")
    values: FloatArray
    columns: tuple[str, ...]
    low: float
    high: float

    def __init__(
        self,
        values: npt.ArrayLike,
        columns: Sequence[str] | None = None,
        low: float | None = None,
        high: float | None = None,
        *,
        name: str = "vector",
    ) -> None:
        if columns is None and hasattr(values, "columns"):
            columns = [str(column) for column in values.columns]
        matrix = number_matrix(values, name)
        guess_low, guess_high = inferred_scale(matrix)
        low = guess_low if low is None else float(low)
        high = max(guess_high, low + 1.0) if high is None else float(high)
        check_scale(matrix, low, high, name)
        self._fill(
            values=frozen(matrix),
            columns=column_names(columns, matrix.shape[1], name),
            low=low,
            high=high,
        )

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        n, d = self.values.shape
        unknown = int(np.isnan(self.values).sum())
        return f"VectorFeature({n} x {d}, scale {self.low:g} to {self.high:g}, {unknown:,} unknown)"

    def __reduce__(self) -> tuple[type[VectorFeature], tuple[object, ...]]:
        return type(self), (self.values, self.columns, self.low, self.high)

    @property
    def levels(self) -> FloatArray:
        """Values above the low end of the scale, shape (n, d), 0 is nothing; cost O(n d)."""
        return self.values - self.low

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Where an answer is known, shape (n, d); cost O(n d)."""
        return ~np.isnan(self.values)

    def take(self, rows: IndexArray) -> VectorFeature:
        """Return the feature of these people, on the same columns and scale.

        Parameters
        ----------
        rows : ndarray of int
            Positions.
        """
        return VectorFeature(self.values[rows], self.columns, self.low, self.high)


class CategoryFeature(_Frozen):
    """One label per person.

    Parameters
    ----------
    codes : array_like, shape (n,)
        Positions in `labels`; -1 is unknown.
    labels : sequence of str
        Distinct labels.

    Attributes
    ----------
    codes : ndarray, shape (n,), int32, read-only
    labels : tuple of str

    Examples
    --------
    >>> site = CategoryFeature.of(["Oslo", None, "Bonn", "Oslo"])
    >>> site.labels, site.codes.tolist()
    (('Bonn', 'Oslo'), [1, -1, 0, 1])
    """

    __slots__ = ("codes", "labels")
    codes: npt.NDArray[np.int32]
    labels: tuple[str, ...]

    def __init__(
        self, codes: npt.ArrayLike, labels: Sequence[str], *, name: str = "category"
    ) -> None:
        stored = np.array(codes, dtype=np.int32)
        names = column_names(labels, len(labels), name)
        if stored.ndim != 1:
            raise InvalidInput(f"{name}: codes have shape {stored.shape}: must be (n,)")
        if stored.size and (stored.min() < -1 or stored.max() >= len(names)):
            raise InvalidInput(
                f"{name}: codes must be -1 (unknown) or positions in {len(names)} labels"
            )
        self._fill(codes=frozen(stored), labels=names)

    @classmethod
    def of(cls, answers: Iterable[object], *, name: str = "category") -> CategoryFeature:
        """Return the feature for one answer per person; labels are trimmed and sorted.

        Parameters
        ----------
        answers : iterable, length n
            Labels (text, or anything whose text is the label); None, NaN or blank is unknown.
        name : str
            What messages call the feature.
        """
        if isinstance(answers, (str, bytes)):
            raise InvalidInput(f"{name} = {quoted(answers)}: must hold one label per person")
        given = list(answers)
        try:
            distinct = dict.fromkeys(given)
        except TypeError as error:
            raise InvalidInput(f"{name}: must hold one label per person, not lists") from error
        texts = {answer: _label(answer) for answer in distinct if not is_unknown(answer)}
        labels = sorted(set(texts.values()))
        code = {label: k for k, label in enumerate(labels)}
        coded = {answer: code[text] for answer, text in texts.items()}
        return cls([coded.get(answer, -1) for answer in given], labels, name=name)

    def __len__(self) -> int:
        return len(self.codes)

    def __repr__(self) -> str:
        unknown = int((self.codes < 0).sum())
        return (
            f"CategoryFeature({len(self)} people, {len(self.labels)} labels, {unknown:,} unknown)"
        )

    def __reduce__(self) -> tuple[type[CategoryFeature], tuple[object, ...]]:
        return type(self), (self.codes, self.labels)

    def take(self, rows: IndexArray) -> CategoryFeature:
        """Return the feature of these people, with the same labels and codes.

        Parameters
        ----------
        rows : ndarray of int
            Positions.
        """
        return CategoryFeature(self.codes[rows], self.labels)


class SlotFeature(_Frozen):
    """Availability of n people in s slots.

    Parameters
    ----------
    values : array_like, shape (n, s)
        True or 1 is free, False or 0 is not; a whole row of NaN is unknown.
    columns : sequence of str, optional
        s names; those of a frame, or "column 1" ... "column s".
    name : str
        What messages call the feature.

    Attributes
    ----------
    values : ndarray, shape (n, s), float64 of 0, 1 or NaN, read-only
    columns : tuple of str

    Examples
    --------
    >>> SlotFeature([[1, 0], [1, 1]], columns=["Mon 9", "Mon 10"])
    SlotFeature(2 x 2, 0 people unknown)
    """

    __slots__ = ("columns", "values")
    values: FloatArray
    columns: tuple[str, ...]

    def __init__(
        self, values: npt.ArrayLike, columns: Sequence[str] | None = None, *, name: str = "slots"
    ) -> None:
        if columns is None and hasattr(values, "columns"):
            columns = [str(column) for column in values.columns]
        matrix = number_matrix(values, name)
        unknown = np.isnan(matrix)
        if not np.all(unknown | (matrix == 0) | (matrix == 1)):
            raise InvalidInput(
                f"{name}: every value must be 0, 1 or unknown (NaN for the whole row)"
            )
        partly = np.flatnonzero(unknown.any(axis=1) & ~unknown.all(axis=1))
        if partly.size:
            raise InvalidInput(
                f"{name} at positions {listed(partly.tolist())}: some slots are NaN and some are"
                " not; use 0 for not free, or NaN in the whole row"
            )
        self._fill(values=frozen(matrix), columns=column_names(columns, matrix.shape[1], name))

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        n, s = self.values.shape
        return f"SlotFeature({n} x {s}, {int(np.isnan(self.values[:, 0]).sum()):,} people unknown)"

    def __reduce__(self) -> tuple[type[SlotFeature], tuple[object, ...]]:
        return type(self), (self.values, self.columns)

    def take(self, rows: IndexArray) -> SlotFeature:
        """Return the feature of these people, with the same slots.

        Parameters
        ----------
        rows : ndarray of int
            Positions.
        """
        return SlotFeature(self.values[rows], self.columns)


class PreferenceFeature(_Frozen):
    """Who asked for whom, first choice first.

    Parameters
    ----------
    asked : sequence of (sequence of int or None), length n
        Positions that each person asked for, best first; None is unknown (did not answer).

    Attributes
    ----------
    asked : tuple of ndarray of int, length n, read-only
        Empty for people who asked for nobody or did not answer.
    known : ndarray, shape (n,), bool, read-only
        Who answered.

    Raises
    ------
    InvalidInput
        Somebody asks for themselves, twice for the same person, or for a position that does
        not exist.

    Examples
    --------
    >>> preference = PreferenceFeature([[1, 2], [], None])
    >>> preference.asked[0].tolist(), preference.known.tolist()
    ([1, 2], [True, True, False])
    """

    __slots__ = ("asked", "known")
    asked: tuple[IndexArray, ...]
    known: npt.NDArray[np.bool_]

    def __init__(self, asked: Sequence[Sequence[int] | IndexArray | None]) -> None:
        n = len(asked)
        for i, wanted in enumerate(asked):
            if wanted is not None and len(wanted):
                check_wishes(i, np.asarray(wanted), n)
        none = frozen(np.empty(0, dtype=np.intp))
        self._fill(
            asked=tuple(none if w is None else frozen(np.array(w, dtype=np.intp)) for w in asked),
            known=frozen(np.array([w is not None for w in asked], dtype=bool)),
        )

    def __len__(self) -> int:
        return len(self.asked)

    def __repr__(self) -> str:
        wishes = sum(len(wanted) for wanted in self.asked)
        unknown = int((~self.known).sum())
        return f"PreferenceFeature({len(self)} people, {wishes:,} wishes, {unknown:,} unknown)"

    def __reduce__(self) -> tuple[type[PreferenceFeature], tuple[object, ...]]:
        return type(self), (
            [w if k else None for w, k in zip(self.asked, self.known, strict=True)],
        )

    def take(self, rows: IndexArray) -> PreferenceFeature:
        """Return the feature of these people; wishes for anybody else are dropped.

        Parameters
        ----------
        rows : ndarray of int
            Positions.
        """
        place = np.full(len(self), -1, dtype=np.intp)
        place[rows] = np.arange(len(rows))
        moved = [place[self.asked[row]] if self.known[row] else None for row in rows]
        return PreferenceFeature([None if m is None else m[m >= 0] for m in moved])


def _label(answer: object) -> str:
    if isinstance(answer, (float, np.floating)) and float(answer).is_integer():
        return str(int(answer))
    return trimmed(str(answer))
