"""The weighted sum of bound terms, with the weight of unknown terms shared out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from pairwise import _kernel
from pairwise.errors import InvalidInput
from pairwise.terms.coding import gamma32
from pairwise.terms.factors import Factors, fused
from pairwise.terms.reciprocity import TINY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pairwise.terms.base import BoundTerm
    from pairwise.terms.blocks import Array, Index, Meeting, Side

_DIGITS = 12
_GRID_BITS = 50


def normalised(weights: Sequence[float]) -> tuple[float, ...]:
    """Return the weights over their sum, rounded to 12 digits.

    So multiplying all weights by a factor changes nothing, not even a bit.

    Raises
    ------
    InvalidInput
        All weights are 0.

    Examples
    --------
    >>> normalised([3, 0, 1])
    (0.75, 0.0, 0.25)
    """
    largest = max(weights)
    if largest == 0:
        raise InvalidInput("all weights of the score are 0: must have at least one term to weigh")
    total = math.fsum(weight / largest for weight in weights)
    return tuple(round(weight / largest / total, _DIGITS) for weight in weights)


def summing_to_one(weights: Sequence[float]) -> tuple[float, ...]:
    """Return normalised weights as multiples of 2**-50 that sum to exactly 1, in any order.

    So no score exceeds 1, and where all terms are known nothing must be divided.

    Examples
    --------
    >>> sum(summing_to_one(normalised([1, 1, 1])))
    1.0
    """
    steps = [round(weight * 2**_GRID_BITS) for weight in weights]
    steps[steps.index(max(steps))] += 2**_GRID_BITS - sum(steps)
    return tuple(step / 2**_GRID_BITS for step in steps)


class _Side(NamedTuple):
    left: Array | None
    right: Array | None
    terms: tuple[Side, ...]


@dataclass(frozen=True)
class WeightedTerms:
    """Bound terms with positive weights; evaluates like a term.

    Attributes
    ----------
    terms : tuple of BoundTerm
    weights : tuple of float
    fused : Factors or None
        All linear terms as one float32 product.
    rest : tuple of int
        Places of the terms that are not in it.
    """

    n: int
    terms: tuple[BoundTerm, ...]
    weights: tuple[float, ...]
    fused: Factors | None
    rest: tuple[int, ...]

    @classmethod
    def of(cls, terms: Sequence[BoundTerm], weights: Sequence[float]) -> WeightedTerms:
        """Return the weighted terms, leaving out weight 0."""
        shares = summing_to_one(weights)
        weighed = [(t, w) for t, w in zip(terms, shares, strict=True) if w > 0]
        factors = [term.factors() for term, _ in weighed]
        linear = [(w, f) for (_, w), f in zip(weighed, factors, strict=True) if f is not None]
        return cls(
            n=terms[0].n,
            terms=tuple(term for term, _ in weighed),
            weights=tuple(weight for _, weight in weighed),
            fused=fused(*zip(*linear, strict=True)) if linear else None,
            rest=tuple(k for k, factor in enumerate(factors) if factor is None),
        )

    @property
    def may_be_unknown(self) -> bool:
        """Whether any term can be unknown for a pair."""
        return any(term.may_be_unknown for term in self.terms)

    def _chosen(self, dtype: npt.DTypeLike) -> tuple[int, ...]:
        """Return the places of the terms to work off one by one."""
        fuses = self.fused is not None and np.dtype(dtype) == np.float32
        return self.rest if fuses else tuple(range(len(self.terms)))

    def one_pass(self, dtype: npt.DTypeLike) -> bool:
        """Return whether a block is a single product."""
        chosen = self._chosen(dtype)
        alone = len(chosen) == 1 and self.weights[chosen[0]] == 1.0
        return not chosen or (alone and self.terms[chosen[0]].one_pass(dtype))

    def side(self, index: Index, dtype: npt.DTypeLike) -> _Side:
        """Return what must be known of the people at `index`."""
        chosen = self._chosen(dtype)
        sides = tuple(self.terms[k].side(index, dtype) for k in chosen)
        if self.fused is None or len(chosen) == len(self.terms):
            return _Side(None, None, sides)
        return _Side(self.fused.left[index], self.fused.right[index], sides)

    def fill(self, meet: Meeting, left: _Side, right: _Side, out: Array) -> None:
        """Fill `out` with scores."""
        chosen = self._chosen(out.dtype)
        known = None
        if left.left is not None and right.right is not None:
            meet.product(left.left, right.right, out)
            known = 1.0 - math.fsum(self.weights[k] for k in chosen)
        fills = [self.terms[k].fill for k in chosen]
        self._add(meet, left, right, out, chosen, fills, known)

    def fill_directed(self, meet: Meeting, left: _Side, right: _Side, out: Array) -> None:
        """Fill `out` with what each left person gains, in float64."""
        chosen = tuple(range(len(self.terms)))
        fills = [term.fill_directed for term in self.terms]
        self._add(meet, left, right, out, chosen, fills, None)

    def _add(
        self,
        meet: Meeting,
        left: _Side,
        right: _Side,
        out: Array,
        chosen: tuple[int, ...],
        fills: Sequence[Callable[[Meeting, Side, Side, Array], None]],
        known: float | None,
    ) -> None:
        """Add the chosen terms to `out`, which holds terms of weight `known`, or nothing yet."""
        sums = _RenormalisedSum if self.may_be_unknown else _PlainSum
        running = sums(out, known)
        for k, fill, mine, theirs in zip(chosen, fills, left.terms, right.terms, strict=True):
            values = running.room()
            fill(meet, mine, theirs, values)
            running.add(self.weights[k])
        running.finish()

    @property
    def error32(self) -> float:
        """Rigorous bound on the difference between float32 and float64 scores."""
        errors = {k: self.terms[k].error32 for k in self.rest}
        linear = 0.0 if self.fused is None else self.fused.error
        roundings = gamma32(2 * len(self.terms) + 10)
        if not self.may_be_unknown:
            return linear + math.fsum(self.weights[k] * e for k, e in errors.items()) + roundings
        share = 1.0 - math.fsum(self.weights[k] for k in self.rest)
        return max([*errors.values(), linear / share if self.fused else 0.0]) + roundings


class _PlainSum:
    """Weighted values, one term after the other, all of them known."""

    def __init__(self, out: Array, known: float | None) -> None:
        self._out = out
        self._empty = known is None
        self._work: Array | None = None

    def room(self) -> Array:
        """Return where the next term's values go."""
        if self._empty:
            return self._out
        if self._work is None:
            self._work = np.empty_like(self._out)
        return self._work

    def add(self, weight: float) -> None:
        """Add what was filled in, times its weight."""
        if not self._empty:
            _kernel.add_weighted(self._out, self.room(), weight)
        elif weight != 1.0:
            self._out *= weight
        self._empty = False

    def finish(self) -> None:
        """Leave the sum as it is: the weights sum to 1."""


class _RenormalisedSum:
    """Weighted known values over the sum of their weights; 0 where nothing is known.

    Where every term is known the weights sum to exactly 1.0 in float64, so these pairs get
    the bits of the plain sum.
    """

    def __init__(self, out: Array, known: float | None) -> None:
        self._out = out
        if known is None:
            out[...] = 0
        self._known = np.full_like(out, known or 0.0)
        self._work = np.empty_like(out)

    def room(self) -> Array:
        """Return where the next term's values go."""
        return self._work

    def add(self, weight: float) -> None:
        """Add what was filled in, times its weight, where it is known."""
        _kernel.add_known(self._out, self._known, self._work, weight)

    def finish(self) -> None:
        """Divide by the weights of what is known."""
        np.maximum(self._known, TINY, out=self._known)
        self._out /= self._known
