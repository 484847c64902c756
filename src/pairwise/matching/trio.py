"""The best plan of pairs and one group of three, by branch and bound over triangles.

A trio is worth half the sum of its three pair weights, so it is a half-integral triangle, and the
duals of the pairing bound it: with slack(u, v) >= 0 what the duals leave of a pair,

    plan with trio T <= sum of duals + sum over sets of dual * (size - 1) / 2
                        - sum of slacks in T / 2 + sum of duals of sets around T / 2,

the last because three people inside one odd set let the set hold half a pair more. Few triangles
have a bound above the best plan known; each of these is solved exactly, best bound first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pairwise.matching.certificate import NOT_ALLOWED, Certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pairwise.matching.pair_solver import PairSolver, PricedAnswer

    Units = NDArray[np.int64]
    PairWeigher = Callable[[NDArray[np.intp], NDArray[np.intp]], Units]

Triangle = tuple[int, int, int]
_DOUBLINGS = 64


@dataclass(frozen=True)
class TrioAnswer:
    """The best plan with one trio.

    Attributes
    ----------
    trio : tuple of three people, or None where no three may be together
    rest : PricedAnswer
        The pairs of all others.
    weight : int
        Weight of pairs and trio.
    bound : int
        No plan with as many people placed weighs more.
    explored : tuple of (triangle, certificate)
        Triangles that the duals alone do not exclude, with the bound on everybody else.
    """

    trio: Triangle | None
    rest: PricedAnswer
    weight: int
    bound: int
    explored: tuple[tuple[Triangle, Certificate], ...]


class TrioSearch:
    """Branch and bound for the best trio.

    Parameters
    ----------
    solver : PairSolver
        After `solve`.
    base : PricedAnswer
        What `solve` returned: an odd number of people, one bye.
    weigh : function of index arrays -> units
        Weights of pairs as members of a trio, NOT_ALLOWED where two may not be together.
    bonds : iterable of (i, j)
        Pairs that must stay together; only a third person may join them.
    forbidden : sequence of (i, j)
        Further pairs that may not be formed.
    seconds_left : function -> float or None
        When it returns 0 the search ends with the bound it has.
    """

    def __init__(
        self,
        solver: PairSolver,
        base: PricedAnswer,
        weigh: PairWeigher,
        bonds: Iterable[tuple[int, int]],
        seconds_left: Callable[[], float | None],
    ) -> None:
        self.solver, self.base, self.weigh = solver, base, weigh
        self.bonds = list(bonds)
        self.seconds_left = seconds_left
        self.n = len(base.mate)
        certificate = base.certificate
        self.bonus = certificate.bonus
        self.settled = {person for bond in self.bonds for person in bond}
        duals = certificate.duals
        self.duals = duals
        sizes = certificate.set_sizes()
        sets = zip(certificate.set_duals.tolist(), sizes, strict=True)
        self.total = sum(map(int, duals[: self.n])) + sum(z * ((size - 1) // 2) for z, size in sets)

    def run(self) -> TrioAnswer:
        """Return the best plan with a trio; without one if none places more people."""
        best: tuple[int, Triangle | None, PricedAnswer] = (self._framed_base(), None, self.base)
        best = self._improve_by_joining(best)
        explored: list[tuple[Triangle, Certificate]] = []
        open_bound = best[0]
        for bound, triangle in self._triangles(lambda: best[0]):
            if bound <= best[0]:
                continue
            if self.seconds_left() == 0.0:
                open_bound = max(open_bound, bound)
                break
            answer, weight = self._solve_with(triangle)
            explored.append((triangle, answer.certificate))
            if weight > best[0]:
                best = (weight, triangle, answer)
        return self._answer(best, open_bound, explored)
