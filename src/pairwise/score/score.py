"""Score: weighted terms, bound to people, evaluated block by block."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput, quoted
from pairwise.score.breakdown import Breakdown, share_of
from pairwise.score.checks import checked_weight, one_population, refuse_namesakes
from pairwise.score.patched import PatchedTerms
from pairwise.score.weighted import normalised, summing_to_one
from pairwise.terms import Term
from pairwise.terms.blocks import fill_block, fill_pairs, spans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pairwise.participants import Id, Participants
    from pairwise.terms import BoundTerm
    from pairwise.terms.blocks import Array, FloatArray, IndexLike

_BLOCK = 1024


class Score:
    """What a pair is worth: weighted terms, in [0, 1], higher is better.

    Written as a sum, ``3 * Complementarity() + 2 * Similarity("values")``, and bound to
    people with `on` before it is evaluated. Immutable.

    Parameters
    ----------
    terms : sequence of Term
        At least one. The weights of equal terms are added.
    weights : sequence of float, optional
        One per term, >= 0, not all 0; equal when absent. Only their ratios matter.

    Attributes
    ----------
    terms : tuple of Term
    weights : tuple of float
        Normalised to sum 1, to 12 digits.
    people : Participants or None
        Whom the score is bound to.
    step : float
        ``2**-30``: scores are rounded to multiples of it before they are solved.

    Raises
    ------
    InvalidInput
        No term, a negative or infinite weight, weights that do not fit, or two different terms
        of one name.

    Notes
    -----
    Where a term is unknown for a pair, its weight is shared among the others in proportion;
    where everything is unknown the score is 0. Values in float64 have the same bits whatever
    the blocking, BLAS and machine, and are symmetric to the last bit.

    Bound scores are frozen and hold no scratch: threads may share one, and it can be pickled.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.Participants(["ann", "bob", "cy"], interests=[[1, 0], [1, 1], [0, 1]])
    >>> score = (3 * pw.Similarity("interests", metric="jaccard")).on(people)
    >>> score.matrix()
    array([[1. , 0.5, 0. ],
           [0.5, 1. , 0.5],
           [0. , 0.5, 1. ]])
    >>> score.block([0], slice(1, 3))
    array([[0.5, 0. ]])
    """

    __slots__ = ("_bound", "_raw", "_weighted", "people", "terms", "weights")
    __array_ufunc__ = None
    step = 2.0**-30

    terms: tuple[Term, ...]
    weights: tuple[float, ...]
    people: Participants | None
    _raw: tuple[float, ...]
    _bound: tuple[BoundTerm, ...] | None
    _weighted: PatchedTerms | None

    def __init__(self, terms: Sequence[Term], weights: Sequence[float] | None = None) -> None:
        raw = [1.0] * len(terms) if weights is None else [checked_weight(w) for w in weights]
        if not terms:
            raise InvalidInput("terms is empty: a score must have at least one term")
        if len(raw) != len(terms):
            raise InvalidInput(f"weights has {len(raw)} entries for {len(terms)} terms")
        merged: dict[Term, float] = {}
        for term, weight in zip(terms, raw, strict=True):
            if not isinstance(term, Term):
                raise InvalidInput(f"terms holds {term!r}: must be a term, such as Overlap()")
            merged[term] = merged.get(term, 0.0) + weight
        refuse_namesakes(merged)
        self._fill(tuple(merged), tuple(merged.values()), None, None)

    def _fill(
        self,
        terms: tuple[Term, ...],
        raw: tuple[float, ...],
        people: Participants | None,
        bound: tuple[BoundTerm, ...] | None,
    ) -> None:
        weighted = None if bound is None else PatchedTerms.of(bound, normalised(raw))
        weights = normalised(raw) if any(raw) else raw
        for name, value in (
            ("terms", terms),
            ("weights", weights),
            ("people", people),
            ("_raw", raw),
            ("_bound", bound),
            ("_weighted", weighted),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def _made(
        cls,
        raw: Mapping[Term, float],
        people: Participants | None,
        bound: Mapping[Term, BoundTerm],
    ) -> Score:
        """Return a score of checked parts; what is bound already is not bound again."""
        refuse_namesakes(raw)
        score = cls.__new__(cls)
        if people is None:
            score._fill(tuple(raw), tuple(raw.values()), None, None)
            return score
        values = tuple(bound[t] if t in bound else t.bind(people) for t in raw)
        score._fill(tuple(raw), tuple(raw.values()), people, values)
        return score

    def __reduce__(self) -> tuple[Any, ...]:
        return Score._made, (self._by_term, self.people, self._bound_by_term)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: scores are frozen."""
        raise AttributeError(f"Score is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse: scores are frozen."""
        raise AttributeError(f"Score is frozen: {name} cannot be deleted")

    @property
    def _by_term(self) -> dict[Term, float]:
        return dict(zip(self.terms, self._raw, strict=True))

    @property
    def _bound_by_term(self) -> dict[Term, BoundTerm]:
        return dict(zip(self.terms, self._bound or (), strict=False))

    def __mul__(self, weight: float) -> Score:
        factor = checked_weight(weight)
        raw = {term: checked_weight(own * factor) for term, own in self._by_term.items()}
        people = self.people if any(raw.values()) else None
        return Score._made(raw, people, self._bound_by_term)

    __rmul__ = __mul__

    def __add__(self, other: object) -> Score:
        if isinstance(other, Term):
            other = Score((other,))
        if not isinstance(other, Score):
            return NotImplemented
        raw = self._by_term
        for term, weight in other._by_term.items():
            raw[term] = raw.get(term, 0.0) + weight
        people = one_population(self.people, other.people)
        return Score._made(raw, people, {**self._bound_by_term, **other._bound_by_term})

    def __radd__(self, other: object) -> Score:
        if other == 0:
            return self
        return NotImplemented

    def __repr__(self) -> str:
        parts = [f"{weight:g} * {term!r}" for term, weight in self._by_term.items()]
        bound = "" if self.people is None else f", bound to {len(self.people):,} people"
        return " + ".join(parts) + bound

    def on(self, people: Participants) -> Score:
        """Return the score bound to these people; terms read their features once, here.

        Parameters
        ----------
        people : Participants
            They must have the features that the terms read.

        Raises
        ------
        InvalidInput
            A feature is missing (monitoring features cannot be read), or all weights are 0.

        Notes
        -----
        Ranges that no term or feature states (of a number) are those of these people. Cost
        O(n d log n).
        """
        if people is self.people:
            return self
        return Score._made(self._by_term, people, {})

    @property
    def bound_terms(self) -> tuple[BoundTerm, ...]:
        """The terms' values among the people, in the order of `terms`."""
        self._values()
        return self._bound or ()

    @property
    def error32(self) -> float:
        """Rigorous bound on the difference between a float32 and a float64 block."""
        return self._values().error32

    @property
    def exact(self) -> bool:
        """Whether float64 values have the same bits however they are asked for."""
        return all(term.exact for term in self.bound_terms)

    @property
    def linear(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]] | None:
        """Factors (n, w), (n, w) in float32 with ``left @ right.T`` = block within `error32`.

        None unless every term is linear and nothing is unknown. Weights are in `left`. Linear
        are Similarity by cosine and by level (up to 12 levels a column), Complementarity with
        reciprocity "mean", Diversity on a category of up to 8 labels, and Overlap while nobody
        has more than enough time.
        """
        values = self._values().careful
        if values.fused is None or values.rest:
            return None
        return values.fused.left, values.fused.right

    def block(
        self,
        rows: IndexLike,
        cols: IndexLike,
        dtype: npt.DTypeLike = np.float64,
        out: Array | None = None,
    ) -> npt.NDArray[Any]:
        """Return the scores of everybody in `rows` with everybody in `cols`.

        Parameters
        ----------
        rows, cols : slice or array_like of int
            Positions, r and c of them.
        dtype : float64 or float32
            float64 is exact; float32 is within `error32` of it and several times faster.
        out : ndarray, shape (r, c), optional
            Where to write; spares the allocation.

        Returns
        -------
        ndarray, shape (r, c)
            In [0, 1], higher is better. The diagonal holds what one would be worth to oneself.

        Raises
        ------
        InvalidInput
            The score is not bound, a position does not exist, another dtype, or an `out` that
            does not fit.

        Notes
        -----
        Cost O(r c w) for products of total length w; when every term is `linear`, a float32
        block is one product. Blocks of 1024 to 2048 squared are a good size.
        """
        return self._values().block(rows, cols, dtype, out)

    def matrix(self) -> FloatArray:
        """Return all scores, shape (n, n), float64; memory 8 n^2 bytes, cost O(n^2 w).

        Raises
        ------
        InvalidInput
            The score is not bound.
        """
        values = self._values()
        n = values.careful.n
        matrix = np.empty((n, n))
        for top, bottom in spans(n, _BLOCK):
            for first, last in spans(n, _BLOCK):
                place = matrix[top:bottom, first:last]
                values.block(slice(top, bottom), slice(first, last), np.float64, place)
        return matrix

    def pairs(
        self, i: npt.ArrayLike, j: npt.ArrayLike, out: FloatArray | None = None
    ) -> FloatArray:
        """Return the scores of the pairs (i[k], j[k]), shape (m,): the bits of the block.

        Parameters
        ----------
        i, j : array_like of int, shape (m,)
            Positions.
        out : ndarray of float64, shape (m,), optional
            Where to write.

        Raises
        ------
        InvalidInput
            The score is not bound, a position does not exist, or lengths differ.
        """
        return fill_pairs(self._values().careful, i, j, out)

    def directed_block(
        self, rows: IndexLike, cols: IndexLike, out: FloatArray | None = None
    ) -> FloatArray:
        """Return what everybody in `rows` gains from everybody in `cols`, shape (r, c).

        The weighted directed values of the terms; parameters as in `block`.
        """
        return fill_block(self._values().careful, rows, cols, np.float64, out, directed=True)

    def directed_pairs(
        self, i: npt.ArrayLike, j: npt.ArrayLike, out: FloatArray | None = None
    ) -> FloatArray:
        """Return what i[k] gains from j[k], shape (m,): the bits of `directed_block`."""
        return fill_pairs(self._values().careful, i, j, out, directed=True)

    def directed(self, a: Id, b: Id) -> float:
        """Return what `a` gains from `b`: the weighted directed values of the terms.

        Parameters
        ----------
        a, b : str or int
            Ids.

        Returns
        -------
        float
            In [0, 1], higher is better. Terms whose direction is unknown take no part.

        Raises
        ------
        InvalidInput
            The score is not bound, or an id does not exist.

        Examples
        --------
        >>> import pairwise as pw
        >>> offers, seeks = [[1, 0], [0, 1]], [[0, 1], [1, 1]]
        >>> people = pw.Participants(["ann", "bob"], offers=offers, seeks=seeks)
        >>> score = pw.Score([pw.Complementarity()]).on(people)
        >>> score.directed("ann", "bob"), score.directed("bob", "ann")
        (1.0, 0.5)
        """
        i, j = self._two(a, b)
        return float(self.directed_pairs([i], [j])[0])

    def breakdown(self, a: Id, b: Id, gainer: Id | None = None) -> Breakdown:
        """Return why the pair has its score: each term in words and numbers.

        Parameters
        ----------
        a, b : str or int
            Ids.
        gainer : str or int, optional
            Whose gain from the other is broken down, instead of the score of both.

        Raises
        ------
        InvalidInput
            The score is not bound, an id does not exist, or both are the same.

        Examples
        --------
        >>> import pairwise as pw
        >>> people = pw.Participants(["ann", "bob"], interests=[[1, 0], [1, 1]])
        >>> score = pw.Score([pw.Similarity("interests", metric="jaccard")]).on(people)
        >>> print(score.breakdown("ann", "bob")["similarity(interests, jaccard)"].sentence)
        ann and bob share 1 of 2 interests (column 1)
        """
        i, j = self._two(a, b)
        mine, other = (j, i) if gainer == b else (i, j)

        def value_of(source: BoundTerm | Score) -> float:
            pairs = source.pairs if gainer is None else source.directed_pairs
            return float(pairs([mine], [other])[0])

        values = [value_of(term) for term in self.bound_terms]
        weights = summing_to_one(self.weights)
        known = [0.0 if math.isnan(v) else w for v, w in zip(values, weights, strict=True)]
        total = math.fsum(known) or 1.0
        shares = tuple(
            share_of(term, i, j, (str(a), str(b)), value, weight / total)
            for term, value, weight in zip(self.bound_terms, values, known, strict=True)
        )
        return Breakdown((a, b), value_of(self), shares)

    @staticmethod
    def quantise(values: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return scores in whole steps of 2**-30, rounded to the nearest (ties to even).

        Parameters
        ----------
        values : array_like
            Scores.

        Examples
        --------
        >>> import pairwise as pw
        >>> pw.Score.quantise([0.5, 1.0])
        array([ 536870912, 1073741824])
        """
        return np.rint(np.asarray(values, dtype=np.float64) / Score.step).astype(np.int64)

    def _values(self) -> PatchedTerms:
        if self._weighted is None:
            raise InvalidInput("the score is not bound to people: use score.on(people) first")
        return self._weighted

    def _two(self, a: Id, b: Id) -> tuple[int, int]:
        self._values()
        assert self.people is not None  # noqa: S101
        i, j = self.people.index(a), self.people.index(b)
        if i == j:
            raise InvalidInput(f"{quoted(a)} is given twice: a pair must be two people")
        return i, j
