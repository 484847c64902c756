"""Weight against a second measure: the frontier of maximum matchings, with bounds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput, VerificationError
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.general_sources import element_type, power_of_two_scale
from pairwise.matching.tilted import Leaf, Limits, MatrixOracle, TiltedSearch, hull

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from pairwise.matching.tilted import Answer, Column
    from pairwise.matching.tilted.oracle import Units


_HULL_STEPS = 40
_POINT_STEPS = 12


@dataclass(frozen=True, eq=False)
class MatchingFrontier:
    """Matchings of more and more measure and less and less weight, each with its bound.

    Attributes
    ----------
    asked : float array (p,)
        The least measure asked for, ascending.
    measures, weights : float array (p,)
        What each matching has.
    bounds : float array (p,)
        No maximum matching with the measure asked for weighs more.
    mates : int array (p, n)
        Partners, -1 if alone.
    hull : float array (v, 2)
        Measure and weight of matchings on the concave hull, from most weight to most measure.

    Examples
    --------
    >>> from pairwise import matching
    >>> weights = [[0, 9, 2, 5], [9, 0, 5, 2], [2, 5, 0, 7], [5, 2, 7, 0]]
    >>> differ = [[0, 0, 1, 1], [0, 0, 1, 1], [1, 1, 0, 0], [1, 1, 0, 0]]
    >>> curve = matching.frontier(weights, differ, points=3)
    >>> curve.measures.tolist(), curve.weights.tolist()
    ([0.0, 2.0, 2.0], [16.0, 10.0, 10.0])
    >>> curve.verify()
    """

    asked: NDArray[np.float64]
    measures: NDArray[np.float64]
    weights: NDArray[np.float64]
    bounds: NDArray[np.float64]
    mates: NDArray[np.int32]
    hull: NDArray[np.float64]
    _oracle: MatrixOracle = field(repr=False)
    _lows: tuple[int, ...] = field(repr=False)
    _leaves: tuple[Leaf, ...] = field(repr=False)
    _step: float = field(repr=False)

    @property
    def gaps(self) -> NDArray[np.float64]:
        """``(bound - weight) / abs(bound)`` of each point; 0 where the bound is 0."""
        size = np.where(self.bounds == 0, 1.0, np.abs(self.bounds))
        return np.asarray((self.bounds - self.weights) / size)

    def verify(self) -> None:
        """Check every point: the matching, that it has the measure asked for, and its bound.

        Raises
        ------
        VerificationError
            Names the first point that is false. Cost O(n^2) a point.
        """
        for k, (low, leaf) in enumerate(zip(self._lows, self._leaves, strict=True)):
            self._check_matching(k, low)
            oracle = replace(self._oracle, limits=(replace(self._oracle.limits[0], low=low),))
            tilted = oracle.tilted(leaf.tilt, leaf.decisions)
            leaf.proof.check(lambda rows, columns, block=tilted: block[rows, columns])
            proven = leaf.tilt.bound(
                leaf.proof.bound(oracle.placed // 2), oracle.limits, oracle.placed
            )
            claimed = self.bounds[k]
            if claimed < float(proven // 2 * 2) * self._step - abs(claimed) * 1e-12:
                raise VerificationError(f"bounds[{k}] = {claimed}: the duals prove less")

    def _check_matching(self, k: int, low: int) -> None:
        mate = self.mates[k]
        matched = np.flatnonzero(mate >= 0)
        first = np.flatnonzero(mate > np.arange(len(mate)))
        if not np.array_equal(mate[mate[matched]], matched) or len(matched) < self._oracle.placed:
            raise VerificationError(f"mates[{k}]: no matching of as many pairs as can be")
        pairs = tuple((int(i), int(mate[i])) for i in first)
        if (self._oracle.weights[first, mate[first]] == NOT_ALLOWED).any():
            raise VerificationError(f"mates[{k}]: holds a pair that is not allowed")
        column = self._oracle.column(pairs)
        if column.sums[0] < low or column.value * self._step != self.weights[k]:
            raise VerificationError(f"mates[{k}]: has not the weight and measure that it claims")


def frontier(weights: ArrayLike, measure: ArrayLike, points: int = 20) -> MatchingFrontier:
    """Return matchings between the one of most weight and the one of most measure.

    Parameters
    ----------
    weights : array (n, n)
        Symmetric, higher is better; NaN or -inf: not allowed. The diagonal is not read.
    measure : array (n, n)
        Symmetric and finite where a pair is allowed: what else is good about a pair.
    points : int
        How many matchings, >= 2; the measures asked for are evenly spaced.

    Returns
    -------
    MatchingFrontier
        All matchings have as many pairs as can be.

    Raises
    ------
    InvalidInput
        Arrays that are not square, not symmetric, of two sizes, or hold no numbers.

    Notes
    -----
    Vertices of the concave hull by bisection, one exact matching each [gusfield1983]_; between
    them, alternating cycles of the two neighbours are recombined, and HiGHS chooses among pairs
    that the duals leave in question. Every point carries a Lagrangian bound.
    """
    if points < 2 or points != int(points):
        raise InvalidInput(f"points = {points!r}: must be a whole number >= 2")
    units, step = _quantised("weights", weights)
    measured, measure_step = _quantised("measure", measure)
    if units.shape != measured.shape:
        raise InvalidInput(f"measure: has shape {measured.shape}, weights {units.shape}")
    allowed = units != NOT_ALLOWED
    np.fill_diagonal(allowed, val=False)
    if (measured[allowed] == NOT_ALLOWED).any():
        i, j = np.argwhere(allowed & (measured == NOT_ALLOWED))[0]
        raise InvalidInput(f"measure[{i}, {j}]: must be finite, since the pair is allowed")
    measured[~allowed] = 0
    ends = int(measured.min(initial=0)), int(measured.max(initial=0))
    oracle = MatrixOracle(units, [measured], [Limits(None, None, *ends)])
    vertices = hull(oracle, _HULL_STEPS)
    asked = np.linspace(vertices[0].sums[0], vertices[-1].sums[0], points)
    lows = tuple(int(np.ceil(level / 2 - 1e-9)) * 2 for level in asked)
    answers = [_point(oracle, vertices, low) for low in lows]
    return _wrapped(oracle, vertices, lows, answers, step, measure_step)


def _point(oracle: MatrixOracle, vertices: list[Column], low: int) -> Answer:
    asked = replace(oracle, limits=[replace(oracle.limits[0], low=low)])
    return TiltedSearch(asked, steps=_POINT_STEPS, branches=False).run(vertices)


def _wrapped(
    oracle: MatrixOracle,
    vertices: list[Column],
    lows: tuple[int, ...],
    answers: list[Answer],
    step: float,
    measure_step: float,
) -> MatchingFrontier:
    columns = [answer.column for answer in answers if answer.column is not None]
    mates = np.full((len(columns), oracle.n), -1, dtype=np.int32)
    for mate, column in zip(mates, columns, strict=True):
        i, j = np.array(column.groups, dtype=np.intp).reshape(-1, 2).T
        mate[i], mate[j] = j, i
    return MatchingFrontier(
        asked=np.array(lows) * measure_step,
        measures=np.array([column.sums[0] * measure_step for column in columns]),
        weights=np.array([column.value * step for column in columns]),
        bounds=np.array([(answer.bound or 0) * step for answer in answers]),
        mates=mates,
        hull=np.array([(v.sums[0] * measure_step, v.value * step) for v in vertices]),
        _oracle=oracle,
        _lows=lows,
        _leaves=tuple(answer.leaves[0] for answer in answers),
        _step=step,
    )


def _quantised(name: str, values: ArrayLike) -> tuple[Units, float]:
    """Return even whole numbers, NOT_ALLOWED where not finite, and what 1 of them is."""
    given = np.asarray(values)
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise InvalidInput(f"{name}: must be a square matrix, has shape {given.shape}")
    array = given.astype(element_type(name, given)).astype(np.float64)
    there = np.isfinite(array)
    np.fill_diagonal(there, val=False)
    if np.isposinf(array[~np.eye(len(array), dtype=bool)]).any():
        raise InvalidInput(f"{name}: +inf is no weight; use a large finite one")
    clean = np.where(there, array, 0.0)
    if not np.array_equal(clean, clean.T) or not np.array_equal(there, there.T):
        i, j = np.argwhere((clean != clean.T) | (there != there.T))[0]
        raise InvalidInput(f"{name}[{i}, {j}] and {name}[{j}, {i}]: must be equal")
    largest = float(np.abs(clean).max(initial=0.0))
    whole = bool((clean == np.rint(clean)).all()) and largest <= 2**30
    scale = 1.0 if whole else min(power_of_two_scale(largest, len(array)), _finest(largest))
    units = np.where(there, 2 * np.rint(clean * scale).astype(np.int64), NOT_ALLOWED)
    return units, 0.5 / scale


def _finest(largest: float) -> float:
    """Return the power of two that puts the largest weight below 2**30."""
    return float(2.0 ** (30 - int(np.frexp(largest)[1])))
