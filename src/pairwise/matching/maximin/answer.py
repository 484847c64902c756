"""The answer of a maximin assignment and its check."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import VerificationError
from pairwise.matching.bipartite_sources import Request, TableSource

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.matching.bipartite import Assignment
    from pairwise.matching.maximin.choice_proof import ChoiceProof
    from pairwise.matching.maximin.problem import Floats, Shares

_ROUNDING = 1e-9


@dataclass(frozen=True)
class MaximinAssignment:
    """An assignment whose smallest share is as large as can be, then with the best sum.

    Attributes
    ----------
    rows, cols : int arrays (p,)
        The pairs, by ascending row and column.
    over : str
        Whose shares count: "rows" or "cols".
    floor : float
        The smallest share.
    floor_bound : float
        No assignment has a higher floor.
    weight : float
        Sum of the weights.
    bound : float
        No assignment with this floor has a larger sum.
    searched : tuple of str
        Which of "floor_bound", "bound" are lower than multipliers and choices prove, by branch
        and bound; `verify` checks what those prove.
    tolerance : float
        Floors closer than this are not told apart.
    floor_proof, sum_proof : Assignment
        Assignments of weights with multipliers; their bounds, over all pairs, prove
        `dual_floor_bound` and `dual_bound`, unless choices prove more.
    floor_choices, sum_choices : ChoiceProof or None
        Prices of columns that prove more by whole choices of rows.
    """

    rows: NDArray[np.int32]
    cols: NDArray[np.int32]
    over: str
    floor: float
    floor_bound: float
    weight: float
    bound: float
    searched: tuple[str, ...]
    tolerance: float
    floor_choices: ChoiceProof | None = field(repr=False)
    sum_choices: ChoiceProof | None = field(repr=False)
    floor_multipliers: Floats = field(repr=False)
    sum_multipliers: Floats = field(repr=False)
    floor_proof: Assignment = field(repr=False)
    sum_proof: Assignment = field(repr=False)
    _problem: Shares = field(repr=False)

    @property
    def shares(self) -> Floats:
        """Share of everybody on the side that counts."""
        return self._problem.shares_of(self._ends())

    @property
    def floor_gap(self) -> float:
        """(floor_bound - floor) / floor_bound; 0 when the floor is proven the highest."""
        return _gap(self.floor, self.floor_bound, 2 * self.tolerance)

    @property
    def gap(self) -> float:
        """(bound - weight) / bound; 0 when the sum is proven the best above the floor."""
        return _gap(self.weight, self.bound)

    @property
    def dual_floor_bound(self) -> float:
        """What prices prove about the floor, and the common step of shares if there is one."""
        proven = self.floor_proof.bound / float(self.floor_multipliers.sum())
        if self.floor_choices is not None:
            proven = min(proven, self.floor_choices.floor)
        return self._problem.on_grid(proven)

    @property
    def dual_bound(self) -> float:
        """What prices prove about the sum above the floor."""
        proven = self.sum_proof.bound - self.floor * float(self.sum_multipliers.sum())
        if self.sum_choices is not None:
            proven = min(proven, self.sum_choices.bound(self._problem))
        return proven

    def verify(self) -> None:
        """Check loads, shares, sum, and what prices prove; no code of the search.

        Raises
        ------
        VerificationError
            Naming what is false. O(rows x cols), and the choices that could be better.
        """
        problem, ends = self._problem, self._ends()
        self._check_loads(ends)
        if (problem.weights[ends] == -np.inf).any():
            raise VerificationError("rows, cols: hold a pair that is not allowed")
        if not np.isclose(self.shares.min(), self.floor, rtol=_ROUNDING, atol=0):
            raise VerificationError(
                f"floor = {self.floor}: the smallest share is {self.shares.min()}"
            )
        if not np.isclose(problem.weights[ends].sum(), self.weight, rtol=_ROUNDING, atol=0):
            raise VerificationError(f"weight = {self.weight}: is not the sum over the pairs")
        self._check_proof(self.floor_proof, 0.0, self.floor_multipliers)
        self._check_proof(self.sum_proof, 1.0, self.sum_multipliers)
        self._check_choices()
        for name, value, bound, proven, rounding in (
            ("floor_bound", self.floor, self.floor_bound, self.dual_floor_bound, self._steps()),
            ("bound", self.weight, self.bound, self.dual_bound, self.sum_proof.rounding),
        ):
            room = _ROUNDING * max(abs(proven), 1.0) + 2 * rounding
            if not value - room <= bound <= proven + room:
                raise VerificationError(f"{name} = {bound}: must be from {value} to {proven}")
            if name not in self.searched and bound < proven - room:
                raise VerificationError(f"{name} = {bound}: prices prove {proven} only")

    def _steps(self) -> float:
        """Return what rounding weights can add to the floor's bound."""
        return self.floor_proof.rounding / float(self.floor_multipliers.sum())

    def _check_proof(self, proof: Assignment, sum_weight: float, multipliers: Floats) -> None:
        if len(multipliers) != len(self._problem.weights) or (multipliers < 0).any():
            raise VerificationError("multipliers: must be one for each, not below 0")
        problem = self._problem
        source = TableSource(problem.priced(sum_weight, multipliers))
        request = Request(
            problem.row_high, problem.col_high, problem.row_low, problem.col_low, None, None
        )
        source.prepare(request)
        replace(proof, _source=source).verify()

    def _check_choices(self) -> None:
        problem = self._problem
        if self.floor_choices is not None:
            self.floor_choices.check_denial(problem)
        if self.sum_choices is not None:
            self.sum_choices.check_sum(problem, self.floor)

    def _ends(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        return (self.rows, self.cols) if self.over == "rows" else (self.cols, self.rows)

    def _check_loads(self, ends: tuple[NDArray[np.int32], NDArray[np.int32]]) -> None:
        problem = self._problem
        if len(np.unique(np.column_stack(ends), axis=0)) < len(ends[0]):
            raise VerificationError("rows, cols: hold a pair twice")
        for name, side, low, high in (
            ("row", ends[0], problem.row_low, problem.row_high),
            ("column", ends[1], problem.col_low, problem.col_high),
        ):
            load = np.bincount(side, minlength=len(high))
            wrong = np.flatnonzero((load < low) | (load > high)) if len(load) == len(high) else [0]
            if len(wrong):
                raise VerificationError(f"{name} {wrong[0]}: has not the load that it must have")


def _gap(value: float, bound: float, tolerance: float = 0.0) -> float:
    room = bound - value
    return (
        0.0
        if room <= max(tolerance, _ROUNDING * max(abs(bound), 1.0))
        else float(room / abs(bound))
    )
