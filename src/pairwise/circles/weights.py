"""Integer weights of pairs in circles: scores, balance, repeats; and levels for coverage."""

from __future__ import annotations

from math import frexp
from typing import TYPE_CHECKING

import numpy as np

from pairwise.circles.aims import balance_columns
from pairwise.errors import InvalidInput
from pairwise.matching.partitions.problem import APART
from pairwise.matching.partitions.reading import LARGEST, Units
from pairwise.matching.pricing import ONE_BLAS_THREAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pairwise.circles.problem import GroupProblem
    from pairwise.participants import Participants

_ROWS = 512
_MOST_LEVEL = 255


def pair_units(problem: GroupProblem) -> Units:
    """Return the weights of all pairs in integers, by blocks of rows; memory 4 n^2 bytes.

    A pair counts its score, what it adds to balance, less what a repeat costs. The scale is a
    power of two: 2**30 for scores alone.
    """
    columns = balance_columns(problem.people, problem.aims.balance)
    repeats = _repeat_costs(problem)
    most = 1.0 + sum(column.most for column in columns) + repeats.max(initial=0.0)
    scale = float(2.0 ** (30 - (frexp(most)[1] - (frexp(most)[0] == 0.5))))
    units = np.empty((problem.n, problem.n), dtype=np.int32)
    for rows in _chunks(problem.n):
        with ONE_BLAS_THREAD:
            block = problem.score.block(rows, slice(0, problem.n))
        for column in columns:
            block = block + column.block(rows)
        _subtract_repeats(block, rows, problem, repeats)
        units[rows] = _rounded(block, scale)
        units[rows][~_compatible(problem, rows)] = APART
    np.fill_diagonal(units, 0)
    return Units(units, scale)


def _chunks(n: int) -> Iterator[slice]:
    for start in range(0, n, _ROWS):
        yield slice(start, min(start + _ROWS, n))


def _rounded(block: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    if float(np.abs(block).max(initial=0.0)) * scale > LARGEST:
        raise InvalidInput("score: must be in [0, 1]; divide it by its largest value")
    return np.rint(block * scale)


def _repeat_costs(problem: GroupProblem) -> NDArray[np.float64]:
    counts = np.array([count for _, _, count in problem.met], dtype=np.float64)
    return problem.aims.repeat_cost * counts**2


def _subtract_repeats(
    block: NDArray[np.float64], rows: slice, problem: GroupProblem, costs: NDArray[np.float64]
) -> None:
    if not len(costs):
        return
    ends = np.array([(i, j) for i, j, _ in problem.met], dtype=np.intp)
    for here, there in (ends.T, ends.T[::-1]):
        inside = (here >= rows.start) & (here < rows.stop)
        np.subtract.at(block, (here[inside] - rows.start, there[inside]), costs[inside])


def _compatible(problem: GroupProblem, rows: slice) -> NDArray[np.bool_]:
    """Tell who may share a circle with whom, requires aside; (r, n)."""
    everybody = slice(0, problem.n)
    mask = np.ones((rows.stop - rows.start, problem.n), dtype=np.bool_)
    for rule in problem.filters:
        mask &= rule.allowed(rows, everybody)
    if problem.common is not None:
        free = problem.common.free(problem.people).astype(np.float32)
        mask &= free[rows] @ free.T >= problem.common.at_least
    return mask


def levels_of(people: Participants) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return what everybody offers and seeks as whole levels, on the same columns; (n, d).

    Levels that are no whole numbers up to 255 are rounded to hundredths of the scale. Unknown
    answers offer and seek nothing.
    """
    offers, seeks = people.vector("offers"), people.vector("seeks")
    if offers.columns != seeks.columns:
        raise InvalidInput(
            "coverage: offers and seeks must have the same columns in the same order; they have"
            f" {len(offers.columns)} and {len(seeks.columns)}"
        )
    given = [np.nan_to_num(feature.levels, nan=0.0) for feature in (offers, seeks)]
    reach = max(offers.high - offers.low, seeks.high - seeks.low)
    whole = all(np.array_equal(levels, np.rint(levels)) for levels in given)
    grid = 1.0 if whole and reach <= _MOST_LEVEL else 100.0 / reach
    first, second = (np.rint(levels * grid).astype(np.uint8) for levels in given)
    return first, second
