"""One face for the two ways to pair people: all weights in memory, or by blocks."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pairwise import _kernel
from pairwise.matching.certificate import NOT_ALLOWED, Certificate, as_certificate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

Ints = NDArray[np.int32]
Units = NDArray[np.int64]
Index = NDArray[np.intp]
NewPairs = tuple[Index, Index, Units]

_SPARE = 16  # people for each spare seat
_MANY_CHANGES = 0.125  # changed rows and pairs per person; with more, starting afresh is faster


@dataclass(frozen=True)
class PricedAnswer:
    """A matching with the duals that bound it.

    Attributes
    ----------
    mate : int array (n,)
        Partner of each person, -1 if alone.
    certificate : Certificate
        Feasible for all allowed pairs.
    optimal : bool
        Whether the duals prove the matching optimal.
    rounds, passes : int
        Number of pricing rounds, and of looks at all pairs.
    """

    mate: Ints
    certificate: Certificate
    optimal: bool
    rounds: int = 0
    passes: int = 0

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """Ends of the matched pairs, smaller first, ascending."""
        first = np.flatnonzero(self.mate > np.arange(len(self.mate))).astype(np.int32)
        return first, self.mate[first]

    @property
    def alone(self) -> Ints:
        """People without a partner, ascending; those the problem leaves aside are not meant."""
        alone = np.flatnonzero(self.mate < 0)
        return np.setdiff1d(alone, self.certificate.without).astype(np.int32)


class PairSolver(Protocol):
    """Finds the matching of most pairs and, among those, of most weight; then answers what-ifs."""

    def solve(self, time_limit: float | None = None) -> PricedAnswer:
        """Solve from scratch."""

    def solve_without(
        self,
        people: Sequence[int] = (),
        pairs: Sequence[tuple[int, int]] = (),
        time_limit: float | None = None,
    ) -> PricedAnswer:
        """Solve without some people (n: the bye) and some pairs, from the optimum of `solve`."""

    def near_pairs(self, certificate: Certificate, limit: int) -> tuple[Ints, Ints, Units]:
        """Return allowed pairs that the duals of people cover by less than `limit`, with weights.

        That is duals[i] + duals[j] - 2 * (weight + bonus) < limit, sets aside; i < j.
        """

    def rows(self, people: Ints) -> Units:
        """Return exact weights of some people with everybody; NOT_ALLOWED where not allowed."""


class DensePairSolver:
    """Solves on a matrix of integer weights.

    Parameters
    ----------
    weights : int array (n, n)
        Symmetric; NOT_ALLOWED where a pair may not meet.
    step : float
        Value of one unit.
    largest : float
        No weight is larger, nor will be, in score units; none is below 0.
    rounding : float
        Largest change of a weight when it became whole units, in score units.
    roomy : bool
        Whether to keep seats for people who may join later, see `renewed`.

    Notes
    -----
    People sit on the seats of a table that may have more: an odd number of them, so that somebody
    can always be left out when an odd number of people is there.
    """

    def __init__(
        self,
        weights: Units,
        step: float,
        largest: float = 1.0,
        rounding: float = 0.0,
        *,
        roomy: bool = False,
    ) -> None:
        n = len(weights)
        self._seat = np.arange(n, dtype=np.int32)
        self.step, self.largest, self.rounding = step, largest, rounding
        self._table = weights
        if roomy:
            seats = seats_for(n)
            self._table = np.full((seats, seats), NOT_ALLOWED)
            self._table[:n, :n] = weights
        self._matcher = self._fresh_matcher()

    def _fresh_matcher(self) -> _kernel.IntegerDenseMatcher:
        seats = np.arange(len(self._table), dtype=np.int32)
        span = (0, round(2 * self.largest / self.step))
        empty = np.setdiff1d(seats, self._seat)
        return _kernel.IntegerDenseMatcher(self._table, 1.0, True, span, empty)

    @property
    def _n(self) -> int:
        return len(self._seat)

    def solve(self, time_limit: float | None = None) -> PricedAnswer:
        """Solve from scratch, or from the optimum that `renewed` left."""
        return self._answer(self._matcher.solve(time_limit), ())

    def solve_without(
        self,
        people: Sequence[int] = (),
        pairs: Sequence[tuple[int, int]] = (),
        time_limit: float | None = None,
    ) -> PricedAnswer:
        """Solve without some people (n: the bye) and some pairs, from the optimum of `solve`."""
        seat = np.append(self._seat, np.int32(len(self._table)))
        apart = seat[np.array(pairs, dtype=np.int32).reshape(-1, 2)]
        gone = seat[np.array(people, dtype=np.int32)]
        return self._answer(self._matcher.solve_without(gone, apart, time_limit), tuple(people))

    def renewed(
        self,
        place: Index,
        rows: Index,
        weights: Units,
        pairs: NewPairs,
        *,
        largest: float | None = None,
        rounding: float | None = None,
    ) -> Self | None:
        """Return a solver for the people of today, which starts from this optimum.

        Parameters
        ----------
        place : int array (m,)
            Number that each of today's people had here, -1 for newcomers.
        rows, weights : int arrays (r,) and (r, m)
            People of whom all weights may be new, newcomers among them, and these weights.
        pairs : int arrays i, j, w (k,)
            Further pairs with new weights.
        largest, rounding : float, optional
            Of all weights of today, if they are others.

        Returns
        -------
        DensePairSolver or None
            None when there are no seats for all of them.
        """
        seat = self._seats_of(place)
        if seat is None:
            return None
        new = copy(self)
        new._seat, new._table = seat, self._table.copy()
        new.largest = self.largest if largest is None else largest
        new.rounding = self.rounding if rounding is None else rounding
        new._table[seat[rows, None], seat] = weights
        new._table[seat[:, None], seat[rows]] = weights.T
        i, j, w = pairs
        changed = new._table[seat[i], seat[j]] != w
        u, v, w = seat[i[changed]], seat[j[changed]], w[changed]
        new._table[u, v] = new._table[v, u] = w
        many = len(rows) + len(u) > len(place) * _MANY_CHANGES
        if many or new.largest != self.largest:
            new._matcher = new._fresh_matcher()
            return new
        new._matcher = self._matcher.on(new._table)
        for gone in np.setdiff1d(self._seat, seat).tolist():
            new._matcher.leave(gone)
        for row in seat[rows].tolist():
            new._matcher.row_changed(row)
        for a, b in zip(u.tolist(), v.tolist(), strict=True):
            new._matcher.pair_changed(a, b)
        return new

    def _seats_of(self, place: Index) -> Ints | None:
        """Return the seats of today's people; newcomers take the first that are free."""
        known = place >= 0
        seat = np.empty(len(place), dtype=np.int32)
        seat[known] = self._seat[place[known]]
        free = np.setdiff1d(np.arange(len(self._table), dtype=np.int32), seat[known])
        count = len(place) - int(known.sum())
        if count > len(free) or (len(place) % 2 == 1 and len(self._table) % 2 == 0):
            return None
        seat[~known] = free[:count]
        return seat

    def _answer(self, answer: dict[str, Any], without: tuple[int, ...]) -> PricedAnswer:
        of_people = by_people(answer, self._seat, len(self._table), bye=self._n % 2 == 1)
        certificate = as_certificate(of_people, self.step, without, self.rounding)
        return PricedAnswer(of_people["mate"], certificate, answer["complete"], answer["rounds"], 1)

    def near_pairs(self, certificate: Certificate, limit: int) -> tuple[Ints, Ints, Units]:
        """Return pairs of little slack; see `PairSolver`."""
        n, found = self._n, [np.zeros((0, 3), dtype=np.int64)]
        own = certificate.duals[:n] - certificate.bonus
        for i in range(n):
            row = self._table[self._seat[i], self._seat[i + 1 :]]
            least = (own[i] + own[i + 1 :] - limit) // 2 + 1  # weights below do not count
            j = np.flatnonzero((row >= least) & (row != NOT_ALLOWED))
            found.append(np.column_stack([np.full(len(j), i), j + i + 1, row[j]]))
        i, j, w = np.concatenate(found).T
        return i.astype(np.int32), j.astype(np.int32), w

    def rows(self, people: Ints) -> Units:
        """Return exact weights of some people with everybody."""
        return self._table[self._seat[people][:, None], self._seat]


def seats_for(n: int) -> int:
    """Return an odd number of seats, some to spare."""
    return n + 2 + n // _SPARE + (n + n // _SPARE + 1) % 2


def by_people(answer: dict[str, Any], seat: Ints, seats: int, *, bye: bool) -> dict[str, Any]:
    """Return a kernel's answer about seats as one about the people on some of them.

    Parameters
    ----------
    answer
        About `seats` seats, of which others than theirs are empty, and perhaps a bye.
    seat : int array (n,)
        Where each person sits.
    bye
        Whether the bye, if there is one, stays.
    """
    vertices = seats + (answer["bye"] is not None)
    kept = np.append(seat, np.arange(seats, vertices if bye else seats, dtype=np.int32))
    person = np.full(seats + 1, -1, dtype=np.int32)
    person[seat] = np.arange(len(seat))
    parents = np.concatenate([answer["parents"][kept], answer["parents"][vertices:]])
    moved = np.where(parents >= 0, parents - (vertices - len(kept)), -1)
    return {
        **answer,
        "mate": person[answer["mate"][seat]],
        "vertex_duals": answer["vertex_duals"][kept],
        "parents": moved.astype(np.int32),
        "bye": answer["bye"] if bye else None,
    }
