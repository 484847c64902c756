"""Rounds of circles without repeats: known schedules filled with people, or one by one."""

from __future__ import annotations

import time
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pairwise.errors import InfeasibleError
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.golfers import social_golfer
from pairwise.matching.partitions import partition

if TYPE_CHECKING:
    from collections.abc import Sequence

Units = NDArray[np.int64]
Mask = NDArray[np.bool_]
Groups = tuple[tuple[int, ...], ...]

_SWEEPS = 200


def circle_rounds(
    units: Units,
    present: Mask,
    met: Mask,
    fixed: dict[int, list[tuple[int, int]]],
    size: int,
    seed: int,
    time_limit: float | None,
) -> list[Groups]:
    """Return rounds of groups of `size` in which nobody meets twice.

    Two ways, of which the one worth more counts: round after round the best partition of those who
    have not met; and, where everybody is present and no pair is given, a whole schedule without
    repeats whose places are then exchanged while that gains.

    Parameters
    ----------
    units : int64 array (n, n)
        Symmetric; NOT_ALLOWED where two may not share a group.
    present : bool array (rounds, n)
    met : bool array (n, n)
        Who has met before.
    fixed : pairs that must share a group, by round
    size : int
        As even as possible where it does not divide the number of people.
    seed, time_limit
        As in `rotation`.

    Raises
    ------
    InfeasibleError
        Neither way finds rounds without repeats; says how many were found.
    """
    deadline = None if time_limit is None else time.monotonic() + time_limit
    allowed = (units != NOT_ALLOWED) & ~met
    ways = [_one_by_one(units, allowed, present, fixed, size, seed, deadline)]
    if present.all() and not fixed:
        ways.append(_from_schedule(units, allowed, len(present), size, seed, deadline))
    full = [rounds for rounds in ways if len(rounds) == len(present)]
    if not full:
        most = max(map(len, ways))
        raise InfeasibleError(
            [
                f"rounds={len(present)}: only {most} rounds of groups of {size} were found in which"
                f" nobody meets twice; use rounds={max(most, 1)}, smaller groups, or fewer rules"
            ]
        )

    def worth(rounds: list[Groups]) -> int:
        return sum(group_worth(units, group) for groups in rounds for group in groups)

    return max(full, key=worth)


def group_worth(units: Units, group: Sequence[int]) -> int:
    """Return what a group is worth: the sum of its pairs over one less than its size."""
    i, j = np.array(list(combinations(group, 2))).T
    return int(units[i, j].sum()) // (len(group) - 1)


def _one_by_one(
    units: Units,
    allowed: Mask,
    present: Mask,
    fixed: dict[int, list[tuple[int, int]]],
    size: int,
    seed: int,
    deadline: float | None,
) -> list[Groups]:
    """Partition round after round; as many rounds as can be had."""
    free, rounds = allowed.copy(), list[Groups]()
    for number, here in enumerate(present):
        people = np.flatnonzero(here)
        place = {person: k for k, person in enumerate(people.tolist())}
        weights = np.where(free, units.astype(np.float64), np.nan)[np.ix_(people, people)]
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        try:
            found = partition(
                weights,
                size,
                together=[(place[i], place[j]) for i, j in fixed.get(number, [])],
                exact=False,
                target_gap=1.0,
                seed=seed,
                time_limit=None if left is None else left / (2 * (len(present) - number)),
            )
        except InfeasibleError:
            return rounds
        groups = tuple(tuple(people[list(group)].tolist()) for group in found.groups)
        rounds.append(groups)
        _note(free, groups)
    return rounds


def _note(free: Mask, groups: Groups) -> None:
    for i, j in (pair for group in groups for pair in combinations(group, 2)):
        free[i, j] = free[j, i] = False


def _from_schedule(
    units: Units, allowed: Mask, rounds: int, size: int, seed: int, deadline: float | None
) -> list[Groups]:
    """Fill a schedule without repeats with the people that its places suit best."""
    left = None if deadline is None else max(0.0, deadline - time.monotonic())
    found = social_golfer(len(units), size, rounds, time_limit=left, seed=seed)
    if found.repeats:
        longest = social_golfer(len(units), size, None, time_limit=left, seed=seed)
        return list(longest.rounds)[: rounds - 1]
    seats = _seated(units, allowed, _meetings(found.rounds, len(units)), seed)
    moved = [
        tuple(sorted(tuple(sorted(int(seats[k]) for k in group)) for group in groups))
        for groups in found.rounds
    ]
    pairs = [pair for groups in moved for group in groups for pair in combinations(group, 2)]
    i, j = np.array(pairs).T
    return moved if allowed[i, j].all() else []


def _meetings(rounds: Sequence[Groups], n: int) -> NDArray[np.float64]:
    met = np.zeros((n, n))
    for i, j in (pair for groups in rounds for group in groups for pair in combinations(group, 2)):
        met[i, j] = met[j, i] = 1.0
    return met


def _seated(units: Units, allowed: Mask, met: NDArray[np.float64], seed: int) -> NDArray[np.intp]:
    """Return who takes which place: exchanged two by two while the meetings gain by it.

    An exchange of the people at places i and j gains ``C[i, j] + C[j, i] - C[i, i] - C[j, j] +
    2 met[i, j] w[i, j]`` with ``C = met @ w``, what each person would be worth at each place.
    """
    n = len(units)
    largest = float(np.abs(units[allowed]).max(initial=1))
    worth = np.where(allowed, units.astype(np.float64), -4.0 * n * largest)
    np.fill_diagonal(worth, 0.0)
    seats = np.random.default_rng(seed).permutation(n)
    for _ in range(_SWEEPS):
        weights = worth[np.ix_(seats, seats)]
        across = met @ weights
        own = np.diag(across)
        gain = across + across.T - own[:, None] - own[None, :] + 2 * met * weights
        if not _exchange(seats, gain, 1e-9 * largest):
            break
    return seats


def _exchange(seats: NDArray[np.intp], gain: NDArray[np.float64], least: float) -> bool:
    """Make the best exchange; say whether there was one."""
    best = int(gain.argmax())
    i, j = divmod(best, len(seats))
    if gain[i, j] <= least:
        return False
    seats[i], seats[j] = seats[j], seats[i]
    return True
