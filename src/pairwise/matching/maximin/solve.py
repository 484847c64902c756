"""`maximin_assignment`: the worst-off first, then the sum."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import numpy as np

from pairwise.errors import InvalidInput, did_you_mean
from pairwise.matching.bipartite import assignment
from pairwise.matching.maximin.answer import MaximinAssignment
from pairwise.matching.maximin.best_sum import SumSearch
from pairwise.matching.maximin.floor import find_floor
from pairwise.matching.maximin.problem import Shares

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from pairwise.matching.bipartite import Assignment
    from pairwise.matching.maximin.problem import Floats


_TOLERANCE = 1e-6
"""Floors are told apart down to this share of the largest share of a pair."""


def maximin_assignment(
    weights: ArrayLike,
    row_capacity: ArrayLike = 1,
    col_capacity: ArrayLike = 1,
    *,
    row_minimum: ArrayLike = 0,
    col_minimum: ArrayLike = 0,
    over: Literal["rows", "cols"] = "rows",
    share: Literal["total", "mean"] = "total",
    target_gap: float = 0.0,
    time_limit: float = 60.0,
) -> MaximinAssignment:
    """Return an assignment with loads whose smallest share is largest, then of the best sum.

    Parameters
    ----------
    weights : array (rows, cols)
        Higher is better. NaN or -inf: the pair is not allowed.
    row_capacity, col_capacity : int or int array
        Most partners of each row and each column.
    row_minimum, col_minimum : int or int array
        Fewest partners of each row and each column.
    over : {"rows", "cols"}
        Whose smallest share is made large.
    share : {"total", "mean"}
        "total": the sum of the weights of one's pairs. "mean": that over one's capacity, so that
        people with few places are not the poor ones; a place left empty counts 0.
    target_gap : float
        Stop the search for the best sum once its gap is proven to be at most this.
    time_limit : float
        Seconds; then the best so far is returned with what is proven. Where it is not reached, the
        same input gives the same answer.

    Returns
    -------
    MaximinAssignment

    Raises
    ------
    InvalidInput, InfeasibleError
        As `assignment`; nobody on the side that counts, or an unknown word.

    Notes
    -----
    With several partners each this is NP-hard [bezakova2005]_; floors are told apart down to a
    millionth of the largest weight. What the poorest row could have alone is a bound, and most
    tables reach it: all rows give up a place each, and one assignment deals these out anew, over
    and over, with more weight on rows that stay short. Where not, Lagrange multipliers
    [fisher1981]_ of all floors bound it, and prices of columns under which each row takes a whole
    choice above the floor [bansal2006]_: that sees that shares come in steps. They come from the
    volume algorithm [barahona2000]_, then from a linear programme over choices that grows as
    prices call for it. The same bounds serve the best sum above the floor; where that programme
    takes fractions of choices, HiGHS or CP-SAT pick among those that lose least. With one partner
    each, see `leximin_matching`.

    Examples
    --------
    >>> from pairwise import matching
    >>> weights = [[9, 8, 1], [9, 1, 2]]
    >>> matching.assignment(weights, row_capacity=2, col_capacity=1).weight
    19
    >>> fair = matching.maximin_assignment(weights, row_capacity=2, col_capacity=1)
    >>> fair.floor, fair.floor_bound, fair.weight, fair.shares.tolist()
    (9.0, 9.0, 18.0, [9.0, 9.0])
    """
    given = ("over", over, ("rows", "cols")), ("share", share, ("total", "mean"))
    for name, word, known in given:
        if word not in known:
            hint = did_you_mean(str(word), known)
            raise InvalidInput(f'{name} = {word!r}: must be "{known[0]}" or "{known[1]}"{hint}')
    started = time.monotonic()

    def seconds_left(share: float = 1.0) -> float:
        return share * time_limit - (time.monotonic() - started)

    first = assignment(
        weights,
        row_capacity,
        col_capacity,
        row_minimum=row_minimum,
        col_minimum=col_minimum,
        cardinality="any",
    )
    problem = _shares(weights, first, over == "cols", share == "mean")
    ends = (first.rows, first.cols) if over == "rows" else (first.cols, first.rows)
    tolerance = _TOLERANCE * float(np.abs(problem.shares[problem.allowed]).max(initial=0.0))
    floor = find_floor(problem, ends, tolerance, lambda: seconds_left(0.5))
    best = SumSearch(problem, floor.ends, floor.floor, lambda: seconds_left(0.8)).run(target_gap)
    rows, cols = best.ends if over == "rows" else best.ends[::-1]
    order = np.lexsort((cols, rows))
    reached = float(problem.shares_of(best.ends).min())
    return MaximinAssignment(
        rows=rows[order].astype(np.int32),
        cols=cols[order].astype(np.int32),
        over=over,
        floor=reached,
        floor_bound=max(floor.bound, reached),
        weight=best.sum,
        bound=max(best.bound, best.sum),
        searched=tuple(
            name
            for name, by_search in (("floor_bound", floor.searched), ("bound", best.searched))
            if by_search
        ),
        tolerance=tolerance,
        floor_choices=floor.choices,
        sum_choices=best.choices,
        floor_multipliers=floor.multipliers,
        sum_multipliers=best.multipliers,
        floor_proof=problem.solve(problem.priced(0.0, floor.multipliers)),
        sum_proof=problem.solve(problem.priced(1.0, best.multipliers)),
        _problem=problem,
    )


def _shares(weights: ArrayLike, first: Assignment, turned: bool, mean: bool) -> Shares:
    """Return the problem with the side that counts in rows; loads were checked by `first`."""
    table = _floats(weights)
    sides = first.certificate.row_loads, first.certificate.col_loads
    if turned:
        table, sides = np.ascontiguousarray(table.T), sides[::-1]
    if not len(table):
        raise InvalidInput("weights: nobody is on the side whose shares count")
    row, col = sides
    places = np.maximum(row.high, 1)[:, None] if mean else 1
    return Shares(table, table / places, row.low, row.high, col.low, col.high)


def _floats(weights: ArrayLike) -> Floats:
    array = np.asarray(weights)
    values = array.astype(np.float64)
    values[np.isnan(values)] = -np.inf
    if array.dtype.kind in "iu":
        values[array == np.iinfo(np.int64).min] = -np.inf
        if array.size and np.abs(values[values > -np.inf]).max(initial=0.0) > 2.0**53:
            raise InvalidInput("weights: integers beyond 2^53 do not fit doubles; divide them")
    return values
