"""A history as arrays: every pair of every round, and what was said of it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pairwise.history.records import CheckIn, Placements, Round
    from pairwise.participants import Id

HELD, NOT_HELD, UNKNOWN = 1, 0, -1


class PairLog(NamedTuple):
    """Every two people who shared a group, one entry per round, oldest first.

    Attributes
    ----------
    first, second : ndarray of int, shape (m,)
        Positions in the ids of the history, ``first < second``.
    round : ndarray of int, shape (m,)
        Number of the round.
    held : ndarray of int8, shape (m,)
        1: somebody says that they met; 0: somebody says no and nobody yes; -1: nothing said.
    """

    first: npt.NDArray[np.intp]
    second: npt.NDArray[np.intp]
    round: npt.NDArray[np.int64]
    held: npt.NDArray[np.int8]


def pair_log(
    rounds: Sequence[Round],
    answers: Sequence[CheckIn],
    placements: Placements,
    position: Mapping[Id, int],
) -> PairLog:
    """Return the log of all rounds; cost O(pairs + answers)."""
    said = _said(answers, placements)
    entries = [
        (*sorted((position[a], position[b])), held.number, said.get((held.number, _two(a, b)), -1))
        for held in rounds
        for a, b in dict.fromkeys(_two(a, b) for g in held.groups for a, b in combinations(g, 2))
    ]
    columns = np.array(entries, dtype=np.int64).reshape(-1, 4).T
    return PairLog(
        columns[0].astype(np.intp), columns[1].astype(np.intp), columns[2], columns[3].astype("i1")
    )


def _two(a: Id, b: Id) -> tuple[Id, Id]:
    """Return two ids in an order of their own; ids of a history differ as texts."""
    return (a, b) if str(a) < str(b) else (b, a)


def _said(
    answers: Sequence[CheckIn], placements: Placements
) -> dict[tuple[int, tuple[Id, Id]], int]:
    """Return whether each pair met, where anybody says so; a yes outweighs a no."""
    said: dict[tuple[int, tuple[Id, Id]], int] = {}
    for answer in answers:
        if answer.says_met is not None and answer.round is not None:
            for partner in placements.partners(answer):
                key = answer.round, _two(answer.who, partner)
                said[key] = max(said.get(key, NOT_HELD), int(answer.says_met))
    return said
