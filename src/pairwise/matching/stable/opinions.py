"""What people think of each other: score matrices, checked once, or made of ranked lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Scores = NDArray[np.float64]

_CELLS = 1 << 20
_EXACT_INTEGER = 2**53


def check_opinions(name: str, scores: ArrayLike, shape: tuple[int, int] | None = None) -> Scores:
    """Return directed scores as doubles; refuse wrong shapes, +inf and what is no number."""
    array = np.asarray(scores)
    if array.ndim != 2 or (shape is None and array.shape[0] != array.shape[1]):
        kind = "a square matrix" if shape is None else "a matrix"
        raise InvalidInput(f"{name}: must be {kind}, has shape {array.shape}")
    if shape is not None and array.shape != shape:
        raise InvalidInput(
            f"{name}: has shape {array.shape}, must have {shape}: each row holds what one person "
            "thinks of the other side; transpose it"
        )
    if array.dtype.kind not in "bfiu":
        raise InvalidInput(f"{name}: must hold numbers, has {array.dtype}")
    if array.dtype.kind in "iu" and array.size and _largest(array) > _EXACT_INTEGER:
        raise InvalidInput(f"{name}: {_largest(array)} does not fit a double; use smaller ranks")
    values = np.ascontiguousarray(array, dtype=np.float64)
    if np.isposinf(values).any():
        i, j = np.argwhere(np.isposinf(values))[0]
        raise InvalidInput(f"{name}[{i}, {j}] = inf: must be finite, or -inf: not acceptable")
    return values


def _largest(array: NDArray[np.integer]) -> int:
    return max(abs(int(array.min())), abs(int(array.max())))


def row_slices(shape: tuple[int, ...]) -> Iterator[slice]:
    """Yield slices of rows that hold about a million entries each."""
    height = max(1, _CELLS // max(shape[1], 1))
    for first in range(0, shape[0], height):
        yield slice(first, min(first + height, shape[0]))


def scores_from_lists(lists: Sequence[Sequence[int]], count: int) -> Scores:
    """Return directed scores that say the same as ranked lists: best first.

    Parameters
    ----------
    lists : sequence of sequences of int
        Whom each person accepts, from the best on. Whoever is not listed is not acceptable.
    count : int
        How many there are to be listed: entries are 0 ... count - 1.

    Returns
    -------
    array (len(lists), count)
        1 for the first, then falling by equal steps to above 0; -inf: not acceptable. A matrix
        of ranks (0 is best) needs no help: its negative is a matrix of scores.

    Raises
    ------
    InvalidInput
        An entry out of range, or listed twice.

    Examples
    --------
    >>> from pairwise import matching
    >>> matching.scores_from_lists([[1, 0], [0]], 2)
    array([[ 0.5,  1. ],
           [ 1. , -inf]])
    """
    scores = np.full((len(lists), count), -np.inf)
    for i, wishes in enumerate(lists):
        for place, j in enumerate(wishes):
            if not 0 <= j < count:
                raise InvalidInput(f"lists[{i}] holds {j}: must be one of 0 ... {count - 1}")
            if scores[i, j] > -np.inf:
                raise InvalidInput(f"lists[{i}] holds {j} twice; leave one out")
            scores[i, j] = (count - place) / count
    return scores
