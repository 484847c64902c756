"""Bits: the same however values are asked for, and float32 within its bound."""

import math
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pairwise as pw
from pairwise import InvalidInput, Participants
from pairwise.terms import BoundTerm, Term, coding
from pairwise.terms.blocks import PAIRED
from pairwise.terms.coding import Elementwise, LevelGrid, Stepwise, Thermometer, coded, unit_grid
from references import REFERENCES, TERMS, everybody, same, some_term
from strategies import filled, full_cohorts


@given(people=full_cohorts(), term=some_term, data=st.data())
def test_blocks_and_pairs_have_the_same_bits(
    people: Participants, term: Term, data: st.DataObject
) -> None:
    """Any block of any rows and columns, and any list of pairs, is a part of the whole."""
    bound = term.bind(people)
    n = len(people)
    whole = bound.block(slice(None), slice(None))
    some = st.lists(st.integers(0, n - 1), max_size=2 * n)
    rows, cols = data.draw(some), data.draw(some)
    assert same(bound.block(rows, cols), whole[np.ix_(rows, cols)].reshape(len(rows), len(cols)))
    first, last = sorted(data.draw(st.tuples(st.integers(0, n), st.integers(0, n))))
    assert same(bound.block(slice(first, last), cols), whole[first:last][:, cols])
    assert same(bound.block(rows, slice(first, last)), whole[rows][:, first:last])
    assert same(bound.block(slice(None, None, 2), [0]), whole[::2][:, [0]])
    assert same(bound.pairs(*everybody(people)).reshape(n, n), whole)


@given(people=full_cohorts(), term=some_term)
def test_values_are_symmetric_to_the_last_bit(people: Participants, term: Term) -> None:
    """(i, j) and (j, i) have the same value, within [0, 1]."""
    block = term.bind(people).block(slice(None), slice(None))
    assert same(block, block.T)
    assert np.all(np.isnan(block) | ((block >= 0) & (block <= 1)))


@given(people=full_cohorts(), term=some_term)
def test_float32_stays_within_its_bound(people: Participants, term: Term) -> None:
    """float32 blocks know the same pairs, and differ by at most error32."""
    bound = term.bind(people)
    exact = bound.block(slice(None), slice(None))
    rough = bound.block(slice(None), slice(None), np.float32)
    assert rough.dtype == np.float32
    assert same(np.isnan(rough), np.isnan(exact))
    assert np.nanmax(np.abs(rough - exact), initial=0.0) <= bound.error32
    assert bound.may_be_unknown or not np.isnan(exact).any()


@given(people=full_cohorts(), term=some_term)
def test_complete_people_need_no_care(people: Participants, term: Term) -> None:
    """Among people of whom enough is known, the fast term has the same bits, and no NaN."""
    bound = term.bind(people)
    who = np.flatnonzero(bound.complete)
    fast = bound.among_complete()
    exact = bound.block(who, who)
    assert not np.isnan(exact).any()
    assert same(fast.block(who, who), exact)
    assert np.abs(fast.block(who, who, np.float32) - exact).max(initial=0.0) <= fast.error32
    assert bound.complete.all() or bound.may_be_unknown


@given(people=full_cohorts(gaps=("none",)), term=some_term)
def test_factors_multiply_to_the_block(people: Participants, term: Term) -> None:
    """Linear terms are a product of their factors, within the stated error."""
    bound = term.bind(people)
    factors = bound.factors()
    if factors is None:
        assert bound.linear is None
        return
    product_of_both = factors.left @ factors.right.T
    exact = bound.block(slice(None), slice(None))
    assert np.abs(product_of_both - exact).max() <= factors.error
    assert np.abs(factors.left) @ np.abs(factors.right).T == pytest.approx(
        np.minimum(np.abs(factors.left) @ np.abs(factors.right).T, factors.magnitude), abs=1e-5
    )


@given(people=full_cohorts(), seed=st.integers(0, 2**32 - 1))
def test_permuting_people_permutes_values(people: Participants, seed: int) -> None:
    """The order of the participants changes no bit."""
    order = np.random.default_rng(seed).permutation(len(people))
    moved = people.take(order)
    for term in REFERENCES:
        if isinstance(term, pw.Custom):
            continue
        whole = term.bind(people).block(slice(None), slice(None))
        assert same(term.bind(moved).block(slice(None), slice(None)), whole[np.ix_(order, order)])


@given(people=full_cohorts(), data=st.data())
def test_leavers_change_nothing_for_those_who_stay(
    people: Participants, data: st.DataObject
) -> None:
    """Where scales are stated, a pair has the same bits whoever else is there."""
    stay = sorted(data.draw(st.sets(st.integers(0, len(people) - 1), min_size=1)))
    fewer = people.take(stay)
    for term in (
        pw.Complementarity(),
        pw.Similarity("values"),
        pw.Similarity("values", "level"),
        pw.Similarity("interests", "jaccard"),
        pw.Diversity("team"),
        pw.Closeness("age", 10),
        pw.Overlap(),
    ):
        whole = term.bind(people).block(stay, stay)
        assert same(term.bind(fewer).block(slice(None), slice(None)), whole)


@given(seed=st.integers(0, 2**32 - 1), levels=st.integers(2, 20), columns=st.integers(1, 6))
def test_both_ways_to_sum_minima_have_the_same_bits(seed: int, levels: int, columns: int) -> None:
    """Thermometer products and elementwise minima are both exact, so they agree to the bit."""
    rng = np.random.default_rng(seed)
    grid = LevelGrid.of(float(levels - 1) / 7, columns)
    a, b = (grid.snapped(rng.integers(0, levels, (9, columns)) / 7) for _ in range(2))
    expected = np.array([[math.fsum(np.minimum(x, y)) for y in b] for x in a])
    coder, (left, right) = coded([a, b])
    ways = [Elementwise(columns)]
    stored = [(a, b)]
    if isinstance(coder, Thermometer):
        ways.append(coder)
        stored.append((left, right))
    for way, (mine, theirs) in zip(ways, stored, strict=True):
        weighted = way.weighted(way.codes(mine, np.float64))
        out = np.empty((9, 9))
        way.sum_of_minima(coding.GRID, weighted, way.codes(theirs, np.float64), out)
        assert same(out, expected)


@given(
    seed=st.integers(0, 2**32 - 1),
    levels=st.sampled_from([2, 4, 12, 100, 256, 257]),
    columns=st.sampled_from([1, 3, 32, 257, 300]),
)
def test_whole_steps_have_the_same_bits(seed: int, levels: int, columns: int) -> None:
    """Bytes of whole steps sum to the minima exactly, or are refused where they would not fit."""
    rng = np.random.default_rng(seed)
    grid = LevelGrid.of(float(levels), columns)
    whole = [rng.integers(0, levels, (7, columns)) for _ in range(2)]
    for matrix in whole:
        matrix[:, 1:] *= rng.random((7, columns - 1)) < 0.2
    whole[0][:, 0], whole[1][:, 0] = levels - 1, 0
    whole[1][0, 0] = 1
    a, b = (grid.snapped(matrix) for matrix in whole)
    found = Stepwise.coded([a, b], grid)
    fits = levels <= 256 and columns * (levels - 1) <= 65_535
    busy = sum(np.count_nonzero(matrix) / 7 for matrix in whole)
    assert (found is not None) == (fits and busy <= 2 / 3 * columns * (levels - 1))
    if found is None:
        return
    coder, (left, right) = found
    expected = np.array([[math.fsum(np.minimum(x, y)) for y in b] for x in a])
    out = np.empty((7, 7))
    assert same(coder.sum_of_minima(coding.GRID, left, right, out), expected)
    assert same(coder.sum_of_minima(PAIRED, left, right, np.empty(7)), np.diag(expected).copy())


def test_levels_that_are_not_whole_steps_have_none() -> None:
    """Thirds next to tenths have no common step of which a byte holds enough."""
    grid = LevelGrid.of(1.0, 2)
    assert Stepwise.coded([grid.snapped([[1 / 3, 0.1]])], grid) is None
    assert Stepwise.coded([grid.snapped([[0.0, 0.0]])], grid) is None


def test_ticks_everywhere_are_products() -> None:
    """Where most columns are ticked, products beat bytes."""
    grid = LevelGrid.of(1.0, 9)
    ticked = grid.snapped(np.ones((4, 9)))
    few = grid.snapped(np.eye(9)[:4])
    assert Stepwise.coded([ticked, few], grid) is None
    assert Stepwise.coded([few, few], grid) is not None


def test_many_levels_change_the_way_not_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few levels make thermometers, many make minima, and no bit depends on it."""
    people = filled(np.random.default_rng(5), 40, 6, "grades", "answers")
    terms = [pw.Complementarity(), pw.Similarity("values", "level")]
    fast = [term.bind(people).block(slice(None), slice(None)) for term in terms]
    monkeypatch.setattr(coding, "MOST_LEVELS", 0)
    slow = [term.bind(people) for term in terms]
    assert all(same(a, b.block(slice(None), slice(None))) for a, b in zip(fast, slow, strict=True))
    assert slow[1].linear is None


@given(seed=st.integers(0, 2**32 - 1), d=st.integers(1, 60), spread=st.integers(0, 12))
def test_unit_vectors_are_short_and_exact(seed: int, d: int, spread: int) -> None:
    """Rounded unit vectors are never longer than 1, close to the truth, and multiply exactly."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(12, d)) * 10.0 ** rng.integers(-spread, spread + 1, (12, d))
    steps = unit_grid(vectors)
    assert max(sum(int(s) ** 2 for s in row) for row in steps) <= 2**52
    units = steps / 2.0**26
    true = vectors / np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    assert np.abs(units - true).max() <= 2.0**-26 * (2 + math.sqrt(d))
    assert np.abs(units @ units.T - true @ true.T).max() <= 2.0**-26 * (4 + math.sqrt(d))
    dots = [[math.fsum(a * b) for b in units] for a in units]
    assert same(units @ units.T, np.array(dots))


def test_a_large_population_is_exact_across_shapes() -> None:
    """Products of real size, cut in other ways, keep every bit."""
    people = filled(np.random.default_rng(11), 700, 48, "grades", "answers")
    for term in (pw.Complementarity(), pw.Similarity("values"), pw.Similarity("values", "level")):
        bound = term.bind(people)
        whole = bound.block(slice(None), slice(None))
        assert same(whole, whole.T)
        for size in (1, 7, 129, 512):
            part = bound.block(slice(3, 3 + size), slice(100, 100 + 2 * size))
            assert same(part, whole[3 : 3 + size, 100 : 100 + 2 * size])


HASH = """
import hashlib, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from strategies import filled
from references import TERMS
digest = hashlib.sha256()
for fill, gaps in (("grades", "none"), ("tenths", "answers"), ("real", "people")):
    people = filled(np.random.default_rng(3), 90, 33, fill, gaps)
    for term in TERMS:
        digest.update(term.bind(people).block(slice(0, 80), slice(1, 90)).tobytes())
print(digest.hexdigest())
"""


def test_other_processors_compute_the_same_bits() -> None:
    """BLAS kernels and vector instructions of other machines give the same values."""
    machines = [
        {},
        {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "1"},
        {"OPENBLAS_CORETYPE": "Nehalem", "OPENBLAS_NUM_THREADS": "2"},
    ]
    command = [sys.executable, "-c", HASH, str(Path(__file__).parent)]
    runs = [
        subprocess.run(
            command, env={**os.environ, **machine}, capture_output=True, text=True, check=True
        )
        for machine in machines
    ]
    assert len({run.stdout for run in runs}) == 1


@given(people=full_cohorts(), term=some_term)
def test_out_is_filled_in_place(people: Participants, term: Term) -> None:
    """`out` is what is returned, strided or not."""
    bound = term.bind(people)
    n = len(people)
    whole = bound.block(slice(None), slice(None))
    room = np.full((n, 2 * n), -1.0)
    target = room[:, 1 : n + 1]
    assert bound.block(slice(None), slice(None), out=target) is target
    assert same(target, whole)
    assert np.all(room[:, n + 1 :] == -1)
    line = np.empty(n)
    assert bound.pairs(range(n), range(n), out=line) is line
    assert same(line, np.diagonal(whole))


@pytest.mark.parametrize(
    ("rows", "out", "message"),
    [
        ([9], None, "rows holds 9: must be a position from 0 to 1"),
        ([-1], None, "rows holds -1"),
        ([True, False], None, "numpy.flatnonzero"),
        ([[0]], None, "must be a list of positions"),
        ([0.5], None, "must be a list of positions"),
        ([0], np.empty((2, 2)), r"out is float64 of shape \(2, 2\): must be float64 of shape"),
        ([0], np.empty((1, 2), np.float32), "must be float64"),
        ([0], [[0.0, 0.0]], "out is a list: must be a numpy array"),
    ],
)
def test_wrong_positions_and_outputs_are_refused(rows: object, out: object, message: str) -> None:
    """The message names the argument, the value and the rule."""
    bound = pw.Precomputed(np.eye(2)).bind(Participants(["ann", "bob"]))
    with pytest.raises(InvalidInput, match=message):
        bound.block(rows, slice(None), out=out)


def test_other_dtypes_and_lengths_are_refused() -> None:
    """Blocks are float64 or float32, and pairs have two ends."""
    bound = pw.Precomputed(np.eye(2)).bind(Participants(["ann", "bob"]))
    with pytest.raises(InvalidInput, match="dtype = float16: must be float64 or float32"):
        bound.block([0], [1], np.float16)
    with pytest.raises(InvalidInput, match="i and j hold 2 and 1 people"):
        bound.pairs([0, 1], [0])


def test_empty_blocks_are_empty() -> None:
    """No rows or no columns is no error."""
    people = filled(np.random.default_rng(0), 4, 3, "grades", "none")
    for term in TERMS:
        bound = term.bind(people)
        assert bound.block([], [1, 2]).shape == (0, 2)
        assert bound.block(slice(1, 3), []).shape == (2, 0)
        assert bound.pairs([], []).shape == (0,)


@given(people=full_cohorts(), term=some_term)
def test_bound_terms_survive_pickling(people: Participants, term: Term) -> None:
    """A shipped term computes the same bits."""
    bound = term.bind(people)
    shipped: BoundTerm = pickle.loads(pickle.dumps(bound))
    assert same(shipped.block(slice(None), slice(None)), bound.block(slice(None), slice(None)))
