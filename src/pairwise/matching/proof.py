"""The proof behind a plan of pairs and at most one trio; its check shares no code with a search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pairwise.errors import VerificationError
from pairwise.matching.certificate import NOT_ALLOWED, Certificate
from pairwise.matching.trio_proof import check_trios

if TYPE_CHECKING:
    from collections.abc import Sequence

Units = NDArray[np.int64]


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
        With a trio: the bound, which `base` and `others` support. None: `base` gives it.
    others : tuple of Certificate
        With a trio: further dual solutions for trios that `base` does not exclude.
    bonds : tuple of pairs
        Pairs that rules keep together and that a third person may join.
    """

    pairs: int
    base: Certificate
    forced: tuple[tuple[int, int], ...] = ()
    fixed_q: int = 0
    claim_q: int | None = None
    others: tuple[Certificate, ...] = ()
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
            Naming the first claim that is false. Cost O(n^2).
        """
        pairs = sum(len(group) == 2 for group in groups) - len(self.forced)
        if pairs != self.pairs:
            raise VerificationError(f"it is about plans of {self.pairs} pairs, here are {pairs}")
        self._check_forced(problem)
        if self.claim_q is None:
            self.base.check(problem.weights)
        else:
            level = 4 * self.claim_q + self.base.bonus * (4 * self.pairs + 6)
            check_trios(problem, (self.base, *self.others), level, self.bonds)

    def _check_forced(self, problem: Weights) -> None:
        """Check that people whom the base leaves out may meet nobody but each other."""
        people = {person for pair in self.forced for person in pair}
        if set(self.base.without) - {problem.n} != people:
            raise VerificationError("the base leaves out people whom no rule settles")
        for a, b in [*self.forced, *((b, a) for a, b in self.forced)]:
            row = problem.weights(slice(a, a + 1), slice(0, problem.n))[0]
            if not np.array_equal(np.flatnonzero(row != NOT_ALLOWED), [b]):
                raise VerificationError(f"people {a} and {b} are not settled by the rules")


class Ranked(Weights, Protocol):
    """Weights that hold something that counts before the value of a plan."""

    def rank(self, groups: Any) -> int:
        """Return how much of the weights of groups counts before the value."""


@dataclass(frozen=True)
class RankedProof:
    """Why no plan that places as many people of as much priority is worth more than `bound_q`.

    Attributes
    ----------
    base : PlanProof
        About weights that hold priorities.
    rank_q : int
        How much of the weights of the plan is priorities, in units.
    """

    base: PlanProof
    rank_q: int

    @property
    def bound_q(self) -> int:
        """Upper bound on the value of a plan, in units."""
        return self.base.bound_q - self.rank_q

    def check(self, problem: Ranked, groups: Sequence[Sequence[int]]) -> None:
        """Check the base, and that the plan has the rank; raises `VerificationError`."""
        rank = problem.rank(groups)
        if rank != self.rank_q:
            raise VerificationError(f"it is about plans of rank {self.rank_q}, this has {rank}")
        self.base.check(problem, groups)
