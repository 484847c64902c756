"""A schedule of rounds, with what it claims about repeats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import VerificationError, listed

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class GolferSchedule:
    """Rounds of groups with as few repeated meetings as were found.

    Attributes
    ----------
    label : int array (rounds, n)
        Group of everybody, round by round.
    repeats : int
        Sum over pairs of c (c - 1) / 2 for c meetings: 0 means that nobody meets anybody twice.
    most_rounds : int
        No schedule without repeats has more rounds.
    method : str
        What made it: "design", "symmetry" or "search".
    complete : bool
        False only if stopped by the time limit or Ctrl-C.
    """

    label: NDArray[np.int32]
    repeats: int
    most_rounds: int
    method: str
    complete: bool
    _sizes: tuple[int, ...] = field(repr=False)
    _met: NDArray[np.int32] | None = field(repr=False, default=None)

    @property
    def rounds(self) -> tuple[tuple[tuple[int, ...], ...], ...]:
        """Members of every group, round by round, ascending."""
        return tuple(
            tuple(sorted(tuple(np.flatnonzero(row == g).tolist()) for g in set(row.tolist())))
            for row in self.label
        )

    def verify(self) -> None:
        """Check sizes and repeats meeting by meeting; raises VerificationError.

        Cost O(rounds n size).
        """
        met: dict[tuple[int, int], int] = {}
        if self._met is not None:
            met = {(i, j): int(self._met[i, j]) for i, j in np.argwhere(np.triu(self._met, 1))}
        again = 0
        for number, groups in enumerate(self.rounds):
            sizes = sorted(map(len, groups))
            if sizes != sorted(self._sizes):
                raise VerificationError(
                    f"round {number} has groups of {listed(sizes)}, not of {listed(self._sizes)}"
                )
            for group in groups:
                for pair in ((i, j) for i in group for j in group if i < j):
                    again += met.get(pair, 0)
                    met[pair] = met.get(pair, 0) + 1
        if again != self.repeats:
            raise VerificationError(f"{self.repeats} repeats are claimed, there are {again}")
