"""Overlap: whether two people have enough common time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pairwise import _kernel
from pairwise.errors import InvalidInput
from pairwise.terms.base import BoundTerm, Term
from pairwise.terms.coding import gamma32
from pairwise.terms.factors import Factors
from pairwise.terms.levels import EVERYTHING, Known
from pairwise.terms.words import counted, in_brackets

if TYPE_CHECKING:
    from collections.abc import Hashable

    from pairwise.participants import Participants
    from pairwise.terms.blocks import Array, Index, Meeting, Side

ENOUGH = 3
"""Common slots that count as enough: one to meet in and two to move to. A judgement."""


@dataclass(frozen=True)
class Overlap(Term):
    """Common availability: ``min(1, common slots / enough)``.

    Parameters
    ----------
    slots : str
        A slots feature.
    enough : float, optional
        Common slots that make the value 1; 3 when absent (or all slots, when there are
        fewer): one to meet in and two to move to, a judgement. Above it, more time is not
        better.

    Raises
    ------
    InvalidInput
        An `enough` that is not positive; when bound: the feature is missing.

    Notes
    -----
    Unknown when either did not answer. Cost per pair: one product of length s.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.Participants(["ann", "bob"], slots=[[1, 1, 0, 1], [1, 0, 1, 1]])
    >>> pw.Overlap(enough=4).bind(people).pairs([0], [1])
    array([0.5])
    """

    slots: str = "slots"
    enough: float | None = None

    def __post_init__(self) -> None:
        if self.enough is not None and not 0 < self.enough < np.inf:
            raise InvalidInput(f"enough = {self.enough}: must be a positive number of common slots")

    @property
    def name(self) -> str:
        """``overlap(slots)``, with `enough` when it is given."""
        extra = "" if self.enough is None else f", {self.enough:g}"
        return f"overlap({self.slots}{extra})"

    def bind(self, people: Participants) -> BoundTerm:
        """Return the term's values among these people; cost O(n s)."""
        feature = people.slot(self.slots)
        free = np.nan_to_num(feature.values, nan=0.0).astype(bool)
        enough = self.enough or float(min(ENOUGH, free.shape[1]))
        known = Known.of(feature.values)
        return _BoundOverlap(
            self.name, len(free), not known.all, free, enough, known, feature.columns
        )


@dataclass(frozen=True)
class _BoundOverlap(BoundTerm):
    name: str
    n: int
    may_be_unknown: bool
    free: npt.NDArray[np.bool_]
    enough: float
    known: Known
    columns: tuple[str, ...]

    @property
    def measure(self) -> Hashable:
        """So many slots are enough."""
        return self.enough

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Who answered."""
        return self.known.complete(self.n)

    def among_complete(self) -> BoundTerm:
        """Return the term without care for unknown answers."""
        return replace(self, known=EVERYTHING, may_be_unknown=False)

    def side(self, index: Index, dtype: npt.DTypeLike) -> Side:
        return (self.known.blank(index, self.free[index].astype(dtype)),)

    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        if out.dtype == np.float32:
            meet.product(left[0] / self.enough, right[0], out)
        else:
            meet.product(left[0], right[0], out)
            out /= self.enough
        _kernel.cap(out)

    @property
    def error32(self) -> float:
        """Slots over `enough` are rounded and summed; sums above 1 are cut."""
        return gamma32(self.free.shape[1] + 4)

    def factors(self) -> Factors | None:
        """Return factors when nobody has more time than is enough."""
        if self.may_be_unknown or self.free.sum(axis=1).max(initial=0) > self.enough:
            return None
        free = self.free.astype(np.float32)
        return Factors(free / np.float32(self.enough), free, magnitude=1.0)

    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return how many slots they share."""
        both = self.free[i] & self.free[j]
        shared = [column for column, hit in zip(self.columns, both, strict=True) if hit]
        return (
            f"{names[0]} and {names[1]} have {counted(len(shared), 'common slot')}"
            f"{in_brackets(shared)}; {self.enough:g} are enough"
        )
