"""What prices prove by whole choices: against brute force, and against false claims."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwise import VerificationError
from pairwise.matching.maximin.choice_proof import ChoiceProof
from pairwise.matching.maximin.choices import Choices
from pairwise.matching.maximin.problem import Shares

EXAMPLES = settings(max_examples=100, deadline=None)


def drawn(seed):
    """Return a small problem, a floor and prices of its columns."""
    rng = np.random.default_rng(seed)
    rows, cols = rng.integers(1, 4), rng.integers(1, 8)
    weights = rng.normal(size=(rows, cols)).round(int(rng.integers(0, 3)))
    weights[rng.random((rows, cols)) < 0.2] = -np.inf
    high = rng.integers(0, 4, rows).astype(np.int32)
    low = np.minimum(rng.integers(0, 3, rows), high).astype(np.int32)
    loads = np.zeros(cols, np.int32), rng.integers(1, 3, cols).astype(np.int32)
    problem = Shares(weights, weights, low, high, *loads)
    return problem, round(float(rng.normal()), 1), rng.normal(size=cols).round(1)


def best_choice(problem, i, floor, prices, sum_weight):
    """Return what the best choice of a row is worth, -inf if there is none."""
    open_to = np.flatnonzero(problem.allowed[i])
    sets = (
        list(chosen)
        for size in range(problem.row_low[i], problem.row_high[i] + 1)
        for chosen in combinations(open_to, size)
    )
    return max(
        (
            sum_weight * problem.weights[i, chosen].sum() - prices[chosen].sum()
            for chosen in sets
            if problem.shares[i, chosen].sum() >= floor - 1e-12
        ),
        default=-np.inf,
    )


@EXAMPLES
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1.0]))
def test_a_bound_holds_just_when_no_choice_is_better(seed, sum_weight):
    """The best choice of each row by brute force is proven; a little less is refused."""
    problem, floor, prices = drawn(seed)
    rows = range(len(problem.weights))
    best = np.array([best_choice(problem, i, floor, prices, sum_weight) for i in rows])
    proof = ChoiceProof(floor - 1e-12, sum_weight, prices, best)
    proof.check(problem)
    for i in rows:
        less = best.copy()
        less[i] = best[i] - 0.01 if best[i] > -np.inf else -np.inf
        if best[i] > -np.inf:
            with pytest.raises(VerificationError, match=f"row {i}"):
                replace(proof, row_bounds=less).check(problem)
            less[i] = -np.inf
            with pytest.raises(VerificationError, match=f"row {i}"):
                replace(proof, row_bounds=less).check(problem)


@EXAMPLES
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1.0]))
def test_what_the_search_claims_is_proven(seed, sum_weight):
    """Bounds of the kernel pass the check."""
    problem, floor, prices = drawn(seed)
    choices = Choices(problem, floor, sum_weight)
    choices.proof(choices.priced(prices)).check(problem)


def test_prices_of_another_table_are_refused():
    """There is one price for each column."""
    problem, floor, prices = drawn(1)
    proof = ChoiceProof(floor, 1.0, np.append(prices, 0.0), np.zeros(len(problem.weights)))
    with pytest.raises(VerificationError, match="prices"):
        proof.check(problem)
