"""Which demands cannot be met together: the smallest set of them."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Some = tuple[int, ...]

_MOST_TRIES = 500


def smallest_clash(
    count: int, contradict: Callable[[Some], bool], most_tries: int = _MOST_TRIES
) -> Some:
    """Return the positions of the fewest demands that contradict each other; () if none do.

    Parameters
    ----------
    count
        How many demands there are.
    contradict
        Whether some of them, by position, cannot be met together.
    most_tries
        How many sets of one size are tried.

    Notes
    -----
    Sets of one, of two and so on are tried while there are few; beyond, demands are dropped one by
    one while the others still clash, which leaves a set of which every one is needed.
    """
    everything = tuple(range(count))
    if not contradict(everything):
        return ()
    for size in range(1, count):
        if comb(count, size) > most_tries:
            return _needed(everything, contradict)
        for some in combinations(everything, size):
            if contradict(some):
                return some
    return everything


def _needed(clash: Some, contradict: Callable[[Some], bool]) -> Some:
    for k in clash:
        fewer = tuple(other for other in clash if other != k)
        if contradict(fewer):
            clash = fewer
    return clash
