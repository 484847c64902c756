"""Maximum-weight assignment between two sides: arrays in, a proven answer out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise.errors import InfeasibleError, InvalidInput, VerificationError, did_you_mean
from pairwise.matching.bipartite_certificate import AssignmentCertificate
from pairwise.matching.bipartite_sources import PairSource, Request, Source, TableSource
from pairwise.matching.shortage import find_shortage

if TYPE_CHECKING:
    from pairwise.matching.loads import Loads

Cardinality = Literal["any", "maximum", "perfect"]
Ints = NDArray[np.int32]

_CARDINALITIES = ("any", "maximum", "perfect")


@dataclass(frozen=True)
class Assignment:
    """An assignment with the proof of its quality.

    Attributes
    ----------
    rows, cols : int arrays (p,)
        The pairs, by ascending row and column.
    weight : float or int
        Sum of the weights of the pairs, and of the gains.
    bound : float or int
        No assignment (none with as many pairs, unless cardinality is "any") is worth more. Equal
        to `weight` up to `rounding` when `optimal`.
    optimal : bool
        False only if stopped early.
    rounding : float
        Largest error of `weight` and `bound` from rounding float weights to integers.
    certificate : AssignmentCertificate
        The dual solution behind `bound`.
    """

    rows: Ints
    cols: Ints
    weight: float
    bound: float
    optimal: bool
    rounding: float
    certificate: AssignmentCertificate = field(repr=False)
    _source: Source = field(repr=False)

    @property
    def row_duals(self) -> NDArray[np.float64]:
        """Price of a pair of each row, in units of weights; see `col_duals`."""
        return self._duals()[0]

    @property
    def col_duals(self) -> NDArray[np.float64]:
        """Price of a pair of each column: ``row_duals[i] + col_duals[j] >= weight`` if unused.

        Where nodes have more than one partner, a used pair may be above its prices. When neither
        all rows nor all columns are full and as many pairs as can be were asked for,
        ``certificate.bonus * certificate.step`` is part of the row duals.
        """
        return self._duals()[1]

    @property
    def gap(self) -> float:
        """(bound - weight) / bound; 0 when optimal."""
        if self.optimal or self.bound <= self.weight:
            return 0.0
        return float((self.bound - self.weight) / abs(self.bound))

    def verify(self) -> None:
        """Check loads, weight and bound against the weights of all pairs.

        Shares no code with the search. Cost O(rows x cols) for a matrix, O(m log m) for edges.

        Raises
        ------
        VerificationError
            Naming what is false.
        """
        self._check_loads()
        certificate = self.certificate
        gained = _gained(certificate, self.rows, self.cols)
        units = self._source.units_of(self.rows, self.cols) + gained
        if self._source.worth(self.rows, self.cols, gained) != self.weight:
            raise VerificationError(f"weight = {self.weight}: is not the sum over the pairs")
        self._source.check(certificate)
        bound = certificate.bound(len(self.rows))
        if bound < units or self.bound < bound * certificate.step:
            raise VerificationError(f"bound = {self.bound}: the duals prove {bound} units only")
        if self.optimal and bound != units:
            raise VerificationError(f"optimal: the duals leave a gap of {bound - units} units")

    def _duals(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found = self.certificate
        rows_full = np.bincount(self.rows, minlength=len(found.row_duals)) == found.row_loads.high
        cols_full = np.bincount(self.cols, minlength=len(found.col_duals)) == found.col_loads.high
        on_rows = found.bonus if rows_full.all() else 0
        on_cols = found.bonus if cols_full.all() and not rows_full.all() else 0
        step = np.float64(found.step)
        return (found.row_duals - on_rows) * step, (found.col_duals - on_cols) * step

    def _check_loads(self) -> None:
        key = self.rows.astype(np.int64) * max(len(self.certificate.col_duals), 1) + self.cols
        if len(np.unique(key)) != len(key):
            raise VerificationError("rows, cols: hold a pair twice")
        for side, ends, loads in (
            ("row", self.rows, self.certificate.row_loads),
            ("column", self.cols, self.certificate.col_loads),
        ):
            if len(ends) and not 0 <= int(ends.min()) <= int(ends.max()) < len(loads):
                raise VerificationError(f"{side}s: an index is not one of 0 ... {len(loads) - 1}")
            load = np.bincount(ends, minlength=len(loads))
            wrong = np.flatnonzero((load < loads.low) | (load > loads.high))
            if len(wrong):
                v = wrong[0]
                raise VerificationError(
                    f"{side} {v} has {load[v]} pairs, must have {loads.low[v]} to {loads.high[v]}"
                )


def assignment(
    weights: ArrayLike | None = None,
    row_capacity: ArrayLike = 1,
    col_capacity: ArrayLike = 1,
    *,
    row_minimum: ArrayLike = 0,
    col_minimum: ArrayLike = 0,
    row_gains: ArrayLike | None = None,
    col_gains: ArrayLike | None = None,
    edges: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    shape: tuple[int, int] | None = None,
    cardinality: Cardinality = "maximum",
    time_limit: float | None = None,
) -> Assignment:
    """Return a maximum-weight assignment of rows to columns, with a proof over all pairs.

    Parameters
    ----------
    weights : array (rows, cols)
        Float or integer; higher is better. NaN or -inf: the pair is not allowed. Integers are
        exact; floats are rounded once to a multiple of a power of two (`certificate.step`).
    row_capacity, col_capacity : int or int array
        Most partners of each row and each column, >= 0; every pair is used at most once.
    row_minimum, col_minimum : int or int array
        Fewest partners of each row and each column.
    row_gains, col_gains : array (k,) or (n, k), optional
        Worth of the first, second, ... partner on top of the weights, not rising: falling gains
        spread the load.
    edges : (i, j, w) arrays (m,)
        Instead of a matrix: rows, columns and finite weights; of parallel edges the best counts.
    shape : (rows, cols)
        With `edges`; by default 1 + the largest ends.
    cardinality : {"maximum", "any", "perfect"}
        "maximum": as many pairs as can be, then most weight. "any": most weight, however few
        pairs. "perfect": "maximum", and the side with the smaller total capacity must be filled.
    time_limit : float, optional
        Seconds after which the best assignment so far is returned with its bound.

    Returns
    -------
    Assignment

    Raises
    ------
    InvalidInput
        A wrong shape, +inf, weights too large to be exact, minimum above capacity, rising gains.
    InfeasibleError
        Minimum loads cannot be met, or "perfect" cannot be: names a set of rows or columns that
        together need more than there is [hall1935]_.

    Notes
    -----
    A table with one partner each, turned if it has more rows than columns: bids, then shortest
    augmenting paths [jonker1987]_, on the best few pairs of every row; a row is read again when its
    other pairs could matter, so that duals cover all pairs at any time. Where many rows of a square
    table want the same columns, bids rise by steps first, large and then smaller [bertsekas1992]_.
    One pass over the table and a few rows more for most tables, O(rows^2 x cols) at worst.

    Everything else: shortest augmenting paths on the best few pairs of every row and column; the
    duals then price all pairs, and what they miss is added until nothing is missed. O(rows x cols)
    a pricing round, a handful of rounds in practice.

    Examples
    --------
    >>> from pairwise import matching
    >>> best = matching.assignment([[5, 4, 2], [4, 1, 0]], row_capacity=[2, 1])
    >>> best.rows.tolist(), best.cols.tolist(), best.weight, best.bound
    ([0, 0, 1], [1, 2, 0], 10, 10)
    >>> best.verify()
    """
    if cardinality not in _CARDINALITIES:
        hint = did_you_mean(str(cardinality), _CARDINALITIES)
        raise InvalidInput(
            f'cardinality = {cardinality!r}: must be "maximum", "any" or "perfect"{hint}'
        )
    if (weights is None) == (edges is None):
        raise InvalidInput("weights, edges: give exactly one of the two")
    source: Source = TableSource(weights) if weights is not None else PairSource(edges, shape)
    request = Request(row_capacity, col_capacity, row_minimum, col_minimum, row_gains, col_gains)
    sides = source.prepare(request)
    try:
        answer = source.solve(sides, cardinality != "any", time_limit)
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    if answer["complete"]:
        _check_feasible(source, sides, answer, cardinality)
    elif _short(sides, answer):
        raise InvalidInput(f"time_limit = {time_limit}: over before minimum loads were met")
    return _wrap(source, sides, answer)


def _short(sides: tuple[Loads, Loads], answer: dict[str, Any]) -> bool:
    ends = (answer["rows"], answer["cols"])
    return any(
        bool((np.bincount(end, minlength=len(side)) < side.low).any())
        for side, end in zip(sides, ends, strict=True)
    )


def _check_feasible(
    source: Source, sides: tuple[Loads, Loads], answer: dict[str, Any], wanted: str
) -> None:
    """Raise with the smallest story we have when loads are not what they must be."""
    rows, cols = sides
    capacities = [int(side.high.sum()) for side in sides]
    if _short(sides, answer):
        needs = (rows.low, cols.low)
    elif wanted == "perfect" and len(answer["rows"]) < min(capacities):
        zero = [np.zeros_like(side.low) for side in sides]
        by_rows = capacities[0] <= capacities[1]
        needs = (rows.high, zero[1]) if by_rows else (zero[0], cols.high)
    else:
        return
    i, j = source.allowed_pairs()
    width = max(len(cols), 1)
    used = np.isin(i * width + j, answer["rows"].astype(np.int64) * width + answer["cols"])
    shortage = find_shortage((i, j), used, needs, (rows.high, cols.high))
    raise InfeasibleError([] if shortage is None else [shortage.sentence])


def _wrap(source: Source, sides: tuple[Loads, Loads], answer: dict[str, Any]) -> Assignment:
    rows, cols, bonus = answer["rows"], answer["cols"], int(answer["bonus"])
    certificate = AssignmentCertificate(
        row_duals=answer["row_duals"],
        col_duals=answer["col_duals"],
        row_loads=sides[0],
        col_loads=sides[1],
        excess=source.excess(answer),
        bonus=bonus,
        step=1 / source.scale,
    )
    gained = sum(len(side.gain) > 0 for side in sides)
    rounding = 0.0 if source.exact else (1 + gained) * len(rows) * 0.5 / source.scale
    bound = certificate.bound(len(rows))
    return Assignment(
        rows=rows,
        cols=cols,
        weight=source.worth(rows, cols, _gained(certificate, rows, cols)),
        bound=bound if source.integral else bound / source.scale + rounding,
        optimal=bool(answer["complete"]),
        rounding=rounding,
        certificate=certificate,
        _source=source,
    )


def _gained(certificate: AssignmentCertificate, rows: Ints, cols: Ints) -> int:
    sides = ((certificate.row_loads, rows), (certificate.col_loads, cols))
    return sum(loads.earned(np.bincount(ends, minlength=len(loads))) for loads, ends in sides)
