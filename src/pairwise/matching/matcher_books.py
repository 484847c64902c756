"""The weights that a `Matcher` keeps, each with the kernel's solver that follows their changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise import _kernel
from pairwise.errors import InvalidInput, VerificationError
from pairwise.matching.certificate import NOT_ALLOWED, Certificate
from pairwise.matching.general_sources import (
    EdgeWeights,
    MatrixWeights,
    element_type,
    power_of_two_scale,
)
from pairwise.matching.pair_solver import by_people, seats_for

Values = NDArray[Any]
Answer = dict[str, Any]
Pairs = NDArray[np.int64]

_EXACT = 2.0**40  # whole floats up to here are taken as integers
_LARGEST = 1 << 60  # above what the kernel takes
_HEADROOM = 2  # weights may grow by this factor before the solver starts afresh


class Book(ABC):
    """Weights of n vertices that change, with a solver that starts from its last optimum.

    The solver has room for `seats` vertices, an odd number, so that it always knows a bye. `absent`
    vertices take no part.
    """

    def __init__(self, n: int, integral: bool, maximum: bool) -> None:
        self.n, self.integral, self.maximum = n, integral, maximum
        self.seats = seats_for(n)
        self.absent: set[int] = set()
        self.version = 0
        self.scale, self.exact = 1.0, True
        self._solver: Any = None
        self._limit: float = 0

    @property
    def none(self) -> Any:
        """The weight that says "not allowed"."""
        return NOT_ALLOWED if self.integral else -np.inf

    def read(self, name: str, values: ArrayLike) -> Values:
        """Check new weights and return them, NaN as -inf; start afresh if they do not fit."""
        array = np.asarray(values)
        if self.integral and array.dtype.kind not in "bui":
            raise InvalidInput(
                f"{name}: has {array.dtype}, but this matcher holds integers; build it from floats"
            )
        array = array.astype(element_type(name, array))
        if not self.integral:
            array[np.isnan(array)] = -np.inf
        if np.isposinf(array).any():
            raise InvalidInput(f"{name}: +inf is no weight; use `force` to demand a pair")
        largest, whole = _magnitude(array[array > self.none])
        if largest > self._limit or (self.exact and not whole):
            self._solver = None
        return array

    def solve(self, time_limit: float | None) -> Answer:
        """Return the optimum for the present weights."""
        if self._solver is not None:
            return self._trim(self._solver.solve(time_limit))
        largest, whole = self._all_magnitude()
        self.exact = self.integral or (whole and largest <= _EXACT)
        room = min(largest * _HEADROOM, _LARGEST) if self.integral else largest * _HEADROOM
        self.scale = 1.0 if self.exact else power_of_two_scale(float(room), self.seats)
        try:
            return self._trim(self._start(room, time_limit))
        except ValueError:
            return self._start_tight(largest, time_limit)

    def _start_tight(self, largest: float, time_limit: float | None) -> Answer:
        try:
            return self._trim(self._start(largest, time_limit))
        except ValueError as error:
            raise InvalidInput(str(error)) from None

    def _trim(self, answer: Answer) -> Answer:
        """Leave out spare seats."""
        return by_people(answer, np.arange(self.n, dtype=np.int32), self.seats, bye=True)

    def _outside(self) -> list[int]:
        return [*sorted(self.absent), *range(self.n, self.seats)]

    def leave(self, v: int) -> None:
        """Let v take no part."""
        self.version += 1
        self.absent.add(v)
        if self._solver is not None:
            self._solver.leave(v)

    def grow(self) -> None:
        """Add a vertex, absent and without pairs."""
        self.version += 1
        if self.n == self.seats:
            self.seats = seats_for(self.n + 1)
            self._solver = None
        self.absent.add(self.n)
        self.n += 1
        self._make_room()

    def solve_with(self, u: int, v: int, time_limit: float | None) -> Answer:
        """Return the optimum of all but u and v, from the one that `solve` left."""
        return self._trim(self._solve_with(u, v, time_limit))

    @abstractmethod
    def _make_room(self) -> None:
        """Hold n vertices."""

    @abstractmethod
    def _all_magnitude(self) -> tuple[float, bool]:
        """Return the largest absolute weight, and whether all are whole."""

    @abstractmethod
    def _start(self, room: float, time_limit: float | None) -> Answer:
        """Make a solver for weights up to `room`, and solve."""

    @abstractmethod
    def _solve_with(self, u: int, v: int, time_limit: float | None) -> Answer:
        """Solve without u and v."""

    @abstractmethod
    def get(self, u: int, v: int) -> Any:
        """Return the weight of a pair, `none` if it is not allowed."""

    @abstractmethod
    def set_pair(self, u: int, v: int, value: Any) -> None:
        """Change the weight of a pair."""

    @abstractmethod
    def set_row(self, v: int, values: Values) -> None:
        """Change all weights of v."""

    @abstractmethod
    def enter(self, v: int) -> None:
        """Let v take part, with the weights that the book holds."""

    @abstractmethod
    def allowed_pairs(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return both ends of all allowed pairs."""

    @abstractmethod
    def weights(self) -> MatrixWeights | EdgeWeights:
        """Return the weights, to check a certificate against."""

    def values_of(self, pairs: Pairs) -> Values:
        """Return the weights of pairs."""
        found = self._values(pairs[:, 0], pairs[:, 1])
        if (found == self.none).any():
            raise VerificationError("mate: holds a pair that is not allowed")
        return found

    def _values(self, u: NDArray[np.int64], v: NDArray[np.int64]) -> Values:
        found = [self.get(a, b) for a, b in zip(u.tolist(), v.tolist(), strict=True)]
        return np.array(found, dtype=np.int64 if self.integral else np.float64)


class Record:
    """The weights of a book as they stand now; refuses to answer once they have changed."""

    def __init__(self, book: Book) -> None:
        self._book, self._version = book, book.version
        self.integral, self.exact, self.scale = book.integral, book.exact, book.scale

    def _now(self) -> Book:
        if self._book.version != self._version:
            raise InvalidInput(
                "the matcher has changed since this answer: verify an answer before the next change"
            )
        return self._book

    def weight_of(self, pairs: Pairs) -> float:
        """Return the sum of the weights of pairs."""
        values = self._now().values_of(pairs)
        return sum(values.tolist()) if self.integral else float(np.sum(values))

    def units_of(self, pairs: Pairs) -> int:
        """Return the sum of the weights of pairs in units."""
        values = self._now().values_of(pairs)
        units = values if self.integral else np.rint(values * self.scale).astype(np.int64)
        return int(sum(units.tolist()))

    def check(self, certificate: Certificate) -> None:
        """Check a certificate against all pairs."""
        self._now().weights().check(certificate)

    def allowed_pairs(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return both ends of all allowed pairs."""
        return self._now().allowed_pairs()


class DenseBook(Book):
    """Weights in a symmetric matrix, with spare rows and columns."""

    def __init__(self, weights: ArrayLike, maximum: bool) -> None:
        given = MatrixWeights(weights)
        super().__init__(len(given.array), given.integral, maximum)
        self._table = np.full((self.seats, self.seats), self.none, dtype=given.array.dtype)
        self._table[: self.n, : self.n] = given.array
        np.fill_diagonal(self._table, self.none)
        if not self.integral:
            self._table[np.isnan(self._table)] = -np.inf

    def get(self, u: int, v: int) -> Any:
        """Return the weight of a pair, `none` if it is not allowed."""
        return self._table[u, v].item()

    def _values(self, u: NDArray[np.int64], v: NDArray[np.int64]) -> Values:
        values: Values = self._table[u, v]
        return values

    def set_pair(self, u: int, v: int, value: Any) -> None:
        """Change the weight of a pair."""
        self.version += 1
        self._table[u, v] = self._table[v, u] = value
        if self._solver is not None:
            self._solver.pair_changed(u, v)

    def set_row(self, v: int, values: Values) -> None:
        """Change all weights of v."""
        self.version += 1
        values[v] = self.none
        self._table[v, : self.n] = self._table[: self.n, v] = values
        if v not in self.absent:
            self.enter(v)

    def enter(self, v: int) -> None:
        """Let v take part, with the weights that the book holds."""
        self.version += 1
        self.absent.discard(v)
        if self._solver is not None:
            self._solver.row_changed(v)

    def allowed_pairs(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return both ends of all allowed pairs."""
        return self.weights().allowed_pairs()

    def weights(self) -> MatrixWeights:
        """Return the weights, to check a certificate against."""
        return MatrixWeights.trusted(self._table[: self.n, : self.n], self.scale, self.exact)

    def _make_room(self) -> None:
        if len(self._table) == self.seats:
            return
        table = np.full((self.seats, self.seats), self.none, dtype=self._table.dtype)
        table[: self.n - 1, : self.n - 1] = self._table[: self.n - 1, : self.n - 1]
        self._table = table

    def _all_magnitude(self) -> tuple[float, bool]:
        if not self.integral:
            return _kernel.magnitude(self._table)
        return _magnitude(self._table[self._table > self.none])

    def _start(self, room: float, time_limit: float | None) -> Answer:
        kind: Any = _kernel.IntegerDenseMatcher if self.integral else _kernel.DenseMatcher
        outside = np.array(self._outside(), dtype=np.int32)
        solver = kind(self._table, self.scale, self.maximum, (-room, room), outside)
        answer: Answer = solver.solve(time_limit)
        self._solver, self._limit = solver, room
        return answer

    def _solve_with(self, u: int, v: int, time_limit: float | None) -> Answer:
        pair, apart = np.array([u, v], dtype=np.int32), np.zeros((0, 2), dtype=np.int32)
        answer: Answer = self._solver.solve_without(pair, apart, time_limit)
        return answer


class EdgeBook(Book):
    """Weights of a sparse graph, by vertex and partner."""

    def __init__(self, edges: Any, n: int | None, maximum: bool) -> None:
        given = EdgeWeights(edges, n)
        super().__init__(given.n, given.integral, maximum)
        self._partners: list[dict[int, Any]] = [{} for _ in range(self.n)]
        ends = (given.u.tolist(), given.v.tolist(), given.values.tolist())
        for u, v, value in zip(*ends, strict=True):
            value = max(value, self._partners[u].get(v, value))
            self._partners[u][v] = self._partners[v][u] = value

    def get(self, u: int, v: int) -> Any:
        """Return the weight of a pair, `none` if it is not allowed."""
        return self._partners[u].get(v, self.none)

    def set_pair(self, u: int, v: int, value: Any) -> None:
        """Change the weight of a pair."""
        self.version += 1
        self._write(u, v, value)
        if self._solver is None or self.absent & {u, v}:
            return
        if value == self.none:
            self._solver.remove_edge(u, v)
        else:
            self._solver.set_edge(u, v, self._units(value))

    def set_row(self, v: int, values: Values) -> None:
        """Change all weights of v."""
        self.version += 1
        for partner in list(self._partners[v]):
            self._write(v, partner, self.none)
        for partner in np.flatnonzero(values > self.none).tolist():
            if partner != v:
                self._write(v, partner, values[partner].item())
        if v not in self.absent:
            self.enter(v)

    def enter(self, v: int) -> None:
        """Let v take part, with the weights that the book holds."""
        self.version += 1
        self.absent.discard(v)
        if self._solver is None:
            return
        present = [w for w in self._partners[v] if w not in self.absent]
        units = [self._units(self._partners[v][w]) for w in present]
        self._solver.set_edges(v, np.array(present, dtype=np.int32), np.array(units, np.int64))

    def allowed_pairs(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return both ends of all allowed pairs."""
        u, v, _ = self._edges()
        return u, v

    def weights(self) -> EdgeWeights:
        """Return the weights, to check a certificate against."""
        u, v, values = self._edges()
        return EdgeWeights.trusted((u, v, values), self.n, self.scale, self.exact)

    def _write(self, u: int, v: int, value: Any) -> None:
        for tail, head in ((u, v), (v, u)):
            if value == self.none:
                self._partners[tail].pop(head, None)
            else:
                self._partners[tail][head] = value

    def _units(self, value: Any) -> int:
        return int(value) if self.integral else round(value * self.scale)

    def _edges(self) -> tuple[NDArray[np.int32], NDArray[np.int32], Values]:
        found = [
            (u, v, value)
            for u, partners in enumerate(self._partners)
            for v, value in partners.items()
            if u < v
        ]
        u, v, values = zip(*found, strict=True) if found else ((), (), ())
        kind = np.int64 if self.integral else np.float64
        return np.array(u, np.int32), np.array(v, np.int32), np.array(values, kind)

    def _make_room(self) -> None:
        self._partners.append({})

    def _all_magnitude(self) -> tuple[float, bool]:
        return _magnitude(self._edges()[2])

    def _start(self, room: float, time_limit: float | None) -> Answer:
        most = int(np.ceil(room * self.scale)) if not self.integral else int(room)
        solver = _kernel.SparseMatcher(self.seats, -most, most, self.maximum)
        for v in self._outside():
            solver.leave(v)
        given = self.weights()
        answer = solver.load(given.u, given.v, given.units, time_limit)
        self._solver, self._limit = solver, room
        return answer

    def _solve_with(self, u: int, v: int, time_limit: float | None) -> Answer:
        solver = copy(self._solver)
        solver.leave(u)
        solver.leave(v)
        answer: Answer = solver.solve(time_limit)
        return answer


def _magnitude(allowed: Values) -> tuple[Any, bool]:
    """Return the largest absolute weight, and whether all are whole."""
    if len(allowed) == 0:
        return 0, True
    largest = max(abs(allowed.max().item()), abs(allowed.min().item()))
    return largest, allowed.dtype.kind != "f" or bool((allowed == np.rint(allowed)).all())
