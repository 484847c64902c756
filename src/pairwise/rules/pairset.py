"""A set of unordered index pairs that is looked up by block, without an (n, n) array."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairwise.terms.blocks import Index
from pairwise.terms.blocks import IndexArray as Indices

__all__ = ["Index", "Indices", "PairSet", "as_indices", "find_all"]


class PairSet:
    """Pairs {i, j} among n participants, sparse and symmetric.

    Parameters
    ----------
    n
        Number of participants.
    i, j
        Indices of the pairs, shape (m,); repeated and turned pairs count once.

    Notes
    -----
    Memory O(m + n). Building costs O(m log m); a block O(r + c + entries of its rows).

    Examples
    --------
    >>> import numpy as np
    >>> pairs = PairSet(4, np.array([0, 2]), np.array([3, 0]))
    >>> pairs.block(slice(0, 2), np.array([3, 1]))
    array([[ True, False],
           [False, False]])
    >>> pairs.partners(0)
    array([2, 3])
    """

    __slots__ = ("_cols", "_keys", "_starts", "degree", "n")

    def __init__(self, n: int, i: NDArray[Any], j: NDArray[Any]) -> None:
        self.n = n
        here, there = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        self._keys = np.unique(np.concatenate([here * n + there, there * n + here]))
        rows, cols = np.divmod(self._keys, max(n, 1))
        self._cols = cols.astype(np.intp)
        self.degree: NDArray[np.int64] = np.bincount(rows, minlength=n).astype(np.int64)
        self._starts = np.concatenate([[0], np.cumsum(self.degree)]).astype(np.int64)

    def __len__(self) -> int:
        return len(self._keys) // 2

    def partners(self, i: int) -> Indices:
        """Return the indices paired with i, ascending."""
        return self._cols[self._starts[i] : self._starts[i + 1]]

    def pairs(self) -> NDArray[np.intp]:
        """Return the pairs as an (m, 2) array, i < j, in order."""
        rows, cols = np.divmod(self._keys, max(self.n, 1))
        return np.column_stack([rows, cols])[rows < cols].astype(np.intp)

    def components(self) -> tuple[tuple[int, ...], ...]:
        """Return the groups of two or more that the pairs connect, ascending; O(m)."""
        groups: list[tuple[int, ...]] = []
        seen: set[int] = set()
        for start in np.flatnonzero(self.degree).tolist():
            if start in seen:
                continue
            reached, frontier = {start}, [start]
            while frontier:
                fresh = set(self.partners(frontier.pop()).tolist()) - reached
                reached |= fresh
                frontier.extend(fresh)
            seen |= reached
            groups.append(tuple(sorted(reached)))
        return tuple(groups)

    def contains(self, i: Indices, j: Indices) -> NDArray[np.bool_]:
        """Tell which of m index pairs are in the set; shape (m,), O(m log of the set)."""
        wanted = np.asarray(i, dtype=np.int64) * self.n + np.asarray(j, dtype=np.int64)
        if not len(self._keys):
            return np.zeros(wanted.shape, dtype=np.bool_)
        at = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        found: NDArray[np.bool_] = self._keys[at] == wanted
        return found

    def block(self, rows: Index, cols: Index) -> NDArray[np.bool_]:
        """Tell which pairs of a block are in the set; shape (r, c)."""
        rows, cols = as_indices(rows, self.n), as_indices(cols, self.n)
        mask = np.zeros((len(rows), len(cols)), dtype=np.bool_)
        counts = self.degree[rows]
        if counts.any():
            at = np.repeat(np.arange(len(rows)), counts)
            entry, position = find_all(self._cols[_ranges(self._starts[rows], counts)], cols)
            mask[at[entry], position] = True
        return mask


def as_indices(index: Index, n: int) -> Indices:
    """Turn a slice of n positions into an index array; leave arrays as they are."""
    return np.arange(n)[index] if isinstance(index, slice) else index


def find_all(values: Indices, cols: Indices) -> tuple[Indices, Indices]:
    """Return every (k, p) with ``values[k] == cols[p]``, as two arrays; O(sort)."""
    order = np.argsort(cols, kind="stable")
    first = np.searchsorted(cols, values, "left", sorter=order)
    hits = np.searchsorted(cols, values, "right", sorter=order) - first
    return np.repeat(np.arange(len(values)), hits), order[_ranges(first, hits)]


def _ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Concatenate ``starts[k], starts[k] + 1, ...`` with ``counts[k]`` entries each."""
    before = np.cumsum(counts) - counts
    ramp: NDArray[np.int64] = np.arange(counts.sum()) + np.repeat(starts - before, counts)
    return ramp
