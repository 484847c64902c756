"""Complementarity: how much of what one seeks the other offers, in both directions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput, listed, quoted
from pairwise.terms.base import BoundTerm, Term
from pairwise.terms.blocks import GRID
from pairwise.terms.coding import LevelGrid, Stepwise, Thermometer, coded, gamma32
from pairwise.terms.factors import Factors
from pairwise.terms.levels import CodedLevels, Known, reach_of, snapped
from pairwise.terms.reciprocity import Reciprocity, check_reciprocity, combine
from pairwise.terms.words import in_brackets

if TYPE_CHECKING:
    from collections.abc import Hashable

    from pairwise.participants import Participants, VectorFeature
    from pairwise.terms.blocks import Array, Index, Meeting, Side
    from pairwise.terms.coding import Minima


@dataclass(frozen=True)
class Complementarity(Term):
    """How much of what each seeks the other offers, level by level, both ways.

    What i gains from j is the share of i's needs that j's offers cover,
    ``v(i -> j) = sum_s min(offer_js, need_is) / sum_s need_is``; reciprocity makes one value
    of ``v(i -> j)`` and ``v(j -> i)``.

    Parameters
    ----------
    offers, seeks : str
        Vector features on the same columns. Levels are compared as they are: give both the
        same scale.
    reciprocity : {"harmonic", "min", "mean", "product"}
        ``2 a b / (a + b)``: both must gain; ``min(a, b)``: the worse side counts;
        ``(a + b) / 2``: one side may give for the other; ``a b``: stricter than harmonic.

    Raises
    ------
    InvalidInput
        Another reciprocity; when bound: a feature is missing, or the columns differ.

    Notes
    -----
    Who seeks nothing has nothing to gain: that direction is unknown, and the other one
    stands alone. So it is with needs and offers that nobody answered; within a vector, the
    dimensions that both answered count.

    Cost per pair: one comparison of bytes for every column in which the one who gives or takes is
    not 0, where levels are whole multiples of one step and many are 0; else two products of length
    w, the number of distinct levels summed over the columns; with more than 12 levels a column, two
    elementwise passes per column.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.Participants(
    ...     ["ann", "bob"], offers=[[1, 0], [0, 1]], seeks=[[0, 1], [1, 1]]
    ... )
    >>> bound = pw.Complementarity().bind(people)
    >>> bound.directed_pairs([0, 1], [1, 0])
    array([1. , 0.5])
    >>> round(float(bound.pairs([0], [1])[0]), 4)
    0.6667
    """

    offers: str = "offers"
    seeks: str = "seeks"
    reciprocity: Reciprocity = "harmonic"

    def __post_init__(self) -> None:
        check_reciprocity(self.reciprocity)

    @property
    def name(self) -> str:
        """``complementarity``, with whatever differs from the defaults in brackets."""
        features = (
            () if (self.offers, self.seeks) == ("offers", "seeks") else (self.offers, self.seeks)
        )
        kind = () if self.reciprocity == "harmonic" else (self.reciprocity,)
        extras = ", ".join((*features, *kind))
        return f"complementarity({extras})" if extras else "complementarity"

    def bind(self, people: Participants) -> BoundTerm:
        """Return the term's values among these people; cost O(n d log n)."""
        offers, seeks = people.vector(self.offers), people.vector(self.seeks)
        self._check_columns(offers, seeks)
        reach = max(reach_of(offers, self.offers), reach_of(seeks, self.seeks))
        grid = LevelGrid.of(reach, len(offers.columns))
        offered, needed = snapped(offers, grid), snapped(seeks, grid)
        known, need_known = Known.of(offers.values), Known.of(seeks.values)
        steps = None
        if self.reciprocity != "mean" and known.nobody is None and need_known.nobody is None:
            steps = Stepwise.coded([offered, needed], grid)
        coder, (offer_codes, need_codes) = steps or coded([offered, needed])
        needs = CodedLevels.of(coder, need_codes, needed, need_known, keep=known.mask is not None)
        return _BoundComplementarity(
            name=self.name,
            n=len(people),
            may_be_unknown=not known.all or bool((needs.sums == 0).any()),
            grid=grid,
            reciprocity=self.reciprocity,
            offers=CodedLevels.of(coder, offer_codes, offered, known, keep=False),
            seeks=needs,
            columns=offers.columns,
        )

    def _check_columns(self, offers: VectorFeature, seeks: VectorFeature) -> None:
        if offers.columns == seeks.columns:
            return
        only = sorted(set(offers.columns) ^ set(seeks.columns))
        raise InvalidInput(
            f"{quoted(self.offers)} and {quoted(self.seeks)} must have the same columns in the"
            f" same order; they differ in {listed(only) if only else 'order'}"
        )


class _Side(NamedTuple):
    """Needs are weighted codes; `total` is None when they are divided by it already."""

    needs: Array
    offers: Array
    total: Array | None
    levels: Array | None
    answered: Array | None


@dataclass(frozen=True)
class _BoundComplementarity(BoundTerm):
    name: str
    n: int
    may_be_unknown: bool
    grid: LevelGrid
    reciprocity: Reciprocity
    offers: CodedLevels
    seeks: CodedLevels
    columns: tuple[str, ...]

    @property
    def measure(self) -> Hashable:
        """Levels are compared on a grid."""
        return self.grid

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Who has a known need and answered all offers."""
        return (self.seeks.sums > 0) & self.offers.known.complete(self.n)

    def among_complete(self) -> BoundTerm:
        """Return the term without care for unknown answers."""
        offers, seeks = self.offers.among_complete(), self.seeks.among_complete()
        return replace(self, offers=offers, seeks=seeks, may_be_unknown=False)

    @property
    def _masked(self) -> bool:
        return self.offers.known.mask is not None

    def _folds(self, dtype: npt.DTypeLike) -> bool:
        """Say whether needs are divided by their total before the product: inexact, faster."""
        return (
            np.dtype(dtype) == np.float32
            and not self._masked
            and isinstance(self.seeks.coder, Thermometer)
        )

    def _total(self, index: Index, dtype: npt.DTypeLike) -> Array:
        total = self.seeks.sums[index].astype(dtype)
        total[total == 0] = np.nan
        return total

    def side(self, index: Index, dtype: npt.DTypeLike) -> _Side:
        needs = self.seeks.coder.weighted(self.seeks.codes(index, dtype))
        offers = self.offers.codes(index, dtype)
        total = self._total(index, dtype)
        if self._folds(dtype):
            needs /= total[:, None]
            return _Side(needs, offers, None, None, None)
        answered = self.offers.known.marks(index, dtype)
        return _Side(needs, offers, total, self.seeks.kept(index, dtype), answered)

    def _shares(self, coder: Minima, meet: Meeting, out: Array) -> TypeGuard[Stepwise]:
        """Say whether to divide by the total within the sum: inexact, faster."""
        return (
            isinstance(coder, Stepwise)
            and meet is GRID
            and out.dtype == np.float32
            and not self._masked
        )

    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        theirs = np.empty_like(out)
        self._gain(meet, left, right, out)
        self._gift(meet, left, right, theirs)
        combine(self.reciprocity, out, theirs)

    def fill_directed(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        self._gain(meet, left, right, out)

    def _gain(self, meet: Meeting, left: _Side, right: _Side, out: Array) -> None:
        """Fill `out` with the share of left needs that right offers cover."""
        coder = self.seeks.coder
        if self._shares(coder, meet, out) and left.total is not None:
            coder.share_by_row(left.needs, right.offers, left.total, out)
            return
        coder.sum_of_minima(meet, left.needs, right.offers, out)
        if left.levels is not None and right.answered is not None:
            _divide(out, meet.product(left.levels, right.answered, np.empty_like(out)))
        elif left.total is not None:
            out /= meet.left(left.total)

    def _gift(self, meet: Meeting, left: _Side, right: _Side, out: Array) -> None:
        """Fill `out` with the share of right needs that left offers cover."""
        coder = self.seeks.coder
        if self._shares(coder, meet, out) and right.total is not None:
            coder.share_by_column(left.offers, right.needs, right.total, out)
            return
        coder.sum_of_minima(meet, left.offers, right.needs, out)
        if left.answered is not None and right.levels is not None:
            _divide(out, meet.product(left.answered, right.levels, np.empty_like(out)))
        elif right.total is not None:
            out /= meet.right(right.total)

    @property
    def error32(self) -> float:
        """Both directions are off by the same small factor, and so is their mean."""
        roundings = self.seeks.coder.width + len(self.columns) + 12
        return gamma32(2 * roundings if self.reciprocity == "product" else roundings)

    def factors(self) -> Factors | None:
        """Return factors for the mean, the one reciprocity that is linear."""
        coder = self.seeks.coder
        linear = self.reciprocity == "mean" and isinstance(coder, Thermometer)
        if not linear or self.may_be_unknown:
            return None
        everybody = slice(0, self.n)
        needs, offers, *_ = self.side(everybody, np.float32)
        halved = needs * np.float32(0.5)
        return Factors(np.hstack([halved, offers]), np.hstack([offers, halved]), magnitude=1.0)

    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return who offers how much of what the other seeks, and which dimensions."""
        mine, theirs = self.directed_pairs([i, j], [j, i])
        return "; ".join(
            (self._covered(i, j, names, mine), self._covered(j, i, names[::-1], theirs))
        )

    def _covered(self, i: int, j: int, names: tuple[str, str], share: float) -> str:
        me, other = names
        if np.isnan(share):
            if self.seeks.sums[i] == 0:
                return f"{me} seeks nothing that is known, so this direction does not count"
            return f"what {other} offers of it is unknown, so {me}'s needs do not count"
        met = np.minimum(self.seeks.stored[i], self.offers.stored[j]) > 0
        shared = [column for column, hit in zip(self.columns, met, strict=True) if hit]
        return f"{other} offers {share:.0%} of what {me} seeks{in_brackets(shared)}"


def _divide(out: Array, total: Array) -> None:
    total[total == 0] = np.nan
    out /= total
