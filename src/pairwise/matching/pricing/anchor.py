"""What a pass over all pairs told, and what follows for pairs outside the kept ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pairwise import _kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pairwise.matching.pricing.potentials import Family, Potentials
    from pairwise.matching.pricing.weights import Floats, Ints

_ROWS = 1 << 13  # people whose kept pairs are looked at at once


@dataclass(frozen=True)
class Movement:
    """How duals stand to an anchor's potentials, in score units.

    Attributes
    ----------
    moved : float array (n,)
        Dual less potential.
    lost : float array (n,)
        No pair of a person has less in common by more than this.
    """

    moved: NDArray[np.float64]
    lost: NDArray[np.float64]


@dataclass(frozen=True)
class Anchor:
    """The best pairs of everybody, by score less potentials.

    Attributes
    ----------
    keys, partners : arrays (n, slots)
        Score less potentials, descending; -1 where a slot is free.
    potentials : Potentials
        What was taken off.
    family : Family
        The duals that the potentials were made of.
    threshold, ceiling : float32 arrays (n,)
        No key outside the slots is above the threshold, none at all above the ceiling.
    error : float
        Bound on the error of a key.
    """

    keys: Floats
    partners: Ints
    potentials: Potentials
    family: Family
    threshold: Floats
    ceiling: Floats
    error: float

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.keys)

    @property
    def slots(self) -> int:
        """Number of pairs kept for everybody."""
        return int(self.keys.shape[1])

    @cached_property
    def _groups(self) -> Ints:
        return self.potentials.groups()

    @cached_property
    def _sets(self) -> _kernel.SetPotential:
        return self.potentials.of_sets()

    def first(self, count: int, equals: int) -> tuple[Ints, Ints]:
        """Return the first few kept pairs of everybody, of equal keys only some."""
        same = self.keys[:, 1:] >= self.keys[:, :-1] - self.error
        rank: Ints = np.zeros_like(self.partners)
        for slot in range(1, self.slots):
            rank[:, slot] = (rank[:, slot - 1] + 1) * same[:, slot - 1]
        fits = (rank < equals) & (self.partners >= 0)
        fits &= np.cumsum(fits, axis=1, dtype=np.int32) <= count
        i, place = np.nonzero(fits)
        return i.astype(np.int32), self.partners[i, place]

    def movement(self, own: NDArray[np.float64], now: Family, unit: float) -> Movement:
        """Return how duals of people (in score units) and of sets (in units) stand to this."""
        before = self.family
        gone = _kernel.lost_in_common(before.parents, before.set_duals, now.parents, now.set_duals)
        moved = own - self.potentials.own.astype(np.float64)
        lost = gone[: self.n].astype(np.float64)
        lost *= unit
        return Movement(moved, lost)

    def outside(self, movement: Movement, most: int) -> tuple[Ints, Ints, Ints]:
        """Return pairs outside the slots that duals may not cover, and rows with too many."""
        threshold = self.threshold + np.float32(self.error)
        i, j, heavy = _kernel.unpooled_suspects(
            threshold, movement.moved, self._groups, movement.lost, most
        )
        return i, j, heavy

    def kept(self, movement: Movement) -> Iterator[tuple[Ints, Ints, NDArray[np.float64]]]:
        """Yield the pairs in the slots that duals may not cover, and their largest possible score.

        Some rows at a time; most pairs come from both ends.
        """
        moved, lost = movement.moved, movement.lost
        own = self.potentials.own
        for rows in (slice(k, k + _ROWS) for k in range(0, self.n, _ROWS)):
            partners, keys = self.partners[rows], self.keys[rows]
            reach = moved[partners]
            reach += moved[rows, None]
            reach -= np.minimum(lost[partners], lost[rows, None])
            person, slot = np.nonzero((reach < keys + self.error) & (partners >= 0))
            i, j = (person + rows.start).astype(np.int32), partners[person, slot]
            most = keys[person, slot] + np.float64(self.error) + own[i]
            most += own[j]
            most += self._sets.of_pairs(i, j)
            yield i, j, most

    def needed(self, keys: Floats, movement: Movement) -> NDArray[np.float64]:
        """Return by how much duals must rise to cover pairs whose keys are at most these."""
        beyond = np.maximum(keys, -2.0).astype(np.float64) + self.error
        need: NDArray[np.float64] = (beyond + movement.lost) / 2 - movement.moved
        return need
