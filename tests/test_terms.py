"""Terms: values equal naive per-pair references, and what cannot be is refused in words."""

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pairwise as pw
from pairwise import InvalidInput, Participants
from pairwise.terms import Term
from references import (
    RECIPROCITY,
    REFERENCES,
    TERMS,
    combined,
    coverage,
    everybody,
    later_gains,
    same,
    some_term,
)
from strategies import filled, full_cohorts


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
