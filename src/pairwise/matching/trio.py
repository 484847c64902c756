"""The best plan of pairs and one group of three, by branch and bound over triangles.

A trio is worth half the sum of its three pair weights, so it is a half-integral triangle, and every
dual solution of the pairing bounds it: with slack(u, v) >= 0 what the duals leave of a pair,

    2 * (plan with trio T) <= 2 * (duals of people + dual * floor(people / 2) over sets)
                              - slacks of the three sides
                              + what each set gains or loses by T, its dual times

        people in the set      T has 0 | 1 | 2 | 3 of them
        odd                           0   0  -1  +1
        even (the bye is in it)       0  -2  -1  -1

because the others of the set make at most floor(rest / 2) pairs. The triangle of the largest bound
is solved exactly: the pairing without its three. The duals of that pairing, stretched over the
three, are one more dual solution, which bounds that triangle by its true value and most of those
around it as well. What counts is the least of all bounds, so that a few triangles decide all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise import _kernel
from pairwise.matching.certificate import NOT_ALLOWED, Certificate
from pairwise.matching.turning import turn_large_sets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from pairwise.matching.pair_solver import Ints, PairSolver, PricedAnswer, Units

Triangle = tuple[int, int, int]

_SIDES = ((0, 1), (0, 2), (1, 2))
_STAGES = (16, 4, 1)  # shares of the triangles that are looked at, most promising first
_CHUNK = 1 << 20  # triangles looked at together
_LARGE = 1 << 60


@dataclass(frozen=True)
class TrioAnswer:
    """The best plan with one trio.

    Attributes
    ----------
    trio : three people, or None where no trio lets more people meet
    rest : PricedAnswer
        The pairs of all others.
    value4 : int
        The framed value of this plan: four times the weight, and four times the bonus a pair, six
        times a trio.
    bound4 : int
        No plan has a larger framed value.
    certificates : tuple of Certificate
        Dual solutions over all people. Each trio is excluded by one of them; the first excludes
        most.
    """

    trio: Triangle | None
    rest: PricedAnswer
    value4: int
    bound4: int
    certificates: tuple[Certificate, ...]


@dataclass(frozen=True)
class Triangles:
    """Triangles (m, 3) with the weights of their sides (3, m)."""

    people: Ints
    weights: Units

    def where(self, keep: Any) -> Triangles:
        """Return some of them."""
        return Triangles(self.people[keep], self.weights[:, keep])


class TrioSearch:
    """Branch and bound for the best trio.

    Parameters
    ----------
    solver : PairSolver
        After `solve`.
    base : PricedAnswer
        What `solve` returned for an odd number of people: the optimum with one bye.
    weigh : function of index arrays -> units
        Weights of pairs as members of a trio, NOT_ALLOWED where two may not be together.
    bonds : sequence of (i, j)
        Pairs that must stay together; only a third person may join them.
    target_gap : float
        Stop when (bound - value) / bound is proven to be at most this.
    seconds_left : function -> float or None
        When it returns 0 the search ends with the bound it has.
    """

    def __init__(
        self,
        solver: PairSolver,
        base: PricedAnswer,
        weigh: Callable[[Any, Any], Units],
        bonds: Sequence[tuple[int, int]] = (),
        target_gap: float = 0.0,
        seconds_left: Callable[[], float | None] = lambda: None,
    ) -> None:
        self.solver, self.base, self.weigh = solver, base, weigh
        self.target_gap, self.seconds_left = target_gap, seconds_left
        self.bonds = np.array(bonds, dtype=np.int32).reshape(-1, 2)
        self.n, self.bonus = len(base.mate), base.certificate.bonus
        self.bonded = np.zeros(self.n, dtype=np.bool_)
        self.bonded[self.bonds.ravel()] = True
        self.trio: Triangle | None = None
        self.rest, self.value4 = base, self._framed(base)
        self.duals = [_Duals(turn_large_sets(replace(base.certificate, without=(self.n,))))]
        self.nodes = 0

    def run(self) -> TrioAnswer:
        """Return the best plan with a trio; the base where none places more people."""
        bound4 = self._search()
        lead = self._lead()
        certificates = [duals.certificate for duals in self.duals if duals is not lead]
        bound4 = max(bound4, self.value4)
        return TrioAnswer(
            self.trio, self.rest, self.value4, bound4, (lead.certificate, *certificates)
        )

    def _search(self) -> int:
        """Explore, most promising triangles first; return a bound on those left."""
        first = self._around_byes()
        if len(first.people):
            self._explore(first.people[np.argmax(self._over(first, self.value4))])
        for stage in _STAGES:
            lead = self._lead()
            most = 2 * lead.total - self._least_share(lead) // 2
            if most <= self._goal and len(self.bonds) == 0:
                return most
            floor = most - (most - self._goal) // stage
            left = self._exclude(_joined([self._above(lead, floor), self._on_bonds(floor)]), floor)
            if left is not None:
                return left
        return self._goal

    @property
    def _goal(self) -> int:
        """What the bound may be for the plan to be good enough."""
        frame = self.bonus * (4 * len(self.rest.pairs[0]) + (0 if self.trio is None else 6))
        share = self.target_gap / (1 - self.target_gap)
        return self.value4 + max(0, int((self.value4 - frame) * share) - 4)

    def _lead(self) -> _Duals:
        return min(self.duals, key=lambda duals: duals.total)

    # -- exploring

    def _exclude(self, triangles: Triangles, floor: int) -> int | None:
        """Explore until no bound is above floor and goal; where time ends, return a bound."""
        over = self._over(triangles, floor)
        while len(over):
            worst = int(over.argmax())
            if over[worst] <= max(0, self._goal - floor):
                return None
            if self.seconds_left() == 0.0:
                return floor + int(over[worst])
            self._explore(triangles.people[worst])
            np.minimum(over, self.duals[-1].over(triangles, floor), out=over)
            keep = over > max(0, self._goal - floor)
            triangles, over = triangles.where(keep), over[keep]
        return None

    def _over(self, triangles: Triangles, level: int) -> Units:
        """By how much the least of all bounds of each triangle is above a level."""
        bounds = [duals.over(triangles, level) for duals in self.duals]
        least: Units = np.minimum.reduce(bounds)
        return least

    def _explore(self, people: Ints) -> None:
        """Solve the pairing of all but three, exactly; remember it if it is the best."""
        a, b, c = people.tolist()
        rest = self.solver.solve_without((a, b, c, self.n), (), self.seconds_left())
        self.nodes += 1
        i, j = _sides(people[None, :])
        value4 = self._framed(rest) + 2 * int(self.weigh(i, j).sum()) + 6 * self.bonus
        if value4 > self.value4:
            self.trio, self.rest, self.value4 = (a, b, c), rest, value4
        self.duals.append(_Duals(turn_large_sets(self._stretched(rest.certificate, people))))

    def _framed(self, answer: PricedAnswer) -> int:
        i, j = answer.pairs
        return 4 * (int(self.weigh(i, j).sum()) + self.bonus * len(i))

    def _stretched(self, certificate: Certificate, people: Ints) -> Certificate:
        """Give three people whom a certificate leaves out the least duals that cover their pairs.

        Among the three, whoever comes last makes up for what is missing.
        """
        duals = certificate.duals.copy()
        duals[people] = 0
        for k, weights in enumerate(self.solver.rows(people)):
            need = 2 * (weights + self.bonus) - duals[: self.n]
            need[weights == NOT_ALLOWED] = 0
            need[people[k:]] = 0
            duals[people[k]] = max(0, int(need.max()))
        return replace(certificate, duals=duals, without=(self.n,))

    # -- triangles worth a look

    def _around_byes(self) -> Triangles:
        """Return the triangles of somebody left out and a pair of the base."""
        i, j = self.base.pairs
        third = np.repeat(self.base.alone[:16], len(i))
        times = len(third) // max(len(i), 1)
        return self._weighed(np.column_stack([np.tile(i, times), np.tile(j, times), third]))

    def _on_bonds(self, floor: int) -> Triangles:
        """Return the triangles of a pair that must stay together and one more, above a level."""
        third = np.flatnonzero(~self.bonded).astype(np.int32)
        found = [self._weighed(np.zeros((0, 3), dtype=np.int32))]
        for first, second in self.bonds:
            ends = np.broadcast_to(np.array([first, second], dtype=np.int32), (len(third), 2))
            triangles = self._weighed(np.column_stack([ends, third]))
            found.append(triangles.where(self._over(triangles, floor) > 0))
        return _joined(found)

    def _weighed(self, people: Ints) -> Triangles:
        """Return those of some triangles that are allowed."""
        weights = self.weigh(*_sides(people)).reshape(3, -1)
        return Triangles(people, weights).where((weights != NOT_ALLOWED).all(axis=0))

    def _least_share(self, lead: _Duals) -> int:
        i, j, weight = self.solver.near_pairs(lead.certificate, 0)
        return int(lead.share6(i, j, weight).min(initial=0))

    def _above(self, lead: _Duals, floor: int) -> Triangles:
        """Return all triangles without bonds whose bounds are above a level."""
        limit = 6 * lead.room(floor)
        least = self._least_share(lead)
        i, j, weight = self.solver.near_pairs(lead.certificate, (limit - 2 * least) // 6 + 1)
        free = ~(self.bonded[i] | self.bonded[j])
        i, j, weight = i[free], j[free], weight[free]
        near = _NearPairs.of(self.n, i, j, lead.share6(i, j, weight), limit)
        found = [self._weighed(np.zeros((0, 3), dtype=np.int32))]
        for people, sides in near.triangles():
            triangles = Triangles(people, weight[sides])
            found.append(triangles.where(self._over(triangles, floor) > 0))
        return _joined(found)


class _Duals:
    """What one dual solution says about trios."""

    def __init__(self, certificate: Certificate) -> None:
        self.certificate = certificate
        self.vertex = certificate.duals
        n, vertices = certificate.n, len(certificate.duals)
        sizes = certificate.set_sizes()
        self.total = sum(map(int, self.vertex[:n]))
        self.total += sum(
            int(dual) * ((size - 1) // 2)
            for dual, size in zip(certificate.set_duals, sizes, strict=True)
        )
        self.even = np.zeros_like(certificate.set_duals)  # duals of the sets around the bye
        if certificate.bye is not None:
            around = int(certificate.parents[n])
            while around >= 0:
                self.even[around - vertices] = certificate.set_duals[around - vertices]
                around = int(certificate.parents[around])

    @cached_property
    def around_bye(self) -> Units:
        """Sum of the duals of the sets that hold each person and the bye; shape (n,)."""
        n = self.certificate.n
        if not self.even.any():
            return np.zeros(n, dtype=np.int64)
        people = np.arange(n, dtype=np.int32)
        return _kernel.common_dual(
            self.certificate.parents, self.even, people, np.full_like(people, n)
        )

    def room(self, level: int) -> int:
        """How far the bound of a triangle of no slack and no sets is above a level."""
        return 2 * self.total - level

    def sides(self, i: Ints, j: Ints, weight: Units) -> tuple[Units, Units]:
        """Return slack, and the sum of the duals of odd sets around both, of pairs."""
        parents, sets = self.certificate.parents, self.certificate.set_duals
        odd = _kernel.common_dual(parents, sets - self.even, i, j)
        both = odd + np.minimum(self.around_bye[i], self.around_bye[j])
        slack = self.vertex[i] + self.vertex[j] + both - 2 * (weight + self.certificate.bonus)
        return slack, odd

    def share6(self, i: Ints, j: Ints, weight: Units) -> Units:
        """Return six times what each pair takes at least from the bound of a trio it is in."""
        slack, odd = self.sides(i, j, weight)
        return 6 * slack - 2 * odd + self.around_bye[i] + self.around_bye[j]

    def over(self, triangles: Triangles, level: int) -> Units:
        """By how much the bound of each triangle is above a level."""
        i, j = _sides(triangles.people)
        slack, odd = self.sides(i, j, triangles.weights.ravel())
        odd = odd.reshape(3, -1)
        gain = 2 * odd.min(axis=0) - odd.max(axis=0) - slack.reshape(3, -1).sum(axis=0)
        if self.even.any():
            bye = np.sort(self.around_bye[triangles.people], axis=1)
            gain += bye[:, 1] - 2 * bye[:, 2]
        over: Units = gain + self.room(level)
        return over


@dataclass(frozen=True)
class _NearPairs:
    """Pairs that a triangle may hold whose three shares sum up to less than `limit`.

    People are renumbered by degree, and `tail` < `head`, so that hubs start few pairs.
    """

    n: int
    people: Ints  # by number
    index: NDArray[np.int64]  # of each pair, in the order they were given
    tail: Ints
    head: Ints
    share: Units
    least: Units  # least share at each person
    limit: int

    @classmethod
    def of(cls, n: int, i: Ints, j: Ints, share: Units, limit: int) -> _NearPairs:
        least = np.full(n, _LARGE)
        for ends in (i, j):
            np.minimum.at(least, ends, share)
        kept = np.flatnonzero(share + least[i] + least[j] < limit)
        i, j, share = i[kept], j[kept], share[kept]
        people = np.argsort(np.bincount(np.r_[i, j], minlength=n), kind="stable").astype(np.int32)
        number = np.empty_like(people)
        number[people] = np.arange(n, dtype=np.int32)
        tail, head = np.minimum(number[i], number[j]), np.maximum(number[i], number[j])
        order = np.lexsort((head, tail))
        return cls(
            n, people, kept[order], tail[order], head[order], share[order], least[people], limit
        )

    def triangles(self) -> Iterator[tuple[Ints, NDArray[np.int64]]]:
        """Yield triangles (m, 3) and which pairs are their sides (3, m), by chunks."""
        key = self.tail.astype(np.int64) * self.n + self.head
        ends = np.searchsorted(self.tail, self.tail, side="right")
        count = ends - np.arange(len(ends)) - 1  # later pairs of the same person
        before = np.r_[0, np.cumsum(count)]
        start = 0
        while start < len(count):
            stop = max(start + 1, int(np.searchsorted(before, before[start] + _CHUNK)) - 1)
            first = np.repeat(np.arange(start, stop), count[start:stop])
            place = np.arange(before[start], before[stop]) - before[first]
            yield self._closed(key, first, first + 1 + place)
            start = stop

    def _closed(
        self, key: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]
    ) -> tuple[Ints, NDArray[np.int64]]:
        """Return the triangles whose two sides at one person are given."""
        low = np.maximum(self.least[self.head[first]], self.least[self.head[second]])
        fits = self.share[first] + self.share[second] + low < self.limit
        first, second = first[fits], second[fits]
        wanted = self.head[first].astype(np.int64) * self.n + self.head[second]
        third = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
        real = key[third] == wanted
        real &= self.share[first] + self.share[second] + self.share[third] < self.limit
        first, second, third = first[real], second[real], third[real]
        corners = (self.tail[first], self.head[first], self.head[second])
        people = self.people[np.column_stack(corners)]
        return people, self.index[np.stack([first, second, third])]


def _sides(triangles: Ints) -> tuple[Ints, Ints]:
    """Return the ends of all sides: first sides, second sides, third sides."""
    i = np.concatenate([triangles[:, a] for a, _ in _SIDES])
    j = np.concatenate([triangles[:, b] for _, b in _SIDES])
    return i.astype(np.int32), j.astype(np.int32)


def _joined(parts: Sequence[Triangles]) -> Triangles:
    people = np.concatenate([part.people for part in parts])
    return Triangles(people, np.concatenate([part.weights for part in parts], axis=1))
