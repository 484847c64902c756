"""Several rounds of pairs without repeats, one exact matching each, and a bound over all seasons.

Each round is the maximum-weight matching on the pairs that have not met, largest number of pairs
first; that is how round robins are scheduled when weights differ. The bound is the linear
relaxation over whole seasons: nobody has more partners than rounds, and no pair counts twice. Its
dual is an assignment of the people to themselves with capacities, solved exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InfeasibleError, InvalidInput, VerificationError
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.general_sources import element_type, power_of_two_scale
from pairwise.matching.rounds.bound import SeasonBound, season_bound
from pairwise.matching.rounds.schedule import Schedule, pair_sum

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    from pairwise.matching.rounds.schedule import Fixed, Mask, Units

_MOST = 10_000


@dataclass(frozen=True)
class Rotation:
    """Rounds of pairs in which nobody meets twice.

    Attributes
    ----------
    mates : int array (rounds, n)
        Partner of each person in each round, -1 if alone or absent.
    weight : float or int
        Sum of the weights of all pairs.
    bound : float or int
        No season with as many pairs weighs more.
    alone : int array (n,)
        In how many rounds each person was present and had no partner.
    """

    mates: NDArray[np.int32]
    weight: float
    bound: float
    alone: NDArray[np.int64]
    proof: SeasonBound = field(repr=False)
    _units: Units = field(repr=False)
    _scale: float = field(repr=False)

    @property
    def gap(self) -> float:
        """(bound - weight) / bound; 0 when proven best."""
        return float((self.bound - self.weight) / abs(self.bound)) if self.bound else 0.0

    def verify(self) -> None:
        """Check that pairs are mutual, allowed and new, and weight and bound; O(rounds x n + n^2).

        Raises
        ------
        VerificationError
            Naming what is false.
        """
        n = self.mates.shape[1]
        met = np.zeros((n, n), dtype=np.bool_)
        total = 0
        for number, mate in enumerate(self.mates):
            i = np.flatnonzero(mate >= 0)
            if not np.array_equal(mate[mate[i]], i):
                raise VerificationError(f"mates[{number}]: is not mutual")
            if met[i, mate[i]].any() or (self._units[i, mate[i]] == NOT_ALLOWED).any():
                raise VerificationError(f"mates[{number}]: holds a pair that met or may not meet")
            met[i, mate[i]] = True
            total += int(self._units[i, mate[i]].sum())
        if total != round(2 * self.weight * self._scale):
            raise VerificationError(f"weight = {self.weight}: is not the sum over the pairs")
        self.proof.check(self._units)
        if self.proof.places != int((self.mates >= 0).sum()):
            raise VerificationError("bound: is about another number of pairs")
        if (self.proof.certificate.row_loads.high[:n] < (self.mates >= 0).sum(axis=0)).any():
            raise VerificationError("bound: is about fewer rounds")
        if self.bound * self._scale < max(self.proof.bound_q, total // 2):
            raise VerificationError(f"bound = {self.bound}: the duals prove less")


def rotation(
    weights: ArrayLike,
    rounds: int,
    *,
    present: ArrayLike | None = None,
    met: ArrayLike | None = None,
    fixed: Iterable[Fixed] = (),
    missed: ArrayLike | None = None,
    evenness: float = 0.0,
    seed: int = 0,
    time_limit: float | None = None,
) -> Rotation:
    """Return rounds of pairs without repeats: most pairs in each round, then most weight.

    Parameters
    ----------
    weights : array (n, n)
        Symmetric, float or integer; higher is better. NaN or -inf: the two may not meet. The
        diagonal is not read.
    rounds : int
        How many, >= 1; at most n - 1, or n when n is odd.
    present : bool array (rounds, n), optional
        Who takes part in which round; everybody in all of them if None.
    met : bool array (n, n), optional
        Pairs that have met before.
    fixed : iterable of (round, i, j)
        Pairs that must meet in a round, counted from 0.
    missed : int array (n,), optional
        How often each person was left out before.
    evenness : float
        How strongly those who had less so far come first in later rounds, from 0 (only the total
        counts) to 1.
    seed : int
        Draws the order in which further tries break ties, where a round cannot be filled.
    time_limit : float, optional
        Seconds after which no further try is begun.

    Returns
    -------
    Rotation
        Being left out is shared evenly: nobody twice while somebody present has not been.

    Raises
    ------
    InvalidInput
        A wrong shape, +inf, or weights that are not symmetric.
    InfeasibleError
        More rounds than partners, or fixed pairs that contradict each other.

    Notes
    -----
    One exact matching a round, see `max_weight_matching`, and one assignment for the bound. With
    all pairs allowed and nothing fixed every round is full: where the rounds before leave no
    full round, the circle method does it [kirkman1847]_.

    Examples
    --------
    >>> from pairwise import matching
    >>> weights = [[abs(i - j) for j in range(6)] for i in range(6)]
    >>> season = matching.rotation(weights, 3)
    >>> season.mates[1:].tolist()
    [[4, 5, 3, 2, 0, 1], [3, 4, 5, 0, 1, 2]]
    >>> season.weight, season.bound
    (27, 27)
    >>> season.verify()
    """
    units, scale, whole = _in_units(weights)
    here = _present(present, rounds, len(units))
    schedule = Schedule(units, here, _met(met, len(units)), tuple(fixed), missed, evenness, seed)
    mates = schedule.solve(time_limit)
    alone = ((mates < 0) & here).sum(axis=0)
    proof = season_bound(units, here.sum(axis=0), int((mates >= 0).sum()), int(alone.sum()))
    total = pair_sum(units, mates)
    bound = max(proof.bound_q, total)
    return Rotation(
        mates=mates,
        weight=total if whole else total / scale,
        bound=bound if whole else bound / scale,
        alone=alone,
        proof=proof,
        _units=units,
        _scale=scale,
    )


def _in_units(weights: ArrayLike) -> tuple[Units, float, bool]:
    array = np.asarray(weights)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise InvalidInput(f"weights: must be a square matrix, has shape {array.shape}")
    if len(array) > _MOST:
        raise InvalidInput(f"weights: {len(array):,} people; the limit is {_MOST:,}")
    values = array.astype(element_type("weights", array))
    whole = values.dtype == np.int64
    allowed = np.ones(values.shape, dtype=np.bool_)
    allowed = values > -np.inf if not whole else values != NOT_ALLOWED
    np.fill_diagonal(allowed, val=False)
    plain = np.where(allowed, values, 0)
    if not np.array_equal(plain, plain.T) or not np.array_equal(allowed, allowed.T):
        i, j = np.argwhere((plain != plain.T) | (allowed != allowed.T))[0].tolist()
        raise InvalidInput(
            f"weights[{i}, {j}]: must be symmetric; decide how the two directions become one,"
            " for example (w + w.T) / 2"
        )
    largest = float(np.abs(plain).max(initial=0.0))
    if not np.isfinite(largest):
        raise InvalidInput("weights: +inf is no weight; use fixed= for pairs that must meet")
    scale = 1.0 if whole else power_of_two_scale(largest, len(array)) / 2**8
    units = plain if whole else np.rint(plain * scale).astype(np.int64)
    return np.where(allowed, units, NOT_ALLOWED), scale, whole


def _present(present: ArrayLike | None, rounds: int, n: int) -> Mask:
    if rounds < 1:
        raise InvalidInput(f"rounds={rounds!r}: must be a whole number >= 1")
    most = n - 1 + n % 2
    if present is None:
        if rounds > most:
            raise InfeasibleError(
                [
                    f"rounds={rounds}: {n} people can meet in {most} rounds without repeats;"
                    f" use rounds={most}"
                ]
            )
        return np.ones((rounds, n), dtype=np.bool_)
    mask = np.asarray(present, dtype=np.bool_)
    if mask.shape != (rounds, n):
        raise InvalidInput(f"present: must have shape ({rounds}, {n}), has {mask.shape}")
    return mask


def _met(met: ArrayLike | None, n: int) -> Mask:
    if met is None:
        return np.zeros((n, n), dtype=np.bool_)
    mask = np.array(met, dtype=np.bool_)
    if mask.shape != (n, n):
        raise InvalidInput(f"met: must have shape ({n}, {n}), has {mask.shape}")
    either: Mask = mask | mask.T
    return either
