"""A bound over all seasons: nobody has more partners than rounds, no pair counts twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pairwise.matching.bipartite import assignment
from pairwise.matching.certificate import NOT_ALLOWED

if TYPE_CHECKING:
    from pairwise.matching.bipartite_certificate import AssignmentCertificate

Units = NDArray[np.int64]


@dataclass(frozen=True)
class SeasonBound:
    """Why no season of pairs is worth more: capacities on everybody's number of partners.

    Attributes
    ----------
    certificate : AssignmentCertificate
        Duals of the assignment of people to themselves, each with at most as many partners as
        rounds they are present; pairs count from both ends.
    places : int
        How many places of all rounds are filled.
    left_out : int
        How often somebody is left out; each time is a bye, worth nothing, beside the people.
    partners : int
        Partners that each place brings: one in pairs, ``size - 1`` in circles.
    """

    certificate: AssignmentCertificate
    places: int
    left_out: int = 0
    partners: int = 1

    @property
    def bound_q(self) -> int:
        """Upper bound on the worth of every season that fills as many places, in units."""
        pairs = (self.places + 2 * self.left_out) * self.partners
        return self.certificate.bound(pairs) // (2 * self.partners)

    def check(self, weights: Units) -> None:
        """Check the duals against the weights of all pairs; O(n^2).

        Raises
        ------
        VerificationError
            When more is above the duals than claimed.
        """
        table = with_byes(weights, self.left_out * self.partners)
        self.certificate.check(lambda rows: table[rows])


def season_bound(
    units: Units, capacity: NDArray[np.int64], places: int, left_out: int, partners: int = 1
) -> SeasonBound:
    """Return the bound over all seasons in which person i has `capacity[i]` rounds.

    A season that could fill more places than it does, or leaves out many, gets the weaker bound
    over seasons of any number of places.
    """
    byes = left_out * partners
    if byes <= len(units):
        table = with_byes(units, byes)
        loads = np.concatenate([capacity * partners, np.ones(byes, dtype=np.int64)])
        answer = assignment(table, _fitting(loads, table), _fitting(loads, table))
        if len(answer.rows) == (places + 2 * left_out) * partners:
            return SeasonBound(answer.certificate, places, left_out, partners)
    table = with_byes(units, 0)
    loads = _fitting(capacity * partners, table)
    answer = assignment(table, loads, loads, cardinality="any")
    return SeasonBound(answer.certificate, places, 0, partners)


def with_byes(units: Units, byes: int) -> Units:
    """Return the weights without the diagonal, and with so many byes that anybody may take."""
    n = len(units)
    table = np.full((n + byes, n + byes), NOT_ALLOWED)
    table[:n, :n] = units
    table[np.arange(n), np.arange(n)] = NOT_ALLOWED
    table[n:, :n] = table[:n, n:] = 0
    return table


def _fitting(loads: NDArray[np.int64], table: Units) -> NDArray[np.int64]:
    fitting: NDArray[np.int64] = np.minimum(loads, (table != NOT_ALLOWED).sum(axis=1))
    return fitting
