"""What arrays must be to become a feature, and the scale that they imply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput, listed
from pairwise.participants.ids import trimmed

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray: TypeAlias = npt.NDArray[np.float64]
IndexArray: TypeAlias = npt.NDArray[np.intp]


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the array marked read-only."""
    array.flags.writeable = False
    return array


def is_unknown(answer: object) -> bool:
    """Return whether an answer is missing: None, NaN, NaT, NA or blank text.

    Examples
    --------
    >>> [is_unknown(answer) for answer in (None, float("nan"), "  ", "HR", 0)]
    [True, True, True, False, False]
    """
    if answer is None:
        return True
    if isinstance(answer, str):
        return not trimmed(answer)
    try:
        return bool(answer != answer)
    except (TypeError, ValueError):
        return True


def number_matrix(values: npt.ArrayLike, name: str) -> FloatArray:
    """Return a fresh float64 matrix (n, d); refuse what is not one, or holds infinity."""
    try:
        if isinstance(values, np.ma.MaskedArray):
            values = np.ma.filled(values.astype(np.float64), np.nan)
        matrix: FloatArray = np.array(values, dtype=np.float64, order="C")
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"{name}: must be an (n, d) array of numbers, NaN where unknown"
        ) from error
    if matrix.ndim != 2:
        raise InvalidInput(f"{name} has shape {matrix.shape}: must be (n, d), one row per person")
    if matrix.shape[1] == 0:
        raise InvalidInput(f"{name} has no columns: must have at least one")
    infinite = np.flatnonzero(np.isinf(matrix).any(axis=1))
    if infinite.size:
        raise InvalidInput(
            f"{name} at positions {listed(infinite.tolist())}: infinite; use NaN for unknown"
        )
    return matrix


def inferred_scale(*matrices: FloatArray) -> tuple[float, float]:
    """Return the scale (low, high) that the known values fit, by the rule of `VectorFeature`."""
    known = np.concatenate([m[~np.isnan(m)] for m in matrices])
    if not known.size:
        return 0.0, 1.0
    smallest, largest = float(known.min()), float(known.max())
    if smallest >= 0 and largest <= 1:
        return 0.0, 1.0
    if smallest >= 1 and np.all(known == np.floor(known)):
        return 1.0, max(largest, 2.0)
    low = min(smallest, 0.0)
    return low, max(largest, low + 1.0)


def column_names(columns: Sequence[str] | None, count: int, name: str) -> tuple[str, ...]:
    """Return `count` distinct, trimmed column names; number them when there are none."""
    if columns is None:
        return tuple(f"column {k}" for k in range(1, count + 1))
    names = tuple(trimmed(str(column)) for column in columns)
    if len(names) != count:
        raise InvalidInput(f"{name}: {len(names)} column names for {count} columns")
    if "" in names:
        raise InvalidInput(f"{name}: names must not be blank")
    if len(set(names)) < count:
        repeated = sorted({n for n in names if names.count(n) > 1})
        raise InvalidInput(
            f"{name}: {listed(repeated)} occurs more than once; names must be distinct"
        )
    return names


def check_scale(matrix: FloatArray, low: float, high: float, name: str) -> None:
    """Refuse a scale that is none, and values outside it."""
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise InvalidInput(f"{name}: scale low = {low:g}, high = {high:g}: low must be below high")
    outside = np.flatnonzero(((matrix < low) | (matrix > high)).any(axis=1))
    if outside.size:
        raise InvalidInput(
            f"{name} at positions {listed(outside.tolist())}: outside the scale {low:g} to"
            f" {high:g}; correct the values or widen the scale"
        )


def check_wishes(i: int, wanted: npt.NDArray[Any], n: int) -> None:
    """Refuse wishes for oneself, for nobody, or twice for the same person."""
    if wanted.dtype.kind not in "iu" or wanted.min() < 0 or wanted.max() >= n:
        raise InvalidInput(f"preferences at position {i}: must be positions from 0 to {n - 1}")
    if i in wanted:
        raise InvalidInput(f"preferences at position {i}: nobody can ask for themselves")
    if len(np.unique(wanted)) < len(wanted):
        raise InvalidInput(f"preferences at position {i}: the same person is asked for twice")
