"""What prices prove: leaves of the search in whole numbers, with their bounds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

import numpy as np

from pairwise.matching.bounded.model import UNIT
from pairwise.matching.bounded.proof import PricedLeaf
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.loads import Loads, exact_sum
from pairwise.matching.tilted import whole

if TYPE_CHECKING:
    from pairwise.matching.bounded.instance import BoundedInstance
    from pairwise.matching.bounded.linear import Prices
    from pairwise.matching.loads import Units
    from pairwise.matching.tilted import Decisions

FINE = 2**14
"""Prices are in units of worth by this, so that rounding all of them is less than a unit."""

_NOBODY = 2**58
_PRICE_BITS = 53


def priced_leaf(
    instance: BoundedInstance, prices: Prices, decisions: Decisions, scale: int, least_placed: int
) -> PricedLeaf | None:
    """Return a branch with the prices of a programme as whole numbers, and what they prove.

    With a scale of 0 that is that the branch is empty; None if they do not prove it.
    """
    unit = UNIT * (scale or FINE)
    rows, cols = (
        np.where(loads.high > 0, np.rint(duals * unit), _NOBODY).astype(np.int64)
        for duals, loads in ((prices.rows, instance.rows), (prices.cols, instance.cols))
    )
    sums = tuple(
        (k, *whole(float(prices.sums[k]) * unit, instance.sums[k].reach, _PRICE_BITS))
        for k in np.flatnonzero(prices.sums).tolist()
    )
    place, twins = round(prices.place * unit), _twin_prices(instance, prices, unit)
    leaf = PricedLeaf(decisions, scale, rows, cols, place, sums, twins, None)
    bound = _ceiling(instance, leaf) - place * least_placed
    if scale:
        return replace(leaf, bound=floor(bound / scale))
    return leaf if bound < 0 else None


def _twin_prices(
    instance: BoundedInstance, prices: Prices, unit: float
) -> tuple[tuple[int, int, int], ...]:
    cells, amounts = prices.twins
    rows, cols = instance.ends(cells[:, 0])
    paid = np.rint(amounts * unit).astype(np.int64)
    priced = zip(rows.tolist(), cols.tolist(), paid.tolist(), strict=True)
    return tuple((row, col, amount) for row, col, amount in priced if amount > 0)


def _ceiling(instance: BoundedInstance, leaf: PricedLeaf) -> Fraction:
    """Return what the prices prove that no plan of a branch is worth more than."""
    weights = instance.weights.ravel()
    flat = np.where(weights == NOT_ALLOWED, 0, weights) * leaf.scale
    total = Fraction(_pay_twins(instance, leaf, flat))
    for k, times, shift in leaf.sums:
        one = instance.sums[k]
        flat[one.cells] -= times * one.amounts >> shift
        total += Fraction(times, 2**shift) * (instance.limits[k][times > 0] or 0)
    row, col = instance.ends(np.arange(instance.size))
    flat -= leaf.row_duals[row] + leaf.col_duals[col]
    held = instance.held(leaf.decisions.together)
    total += exact_sum(flat[held])
    flat[held] = flat[instance.positions(leaf.decisions.apart)] = 0
    total += exact_sum(flat[(flat > 0) & (weights != NOT_ALLOWED)])
    duals = (leaf.row_duals, leaf.col_duals)
    for loads, claims, own in zip(
        (instance.rows, instance.cols), instance.claims, duals, strict=True
    ):
        total += _with_claims(loads, claims * leaf.place, leaf.scale).conjugate(own)
    return total


def _pay_twins(instance: BoundedInstance, leaf: PricedLeaf, flat: Units) -> int:
    """Take the prices of twins off both of them; returns what is given back."""
    twins = dict(instance.twins.tolist())
    for row, col, amount in leaf.twins:
        cell = row * instance.weights.shape[1] + col
        flat[[cell, twins[cell]]] -= amount
    return sum(amount for _, _, amount in leaf.twins)


def _with_claims(loads: Loads, claims: Units, returns_by: int) -> Loads:
    """Return loads in which the first partner gains so much more, and returns times so much."""
    start = np.concatenate([[0], np.cumsum(loads.high, dtype=np.int64)])
    gain = loads.gain * returns_by if len(loads.gain) else np.zeros(start[-1], dtype=np.int64)
    some = loads.high > 0
    gain[start[:-1][some]] += claims[some]
    return Loads(loads.low, loads.high, start, gain)
