"""Multipliers folded into weights: bounds, recombinations, and the search on arrays."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.tilted import (
    Decisions,
    Limits,
    MatrixOracle,
    Recombination,
    Tilt,
    TiltedSearch,
    keeps,
)
from test_frontiers import every_matching


def oracle_of(seed: int, n: int, sums: int, large: int = 2**31) -> MatrixOracle:
    """Return even random weights and measures, one of the measures with signs."""
    rng = np.random.default_rng(seed)

    def symmetric(low: int, high: int) -> np.ndarray:
        upper = np.triu(2 * rng.integers(low // 2, high // 2 + 1, (n, n)), 1)
        return upper + upper.T

    ends = [(0, 2), (-large * n, large * n), (0, large)][:sums]
    limits = [
        Limits(
            int(rng.integers(low, high + 1)) * (n // 4) if rng.random() < 0.7 else None,
            int(high) * (n // 3) if rng.random() < 0.5 else None,
            low,
            high,
        )
        for low, high in ends
    ]
    return MatrixOracle(symmetric(0, large), [symmetric(*end) for end in ends], limits)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 3), st.booleans(), st.data())
def test_every_tilt_bounds_every_matching(
    seed: int, sums: int, weighty: bool, data: st.DataObject
) -> None:
    """Whatever the multipliers, no matching that keeps the sums is above the bound."""
    oracle = oracle_of(seed, 6, sums)
    multipliers = []
    for one in oracle.limits:
        sides = ([1.0] if one.low is not None else []) + ([-1.0] if one.high is not None else [])
        size = data.draw(st.sampled_from([0.0, 1e-4, 0.3, 7.0, 2.0**30 + 0.3]))
        sign = data.draw(st.sampled_from(sides)) if sides else 0.0
        multipliers.append(sign * size / one.reach * (2**31 if weighty else 1))
    tilt = Tilt.of(multipliers, oracle.limits, oracle.weight_range, 6, weighty=weighty)
    found = oracle.solve(tilt, Decisions())
    bound = tilt.bound(found.bound, oracle.limits, 6)
    tilted = oracle.tilted(tilt, Decisions())
    assert 0 <= int(tilted[~np.eye(6, dtype=bool)].min()) <= int(tilted.max()) <= tilt.span
    for plan in every_matching(tuple(range(6))):
        column = oracle.column(plan)
        if keeps(column.sums, oracle.limits):
            assert bound >= (column.value if weighty else 0)


def test_a_multiplier_without_its_bound_is_refused() -> None:
    """A multiplier may not pull at a bound that does not exist."""
    limits = [Limits(None, 4, 0, 2)]
    tilt = Tilt.of([1.0], limits, (0, 10), 4)
    with pytest.raises(ValueError, match="does not exist"):
        tilt.bound(100, limits, 4)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(4, 8))
def test_recombinations_are_matchings_of_the_two(seed: int, sums: int, n: int) -> None:
    """Every recombination is a matching made of groups of the two, with the sums it claims."""
    oracle = oracle_of(seed, n, sums)
    rng = np.random.default_rng(seed)
    order = [rng.permutation(n).tolist() for _ in range(2)]
    first, second = (
        oracle.column(
            tuple(sorted(tuple(sorted(pair)) for pair in zip(o[::2], o[1::2], strict=False)))
        )
        for o in order
    )
    seen = list(Recombination.of(oracle, first, second).columns())
    for column in seen:
        people = [i for group in column.groups for i in group]
        assert len(set(people)) == len(people) == len(first.groups) * 2
        assert set(column.groups) <= {*first.groups, *second.groups}
        assert oracle.column(column.groups) == column
    assert max(c.value for c in seen) >= max(first.value, second.value)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_search_finds_the_best_matching(seed: int, sums: int) -> None:
    """The answer is the best of all matchings, its bound holds, or there is none."""
    oracle = oracle_of(seed, 8, sums, large=1000)
    columns = [oracle.column(plan) for plan in every_matching(tuple(range(8)))]
    values = [c.value for c in columns if keeps(c.sums, oracle.limits)]
    answer = TiltedSearch(oracle).run()
    if not values:
        assert answer.column is None
        return
    assert answer.column is not None
    assert answer.column.value == max(values)
    assert answer.bound is not None
    assert answer.bound >= max(values)


def test_forbidden_pairs_stay_forbidden() -> None:
    """Whatever the multipliers, a pair that is not allowed is not made."""
    oracle = oracle_of(1, 6, 1)
    for i, j in combinations(range(4), 2):
        oracle.weights[i, j] = oracle.weights[j, i] = NOT_ALLOWED
    answer = TiltedSearch(MatrixOracle(oracle.weights, oracle.measures, oracle.limits)).run()
    groups = [] if answer.column is None else answer.column.groups
    assert oracle.placed == 4
    assert not {tuple(g) for g in groups} & set(combinations(range(4), 2))
