"""Terms that come from outside: Precomputed (a matrix) and Custom (a block function)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput
from pairwise.terms.base import BoundTerm, Term
from pairwise.terms.blocks import GRID, Array, FloatArray, Index, IndexArray, Meeting, positions
from pairwise.terms.coding import gamma32
from pairwise.terms.reciprocity import Reciprocity, check_reciprocity, combine
from pairwise.terms.tables import BoundTable, named_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pairwise.participants import Id, Participants
    from pairwise.terms.blocks import Side

    BlockFunction: TypeAlias = Callable[[Participants, IndexArray, IndexArray], npt.ArrayLike]

_PROBE = 6


class Precomputed(Term):
    """Values that are already there, as a matrix over all people.

    Parameters
    ----------
    matrix : array_like, shape (n, n)
        Row i, column j: what i gains from j, in [0, 1], higher is better; NaN is unknown. The
        diagonal is not read. Copied, unless it is a read-only float64 array already.
    name : str
        What the breakdown calls the term.
    reciprocity : {"harmonic", "min", "mean", "product"}
        How the two directions become one when the matrix is not symmetric. A symmetric one
        holds the values of the pairs as they are.
    rows, cols : iterable of ids, optional
        For `assign`: the ids of the rows (mentors) and columns (mentees) of a matrix (m, k). Row
        i, column j is what it is worth that i is the mentor of j; other pairs are unknown.

    Raises
    ------
    InvalidInput
        Not square, a value outside [0, 1], another reciprocity; when bound: another n.

    Examples
    --------
    >>> import pairwise as pw
    >>> term = pw.Precomputed([[0, 0.5], [1, 0]], reciprocity="min")
    >>> term.bind(pw.Participants(["ann", "bob"])).pairs([0], [1])
    array([0.5])
    """

    def __init__(
        self,
        matrix: npt.ArrayLike,
        name: str = "precomputed",
        reciprocity: Reciprocity = "harmonic",
        *,
        rows: Iterable[Id] | None = None,
        cols: Iterable[Id] | None = None,
    ) -> None:
        check_reciprocity(reciprocity)
        if (rows is None) != (cols is None):
            raise InvalidInput(f"{name}: rows and cols must be given together, or neither")
        self._axes: tuple[tuple[Id, ...], tuple[Id, ...]] | None = None
        self._matrix = _checked_matrix(matrix, name, square=rows is None)
        if rows is not None and cols is not None:
            shape = self._matrix.shape
            given = (
                named_ids(name, "rows", rows, shape[0]),
                named_ids(name, "columns", cols, shape[1]),
            )
            self._axes = given
        self._name = name
        self._reciprocity: Reciprocity = reciprocity

    def __repr__(self) -> str:
        shape = " x ".join(map(str, self._matrix.shape))
        return f"Precomputed({shape}, name={self._name!r}, reciprocity={self._reciprocity!r})"

    @property
    def name(self) -> str:
        """The name given."""
        return self._name

    def bind(self, people: Participants) -> BoundTerm:
        """Return the term's values among these people; cost O(n^2), no copy."""
        matrix = self._matrix
        if self._axes is not None:
            return BoundTable.of(self._name, people, matrix, self._axes, self._reciprocity)
        if len(matrix) != len(people):
            raise InvalidInput(
                f"{self._name}: the matrix has {len(matrix):,} rows for {len(people):,} people;"
                " give one row and one column per participant, in their order"
            )
        return _BoundMatrix(
            name=self._name,
            n=len(matrix),
            may_be_unknown=bool(np.isnan(matrix).any()),
            matrix=matrix,
            reciprocity=self._reciprocity,
            directed=not np.array_equal(matrix, matrix.T, equal_nan=True),
        )


@dataclass(frozen=True)
class _BoundMatrix(BoundTerm):
    name: str
    n: int
    may_be_unknown: bool
    matrix: FloatArray
    reciprocity: Reciprocity
    directed: bool

    def side(self, index: Index, dtype: npt.DTypeLike) -> Side:  # noqa: ARG002
        return (index,)

    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        out[...] = self._gain(meet, left[0], right[0])
        if self.directed:
            theirs = np.empty_like(out)
            gain = self._gain(meet, right[0], left[0])
            theirs[...] = gain.T
            combine(self.reciprocity, out, theirs)

    def fill_directed(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        out[...] = self._gain(meet, left[0], right[0])

    def _gain(self, meet: Meeting, mine: Index, theirs: Index) -> Array:
        if meet is not GRID or isinstance(mine, slice) or isinstance(theirs, slice):
            return np.asarray(self.matrix[mine, theirs])
        return self.matrix[np.ix_(mine, theirs)]

    @property
    def error32(self) -> float:
        """Values are rounded, and combined when the matrix has directions."""
        return gamma32(10) if self.directed else gamma32(1)

    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return the values as given."""
        mine, theirs = self.directed_pairs([i, j], [j, i])
        if not self.directed:
            return f"{self.name}: {mine:.2f} was given for {names[0]} and {names[1]}"
        return (
            f"{self.name}: {mine:.2f} was given for what {names[0]} gains and {theirs:.2f} for"
            f" what {names[1]} gains"
        )


class Custom(Term):
    """A term of your own: a function that fills blocks.

    Parameters
    ----------
    function : callable
        ``function(people, rows, cols)`` with positions `rows` (r,) and `cols` (c,) returns
        (r, c) numbers in [0, 1], higher is better, NaN where unknown. The value of a pair may
        not depend on the block that it is asked in. `people` come without their monitoring
        features.
    name : str, optional
        What the breakdown calls the term; the name of the function when absent.
    directed : bool
        Whether row i, column j is what i gains from j. Otherwise it is the value of the pair:
        then it must be symmetric, and rounding differences are averaged away.
    reciprocity : {"harmonic", "min", "mean", "product"}
        How two directions become one.

    Raises
    ------
    InvalidInput
        Not callable, another reciprocity; when bound or used: an answer of another shape, a
        value outside [0, 1], or no symmetry without `directed`.

    Notes
    -----
    Two calls per block, one per distinct row for lists of pairs. Bit-identity across blocks is
    the function's own affair: `exact` is False. To ship the score to other processes, the
    function must be picklable (a module-level function, not a lambda).

    Examples
    --------
    >>> import numpy as np
    >>> import pairwise as pw
    >>> def same_parity(people, rows, cols):
    ...     return (rows[:, None] + cols[None, :] + 1) % 2
    >>> people = pw.Participants(["ann", "bob", "cy"])
    >>> pw.Custom(same_parity).bind(people).block([0], [1, 2])
    array([[0., 1.]])
    """

    def __init__(
        self,
        function: BlockFunction,
        name: str | None = None,
        *,
        directed: bool = False,
        reciprocity: Reciprocity = "harmonic",
    ) -> None:
        if not callable(function):
            raise InvalidInput(
                f"function = {function!r}: must be callable as function(people, rows, cols)"
            )
        check_reciprocity(reciprocity)
        own = str(getattr(function, "__name__", "custom"))
        self._function = function
        self._name = name or ("custom" if own == "<lambda>" else own)
        self._directed = directed
        self._reciprocity: Reciprocity = reciprocity

    def __repr__(self) -> str:
        kind = f", directed, reciprocity={self._reciprocity!r}" if self._directed else ""
        return f"Custom({self._name}{kind})"

    @property
    def name(self) -> str:
        """The name given, or that of the function."""
        return self._name

    def bind(self, people: Participants) -> BoundTerm:
        """Return the term's values among these people, after trying a small block."""
        bound = _BoundFunction(
            name=self._name,
            n=len(people),
            people=people.without_monitoring(),
            function=self._function,
            directed=self._directed,
            reciprocity=self._reciprocity,
        )
        bound.check()
        return bound


@dataclass(frozen=True)
class _BoundFunction(BoundTerm):
    name: str
    n: int
    people: Participants
    function: BlockFunction
    directed: bool
    reciprocity: Reciprocity

    may_be_unknown = True
    exact = False

    def check(self) -> None:
        """Try the function on the first few people; refuse what is not symmetric."""
        few = np.arange(min(self.n, _PROBE), dtype=np.intp)
        values = self._values(few, few)
        if self.directed or np.allclose(values, values.T, rtol=0, atol=1e-9, equal_nan=True):
            return
        raise InvalidInput(
            f"{self.name}: the value of (i, j) differs from that of (j, i); pass directed=True"
            " when it is what i gains from j, or return a symmetric value"
        )

    def side(self, index: Index, dtype: npt.DTypeLike) -> Side:  # noqa: ARG002
        return (positions(index),)

    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        self.fill_directed(meet, left, right, out)
        theirs = np.empty_like(out)
        self.fill_directed(meet, right, left, theirs.T)
        if self.directed:
            combine(self.reciprocity, out, theirs)
        else:
            combine("mean", out, theirs)

    def fill_directed(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        if meet is GRID:
            out[...] = self._values(left[0], right[0])
            return
        for i in np.unique(left[0]):
            places = np.flatnonzero(left[0] == i)
            out[places] = self._values(np.array([i], np.intp), right[0][places])[0]

    def _values(self, rows: IndexArray, cols: IndexArray) -> FloatArray:
        values = np.asarray(self.function(self.people, rows, cols), dtype=np.float64)
        if values.shape != (len(rows), len(cols)):
            raise InvalidInput(
                f"{self.name} returned shape {values.shape} for {len(rows)} rows and"
                f" {len(cols)} columns: must be ({len(rows)}, {len(cols)})"
            )
        wrong = values[(values < 0) | (values > 1)]
        if wrong.size:
            raise InvalidInput(
                f"{self.name} returned {wrong[0]:g}: values must be in [0, 1], or NaN for"
                " unknown; rescale them"
            )
        return values

    @property
    def error32(self) -> float:
        """Values are rounded and combined."""
        return gamma32(10)

    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return the values of the function."""
        mine, theirs = self.directed_pairs([i, j], [j, i])
        if not self.directed:
            return f"{self.name} gives {names[0]} and {names[1]} {mine:.2f}"
        return f"{self.name} gives {names[0]} {mine:.2f} and {names[1]} {theirs:.2f}"


def _checked_matrix(matrix: npt.ArrayLike, name: str, *, square: bool) -> FloatArray:
    """Return a read-only float64 matrix of values in [0, 1] or NaN."""
    try:
        given = np.asarray(matrix, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"{name}: matrix must hold numbers, NaN where unknown") from error
    if given.ndim != 2 or (square and given.shape[0] != given.shape[1]):
        way_out = "; for mentors x mentees give rows= and cols=" if given.ndim == 2 else ""
        raise InvalidInput(f"{name}: matrix has shape {given.shape}: must be (n, n){way_out}")
    if given.flags.writeable or not given.flags.c_contiguous:
        given = np.array(given, order="C")
    wrong = np.argwhere((given < 0) | (given > 1))
    wrong = wrong[wrong[:, 0] != wrong[:, 1]] if square else wrong
    if wrong.size:
        i, j = (int(place) for place in wrong[0])
        raise InvalidInput(
            f"{name}: matrix[{i}, {j}] = {given[i, j]:g}: values must be in [0, 1]; rescale them,"
            " use NaN for unknown, and the rule Forbid for pairs that may not meet"
        )
    given.flags.writeable = False
    return given
