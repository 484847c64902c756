"""The kernel's choices and exchanges behind maximin assignments, against brute force."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwise import _kernel

EXAMPLES = settings(max_examples=60, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


def drawn(seed):
    """Return worth, shares with gaps, loads and a floor of a small table."""
    rng = np.random.default_rng(seed)
    rows, cols = rng.integers(1, 4), rng.integers(1, 8)
    worth = rng.normal(size=(rows, cols)).round(int(rng.integers(0, 3)))
    shares = rng.normal(size=(rows, cols)).round(int(rng.integers(0, 3)))
    shares[rng.random((rows, cols)) < 0.2] = -np.inf
    high = rng.integers(0, 4, rows).astype(np.int32)
    low = np.minimum(rng.integers(0, 3, rows), high).astype(np.int32)
    return worth, shares, low, high, round(float(rng.normal()), 1)


def all_choices(worth, shares, low, high, floor):
    """Return the worth of every choice of one row, best first."""
    open_to = np.flatnonzero(shares > -np.inf)
    sets = (list(s) for size in range(low, high + 1) for s in combinations(open_to, size))
    return sorted((worth[s].sum() for s in sets if shares[s].sum() >= floor), reverse=True)


@EXAMPLES
@given(SEEDS, st.integers(1, 5), st.sampled_from([0.0, 0.7, np.inf]))
def test_choices_are_the_best_there_are(seed, count, slack):
    """Bounds, values, members and what is called whole agree with all subsets of columns."""
    worth, shares, low, high, floor = drawn(seed)
    bound, whole, first, start, value, members = _kernel.best_choices(
        worth, shares, low, high, floor, count, slack, 10**6
    )
    for i in range(len(worth)):
        every = all_choices(worth[i], shares[i], low[i], high[i], floor)
        near = [one for one in every if one >= every[0] - slack]
        found = value[first[i] : first[i + 1]]
        assert bound[i] == pytest.approx(every[0]) if every else bound[i] == -np.inf
        assert found == pytest.approx(near[:count])
        assert not whole[i] or len(found) == len(near)
        assert whole[i] or len(found) == count
        for c in range(first[i], first[i + 1]):
            cols = members[start[c] : start[c + 1]]
            assert len(set(cols.tolist())) == len(cols)
            assert worth[i, cols].sum() == pytest.approx(value[c])
            assert shares[i, cols].sum() >= floor - 1e-9


@EXAMPLES
@given(SEEDS)
def test_few_steps_still_bound(seed):
    """A search that is cut short claims no less than the best, and not to be whole."""
    worth, shares, low, high, floor = drawn(seed)
    bound, whole, first, *_ = _kernel.best_choices(worth, shares, low, high, floor, 9, np.inf, 1)
    for i in range(len(worth)):
        every = all_choices(worth[i], shares[i], low[i], high[i], floor)
        assert not every or bound[i] >= every[0] - 1e-9
        assert not whole[i] or first[i + 1] - first[i] == len(every)


def test_rearranging_keeps_loads_and_raises_floor_then_sum():
    """Who holds what changes within loads; the smallest share rises to the target, then the sum."""
    rng = np.random.default_rng(1)
    shares = rng.random((20, 30))
    rows, cols = np.repeat(np.arange(20), 3).astype(np.int32), np.arange(60).astype(np.int32) % 30
    low, high = np.full(30, 1, np.int32), np.full(30, 3, np.int32)
    loads = np.full(20, 3, np.int32), low, high
    raised = _kernel.rearrange(shares, shares, *loads, rows, cols, (2.2, 0.0, 1.0, 500, 1))
    again = _kernel.rearrange(shares, shares, *loads, rows, cols, (2.2, 0.0, 1.0, 500, 1))
    larger = _kernel.rearrange(shares, shares, *loads, *raised, (2.2, 1.0, 1.0, 100, 1))
    assert (raised[1] == again[1]).all()
    assert shares[larger].sum() > shares[raised].sum() + 0.1
    for held, taken in (raised, larger):
        load = np.bincount(taken, minlength=30)
        assert (np.bincount(held) == 3).all()
        assert len(set(zip(held.tolist(), taken.tolist(), strict=True))) == 60
        assert (load >= low).all()
        assert (load <= high).all()
        assert np.bincount(held, shares[held, taken]).min() >= 2.2


@EXAMPLES
@given(SEEDS)
def test_rearranging_keeps_any_loads(seed):
    """Fewest and most, empty slots and pairs that are not allowed are kept; no floor falls."""
    rng = np.random.default_rng(seed)
    rows, cols = rng.integers(1, 5), rng.integers(1, 7)
    shares = rng.normal(size=(rows, cols)).round(1)
    held = rng.random((rows, cols)) < 0.5
    shares[~held & (rng.random((rows, cols)) < 0.2)] = -np.inf
    row_load, col_load = held.sum(1), held.sum(0)
    spare = np.minimum(rng.integers(0, 3, rows), cols - row_load)
    slots = np.append(held.nonzero()[0], np.repeat(np.arange(rows), spare)).astype(np.int32)
    taken = np.append(held.nonzero()[1], np.full(spare.sum(), -1)).astype(np.int32)
    low = [(load - rng.integers(0, 2, len(load))).clip(0) for load in (row_load, col_load)]
    high = col_load + rng.integers(0, 2, cols)
    loads = [one.astype(np.int32) for one in (*low, high)]
    settings = (1.0, 0.0, 1.0, 20, seed)
    found = _kernel.rearrange(shares, shares, *loads, slots, taken, settings)
    used = found[1] >= 0
    after = np.zeros((rows, cols), dtype=int)
    np.add.at(after, (found[0][used], found[1][used]), 1)
    assert after.max(initial=0) <= 1
    assert np.isfinite(shares[after > 0]).all()
    assert (after.sum(1) >= low[0]).all()
    assert (after.sum(1) <= row_load + spare).all()
    assert ((after.sum(0) >= low[1]) & (after.sum(0) <= high)).all()
    floors = [np.where(one, shares, 0.0).sum(1).min() for one in (held, after > 0)]
    assert floors[1] >= floors[0] - 1e-9


def test_misuse_is_named():
    """Tables of other shapes are refused."""
    one = np.ones(1, np.int32)
    with pytest.raises(ValueError, match="do not fit"):
        _kernel.best_choices(np.ones((1, 2)), np.ones((1, 1)), one, one, 0.0, 1, 0.0, 1)
