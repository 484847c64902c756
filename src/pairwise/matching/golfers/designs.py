"""Schedules without repeats that algebra gives at once."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from pairwise.matching.golfers.fields import field_tables, prime_power

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_FIELD = 512


def round_robin(n: int) -> NDArray[np.int32]:
    """Return the n - 1 rounds of pairs of n people, n even: one sits, the others go round."""
    turn = np.arange(n - 1)
    seats = (turn[:, None] + turn[None, :]) % (n - 1)
    partner_turn = np.minimum(turn, n - 1 - turn)
    label = np.zeros((n - 1, n), dtype=np.int32)
    np.put_along_axis(label, seats, np.broadcast_to(partner_turn, seats.shape), axis=1)
    return label


def lines(groups: int, size: int) -> NDArray[np.int32] | None:
    """Return `groups` rounds (or one more) where that is a prime power >= `size`; else None.

    People are points (x, y), y in the field and x in `size` of its elements; the groups of round a
    are the lines y = a x + b [bose1938]_. Where `size` divides the number of groups, those with
    equal x, who have not met, make a last round.
    """
    if not size <= groups <= _MOST_FIELD or prime_power(groups) is None:
        return None
    plus, times = field_tables(groups)
    minus = np.argsort(plus, axis=1)  # minus[a, c] = b with a + b = c
    x, y = np.divmod(np.arange(groups * size), groups)
    rounds = [minus[times[a, x], y] for a in range(groups)]
    if groups % size == 0:
        rounds.append(np.arange(groups * size) // size)
    return np.array(rounds, dtype=np.int32)


_OCTAVE = ((0, 0, 0), (1, 2, 3), (2, 3, 4), (3, 5, 6), (4, 1, 7), (5, 7, 2))


def eight_fours() -> NDArray[np.int32]:
    """Return ten rounds of 32 people in eight groups of four, which is as many as there can be.

    People are (o, x), o in 0 ... 3 and x three bits; adding bits keeps every round. Six rounds
    are the translates of (0, 0), (1, b), (2, c), (3, d) with the triples above. Each two of o are
    left with two differences, y and y + t, where t = s_i + s_j: three rounds of groups
    {(i, x), (i, x + t), (j, x + y), (j, x + y + t)}. Last, the cosets of subgroups that hold none
    of the t of their o.
    """
    steps: list[tuple[int, ...]] = [(0, *triple) for triple in _OCTAVE]
    rounds = [[[8 * o + (step[o] ^ z) for o in range(4)] for z in range(8)] for step in steps]
    s = (0, 1, 2, 4)
    for i, j in ((0, 1), (0, 2), (0, 3)):
        k, m = sorted({1, 2, 3} - {j})
        rounds.append(_crossed(steps, i, j, s[i] ^ s[j]) + _crossed(steps, k, m, s[k] ^ s[m]))
    masks = (7, 1, 2, 4)
    rounds.append(
        [
            [8 * o + x for x in range(8) if (x & mask).bit_count() % 2 == side]
            for o, mask in enumerate(masks)
            for side in (0, 1)
        ]
    )
    return np.array([_labelled(groups) for groups in rounds], dtype=np.int32)


def _crossed(steps: list[tuple[int, ...]], i: int, j: int, t: int) -> list[list[int]]:
    y = min(set(range(8)) - {step[i] ^ step[j] for step in steps})
    starts = [x for x in range(8) if x < x ^ t]
    return [[8 * i + x, 8 * i + (x ^ t), 8 * j + (x ^ y), 8 * j + (x ^ y ^ t)] for x in starts]


def _labelled(groups: list[list[int]]) -> NDArray[np.int32]:
    label = np.empty(sum(map(len, groups)), dtype=np.int32)
    for g, members in enumerate(groups):
        label[members] = g
    return label


def known(groups: int, size: int) -> NDArray[np.int32] | None:
    """Return the longest schedule known here for groups of one size, None where none is."""
    if size == 2:
        return round_robin(2 * groups)
    if (groups, size) == (8, 4):
        return eight_fours()
    return lines(groups, size)


def without(label: NDArray[np.int32], absent: int) -> NDArray[np.int32] | None:
    """Return the schedule with `absent` people gone who never meet; None where none are found.

    So no group loses more than one, and sizes stay as even as can be. Greedy from everybody.
    """
    apart = ~(label[:, :, None] == label[:, None, :]).any(axis=0)
    for start in range(label.shape[1]):
        gone = _never_met(apart, start, absent)
        if len(gone) == absent:
            return np.delete(label, gone, axis=1)
    return None


def _never_met(apart: NDArray[np.bool_], start: int, most: int) -> list[int]:
    """Return up to `most` people of whom no two have met, those who leave most choice first."""
    gone, open_to_all = [start], apart[start].copy()
    while len(gone) < most and open_to_all.any():
        choice = apart[:, open_to_all].sum(axis=1)
        gone.append(int(np.where(open_to_all, choice, -1).argmax()))
        open_to_all &= apart[gone[-1]]
    return gone


def repeats(label: NDArray[np.int32], met: NDArray[np.int32] | None = None) -> int:
    """Count meetings of pairs who met before: the sum over pairs of c (c - 1) / 2, c meetings.

    Parameters
    ----------
    label : int array (rounds, n)
    met : int array (n, n), optional
        Meetings before; those among them are not counted.
    """
    n = label.shape[1]
    total = 0
    count = np.zeros((n, n), dtype=np.int64) if met is None else met.astype(np.int64)
    for row in label:
        together = np.triu(row[:, None] == row[None, :], 1)
        total += int(count[together].sum())
        count += together | together.T
    return total


def most_rounds(n: int, sizes: list[int]) -> int:
    """Return a number of rounds without repeats that no schedule exceeds.

    Everybody meets at least the smallest size less one new people a round; all meetings together
    are at most all pairs; and of a group larger than the number of groups, two meet again.
    """
    met = sum(size * (size - 1) // 2 for size in sizes)
    by_pairs = n * (n - 1) // 2 // max(met, 1)
    if len(sizes) < max(sizes):
        return 1
    return min(by_pairs, (n - 1) // max(min(sizes) - 1, 1))


def pair_classes(
    turns: int, orbits: int, fixed: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the classes of pairs under a cyclic symmetry, and how often each has met already.

    The symmetry moves person ``turns * o + x`` to ``turns * o + (x + 1) % turns`` and keeps the
    last `fixed` people. A class whose pairs would meet again in a later turn counts as met.
    """
    n = turns * orbits + fixed
    code: dict[tuple[int, ...], int] = {}
    table, met = np.zeros((n, n), dtype=np.int32), list[int]()
    for a, b in combinations(range(n), 2):
        key, again = _class_of(a, b, turns, turns * orbits)
        if key not in code:
            code[key] = len(met)
            met.append(int(again))
        table[a, b] = table[b, a] = code[key]
    return table, np.array(met, dtype=np.int32)


def _class_of(a: int, b: int, turns: int, moving: int) -> tuple[tuple[int, ...], bool]:
    if a >= moving:
        return (a, b), turns > 1
    if b >= moving:
        return (a // turns, b), False
    step = (b - a) % turns
    if a // turns == b // turns:
        step = min(step, turns - step)
        return (a // turns, a // turns, step), 2 * step == turns
    return (a // turns, b // turns, step, 0), False


def turned(base: NDArray[np.int32], turns: int, orbits: int) -> NDArray[np.int32]:
    """Return all rounds that `base` (rounds, n) makes under the symmetry of `pair_classes`."""
    n = base.shape[1]
    image = np.arange(n)
    moving = image[: turns * orbits].reshape(orbits, turns)
    image[: turns * orbits] = np.roll(moving, -1, axis=1).ravel()
    rounds, who = [], np.arange(n)
    for _ in range(turns):
        moved = np.empty_like(base)
        moved[:, who] = base
        rounds.append(moved)
        who = image[who]
    return np.concatenate(rounds)
