"""Where the weights of an assignment come from: a table or a list of pairs, validated once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise import _kernel
from pairwise.errors import InvalidInput, VerificationError
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.clock import Clock
from pairwise.matching.general_sources import element_type
from pairwise.matching.loads import (
    Loads,
    Units,
    add_gains,
    check_gains,
    exact_sum,
    make_loads,
)

if TYPE_CHECKING:
    from pairwise.matching.bipartite_certificate import AssignmentCertificate

Ints = NDArray[np.int32]

_FREE_BITS = 50
_MANTISSA = 52


class Request(NamedTuple):
    """What is asked of both sides, as the caller gave it."""

    row_capacity: ArrayLike
    col_capacity: ArrayLike
    row_minimum: ArrayLike
    col_minimum: ArrayLike
    row_gains: ArrayLike | None
    col_gains: ArrayLike | None


class Source(ABC):
    """Weights of pairs in units of ``1 / scale``; after `prepare` also the loads of both sides."""

    shape: tuple[int, int]
    integral: bool
    scale: float = 1.0
    exact: bool = True

    def prepare(self, request: Request) -> tuple[Loads, Loads]:
        """Check the request, choose the scale, and return the loads of rows and columns."""
        rows, cols = self.shape
        row_gains = check_gains("row_gains", request.row_gains, rows)
        col_gains = check_gains("col_gains", request.col_gains, cols)
        row = make_loads("row", rows, cols, request.row_capacity, request.row_minimum)
        col = make_loads("col", cols, rows, request.col_capacity, request.col_minimum)
        gains = [gains for gains in (row_gains, col_gains) if gains is not None]
        self._choose_scale(gains, not gains and row.at_most_one and col.at_most_one)
        return add_gains("row", row, row_gains, self.scale), add_gains(
            "col", col, col_gains, self.scale
        )

    def _choose_scale(self, gains: list[NDArray[np.float64]], one_to_one: bool) -> None:
        """Take the largest power of two by which weights and gains fit the kernel."""
        largest, whole = self._magnitude(one_to_one)
        for given in gains:
            largest = max(largest, float(np.abs(given).max(initial=0.0)))
            whole = whole and bool((given == np.rint(given)).all())
        if np.isposinf(largest):
            raise InvalidInput("weights: +inf is no weight; use a large finite one")
        if self.integral and whole:
            return
        self._forget_integers()
        bits = min(_MANTISSA, _FREE_BITS - int(np.ceil(np.log2(min(self.shape) + 8))))
        self.exact = whole and largest <= 2.0**bits
        if not self.exact:
            self.scale = float(2.0 ** min(bits - int(np.frexp(largest)[1]), 1023))

    @abstractmethod
    def solve(
        self, sides: tuple[Loads, Loads], maximum: bool, time_limit: float | None
    ) -> dict[str, Any]:
        """Let the kernel solve; ValueError when weights do not fit."""

    @abstractmethod
    def check(self, certificate: AssignmentCertificate) -> None:
        """Check a certificate against all pairs."""

    @abstractmethod
    def allowed_pairs(self) -> tuple[Units, Units]:
        """Return rows and columns of all allowed pairs."""

    @abstractmethod
    def above_duals(self, answer: dict[str, Any]) -> int:
        """Return what weights with bonus are above the duals, over all pairs."""

    @abstractmethod
    def _values(self, rows: Ints, cols: Ints) -> NDArray[Any]:
        """Return the weights of pairs as they were given."""

    @abstractmethod
    def _magnitude(self, one_to_one: bool) -> tuple[float, bool]:
        """Return the largest absolute weight, and whether all are whole numbers."""

    @abstractmethod
    def _forget_integers(self) -> None:
        """Turn integer weights into floats: gains are fractional."""

    def worth(self, rows: Ints, cols: Ints, gained: int) -> float:
        """Return the sum of the weights of pairs, and of gains in units."""
        values = self._values(rows, cols)
        if self.integral:
            return exact_sum(values) + gained
        return float(np.sum(values)) + gained / self.scale

    def excess(self, answer: dict[str, Any]) -> int:
        """Return what weights with bonus are above the duals; complete answers cost O(p)."""
        if not answer["complete"]:
            return self.above_duals(answer)
        rows, cols = answer["rows"], answer["cols"]
        weights = self.units(self._values(rows, cols)) + int(answer["bonus"])
        above = weights - answer["row_duals"][rows] - answer["col_duals"][cols]
        return exact_sum(above[above > 0])

    def units_of(self, rows: Ints, cols: Ints) -> int:
        """Return the sum of the weights of pairs in units."""
        units = self.units(self._values(rows, cols))
        if len(units) and int(units.min()) == NOT_ALLOWED:
            raise VerificationError("rows, cols: hold a pair that is not allowed")
        return exact_sum(units)

    def units(self, values: NDArray[Any]) -> Units:
        """Return weights in units; NOT_ALLOWED for NaN and -inf."""
        if self.integral:
            return values
        allowed = values > -np.inf
        units = np.full(values.shape, NOT_ALLOWED)
        units[allowed] = np.rint(values[allowed] * self.scale).astype(np.int64)
        return units


class TableSource(Source):
    """A validated table of weights, one row each."""

    _reading: _kernel.IntTableReading | _kernel.FloatTableReading | None = None

    def __init__(self, weights: ArrayLike) -> None:
        array = np.asarray(weights)
        if array.ndim != 2:
            raise InvalidInput(f"weights: must be a matrix, has shape {array.shape}")
        self.shape = (array.shape[0], array.shape[1])
        self.integral = array.dtype.kind in "bui"
        self.array: NDArray[Any] = np.ascontiguousarray(array, element_type("weights", array))

    def solve(
        self, sides: tuple[Loads, Loads], maximum: bool, time_limit: float | None
    ) -> dict[str, Any]:
        """Solve one to one, or by pricing where loads or forbidden pairs ask for it."""
        answer: dict[str, Any] | None = None
        clock = Clock(time_limit)
        if self._reading is not None:
            answer = self._reading.assign(self.scale, maximum, clock.left())
            self._reading = None
            if answer is not None and self._is_tall:
                _turn(answer)
        if answer is None:
            rows, cols = (side.arrays for side in sides)
            left = clock.left()
            answer = _kernel.assign_table(self.array, self.scale, rows, cols, maximum, left)
        return answer

    def check(self, certificate: AssignmentCertificate) -> None:
        """Check a certificate against all pairs by blocks."""
        certificate.check(self._block)

    def allowed_pairs(self) -> tuple[Units, Units]:
        """Return rows and columns of all allowed pairs."""
        i, j = np.nonzero(self.units(self.array) != NOT_ALLOWED)
        return i, j

    def above_duals(self, answer: dict[str, Any]) -> int:
        """Return what weights with bonus are above the duals, over all pairs."""
        found = 0
        for i, dual in enumerate(answer["row_duals"].tolist()):
            units = self._block(slice(i, i + 1))[0]
            allowed = units != NOT_ALLOWED
            above = units[allowed] + int(answer["bonus"]) - dual - answer["col_duals"][allowed]
            found += exact_sum(above[above > 0])
        return found

    @property
    def _is_tall(self) -> bool:
        return self.shape[0] > self.shape[1]

    def _block(self, rows: slice) -> Units:
        return self.units(self.array[rows])

    def _values(self, rows: Ints, cols: Ints) -> NDArray[Any]:
        values: NDArray[Any] = self.array[rows, cols]
        return values

    def _magnitude(self, one_to_one: bool) -> tuple[float, bool]:
        if one_to_one:
            read = _kernel.IntTableReading if self.integral else _kernel.FloatTableReading
            wide = np.ascontiguousarray(self.array.T) if self._is_tall else self.array
            self._reading = read(wide)
        if self.integral:
            return 0.0, True
        return (
            _kernel.table_magnitude(self.array)
            if self._reading is None
            else self._reading.magnitude
        )

    def _forget_integers(self) -> None:
        if not self.integral:
            return
        self.integral = False
        missing = self.array == NOT_ALLOWED
        self.array = self.array.astype(np.float64)
        self.array[missing] = -np.inf


class PairSource(Source):
    """A validated list of pairs; of parallel ones the heaviest is kept."""

    def __init__(self, edges: Any, shape: tuple[int, int] | None) -> None:
        i, j, w = (np.asarray(part) for part in edges)
        if not (i.ndim == j.ndim == w.ndim == 1 and len(i) == len(j) == len(w)):
            raise InvalidInput(
                f"edges: i, j, w must be arrays of one length, have shapes "
                f"{i.shape}, {j.shape}, {w.shape}"
            )
        self.shape = _check_shape(i, j, shape)
        self.integral = w.dtype.kind in "bui"
        values = w.astype(element_type("edges", w))
        strange = np.flatnonzero(~np.isfinite(values))
        if len(strange):
            raise InvalidInput(
                f"edges[{strange[0]}] has weight {values[strange[0]]}: must be finite; "
                "leave out a pair that is not allowed"
            )
        key = i.astype(np.int64) * max(self.shape[1], 1) + j.astype(np.int64)
        order = np.lexsort((values, key))
        last = np.append(key[order][1:] != key[order][:-1], True)[: len(key)]
        kept = order[last]
        self.key, self.values = key[kept], values[kept]
        self.i, self.j = i[kept].astype(np.int32), j[kept].astype(np.int32)

    def solve(
        self, sides: tuple[Loads, Loads], maximum: bool, time_limit: float | None
    ) -> dict[str, Any]:
        """Solve on all pairs at once."""
        rows, cols = (side.arrays for side in sides)
        answer: dict[str, Any] = _kernel.assign_edges(
            self.i, self.j, self.units(self.values), rows, cols, maximum, time_limit
        )
        return answer

    def check(self, certificate: AssignmentCertificate) -> None:
        """Check a certificate against all pairs."""
        certificate.check_edges(self.i, self.j, self.units(self.values))

    def allowed_pairs(self) -> tuple[Units, Units]:
        """Return rows and columns of all pairs."""
        return self.i.astype(np.int64), self.j.astype(np.int64)

    def above_duals(self, answer: dict[str, Any]) -> int:
        """Return what weights with bonus are above the duals, over all pairs."""
        weights = self.units(self.values) + int(answer["bonus"])
        above = weights - answer["row_duals"][self.i] - answer["col_duals"][self.j]
        return exact_sum(above[above > 0])

    def _values(self, rows: Ints, cols: Ints) -> NDArray[Any]:
        wanted = rows.astype(np.int64) * max(self.shape[1], 1) + cols
        found = np.minimum(np.searchsorted(self.key, wanted), max(len(self.key) - 1, 0))
        if len(wanted) and (not len(self.key) or not np.array_equal(self.key[found], wanted)):
            raise VerificationError("rows, cols: hold a pair that is not an edge")
        values: NDArray[Any] = self.values[found]
        return values

    def _magnitude(self, one_to_one: bool) -> tuple[float, bool]:  # noqa: ARG002
        if self.integral:
            return 0.0, True
        whole = bool((self.values == np.rint(self.values)).all())
        return float(np.abs(self.values).max(initial=0.0)), whole

    def _forget_integers(self) -> None:
        self.integral = False
        self.values = self.values.astype(np.float64)


def _turn(answer: dict[str, Any]) -> None:
    """Turn the answer for the transposed table into that for the table."""
    order = np.argsort(answer["cols"])
    answer["rows"], answer["cols"] = answer["cols"][order], answer["rows"][order]
    answer["row_duals"], answer["col_duals"] = answer["col_duals"], answer["row_duals"]


def _check_shape(
    i: NDArray[Any], j: NDArray[Any], shape: tuple[int, int] | None
) -> tuple[int, int]:
    counts = []
    for side, ends, given in (("rows", i, 0), ("columns", j, 1)):
        if len(ends) and ends.dtype.kind not in "ui":
            raise InvalidInput(f"edges: {side} must hold integers, has {ends.dtype}")
        least, most = int(ends.min(initial=0)), int(ends.max()) if len(ends) else -1
        count = most + 1 if shape is None else shape[given]
        if least < 0 or most >= count:
            wrong = least if least < 0 else most
            raise InvalidInput(f"edges: {side} holds {wrong}, must be one of 0 ... {count - 1}")
        counts.append(count)
    return counts[0], counts[1]
