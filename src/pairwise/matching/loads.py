"""How many partners each side of an assignment may and must have, and what the k-th is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise.errors import InvalidInput

Counts = NDArray[np.int32]
Units = NDArray[np.int64]

_MOST = 2**31 - 1
NO_GAINS: Units = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Loads:
    """Capacities, minimum loads and gains of one side, in the kernel's integers.

    Attributes
    ----------
    low, high : int32 array (n,)
        Fewest and most partners of each, ``0 <= low <= high``.
    gain_start, gain : int64 arrays
        Gain of the k-th partner of node v is ``gain[gain_start[v] + k]`` units, not rising with k;
        both empty when nothing is gained beyond weights.
    """

    low: Counts
    high: Counts
    gain_start: Units
    gain: Units

    def __len__(self) -> int:
        return len(self.high)

    @property
    def arrays(self) -> tuple[Counts, Counts, Units, Units]:
        """The four arrays, as the kernel takes them."""
        return self.low, self.high, self.gain_start, self.gain

    @property
    def at_most_one(self) -> bool:
        """Whether each takes one partner or none, and gains nothing by it beyond weights."""
        return bool((self.high == 1).all()) and not self.low.any() and not len(self.gain)

    def conjugate(self, duals: Units) -> int:
        """Return the sum over nodes of the most that ``gains(k) + dual * k`` can be, in units."""
        if not len(self.gain):
            loads = np.where(duals >= 0, self.high, self.low).astype(np.int64)
            if int(loads.sum()) < 1 << 31:
                return (int((duals >> 32) @ loads) << 32) + int((duals & 0xFFFFFFFF) @ loads)
            products = zip(loads.tolist(), duals.tolist(), strict=True)
            return sum(load * dual for load, dual in products)
        return sum(self._best(v, int(dual)) for v, dual in enumerate(duals))

    def earned(self, counts: NDArray[np.int64]) -> int:
        """Return the gains of nodes with these numbers of partners, in units."""
        if not len(self.gain):
            return 0
        starts = self.gain_start[:-1].tolist()
        pairs = zip(starts, counts.tolist(), strict=True)
        return sum(exact_sum(self.gain[start : start + count]) for start, count in pairs)

    def _best(self, v: int, dual: int) -> int:
        start, low, high = int(self.gain_start[v]), int(self.low[v]), int(self.high[v])
        gains = self.gain[start : start + high].tolist()
        fixed = sum(map(int, gains[:low])) + low * dual
        return fixed + sum(max(0, int(gain) + dual) for gain in gains[low:])


def exact_sum(values: Units) -> int:
    """Return the sum of 64-bit integers without overflow."""
    high, low = values >> 32, values & 0xFFFFFFFF
    return (int(high.sum()) << 32) + int(low.sum())


def check_counts(name: str, counts: ArrayLike, n: int) -> Counts:
    """Return one number of partners for each of n nodes; refuse what is none.

    Raises
    ------
    InvalidInput
        Naming the first entry that is no whole number >= 0.
    """
    array = np.asarray(counts)
    if array.ndim == 0 and array.dtype.kind in "ui" and 0 <= array <= _MOST:
        return np.full(n, array, dtype=np.int32)
    if array.ndim > 1 or (array.ndim == 1 and len(array) != n):
        raise InvalidInput(f"{name}: must be one number or {n} numbers, has shape {array.shape}")
    if array.size and (array.dtype.kind not in "uif" or not (array == np.floor(array)).all()):
        raise InvalidInput(f"{name}: must hold whole numbers, has {array.dtype} {array.flat[0]!r}")
    wrong = np.flatnonzero((array < 0) | (array > _MOST))
    if len(wrong):
        where = f"[{wrong[0]}]" if array.ndim else ""
        raise InvalidInput(f"{name}{where} = {array.flat[wrong[0]]}: must be >= 0 and fit 32 bits")
    return np.ascontiguousarray(np.broadcast_to(array, n), dtype=np.int32)


def check_gains(name: str, gains: ArrayLike | None, n: int) -> NDArray[np.float64] | None:
    """Return gains (n, k) of the k-th partner; refuse what rises with k."""
    if gains is None:
        return None
    array = np.asarray(gains, dtype=np.float64)
    if array.ndim == 1:
        array = np.broadcast_to(array, (n, len(array)))
    if array.ndim != 2 or len(array) != n:
        raise InvalidInput(f"{name}: must have shape (k,) or ({n}, k), has {array.shape}")
    if not np.isfinite(array).all():
        raise InvalidInput(f"{name}: must be finite; limit the capacity instead")
    rising = np.argwhere(np.diff(array, axis=1) > 0)
    if len(rising):
        v, k = rising[0].tolist()
        raise InvalidInput(
            f"{name}[{v}, {k + 1}] = {array[v, k + 1]} is more than {array[v, k]} before it: "
            "a further partner may not be worth more than the one before"
        )
    return array


def make_loads(side: str, n: int, most: int, capacity: ArrayLike, minimum: ArrayLike) -> Loads:
    """Return the loads of one side, without gains; a capacity beyond `most` others is cut to that.

    Raises
    ------
    InvalidInput
        Naming the argument and the entry that break a rule.
    """
    high = check_counts(f"{side}_capacity", capacity, n)
    low = check_counts(f"{side}_minimum", minimum, n)
    wrong = np.flatnonzero(low > high)
    if len(wrong):
        v = wrong[0]
        raise InvalidInput(
            f"{side}_minimum[{v}] = {low[v]} is above {side}_capacity[{v}] = {high[v]}; "
            "raise the capacity or lower the minimum"
        )
    return Loads(low, np.maximum(np.minimum(high, most), low), NO_GAINS, NO_GAINS)


def add_gains(side: str, loads: Loads, gains: NDArray[np.float64] | None, scale: float) -> Loads:
    """Return loads with gains (n, k) of the k-th partner, rounded to units of ``1 / scale``."""
    if gains is None:
        return loads
    if len(loads) and gains.shape[1] < loads.high.max():
        raise InvalidInput(
            f"{side}_gains: has {gains.shape[1]} entries a node, needs {loads.high.max()}: one for "
            "each partner that somebody may have"
        )
    units = np.rint(gains * scale).astype(np.int64)
    start = np.arange(len(loads) + 1, dtype=np.int64) * units.shape[1]
    return Loads(loads.low, loads.high, start, np.ascontiguousarray(units).ravel())
