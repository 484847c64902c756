"""The best sum of an assignment whose shares all reach a given floor, with what bounds it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pairwise.errors import VerificationError
from pairwise.matching.bipartite import assignment
from pairwise.matching.maximin.best_sum import SumSearch
from pairwise.matching.maximin.floor import find_floor
from pairwise.matching.maximin.proof import (
    ROUNDING,
    Priced,
    as_shares,
    check_units,
    in_units,
    sum_bound,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pairwise.matching.maximin.problem import Ends
    from pairwise.matching.maximin.proof import Cell, Shared

_TOLERANCE = 1e-6


class Seated(Protocol):
    """What such a proof is checked against."""

    @property
    def floor(self) -> float:
        """The least share."""

    @property
    def seat_table(self) -> Shared:
        """Scores and loads; columns have shares, of their capacity."""


@dataclass(frozen=True)
class FloorProof:
    """Why no plan whose shares reach the floor has a larger sum.

    Attributes
    ----------
    bound_q : int
        No such plan is worth more, in units; multipliers prove it over all pairs.
    prices : Priced
        What proves it.
    """

    bound_q: int
    prices: Priced

    def check(self, problem: Seated, groups: Any) -> None:
        """Check floor and bound against all pairs; shares no code with the search.

        Raises
        ------
        VerificationError
            Naming what is false.
        """
        seats = problem.seat_table
        rows, cols = np.array(list(seats.cells(groups)), dtype=np.intp).reshape(-1, 2).T
        most = seats.loads[1][1]
        shares = np.bincount(cols, seats.scores[rows, cols], minlength=len(most)) / most
        if (shares < problem.floor - ROUNDING).any():
            raise VerificationError(f"a share is below the floor of {problem.floor}")
        proven = sum_bound(seats, self.prices, problem.floor)
        check_units(self.bound_q, seats.step, proven)


def prove_floor(
    problem: Shared,
    floor: float,
    target_gap: float,
    time_limit: float,
    start: Sequence[Cell] | None = None,
) -> tuple[list[Cell], FloorProof] | None:
    """Return pairs of the best sum found above a floor, with their proof.

    Parameters
    ----------
    problem
        Scores and loads.
    floor
        The least share of each column, of its capacity.
    target_gap, time_limit
        When to stop; seconds.
    start
        Pairs that are above the floor; they are searched for if None.

    Returns
    -------
    pairs and proof, or None
        None where no plan above the floor was found.

    Raises
    ------
    InfeasibleError
        The loads cannot be met.
    """
    deadline = time.monotonic() + time_limit

    def seconds_left() -> float:
        return deadline - time.monotonic()

    shares = as_shares(problem)
    ends = _within_loads(problem) if start is None else _ends(start)
    if start is None and shares.shares_of(ends).min() < floor:
        ends = find_floor(shares, ends, _TOLERANCE, seconds_left).ends
    if shares.shares_of(ends).min() < floor - ROUNDING:
        return None
    best = SumSearch(shares, ends, floor, seconds_left).run(target_gap)
    priced = shares.solve(shares.priced(1.0, best.multipliers))
    prices = Priced.of(best.multipliers, priced)
    units = in_units(sum_bound(problem, prices, floor), best.sum, problem.step)
    cells = sorted(zip(best.ends[1].tolist(), best.ends[0].tolist(), strict=True))
    return cells, FloorProof(units, prices)


def _within_loads(problem: Shared) -> Ends:
    """Return the best assignment within the loads."""
    (row_low, row_high), (col_low, col_high) = problem.loads
    first = assignment(
        problem.scores,
        row_high,
        col_high,
        row_minimum=row_low,
        col_minimum=col_low,
        cardinality="any",
    )
    return first.cols, first.rows


def _ends(cells: Sequence[Cell]) -> Ends:
    rows, cols = np.array(cells, dtype=np.intp).reshape(-1, 2).T
    return cols, rows
