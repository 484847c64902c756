"""Assignments in which a pair may exclude its twin, and the proof that none is worth more.

When people stand on both sides, the twin of the pair (a mentors b) is (b mentors a). Of two twins
at most one may be used. Without that demand the problem is a linear programme whose duals prove
the optimum; with it, a tree of cases does: in each case some pairs are left out, and in every
split one case leaves out a pair and the other its twin. Prices on twins, which a plan pays for
each of the two that it uses and gets back once, tighten the bound of a case [fisher1981]_.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pairwise.errors import VerificationError
from pairwise.matching.bipartite_certificate import AssignmentCertificate
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.loads import Loads, Units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from pairwise.matching.loads import Counts

    LoadArrays = tuple[Counts, Counts, Units, Units]

Cell = tuple[int, int]
Price = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Instance:
    """Rows and columns with loads, weights of their pairs, and which pairs exclude each other.

    Attributes
    ----------
    weights
        Worth of each pair, NOT_ALLOWED where refused; (rows, cols).
    rows, cols
        Loads of both sides, gains included.
    fixed
        Pairs that must be used.
    row_of, col_of
        Row of the person who stands in each column, and column of the one in each row; -1 if
        they stand on one side only. None when twins do not exclude each other.
    """

    weights: Units
    rows: Loads
    cols: Loads
    fixed: tuple[Cell, ...] = ()
    row_of: NDArray[np.intp] | None = None
    col_of: NDArray[np.intp] | None = None

    @classmethod
    def of(cls, problem: Asked) -> Instance:
        """Return the assignment behind a problem of people."""
        rows, cols = (Loads(*arrays) for arrays in problem.loads)
        return cls(problem.free_table, rows, cols, problem.fixed, *(problem.twins or ()))

    def twin(self, cell: Cell) -> Cell | None:
        """Return the pair that excludes this one, if there is one that could be used."""
        if self.row_of is None or self.col_of is None:
            return None
        row, col = int(self.row_of[cell[1]]), int(self.col_of[cell[0]])
        if row < 0 or col < 0 or self.weights[row, col] == NOT_ALLOWED:
            return None
        return row, col

    def taken(self, side: int) -> NDArray[np.int64]:
        """Return how many fixed pairs each node of a side has."""
        ends = [cell[side] for cell in self.fixed]
        loads = (self.rows, self.cols)[side]
        return np.bincount(np.array(ends, dtype=np.intp), minlength=len(loads)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Bounded:
    """A case with duals and prices that bound it.

    Attributes
    ----------
    row_duals, col_duals
        As in `AssignmentCertificate`.
    excess
        Claimed sum over pairs of what their weight, less prices, is above both duals.
    prices
        Amounts >= 0 on pairs that have a twin; both pay, one is given back.
    """

    row_duals: Units
    col_duals: Units
    excess: int
    prices: tuple[Price, ...] = ()


@dataclass(frozen=True)
class Impossible:
    """A case in which the members of a side together need more pairs than they can have."""

    side: int
    members: tuple[int, ...]


@dataclass(frozen=True)
class Split:
    """Two cases, by place among the nodes: one without the pair, one without its twin."""

    cell: Cell
    without: int
    without_twin: int


Node = Bounded | Impossible | Split


class Asked(Protocol):
    """What a proof is checked against."""

    @property
    def free_table(self) -> Units:
        """Weights, NOT_ALLOWED where refused."""

    @property
    def loads(self) -> tuple[LoadArrays, LoadArrays]:
        """Fewest, most, start of gains and gains of each row, and of each column."""

    @property
    def fixed(self) -> tuple[Cell, ...]:
        """Pairs that must be used."""

    @property
    def twins(self) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
        """Row of the person in each column, column of the one in each row; None: no twins."""

    def rank(self, groups: Any) -> int:
        """Return what counts before the value: how many people are placed, and who."""


@dataclass(frozen=True)
class AssignmentProof:
    """Why no plan that places as many people is worth more than `bound_q`.

    Attributes
    ----------
    bound_q : int
        Upper bound on the value, in units.
    rank_q : int
        What the plan has before its value: people placed and their priorities, in units.
    nodes : tuple of Bounded, Impossible or Split
        The tree of cases, the whole first.
    """

    bound_q: int
    rank_q: int
    nodes: tuple[Node, ...]

    def check(self, problem: Asked, groups: Any) -> None:
        """Check every case against the weights of all pairs.

        Raises
        ------
        VerificationError
            Naming the first claim that is false. Cost O(rows x cols) a case.
        """
        rank = problem.rank(groups)
        if rank != self.rank_q:
            raise VerificationError(f"it is about plans of rank {self.rank_q}, this has {rank}")
        checker = _Checker(Instance.of(problem))
        for node, dropped in self._cases(checker.instance):
            if isinstance(node, Impossible):
                checker.check_impossible(node, dropped)
            else:
                bound = checker.bound(node, dropped)
                if bound > self.bound_q + self.rank_q:
                    raise VerificationError(
                        f"a case may be worth {bound - self.rank_q}, which is above {self.bound_q}"
                    )

    def _cases(self, instance: Instance) -> Iterator[tuple[Bounded | Impossible, list[Cell]]]:
        """Yield every case that is not split, with the pairs it leaves out."""
        waiting: list[tuple[int, list[Cell]]] = [(0, [])]
        seen = set()
        while waiting:
            place, dropped = waiting.pop()
            if place in seen or not 0 <= place < len(self.nodes):
                raise VerificationError("the cases are no tree")
            seen.add(place)
            node = self.nodes[place]
            if not isinstance(node, Split):
                yield node, dropped
                continue
            twin = instance.twin(node.cell)
            waiting.append((node.without, [*dropped, node.cell]))
            waiting.append((node.without_twin, dropped if twin is None else [*dropped, twin]))


@dataclass(frozen=True, eq=False)
class _Checker:
    instance: Instance

    @cached_property
    def _loads(self) -> tuple[Loads, Loads]:
        """Loads that count the fixed pairs among the fewest."""
        sides = (self.instance.rows, self.instance.cols)
        rows, cols = (
            Loads(
                np.maximum(loads.low, self.instance.taken(side)).astype(np.int32),
                loads.high,
                loads.gain_start,
                loads.gain,
            )
            for side, loads in enumerate(sides)
        )
        return rows, cols

    def bound(self, node: Bounded, dropped: Sequence[Cell]) -> int:
        """Return what no plan of the case is worth more than; weak duality."""
        weights, paid = self._priced(node.prices)
        certificate = AssignmentCertificate(
            node.row_duals, node.col_duals, *self._loads, excess=node.excess
        )
        fixed = sum(
            int(weights[r, c]) - int(node.row_duals[r]) - int(node.col_duals[c])
            for r, c in self.instance.fixed
        )
        _forget(weights, (*dropped, *self.instance.fixed))
        certificate.check(lambda rows: weights[rows])
        return certificate.bound(0) + paid + fixed

    def _priced(self, prices: Iterable[Price]) -> tuple[Units, int]:
        weights, paid = self.instance.weights.copy(), 0
        for row, col, amount in prices:
            twin = self.instance.twin((row, col))
            if amount < 0 or twin is None or weights[row, col] == NOT_ALLOWED:
                raise VerificationError(f"price {amount} on ({row}, {col}), which has no twin")
            for cell in ((row, col), twin):
                weights[cell] -= amount
            paid += amount
        return weights, paid

    def check_impossible(self, node: Impossible, dropped: Sequence[Cell]) -> None:
        """Check that the members cannot all have what they need."""
        weights = self.instance.weights.copy()
        _forget(weights, dropped)
        members = sorted(set(node.members))
        table = weights if node.side == 0 else weights.T
        chances = (table[members] != NOT_ALLOWED).sum(axis=0)
        here, there = self._loads[node.side], self._loads[1 - node.side]
        room = there.high - self.instance.taken(1 - node.side)
        for cell in self.instance.fixed:
            room[cell[1 - node.side]] += cell[node.side] in members
        if int(np.minimum(chances, room).sum()) >= int(here.low[members].sum()):
            raise VerificationError("a case that is called impossible may have plans")


def _forget(weights: Units, cells: Iterable[Cell]) -> None:
    for cell in cells:
        weights[cell] = NOT_ALLOWED
