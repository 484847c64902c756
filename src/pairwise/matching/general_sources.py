"""Where the weights of a general matching come from: a matrix or a list of edges, checked once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pairwise import _kernel
from pairwise.errors import InvalidInput, VerificationError
from pairwise.matching.certificate import NOT_ALLOWED, Certificate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_MANTISSA = 52


class Weights(Protocol):
    """What a matching is worth, and what its certificate is checked against.

    Weights are whole multiples of ``1 / scale``: `integral` ones as they came, `exact` ones without
    rounding.
    """

    integral: bool
    exact: bool
    scale: float

    def weight_of(self, pairs: NDArray[np.int64]) -> float:
        """Return the sum of the weights of pairs."""

    def units_of(self, pairs: NDArray[np.int64]) -> int:
        """Return the sum of the weights of pairs in units."""

    def check(self, certificate: Certificate) -> None:
        """Check a certificate against all pairs."""

    def allowed_pairs(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return both ends of all allowed pairs."""


def power_of_two_scale(largest: float, n: int) -> float:
    """Return the largest power of two by which weights up to `largest` fit the kernel."""
    headroom = int(np.ceil(np.log2(n + 8))) + 1
    bits = min(_MANTISSA, 58 - headroom)
    if largest == 0:
        return 1.0
    return float(2.0 ** min(bits - int(np.frexp(largest)[1]), 1023))


class MatrixWeights:
    """A validated symmetric matrix of weights."""

    def __init__(self, weights: ArrayLike) -> None:
        array = np.asarray(weights)
        if array.ndim != 2 or array.shape[0] != array.shape[1]:
            raise InvalidInput(f"weights: must be a square matrix, has shape {array.shape}")
        self.integral = array.dtype.kind in "bui"
        self.array: NDArray[Any] = np.ascontiguousarray(array, element_type("weights", array))
        i, j = _kernel.find_asymmetry(self.array)
        if i >= 0:
            raise InvalidInput(
                f"weights[{i}, {j}] = {self.array[i, j]} but weights[{j}, {i}] = "
                f"{self.array[j, i]}: must be symmetric; decide how the two directions become one, "
                "for example (w + w.T) / 2"
            )
        self.scale, self.exact = 1.0, True
        if not self.integral:
            self._choose_scale()

    @classmethod
    def trusted(cls, array: NDArray[Any], scale: float, exact: bool) -> MatrixWeights:
        """Take over a matrix that is known to be sound."""
        self = cls.__new__(cls)
        self.array, self.integral = array, array.dtype.kind != "f"
        self.scale, self.exact = scale, exact
        return self

    def _choose_scale(self) -> None:
        largest, whole = _kernel.magnitude(self.array)
        if np.isposinf(largest):
            raise InvalidInput(
                "weights: +inf is no weight; use a large finite one, or Require a pair"
            )
        self.exact = whole and largest <= 2.0**40
        self.scale = 1.0 if self.exact else power_of_two_scale(largest, len(self.array))

    def matcher(self, maximum: bool) -> _kernel.DenseMatcher | _kernel.IntegerDenseMatcher:
        """Return the kernel's solver of this matrix."""
        kind = _kernel.IntegerDenseMatcher if self.integral else _kernel.DenseMatcher
        return kind(self.array, self.scale, maximum)

    def solve(self, maximum: bool, time_limit: float | None) -> dict[str, Any]:
        """Let the kernel solve."""
        try:
            return self.matcher(maximum).solve(time_limit)
        except ValueError as error:
            raise InvalidInput(str(error)) from None

    def weight_of(self, pairs: NDArray[np.int64]) -> float:
        """Return the sum of the weights of pairs."""
        values = self.array[pairs[:, 0], pairs[:, 1]]
        return sum(map(int, values)) if self.integral else float(np.sum(values))

    def units_of(self, pairs: NDArray[np.int64]) -> int:
        """Return the sum of the weights of pairs in units."""
        values = self.units(self.array[pairs[:, 0], pairs[:, 1]])
        if len(values) and int(values.min()) == NOT_ALLOWED:
            raise VerificationError("mate: holds a pair that is not allowed")
        return sum(map(int, values))

    def check(self, certificate: Certificate) -> None:
        """Check a certificate against all pairs."""
        certificate.check(lambda rows, columns: self.units(self.array[rows, columns]))

    def allowed_pairs(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return both ends of all allowed pairs, the smaller vertex of a matrix first."""
        allowed = self.units(self.array) != NOT_ALLOWED
        u, v = np.nonzero(np.triu(allowed, 1))
        return u.astype(np.int32), v.astype(np.int32)

    def units(self, values: NDArray[Any]) -> NDArray[np.int64]:
        """Return weights in whole units; NOT_ALLOWED where a pair is not allowed."""
        if self.integral:
            return values
        allowed = values > -np.inf
        units = np.full(values.shape, NOT_ALLOWED)
        units[allowed] = np.rint(values[allowed] * self.scale).astype(np.int64)
        return units


class EdgeWeights:
    """A validated list of weighted edges."""

    def __init__(self, edges: Any, n: int | None) -> None:
        u, v, w = (np.asarray(part) for part in edges)
        if not (u.ndim == v.ndim == w.ndim == 1 and len(u) == len(v) == len(w)):
            raise InvalidInput(
                f"edges: u, v, w must be arrays of one length, have shapes "
                f"{u.shape}, {v.shape}, {w.shape}"
            )
        self.n = _count_vertices(u, v, n)
        self.u, self.v = u.astype(np.int32), v.astype(np.int32)
        loops = np.flatnonzero(self.u == self.v)
        if len(loops):
            raise InvalidInput(f"edges[{loops[0]}]: joins vertex {u[loops[0]]} to itself; drop it")
        self.integral = w.dtype.kind in "bui"
        self.values = w.astype(element_type("edges", w))
        self.scale, self.exact = 1.0, True
        if not self.integral:
            self._choose_scale()
        self._weigh()

    @classmethod
    def trusted(cls, edges: Any, n: int, scale: float, exact: bool) -> EdgeWeights:
        """Take over edges that are known to be sound."""
        self = cls.__new__(cls)
        self.n, (self.u, self.v, self.values) = n, edges
        self.integral = self.values.dtype.kind != "f"
        self.scale, self.exact = scale, exact
        self._weigh()
        return self

    def _weigh(self) -> None:
        scaled = self.values if self.integral else np.rint(self.values * self.scale)
        self.units = scaled.astype(np.int64)

    def _choose_scale(self) -> None:
        strange = np.flatnonzero(~np.isfinite(self.values))
        if len(strange):
            at = strange[0]
            raise InvalidInput(
                f"edges[{at}] has weight {self.values[at]}: must be finite; "
                "leave out an edge that is not allowed"
            )
        largest = float(np.abs(self.values).max(initial=0.0))
        self.exact = largest <= 2.0**40 and bool((self.values == np.rint(self.values)).all())
        self.scale = 1.0 if self.exact else power_of_two_scale(largest, self.n)

    def solve(self, maximum: bool, time_limit: float | None) -> dict[str, Any]:
        """Let the kernel solve."""
        try:
            return _kernel.match_sparse(self.n, self.u, self.v, self.units, maximum, time_limit)
        except ValueError as error:
            raise InvalidInput(str(error)) from None

    def weight_of(self, pairs: NDArray[np.int64]) -> float:
        """Return the sum of the weights of pairs."""
        values = self.values[self._find(pairs)]
        return sum(map(int, values)) if self.integral else float(np.sum(values))

    def units_of(self, pairs: NDArray[np.int64]) -> int:
        """Return the sum of the weights of pairs in units."""
        return sum(map(int, self.units[self._find(pairs)]))

    def check(self, certificate: Certificate) -> None:
        """Check a certificate against all pairs."""
        certificate.check_edges(self.u, self.v, self.units)

    def allowed_pairs(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return both ends of all allowed pairs, the smaller vertex of a matrix first."""
        return self.u, self.v

    def _find(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions of the heaviest edge of each pair."""
        low, high = np.minimum(self.u, self.v), np.maximum(self.u, self.v)
        key = low.astype(np.int64) * self.n + high
        order = np.lexsort((self.values, key))
        wanted = pairs[:, 0] * self.n + pairs[:, 1]
        found = np.searchsorted(key[order], wanted, side="right") - 1
        if (found < 0).any() or not np.array_equal(key[order][found], wanted):
            raise VerificationError("mate: holds a pair that is not an edge")
        return order[found]


def _count_vertices(u: NDArray[Any], v: NDArray[Any], n: int | None) -> int:
    for name, ends in (("u", u), ("v", v)):
        if len(ends) and ends.dtype.kind not in "ui":
            raise InvalidInput(f"edges: {name} must hold integers, has {ends.dtype}")
    least = 0 if len(u) == 0 else min(int(u.min()), int(v.min()))
    most = -1 if len(u) == 0 else max(int(u.max()), int(v.max()))
    if least < 0:
        raise InvalidInput(f"edges: vertex {least}: must be >= 0")
    count = most + 1 if n is None else n
    if most >= count:
        raise InvalidInput(f"n = {n}: an edge names vertex {most}; n must be at least {most + 1}")
    return count


def element_type(name: str, array: NDArray[Any]) -> type[np.generic]:
    """Return the exact type for weights, int64 or float64; refuse what is no number."""
    if array.dtype.kind == "u" and array.size and int(array.max()) > np.iinfo(np.int64).max:
        raise InvalidInput(f"{name}: {int(array.max())} does not fit 64 bits with a sign")
    if array.dtype.kind in "bui":
        return np.int64
    if array.dtype.kind == "f":
        return np.float64
    raise InvalidInput(f"{name}: must hold numbers, has {array.dtype}")
