"""Small cells are withheld, and so is what would give them away.

A table shows for each label how many people stand behind a figure and what it is. Everybody
has one label, so counts add up to the count of all, and counts times means to that of all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Counts = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Mask = npt.NDArray[np.bool_]

SMALLEST = {"published": 10, "internal": 5}
"""How many people must stand behind a figure, by who will see it."""

_ROUNDING = 1e-9


def withheld_counts(people: Counts, order: Counts, smallest: int, already: Mask) -> Mask:
    """Return which labels withhold how many people stand behind their figure, shape (labels,).

    Parameters
    ----------
    people : ndarray, shape (labels,)
        How many people stand behind each figure.
    order : ndarray, shape (labels,)
        How many people have each label: smaller labels are the first to be withheld besides.
    smallest : int
        Counts below it are withheld; a cell of nobody holds nobody's figure.
    already : ndarray of bool, shape (labels,)
        What the table of the people themselves withholds; no figure withholds less.

    Notes
    -----
    If anything is withheld, then at least two labels are, with `smallest` people or more
    together. Then what is published about all and about the rest leaves each withheld count
    open: people can be moved from one withheld label to another [hundepool2012]_.
    """
    hidden = already | ((people > 0) & (people < smallest))
    nothing = np.zeros(len(people))
    return _enough(hidden, people, nothing, -np.inf, np.inf, smallest, order)


def withheld_means(
    people: Counts,
    sums: Floats,
    low: float,
    high: float,
    smallest: int,
    order: Counts,
    hidden: Mask,
) -> Mask:
    """Return which labels withhold their mean, shape (labels,).

    Those that withhold their count, and as many others as it takes for the withheld people to
    differ.

    Parameters
    ----------
    people, sums : ndarray, shape (labels,)
        How many people stand behind each figure, and the sum of theirs.
    low, high : float
        Between which values everybody's figure lies.
    smallest, order
        As in `withheld_counts`.
    hidden : ndarray of bool, shape (labels,)
        What `withheld_counts` returns.

    Notes
    -----
    If all of the withheld people had the lowest figure, or all the highest, their sum would
    tell everybody's; otherwise figures can be moved from one withheld label to another, even
    if all counts were known.
    """
    return _enough(hidden, people, sums, low, high, smallest, order)


def _enough(
    hidden: Mask,
    people: Counts,
    sums: Floats,
    low: float,
    high: float,
    smallest: int,
    order: Counts,
) -> Mask:
    """Withhold further labels, small ones first, until the totals tell none of them."""
    hidden = hidden.copy()
    for label in np.lexsort((np.arange(len(order)), order)) if hidden.any() else ():
        if _open(people[hidden], sums[hidden], low, high, smallest):
            break
        hidden[label] = True
    return hidden


def _open(people: Counts, sums: Floats, low: float, high: float, smallest: int) -> bool:
    """Say whether the withheld cells cannot be told from their totals."""
    if np.count_nonzero(people) < 2 or people.sum() < smallest:
        return False
    return not same_for_all(float(sums.sum()), int(people.sum()), low, high)


def same_for_all(total: float, people: int, low: float, high: float) -> bool:
    """Say whether a sum tells everybody's figure: all have the lowest, or all the highest."""
    ends = [end * people for end in (low, high) if np.isfinite(end)]
    return any(abs(total - end) <= _ROUNDING * max(1.0, abs(end)) for end in ends)
