"""Maximin assignments against brute force; their claims against tampering."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from pairwise import InfeasibleError, InvalidInput, VerificationError
from pairwise.matching import assignment, maximin_assignment
from pairwise.matching.maximin import floor as floor_search

EXAMPLES = settings(max_examples=40, deadline=None)
SIDES = st.integers(1, 4)


def brute_force(weights, shares, low, high):
    """Return (smallest share, sum), the best of all assignments; None if there is none."""
    rows, cols = weights.shape
    options = [
        [
            chosen
            for size in range(low[0][i], high[0][i] + 1)
            for chosen in combinations(np.flatnonzero(weights[i] > -np.inf).tolist(), size)
        ]
        for i in range(rows)
    ]
    found = []

    def extend(i, load, least, total):
        if i == rows:
            if (load >= low[1]).all():
                found.append((round(least, 9), total))
            return
        for chosen in options[i]:
            more = load.copy()
            more[list(chosen)] += 1
            if (more <= high[1]).all():
                share = sum(shares[i, j] for j in chosen)
                worth = sum(weights[i, j] for j in chosen)
                extend(i + 1, more, min(least, share), total + worth)

    extend(0, np.zeros(cols, dtype=int), np.inf, 0.0)
    return max(found, default=None)


@EXAMPLES
@given(
    st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1), st.booleans(), st.booleans()
)
def test_equals_brute_force(rows, cols, seed, mean, turned):
    """Floor, then sum, are the best there are; infeasible alike."""
    rng = np.random.default_rng(seed)
    weights = rng.integers(rng.integers(-1, 1), 9, (rows, cols)).astype(float)
    weights[rng.random((rows, cols)) < rng.choice([0.0, 0.2])] = np.nan
    high = rng.integers(0, 3, rows), rng.integers(0, 3, cols)
    low = (
        np.minimum(rng.integers(0, 2, rows), high[0]),
        np.minimum(rng.integers(0, 2, cols), high[1]),
    )
    low[1][rng.random(cols) < 0.7] = 0
    table = np.where(np.isnan(weights), -np.inf, weights)
    places = np.maximum(np.minimum(high[0], cols), 1)[:, None] if mean else 1
    want = brute_force(table, table / places, low, high)
    sides = (1, 0) if turned else (0, 1)
    arguments = {
        "row_minimum": low[sides[0]],
        "col_minimum": low[sides[1]],
        "over": "cols" if turned else "rows",
        "share": "mean" if mean else "total",
    }
    given_weights = weights.T if turned else weights
    if want is None:
        with pytest.raises(InfeasibleError):
            maximin_assignment(given_weights, high[sides[0]], high[sides[1]], **arguments)
        return
    found = maximin_assignment(given_weights, high[sides[0]], high[sides[1]], **arguments)
    found.verify()
    assert found.floor == pytest.approx(want[0], abs=1e-6)
    assert found.weight == pytest.approx(want[1], abs=1e-6)
    assert found.floor_gap == found.gap == 0


@pytest.mark.parametrize("kind", ["uniform", "vectors", "levels"])
def test_larger_tables_are_proven(kind):
    """Several partners each: the floor is raised, its bound met, and the sum within half a percent.

    The plan for the sum alone has the lower floor and the larger sum.
    """
    rng = np.random.default_rng(5)
    weights = {
        "uniform": lambda: rng.random((50, 70)),
        "vectors": lambda: rng.random((50, 5)) @ rng.random((5, 70)) / 5,
        "levels": lambda: rng.integers(0, 11, (50, 70)) / 10,
    }[kind]()
    found = maximin_assignment(weights, 3, 3, row_minimum=3, target_gap=0.005)
    found.verify()
    best = assignment(weights, 3, 3, row_minimum=3, cardinality="any")
    least = np.bincount(best.rows, weights[best.rows, best.cols]).min()
    assert found.floor_gap == 0
    assert found.gap <= 0.005
    assert least - 1e-9 <= found.floor <= np.sort(weights, axis=1)[:, -3:].sum(axis=1).min() + 1e-9
    assert found.weight <= best.weight + 1e-6


def most_by_milp(weights, each, capacity):
    """Return the highest smallest share, by HiGHS on the model that maximises it."""
    rows, cols = weights.shape
    pairs = rows * cols
    loads = np.zeros((rows + cols, pairs + 1))
    floors = np.zeros((rows, pairs + 1))
    floors[:, -1] = -1
    for k in range(pairs):
        loads[k // cols, k] = loads[rows + k % cols, k] = 1
        floors[k // cols, k] = weights.flat[k]
    limits = np.append(np.full(rows, each), np.full(cols, capacity))
    answer = optimize.milp(
        np.append(np.zeros(pairs), -1.0),
        constraints=[
            optimize.LinearConstraint(loads, np.append(limits[:rows], np.zeros(cols)), limits),
            optimize.LinearConstraint(floors, 0, np.inf),
        ],
        integrality=np.append(np.ones(pairs), 0),
        bounds=optimize.Bounds(0, np.append(np.ones(pairs), np.inf)),
        options={"mip_rel_gap": 0},
    )
    return -answer.fun


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("only_choices", [True, False])
def test_all_want_the_same_few(seed, only_choices, monkeypatch):
    """Places are few and tastes agree: bounds hold the optimum of HiGHS, with choices alone too."""
    if only_choices:
        monkeypatch.setattr(floor_search, "_MOST_PAIRS", 0)
    rng = np.random.default_rng(seed)
    weights = rng.random(6) + 0.2 * rng.random((8, 6))
    found = maximin_assignment(weights, 3, 4, row_minimum=3)
    found.verify()
    most = most_by_milp(weights, 3, 4)
    assert found.floor - 1e-5 <= most <= found.floor_bound + 1e-5
    assert found.floor_gap <= (0.05 if only_choices else 1e-5)


def test_integers_may_mark_what_is_not_allowed():
    """The smallest 64-bit integer means not allowed, as in `assignment`."""
    missing = np.iinfo(np.int64).min
    found = maximin_assignment(np.array([[3, missing], [9, 1]]))
    assert found.shares.tolist() == [3.0, 1.0]


WEIGHTS = np.array([[0.9, 0.8, 0.1], [0.9, 0.1, 0.2], [0.5, 0.5, 0.4]])


TAMPERED = {
    "other pairs": lambda a: replace(a, cols=(a.cols + 1) % 3),
    "a pair twice": lambda a: replace(
        a, rows=np.append(a.rows, 0), cols=np.append(a.cols, a.cols[0])
    ),
    "a higher floor": lambda a: replace(a, floor=a.floor + 0.01),
    "a lower bound": lambda a: replace(a, floor_bound=a.floor_bound - 0.01),
    "a larger sum": lambda a: replace(a, weight=a.weight + 0.01),
    "a false sum bound": lambda a: replace(a, bound=a.weight - 0.01),
    "other multipliers": lambda a: replace(a, floor_multipliers=a.floor_multipliers[::-1].copy()),
    "negative multipliers": lambda a: replace(a, sum_multipliers=a.sum_multipliers - 1),
    "a loose bound called a bound": lambda a: replace(a, bound=a.bound + 5),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_tampered_answers_are_caught(how):
    """Each false claim is a VerificationError."""
    found = maximin_assignment(WEIGHTS, 1, 1, row_minimum=1)
    found.verify()
    with pytest.raises(VerificationError):
        TAMPERED[how](found).verify()


CHOICES_TAMPERED = {
    "a lower floor denied": lambda a: replace(
        a, floor_choices=replace(a.floor_choices, floor=a.floor - 0.01)
    ),
    "nothing denied": lambda a: replace(
        a, floor_choices=replace(a.floor_choices, prices=0 * a.floor_choices.prices)
    ),
    "another floor": lambda a: replace(a, sum_choices=replace(a.sum_choices, floor=a.floor + 0.01)),
    "a row worth less": lambda a: replace(
        a, sum_choices=replace(a.sum_choices, row_bounds=a.sum_choices.row_bounds - 0.01)
    ),
    "a false sum bound": lambda a: replace(a, bound=a.bound - 0.01),
    "a false floor bound": lambda a: replace(a, floor_bound=a.floor_bound - 0.01),
}


@pytest.mark.parametrize("how", CHOICES_TAMPERED)
def test_tampered_choices_are_caught(how):
    """What prices prove by whole choices is checked, not taken on trust."""
    rng = np.random.default_rng(1)
    weights = rng.random(24) + 0.3 * rng.random((16, 24))
    found = maximin_assignment(weights, 3, 2, row_minimum=3)
    found.verify()
    assert found.floor_choices is not None
    assert found.sum_choices is not None
    with pytest.raises(VerificationError):
        CHOICES_TAMPERED[how](found).verify()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": [[1.0]], "over": "row"}, 'did you mean "rows"'),
        ({"weights": [[1.0]], "share": "sum"}, 'must be "total" or "mean"'),
        ({"weights": np.zeros((0, 3))}, "nobody"),
        ({"weights": [1.0]}, "matrix"),
        ({"weights": [[1.0]], "row_capacity": -1}, "row_capacity = -1"),
        ({"weights": np.array([[2**53 + 4]])}, "2^53"),
    ],
)
def test_misuse_is_named(arguments, message):
    """Messages name the argument and the value."""
    with pytest.raises(InvalidInput) as caught:
        maximin_assignment(**arguments)
    assert message in str(caught.value)
