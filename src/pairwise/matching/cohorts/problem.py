"""What a cohort is worth and which cohorts are allowed, in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pairwise import _kernel

if TYPE_CHECKING:
    from collections.abc import Iterable

Units = NDArray[np.int64]
Chosen = NDArray[np.bool_]
Edges = tuple[NDArray[np.int32], NDArray[np.int32], Units]


class WithinBounds(Protocol):
    """A whole number for everybody whose sum over the cohort must stay within bounds."""

    @property
    def amount(self) -> Units:
        """Of each person; (n,)."""

    @property
    def low(self) -> int | None:
        """Least sum allowed."""

    @property
    def high(self) -> int | None:
        """Largest sum allowed."""


@dataclass(frozen=True, eq=False)
class CohortProblem:
    """Choose `size` of n people.

    A cohort is worth the gains of its people, less what is lacking, ``sum_t max(0, sum of demand -
    sum of supply)``, plus the weight of its best pairs.

    Attributes
    ----------
    gain : int array (n,)
    size : int
    demand, supply : int array (t, n)
        What each person asks of and gives to each of t needs, >= 0.
    edges : (u, v, w)
        Pairs that may be made, each once, and their weights >= 0.
    sums : tuple of WithinBounds
        Sums that every cohort must keep.
    certain, barred : tuple of int
        People who must be in, and who must not.
    """

    gain: Units
    size: int
    demand: Units
    supply: Units
    edges: Edges
    sums: tuple[WithinBounds, ...] = ()
    certain: tuple[int, ...] = ()
    barred: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        """Number of people to choose from."""
        return len(self.gain)

    @cached_property
    def net(self) -> Units:
        """What each person adds to what is lacking of each need; (t, n)."""
        return self.demand - self.supply

    def under(self, sums: Iterable[WithinBounds]) -> CohortProblem:
        """Return the same problem under other sums."""
        return replace(self, sums=tuple(sums))

    def keeps(self, chosen: Chosen) -> bool:
        """Say whether a cohort is allowed."""
        fixed = chosen[list(self.certain)].all() and not chosen[list(self.barred)].any()
        return bool(
            fixed and chosen.sum() == self.size and all(_keeps(s, chosen) for s in self.sums)
        )

    def value(self, chosen: Chosen) -> int:
        """Return what a cohort is worth."""
        return self.plain_value(chosen) + self._paired(chosen)

    def plain_value(self, chosen: Chosen) -> int:
        """Return what a cohort is worth, its pairs aside."""
        lacking = np.maximum(self.net @ chosen.astype(np.int64), 0).sum()
        return int(self.gain[chosen].sum()) - int(lacking)

    def pairs(self, chosen: Chosen) -> list[int]:
        """Return the positions in `edges` of the best pairs inside a cohort."""
        u, v, w = self.edges
        inside = np.flatnonzero(chosen[u] & chosen[v])
        if not len(inside):
            return []
        answer: dict[str, Any] = _kernel.match_sparse(
            self.n, u[inside], v[inside], w[inside], False, None
        )
        mate = answer["mate"]
        return [int(k) for k in inside if mate[u[k]] == v[k]]

    def _paired(self, chosen: Chosen) -> int:
        return int(self.edges[2][self.pairs(chosen)].sum())


def _keeps(bounded: WithinBounds, chosen: Chosen) -> bool:
    total = int(bounded.amount[chosen].sum())
    above = bounded.low is None or total >= bounded.low
    return above and (bounded.high is None or total <= bounded.high)
