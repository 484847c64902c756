"""Assignments against scipy, HiGHS and brute force; their certificates against tampering."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from pairwise import InfeasibleError, InvalidInput, VerificationError, _kernel
from pairwise.matching import assignment

EXAMPLES = settings(max_examples=60, deadline=None)


def highs(weights, low, high, gains=(None, None), *, count="any"):
    """Return (pairs, worth) of the best assignment by HiGHS; None when it cannot be.

    Units of nodes are columns of the programme, each with its gain. With ``count`` "maximum"
    as many pairs as can be come first.
    """
    i, j = np.nonzero(np.isfinite(weights))
    m, nodes = len(i), sum(weights.shape)
    capacity = np.concatenate(high).astype(int)
    unit = np.repeat(np.arange(nodes), capacity)
    worth = [
        np.zeros(most) if gains[side] is None else gains[side][v][:most]
        for side in (0, 1)
        for v, most in enumerate(np.asarray(high[side], dtype=int))
    ]
    objective = np.concatenate([weights[i, j], *worth])
    if not len(objective):
        return None if np.concatenate(low).any() else (0, 0.0)
    ends = np.concatenate([i, weights.shape[0] + j, unit])
    columns = np.concatenate([np.arange(m), np.arange(m), m + np.arange(len(unit))])
    sign = np.concatenate([np.ones(2 * m), -np.ones(len(unit))])
    flow = sparse.csc_array((sign, (ends, columns)), shape=(nodes, len(objective)))
    is_pair = np.arange(len(objective)) < m
    limits = [
        optimize.LinearConstraint(flow, 0, 0),
        optimize.LinearConstraint(flow * is_pair, np.concatenate(low), np.inf),
    ]
    if count == "maximum":
        most = solve(is_pair.astype(float), limits)
        if most is None:
            return None
        pairs = round(most[is_pair].sum())
        limits.append(optimize.LinearConstraint(is_pair[None].astype(float), pairs, pairs))
    best = solve(objective, limits)
    return None if best is None else (round(best[is_pair].sum()), float(best @ objective))


def solve(objective, limits):
    """Maximise a 0/1 programme by HiGHS; None when it cannot be."""
    answer = optimize.milp(
        -objective,
        constraints=limits,
        bounds=optimize.Bounds(0, 1),
        integrality=np.ones(len(objective)),
        options={"mip_rel_gap": 0},
    )
    return None if answer.status == 2 else answer.x.round()


@st.composite
def tables(draw, most=7):
    """Small tables: ties, negative and forbidden entries, rectangular, also empty."""
    rows, cols = draw(st.integers(0, most)), draw(st.integers(0, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    weights = rng.integers(-5, draw(st.sampled_from([6, 50])), (rows, cols)).astype(float)
    weights[rng.random((rows, cols)) < draw(st.sampled_from([0.0, 0.3, 0.8]))] = -np.inf
    return weights, rng


@EXAMPLES
@given(tables(), st.sampled_from(["any", "maximum"]), st.booleans())
def test_one_to_one_is_optimal(drawn, cardinality, as_edges):
    """Value and number of pairs equal HiGHS's, for tables and for lists of pairs."""
    weights, _ = drawn
    if as_edges:
        i, j = np.nonzero(np.isfinite(weights))
        found = assignment(
            edges=(i, j, weights[i, j]), shape=weights.shape, cardinality=cardinality
        )
    else:
        found = assignment(weights, cardinality=cardinality)
    found.verify()
    ones = [np.ones(n) for n in weights.shape]
    pairs, worth = highs(weights, [0 * one for one in ones], ones, count=cardinality)
    assert found.weight == pytest.approx(worth)
    assert found.bound == found.weight
    assert cardinality == "any" or len(found.rows) == pairs


@EXAMPLES
@given(tables(6), st.sampled_from(["any", "maximum"]), st.sampled_from(["none", "rows", "both"]))
def test_loads_and_gains_are_optimal(drawn, cardinality, gained):
    """With capacities, minima and gains the worth equals HiGHS's; infeasible alike."""
    weights, rng = drawn
    high = [rng.integers(0, 4, n) for n in weights.shape]
    low = [np.minimum(rng.integers(0, 3, len(h)) * (rng.random(len(h)) < 0.4), h) for h in high]
    gains = [
        -np.sort(-rng.integers(-6, 7, (n, 6)), axis=1) if gained in (side, "both") else None
        for side, n in zip(("rows", "cols"), weights.shape, strict=True)
    ]
    want = highs(weights, low, high, gains, count=cardinality)
    arguments = {
        "row_minimum": low[0],
        "col_minimum": low[1],
        "row_gains": gains[0],
        "col_gains": gains[1],
        "cardinality": cardinality,
    }
    if want is None:
        with pytest.raises(InfeasibleError, match="need"):
            assignment(weights, *high, **arguments)
        return
    found = assignment(weights, *high, **arguments)
    found.verify()
    assert found.weight == pytest.approx(want[1])
    assert cardinality == "any" or len(found.rows) == want[0]


@pytest.mark.parametrize("shape", [(120, 120), (90, 200), (200, 90)])
@pytest.mark.parametrize("kind", ["uniform", "vectors", "ties", "equal", "few"])
def test_pricing_finds_the_optimum(shape, kind):
    """Beyond the candidates of the start the value is scipy's, with proof over all pairs."""
    rng = np.random.default_rng(7)
    weights = {
        "uniform": lambda: rng.random(shape),
        "vectors": lambda: rng.normal(size=(shape[0], 4)) @ rng.normal(size=(4, shape[1])),
        "ties": lambda: rng.integers(0, 3, shape).astype(float),
        "equal": lambda: np.ones(shape),
        "few": lambda: np.outer(np.arange(shape[0]), np.arange(shape[1])).astype(float),
    }[kind]()
    found = assignment(weights, cardinality="perfect")
    found.verify()
    rows, cols = optimize.linear_sum_assignment(weights, maximize=True)
    assert len(found.rows) == len(rows)
    assert found.weight == pytest.approx(weights[rows, cols].sum(), abs=1e-9)
    assert found.bound - found.weight <= 2 * found.rounding


CONTESTED = {
    "equal": lambda rng, rows, cols: np.ones((rows, cols)),
    "ties": lambda rng, rows, cols: rng.integers(-2, 3, (rows, cols)),
    "sparse": lambda rng, rows, cols: rng.random((rows, cols)) < 0.05,
    "popular": lambda rng, rows, cols: np.add.outer(
        rng.integers(0, 1000, rows), rng.integers(0, 1000, cols)
    ),
    "product": lambda rng, rows, cols: np.outer(np.arange(rows), rng.integers(-20, 50, cols)),
    "line": lambda rng, rows, cols: (
        -np.abs(np.subtract.outer(rng.integers(0, 300, rows), rng.integers(100, 400, cols)))
    ),
    "copies": lambda rng, rows, cols: rng.integers(0, 99, (5, 7))[
        rng.integers(0, 5, rows)[:, None], rng.integers(0, 7, cols)
    ],
}


def best_worth(weights, cardinality):
    """Return (pairs, worth) of the best one-to-one assignment by scipy; NaN is not allowed."""
    allowed = ~np.isnan(weights)
    if cardinality == "any":
        values = np.where(allowed, np.maximum(weights, 0), 0)
    else:
        bonus = 4 * (min(weights.shape) + 2) * (np.nanmax(np.abs(weights), initial=0) + 1)
        values = np.where(allowed, weights + bonus, 0)
    rows, cols = optimize.linear_sum_assignment(values, maximize=True)
    used = values[rows, cols] > 0
    return int(used.sum()), weights[rows, cols][used].sum()


@EXAMPLES
@given(
    st.sampled_from(list(CONTESTED)),
    st.integers(1, 50),
    st.integers(0, 50),
    st.sampled_from(["any", "maximum"]),
    st.sampled_from([0.0, 0.05, 0.7]),
    st.integers(0, 2**32 - 1),
)
def test_contested_columns(kind, rows, further, cardinality, missing, seed):
    """Where rows want the same columns, or tie, the optimum is scipy's; floats and integers."""
    rng = np.random.default_rng(seed)
    cols = rows + further * (seed % 2)
    weights = CONTESTED[kind](rng, rows, cols).astype(float)
    weights = np.ascontiguousarray(weights.T) if seed % 3 == 0 else weights
    weights[rng.random(weights.shape) < missing] = np.nan
    pairs, worth = best_worth(weights, cardinality)
    tables = [(weights, 1), (weights / 3, 3)] + ([] if missing else [(weights.astype(int), 1)])
    for table, factor in tables:
        found = assignment(table, cardinality=cardinality)
        found.verify()
        assert found.optimal
        assert found.weight * factor == pytest.approx(worth, abs=1e-6)
        assert cardinality == "any" or len(found.rows) == pairs


@pytest.mark.parametrize("kind", ["popular", "product", "line"])
@pytest.mark.parametrize("time_limit", [0.0, 0.002])
def test_contested_columns_keep_a_bound(kind, time_limit):
    """Stopped while many rows bid for the same columns, the bound still holds."""
    weights = CONTESTED[kind](np.random.default_rng(4), 300, 300)
    found = assignment(weights, time_limit=time_limit)
    found.verify()
    assert found.bound >= assignment(weights).weight or len(found.rows) < 300


@pytest.mark.parametrize("reading", [_kernel.FloatTableReading, _kernel.IntTableReading])
def test_a_reading_serves_twice(reading):
    """What was read once is assigned anew each time, with any scale and cardinality."""
    table = np.random.default_rng(6).integers(-9, 10, (40, 40))
    read = reading(table.astype(float if reading is _kernel.FloatTableReading else np.int64))
    assert read.magnitude == (np.abs(table).max(), True)
    first, other, again = (read.assign(1.0, maximum) for maximum in (True, False, True))
    assert np.array_equal(first["cols"], again["cols"])
    assert table[other["rows"], other["cols"]].sum() >= table[first["rows"], first["cols"]].sum()


@pytest.mark.parametrize("minimum", [0, 1])
def test_pricing_respects_loads(minimum):
    """With loads, beyond the candidates of the start, the worth is HiGHS's."""
    rng = np.random.default_rng(3)
    weights = rng.integers(0, 1000, (60, 80)).astype(float)
    low, high = [np.full(60, 2), np.full(80, minimum)], [np.full(60, 3), np.full(80, 2)]
    found = assignment(weights, *high, row_minimum=low[0], col_minimum=low[1])
    found.verify()
    assert (len(found.rows), found.weight) == highs(weights, low, high, count="maximum")


def test_integers_are_exact():
    """Sums beyond the doubles are exact."""
    big = 2**44
    found = assignment(np.array([[big + 1, big], [big, big]], dtype=np.int64))
    assert found.weight == 2 * big + 1
    assert found.rounding == 0
    found.verify()


def test_duals_price_the_pairs():
    """Duals of a full square cover all pairs and sum to the weight."""
    weights = np.random.default_rng(0).random((50, 50))
    found = assignment(weights)
    assert (found.row_duals[:, None] + found.col_duals >= weights - 1e-9).all()
    assert found.row_duals.sum() + found.col_duals.sum() == pytest.approx(found.weight)


def test_order_of_people_does_not_matter():
    """Permuted tables have the same worth."""
    rng = np.random.default_rng(1)
    weights = rng.random((70, 50))
    found = assignment(weights, 1, 2)
    rows, cols = rng.permutation(70), rng.permutation(50)
    again = assignment(weights[rows][:, cols], 1, 2)
    assert again.weight == pytest.approx(found.weight, abs=1e-9)


def test_time_limit_keeps_a_proven_bound():
    """Stopped at once, the answer is valid and the bound holds."""
    weights = np.random.default_rng(2).random((1500, 1500))
    found = assignment(weights, time_limit=0.0)
    found.verify()
    best = assignment(weights)
    assert found.weight <= best.weight + 1e-9 or len(found.rows) < len(best.rows)


TAMPERED = {
    "a pair twice": lambda a: replace(a, rows=np.append(a.rows, 0), cols=np.append(a.cols, 0)),
    "too many pairs": lambda a: replace(a, rows=np.zeros_like(a.rows)),
    "another weight": lambda a: replace(a, weight=a.weight + 1),
    "a lower bound": lambda a: replace(a, bound=a.bound - 1),
    "lower duals": lambda a: replace(
        a, certificate=replace(a.certificate, row_duals=a.certificate.row_duals - 1)
    ),
    "less excess": lambda a: replace(
        a, certificate=replace(a.certificate, excess=a.certificate.excess - 1)
    ),
    "a worse plan": lambda a: replace(
        a,
        rows=a.rows[:-1],
        cols=a.cols[:-1],
        weight=int(a._source.array[a.rows[:-1], a.cols[:-1]].sum()),
    ),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_tampered_answers_are_caught(how):
    """Each false claim is a VerificationError."""
    weights = np.random.default_rng(5).integers(1, 100, (12, 12))
    found = assignment(weights)
    with pytest.raises(VerificationError):
        TAMPERED[how](found).verify()


@pytest.mark.parametrize(
    ("weights", "options", "names"),
    [
        ([[1, -np.inf], [1, -np.inf]], {"cardinality": "perfect"}, "columns {0}"),
        ([[1.0, 1.0]], {"row_minimum": 3, "row_capacity": 3}, "rows {0} need 3"),
        ([[1.0], [1.0]], {"row_minimum": 1}, "rows {0, 1} need 2"),
        ([[1.0, 1.0]], {"col_minimum": 1}, "columns {0, 1} need 2"),
        (np.full((2, 2), np.nan), {"col_minimum": [0, 1]}, "columns {1} need 1"),
    ],
)
def test_what_cannot_be_is_named(weights, options, names):
    """The message names a set that needs more than there is."""
    with pytest.raises(InfeasibleError) as caught:
        assignment(weights, **options)
    assert names in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": [1.0]}, "must be a matrix"),
        ({"weights": [[np.inf]]}, "inf"),
        ({"weights": [["a"]]}, "must hold numbers"),
        ({"weights": [[1.0]], "row_capacity": -1}, "row_capacity = -1"),
        ({"weights": [[1.0]], "col_capacity": [1, 2]}, "col_capacity"),
        ({"weights": [[1.0]], "row_capacity": 1.5}, "whole numbers"),
        ({"weights": [[1.0]], "row_minimum": 2}, "row_minimum[0] = 2 is above"),
        ({"weights": [[1.0]], "row_gains": [1.0, 2.0]}, "a further partner"),
        ({"weights": [[1.0, 1.0]], "row_capacity": 2, "row_gains": [1.0]}, "row_gains"),
        ({"weights": [[1.0]], "cardinality": "prefect"}, 'did you mean "perfect"'),
        ({"edges": ([0], [0], [np.nan])}, "edges[0]"),
        ({"edges": ([0], [5], [1.0]), "shape": (1, 2)}, "columns holds 5"),
        ({"edges": ([0.5], [0], [1.0])}, "integers"),
        ({}, "exactly one"),
        ({"weights": np.array([[0, 2**62]])}, "2^54"),
    ],
)
def test_misuse_is_named(arguments, message):
    """Messages name the argument and the value."""
    with pytest.raises(InvalidInput) as caught:
        assignment(**arguments)
    assert message in str(caught.value)


def test_parallel_edges_count_with_the_best():
    """Of parallel pairs the heavier one is taken."""
    found = assignment(edges=([0, 0, 1], [0, 0, 1], [1, 7, 2]))
    assert found.weight == 9
    found.verify()


def test_falling_gains_spread_the_load():
    """Equal weights: with falling gains everybody gets one before anybody gets two."""
    found = assignment(np.ones((3, 3)), 3, 1, row_gains=[0.0, -0.5, -1.0])
    assert sorted(found.rows.tolist()) == [0, 1, 2]
