"""Schedules in which nobody meets anybody twice: designs, symmetry, search, and false claims."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwise import matching
from pairwise.errors import InvalidInput, VerificationError
from pairwise.matching.golfers.fields import field_tables


def naive_repeats(schedule, met=None):
    """Count meetings of people who met before, pair by pair."""
    n = schedule.label.shape[1]
    total = 0
    for i, j in combinations(range(n), 2):
        before = 0 if met is None else int(met[i, j])
        here = int((schedule.label[:, i] == schedule.label[:, j]).sum())
        total += sum(range(before, before + here))
    return total


@pytest.mark.parametrize(
    ("n", "size", "rounds"),
    [
        (32, 4, 10),
        (16, 4, 5),
        (9, 3, 4),
        (15, 3, 7),
        (28, 4, 9),
        (10, 2, 9),
        (25, 5, 6),
        (20, 4, 5),
        (30, 4, 8),
    ],
)
def test_known_lengths_are_reached(n, size, rounds):
    """As many rounds as the literature knows for these, without a repeat."""
    found = matching.social_golfer(n, size, rounds)
    found.verify()
    assert len(found.rounds) == rounds
    assert found.repeats == naive_repeats(found) == 0


@pytest.mark.parametrize(("n", "size", "rounds"), [(32, 4, 10), (15, 3, 7), (8, 2, 7), (12, 4, 1)])
def test_longest_without_repeats(n, size, rounds):
    """Without `rounds` as many come as no schedule exceeds."""
    found = matching.social_golfer(n, size)
    found.verify()
    assert found.repeats == 0
    assert len(found.rounds) == found.most_rounds == rounds


@given(
    n=st.integers(4, 14),
    size=st.integers(2, 4),
    rounds=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_every_round_is_a_partition_of_even_sizes(n, size, rounds, seed):
    """Everybody sits in one group of a size next to the one asked; repeats are counted right."""
    found = matching.social_golfer(n, size, rounds, moves=200, seed=seed)
    found.verify()
    assert found.label.shape == (rounds, n)
    for row in found.label:
        sizes = np.bincount(row)
        assert sizes.min() >= 2
        assert sizes.max() - sizes.min() <= 1
    assert found.repeats == naive_repeats(found)


def test_history_counts():
    """People who met before are kept apart, and met again only where it must be."""
    first = matching.social_golfer(16, 4, 3)
    met = (first.label[:, :, None] == first.label[:, None, :]).sum(axis=0)
    np.fill_diagonal(met, 0)
    more = matching.social_golfer(16, 4, 1, met=met)
    more.verify()
    assert more.repeats == naive_repeats(more, met) == 0


def test_seed_and_budget_decide():
    """The same call gives the same schedule."""
    runs = [matching.social_golfer(14, 4, 5, moves=500, seed=3).label for _ in range(2)]
    assert np.array_equal(*runs)


def test_time_limit_is_kept():
    """A hopeless search stops and says so."""
    found = matching.social_golfer(20, 5, 30, moves=10**9, time_limit=0.2)
    assert not found.complete
    found.verify()


@pytest.mark.parametrize("q", [2, 3, 4, 8, 9, 25])
def test_fields_are_fields(q):
    """Sums and products are groups, and products spread over sums."""
    plus, times = field_tables(q)
    everything = set(range(q))
    assert all(set(row) == everything for row in plus.tolist())
    assert all(set(row) == everything - {0} for row in times[1:, 1:].tolist())
    a, b, c = np.ix_(range(q), range(q), range(q))
    assert np.array_equal(times[a, plus[b, c]], plus[times[a, b], times[a, c]])
    assert np.array_equal(times[a, times[b, c]], times[times[a, b], c])


def test_false_claims_are_caught():
    """A schedule with a repeat hidden, or groups of other sizes, is refused."""
    found = matching.social_golfer(16, 4, 5)
    hidden = found.label.copy()
    hidden[1] = hidden[0]
    with pytest.raises(VerificationError, match="repeats"):
        replace(found, label=hidden).verify()
    uneven = found.label.copy()
    uneven[0, 0] = (uneven[0, 0] + 1) % 4
    with pytest.raises(VerificationError, match="groups of"):
        replace(found, label=uneven).verify()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((1, 2, 1), "n=1"),
        ((8, 1, 1), "size=1"),
        ((8, 9, 1), "size=9"),
        ((8, 4, 0), "rounds=0"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    """The message names the argument."""
    with pytest.raises(InvalidInput, match=words):
        matching.social_golfer(*arguments)


@pytest.mark.parametrize("met", [np.zeros((3, 3)), np.zeros((4, 4)), -np.ones((4, 4), dtype=int)])
def test_bad_histories_are_named(met):
    """Counts must be whole, symmetric and of everybody."""
    with pytest.raises(InvalidInput, match="met"):
        matching.social_golfer(4, 2, 1, met=met)
