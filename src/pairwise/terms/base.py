"""What every term is: a reason why a pair is good, bound to people before it is used."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.terms.blocks import fill_block, fill_pairs

if TYPE_CHECKING:
    from collections.abc import Hashable

    import numpy.typing as npt

    from pairwise.participants import Participants
    from pairwise.score import Score
    from pairwise.terms.blocks import Array, FloatArray, Index, IndexLike, Meeting, Side
    from pairwise.terms.factors import Factors


class Term(ABC):
    """One reason why a pair is good, from 0 (not at all) to 1 (as good as can be).

    Terms are settings without data; ``term.bind(people)`` gives their values. A number times
    a term, and a sum of terms, is a `Score`:
    ``3 * Complementarity() + 2 * Similarity("values")``.
    """

    __array_ufunc__ = None

    @property
    @abstractmethod
    def name(self) -> str:
        """What the breakdown calls the term."""

    @abstractmethod
    def bind(self, people: Participants) -> BoundTerm:
        """Return the term's values among these people.

        Parameters
        ----------
        people : Participants
            They must have the features that the term reads.

        Raises
        ------
        InvalidInput
            A feature is missing or of another kind; monitoring features cannot be read.
        """

    def __mul__(self, weight: float) -> Score:
        return _score_of(self) * weight

    __rmul__ = __mul__

    def __add__(self, other: object) -> Score:
        return _score_of(self) + other

    def __radd__(self, other: object) -> Score:
        return other + _score_of(self)


class BoundTerm(ABC):
    """A term's values among n people, any block of them at a time.

    Attributes
    ----------
    name : str
        What the breakdown calls the term.
    n : int
        Number of people.
    symmetric : bool
        Whether ``block(i, j)`` and ``block(j, i)`` have the same bits. True for every term here.
    exact : bool
        Whether float64 values have the same bits whatever the blocking, BLAS and machine.
    may_be_unknown : bool
        Whether any pair can be NaN.

    Notes
    -----
    Values are frozen and hold no scratch: threads may ask for blocks at the same time, and
    pickling ships the coded features alone.
    """

    symmetric: bool = True
    exact: bool = True
    name: str
    n: int
    may_be_unknown: bool

    @abstractmethod
    def side(self, index: Index, dtype: npt.DTypeLike) -> Side:
        """Return what must be known of the people at `index`; cost O(m d)."""

    @abstractmethod
    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        """Fill `out` with the values of the meeting; NaN where unknown."""

    def fill_directed(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        """Fill `out` with what each left person gains from the right one."""
        self.fill(meet, left, right, out)

    @property
    @abstractmethod
    def error32(self) -> float:
        """Rigorous bound on the difference between float32 and float64 blocks."""

    @abstractmethod
    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return why the pair has its value, in words.

        Parameters
        ----------
        i, j : int
            Positions.
        names : pair of str
            What to call them.
        """

    @property
    def measure(self) -> Hashable:
        """What the value of two people depends on besides their own answers, such as a range.

        Terms of the same kind and measure give the same answers the same value, whoever else is
        there. None where the value depends on more than that.
        """
        return None

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """People, shape (n,), of whom enough is known that no pair among them is unknown."""
        return np.full(self.n, not self.may_be_unknown)

    def among_complete(self) -> BoundTerm:
        """Return the term without care for unknown answers: same bits among `complete` people."""
        return self

    def factors(self) -> Factors | None:
        """Return float32 factors whose product is the block, or None when there are none."""
        return None

    def one_pass(self, dtype: npt.DTypeLike) -> bool:  # noqa: ARG002
        """Return whether `fill` is a single matrix product."""
        return False

    @property
    def linear(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]] | None:
        """Factors (n, w) and (n, w) with ``block = left @ right.T`` up to rounding, or None.

        None when the term is not linear or an answer is unknown. Computed anew at each call,
        cost O(n w).
        """
        factors = self.factors()
        return None if factors is None else (factors.left, factors.right)

    def block(
        self,
        rows: IndexLike,
        cols: IndexLike,
        dtype: npt.DTypeLike = np.float64,
        out: Array | None = None,
    ) -> npt.NDArray[Any]:
        """Return the values of everybody in `rows` with everybody in `cols`.

        Parameters
        ----------
        rows, cols : slice or array_like of int
            Positions, r and c of them.
        dtype : float64 or float32
            float64 is exact; float32 is faster and within `error32` of it.
        out : ndarray, shape (r, c), optional
            Where to write.

        Returns
        -------
        ndarray, shape (r, c)
            In [0, 1], higher is better; NaN where unknown.

        Raises
        ------
        InvalidInput
            A position that does not exist, another dtype, or an `out` that does not fit.
        """
        return fill_block(self, rows, cols, dtype, out)

    def pairs(
        self, i: npt.ArrayLike, j: npt.ArrayLike, out: FloatArray | None = None
    ) -> FloatArray:
        """Return the values of the pairs (i[k], j[k]), shape (m,): the bits of the block.

        Parameters
        ----------
        i, j : array_like of int, shape (m,)
            Positions.
        out : ndarray of float64, shape (m,), optional
            Where to write.
        """
        return fill_pairs(self, i, j, out)

    def directed_block(
        self,
        rows: IndexLike,
        cols: IndexLike,
        dtype: npt.DTypeLike = np.float64,
        out: Array | None = None,
    ) -> npt.NDArray[Any]:
        """Return what everybody in `rows` gains from everybody in `cols`, shape (r, c).

        Equals `block` for terms without a direction; parameters as there.
        """
        return fill_block(self, rows, cols, dtype, out, directed=True)

    def directed_pairs(
        self, i: npt.ArrayLike, j: npt.ArrayLike, out: FloatArray | None = None
    ) -> FloatArray:
        """Return what i[k] gains from j[k], shape (m,): the bits of `directed_block`."""
        return fill_pairs(self, i, j, out, directed=True)


def _score_of(term: Term) -> Score:
    from pairwise.score import Score

    return Score((term,))
