"""Maximum-weight matching in general graphs: arrays in, a proven answer out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise import _kernel
from pairwise.errors import InfeasibleError, InvalidInput, VerificationError, did_you_mean
from pairwise.matching.certificate import (
    NOT_ALLOWED,
    Certificate,
    as_certificate,
)

Cardinality = Literal["any", "maximum", "perfect"]
Edges = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]

_MANTISSA = 52


@dataclass(frozen=True)
class GeneralMatching:
    """A matching with the proof of its quality.

    Attributes
    ----------
    mate : int array (n,)
        Partner of each vertex, -1 if alone.
    weight : float or int
        Sum of the weights of the matched pairs.
    bound : float or int
        No matching (none with as many pairs, unless cardinality is "any") weighs more. Equal to
        `weight` up to the rounding stated by `rounding` when `optimal`.
    optimal : bool
        False only if stopped early.
    rounding : float
        Largest error of `weight` and `bound` from rounding float weights to integers.
    certificate : Certificate
        The dual solution behind `bound`.
    """

    mate: NDArray[np.int32]
    weight: float
    bound: float
    optimal: bool
    rounding: float
    certificate: Certificate
    _source: MatrixWeights | EdgeWeights = field(repr=False)

    @property
    def pairs(self) -> NDArray[np.int64]:
        """Matched pairs (p, 2), smaller vertex first, in ascending order."""
        first = np.flatnonzero(self.mate > np.arange(len(self.mate)))
        return np.column_stack([first, self.mate[first]])

    @property
    def gap(self) -> float:
        """(bound - weight) / bound; 0 when optimal."""
        if self.optimal or self.bound <= self.weight:
            return 0.0
        return float((self.bound - self.weight) / abs(self.bound))

    def verify(self) -> None:
        """Check matching, weight and bound against the weights; raises VerificationError.

        Shares no code with the search. Cost O(n^2) for a matrix, O(m log n) for edges.
        """
        n = len(self.mate)
        matched = np.flatnonzero(self.mate >= 0)
        if len(matched) and int(self.mate.max()) >= n:
            raise VerificationError(
                f"mate: partner {int(self.mate.max())} is not one of 0 ... {n - 1}"
            )
        if not np.array_equal(self.mate[self.mate[matched]], matched):
            raise VerificationError("mate: is not mutual; mate[mate[v]] must be v")
        units = self._source.units_of(self.pairs)
        if self._source.weight_of(self.pairs) != self.weight:
            raise VerificationError(
                f"weight = {self.weight}: is not the sum over the matched pairs"
            )
        self._source.check(self.certificate)
        bound = self.certificate.bound(len(self.pairs))
        if bound < units or self.bound < bound * self.certificate.step:
            raise VerificationError(f"bound = {self.bound}: the duals prove {bound} units only")
        if self.optimal and bound != units:
            raise VerificationError(f"optimal: the duals leave a gap of {bound - units} units")


def max_weight_matching(
    weights: ArrayLike | None = None,
    *,
    edges: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    n: int | None = None,
    cardinality: Cardinality = "any",
    time_limit: float | None = None,
) -> GeneralMatching:
    """Return a maximum-weight matching of a general graph, with a proof over all pairs.

    Parameters
    ----------
    weights : array (n, n)
        Symmetric, float or integer; higher is better. NaN or -inf: the pair is not allowed. The
        diagonal is not read. Integers are exact; floats are rounded once to a multiple of a power
        of two (`certificate.step`); `rounding` of the answer bounds what that can change.
    edges : (u, v, w) arrays (m,)
        Instead of a matrix: ends and finite weights. Parallel edges count with the larger weight.
    n : int
        Number of vertices, with `edges`; by default 1 + the largest end.
    cardinality : {"any", "maximum", "perfect"}
        "any": most weight, pairs of negative weight are never made. "maximum": as many pairs as can
        be, then most weight. "perfect": "maximum", and nobody may be left out.
    time_limit : float, optional
        Seconds after which the best matching so far is returned with its bound.

    Returns
    -------
    GeneralMatching

    Raises
    ------
    InvalidInput
        Not square or not symmetric, +inf, NaN edges, weights too large to be exact.
    InfeasibleError
        "perfect" and there is none: names the set whose removal shows why [berge1958]_.

    Notes
    -----
    Primal-dual blossom search [edmonds1965]_ on the best few partners of every vertex, from the
    fractional optimum [applegate1993]_; the duals then price all pairs, and what they miss is added
    until nothing is missed. A matrix takes O(n^2) per pricing round, two or three rounds in
    practice; an edge list is solved directly. Up to 40 vertices all pairs are taken at once.

    Examples
    --------
    >>> from pairwise import matching
    >>> weights = [[0, 6, 2, 1], [6, 0, 5, 1], [2, 5, 0, 3], [1, 1, 3, 0]]
    >>> best = matching.max_weight_matching(weights)
    >>> best.mate.tolist(), best.weight, best.bound
    ([1, 0, 3, 2], 9, 9)
    >>> best.verify()
    """
    if cardinality not in ("any", "maximum", "perfect"):
        hint = did_you_mean(str(cardinality), ("any", "maximum", "perfect"))
        raise InvalidInput(
            f'cardinality = {cardinality!r}: must be "any", "maximum" or "perfect"{hint}'
        )
    if (weights is None) == (edges is None):
        raise InvalidInput("weights, edges: give exactly one of the two")
    source: MatrixWeights | EdgeWeights
    source = MatrixWeights(weights) if weights is not None else EdgeWeights(edges, n)
    answer = source.solve(cardinality != "any", time_limit)
    matching = _wrap(source, answer)
    if cardinality == "perfect" and matching.optimal and (matching.mate < 0).any():
        raise _no_perfect_matching(source, matching.mate)
    return matching


def _wrap(source: MatrixWeights | EdgeWeights, answer: dict[str, Any]) -> GeneralMatching:
    step = 1 / source.scale
    certificate = as_certificate(answer, step, rounding=0.0 if source.exact else step / 2)
    mate: NDArray[np.int32] = answer["mate"]
    first = np.flatnonzero(mate > np.arange(len(mate)))
    pairs = np.column_stack([first, mate[first]])
    rounding = 0.0 if source.exact else len(mate) // 2 * 0.5 / source.scale
    bound = certificate.bound(len(pairs))
    return GeneralMatching(
        mate=mate,
        weight=source.weight_of(pairs),
        bound=bound if source.integral else bound / source.scale + rounding,
        optimal=bool(answer["complete"]),
        rounding=rounding,
        certificate=certificate,
        _source=source,
    )


def _no_perfect_matching(
    source: MatrixWeights | EdgeWeights, mate: NDArray[np.int32]
) -> InfeasibleError:
    u, v = source.allowed_pairs()
    sides = _kernel.tutte_berge(len(mate), u, v, mate)
    barrier = np.flatnonzero(sides == 1).tolist()
    alone = int((mate < 0).sum())
    shown = ", ".join(map(str, barrier[:20])) + (", ..." if len(barrier) > 20 else "")
    return InfeasibleError(
        [
            f"no perfect matching: {alone} of {len(mate)} vertices stay alone in every matching. "
            f"Without the vertices {{{shown}}} the graph has at least {len(barrier) + alone} odd "
            f"parts, and each needs one of those {len(barrier)}; allow more pairs, or ask for "
            "cardinality='maximum'"
        ]
    )


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
        values = self._units(self.array[pairs[:, 0], pairs[:, 1]])
        if len(values) and int(values.min()) == NOT_ALLOWED:
            raise VerificationError("mate: holds a pair that is not allowed")
        return sum(map(int, values))

    def check(self, certificate: Certificate) -> None:
        """Check a certificate against all pairs."""
        certificate.check(lambda rows, columns: self._units(self.array[rows, columns]))

    def allowed_pairs(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return both ends of all allowed pairs, the smaller vertex of a matrix first."""
        allowed = self._units(self.array) != NOT_ALLOWED
        u, v = np.nonzero(np.triu(allowed, 1))
        return u.astype(np.int32), v.astype(np.int32)

    def _units(self, values: NDArray[Any]) -> NDArray[np.int64]:
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
