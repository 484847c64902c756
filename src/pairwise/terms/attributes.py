"""Terms on one attribute: Diversity (category or number) and Closeness (number)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from pairwise import _kernel
from pairwise.errors import InvalidInput, quoted
from pairwise.terms.base import BoundTerm, Term
from pairwise.terms.coding import gamma32
from pairwise.terms.factors import Factors

if TYPE_CHECKING:
    from collections.abc import Hashable

    from pairwise.participants import CategoryFeature, Participants
    from pairwise.terms.blocks import Array, FloatArray, Index, Meeting, Side

MOST_LINEAR_LABELS = 8
"""Labels up to which a one-hot product is cheaper than a comparison."""

_SAFE_SPREAD = 64.0
"""Distances above this many scales are subtracted in float64, also for float32 blocks."""


@dataclass(frozen=True)
class Diversity(Term):
    """How different two people are: 1 when their category differs, else ``|a - b| / range``.

    Parameters
    ----------
    feature : str
        A category, or a number; the range of a number is that of the known answers.

    Raises
    ------
    InvalidInput
        When bound: the feature is missing, or is neither.

    Notes
    -----
    Unknown when either answer is. Opt-in: the evidence that surface differences help or harm
    is weak and contested, so give it the weight that you want to pay [hernandez2017]_.

    Examples
    --------
    >>> import pairwise as pw
    >>> sites = ["Oslo", "Bonn", "Oslo"]
    >>> people = pw.Participants(["ann", "bob", "cy"], categories={"site": sites})
    >>> pw.Diversity("site").bind(people).block([0], [1, 2])
    array([[1., 0.]])
    """

    feature: str

    @property
    def name(self) -> str:
        """``diversity(feature)``."""
        return f"diversity({self.feature})"

    def bind(self, people: Participants) -> BoundTerm:
        """Return the term's values among these people; cost O(n)."""
        if people.has("number", self.feature):
            numbers = people.number(self.feature)
            return _BoundDistance.of(self.name, self.feature, numbers, None, near=False)
        return _BoundDifference.of(self.name, self.feature, people.category(self.feature))


@dataclass(frozen=True)
class Closeness(Term):
    """How close two people are on a number: ``1 - |a - b| / scale``, at least 0.

    Parameters
    ----------
    number : str
        A number, such as a grade or years of experience.
    scale : float, optional
        Distance from which the value is 0; the range of the known answers when absent.

    Raises
    ------
    InvalidInput
        A scale that is not positive; when bound: the feature is missing or no number.

    Notes
    -----
    Unknown when either answer is.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.Participants(["ann", "bob", "cy"], numbers={"grade": [3, 4, 8]})
    >>> pw.Closeness("grade", scale=4).bind(people).block([0], [1, 2])
    array([[0.75, 0.  ]])
    """

    number: str
    scale: float | None = None

    def __post_init__(self) -> None:
        if self.scale is not None and not 0 < self.scale < np.inf:
            raise InvalidInput(
                f"scale = {self.scale}: must be a positive number, the distance from which"
                f" {quoted(self.number)} counts as not close at all"
            )

    @property
    def name(self) -> str:
        """``closeness(number)``, with the scale when one is given."""
        extra = "" if self.scale is None else f", {self.scale:g}"
        return f"closeness({self.number}{extra})"

    def bind(self, people: Participants) -> BoundTerm:
        """Return the term's values among these people; cost O(n)."""
        numbers = people.number(self.number)
        return _BoundDistance.of(self.name, self.number, numbers, self.scale, near=True)


@dataclass(frozen=True)
class _BoundDistance(BoundTerm):
    """`scaled` are the numbers in scales from the smallest; None when they spread too far."""

    name: str
    n: int
    may_be_unknown: bool
    feature: str
    numbers: FloatArray
    scaled: npt.NDArray[np.float32] | None
    scale: float
    near: bool

    @classmethod
    def of(
        cls, name: str, feature: str, numbers: FloatArray, scale: float | None, *, near: bool
    ) -> _BoundDistance:
        known = numbers[~np.isnan(numbers)]
        low, high = (known.min(), known.max()) if known.size else (0.0, 0.0)
        with np.errstate(over="ignore"):
            reach = float(high - low)
        if not np.isfinite(reach):
            raise InvalidInput(f"{quoted(feature)}: its range is too large for floats; rescale it")
        scale = scale or reach or 1.0
        narrow = reach / _SAFE_SPREAD <= scale
        return cls(
            name=name,
            n=len(numbers),
            may_be_unknown=known.size < len(numbers),
            feature=feature,
            numbers=numbers,
            scaled=((numbers - low) / scale).astype(np.float32) if narrow else None,
            scale=scale,
            near=near,
        )

    @property
    def measure(self) -> Hashable:
        """Distances count in scales."""
        return self.scale

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Whose number is known."""
        return ~np.isnan(self.numbers)

    def among_complete(self) -> BoundTerm:
        """Return the term without care for unknown answers."""
        return replace(self, may_be_unknown=False)

    def side(self, index: Index, dtype: npt.DTypeLike) -> Side:
        if self.scaled is not None and np.dtype(dtype) == np.float32:
            return (self.scaled[index],)
        return (self.numbers[index],)

    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        mine, theirs = meet.left(left[0]), meet.right(right[0])
        apart = out if mine.dtype == out.dtype else np.empty_like(out, dtype=mine.dtype)
        np.subtract(mine, theirs, out=apart)
        np.abs(apart, out=apart)
        if mine.dtype == np.float64:
            apart /= self.scale
        _kernel.cap(apart)
        if apart is not out:
            out[...] = apart
        if self.near:
            np.subtract(1, out, out=out)

    @property
    def error32(self) -> float:
        """Positions are rounded once, relative to at most 64 scales."""
        return gamma32(6) + (2 * _SAFE_SPREAD * gamma32(1) if self.scaled is not None else 0.0)

    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return the distance."""
        apart = abs(float(self.numbers[i] - self.numbers[j]))
        limit = "counts as far" if self.near else "is the whole range"
        return (
            f"the {self.feature} of {names[0]} and {names[1]} is {apart:g} apart;"
            f" {self.scale:g} {limit}"
        )


class _Codes(NamedTuple):
    codes: Array
    gap: Array | None


@dataclass(frozen=True)
class _BoundDifference(BoundTerm):
    name: str
    n: int
    may_be_unknown: bool
    feature: str
    codes: npt.NDArray[np.int32]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, name: str, feature: str, category: CategoryFeature) -> _BoundDifference:
        codes = category.codes
        unknown = bool((codes < 0).any())
        return cls(name, len(codes), unknown, feature, codes, category.labels)

    @property
    def measure(self) -> Hashable:
        """Labels differ or not."""
        return ()

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Whose category is known."""
        return self.codes >= 0

    def among_complete(self) -> BoundTerm:
        """Return the term without care for unknown answers."""
        return replace(self, may_be_unknown=False)

    def side(self, index: Index, dtype: npt.DTypeLike) -> _Codes:
        codes = self.codes[index]
        if not self.may_be_unknown:
            return _Codes(codes, None)
        return _Codes(codes, np.where(codes < 0, np.nan, 0).astype(dtype))

    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        np.not_equal(meet.left(left.codes), meet.right(right.codes), out=out)
        if left.gap is not None:
            out += meet.left(left.gap)
            out += meet.right(right.gap)

    @property
    def error32(self) -> float:
        """0 and 1 are exact."""
        return 0.0

    def factors(self) -> Factors | None:
        """Return one-hot codes, for few labels and none unknown."""
        if self.may_be_unknown or len(self.labels) > MOST_LINEAR_LABELS:
            return None
        hot = (self.codes[:, None] == np.arange(len(self.labels))).astype(np.float32)
        one = np.ones((self.n, 1), np.float32)
        return Factors(np.hstack([-hot, one]), np.hstack([hot, one]), magnitude=2.0)

    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return whether the category differs."""
        verdict = "differs" if self.codes[i] != self.codes[j] else "is the same"
        return f"the {self.feature} of {names[0]} and {names[1]} {verdict}"
