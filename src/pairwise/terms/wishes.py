"""Preference: who asked for whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from pairwise.terms.base import BoundTerm, Term
from pairwise.terms.blocks import GRID, IndexArray, positions
from pairwise.terms.reciprocity import combine

if TYPE_CHECKING:
    from pairwise.participants import Participants, PreferenceFeature
    from pairwise.terms.blocks import Array, Index, Meeting, Side


@dataclass(frozen=True)
class Preference(Term):
    """Who asked for whom: 1 when both did, 0.5 when one did, 0 when neither did.

    What i gains from j is 1 when i asked for j, else 0; the value of a pair is the mean of
    both directions.

    Raises
    ------
    InvalidInput
        When bound: nobody's preferences were given.

    Notes
    -----
    Who did not answer has an unknown direction; the other one stands alone. Ranks are not
    read. Cost per block: its size plus the wishes of its people.

    Examples
    --------
    >>> import pairwise as pw
    >>> wishes = {"ann": ["bob"], "bob": ["ann", "cy"], "cy": []}
    >>> people = pw.Participants(["ann", "bob", "cy"], preferences=wishes)
    >>> pw.Preference().bind(people).block([0, 1], [1, 2])
    array([[1. , 0. ],
           [0. , 0.5]])
    """

    @property
    def name(self) -> str:
        """``preference``."""
        return "preference"

    def bind(self, people: Participants) -> BoundTerm:
        """Return the term's values among these people; cost O(n + wishes)."""
        return _BoundPreference.of(self.name, people.preference())


class _Askers(NamedTuple):
    """People, the wishes of all of them one after the other, and whom they ask for."""

    people: IndexArray
    asker: IndexArray
    wanted: IndexArray


@dataclass(frozen=True)
class _BoundPreference(BoundTerm):
    """`wishes` are sorted keys ``i * n + j`` for "i asked for j", `start` is where i's begin."""

    name: str
    n: int
    may_be_unknown: bool
    wishes: npt.NDArray[np.int64]
    start: IndexArray
    known: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, name: str, preference: PreferenceFeature) -> _BoundPreference:
        n = len(preference)
        counts = np.array([len(wanted) for wanted in preference.asked], dtype=np.intp)
        asker = np.repeat(np.arange(n, dtype=np.int64), counts)
        wanted = np.concatenate([np.empty(0, np.intp), *preference.asked])
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
        known = preference.known
        return cls(name, n, not known.all(), np.sort(asker * n + wanted), start, known)

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Who answered."""
        return self.known

    def among_complete(self) -> BoundTerm:
        """Return the term without care for unknown answers."""
        return replace(self, may_be_unknown=False)

    def side(self, index: Index, dtype: npt.DTypeLike) -> _Askers:  # noqa: ARG002
        people = positions(index)
        counts = self.start[people + 1] - self.start[people]
        asker = np.repeat(np.arange(people.size, dtype=np.intp), counts)
        first = np.repeat(self.start[people] - (np.cumsum(counts) - counts), counts)
        wanted = self.wishes[first + np.arange(asker.size)] % max(1, self.n)
        return _Askers(people, asker, wanted)

    def fill(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        theirs = np.empty_like(out)
        self.fill_directed(meet, left, right, out)
        self._fill_reverse(meet, left, right, theirs)
        combine("mean", out, theirs)

    def fill_directed(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        self._mark(meet, left, right, out)
        if self.may_be_unknown:
            out[~self.known[left.people]] = np.nan

    def _fill_reverse(self, meet: Meeting, left: Side, right: Side, out: Array) -> None:
        """Fill `out` with what each right person gains from the left one."""
        transposed = out.T
        self._mark(meet, right, left, transposed)
        if self.may_be_unknown:
            transposed[~self.known[right.people]] = np.nan

    def _mark(self, meet: Meeting, askers: _Askers, others: _Askers, out: Array) -> None:
        if meet is not GRID:
            keys = askers.people.astype(np.int64) * self.n + others.people
            place = np.searchsorted(self.wishes, keys)
            found = self.wishes[np.minimum(place, self.wishes.size - 1)] if self.wishes.size else -1
            out[...] = found == keys
            return
        column, whose = columns_of(askers.wanted, others.people)
        out[...] = 0
        out[askers.asker[whose], column] = 1

    @property
    def error32(self) -> float:
        """0, 0.5 and 1 are exact."""
        return 0.0

    def sentence(self, i: int, j: int, names: tuple[str, str]) -> str:
        """Return who asked for whom."""
        mine, theirs = self.directed_pairs([i, j], [j, i]) == 1
        if mine and theirs:
            return f"{names[0]} and {names[1]} asked for each other"
        if not mine and not theirs:
            return f"neither of {names[0]} and {names[1]} asked for the other"
        asker, wanted = names if mine else names[::-1]
        return f"{asker} asked for {wanted}"


def columns_of(wanted: IndexArray, people: IndexArray) -> tuple[IndexArray, IndexArray]:
    """Return every (place in `people`, place in `wanted`) that hold the same person."""
    order = np.argsort(people, kind="stable")
    ranked = people[order]
    first = np.searchsorted(ranked, wanted, side="left")
    counts = np.searchsorted(ranked, wanted, side="right") - first
    whose = np.repeat(np.arange(wanted.size, dtype=np.intp), counts)
    within = np.arange(whose.size) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[first[whose] + within], whose
