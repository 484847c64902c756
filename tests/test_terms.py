"""Terms: values equal naive per-pair references, bits are the same however they are asked for."""

import math
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pairwise as pw
from pairwise import InvalidInput, Participants
from pairwise.terms import coding
from pairwise.terms.base import BoundTerm, Term
from pairwise.terms.coding import Elementwise, LevelGrid, Thermometer, coded, unit_grid
from strategies import filled, full_cohorts

RECIPROCITY = {
    "harmonic": lambda a, b: 2 * a * b / (a + b) if a + b > 0 else 0.0,
    "min": min,
    "mean": lambda a, b: (a + b) / 2,
    "product": lambda a, b: a * b,
}


def even_places(people: Participants, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    """Return 1 where both positions are even, unknown where either is a multiple of 5."""
    values = ((rows[:, None] % 2 == 0) & (cols[None, :] % 2 == 0)).astype(float)
    values[(rows[:, None] * cols[None, :]) % 5 == 0] = np.nan
    return values


def later_gains(people: Participants, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    """Return what i gains: the place of j over n."""
    return np.broadcast_to((cols + 1) / len(people), (len(rows), len(cols)))


TERMS: list[Term] = [
    *(pw.Complementarity(reciprocity=kind) for kind in RECIPROCITY),
    *(pw.Similarity("values", metric) for metric in ("cosine", "jaccard", "level")),
    pw.Similarity("signed"),
    pw.Similarity("signed", "level"),
    pw.Diversity("team"),
    pw.Diversity("age"),
    pw.Closeness("age"),
    pw.Closeness("age", scale=0.25),
    pw.Overlap(),
    pw.Overlap(enough=100),
    pw.Preference(),
    pw.Custom(even_places),
    pw.Custom(later_gains, directed=True),
]
some_term = st.sampled_from(TERMS)


def everybody(people: Participants) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions i and j of all ordered pairs."""
    n = len(people)
    return np.divmod(np.arange(n * n), n)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Say whether two arrays have the same bits, NaN included."""
    return np.array_equal(a, b, equal_nan=True)


def known_in(*rows: np.ndarray) -> np.ndarray:
    """Return which dimensions all rows answered."""
    return ~np.isnan(np.array(rows)).any(axis=0)


def coverage(offer: np.ndarray, need: np.ndarray) -> float:
    """Return the share of the needs that the offers cover, NaN when there is no known need."""
    both = known_in(offer, need)
    total = math.fsum(need[both])
    return math.fsum(np.minimum(offer, need)[both]) / total if total else math.nan


def combined(kind: str, mine: float, theirs: float) -> float:
    """Return one value of two directions; a known one stands alone."""
    if math.isnan(mine) or math.isnan(theirs):
        return theirs if math.isnan(mine) else mine
    return RECIPROCITY[kind](mine, theirs)


def complementarity(kind: str) -> Callable[[Participants, int, int], float]:
    """Return the naive value of a pair."""

    def value(people: Participants, i: int, j: int) -> float:
        offers, seeks = people.vector("offers").levels, people.vector("seeks").levels
        return combined(kind, coverage(offers[j], seeks[i]), coverage(offers[i], seeks[j]))

    return value


def cosine(feature: str) -> Callable[[Participants, int, int], float]:
    """Return the naive cosine, moved to [0, 1] on signed scales."""

    def value(people: Participants, i: int, j: int) -> float:
        vector = people.vector(feature)
        signed = vector.low < 0
        a, b = (vector.values if signed else vector.levels)[[i, j]]
        both = known_in(a, b)
        if not both.any():
            return math.nan
        lengths = math.hypot(*a[both]) * math.hypot(*b[both])
        found = math.fsum(a[both] * b[both]) / lengths if lengths else 0.0
        return (1 + found) / 2 if signed else found

    return value


def jaccard(people: Participants, i: int, j: int) -> float:
    """Return shared over united."""
    a, b = people.vector("values").levels[[i, j]]
    both = known_in(a, b)
    if not both.any():
        return math.nan
    united = math.fsum(np.maximum(a, b)[both])
    return math.fsum(np.minimum(a, b)[both]) / united if united else 0.0


def level(feature: str) -> Callable[[Participants, int, int], float]:
    """Return one minus the mean distance over the range."""

    def value(people: Participants, i: int, j: int) -> float:
        vector = people.vector(feature)
        a, b = vector.values[[i, j]]
        both = known_in(a, b)
        if not both.any():
            return math.nan
        return 1 - float(np.abs(a - b)[both].mean()) / (vector.high - vector.low)

    return value


def other_team(people: Participants, i: int, j: int) -> float:
    """Return whether the teams differ."""
    a, b = people.category("team").codes[[i, j]]
    return math.nan if min(a, b) < 0 else float(a != b)


def age_apart(people: Participants, i: int, j: int, scale: float | None = None) -> float:
    """Return the distance of ages over the scale, at most 1."""
    ages = people.number("age")
    known = ages[~np.isnan(ages)]
    scale = scale or (float(np.ptp(known)) if known.size else 0.0) or 1.0
    apart = abs(ages[i] - ages[j]) / scale
    return apart if math.isnan(apart) else min(1.0, apart)


def overlap(enough: float) -> Callable[[Participants, int, int], float]:
    """Return the common slots over enough, at most 1."""

    def value(people: Participants, i: int, j: int) -> float:
        a, b = people.slot().values[[i, j]]
        common = float((a * b).sum())
        return common if math.isnan(common) else min(1.0, common / enough)

    return value


def preference(people: Participants, i: int, j: int) -> float:
    """Return the mean of the known directions."""
    wishes = people.preference()
    ways = [float(b in wishes.asked[a]) for a, b in ((i, j), (j, i)) if wishes.known[a]]
    return sum(ways) / len(ways) if ways else math.nan


def custom(people: Participants, i: int, j: int) -> float:
    """Return the function's value, one pair at a time."""
    return float(even_places(people, np.array([i]), np.array([j]))[0, 0])


REFERENCES = {
    **{pw.Complementarity(reciprocity=kind): complementarity(kind) for kind in RECIPROCITY},
    pw.Similarity("values"): cosine("values"),
    pw.Similarity("signed"): cosine("signed"),
    pw.Similarity("values", "jaccard"): jaccard,
    pw.Similarity("values", "level"): level("values"),
    pw.Similarity("signed", "level"): level("signed"),
    pw.Diversity("team"): other_team,
    pw.Diversity("age"): age_apart,
    pw.Closeness("age"): lambda people, i, j: 1 - age_apart(people, i, j),
    pw.Closeness("age", 0.25): lambda people, i, j: 1 - age_apart(people, i, j, 0.25),
    pw.Overlap(): overlap(3),
    pw.Overlap(enough=100): overlap(100),
    pw.Preference(): preference,
    pw.Custom(even_places): custom,
}


@pytest.mark.parametrize("term", REFERENCES, ids=lambda term: term.name)
@given(people=full_cohorts())
def test_values_equal_a_naive_reference(term: Term, people: Participants) -> None:
    """Every value is what the definition says, unknown where it says unknown."""
    n = len(people)
    found = term.bind(people).block(range(n), range(n))
    expected = [[REFERENCES[term](people, i, j) for j in range(n)] for i in range(n)]
    # What both answered may be a small part of a vector, whose grid is relative to the whole.
    part = "similarity" in term.name and np.isnan(people.vector("signed").values).any()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4 if part else 2e-7)


@given(people=full_cohorts(), kind=st.sampled_from(sorted(RECIPROCITY)))
def test_directed_value_is_the_coverage_of_needs(people: Participants, kind: str) -> None:
    """What i gains from j is the share of i's needs that j's offers cover, in both dtypes."""
    n = len(people)
    offers, seeks = people.vector("offers").levels, people.vector("seeks").levels
    expected = [[coverage(offers[j], seeks[i]) for j in range(n)] for i in range(n)]
    bound = pw.Complementarity(reciprocity=kind).bind(people)
    exact = bound.directed_block(range(n), range(n))
    np.testing.assert_allclose(exact, expected, rtol=0, atol=1e-11)
    rough = bound.directed_block(range(n), range(n), np.float32)
    np.testing.assert_allclose(rough, exact, rtol=0, atol=bound.error32)
    assert same(bound.directed_pairs(*everybody(people)).reshape(n, n), exact)


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
from test_terms import TERMS
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


@given(people=full_cohorts(), term=some_term)
def test_every_known_pair_has_a_sentence(people: Participants, term: Term) -> None:
    """Sentences name both people and never say nan."""
    bound = term.bind(people)
    values = bound.pairs(*everybody(people))
    for i, j, value in zip(*everybody(people), values, strict=True):
        if i != j and not math.isnan(value):
            sentence = bound.sentence(int(i), int(j), ("Ann", "Bob"))
            assert "Ann" in sentence
            assert "Bob" in sentence
            assert "nan" not in sentence


def test_names_tell_terms_apart() -> None:
    """No two of the terms have the same name, and defaults stay out of it."""
    assert len({term.name for term in TERMS}) == len(TERMS)
    assert pw.Complementarity().name == "complementarity"
    assert pw.Complementarity("can", "wants", "min").name == "complementarity(can, wants, min)"
    assert pw.Similarity("values", "level").name == "similarity(values, level)"
    assert pw.Custom(lambda people, rows, cols: 0).name == "custom"


def test_who_seeks_nothing_has_nothing_to_gain() -> None:
    """A direction without need is unknown, and the other one stands alone."""
    people = Participants(
        ["mentor", "mentee", "guest"],
        offers=[[1, 1], [0, 0], [0, 0]],
        seeks=[[0, 0], [1, 0], [0, 0]],
    )
    bound = pw.Complementarity().bind(people)
    assert same(bound.directed_block([0, 1], [0, 1]), np.array([[np.nan, np.nan], [1, 0]]))
    assert bound.pairs([0, 1], [1, 0]).tolist() == [1, 1]
    assert np.isnan(bound.pairs([0], [2])[0])
    assert "mentor seeks nothing" in bound.sentence(0, 1, ("mentor", "mentee"))


def test_unknown_offers_are_neither_help_nor_refusal() -> None:
    """Only the needs that the other answered count."""
    nan = np.nan
    people = Participants(
        ["ann", "bob", "cy"],
        offers=[[1, 1], [nan, 1], [nan, nan]],
        seeks=[[1, 1], [1, 1], [1, nan]],
    )
    bound = pw.Complementarity().bind(people)
    assert bound.directed_pairs([0, 2], [1, 0]).tolist() == [1, 1]
    assert np.isnan(bound.directed_pairs([0, 2], [2, 1])).all()
    assert "unknown" in bound.sentence(0, 2, ("ann", "cy"))


def test_nothing_ticked_is_known_and_shares_nothing() -> None:
    """Zero vectors are answers: cosine and jaccard 0, also with each other."""
    people = Participants(["ann", "bob", "cy"], interests=[[0, 0], [0, 0], [1, 0]])
    for metric in ("cosine", "jaccard"):
        block = pw.Similarity("interests", metric).bind(people).block([0], [1, 2])
        assert block.tolist() == [[0, 0]]


def test_linear_terms_say_so() -> None:
    """Cosine, level, mean coverage, few labels and scarce time are linear; others are not."""
    people = filled(np.random.default_rng(2), 20, 4, "grades", "none")
    linear = {term.name for term in TERMS if term.bind(people).linear is not None}
    assert linear == {
        "complementarity(mean)",
        "similarity(values)",
        "similarity(values, level)",
        "similarity(signed)",
        "diversity(team)",
        "overlap(slots, 100)",
    }


def test_wide_numbers_stay_within_the_bound() -> None:
    """Numbers far from 0 and far apart on their scale lose nothing that counts."""
    rng = np.random.default_rng(8)
    for numbers, scale in (
        (1e9 + rng.integers(0, 50, 60), 7.0),
        (rng.normal(size=60) * 1e12, 3.0),
        (rng.random(60) * 1e-50, None),
        (1e-50 * rng.random(60), 1e-60),
    ):
        bound = pw.Closeness("x", scale).bind(
            Participants([f"p{k}" for k in range(60)], numbers={"x": numbers})
        )
        exact = bound.block(slice(None), slice(None))
        expected = 1 - np.minimum(
            1, np.abs(numbers[:, None] - numbers) / (scale or np.ptp(numbers))
        )
        np.testing.assert_allclose(exact, expected, atol=1e-15)
        rough = bound.block(slice(None), slice(None), np.float32)
        assert np.abs(rough - exact).max() <= bound.error32


def test_one_value_for_all_is_close_and_not_diverse() -> None:
    """A range of 0 divides by nothing."""
    people = Participants(["ann", "bob"], numbers={"x": [3, 3], "y": [np.nan, np.nan]})
    assert pw.Closeness("x").bind(people).pairs([0], [1]).tolist() == [1]
    assert pw.Diversity("x").bind(people).pairs([0], [1]).tolist() == [0]
    assert np.isnan(pw.Diversity("y").bind(people).pairs([0], [1])).all()


@pytest.mark.parametrize("reciprocity", RECIPROCITY)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 7), holes=st.booleans())
def test_directed_matrices_are_combined(reciprocity: str, seed: int, n: int, holes: bool) -> None:
    """Asymmetric matrices go through reciprocity, symmetric ones are taken as they are."""
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 5, (n, n)) / 4
    if holes:
        matrix[rng.random((n, n)) < 0.3] = np.nan
    people = Participants([f"p{k}" for k in range(n)])
    bound = pw.Precomputed(matrix, reciprocity=reciprocity).bind(people)
    found = bound.block(slice(None), slice(None))
    for i, j in product(range(n), repeat=2):
        expected = combined(reciprocity, matrix[i, j], matrix[j, i])
        if np.array_equal(matrix, matrix.T, equal_nan=True):
            expected = matrix[i, j]
        assert found[i, j] == pytest.approx(expected, nan_ok=True)
    assert same(bound.directed_block(range(n), slice(None)), matrix)
    assert same(found, found.T)


def test_precomputed_keeps_its_own_copy() -> None:
    """Changing the matrix afterwards changes nothing; a read-only one is shared."""
    matrix = np.array([[0, 0.5], [0.5, 0]])
    term = pw.Precomputed(matrix)
    matrix[0, 1] = 1
    people = Participants(["ann", "bob"])
    assert term.bind(people).pairs([0], [1]).tolist() == [0.5]
    matrix.flags.writeable = False
    assert pw.Precomputed(matrix).bind(people).matrix is matrix


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[0, 1]], r"shape \(1, 2\): must be \(n, n\)"),
        ([[0, 2], [0, 0]], r"matrix\[0, 1\] = 2: values must be in \[0, 1\]"),
        ([[0, -np.inf], [0, 0]], "the rule Forbid"),
        ([["a", "b"], ["c", "d"]], "must hold numbers"),
    ],
)
def test_wrong_matrices_are_refused(matrix: object, message: str) -> None:
    """The message names the entry and the way out."""
    with pytest.raises(InvalidInput, match=message):
        pw.Precomputed(matrix)


def test_a_matrix_for_other_people_is_refused() -> None:
    """One row per participant."""
    with pytest.raises(InvalidInput, match="the matrix has 3 rows for 2 people"):
        pw.Precomputed(np.eye(3)).bind(Participants(["ann", "bob"]))


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (lambda people, rows, cols: np.zeros(3), {}, r"returned shape \(3,\) for 2 rows"),
        (lambda people, rows, cols: np.full((len(rows), len(cols)), 2.0), {}, "returned 2: values"),
        (later_gains, {}, "differs from that of"),
        (3, {}, "must be callable"),
        (later_gains, {"directed": True, "reciprocity": "means"}, 'did you mean "mean"'),
    ],
)
def test_wrong_functions_are_refused(function: object, options: dict, message: str) -> None:
    """A function that cannot be a term is refused when it is made or bound."""
    with pytest.raises(InvalidInput, match=message):
        pw.Custom(function, "mine", **options).bind(Participants(["ann", "bob"]))


def test_custom_directions_are_combined() -> None:
    """A directed function gives what each gains."""
    people = Participants(["ann", "bob"])
    bound = pw.Custom(later_gains, directed=True, reciprocity="min").bind(people)
    assert bound.directed_pairs([0, 1], [1, 0]).tolist() == [1.0, 0.5]
    assert bound.pairs([0], [1]).tolist() == [0.5]
    assert not bound.exact


@pytest.mark.parametrize(
    "make",
    [
        lambda: pw.Similarity("gender"),
        lambda: pw.Diversity("gender"),
        lambda: pw.Closeness("gender"),
        lambda: pw.Overlap("gender"),
        lambda: pw.Complementarity("gender"),
    ],
)
def test_monitoring_cannot_be_read(make: Callable[[], Term]) -> None:
    """No term reads a monitoring feature, nor does a function of one's own see it."""
    people = filled(np.random.default_rng(0), 4, 3, "grades", "none")
    with pytest.raises(InvalidInput, match="monitoring"):
        make().bind(people)
    seen = []

    def spy(people: Participants, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
        seen.append(people.monitoring_names)
        return np.zeros((len(rows), len(cols)))

    pw.Custom(spy).bind(people)
    assert seen == [()]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: pw.Similarity("values", "cosin"), 'did you mean "cosine"'),
        (lambda: pw.Complementarity(reciprocity="harmonc"), 'did you mean "harmonic"'),
        (lambda: pw.Closeness("age", 0), "scale = 0: must be a positive number"),
        (lambda: pw.Closeness("age", math.nan), "scale = nan"),
        (lambda: pw.Overlap(enough=-1), "enough = -1: must be a positive number"),
    ],
)
def test_wrong_settings_are_refused_at_once(make: Callable[[], Term], message: str) -> None:
    """Settings are checked where they are made."""
    with pytest.raises(InvalidInput, match=message):
        make()


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (pw.Similarity("valeus"), 'did you mean "values"'),
        (pw.Similarity("team"), '"team" is a category feature'),
        (pw.Complementarity("offers", "signed"), "must have the same columns"),
        (pw.Closeness("team"), '"team" is a category feature, not a number'),
    ],
)
def test_missing_features_are_named(term: Term, message: str) -> None:
    """Binding to people without the feature says which."""
    people = Participants(
        ["ann", "bob"],
        offers=[[1, 0], [0, 1]],
        values=[[1, 2], [2, 1]],
        vectors={"signed": [[1.0], [-1.0]]},
        categories={"team": ["x", "y"]},
    )
    with pytest.raises(InvalidInput, match=message):
        term.bind(people)


def test_a_scale_that_floats_cannot_hold_is_refused() -> None:
    """The range of a scale must be finite."""
    people = Participants(["ann", "bob"], values=[[1e308], [-1e308]])
    with pytest.raises(InvalidInput, match="positive, finite number"):
        pw.Similarity("values", "level").bind(people)
    numbers = Participants(["ann", "bob"], numbers={"x": [1e308, -1e308]})
    with pytest.raises(InvalidInput, match="too large for floats"):
        pw.Closeness("x").bind(numbers)
