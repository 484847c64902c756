"""How two lists of people meet, and the one loop that fills blocks and pairs.

A term or a score is written once, in terms of a `Meeting`: `GRID` is everybody of one list
with everybody of another (a matrix product), `PAIRED` is one list beside another (row-wise
products). Both give the same bits because the products are exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from pairwise import _kernel
from pairwise.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

Array: TypeAlias = npt.NDArray[Any]
FloatArray: TypeAlias = npt.NDArray[np.float64]
IndexArray: TypeAlias = npt.NDArray[np.intp]
Index: TypeAlias = slice | IndexArray
IndexLike: TypeAlias = slice | npt.ArrayLike
Side: TypeAlias = Any
"""What a term must know of some people: arrays with one row per person, in its own tuple."""

STRIP_BYTES = 1 << 20
"""Rows are worked off in strips of about this size, so that passes stay in the L2 cache."""

PAIRS_AT_ONCE = 1 << 13


class Meeting(Protocol):
    """The shape in which two lists of people meet."""

    def product(self, left: Array, right: Array, out: Array) -> Array:
        """Fill `out` with inner products of rows of `left` (r, d) and of `right` (c, d)."""

    def share_of_union(self, shared: Array, left: Array, right: Array) -> None:
        """Overwrite what two share by ``shared / (left + right - shared)``, given what each has."""

    def left(self, values: Array) -> Array:
        """Return values per left person, shaped to meet the result."""

    def right(self, values: Array) -> Array:
        """Return values per right person, shaped to meet the result."""

    def shape(self, left: int, right: int) -> tuple[int, ...]:
        """Return the shape of the result for these numbers of people."""


class _Grid:
    def product(self, left: Array, right: Array, out: Array) -> Array:
        return np.matmul(left, right.T, out=out)

    def share_of_union(self, shared: Array, left: Array, right: Array) -> None:
        _kernel.share_of_union(shared, left, right)

    def left(self, values: Array) -> Array:
        return values[:, None]

    def right(self, values: Array) -> Array:
        return values[None, :]

    def shape(self, left: int, right: int) -> tuple[int, ...]:
        return (left, right)


class _Paired:
    def product(self, left: Array, right: Array, out: Array) -> Array:
        return np.einsum("pd,pd->p", left, right, out=out)

    def share_of_union(self, shared: Array, left: Array, right: Array) -> None:
        shared /= left + right - shared

    def left(self, values: Array) -> Array:
        return values

    def right(self, values: Array) -> Array:
        return values

    def shape(self, left: int, right: int) -> tuple[int, ...]:  # noqa: ARG002
        return (left,)


GRID: Meeting = _Grid()
PAIRED: Meeting = _Paired()


class Evaluable(Protocol):
    """What can be worked off block by block: a bound term or the weighted terms of a score."""

    @property
    def n(self) -> int:
        """Number of people."""

    def side(self, index: Index, dtype: npt.DTypeLike) -> Side:
        """Return what must be known of the people at `index`; cost O(m d)."""

    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        """Fill `out` with the values of the meeting; NaN where unknown."""

    def fill_directed(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        """Fill `out` with what each left person gains from the right one."""

    def one_pass(self, dtype: npt.DTypeLike) -> bool:
        """Return whether `fill` is a single matrix product, so that strips would only cost."""


def fill_block(
    of: Evaluable,
    rows: IndexLike,
    cols: IndexLike,
    dtype: npt.DTypeLike = np.float64,
    out: Array | None = None,
    *,
    directed: bool = False,
) -> Array:
    """Return the (r, c) values of `of`, in `out` when given.

    Raises
    ------
    InvalidInput
        A position outside 0 to n - 1, a dtype other than float64 or float32, or an `out` of
        another shape or dtype.
    """
    dtype = checked_dtype(dtype)
    left, right = checked_index(rows, of.n, "rows"), checked_index(cols, of.n, "cols")
    r, c = length(left), length(right)
    out = prepared(out, (r, c), dtype)
    fill = of.fill_directed if directed else of.fill
    whole = of.one_pass(dtype) and not directed
    step = max(1, r) if whole else max(32, STRIP_BYTES // (max(1, c) * dtype.itemsize))
    columns = of.side(right, dtype)
    for start, stop in spans(r, step):
        fill(GRID, of.side(part(left, start, stop), dtype), columns, out[start:stop])
    return out


def fill_pairs(
    of: Evaluable,
    i: npt.ArrayLike,
    j: npt.ArrayLike,
    out: FloatArray | None = None,
    *,
    directed: bool = False,
) -> FloatArray:
    """Return the (m,) values of the pairs (i[k], j[k]): the bits of the float64 block.

    Raises
    ------
    InvalidInput
        A position outside 0 to n - 1, lists of different length, or an `out` that does not fit.
    """
    left, right = checked_positions(i, of.n, "i"), checked_positions(j, of.n, "j")
    if left.shape != right.shape:
        raise InvalidInput(f"i and j hold {left.size:,} and {right.size:,} people: must be equal")
    out = prepared(out, left.shape, np.dtype(np.float64))
    fill = of.fill_directed if directed else of.fill
    for start, stop in spans(left.size, PAIRS_AT_ONCE):
        mine, theirs = (of.side(index[start:stop], np.float64) for index in (left, right))
        fill(PAIRED, mine, theirs, out[start:stop])
    return out


def spans(n: int, step: int) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of consecutive spans of `step` that cover 0 to n."""
    for start in range(0, n, step):
        yield start, min(start + step, n)


def length(index: Index) -> int:
    """Return how many people a checked index names."""
    return index.stop - index.start if isinstance(index, slice) else index.size


def part(index: Index, start: int, stop: int) -> Index:
    """Return the people from `start` to `stop` of a checked index."""
    if isinstance(index, slice):
        return slice(index.start + start, index.start + stop)
    return index[start:stop]


def positions(index: Index) -> IndexArray:
    """Return a checked index as an array of positions."""
    if isinstance(index, slice):
        return np.arange(index.start, index.stop, dtype=np.intp)
    return index


def checked_index(index: IndexLike, n: int, name: str) -> Index:
    """Return a contiguous slice or an array of positions, each from 0 to n - 1."""
    if not isinstance(index, slice):
        return checked_positions(index, n, name)
    start, stop, step = index.indices(n)
    if step == 1:
        return slice(start, max(start, stop))
    return np.arange(start, stop, step, dtype=np.intp)


def checked_positions(index: npt.ArrayLike, n: int, name: str) -> IndexArray:
    """Return positions as an array; refuse masks, other shapes, and whoever is not there."""
    given = np.asarray(index)
    if given.ndim != 1 or (given.size and given.dtype.kind not in "iu"):
        raise InvalidInput(
            f"{name} has dtype {given.dtype} and shape {given.shape}: must be a list of positions;"
            " use people.indices(ids) for ids, numpy.flatnonzero(mask) for a mask"
        )
    if given.size and (given.min() < 0 or given.max() >= n):
        wrong = given[(given < 0) | (given >= n)][0]
        raise InvalidInput(f"{name} holds {wrong}: must be a position from 0 to {n - 1}")
    return given.astype(np.intp, copy=False)


def checked_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """Return the dtype of a block: float64 (exact) or float32 (fast)."""
    given = np.dtype(dtype)
    if given not in (np.float64, np.float32):
        raise InvalidInput(f"dtype = {given}: must be float64 or float32")
    return given


def prepared(out: object, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return `out` after checking that it fits, or a new array."""
    if out is None:
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise InvalidInput(f"out is a {type(out).__name__}: must be a numpy array")
    if out.shape != shape or out.dtype != dtype:
        raise InvalidInput(
            f"out is {out.dtype} of shape {out.shape}: must be {dtype} of shape {shape}"
        )
    return out
