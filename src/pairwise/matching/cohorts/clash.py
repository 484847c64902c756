"""Which demands on a cohort cannot be met together: the smallest set of them."""

from __future__ import annotations

from itertools import chain, combinations
from math import comb
from typing import TYPE_CHECKING

from pairwise.matching.cohorts.solve import find_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pairwise.matching.cohorts.problem import CohortProblem, WithinBounds

_MOST_TRIES = 500


def smallest_clash(
    problem: CohortProblem, demands: Sequence[Sequence[WithinBounds]]
) -> tuple[int, ...]:
    """Return the positions of the fewest demands that contradict each other; () if none do.

    Parameters
    ----------
    problem
        Its own sums are not looked at.
    demands
        Each a list of sums that come together.

    Notes
    -----
    Sets of one, of two and so on are tried while there are few; beyond, demands are dropped one by
    one while the others still clash, which leaves a set of which every one is needed.
    """
    everything = tuple(range(len(demands)))
    if not _clash(problem, demands, everything):
        return ()
    for size in range(1, len(demands)):
        if comb(len(demands), size) > _MOST_TRIES:
            return _needed(problem, demands, everything)
        for some in combinations(everything, size):
            if _clash(problem, demands, some):
                return some
    return everything


def _needed(
    problem: CohortProblem, demands: Sequence[Sequence[WithinBounds]], clash: tuple[int, ...]
) -> tuple[int, ...]:
    for k in clash:
        fewer = tuple(other for other in clash if other != k)
        if _clash(problem, demands, fewer):
            clash = fewer
    return clash


def _clash(
    problem: CohortProblem, demands: Sequence[Sequence[WithinBounds]], which: Iterable[int]
) -> bool:
    return find_any(problem.under(chain(*(demands[k] for k in which)))).infeasible
