"""Why minimum loads cannot be met: a set whose demands exceed what its partners can take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pairwise.matching.loads import Counts

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Shortage:
    """A set of nodes of one side that together need more than there is [hall1935]_.

    Attributes
    ----------
    side : str
        ``"row"`` or ``"col"``: where the members stand.
    members : int array
        Nodes that together need too much, ascending.
    partners : int array
        Nodes of the other side that the members share, ascending.
    needed : int
        Sum of what the members need.
    available : int
        What can be had at most: what `partners` take, and pairs of members beyond `partners`.
    """

    side: str
    members: Indices
    partners: Indices
    needed: int
    available: int

    @property
    def sentence(self) -> str:
        """Who needs what, what there is, and what to relax; by index."""
        here, there = ("rows", "columns") if self.side == "row" else ("columns", "rows")
        return (
            f"{here} {_shown(self.members)} need {self.needed} pairs together, but only "
            f"{self.available} can be had, with {there} {_shown(self.partners)}; "
            f"raise the capacity of those {there}, lower the minimum of those {here}, "
            "or allow more pairs"
        )

    def smallest(
        self,
        pairs: tuple[Indices, Indices],
        needs: tuple[Counts, Counts],
        high: tuple[Counts, Counts],
    ) -> Shortage:
        """Return a shortage of which no member can be spared, made of these members.

        Parameters are those of `find_shortage`. Cost O(pairs of the members) a pass.
        """
        side = 0 if self.side == "row" else 1
        here, there, room = pairs[side], pairs[1 - side], high[1 - side]
        own = {v: there[here == v] for v in self.members.tolist()}
        met = np.bincount(np.concatenate(list(own.values())), minlength=len(room))
        needed = {v: int(needs[side][v]) for v in own}
        lack = sum(needed.values()) - int(np.minimum(met, room).sum())
        for v in sorted(own, key=lambda one: (needed[one], -len(own[one]), -one)):
            spared = lack - needed[v] + int((met[own[v]] <= room[own[v]]).sum())
            if spared > 0 and len(own) > 1:
                met[own.pop(v)] -= 1
                lack = spared
        members = np.array(sorted(own), dtype=np.int64)
        need = sum(needed[v] for v in own)
        return Shortage(self.side, members, np.flatnonzero(met), need, need - lack)


def _shown(nodes: Indices) -> str:
    more = ", ..." if len(nodes) > 20 else ""
    return "{" + ", ".join(map(str, nodes[:20].tolist())) + more + "}"


def find_shortage(
    pairs: tuple[Indices, Indices],
    used: NDArray[np.bool_],
    needs: tuple[Counts, Counts],
    high: tuple[Counts, Counts],
) -> Shortage | None:
    """Return a shortage behind the first unmet need; None when all needs are met.

    Parameters
    ----------
    pairs
        All allowed (row, column) pairs, two arrays (m,).
    used
        Which of them an assignment uses that meets as many needs as can be; (m,).
    needs, high
        Fewest and most pairs of each row and each column.

    Notes
    -----
    Everybody is taken who can be reached from the unmet need by swapping unused for used pairs;
    nobody there has anything to spare. O(m) a step, as many steps as the path is long.
    """
    for side in (0, 1):
        here, there = pairs[side], pairs[1 - side]
        load = np.bincount(here[used], minlength=len(needs[side]))
        short = np.flatnonzero(load < needs[side])
        if len(short):
            members, partners = _reach(here, there, used, int(short[0]), len(high[1 - side]))
            return _shortage(
                side, here, there, members[: len(high[side])], partners, needs[side], high[1 - side]
            )
    return None


def _reach(
    here: Indices, there: Indices, used: NDArray[np.bool_], start: int, others: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark who is reached from `start` over unused pairs, and back over used ones."""
    members = np.zeros(max(int(here.max(initial=-1)), start) + 1, dtype=np.bool_)
    partners = np.zeros(others, dtype=np.bool_)
    members[start] = True
    before = 0
    while before < (before := int(members.sum() + partners.sum())):
        partners[there[members[here] & ~used]] = True
        members[here[partners[there] & used]] = True
    return members, partners


def _shortage(
    side: int,
    here: Indices,
    there: Indices,
    members: NDArray[np.bool_],
    partners: NDArray[np.bool_],
    needs: Counts,
    high: Counts,
) -> Shortage:
    chosen = np.flatnonzero(members)
    beyond = int((members[here] & ~partners[there]).sum())
    return Shortage(
        side="row" if side == 0 else "col",
        members=chosen,
        partners=np.flatnonzero(partners),
        needed=int(needs[chosen].sum()),
        available=int(high[partners].sum()) + beyond,
    )
