"""Mentors and mentees for searches that know scores and loads alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pairwise.problem.pairs import NOT_ALLOWED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pairwise.problem.base import Groups
    from pairwise.problem.loads import Cell, LoadProblem
    from pairwise.rules import Indices

Counts = NDArray[np.int32]


@dataclass(frozen=True)
class SeatTable:
    """Scores and loads of seats and of the mentees who may have a mentor.

    Every mentor is a seat, and so is every required pair: its mentee must take it, it is for nobody
    else, and it counts in its mentor's load.

    Attributes
    ----------
    problem
        Mentors, mentees and their loads.
    """

    problem: LoadProblem

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """Scores of seats x mentees, as multiples of `step`; -inf where there can be none."""
        table, step = self.problem.free_table[:, self._cols], self.step
        scores = np.where(table == NOT_ALLOWED, -np.inf, table * step)
        rows, cols = self._fixed
        own = np.full((len(rows), len(self._cols)), -np.inf)
        own[np.arange(len(rows)), cols] = scores[rows, cols]
        scores[rows, cols] = -np.inf
        return np.vstack([scores, own])

    @cached_property
    def loads(self) -> tuple[tuple[Counts, Counts], tuple[Counts, Counts]]:
        """Fewest and most partners of the seats, and of the mentees."""
        mentors, mentees = self.problem.mentors, self.problem.mentees
        own = np.ones(len(self._fixed[0]), dtype=np.int32)
        taken = np.bincount(self._fixed[0], minlength=len(mentors.people))
        low, high = (
            np.concatenate([np.maximum(part - taken, 0), own]).astype(np.int32)
            for part in (mentors.low, mentors.high)
        )
        fewest, most = (
            np.array(part, dtype=np.int32)[self._cols] for part in (mentees.low, mentees.high)
        )
        return (low, high), (fewest, most)

    @property
    def step(self) -> float:
        """What one unit of value is worth."""
        return self.problem.step

    def cells(self, groups: Groups) -> list[Cell]:
        """Return seat and column of each group."""
        first = len(self.problem.mentors.people)
        own = {cell: first + k for k, cell in enumerate(self.problem.fixed)}
        column = {int(col): k for k, col in enumerate(self._cols)}
        return [(own.get((row, col), row), column[col]) for row, col in self.problem.cells(groups)]

    def groups(self, cells: Iterable[Cell]) -> Groups:
        """Return the pairs, mentor first, of seats and columns."""
        rows = [*range(len(self.problem.mentors.people)), *self._fixed[0].tolist()]
        mentors, mentees = self.problem.mentors.people, self.problem.mentees.people
        return tuple((mentors[rows[seat]], mentees[self._cols[col]]) for seat, col in cells)

    @cached_property
    def _cols(self) -> Indices:
        """Which mentees may have a mentor."""
        return np.flatnonzero(np.array(self.problem.mentees.high) > 0)

    @cached_property
    def _fixed(self) -> tuple[Indices, Indices]:
        """Row and column of each required pair."""
        rows, cols = np.array(self.problem.fixed, dtype=np.intp).reshape(-1, 2).T
        return rows, np.searchsorted(self._cols, cols)
