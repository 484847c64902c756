"""From a history to observations: the terms of who met, and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from pairwise.history.log import HELD, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pairwise.history import History
    from pairwise.participants import Id, Participants
    from pairwise.terms import BoundTerm

Floats = npt.NDArray[np.float64]
Answer: TypeAlias = "tuple[Id, tuple[Id, ...], float]"
"""Who, about whom, and what came of it."""

RATING = "rating"


class Outcome(NamedTuple):
    """How something went, beside the terms of those who met.

    Attributes
    ----------
    name : str
    who : ndarray of int, shape (m,)
        Who answers.
    terms : ndarray, shape (m, k)
        Values in [0, 1], the mean over the partners; what is unknown has the mean of its column.
    result : ndarray, shape (m,)
        A rating, or 1 for yes and 0 for no.
    """

    name: str
    who: npt.NDArray[np.intp]
    terms: Floats
    result: Floats


class Observed(NamedTuple):
    """All outcomes, and how many answers are about people of whom no features are known."""

    outcomes: tuple[Outcome, ...]
    left_out: int


def observed(history: History, terms: Sequence[BoundTerm], people: Participants) -> Observed:
    """Return what the history tells about the terms; cost O(answers + meetings) term values."""
    reader = _Reader(terms, people)
    found = [
        reader.outcome(RATING, _said(history, "rating")),
        reader.outcome("would continue", _said(history, "would_continue")),
        reader.outcome("goal reached", _said(history, "goal_reached")),
        reader.outcome("met", _meetings(history)),
        reader.outcome("stayed", _stays(history)),
    ]
    return Observed(tuple(o for o in found if len(o.result)), reader.left_out)


class _Reader:
    """Looks up the terms of people and their partners."""

    def __init__(self, terms: Sequence[BoundTerm], people: Participants) -> None:
        self.terms = terms
        self.place = {str(who): k for k, who in enumerate(people.ids)}
        self.left_out = 0

    def outcome(self, name: str, said: Iterable[Answer]) -> Outcome:
        rows = [
            (self.place.get(str(who), -1), [self.place.get(str(p), -1) for p in partners], float(y))
            for who, partners, y in said
        ]
        kept = [row for row in rows if row[0] >= 0 and row[1] and min(row[1]) >= 0]
        self.left_out += len(rows) - len(kept)
        who = np.array([row[0] for row in kept], dtype=np.intp)
        return Outcome(name, who, self._means(kept), np.array([row[2] for row in kept]))

    def _means(self, rows: Sequence[tuple[int, list[int], float]]) -> Floats:
        """Return the terms of each row, the mean over its partners."""
        row = np.repeat(np.arange(len(rows)), [len(partners) for _, partners, _ in rows])
        i = np.array([who for who, partners, _ in rows for _ in partners], dtype=np.intp)
        j = np.array([p for _, partners, _ in rows for p in partners], dtype=np.intp)
        columns = [_known_mean(row, term.pairs(i, j), len(rows)) for term in self.terms]
        return np.column_stack(columns).reshape(len(rows), len(self.terms))


def _known_mean(row: npt.NDArray[np.intp], values: Floats, count: int) -> Floats:
    """Return the mean per row of what is known; of nothing, the mean of the column."""
    known = ~np.isnan(values)
    number = np.bincount(row[known], minlength=count)
    sums = np.bincount(row[known], values[known], minlength=count)
    overall = float(values[known].mean()) if known.any() else 0.0
    return np.where(number > 0, sums / np.maximum(number, 1), overall)


def _said(history: History, field: str) -> Iterator[Answer]:
    for said in history.answers:
        value = getattr(said, field)
        if value is not None:
            yield said.who, tuple(history.placements.partners(said)), float(value)


def _meetings(history: History) -> Iterator[Answer]:
    """Yield every pair of which anybody says whether it met."""
    log, ids = history.log, history.ids
    for k in np.flatnonzero(log.held != UNKNOWN):
        yield ids[log.first[k]], (ids[log.second[k]],), float(log.held[k] == HELD)


def _stays(history: History) -> Iterator[Answer]:
    """Yield everybody in a group of every round: 0 who left the programme after it."""
    left = {(said.who, said.round) for said in history.answers if said.disengaged}
    for held in history.rounds:
        for who in held.people:
            groups = history.placements.groups(who, held.number)
            partners = tuple(x for group in groups for x in group if x != who)
            if partners:
                yield who, partners, float((who, held.number) not in left)
