"""An instance without its settled pairs, as the kernel takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise import _kernel
from pairwise.errors import InvalidInput
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.loads import Loads, exact_sum
from pairwise.matching.shortage import Shortage, find_shortage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pairwise.matching.exclusive.proof import Bounded, Cell, Instance
    from pairwise.matching.loads import Units


def worth(instance: Instance, cells: Iterable[Cell]) -> int:
    """Return what pairs are worth with all gains, in units."""
    ends = np.array(list(cells), dtype=np.intp).reshape(-1, 2)
    earned = sum(
        loads.earned(np.bincount(ends[:, side], minlength=len(loads)))
        for side, loads in enumerate((instance.rows, instance.cols))
    )
    return exact_sum(instance.weights[ends[:, 0], ends[:, 1]]) + earned


@dataclass(frozen=True, eq=False)
class Reduced:
    """The instance without its fixed pairs, as the kernel takes it."""

    instance: Instance
    table: Units
    rows: Loads
    cols: Loads
    settled: int

    @classmethod
    def of(cls, instance: Instance) -> Reduced:
        """Take the fixed pairs out, and what they use of the loads and gains."""
        table = instance.weights.copy()
        for cell in instance.fixed:
            table[cell] = NOT_ALLOWED
        rows, cols = (
            _beside(loads, instance.taken(side))
            for side, loads in enumerate((instance.rows, instance.cols))
        )
        return cls(instance, table, rows, cols, worth(instance, instance.fixed))

    def solve(self, weights: Units, time_limit: float | None) -> dict[str, Any]:
        """Let the kernel solve."""
        try:
            answer: dict[str, Any] = _kernel.assign_table(
                weights, 1.0, self.rows.arrays, self.cols.arrays, False, time_limit
            )
        except ValueError as error:
            raise InvalidInput(str(error)) from None
        return answer

    def is_short(self, answer: dict[str, Any]) -> bool:
        """Tell whether somebody has fewer pairs than they must."""
        ends = (answer["rows"], answer["cols"])
        return any(
            bool((np.bincount(end, minlength=len(loads)) < loads.low).any())
            for end, loads in zip(ends, (self.rows, self.cols), strict=True)
        )

    def shortage(self, weights: Units, answer: dict[str, Any]) -> Shortage:
        """Return why an answer that meets as many needs as can be does not meet all."""
        i, j = np.nonzero(weights != NOT_ALLOWED)
        width = weights.shape[1]
        used = np.isin(i * width + j, answer["rows"].astype(np.int64) * width + answer["cols"])
        needs, high = (self.rows.low, self.cols.low), (self.rows.high, self.cols.high)
        shortage = find_shortage((i, j), used, needs, high)
        assert shortage is not None  # noqa: S101
        return shortage.smallest((i, j), needs, high)

    def excess(self, weights: Units, answer: dict[str, Any]) -> int:
        """Return what pairs are above the duals; with a complete answer only its own are."""
        rows, cols = answer["rows"], answer["cols"]
        if answer["complete"]:
            return _above(weights[rows, cols], answer["row_duals"][rows], answer["col_duals"][cols])
        return sum(
            _above(row, dual, answer["col_duals"])
            for row, dual in zip(weights, answer["row_duals"], strict=True)
        )

    def bound(self, node: Bounded) -> int:
        """Return the bound of duals, prices aside, in units of the whole instance."""
        sides = self.rows.conjugate(node.row_duals) + self.cols.conjugate(node.col_duals)
        return sides + node.excess + self.settled


def _above(weights: Units, mine: Any, theirs: Any) -> int:
    allowed = weights != NOT_ALLOWED
    above = np.where(allowed, weights, 0) - mine - theirs
    return exact_sum(above[allowed & (above > 0)])


def _beside(loads: Loads, taken: NDArray[np.int64]) -> Loads:
    """Return the loads that are left beside pairs that are settled."""
    if not taken.any():
        return loads
    counts = taken.astype(np.int32)
    low, high = np.maximum(loads.low - counts, 0), loads.high - counts
    if not len(loads.gain):
        return Loads(low, high, loads.gain_start, loads.gain)
    start = np.concatenate([[0], np.cumsum(high, dtype=np.int64)])
    shift = np.repeat(loads.gain_start[:-1] + taken - start[:-1], high)
    return Loads(low, high, start, loads.gain[np.arange(start[-1]) + shift])
