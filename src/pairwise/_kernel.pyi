"""Compiled kernel of pairwise: arrays in, arrays out, no people."""

from collections.abc import Sequence
import enum
from typing import Annotated, Any, overload

import numpy
from numpy.typing import NDArray


def version() -> str:
    """Return the version of pairwise that this kernel was built from."""

class DenseMatcher:
    """Maximum-weight matching on a symmetric matrix, by pricing."""

    def __init__(self, weights: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], scale: float, maximum: bool, span: tuple[float, float] | None = None, absent: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None = None) -> None: ...

    def on(self, weights: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> DenseMatcher:
        """
        A copy that reads another matrix; rows and pairs that differ are told as changes.
        """

    def solve(self, time_limit: float | None = None) -> dict[str, Any]:
        """Solve from scratch; after changes, from the optimum before them."""

    def row_changed(self, v: int) -> None:
        """Take over all new entries of v; v takes part from now on."""

    def pair_changed(self, u: int, v: int) -> None:
        """Take over a new entry."""

    def leave(self, v: int) -> None:
        """Let v take no part."""

    def solve_without(self, vertices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], pairs: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', device='cpu', writable=False)], time_limit: float | None = None) -> dict[str, Any]:
        """
        Solve without some vertices (n: the bye) and some pairs, from the optimum that `solve` left.
        """

@overload
def find_asymmetry(weights: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> tuple[int, int]: ...

@overload
def find_asymmetry(weights: Annotated[NDArray[numpy.int64], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> tuple[int, int]:
    """First (i, j) where the matrix is not symmetric; (-1, -1) if none."""

class IntegerDenseMatcher:
    """Maximum-weight matching on a symmetric matrix, by pricing."""

    def __init__(self, weights: Annotated[NDArray[numpy.int64], dict(shape=(None, None), order='C', device='cpu', writable=False)], scale: float, maximum: bool, span: tuple[int, int] | None = None, absent: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None = None) -> None: ...

    def on(self, weights: Annotated[NDArray[numpy.int64], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> IntegerDenseMatcher:
        """
        A copy that reads another matrix; rows and pairs that differ are told as changes.
        """

    def solve(self, time_limit: float | None = None) -> dict[str, Any]:
        """Solve from scratch; after changes, from the optimum before them."""

    def row_changed(self, v: int) -> None:
        """Take over all new entries of v; v takes part from now on."""

    def pair_changed(self, u: int, v: int) -> None:
        """Take over a new entry."""

    def leave(self, v: int) -> None:
        """Let v take no part."""

    def solve_without(self, vertices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], pairs: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', device='cpu', writable=False)], time_limit: float | None = None) -> dict[str, Any]:
        """
        Solve without some vertices (n: the bye) and some pairs, from the optimum that `solve` left.
        """

def match_sparse(n: int, u: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], v: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], maximum: bool, time_limit: float | None = None) -> dict[str, Any]:
    """Maximum-weight matching on a list of edges."""

def tutte_berge(n: int, u: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], v: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], mate: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.int8], dict(shape=(None,))]:
    """
    Gallai-Edmonds sides: 0 even, 1 barrier, 2 the rest; `mate` must be of maximum cardinality.
    """

def magnitude(weights: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> tuple[float, bool]:
    """
    Largest absolute entry off the diagonal, and whether all entries are whole numbers.
    """

class SparseMatcher:
    """
    Maximum-weight matching on edges that change; cardinality first if asked.
    """

    def __init__(self, n: int, low: int, high: int, maximum: bool) -> None: ...

    def __copy__(self) -> SparseMatcher: ...

    def load(self, u: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], v: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], time_limit: float | None = None) -> dict[str, Any]:
        """Load the edges of an empty matcher and solve."""

    def solve(self, time_limit: float | None = None) -> dict[str, Any]:
        """Solve from the optimum before the changes."""

    def set_edges(self, v: int, partner: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None:
        """Replace all edges of v; v takes part from now on."""

    def set_edge(self, u: int, v: int, weight: int) -> None:
        """Set the weight of an edge, new or not."""

    def remove_edge(self, u: int, v: int) -> None:
        """Remove an edge, if it is there."""

    def leave(self, v: int) -> None:
        """Let v take no part."""

@overload
def assign_table(weights: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], scale: float, rows: tuple[Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]], cols: tuple[Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]], maximum: bool, time_limit: float | None = None) -> dict[str, Any]:
    """Maximum-weight assignment with loads on a full table, by pricing."""

@overload
def assign_table(weights: Annotated[NDArray[numpy.int64], dict(shape=(None, None), order='C', device='cpu', writable=False)], scale: float, rows: tuple[Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]], cols: tuple[Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]], maximum: bool, time_limit: float | None = None) -> dict[str, Any]: ...

class FloatTableReading:
    """
    A table that was read once for an assignment of every row to a column of its own.
    """

    def __init__(self, weights: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> None: ...

    @property
    def magnitude(self) -> tuple[float, bool]:
        """
        Largest absolute entry that is allowed, and whether all entries are whole numbers.
        """

    def assign(self, scale: float, maximum: bool, time_limit: float | None = None) -> dict[str, Any] | None:
        """
        The assignment of most weight; None where that takes pricing: rows must stay alone though as many pairs as can be are wanted.
        """

class IntTableReading:
    """
    A table that was read once for an assignment of every row to a column of its own.
    """

    def __init__(self, weights: Annotated[NDArray[numpy.int64], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> None: ...

    @property
    def magnitude(self) -> tuple[float, bool]:
        """
        Largest absolute entry that is allowed, and whether all entries are whole numbers.
        """

    def assign(self, scale: float, maximum: bool, time_limit: float | None = None) -> dict[str, Any] | None:
        """
        The assignment of most weight; None where that takes pricing: rows must stay alone though as many pairs as can be are wanted.
        """

def table_magnitude(weights: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> tuple[float, bool]:
    """
    Largest absolute entry that is allowed, and whether all entries are whole numbers.
    """

def assign_edges(u: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], v: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], rows: tuple[Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]], cols: tuple[Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]], maximum: bool, time_limit: float | None = None) -> dict[str, Any]:
    """
    Maximum-weight assignment with loads on a list of pairs, each given once.
    """

@overload
def combine(kind: str, mine: Annotated[NDArray[numpy.float32], dict(device='cpu')], theirs: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)]) -> None: ...

@overload
def combine(kind: str, mine: Annotated[NDArray[numpy.float64], dict(device='cpu')], theirs: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)]) -> None:
    """
    Overwrite what one side gains by the value of the pair; a known direction stands alone.
    """

@overload
def share_of_union(shared: Annotated[NDArray[numpy.float32], dict(device='cpu')], left: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], right: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None: ...

@overload
def share_of_union(shared: Annotated[NDArray[numpy.float64], dict(device='cpu')], left: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], right: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None:
    """
    Overwrite what row and column share by shared / (left + right - shared).
    """

@overload
def sum_of_minima(left: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], right: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], row_scale: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], column_scale: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], out: Annotated[NDArray[numpy.float32], dict(device='cpu')]) -> None: ...

@overload
def sum_of_minima(left: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], right: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], row_scale: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], column_scale: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], out: Annotated[NDArray[numpy.float64], dict(device='cpu')]) -> None:
    """
    Fill with sums of minima of rows of whole steps, times the scales of row and column; sums below 2**16.
    """

@overload
def cap(values: Annotated[NDArray[numpy.float32], dict(device='cpu')]) -> None: ...

@overload
def cap(values: Annotated[NDArray[numpy.float64], dict(device='cpu')]) -> None:
    """Cut values at 1, NaN stays."""

@overload
def add_weighted(total: Annotated[NDArray[numpy.float32], dict(device='cpu')], values: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], weight: float) -> None: ...

@overload
def add_weighted(total: Annotated[NDArray[numpy.float64], dict(device='cpu')], values: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], weight: float) -> None:
    """Add weight * values to the total."""

@overload
def add_known(total: Annotated[NDArray[numpy.float32], dict(device='cpu')], known: Annotated[NDArray[numpy.float32], dict(device='cpu')], values: Annotated[NDArray[numpy.float32], dict(device='cpu', writable=False)], weight: float) -> None: ...

@overload
def add_known(total: Annotated[NDArray[numpy.float64], dict(device='cpu')], known: Annotated[NDArray[numpy.float64], dict(device='cpu')], values: Annotated[NDArray[numpy.float64], dict(device='cpu', writable=False)], weight: float) -> None:
    """
    Add weight * values to the total and the weight to `known`, where values are not NaN.
    """

class Outcome(enum.Enum):
    """How a search for the optimum ended."""

    optimal = 0

    at_horizon = 1
    """To leave a free vertex alone would cost more than the horizon."""

    interrupted = 2

class Matcher:
    """Maximum-weight matching that stays optimal while edges change."""

    def __init__(self, n: int) -> None: ...

    def __copy__(self) -> Matcher: ...

    def load(self, u: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], v: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], time_limit: float | None = None, before: Matcher | None = None) -> None:
        """
        Load the edges of an empty matcher; starts from the fractional optimum. To find that takes less time from that of a matcher which was loaded with some of the edges.
        """

    def solve(self, time_limit: float | None = None, horizon: int = 2305843009213693951) -> Outcome:
        """Restore optimality; no search moves a dual by more than the horizon."""

    def add_edges(self, u: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], v: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None:
        """Add edges; of parallel edges the larger weight counts."""

    def set_edges(self, v: int, partner: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None:
        """Replace all edges at v."""

    def remove_edge(self, u: int, v: int) -> None:
        """Remove an edge, if it is there."""

    def isolate(self, v: int) -> None:
        """Remove all edges at v."""

    def mates(self) -> Annotated[NDArray[numpy.int32], dict(shape=(None,))]:
        """Partner of each vertex, -1 if alone."""

    def vertex_duals(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]:
        """Duals of vertices, at twice the scale of weights."""

    def duals(self) -> tuple[Any, Any, Any]:
        """Vertex duals, parents and set duals of the laminar family."""

    def shortfall(self, u: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], v: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]:
        """
        By how much the duals fall short of covering each pair (at twice the scale); <= 0: covered.
        """

    @property
    def searches(self) -> int:
        """Number of tree searches so far."""

class CandidatePool:
    """The best few partners of everybody, collected block by block."""

    def __init__(self, n: int, slots: int) -> None: ...

    def offer_block(self, block: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], row: int, column: int, potential: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], sets: SetPotential) -> None:
        """Offer all pairs above the diagonal of a block of scores to both ends."""

    def merge(self, other: CandidatePool, place: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None:
        """
        Merge a pool over other pairs; its person v is person place[v] of this one.
        """

    def keys(self) -> Annotated[NDArray[numpy.float32], dict(shape=(None, None), writable=False)]:
        """Score less all potentials, descending; (n, slots)."""

    def partners(self) -> Annotated[NDArray[numpy.int32], dict(shape=(None, None), writable=False)]:
        """Partners by slot, -1 where unused; (n, slots)."""

    def __getstate__(self) -> tuple[Annotated[NDArray[numpy.float32], dict(shape=(None, None), writable=False)], Annotated[NDArray[numpy.int32], dict(shape=(None, None), writable=False)]]: ...

    def __setstate__(self, arg: tuple[Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', device='cpu', writable=False)]], /) -> None: ...

class SetPotential:
    """What nested sets of people take off the scores of pairs among them."""

    def __init__(self, place: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], meeting: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None: ...

    def of_pairs(self, i: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], j: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.float32], dict(shape=(None,))]:
        """What pairs lose; each of two different people."""

def uncovered(block: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], rows: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], column: int, floor: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], sets: SetPotential, upper: bool) -> tuple[Any, Any]:
    """
    Pairs of a block whose score is above the floors of both and what their sets cover; with `upper`, of i < j.
    """

def common_dual(parents: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], set_duals: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], u: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], v: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]:
    """
    Sum of the duals of the sets of a laminar family that hold both ends of each pair.
    """

def common_order(parents: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], set_duals: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> tuple[Any, Any]:
    """
    Place of each vertex in an order in which all sets are runs, -1 if in none, and the sum of the duals that each of the order has in common with the one before it.
    """

def lost_in_common(parents: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], set_duals: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], parents_now: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], set_duals_now: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]:
    """
    By vertex: a bound on how much less any pair of it has in common in the second laminar family.
    """

def greedy_mates(n: int, u: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], v: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.int32], dict(shape=(None,))]:
    """Partners of a maximal matching that takes the heaviest edges first."""

def unpooled_suspects(threshold: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], moved: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], group: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], lost: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], most: int) -> tuple[Any, Any, Any]:
    """
    Pairs (i, j) outside the pool that the duals may not cover, and rows with more than `most` of them.
    """

class Partitioner:
    """Groups of three and more: local search and bounds."""

    def __init__(self, weights: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', device='cpu', writable=False)], least: int, most: int, factor: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], level: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], unit: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None: ...

    def add_count(self, counted: Annotated[NDArray[numpy.uint8], dict(shape=(None,), order='C', device='cpu', writable=False)], excess: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None: ...

    def set_slots(self, free: Annotated[NDArray[numpy.uint64], dict(shape=(None, None), order='C', device='cpu', writable=False)], common: int) -> None: ...

    def set_coverage(self, offers: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], needs: Annotated[NDArray[numpy.uint8], dict(shape=(None, None), order='C', device='cpu', writable=False)], unit: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None: ...

    def search(self, group_counts: Sequence[int], left_out: int, starts: int, rounds: int, threads: int, seed: int, given: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None = None, time_limit: float | None = None) -> dict[str, Any]:
        """Iterated local search."""

    def best_move(self, label: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> tuple[int, int, int, int, int]:
        """The best swap or shift left: i, j, group, relief, gain."""

    def swaps_of(self, label: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], i: int) -> tuple[Any, Any, Any]:
        """
        Every swap of i with somebody in another group: whom, relief of rules, gain.
        """

    def find_prices(self, scale: int, share: int, left_out: int, steps: int, time_limit: float | None = None) -> Annotated[NDArray[numpy.int64], dict(shape=(None,))]:
        """Prices that make `spread_bound` small."""

    def spread_bound(self, prices: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], scale: int, share: int, left_out: int) -> int: ...

    def price_groups(self, size: int, prices: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], above: int, keep: int, most: int, time_limit: float | None = None) -> tuple[Any, Any, bool]:
        """Groups worth more than the sum of their prices."""

def search_schedule(pair_class: Annotated[NDArray[numpy.int32], dict(shape=(None, None), order='C', device='cpu', writable=False)], met: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], sizes: Sequence[int], rounds: int, moves: int, seed: int, time_limit: float | None = None) -> tuple[Any, int, int, bool]:
    """
    Rounds of groups with few repeated meetings: label (rounds * n), repeats, moves, complete.
    """

def best_choices(worth: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], shares: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], low: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], high: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], floor: float, count: int, slack: float, steps: int) -> tuple[Annotated[NDArray[numpy.float64], dict(shape=(None,))], Annotated[NDArray[numpy.uint8], dict(shape=(None,))], Annotated[NDArray[numpy.int64], dict(shape=(None,))], Annotated[NDArray[numpy.int64], dict(shape=(None,))], Annotated[NDArray[numpy.float64], dict(shape=(None,))], Annotated[NDArray[numpy.int32], dict(shape=(None,))]]:
    """
    Best choices of columns above a floor: bound and whether all are listed by row, first choice of each row, first member of each choice, values, members.
    """

def rearrange(weights: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], shares: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], row_low: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], col_low: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], col_high: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], rows: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], cols: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], settings: tuple[float, float, float, int, int], seconds: float | None = None) -> tuple[Annotated[NDArray[numpy.int32], dict(shape=(None,))], Annotated[NDArray[numpy.int32], dict(shape=(None,))]]:
    """
    Slots (row, col or -1) whose smallest share is as near the target as was found, then of the best sum; settings: target, weight of the sum, size of shares, rounds, seed.
    """

def defer_acceptance(proposers: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], received: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], proposer_capacity: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], receiver_capacity: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> tuple[Annotated[NDArray[numpy.int32], dict(shape=(None,))], Annotated[NDArray[numpy.int32], dict(shape=(None,))]]:
    """
    Pairs of the stable matching that proposers like best; row i: what i thinks, and what is thought of i.
    """

def stable_partition(scores: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.int32], dict(shape=(None,))]:
    """
    Best remaining partner of everybody in a stable partition; oneself where alone.
    """
