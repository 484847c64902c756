"""What a search under quotas asks: the best plan under tilted weights, with a bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pairwise.matching.certificate import Certificate
    from pairwise.matching.tilted.tilt import Limits, Tilt

Units = NDArray[np.int64]
Indices = NDArray[np.int64]
Groups = tuple[tuple[int, ...], ...]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Decisions:
    """Pairs that a branch of the search holds together, and pairs that it keeps apart."""

    together: tuple[Pair, ...] = ()
    apart: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Column:
    """A plan that the search has met.

    Attributes
    ----------
    groups
        Index groups, ascending.
    value : int
        Its weight.
    sums : tuple of int
        Its sums.
    """

    groups: Groups
    value: int
    sums: tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """The best plan under tilted weights.

    Attributes
    ----------
    column
        The plan; None where it holds fewer people than every plan must.
    bound : int
        No plan with as many people as every plan must hold has more tilted weight.
    proof
        What proves it.
    certificate
        The duals of pairs that it rests on, of tilted weights.
    """

    column: Column | None
    bound: int
    proof: Any
    certificate: Certificate


class Oracle(Protocol):
    """Solves under tilted weights, exactly."""

    @property
    def n(self) -> int:
        """Number of people."""

    @property
    def weight_range(self) -> tuple[int, int]:
        """Least and largest weight that a pair may have."""

    @property
    def limits(self) -> Sequence[Limits]:
        """The sums."""

    @property
    def placed(self) -> int:
        """How many people every plan must hold."""

    @property
    def unit(self) -> int:
        """What the weight of every plan is a multiple of."""

    @property
    def may_branch(self) -> bool:
        """Whether `solve` takes decisions."""

    def solve(self, tilt: Tilt, decisions: Decisions) -> Found:
        """Return the best plan under tilted weights and decisions."""

    def column(self, groups: Groups) -> Column:
        """Return a plan with its weight and sums."""

    def near_pairs(self, found: Found, tilt: Tilt, slack: int) -> tuple[Indices, Indices]:
        """Return allowed pairs whose slack under the duals of `found` is at most `slack`."""

    def trios(self, i: Indices, j: Indices) -> list[tuple[int, ...]]:
        """Return groups of three, all their pairs among those given, that may be chosen."""

    def group_values(self, groups: Sequence[tuple[int, ...]]) -> tuple[Units, Units]:
        """Return weights (g,) and sums (k, g) of groups."""


def cover(branches: Sequence[Decisions], held: Decisions | None = None) -> bool:
    """Say whether branches hold every plan that keeps what is decided so far."""
    held = held or Decisions()
    inside = [
        branch
        for branch in branches
        if set(branch.together) >= set(held.together) and set(branch.apart) >= set(held.apart)
    ]
    if any(len(b.together + b.apart) == len(held.together + held.apart) for b in inside):
        return True
    if not inside:
        return False
    known = {*held.together, *held.apart}
    shared = set.intersection(*({*branch.together, *branch.apart} for branch in inside)) - known
    return any(
        cover(inside, Decisions((*held.together, pair), held.apart))
        and cover(inside, Decisions(held.together, (*held.apart, pair)))
        for pair in sorted(shared)
    )
