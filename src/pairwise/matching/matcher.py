"""A maximum-weight matching that stays optimal while its graph changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.matching.general import (
    Cardinality,
    GeneralMatching,
    check_cardinality,
    check_perfect,
    wrap,
)
from pairwise.matching.matcher_books import Book, DenseBook, EdgeBook, Record

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class Matcher:
    """Keeps an optimum and its duals; after changes, repairs only what they violate.

    Vertices keep their numbers. Every `solve` is as good and as proven as a fresh
    `max_weight_matching` of the same graph; only who is paired may differ among equals.

    Parameters
    ----------
    weights : array (n, n)
        Symmetric, float or integer, higher is better; NaN or -inf: the pair is not allowed. Copied.
        New weights must be of the same kind.
    edges : (u, v, w) arrays (m,)
        Instead of a matrix; of parallel edges the largest weight counts.
    n : int
        Number of vertices, with `edges`; by default 1 + the largest end.
    cardinality : {"any", "maximum", "perfect"}
        As in `max_weight_matching`.

    Raises
    ------
    InvalidInput
        As `max_weight_matching`; by a method that names a vertex or pair for which it has no
        meaning.

    Notes
    -----
    Duals bound every pair; a change breaks that bound at one or two vertices only, which are taken
    out of their blossoms and matched again by one search each [edmonds1965]_. The search uses the
    best few pairs of everybody; of the others, those are priced whose duals have moved further
    than the margin by which they were known to be covered: O(n^2) comparisons at worst. Weights
    may grow to twice the largest one before the duals are found afresh; so they are when more
    vertices join than there is room for, one in sixteen.

    Examples
    --------
    >>> from pairwise import matching
    >>> matcher = matching.Matcher([[0, 6, 2, 1], [6, 0, 5, 1], [2, 5, 0, 3], [1, 1, 3, 0]])
    >>> matcher.solve().mate.tolist()
    [1, 0, 3, 2]
    >>> matcher.what_if(0, 3).weight
    6
    >>> matcher.set_row(3, [9, 1, 3, 0])
    >>> answer = matcher.solve()
    >>> answer.mate.tolist(), answer.weight, answer.bound
    ([3, 2, 1, 0], 14, 14)
    >>> answer.verify()
    """

    def __init__(
        self,
        weights: ArrayLike | None = None,
        *,
        edges: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
        n: int | None = None,
        cardinality: Cardinality = "any",
    ) -> None:
        check_cardinality(cardinality)
        if (weights is None) == (edges is None):
            raise InvalidInput("weights, edges: give exactly one of the two")
        maximum = cardinality != "any"
        self.cardinality = cardinality
        self._book: Book
        self._book = EdgeBook(edges, n, maximum) if weights is None else DenseBook(weights, maximum)
        self._gone: set[int] = set()
        self._forced: dict[int, int] = {}
        self._forbidden: dict[tuple[int, int], Any] = {}
        self._solved = -1

    @property
    def n(self) -> int:
        """Number of vertices, removed ones included: all are smaller."""
        return self._book.n

    # -- weights

    def set_row(self, v: int, weights: ArrayLike) -> None:
        """Change all weights of v: array (n,), NaN or -inf where not allowed; O(n)."""
        self._check_present(v)
        values = self._read_row(weights)
        self._keep_forbidden(v, values)
        self._book.set_row(v, values)

    def set_weights(self, u: ArrayLike, v: ArrayLike, w: ArrayLike) -> None:
        """Change the weights of single pairs: arrays (k,), NaN or -inf where not allowed."""
        for a, b, value in self._triples(u, v, w):
            self._set_pair(a, b, value)

    def add_edges(self, u: ArrayLike, v: ArrayLike, w: ArrayLike) -> None:
        """Add pairs: arrays (k,); of a pair that is there already the larger weight counts."""
        for a, b, value in self._triples(u, v, w):
            if value > self._forbidden.get(_key(a, b), self._book.get(a, b)):
                self._set_pair(a, b, value)

    # -- vertices

    def add_vertex(self, weights: ArrayLike) -> int:
        """Let a vertex join, with its weights to all others (n,); return its number.

        The number is that of a removed vertex, the least one, or else n.
        """
        values = self._read_row(weights)
        v = min(self._gone, default=self.n)
        if v == self.n:
            self._book.grow()
            values = np.append(values, values.dtype.type(self._book.none))
        self._gone.discard(v)
        self._book.set_row(v, values)
        self._book.enter(v)
        return v

    def remove_vertex(self, v: int) -> None:
        """Take a vertex out; what was forbidden to it is forgotten."""
        self._check_free(v)
        self._forbidden = {pair: w for pair, w in self._forbidden.items() if v not in pair}
        self._gone.add(v)
        self._book.leave(v)

    # -- demands

    def forbid(self, u: int, v: int) -> None:
        """Keep u and v apart until `allow`, whatever their weight."""
        self._check_pair(u, v)
        if self._forced.get(u) == v:
            raise InvalidInput(f"forbid({u}, {v}): the pair is forced; `release` it first")
        if _key(u, v) not in self._forbidden:
            self._forbidden[_key(u, v)] = self._book.get(u, v)
            self._book.set_pair(u, v, self._book.none)

    def allow(self, u: int, v: int) -> None:
        """Undo `forbid`."""
        if _key(u, v) not in self._forbidden:
            raise InvalidInput(f"allow({u}, {v}): the pair is not forbidden")
        value = self._forbidden.pop(_key(u, v))
        self._book.read("weights", [value])
        self._book.set_pair(u, v, value)

    def force(self, u: int, v: int) -> None:
        """Pair u with v until `release`; others are matched around them."""
        self._check_forcible(u, v)
        self._forced.update({u: v, v: u})
        self._book.leave(u)
        self._book.leave(v)

    def release(self, u: int, v: int) -> None:
        """Undo `force`."""
        if self._forced.get(u) != v:
            raise InvalidInput(f"release({u}, {v}): the pair is not forced")
        for vertex in (u, v):
            del self._forced[vertex]
            self._book.enter(vertex)

    # -- answers

    def solve(self, time_limit: float | None = None) -> GeneralMatching:
        """Return an optimum of the present graph, from the one before the changes.

        Its `verify` answers until the next change.

        Parameters
        ----------
        time_limit : float, optional
            Seconds after which the best matching so far is returned with its bound; the next call
            goes on from there.

        Raises
        ------
        InfeasibleError
            As `max_weight_matching`.
        """
        answer = self._book.solve(time_limit)
        if answer["complete"]:
            self._solved = self._book.version
        return self._wrapped(answer, self._forced_pairs())

    def what_if(self, u: int, v: int, time_limit: float | None = None) -> GeneralMatching:
        """Return an optimum in which u and v are a pair; nothing is changed.

        Starts from the optimum of the present graph, which is found first if need be.
        """
        self._check_forcible(u, v)
        if self._solved != self._book.version and not self.solve(time_limit).optimal:
            raise InvalidInput(
                f"time_limit = {time_limit}: over before the graph itself was solved"
            )
        answer = self._book.solve_with(u, v, time_limit)
        return self._wrapped(answer, (*self._forced_pairs(), _key(u, v)))

    # -- inside

    def _wrapped(
        self, answer: dict[str, Any], forced: tuple[tuple[int, int], ...]
    ) -> GeneralMatching:
        record = Record(self._book)
        matching = wrap(record, answer, forced, tuple(sorted(self._gone)))
        if self.cardinality == "perfect":
            check_perfect(matching, record)
        return matching

    def _forced_pairs(self) -> tuple[tuple[int, int], ...]:
        return tuple((u, v) for u, v in sorted(self._forced.items()) if u < v)

    def _set_pair(self, u: int, v: int, value: Any) -> None:
        if _key(u, v) in self._forbidden:
            self._forbidden[_key(u, v)] = value
        elif value == self._book.none and self._forced.get(u) == v:
            raise InvalidInput(f"weights: the pair ({u}, {v}) is forced; `release` it first")
        else:
            self._book.set_pair(u, v, value)

    def _keep_forbidden(self, v: int, values: Any) -> None:
        if v in self._forced and values[self._forced[v]] == self._book.none:
            raise InvalidInput(
                f"weights: the pair ({v}, {self._forced[v]}) is forced; `release` it first"
            )
        for a, b in self._forbidden:
            if v in (a, b):
                other = a + b - v
                self._forbidden[a, b] = values[other].item()
                values[other] = self._book.none

    def _read_row(self, weights: ArrayLike) -> Any:
        values = self._book.read("weights", weights)
        if values.shape != (self.n,):
            raise InvalidInput(f"weights: must have shape ({self.n},), has {values.shape}")
        return values

    def _triples(self, u: ArrayLike, v: ArrayLike, w: ArrayLike) -> list[tuple[int, int, Any]]:
        values = self._book.read("w", np.atleast_1d(w))
        ends = [np.atleast_1d(end).tolist() for end in (u, v)]
        if not len(ends[0]) == len(ends[1]) == len(values) or values.ndim != 1:
            raise InvalidInput("u, v, w: must be arrays of one length")
        triples = list(zip(*ends, values.tolist(), strict=True))
        for a, b, _ in triples:
            self._check_pair(a, b)
        return triples

    def _check_present(self, v: int) -> None:
        if not 0 <= v < self.n or v in self._gone:
            state = "has been removed" if v in self._gone else f"is not one of 0 ... {self.n - 1}"
            raise InvalidInput(f"vertex {v}: {state}")

    def _check_free(self, v: int) -> None:
        self._check_present(v)
        if v in self._forced:
            raise InvalidInput(
                f"vertex {v}: is in the forced pair ({v}, {self._forced[v]}); `release` it first"
            )

    def _check_pair(self, u: int, v: int) -> None:
        self._check_present(u)
        self._check_present(v)
        if u == v:
            raise InvalidInput(f"pair ({u}, {v}): must be two vertices")

    def _check_forcible(self, u: int, v: int) -> None:
        self._check_pair(u, v)
        self._check_free(u)
        self._check_free(v)
        if self._book.get(u, v) == self._book.none:
            why = (
                "is forbidden; `allow` it first"
                if _key(u, v) in self._forbidden
                else "has no weight"
            )
            raise InvalidInput(f"pair ({u}, {v}): {why}")


def _key(u: int, v: int) -> tuple[int, int]:
    return (u, v) if u < v else (v, u)
