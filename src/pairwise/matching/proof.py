"""The proof behind a plan of pairs and at most one trio; its check shares no code with a search."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pairwise.errors import VerificationError
from pairwise.matching.certificate import NOT_ALLOWED, Certificate, CommonDual, upper_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Units = NDArray[np.int64]
Triangle = tuple[int, int, int]


class Weights(Protocol):
    """What a proof is checked against."""

    @property
    def n(self) -> int:
        """Number of people."""

    def weights(self, rows: Any, cols: Any) -> Units:
        """Weights of partners by blocks, NOT_ALLOWED where refused."""

    def together_pairs(self, i: Any, j: Any) -> Units:
        """Weights of pairs as members of a trio, NOT_ALLOWED where refused."""


@dataclass(frozen=True)
class PlanProof:
    """Why no plan with as many people placed is worth more than `bound_q`.

    Attributes
    ----------
    pairs : int
        Number of pairs of the plan, those of `forced` left out.
    base : Certificate
        Bounds every set of pairs.
    forced : tuple of pairs
        Pairs that the rules settle; `base` is not about them.
    fixed_q : int
        What groups settled by the rules are worth, in units.
    claim_q : int or None
        With a trio: the bound, which `explored` supports. None: `base` gives it.
    explored : tuple of (triangle, certificate)
        Triangles that `base` does not exclude, each with a bound on everybody else.
    bonds : tuple of pairs
        Pairs that rules keep together and that a third person may join.
    """

    pairs: int
    base: Certificate
    forced: tuple[tuple[int, int], ...] = ()
    fixed_q: int = 0
    claim_q: int | None = None
    explored: tuple[tuple[Triangle, Certificate], ...] = ()
    bonds: tuple[tuple[int, int], ...] = ()

    @property
    def bound_q(self) -> int:
        """Upper bound on the value of a plan, in units."""
        rest = self.base.bound(self.pairs) if self.claim_q is None else self.claim_q
        return rest + self.fixed_q

    def check(self, problem: Weights, groups: Sequence[Sequence[int]]) -> None:
        """Check the proof against the weights of all pairs, as one about these groups.

        Raises
        ------
        VerificationError
            Naming the first claim that is false. Cost O(n^2) for the base and for each explored
            triangle.
        """
        pairs = sum(len(group) == 2 for group in groups) - len(self.forced)
        if pairs != self.pairs:
            raise VerificationError(f"it is about plans of {self.pairs} pairs, here are {pairs}")
        self._check_forced(problem)
        self.base.check(problem.weights)
        if self.claim_q is not None:
            self._check_trios(problem, self.claim_q)

    def _check_forced(self, problem: Weights) -> None:
        """Check that people whom the base leaves out may meet nobody but each other."""
        people = {person for pair in self.forced for person in pair}
        if set(self.base.without) - {problem.n} != people:
            raise VerificationError("the base leaves out people whom no rule settles")
        for a, b in [*self.forced, *((b, a) for a, b in self.forced)]:
            row = problem.weights(slice(a, a + 1), slice(0, problem.n))[0]
            if not np.array_equal(np.flatnonzero(row != NOT_ALLOWED), [b]):
                raise VerificationError(f"people {a} and {b} are not settled by the rules")

    def _check_trios(self, problem: Weights, claim: int) -> None:
        frame = 4 * self.base.bonus * self.pairs + 6 * self.base.bonus
        for triangle, certificate in self.explored:
            if set(certificate.without) != {*triangle, problem.n}:
                raise VerificationError(f"the bound beside trio {triangle} leaves out others")
            certificate.check(problem.weights)
            ends = np.array(list(combinations(triangle, 2)))
            trio = int(problem.together_pairs(ends[:, 0], ends[:, 1]).sum())
            if 2 * certificate.bound(self.pairs) + trio > 2 * claim:
                raise VerificationError(f"the duals do not exclude trio {triangle}")
        known = {triangle for triangle, _ in self.explored}
        for found, bounds in self._bounded_triangles(problem, 4 * claim + frame):
            for triangle, bound in zip(found.tolist(), bounds.tolist(), strict=True):
                if bound > 4 * claim + frame and tuple(triangle) not in known:
                    raise VerificationError(f"the duals do not exclude trio {tuple(triangle)}")

    def _bounded_triangles(
        self, problem: Weights, value: int
    ) -> Iterator[tuple[NDArray[np.int64], Units]]:
        """Yield triangles, among them all whose bound is larger than `value`, with their bounds."""
        common = CommonDual(self.base.parents, self.base.set_duals, len(self.base.duals))
        total = 2 * self._dual_sum()
        room = 3 * (total - value)
        bonded = sorted({person for pair in self.bonds for person in pair})
        free = np.setdiff1d(np.arange(problem.n), bonded)
        for triangles in _triangles(self._near_pairs(problem, common, room), set(bonded), room):
            yield triangles, self._bounds(problem, triangles, common, total)
        for first, second in self.bonds:
            ends = (np.full(len(free), first), np.full(len(free), second), free)
            found = np.column_stack(ends)
            yield found, self._bounds(problem, found, common, total)

    def _near_pairs(
        self, problem: Weights, common: CommonDual, room: int
    ) -> dict[int, dict[int, float]]:
        """Return the pairs that a trio within `room` may hold: partner and share by person."""
        blocks = list(upper_blocks(problem.n))
        least = min(float(self._shares(problem, *at, common).min()) for at in blocks)
        near: dict[int, dict[int, float]] = {}
        for rows, columns in blocks:
            share = self._shares(problem, rows, columns, common)
            i, j = np.nonzero(share <= room - 2 * min(least, 0.0) + 1.0)
            values = share[i, j].tolist()
            i, j = i + rows.start, j + columns.start
            for a, b, own in zip(i.tolist(), j.tolist(), values, strict=True):
                if a < b:
                    near.setdefault(a, {})[b] = own
        return near

    def _shares(
        self, problem: Weights, rows: slice, columns: slice, common: CommonDual
    ) -> NDArray[np.float64]:
        """Three times what each pair takes at least from the bound of a trio it is in."""
        weights = problem.weights(rows, columns)
        i, j = np.nonzero(weights != NOT_ALLOWED)
        both = common(i + rows.start, j + columns.start)
        duals = self.base.duals
        slack = duals[i + rows.start] + duals[j + columns.start] + both
        slack -= 2 * (weights[i, j] + self.base.bonus)
        share = np.full(weights.shape, np.inf)
        share[i, j] = 3.0 * slack - both
        return share

    def _bounds(
        self, problem: Weights, triangles: NDArray[np.int64], common: CommonDual, total: int
    ) -> Units:
        bound = np.full(len(triangles), total)
        around = np.full(len(triangles), np.iinfo(np.int64).max)
        allowed = np.ones(len(triangles), dtype=np.bool_)
        for a, b in combinations(range(3), 2):
            i, j = triangles[:, a], triangles[:, b]
            weight = problem.together_pairs(i, j)
            allowed &= weight != NOT_ALLOWED
            both = common(i, j)
            around = np.minimum(around, both)
            bound -= self.base.duals[i] + self.base.duals[j] + both - 2 * (weight + self.base.bonus)
        return np.where(allowed, bound + around, np.iinfo(np.int64).min)

    def _dual_sum(self) -> int:
        sets = zip(self.base.set_duals, self.base.set_sizes(), strict=True)
        people = sum(map(int, self.base.duals[: self.base.n]))
        return people + sum(int(dual) * ((size - 1) // 2) for dual, size in sets)


def _triangles(
    near: dict[int, dict[int, float]], bonded: set[int], room: int
) -> Iterator[NDArray[np.int64]]:
    """Yield the triangles of near pairs whose shares sum up to at most `room`, by first person."""
    for first in sorted(near.keys() - bonded):
        own = sorted(
            (person, share) for person, share in near[first].items() if person not in bonded
        )
        found = [
            (first, a, b)
            for (a, share_a), (b, share_b) in combinations(own, 2)
            if share_a + share_b + near.get(a, {}).get(b, np.inf) <= room + 1.0
        ]
        yield np.array(found, dtype=np.int64).reshape(-1, 3)
