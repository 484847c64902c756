"""Rules that look at a value of the pair: Floor on a score or term, Only on a predicate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.rules.base import BoundRule, Mask, Rule, Unknown, check_unknown, unknown_suffix
from pairwise.rules.pairset import Index, Indices, as_indices

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pairwise.participants import Participants
    from pairwise.score import Score
    from pairwise.terms import BoundTerm, Term

_DIAGONAL = 32


@dataclass(frozen=True, repr=False)
class Floor(Rule):
    """A pair's score, or one term of it, must reach a minimum.

    Parameters
    ----------
    minimum
        Smallest value allowed, in [0, 1]; higher is stricter.
    term
        The term that must reach it; the whole score when None.
    unknown
        What happens when the term is unknown for a pair: ``"pass"`` or ``"refuse"``.

    Examples
    --------
    >>> from pairwise import Floor, Participants, Similarity
    >>> people = Participants(["ann", "bob", "cy"], interests=[[1, 0], [1, 1], [0, 1]])
    >>> rule = Floor(0.5, Similarity("interests"))
    >>> rule.bind(people).allowed(slice(0, 1), slice(0, 3))
    array([[ True,  True, False]])
    """

    minimum: float
    term: Term | None = None
    unknown: Unknown = "pass"

    def __post_init__(self) -> None:
        check_unknown("Floor", self.unknown)
        if not 0 <= self.minimum <= 1:
            raise InvalidInput(
                f"Floor(minimum={self.minimum!r}): must be in [0, 1], as scores and terms are"
            )

    def __repr__(self) -> str:
        term = "" if self.term is None else f", {self.term!r}"
        short = f"{self.minimum:g}"
        minimum = short if float(short) == self.minimum else repr(float(self.minimum))
        return f"Floor({minimum}{term}{unknown_suffix(self.unknown)})"

    @property
    def sentence(self) -> str:
        """What the rule demands, in words."""
        what = "the score" if self.term is None else self.term.name
        return f"{what} must be at least {self.minimum:g}"

    def _bound(self, people: Participants, score: Score | None, /) -> BoundRule:
        source = score if self.term is None else self.term.bind(people)
        if source is None:
            raise InvalidInput(f"{self!r}: needs the score to bind; write bind(people, score)")
        return _BoundFloor(self, source, len(people), self.minimum, self.unknown == "refuse")


@dataclass(frozen=True, eq=False)
class _BoundFloor(BoundRule):
    """Decides in float32 and settles what lies within its error exactly, pair by pair."""

    source: BoundTerm | Score
    n: int
    minimum: float
    refuse: bool

    def allowed(self, rows: Index, cols: Index) -> Mask:
        values = self.source.block(rows, cols, dtype=np.float32)
        margin = np.float32(self.source.error32 + 2.0**-20)
        minimum = np.float32(self.minimum)
        passed = self._reaches(values, minimum)
        near = np.nonzero(np.abs(values - minimum) <= margin)
        if len(near[0]):
            i, j = as_indices(rows, self.n)[near[0]], as_indices(cols, self.n)[near[1]]
            passed[near] = self.allowed_pairs(i, j)
        return passed

    def allowed_pairs(self, i: Indices, j: Indices) -> Mask:
        return self._reaches(self.source.pairs(i, j), self.minimum)

    def _reaches(self, values: NDArray[Any], minimum: float | np.float32) -> Mask:
        passed: Mask = np.greater_equal(values, minimum) if self.refuse else ~(values < minimum)
        return passed


@dataclass(frozen=True, repr=False)
class Only(Rule):
    """Only pairs that a function of yours lets through.

    Parameters
    ----------
    block_function
        ``f(rows, cols) -> bool array (r, c)`` for integer arrays of indices into the people.
        A pair is allowed when the function allows it in both directions.
    name
        What the rule is called in messages; the function's name when empty.

    Examples
    --------
    >>> import numpy as np
    >>> from pairwise import Only, Participants
    >>> people = Participants(["ann", "bob", "cy"])
    >>> odd_with_even = Only(lambda i, j: (i[:, None] + j) % 2 == 1, name="odd with even")
    >>> odd_with_even.bind(people).allowed(slice(0, 1), slice(0, 3))
    array([[False,  True, False]])
    """

    block_function: Callable[[Indices, Indices], NDArray[Any]]
    name: str = ""

    def __post_init__(self) -> None:
        if not callable(self.block_function):
            raise InvalidInput(
                f"Only({self.block_function!r}): must be a function (rows, cols) -> bool array"
            )
        name = self.name or getattr(self.block_function, "__name__", "a function")
        object.__setattr__(self, "name", name)

    def __repr__(self) -> str:
        return f'Only("{self.name}")'

    @property
    def sentence(self) -> str:
        """What the rule demands, in words."""
        return f'"{self.name}" must allow the pair, both ways'

    def _bound(self, people: Participants, _score: Score | None, /) -> BoundRule:
        return _BoundOnly(self, self.block_function, len(people))


@dataclass(frozen=True, eq=False)
class _BoundOnly(BoundRule):
    function: Callable[[Indices, Indices], NDArray[Any]]
    n: int

    def allowed(self, rows: Index, cols: Index) -> Mask:
        here, there = as_indices(rows, self.n), as_indices(cols, self.n)
        return self._call(here, there) & self._call(there, here).T

    def allowed_pairs(self, i: Indices, j: Indices) -> Mask:
        """Read the diagonals of small blocks, since the function knows blocks alone."""
        passed = np.empty(len(i), dtype=np.bool_)
        for start in range(0, len(i), _DIAGONAL):
            part = slice(start, start + _DIAGONAL)
            passed[part] = self.allowed(i[part], j[part]).diagonal()
        return passed

    def _call(self, rows: Indices, cols: Indices) -> Mask:
        mask = np.asarray(self.function(rows, cols))
        if mask.dtype != np.bool_ or mask.shape != (len(rows), len(cols)):
            raise InvalidInput(
                f"{self.name} returned {mask.dtype} of shape {mask.shape}: "
                f"must be bool of shape {(len(rows), len(cols))}, (rows, cols)"
            )
        return mask
