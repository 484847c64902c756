"""Leximin for mentees with one mentor each: every mentor stands once for each of their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pairwise.errors import InvalidInput, VerificationError
from pairwise.matching.fairness.graph import read_graph
from pairwise.matching.fairness.leximin import LeximinMatching, leximin_matching
from pairwise.matching.fairness.proof import LeximinProof

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

Cell = tuple[int, int]

_MOST_PAIRS = 4_000_000


class Placed(Protocol):
    """What such a proof is checked against."""

    @property
    def place_rows(self) -> NDArray[np.intp]:
        """Row of each place."""

    @property
    def place_table(self) -> NDArray[np.int64]:
        """Weights of places x columns, NOT_ALLOWED where refused; the idle columns last."""

    @property
    def idle(self) -> int:
        """How many columns stand for places that stay empty."""

    def cells(self, groups: Any) -> Iterable[Cell]:
        """Return row and column of each group."""


@dataclass(frozen=True)
class PlacesProof(LeximinProof):
    """Why no plan of as many pairs is fairer to the worst-off column.

    Attributes
    ----------
    mate : int array
        Who has which place: partners of the places, then of the columns, -1 if alone.
    """

    mate: NDArray[np.int32]

    def check(self, problem: Placed, groups: Any) -> None:  # type: ignore[override]
        """Check the proof against the weights of all pairs; O(p log p) for p pairs a stage.

        Raises
        ------
        VerificationError
            Naming the first claim that is false.
        """
        graph = read_graph(problem.place_table, None, None, two_sided=True)
        found = LeximinMatching(self.mate, self.barrier, graph, self.stages)
        found.verify()
        cells, worth = _taken(problem, found)
        if cells != sorted(problem.cells(groups)):
            raise VerificationError("the places are taken by other pairs than the plan's")
        if worth != self.bound_q:
            raise VerificationError(f"the pairs are worth {worth} units, not {self.bound_q}")


def prove_places(problem: Placed) -> tuple[list[Cell], PlacesProof]:
    """Return the leximin pairs, as rows and columns, with their proof.

    Raises
    ------
    InvalidInput
        More than 4 million pairs of places and columns.
    """
    table = problem.place_table
    if table.size > _MOST_PAIRS:
        raise InvalidInput(
            f"fairness=inf: {table.shape[0]:,} places x {table.shape[1]:,} mentees are more than"
            f" {_MOST_PAIRS:,} pairs; use a finite fairness such as 5"
        )
    found = leximin_matching(table, two_sided=True)
    cells, worth = _taken(problem, found)
    return cells, PlacesProof(worth, found.stages, found.barrier, found.mate)


def _taken(problem: Placed, found: LeximinMatching) -> tuple[list[Cell], int]:
    """Return the pairs of rows and columns, empty places aside, and what they are worth."""
    rows, table = problem.place_rows, problem.place_table
    places, cols = found.pairs[:, 0], found.pairs[:, 1] - len(rows)
    busy = cols < table.shape[1] - problem.idle
    places, cols = places[busy], cols[busy]
    cells = sorted(zip(rows[places].tolist(), cols.tolist(), strict=True))
    return cells, sum(table[places, cols].tolist())
