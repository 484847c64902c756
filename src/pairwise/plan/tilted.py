"""The proof of a plan under quotas: branches, each bounded under multipliers of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InfeasibleError, VerificationError
from pairwise.matching.tilted import Decisions, Leaf, Limits, Tilt, cover
from pairwise.problem import NOT_ALLOWED, PairProblem, QuotaProblem
from pairwise.rules import Forbid, Require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pairwise.matching.proof import RankedProof
    from pairwise.problem.pairs import Weights
    from pairwise.quotas import PairMeasure, PairSum
    from pairwise.rules import Index, Indices


@dataclass(frozen=True, eq=False)
class TiltedPairs(PairProblem):
    """A problem of pairs whose weights are tilted by multipliers on measures of pairs.

    Attributes
    ----------
    base
        The problem, whose people, score, rules and leftover these are.
    tilt, measures
        The multipliers, and what they multiply.
    dense
        Tilted weights of all pairs, if they are in memory.
    """

    base: PairProblem
    tilt: Tilt
    measures: tuple[PairMeasure, ...]
    dense: Weights | None = None

    @classmethod
    def on(
        cls,
        base: PairProblem,
        tilt: Tilt,
        measures: tuple[PairMeasure, ...],
        dense: Weights | None = None,
    ) -> TiltedPairs:
        """Tilt a problem."""
        return cls(base.people, base.score, base.rules, base.leftover, base, tilt, measures, dense)

    @property
    def step(self) -> float:
        """What one tilted unit is worth: the largest are worth 1."""
        return 1.0 / self.tilt.span

    @property
    def largest(self) -> float:
        """No pair is worth more."""
        return 1.0

    @property
    def error32(self) -> float:
        """Bound on the difference between ``float32_block`` and tilted weights."""
        return 2.0**-23

    def weights(self, rows: Index, cols: Index) -> Weights:
        """Return tilted weights of partners; shape (r, c)."""
        if self.dense is not None and isinstance(rows, slice) and isinstance(cols, slice):
            return self.dense[rows, cols]
        measured = [measure.block(rows, cols) for measure in self.measures]
        return self._tilted(self.base.weights(rows, cols), measured)

    def weights_pairs(self, i: Indices, j: Indices) -> Weights:
        """Return tilted weights of m index pairs as partners; shape (m,)."""
        return self._tilted(self.base.weights_pairs(i, j), self._measured(i, j))

    def together_pairs(self, i: Indices, j: Indices) -> Weights:
        """Return tilted weights of m index pairs as members of a trio; shape (m,)."""
        return self._tilted(self.base.together_pairs(i, j), self._measured(i, j))

    def float32_block(self, rows: Index, cols: Index) -> NDArray[np.float32]:
        """Return tilted weights by their largest, -inf where not allowed; shape (r, c)."""
        weights = self.weights(rows, cols)
        values = (weights * self.step).astype(np.float32)
        values[weights == NOT_ALLOWED] = -np.inf
        return values

    def _measured(self, i: Indices, j: Indices) -> list[Weights]:
        return [measure.pairs(i, j) for measure in self.measures]

    def _tilted(self, weights: Weights, measured: Sequence[Weights]) -> Weights:
        refused = weights == NOT_ALLOWED
        weights = np.where(refused, 0, weights)
        return np.where(refused, NOT_ALLOWED, self.tilt.apply(weights, measured))


def limits_of(sums: Sequence[PairSum], placed: int, unit: int) -> tuple[Limits, ...]:
    """Return the bounds of sums, all multiples of `unit`, in plans that place so many people."""
    return tuple(_limits(one, *one.bounds(placed), unit) for one in sums)


def _limits(one: PairSum, low: int | None, high: int | None, unit: int) -> Limits:
    least = None if low is None else -(-low // unit) * unit
    most = None if high is None else high // unit * unit
    return Limits(least, most, *one.measure.ends)


def unit_of(problem: PairProblem) -> int:
    """Return what the sums over plans are multiples of: pairs are even, a trio may be odd."""
    return 1 if problem.n % 2 and problem.leftover == "trio" else 2


@dataclass(frozen=True)
class QuotaProof:
    """Why no plan under quotas with as many people is worth more than `bound_q`.

    Attributes
    ----------
    placed : int
        How many people the plan holds.
    leaves : tuple of Leaf
        Branches that together hold every plan: in each some pairs are together and some apart, and
        a `PlanProof` bounds its plans under tilted weights.
    rank : RankedProof or None
        With priorities: why as many people cannot have more of them. The bound is on plans that
        have as much.
    """

    placed: int
    leaves: tuple[Leaf, ...]
    rank: RankedProof | None = None

    @property
    def bound_q(self) -> int:
        """Upper bound on the value of a plan, in units."""
        return max(leaf.bound for leaf in self.leaves if leaf.bound is not None)

    def check(self, problem: QuotaProblem, groups: Sequence[Sequence[int]]) -> None:
        """Check the proof against all pairs, as one about these groups.

        Raises
        ------
        VerificationError
            Naming the first claim that is false. Cost O(n^2) for each branch.
        """
        if sum(map(len, groups)) != self.placed:
            raise VerificationError(f"it is about plans of {self.placed} people")
        if not cover([leaf.decisions for leaf in self.leaves]):
            raise VerificationError("the branches do not hold every plan")
        if problem.priority:
            self._check_rank(problem, groups)
        for leaf in self.leaves:
            self._check_leaf(problem, leaf, groups)

    def _check_rank(self, problem: QuotaProblem, groups: Sequence[Sequence[int]]) -> None:
        if self.rank is None:
            raise VerificationError("nothing shows that people of more priority cannot be placed")
        self.rank.check(problem.ranked, groups)
        if self.rank.bound_q >= problem.ranked.outweighs:
            raise VerificationError("people of more priority may be placed")

    def _check_leaf(
        self, problem: QuotaProblem, leaf: Leaf, groups: Sequence[Sequence[int]]
    ) -> None:
        sums = problem.sums_at(problem.rank(tuple(map(tuple, groups))))
        measures = tuple(one.measure for one in sums)
        branch = decided(problem, leaf.decisions)
        if branch is None:
            return
        leaf.proof.check(TiltedPairs.on(branch, leaf.tilt, measures), groups)
        limits = limits_of(sums, self.placed, unit_of(problem))
        try:
            exact = leaf.tilt.bound(leaf.proof.bound_q, limits, self.placed)
        except ValueError as error:
            raise VerificationError(str(error)) from None
        if leaf.bound is None:
            if leaf.tilt.scale or exact >= 0:
                raise VerificationError("a branch that is called empty may hold a plan")
            return
        unit = unit_of(problem)
        if not leaf.tilt.scale or leaf.bound < exact // unit * unit:
            raise VerificationError(f"a branch is bounded by {leaf.bound}, proven is {exact}")


def decided(problem: PairProblem, decisions: Decisions) -> PairProblem | None:
    """Return the problem under decisions; None where rules leave no plan."""
    ids = problem.people.ids
    rules = [
        kind([(ids[a], ids[b]) for a, b in pairs])
        for kind, pairs in ((Require, decisions.together), (Forbid, decisions.apart))
        if pairs
    ]
    try:
        return problem.with_rules(rules) if rules else problem
    except InfeasibleError:
        return None
