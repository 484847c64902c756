"""A partition with its value, its bound, and what proves the bound."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from pairwise.errors import VerificationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.matching.partitions.problem import PartitionProblem

Groups = tuple[tuple[int, ...], ...]


class HasPartition(Protocol):
    """A problem about people that knows its partition problem."""

    @property
    def partition(self) -> PartitionProblem:
        """The problem in integers."""


@dataclass(frozen=True, eq=False)
class PartitionProof:
    """What proves that no partition is worth more than a bound.

    Attributes
    ----------
    kind : {"groups", "pairs", "columns"}
        "groups": no allowed group is worth more than the prices of its people (and of its size).
        "pairs": the prices bound what everybody can spread over partners. "columns": "groups",
        and every group that an even better partition could hold was listed and tried.
    bound : int
        In units of worth.
    prices : int64 array (n,)
        One per person: units of worth for groups, of weight for pairs.
    size_prices : mapping of size to units of worth
        Price of a group by its size, where the number of groups of each size is settled.
    """

    kind: str
    bound: int
    prices: NDArray[np.int64]
    size_prices: dict[int, int] = field(default_factory=dict)

    @property
    def bound_q(self) -> int:
        """The bound, as plans call it."""
        return self.bound

    def check(self, problem: HasPartition, groups: Groups) -> None:
        """Raise `VerificationError` unless this proves that no partition is worth more.

        Parameters
        ----------
        problem
            Whose `partition` is the problem in integers.
        groups
            A partition; the bound is about all that place as many people.
        """
        from pairwise.matching.partitions.check import check_proof

        check_proof(self, problem.partition, groups)


@dataclass(frozen=True, eq=False)
class Partition:
    """Groups with their value and the proof of how good it is.

    Attributes
    ----------
    label : int array (n,)
        Group of each person, -1: in no group.
    groups : tuple of tuples of int
        Members in ascending order, groups by their first member.
    value, bound : float
        Worth of the partition, and what no partition exceeds; in the unit of weights.
    pair_sum : float
        Sum of the weights of all pairs inside groups: the classical objective of maximally
        diverse grouping.
    value_q, bound_q : int
        Value and bound in units of `step`.
    step : float
        What one unit is worth.
    rounding : float
        Largest error of value and bound from rounding float weights to integers.
    complete : bool
        False only if stopped by the time limit or Ctrl-C.
    rounds : int
        Perturbations that the search made.
    proof : PartitionProof
        What proves the bound.
    """

    label: NDArray[np.int32]
    groups: Groups
    value_q: int
    bound_q: int
    step: float
    rounding: float
    complete: bool
    rounds: int
    proof: PartitionProof
    _problem: PartitionProblem = field(repr=False)

    @property
    def value(self) -> float:
        """Worth of the partition."""
        return self.value_q * self.step

    @property
    def bound(self) -> float:
        """No partition is worth more."""
        return self.bound_q * self.step

    @property
    def gap(self) -> float:
        """``(bound - value) / bound``; 0 is proven optimal."""
        return relative_gap(self.value_q, self.bound_q)

    @property
    def optimal(self) -> bool:
        """Whether no partition is worth more."""
        return self.value_q == self.bound_q

    @property
    def pair_sum(self) -> float:
        """Sum of the weights of all pairs inside groups."""
        return self._problem.pair_sum(self.groups) / self._problem.scale

    def best_move(self) -> tuple[int, int, float]:
        """Return the best swap or shift left: who, with whom (-1: alone), gain.

        (-1, -1, 0.0) where none gains and keeps the rules. Cost O(n^2).
        """
        i, j, _, relief, gain = self._problem.kernel.best_move(self.label)
        return (i, j, gain * self.step) if i >= 0 and relief >= 0 else (-1, -1, 0.0)

    def verify(self) -> None:
        """Check groups, rules, value and bound from the weights; raises VerificationError.

        Proofs by groups and columns list groups again: O(C(n, size)). For columns a second
        solver (HiGHS) repeats what CP-SAT proved.
        """
        from pairwise.matching.partitions.check import verify

        verify(self, self._problem)


def relative_gap(value: int, bound: int) -> float:
    """Return the gap relative to the bound, or to the value where the bound is nothing."""
    return 0.0 if value == bound else (bound - value) / abs(bound or value)


def groups_of(label: NDArray[np.int32]) -> Groups:
    """Return the members of every group, ascending, groups by their first member."""
    order: dict[int, list[int]] = {}
    for i, g in enumerate(label.tolist()):
        if g >= 0:
            order.setdefault(g, []).append(i)
    return tuple(sorted(tuple(members) for members in order.values()))


def label_of(groups: Groups, n: int) -> NDArray[np.int32]:
    """Return the group of each of n people, -1 for none."""
    label = np.full(n, -1, dtype=np.int32)
    for g, members in enumerate(groups):
        label[list(members)] = g
    return label


def refuse(false: list[str]) -> None:
    """Raise what is false, if anything."""
    if false:
        raise VerificationError("; ".join(false))
