"""A history as observations: what happened to whom in which round."""

from __future__ import annotations

from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from pairwise.history.log import NOT_HELD, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pairwise.history import CheckIn, History
    from pairwise.participants import Id, Participants
    from pairwise.problem import Problem
    from pairwise.score import Score

Positions = npt.NDArray[np.intp]


class Seen(NamedTuple):
    """Observations, one a row: who, in which round, and the figure; NaN is unknown.

    Attributes
    ----------
    who : ndarray of int, shape (m,)
        Positions in `Facts.ids`.
    round : ndarray of int, shape (m,)
    value : ndarray of float, shape (m,)
    """

    who: Positions
    round: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, float]]) -> Seen:
        """Return observations from rows."""
        table = np.array(list(rows), dtype=np.float64).reshape(-1, 3).T
        return cls(table[0].astype(np.intp), table[1].astype(np.int64), table[2])

    def where(self, kept: npt.NDArray[np.bool_]) -> Seen:
        """Return some of the observations."""
        return Seen(self.who[kept], self.round[kept], self.value[kept])


class Facts:
    """What figures are computed from.

    Parameters
    ----------
    history
        Rounds and check-ins.
    people
        Whose features are known, maybe nobody's.
    score
        Bound to `people`, or None.
    problem
        Of the plan that is evaluated: it says who may meet. None when there is none, or when
        `people` are others.
    """

    def __init__(
        self,
        history: History,
        people: Participants | None,
        score: Score | None,
        problem: Problem | None = None,
    ) -> None:
        self.history, self.people, self.score, self.problem = history, people, score, problem
        known = () if people is None else people.ids
        here = {str(who) for who in known}
        self.ids: tuple[Id, ...] = (*known, *(w for w in history.ids if str(w) not in here))
        self.place = {str(who): k for k, who in enumerate(self.ids)}

    def at(self, who: Id) -> int:
        """Return somebody's position."""
        return self.place[str(who)]

    @cached_property
    def part(self) -> Seen:
        """Taking part in a round: 1 in a group, 0 left out."""
        return Seen.of(
            (self.at(who), held.number, float(who not in left))
            for held in self.history.rounds
            for left in [set(held.waiting)]
            for who in held.people
        )

    @cached_property
    def sides(self) -> tuple[Positions, Positions, npt.NDArray[np.int64], npt.NDArray[np.int8]]:
        """Every meeting from both sides: who, with whom, round, held (1, 0, -1 unknown)."""
        log, at = self.history.log, np.array([self.at(w) for w in self.history.ids], dtype=np.intp)
        first, second = at[log.first], at[log.second]
        return (
            np.concatenate([first, second]),
            np.concatenate([second, first]),
            np.tile(log.round, 2),
            np.tile(log.held, 2),
        )

    def met(self) -> Seen:
        """Whether meetings took place, where anybody says so."""
        who, _, number, held = self.sides
        return Seen(who, number, np.where(held == UNKNOWN, np.nan, held).astype(np.float64))

    def repeated(self) -> Seen:
        """Whether the two had met in an earlier round."""
        who, partner, number, held = self.sides
        keys = np.minimum(who, partner) * len(self.ids) + np.maximum(who, partner)
        first: dict[int, int] = {}
        took_place = held != NOT_HELD
        for key, k in zip(keys[took_place].tolist(), number[took_place].tolist(), strict=True):
            first[key] = min(k, first.get(key, k))
        again = [first.get(key, k) < k for key, k in zip(keys.tolist(), number, strict=True)]
        return Seen(who, number, np.array(again, dtype=np.float64))

    def load(self) -> Seen:
        """In how many groups each person was, per round."""
        count: dict[tuple[int, int], int] = {}
        for held in self.history.rounds:
            for who in (who for group in held.groups for who in group):
                key = self.at(who), held.number
                count[key] = count.get(key, 0) + 1
        return Seen.of((who, number, float(groups)) for (who, number), groups in count.items())

    def said(self, read: Callable[[CheckIn], float | None]) -> Seen:
        """Read what the answers say, where they do."""
        rows = [(a.who, a.round or 0, read(a)) for a in self.history.answers]
        return Seen.of((self.at(who), k, float(v)) for who, k, v in rows if v is not None)

    def answered(self) -> Seen:
        """Whether somebody in a group said anything about it, per round."""
        spoke = {(a.who, a.round) for a in self.history.answers if a.about_meeting}
        return Seen.of(
            (self.at(who), held.number, float((who, held.number) in spoke))
            for held in self.history.rounds
            for who in dict.fromkeys(who for group in held.groups for who in group)
        )

    def of_partners(self, read: Callable[[Positions, Positions], npt.NDArray[np.float64]]) -> Seen:
        """Read a figure per person and partner, both of known features."""
        who, partner, number, _ = self.sides
        known = 0 if self.people is None else len(self.people)
        here = (who < known) & (partner < known)
        return Seen(who[here], number[here], read(who[here], partner[here]))


def directed(groups: Iterable[tuple[int, ...]]) -> tuple[Positions, Positions, Positions]:
    """Return everybody of every group with each of the others, and the number of the group."""
    sides = [(*pair, k) for k, group in enumerate(groups) for pair in permutations(group, 2)]
    ends = np.array(sides, dtype=np.intp).reshape(-1, 3)
    return ends[:, 0], ends[:, 1], ends[:, 2]
