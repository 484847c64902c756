"""The best plan of pairs and one group of three, by branch and bound over triangles.

A trio is worth half the sum of its three pair weights, so it is a half-integral triangle, and the
duals of the pairing bound it: with slack(u, v) >= 0 what the duals leave of a pair,

    plan with trio T <= sum of duals + sum over sets of dual * (size - 1) / 2
                        - sum of slacks in T / 2 + sum of duals of sets around T / 2

the last because three people inside one odd set let the set hold half a pair more. Few triangles
have a bound above the best plan known; each of these is solved exactly, best bound first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pairwise import _kernel
from pairwise.matching.certificate import NOT_ALLOWED, Certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pairwise.matching.pair_solver import Ints, PairSolver, PricedAnswer, Units

Triangle = tuple[int, int, int]
Triangles = NDArray[np.int32]

_MOST_TRIANGLES = 200_000


@dataclass(frozen=True)
class TrioAnswer:
    """The best plan with one trio.

    Attributes
    ----------
    trio : three people, or None where no trio lets more people meet
    rest : PricedAnswer
        The pairs of all others.
    bound4 : int
        No plan has a larger framed value: four times the weight, and four times the bonus a pair,
        six times a trio.
    value4 : int
        The framed value of this plan.
    explored : tuple of (triangle, certificate)
        Triangles that the duals alone do not exclude, with the bound on everybody else.
    """

    trio: Triangle | None
    rest: PricedAnswer
    value4: int
    bound4: int
    explored: tuple[tuple[Triangle, Certificate], ...]


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
    seconds_left : function -> float or None
        When it returns 0 the search ends with the bound it has.
    """

    def __init__(
        self,
        solver: PairSolver,
        base: PricedAnswer,
        weigh: Callable[[Any, Any], Units],
        bonds: Sequence[tuple[int, int]] = (),
        seconds_left: Callable[[], float | None] = lambda: None,
    ) -> None:
        self.solver, self.base, self.weigh = solver, base, weigh
        self.bonds = np.array(bonds, dtype=np.int32).reshape(-1, 2)
        self.seconds_left = seconds_left
        self.n, self.certificate = len(base.mate), base.certificate
        self.bonus, self.duals = self.certificate.bonus, self.certificate.duals
        self.bonded = np.zeros(self.n, dtype=np.bool_)
        self.bonded[self.bonds.ravel()] = True
        sets = zip(self.certificate.set_duals, self.certificate.set_sizes(), strict=True)
        self.total = sum(map(int, self.duals[: self.n]))
        self.total += sum(int(dual) * ((size - 1) // 2) for dual, size in sets)

    def run(self) -> TrioAnswer:
        """Return the best plan with a trio; the base where none places more people."""
        best = TrioAnswer(None, self.base, self._framed(self.base), 0, ())
        best = self._try(*_descending(*self._around_byes(), 1), best)
        triangles, bounds, dropped = self._all_above(best.value4)
        best = self._try(*_descending(triangles, bounds, len(bounds)), best)
        return replace(best, bound4=max(best.bound4, dropped, best.value4))

    def _try(self, triangles: Triangles, bounds: Units, best: TrioAnswer) -> TrioAnswer:
        """Solve triangles exactly, best bound first, until no bound is above the best value."""
        for row, bound in zip(triangles.tolist(), bounds.tolist(), strict=True):
            triangle: Triangle = (row[0], row[1], row[2])
            if bound <= best.value4 or any(triangle == seen for seen, _ in best.explored):
                continue
            if self.seconds_left() == 0.0:
                return replace(best, bound4=bound)
            rest = self.solver.solve_without((*triangle, self.n), (), self.seconds_left())
            value = self._framed(rest) + self._framed_trio(triangle)
            explored = (*best.explored, (triangle, rest.certificate))
            if value > best.value4:
                best = replace(best, trio=triangle, rest=rest, value4=value)
            best = replace(best, explored=explored)
        return best

    def _framed(self, answer: PricedAnswer) -> int:
        i, j = answer.pairs
        return 4 * (int(self.weigh(i, j).sum()) + self.bonus * len(i))

    def _framed_trio(self, triangle: Triangle) -> int:
        i, j = _sides(np.array([triangle], dtype=np.int32))
        return 2 * int(self.weigh(i, j).sum()) + 6 * self.bonus

    def _bounds(self, triangles: Triangles) -> tuple[Triangles, Units]:
        """Return the allowed ones of some triangles, with their bounds."""
        i, j = _sides(triangles)
        weight = self.weigh(i, j).reshape(3, -1)
        allowed = (weight != NOT_ALLOWED).all(axis=0)
        common = _kernel.common_dual(self.certificate.parents, self.certificate.set_duals, i, j)
        common = common.reshape(3, -1)
        slack = (self.duals[i] + self.duals[j]).reshape(3, -1) + common - 2 * weight
        bound = 2 * self.total + common.min(axis=0) - slack.sum(axis=0) + 6 * self.bonus
        return triangles[allowed], bound[allowed]

    def _around_byes(self) -> tuple[Triangles, Units]:
        """Return the triangles of somebody left out and a pair of the base."""
        i, j = self.base.pairs
        third = np.repeat(self.base.alone[:16], len(i))
        times = len(third) // max(len(i), 1)
        return self._bounds(np.column_stack([np.tile(i, times), np.tile(j, times), third]))

    def _all_above(self, value: int) -> tuple[Triangles, Units, int]:
        """Return all triangles with a larger bound; and the largest bound that was dropped."""
        found = [self._on_bonds()]
        room = 2 * self.total - value
        least = int((_shares(*self.solver.near_pairs(0)[2:]) // 3).min(initial=0))
        near = self.solver.near_pairs(room - 2 * least)
        triangles, complete = _triangles(self.n, near, self.bonded, 3 * room)
        triangles, bounds = self._bounds(np.concatenate([*found, triangles]))
        keep = bounds > value
        return triangles[keep], bounds[keep], value if complete else 2 * self.total

    def _on_bonds(self) -> Triangles:
        third = np.flatnonzero(~self.bonded).astype(np.int32)
        pairs = np.repeat(self.bonds, len(third), axis=0)
        return np.column_stack([pairs, np.tile(third, len(self.bonds))])


def _shares(slack: Units, common: Units) -> Units:
    """Three times what a side adds at least to the sum that a triangle may not exceed."""
    return 3 * slack - common


def _triangles(
    n: int, near: tuple[Ints, Ints, Units, Units], bonded: NDArray[np.bool_], room: int
) -> tuple[Triangles, bool]:
    """Return triangles of near pairs whose shares sum up to at most `room`, and whether all fit."""
    i, j, slack, common = near
    free = ~(bonded[i] | bonded[j])
    i, j, share = i[free], j[free], _shares(slack, common)[free]
    order = np.lexsort((j, i))
    i, j, share = i[order], j[order], share[order]
    key = i.astype(np.int64) * n + j
    starts = np.searchsorted(i, np.arange(n + 1))
    found, count = [np.zeros((0, 3), dtype=np.int32)], 0
    for v in range(n):
        ends, own = j[starts[v] : starts[v + 1]], share[starts[v] : starts[v + 1]]
        a, b = np.triu_indices(len(ends), 1)
        fits = own[a] + own[b] <= room - min(0, int(share.min(initial=0)))
        a, b = a[fits], b[fits]
        wanted = ends[a].astype(np.int64) * n + ends[b]
        at = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
        real = (key[at] == wanted) & (own[a] + own[b] + share[at] <= room)
        found.append(np.column_stack([np.full(real.sum(), v), ends[a[real]], ends[b[real]]]))
        count += int(real.sum())
        if count > _MOST_TRIANGLES:
            return np.concatenate(found).astype(np.int32), False
    return np.concatenate(found).astype(np.int32), True


def _sides(triangles: Triangles) -> tuple[Ints, Ints]:
    """Return the ends of all sides: first sides, second sides, third sides."""
    i = np.concatenate([triangles[:, a] for a, _ in combinations(range(3), 2)])
    j = np.concatenate([triangles[:, b] for _, b in combinations(range(3), 2)])
    return i.astype(np.int32), j.astype(np.int32)


def _descending(triangles: Triangles, bounds: Units, count: int) -> tuple[Triangles, Units]:
    order = np.argsort(-bounds, kind="stable")[:count]
    return triangles[order], bounds[order]
