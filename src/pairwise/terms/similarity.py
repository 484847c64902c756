"""Similarity of vectors: by direction (cosine), by overlap (jaccard), by distance (level)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput, did_you_mean, listed, quoted
from pairwise.terms.base import BoundTerm, Term
from pairwise.terms.coding import (
    LevelGrid,
    Thermometer,
    coded,
    from_unit_grid,
    gamma32,
    unit_grid,
)
from pairwise.terms.factors import Factors
from pairwise.terms.levels import EVERYTHING, CodedLevels, Known, reach_of, snapped
from pairwise.terms.reciprocity import TINY
from pairwise.terms.words import in_brackets

if TYPE_CHECKING:
    from collections.abc import Hashable

    from pairwise.participants import Participants, VectorFeature
    from pairwise.terms.blocks import Array, Index, Meeting, Side

Metric: TypeAlias = Literal["cosine", "jaccard", "level"]


@dataclass(frozen=True)
class Similarity(Term):
    """How alike two people are on a vector feature.

    Parameters
    ----------
    feature : str
        A vector feature.
    metric : {"cosine", "jaccard", "level"}
        ``cosine``: the angle between the levels above the low end of the scale; on a scale
        with negative values, ``(1 + cos) / 2`` of the values themselves. ``jaccard``: shared
        over united, ``sum min / sum max``; on 0/1 the share of all that either named.
        ``level``: 1 - mean ``|a - b| / range``; for 1-5 scales.

    Raises
    ------
    InvalidInput
        Another metric; when bound: the feature is missing or no vector.

    Notes
    -----
    The dimensions that both answered count; with none, the value is unknown. Who answered
    "nothing" everywhere is known, and has cosine and jaccard 0 with everybody.

    Unit vectors are rounded to multiples of 2**-26, which changes a cosine by about
    ``2**-26 * (2 + sqrt(d))`` at most and makes it exact from there on; with unknown answers,
    by that over the share of either length that both answered.

    Cost per pair: one product of length d (cosine) or of the number of distinct levels
    (jaccard, level); four with unknown answers.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.Participants(["ann", "bob"], interests=[[1, 1, 0], [0, 1, 0]])
    >>> float(pw.Similarity("interests", metric="jaccard").bind(people).pairs([0], [1])[0])
    0.5
    """

    feature: str
    metric: Metric = "cosine"

    def __post_init__(self) -> None:
        metrics = get_args(Metric)
        if self.metric not in metrics:
            raise InvalidInput(
                f"metric = {quoted(self.metric)}: must be one of {listed(metrics)}"
                f"{did_you_mean(self.metric, metrics)}"
            )

    @property
    def name(self) -> str:
        """``similarity(feature)``, or ``similarity(feature, metric)`` for another metric."""
        extra = "" if self.metric == "cosine" else f", {self.metric}"
        return f"similarity({self.feature}{extra})"

    def bind(self, people: Participants) -> BoundTerm:
        """Return the term's values among these people; cost O(n d log n)."""
        feature = people.vector(self.feature)
        if self.metric == "cosine":
            return _BoundCosine.of(self, feature)
        return (_BoundJaccard if self.metric == "jaccard" else _BoundLevel).of(self, feature)


class _Gaps(NamedTuple):
    """What unknown answers make necessary: sums over the dimensions that both answered."""

    sums: Array
    marks: Array
    complete: Array


class _Units(NamedTuple):
    units: Array
    gaps: _Gaps | None


@dataclass(frozen=True)
class _BoundCosine(BoundTerm):
    name: str
    n: int
    may_be_unknown: bool
    feature: str
    steps: npt.NDArray[np.int32]
    known: Known
    signed: bool

    @property
    def measure(self) -> Hashable:
        """Signed scales are shifted."""
        return self.signed

    @classmethod
    def of(cls, term: Similarity, feature: VectorFeature) -> _BoundCosine:
        signed = feature.low < 0
        vectors = feature.values if signed else feature.levels
        steps, known = unit_grid(vectors), Known.of(feature.values)
        return cls(term.name, len(steps), not known.all, term.feature, steps, known, signed)

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Who answered everything."""
        return self.known.complete(self.n)

    def among_complete(self) -> BoundTerm:
        """Return the term without care for unknown answers."""
        return replace(self, known=EVERYTHING, may_be_unknown=False)

    def one_pass(self, dtype: npt.DTypeLike) -> bool:  # noqa: ARG002
        """Whether the cosine is the value."""
        return self.known.mask is None and not self.signed

    def side(self, index: Index, dtype: npt.DTypeLike) -> _Units:
        units = self.known.blank(index, from_unit_grid(self.steps[index], dtype))
        return _Units(units, _gaps(self.known, index, dtype, units * units))

    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        meet.product(left.units, right.units, out)
        if left.gaps is not None and right.gaps is not None:
            _rescale(meet, left.gaps, right.gaps, out)
        if self.signed:
            out *= 0.5
            out += 0.5

    @property
    def error32(self) -> float:
        """Rounding of the units and of the sum; with gaps, of both lengths too."""
        d = self.steps.shape[1]
        return gamma32(d + 6) if self.known.mask is None else gamma32(3 * d + 16)

    def factors(self) -> Factors | None:
        """Return the unit vectors, and a column for the shift on signed scales."""
        if self.may_be_unknown:
            return None
        units = from_unit_grid(self.steps, np.float32)
        if not self.signed:
            return Factors(units, units, magnitude=1.0)
        half, one = np.full((self.n, 1), 0.5, np.float32), np.ones((self.n, 1), np.float32)
        return Factors(np.hstack([units * half, half]), np.hstack([units, one]), magnitude=1.0)

    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return how close the directions are."""
        cosine = float(self.pairs([i], [j])[0])
        cosine = 2 * cosine - 1 if self.signed else cosine
        return f"the {self.feature} of {names[0]} and {names[1]} have cosine {cosine:.2f}"


def _gaps(known: Known, index: Index, dtype: npt.DTypeLike, summands: Array) -> _Gaps | None:
    """Return summands (m, d) with the marks of known answers; None when rows are whole."""
    marks = known.marks(index, dtype)
    return None if marks is None else _Gaps(summands, marks, np.asarray(marks.all(axis=1)))


def _rescale(meet: Meeting, left: _Gaps, right: _Gaps, out: Array) -> None:
    """Divide products by the lengths over the dimensions that both answered."""
    lengths, other = np.empty_like(out), np.empty_like(out)
    meet.product(left.sums, right.marks, lengths)
    meet.product(left.marks, right.sums, other)
    lengths *= other
    np.sqrt(lengths, out=lengths)
    lengths[meet.left(left.complete) & meet.right(right.complete)] = 1
    meet.product(left.marks, right.marks, other)
    np.maximum(lengths, TINY, out=lengths)
    out /= lengths
    np.clip(out, -1, 1, out=out)
    out[other == 0] = np.nan


class _Levels(NamedTuple):
    weighted: Array
    codes: Array
    sums: Array
    gaps: _Gaps | None


@dataclass(frozen=True)
class _BoundLevels(BoundTerm):
    """What jaccard and level share: sums of minima and of levels."""

    name: str
    n: int
    may_be_unknown: bool
    feature: str
    grid: LevelGrid
    coded: CodedLevels
    reach: float
    columns: tuple[str, ...]

    @property
    def measure(self) -> Hashable:
        """Levels are compared on a grid, over their range."""
        return self.grid, self.reach

    @classmethod
    def of(cls, term: Similarity, feature: VectorFeature) -> _BoundLevels:
        reach = reach_of(feature, term.feature)
        grid = LevelGrid.of(reach, len(feature.columns))
        levels = snapped(feature, grid)
        coder, (stored,) = coded([levels])
        known = Known.of(feature.values)
        return cls(
            name=term.name,
            n=len(levels),
            may_be_unknown=not known.all,
            feature=term.feature,
            grid=grid,
            coded=CodedLevels.of(coder, stored, levels, known, keep=known.mask is not None),
            reach=float(grid.snapped(reach)),
            columns=feature.columns,
        )

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Who answered everything."""
        return self.coded.known.complete(self.n)

    def among_complete(self) -> BoundTerm:
        """Return the term without care for unknown answers."""
        return replace(self, coded=self.coded.among_complete(), may_be_unknown=False)

    def side(self, index: Index, dtype: npt.DTypeLike) -> _Levels:
        codes = self.coded.codes(index, dtype)
        weighted = self.coded.coder.weighted(codes)
        sums = np.maximum(self.coded.sums[index], TINY).astype(dtype)
        levels = self.coded.kept(index, dtype)
        gaps = None if levels is None else _gaps(self.coded.known, index, dtype, levels)
        return _Levels(weighted, codes, sums, gaps)

    def _sums(
        self, meet: Meeting, left: _Levels, right: _Levels, minima: Array
    ) -> tuple[Array, Array | None]:
        """Fill sums of minima; return the sums of both levels, and how many both answered.

        Without unknown answers the sums are above 0, by less than any other sum would show.
        """
        self.coded.coder.sum_of_minima(meet, left.weighted, right.codes, minima)
        mine, theirs = left.gaps, right.gaps
        if mine is None or theirs is None:
            return np.asarray(meet.left(left.sums) + meet.right(right.sums)), None
        both, other = np.empty_like(minima), np.empty_like(minima)
        meet.product(mine.sums, theirs.marks, both)
        both += meet.product(mine.marks, theirs.sums, other)
        return both, meet.product(mine.marks, theirs.marks, other)


@dataclass(frozen=True)
class _BoundJaccard(_BoundLevels):
    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        if left.gaps is None:
            self.coded.coder.sum_of_minima(meet, left.weighted, right.codes, out)
            meet.share_of_union(out, left.sums, right.sums)
            return
        either, answered = self._sums(meet, left, right, out)
        either -= out
        np.maximum(either, TINY, out=either)
        out /= either
        assert answered is not None  # noqa: S101
        out[answered == 0] = np.nan

    @property
    def error32(self) -> float:
        """The union is at least half of both sums, so its error is at most six-fold."""
        return 6 * gamma32(self.coded.coder.width + len(self.columns) + 12)

    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return what they share."""
        named = self.coded.stored[[i, j]] > 0
        both = np.logical_and(*named)
        either = np.logical_or(*named) & self._answered(i, j)
        shared = [column for column, hit in zip(self.columns, both, strict=True) if hit]
        return (
            f"{names[0]} and {names[1]} share {len(shared)} of {either.sum()} {self.feature}"
            f"{in_brackets(shared)}"
        )

    def _answered(self, i: int, j: int) -> npt.NDArray[np.bool_]:
        mask = self.coded.known.mask
        return np.ones(len(self.columns), bool) if mask is None else mask[i] & mask[j]


@dataclass(frozen=True)
class _BoundLevel(_BoundLevels):
    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        distance, answered = self._sums(meet, left, right, out)
        out *= 2
        distance -= out
        if answered is None:
            distance /= self.reach * len(self.columns)
        else:
            answered[answered == 0] = np.nan
            answered *= self.reach
            distance /= answered
        np.subtract(1, distance, out=out)

    @property
    def error32(self) -> float:
        """The sums are at most the range, twice over, and their errors add up."""
        return 5 * gamma32(self.coded.coder.width + len(self.columns) + 12)

    def factors(self) -> Factors | None:
        """Return factors of ``1 - sum_t gap_t (1 - s_t s'_t) / 2`` with signs s = +-1.

        Signs agree up to the smaller and from the larger level, so the sum is ``|a - b|``; no
        large numbers cancel.
        """
        coder = self.coded.coder
        if self.may_be_unknown or not isinstance(coder, Thermometer):
            return None
        signs = coder.codes(self.coded.stored, np.float32) * np.float32(2) - np.float32(1)
        scaled = coder.gaps / (2 * self.reach * len(self.columns))
        rest = np.full((self.n, 1), 1 - scaled.sum(), np.float32)
        left = np.hstack([signs * scaled.astype(np.float32), rest])
        return Factors(left, np.hstack([signs, np.ones_like(rest)]), magnitude=1.0)

    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return the mean distance."""
        apart = 1 - float(self.pairs([i], [j])[0])
        return (
            f"the {self.feature} of {names[0]} and {names[1]} are {apart:.0%} of the scale"
            " apart on average"
        )
