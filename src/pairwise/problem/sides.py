"""One side of an assignment: who stands there, and how many partners each may and must have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pairwise.errors import InvalidInput, quoted

if TYPE_CHECKING:
    from pairwise.participants import Id, Participants
    from pairwise.rules import Indices

Load = tuple[npt.ArrayLike, npt.ArrayLike] | Mapping["Id", tuple[int, int]]
"""Fewest and most partners: one for all, an array each, or a pair of numbers by id."""

_UNNAMED = (0, 1)


@dataclass(frozen=True)
class Side:
    """The mentors, or the mentees: who they are, and how many partners each must and may have.

    Attributes
    ----------
    people
        Indices into the participants, (m,).
    low, high
        Fewest and most partners, (m,).
    """

    people: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]

    @property
    def plain(self) -> list[list[int]]:
        """The three as lists."""
        return [list(self.people), list(self.low), list(self.high)]

    @cached_property
    def index(self) -> Indices:
        """`people` as an array."""
        return np.array(self.people, dtype=np.intp)

    def placing(self, i: int) -> Side:
        """Return the side on which somebody must have a partner."""
        least = (max(k, int(who == i)) for who, k in zip(self.people, self.low, strict=True))
        return replace(self, low=tuple(least))

    @classmethod
    def of(cls, argument: str, side: Participants, everybody: Participants, load: Load) -> Side:
        """Return the side of these people, with the loads that a caller wrote.

        Raises
        ------
        InvalidInput
            Naming the argument and whose load is no pair of whole numbers, fewest first.
        """
        low, high = _fewest_and_most(argument, side, load)
        for who, fewest, most in zip(side.ids, low, high, strict=True):
            _check(f"{argument} of {quoted(who)}", fewest, most)
        people = everybody.indices(side.ids).tolist()
        return cls(tuple(people), *(tuple(int(k) for k in part) for part in (low, high)))

    def places(self, n: int) -> Indices:
        """Return everybody's place on this side, -1 for others; (n,)."""
        at = np.full(n, -1, dtype=np.intp)
        at[self.index] = np.arange(len(self.people))
        return at


def _fewest_and_most(
    argument: str, side: Participants, load: Load
) -> tuple[list[float], list[float]]:
    if isinstance(load, Mapping):
        for who in load:
            _known(argument, side, who)
        named = [(f"{argument}[{quoted(who)}]", load.get(who, _UNNAMED)) for who in side.ids]
        pairs = [(name, _pair(name, given)) for name, given in named]
        parts = [[_each(name, pair[k], 1)[0] for name, pair in pairs] for k in (0, 1)]
        return parts[0], parts[1]
    low, high = _pair(argument, load)
    return _each(f"{argument}[0]", low, len(side)), _each(f"{argument}[1]", high, len(side))


def _known(argument: str, side: Participants, who: Id) -> None:
    try:
        side.index(who)
    except InvalidInput as error:
        raise InvalidInput(f"{argument}: {error}") from None


def _pair(name: str, load: object) -> tuple[npt.ArrayLike, npt.ArrayLike]:
    """Return the two parts of a load."""
    if not isinstance(load, tuple | list) or len(load) != 2:
        raise InvalidInput(
            f"{name} = {load!r}: must be (fewest, most) partners, such as (0, 3), or a mapping of"
            " ids to such pairs"
        )
    return load[0], load[1]


def _each(name: str, counts: npt.ArrayLike, n: int) -> list[float]:
    """Return one number for each of n people."""
    try:
        array = np.asarray(counts, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(f"{name} = {counts!r}: must be a number, or one for each") from None
    if array.ndim > 1 or (array.ndim == 1 and len(array) != n):
        raise InvalidInput(f"{name} has shape {array.shape}: must be a number, or {n:,} of them")
    return [float(k) for k in np.broadcast_to(array, n)]


def _check(name: str, low: float, high: float) -> None:
    if not (0 <= low < 2**31 and 0 <= high < 2**31 and low == int(low) and high == int(high)):
        raise InvalidInput(f"{name} = ({low:g}, {high:g}): must be whole numbers >= 0")
    if low > high:
        raise InvalidInput(
            f"{name} = ({low:g}, {high:g}): the fewest must not be above the most; swap them, or"
            " raise the most"
        )
