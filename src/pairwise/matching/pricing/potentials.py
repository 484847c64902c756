"""What a pass over pairs takes off their scores, to see which pairs duals do not cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from pairwise import _kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.matching.pricing.weights import Floats, Ints, Units


@dataclass(frozen=True)
class Potentials:
    """Potentials of n people, and of nested sets of them, in score units.

    Attributes
    ----------
    own : float32 array (n,)
        Taken off every score of a person.
    place : int32 array (n,)
        Where people stand in an order in which every set is a run; -1 if in none.
    meeting : float32 array (m,)
        What each place shares with the one before it, 0 if no set; a pair loses the least behind
        the first of both places up to the second.
    """

    own: Floats
    place: Ints
    meeting: Floats

    def __setstate__(self, state: dict[str, NDArray[Any]]) -> None:
        """Align arrays that came over a wire, as the kernel wants them."""
        aligned = {name: np.require(part, requirements="A") for name, part in state.items()}
        self.__dict__.update(aligned)

    @classmethod
    def flat(cls, n: int) -> Self:
        """Return those that take nothing off."""
        nobody = np.full(n, -1, dtype=np.int32)
        return cls(np.zeros(n, dtype=np.float32), nobody, np.zeros(0, dtype=np.float32))

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.own)

    @property
    def largest(self) -> float:
        """Largest number among them, regardless of sign."""
        own, sets = (float(np.abs(part).max(initial=0.0)) for part in (self.own, self.meeting))
        return max(own, sets)

    def error(self, of_scores: float) -> float:
        """Return a bound on the error of keys, given one on that of scores."""
        return of_scores + (1 + self.largest) * 2.0**-20

    def of_sets(self) -> _kernel.SetPotential:
        """Return what the sets take off, as the kernel wants it."""
        return _kernel.SetPotential(self.place, self.meeting)

    def groups(self) -> Ints:
        """Return by person a number that those share who share a set, -1 for no set; (n,)."""
        number = np.cumsum(self.meeting == 0, dtype=np.int32) - 1
        group = np.full(self.n, -1, dtype=np.int32)
        group[self.place >= 0] = number[self.place[self.place >= 0]]
        return group

    def among(self, people: Ints) -> Potentials:
        """Return those of some people, ascending."""
        place = self.place[people]
        inside = np.flatnonzero(place >= 0)
        inside = inside[np.argsort(place[inside])]
        new = np.full(len(people), -1, dtype=np.int32)
        new[inside] = np.arange(len(inside))
        at = place[inside]
        meeting = np.zeros(len(at), dtype=np.float32)
        if len(at) > 1:
            meeting[1:] = np.minimum.reduceat(self.meeting[: at[-1] + 1], at[:-1] + 1)
        return Potentials(self.own[people], new, meeting)


@dataclass(frozen=True)
class Family:
    """Duals of people and of the sets that hold them, as `Certificate` numbers them.

    Attributes
    ----------
    duals : int array (n,) or (n + 1,)
    parents : int array
    set_duals : int array
    """

    duals: Units
    parents: Ints
    set_duals: Units

    @classmethod
    def free(cls, duals: Units) -> Self:
        """Return duals of people and no sets."""
        nowhere = np.full(len(duals), -1, dtype=np.int32)
        return cls(duals, nowhere, np.zeros(0, dtype=np.int64))

    def potentials(self, own: NDArray[np.float64], unit: float) -> Potentials:
        """Return potentials of people as given, and of the sets in this unit."""
        place, meeting = _kernel.common_order(self.parents, self.set_duals)
        shared = (meeting * unit).astype(np.float32)
        return Potentials(own.astype(np.float32), place[: len(own)], shared)
