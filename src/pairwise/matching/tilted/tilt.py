"""Multipliers on sums over pairs, folded into the weights: in whole numbers, with an exact bound.

Weights w, measures a_k and multipliers l_k make tilted weights ``w + sum_k l_k a_k``. Whatever the
multipliers, the best matching under tilted weights bounds every matching whose sums keep their
bounds, since ``w(x) = tilted(x) - sum_k l_k a_k(x)`` and ``l_k a_k(x) >= l_k b_k``, with b_k the
lower bound of the sum where l_k > 0 and the upper one where l_k < 0 [fisher1981]_.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, frexp, log2
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Units = NDArray[np.int64]

_BITS = 56
_MOST_BITS = 16
_FINE = 24


@dataclass(frozen=True)
class Limits:
    """A sum over the pairs of a matching that must stay within bounds.

    Attributes
    ----------
    low, high : int or None
        Least and largest sum allowed.
    least, most : int
        Least and largest measure of a single pair.
    """

    low: int | None
    high: int | None
    least: int
    most: int

    @property
    def reach(self) -> int:
        """Largest measure of a pair, signs aside; at least 1."""
        return max(-self.least, self.most, 1)

    def excess(self, total: int) -> int:
        """Return how far a sum is above its bounds, below 0: how far it is below them."""
        if self.low is not None and total < self.low:
            return total - self.low
        return max(total - self.high, 0) if self.high is not None else 0


@dataclass(frozen=True)
class Tilt:
    """How weights and measures become tilted weights, all even whole numbers.

    A pair's tilted weight is ``scale * w + offset + sum_k 2 ceil(times_k a_k / 2**(1 + shift_k))``:
    multipliers are ``times / 2**shift / scale``, rounded up at each pair.

    Attributes
    ----------
    scale : int
        Tilted units in a unit of weight; 0: weights do not count.
    offset : int
        Added to every pair, so that tilted weights are >= 0.
    times, shifts : tuple of int
        Of each sum.
    span : int
        No tilted weight is larger; a power of two.
    """

    scale: int
    offset: int
    times: tuple[int, ...]
    shifts: tuple[int, ...]
    span: int

    @classmethod
    def of(
        cls,
        multipliers: Sequence[float],
        limits: Sequence[Limits],
        weights: tuple[int, int],
        n: int,
        *,
        weighty: bool = True,
    ) -> Tilt:
        """Return the finest tilt near some multipliers that the kernel can hold.

        Multipliers beyond that are shrunk together; whatever they are, the bound holds.

        Parameters
        ----------
        multipliers
            Of each sum, in units of weight a unit of measure.
        limits
            The sums.
        weights
            Least and largest weight of a pair.
        n
            Number of people.
        weighty
            Whether weights count; if not, multipliers are relative to each other.
        """
        room = 2.0 ** (_BITS - ceil(log2(n + 8)))
        width = weights[1] - weights[0] if weighty else 0
        spreads = [one.most - one.least for one in limits]
        wide = sum(abs(m) * spread for m, spread in zip(multipliers, spreads, strict=True))
        if weighty and wide > room / 4:
            multipliers, wide = [m * room / 4 / wide for m in multipliers], room / 4
        exponent = floor(log2(room / max(wide + width, 1.0))) - 1
        scale = 2.0 ** (min(max(exponent, 0), _MOST_BITS) if weighty else exponent)
        times, shifts = zip(
            *(whole(m * scale, one.reach) for m, one in zip(multipliers, limits, strict=True)),
            strict=True,
        )
        least, most = (int(scale) * w if weighty else 0 for w in weights)
        for factor, shift, one in zip(times, shifts, limits, strict=True):
            ends = sorted(2 * -(-factor * a // 2 ** (1 + shift)) for a in (one.least, one.most))
            least, most = least + ends[0], most + ends[1]
        offset = -2 * (least // 2)
        span = 2 ** max(1, (most + offset).bit_length())
        return cls(int(scale) if weighty else 0, offset, times, shifts, span)

    @classmethod
    def none(cls, sums: int, span: int) -> Tilt:
        """Return the tilt that leaves weights as they are."""
        return cls(1, 0, (0,) * sums, (0,) * sums, span)

    def apply(self, weights: Units, measures: Sequence[Units]) -> Units:
        """Return tilted weights; where a pair is not allowed they mean nothing."""
        tilted: Units = weights * self.scale + self.offset
        for factor, shift, measure in zip(self.times, self.shifts, measures, strict=True):
            if factor:
                tilted -= 2 * (-factor * measure >> (1 + shift))
        return tilted

    def bound(self, tilted: int, limits: Sequence[Limits], placed: int) -> Fraction:
        """Return the bound on weights that a bound on tilted weights proves.

        Parameters
        ----------
        tilted
            No matching has more tilted weight.
        limits
            The sums.
        placed
            How many people a matching holds: pairs count `offset` each, trios one and a half.

        Returns
        -------
        Fraction
            In units of weight; if weights do not count, any matching must have at least 0 of it.
        """
        rest = Fraction(tilted) - Fraction(self.offset * placed, 2)
        for factor, shift, one in zip(self.times, self.shifts, limits, strict=True):
            side = one.low if factor > 0 else one.high
            if factor and side is None:
                raise ValueError("a multiplier pulls at a bound that does not exist")
            rest -= Fraction(factor * (side or 0), 2**shift)
        return rest / self.scale if self.scale else rest


def whole(multiplier: float, reach: int, most_bits: int = _FINE) -> tuple[int, int]:
    """Return (times, shift) with times / 2**shift near the multiplier and times * reach small."""
    bits = min(most_bits, 61 - int(reach).bit_length())
    exponent = frexp(multiplier)[1]
    shift = max(0, bits - exponent)
    shift = min(shift, 60)
    return round(multiplier * 2.0**shift), shift
