"""Scores: weighted terms, unknown ones neutral, the same bits however they are asked for."""

import math
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pairwise as pw
from pairwise import InvalidInput, Participants, Score
from pairwise.score.weighted import normalised, summing_to_one
from pairwise.terms.base import Term
from strategies import filled, full_cohorts

TERMS: list[Term] = [
    pw.Complementarity(),
    pw.Complementarity(reciprocity="mean"),
    pw.Similarity("values"),
    pw.Similarity("values", "level"),
    pw.Similarity("interests", "jaccard"),
    pw.Similarity("signed"),
    pw.Diversity("team"),
    pw.Closeness("age"),
    pw.Overlap(),
    pw.Preference(),
]
ALL = slice(None)


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """Up to five terms with weights from 0 to 4, in any order."""
    terms = draw(st.lists(st.sampled_from(TERMS), min_size=1, max_size=5, unique=True))
    weights = draw(st.lists(st.sampled_from([0, 0.5, 1, 3, 4]), min_size=5, max_size=5))
    weights[0] = max(weights[0], 0.5)
    return Score(terms, weights[: len(terms)])


def naive(score: Score, people: Participants, i: int, j: int, *, directed: bool = False) -> float:
    """Return the weighted mean of the known terms."""
    total = known = 0.0
    for term, weight in zip(score.terms, score.weights, strict=True):
        bound = term.bind(people)
        value = float((bound.directed_pairs if directed else bound.pairs)([i], [j])[0])
        if not math.isnan(value):
            total += weight * value
            known += weight
    return total / known if known else 0.0


@given(people=full_cohorts(most=6), score=scores())
def test_a_score_is_the_mean_of_its_known_terms(people: Participants, score: Score) -> None:
    """The weight of unknown terms is shared among the others; nothing known is 0."""
    n = len(people)
    bound = score.on(people)
    expected = [[naive(score, people, i, j) for j in range(n)] for i in range(n)]
    np.testing.assert_allclose(bound.matrix(), expected, rtol=0, atol=1e-11)
    gains = [[naive(score, people, i, j, directed=True) for j in range(n)] for i in range(n)]
    np.testing.assert_allclose(bound.directed_block(ALL, ALL), gains, rtol=0, atol=1e-11)
    assert bound.directed("p0", "p1") == pytest.approx(gains[0][1], abs=1e-11)


@given(people=full_cohorts(), score=scores(), seed=st.integers(0, 2**32 - 1))
def test_scores_have_the_same_bits_however_asked(
    people: Participants, score: Score, seed: int
) -> None:
    """Blocks, pairs, transposed and permuted people: one value per pair, in [0, 1]."""
    n = len(people)
    bound = score.on(people)
    whole = bound.matrix()
    assert np.array_equal(whole, whole.T)
    assert whole.min() >= 0
    assert whole.max() <= 1
    i, j = np.divmod(np.arange(n * n), n)
    assert np.array_equal(bound.pairs(i, j).reshape(n, n), whole)
    order = np.random.default_rng(seed).permutation(n)
    assert np.array_equal(bound.block(order, order[::-1]), whole[np.ix_(order, order[::-1])])
    moved = score.on(people.take(order))
    assert np.array_equal(moved.block(ALL, [0]), whole[np.ix_(order, order[:1])])


@given(people=full_cohorts(), score=scores())
def test_float32_scores_stay_within_their_bound(people: Participants, score: Score) -> None:
    """Also when linear terms are fused into one product, and into `out`."""
    bound = score.on(people)
    n = len(people)
    room = np.empty((n, n), np.float32)
    rough = bound.block(ALL, ALL, np.float32, room)
    assert rough is room
    assert np.abs(rough - bound.matrix()).max() <= bound.error32
    assert bound.error32 < 1e-4
    if bound.linear is not None:
        left, right = bound.linear
        assert left.dtype == right.dtype == np.float32
        assert np.abs(left @ right.T - bound.matrix()).max() <= bound.error32


@given(
    people=full_cohorts(),
    score=scores(),
    factor=st.sampled_from([2.0, 0.1, 3.0, 7.3, 1e-6, 1e9, 1 / 3]),
)
def test_scaling_all_weights_changes_no_bit(
    people: Participants, score: Score, factor: float
) -> None:
    """Only ratios of weights matter."""
    scaled = factor * score
    assert scaled.weights == score.weights
    assert np.array_equal(scaled.on(people).matrix(), score.on(people).matrix())


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=12).filter(any))
def test_weights_sum_to_exactly_one(weights: list[float]) -> None:
    """Summed in any order, without rounding: so no score exceeds 1."""
    shares = summing_to_one(normalised(weights))
    assert sum(shares) == sum(sorted(shares)) == sum(shares[::-1]) == 1.0
    assert min(shares) >= 0
    for share, weight in zip(shares, weights, strict=True):
        assert share == pytest.approx(weight / math.fsum(weights), abs=2e-11)


@given(people=full_cohorts(gaps=("answers", "people")), score=scores())
def test_an_unknown_term_is_neutral(people: Participants, score: Score) -> None:
    """A term that is unknown for everybody leaves every score as it was."""
    nobody = np.full((len(people), 1), np.nan)
    silent = Participants(
        people.ids,
        **{kind: people.vector(kind) for kind in ("offers", "seeks", "interests", "values")},
        vectors={"signed": people.vector("signed"), "silent": nobody},
        categories={"team": [None if c < 0 else f"t{c}" for c in people.category("team").codes]},
        numbers={"age": people.number("age")},
        slots=people.slot().values,
        preferences={
            people.ids[k]: [people.ids[other] for other in people.preference().asked[k]]
            for k in np.flatnonzero(people.preference().known)
        },
    )
    louder = (score + 2 * pw.Similarity("silent")).on(silent)
    np.testing.assert_allclose(louder.matrix(), score.on(people).matrix(), rtol=0, atol=1e-11)
    share = louder.breakdown("p0", "p1")["similarity(silent)"]
    assert not share.known
    assert share.weight == share.share == 0
    assert "unknown" in share.sentence


@given(people=full_cohorts(), score=scores())
def test_a_breakdown_adds_up(people: Participants, score: Score) -> None:
    """Weights sum to 1, shares to the score, and each says what it means."""
    bound = score.on(people)
    why = bound.breakdown("p0", "p1")
    assert why.pair == ("p0", "p1")
    assert why.score == bound.pairs([0], [1])[0]
    assert [term.name for term in why] == [term.name for term in score.terms]
    assert math.fsum(term.share for term in why) == pytest.approx(why.score, abs=1e-14)
    if any(term.known and term.weight for term in why):
        assert math.fsum(term.weight for term in why) == pytest.approx(1)
    back = bound.breakdown("p1", "p0")
    for term, other in zip(why, back, strict=True):
        assert term.share == other.share
        assert np.array_equal(term.gains, other.gains[::-1], equal_nan=True)
    assert str(why).count("\n") == len(why)
    assert len(why.to_dict()["terms"]) == len(score.terms)


@given(people=full_cohorts(), score=scores())
def test_monitoring_changes_nothing(people: Participants, score: Score) -> None:
    """The same people with and without monitoring features have the same scores."""
    assert np.array_equal(score.on(people.without_monitoring()).matrix(), score.on(people).matrix())


@given(seed=st.integers(0, 2**32 - 1), score=scores(), data=st.data())
def test_a_few_gaps_change_the_way_not_the_bits(
    seed: int, score: Score, data: st.DataObject
) -> None:
    """Blocks are filled fast and patched where something is unknown; pairs are not."""
    people = filled(np.random.default_rng(seed), 60, 4, "grades", "few")
    bound = score.on(people)
    some = st.lists(st.integers(0, 59), min_size=1, max_size=40)
    rows, cols = data.draw(some), data.draw(some)
    i, j = np.repeat(rows, len(cols)), np.tile(cols, len(rows))
    expected = bound.pairs(i, j).reshape(len(rows), len(cols))
    room = np.empty((len(rows), len(cols)), np.float32)
    assert np.array_equal(bound.block(rows, cols), expected)
    assert np.abs(bound.block(rows, cols, np.float32, room) - expected).max() <= bound.error32
    assert np.array_equal(bound.matrix()[np.ix_(rows, cols)], expected)


def test_a_few_gaps_take_the_fast_way() -> None:
    """The fast way is there for few gaps, and neither for none nor for many."""
    quick = {
        gaps: Score(TERMS)
        .on(filled(np.random.default_rng(1), 60, 4, "grades", gaps))
        ._values()
        .quick
        for gaps in ("none", "few", "answers")
    }
    assert quick["few"] is not None
    assert quick["none"] is None
    assert quick["answers"] is None


def big() -> Score:
    """Return a bound score of 400 people with gaps."""
    people = filled(np.random.default_rng(4), 400, 20, "grades", "people")
    return Score(TERMS).on(people)


def test_threads_share_one_score() -> None:
    """Blocks asked for at the same time are the blocks asked for one by one."""
    score = big()
    spans = [(a, b) for a in range(0, 400, 100) for b in range(0, 400, 100)] * 3

    def work(span: tuple[int, int]) -> np.ndarray:
        a, b = span
        return score.block(slice(a, a + 100), slice(b, b + 100))

    with ThreadPoolExecutor(4) as pool:
        blocks = list(pool.map(work, spans))
    whole = score.matrix()
    for (a, b), block in zip(spans, blocks, strict=True):
        assert np.array_equal(block, whole[a : a + 100, b : b + 100])


def test_processes_compute_the_same_bits() -> None:
    """A shipped score gives the same block in another process."""
    score = big()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        shipped = pool.submit(score.block, slice(0, 50), slice(50, 150)).result()
    assert np.array_equal(shipped, score.block(slice(0, 50), slice(50, 150)))


@given(people=full_cohorts(), score=scores())
def test_scores_survive_pickling(people: Participants, score: Score) -> None:
    """Bound or not, with its weights."""
    for one in (score, score.on(people)):
        again: Score = pickle.loads(pickle.dumps(one))
        assert again.terms == one.terms
        assert again.weights == one.weights
        assert (again.people is None) == (one.people is None)
    assert np.array_equal(again.matrix(), score.on(people).matrix())


def test_sums_and_products_build_a_score() -> None:
    """The ways to write a score give the same one."""
    a, b, c = pw.Complementarity(), pw.Similarity("values"), pw.Similarity("interests")
    score = 3 * a + 2 * b + c
    assert score.terms == (a, b, c)
    assert score.weights == pytest.approx((1 / 2, 1 / 3, 1 / 6))
    assert (a * 3 + (b * 2 + c)).weights == score.weights
    assert (np.float64(3) * a + np.int64(2) * b + c).weights == score.weights
    assert sum([3 * a, 2 * b, c]).weights == score.weights
    assert sum([a, b, c]).weights == (a + b + c).weights == Score([a, b, c]).weights
    assert (a + score).weights == pytest.approx((4 / 7, 2 / 7, 1 / 7))
    assert repr(3 * a) == (
        "3 * Complementarity(offers='offers', seeks='seeks', reciprocity='harmonic')"
    )


def test_the_same_term_twice_adds_its_weights() -> None:
    """Equal settings are one term."""
    score = pw.Similarity("values") + 2 * pw.Overlap() + pw.Similarity("values")
    assert score.terms == (pw.Similarity("values"), pw.Overlap())
    assert score.weights == (0.5, 0.5)


@pytest.mark.parametrize("weight", [-1, math.nan, math.inf, -0.1, "3", None, [1]])
def test_wrong_weights_are_refused(weight: object) -> None:
    """Weights are finite numbers >= 0; the message shows the weight."""
    with pytest.raises(InvalidInput, match="must be a finite number >= 0"):
        weight * pw.Overlap()
    with pytest.raises(InvalidInput, match="must be a finite number >= 0"):
        Score([pw.Overlap()], [weight])


def test_what_is_no_score_is_refused() -> None:
    """No terms, weights that do not fit, two meanings of one name, sums with other things."""
    with pytest.raises(InvalidInput, match="terms is empty"):
        Score([])
    with pytest.raises(InvalidInput, match="weights has 1 entries for 2 terms"):
        Score([pw.Overlap(), pw.Preference()], [1])
    with pytest.raises(InvalidInput, match='called "mine"'):
        pw.Precomputed(np.eye(2), "mine") + pw.Precomputed(np.ones((2, 2)), "mine")
    with pytest.raises(InvalidInput, match="must be a term"):
        Score([3])
    with pytest.raises(TypeError):
        pw.Overlap() + 3
    with pytest.raises(TypeError):
        3 + pw.Overlap()


def test_weight_zero_counts_nothing_but_is_shown() -> None:
    """A term can be switched off; all of them cannot."""
    people = filled(np.random.default_rng(1), 6, 3, "grades", "none")
    score = (0 * pw.Overlap() + pw.Diversity("team")).on(people)
    assert np.array_equal(score.matrix(), (1 * pw.Diversity("team")).on(people).matrix())
    assert score.breakdown("p0", "p1")["overlap(slots)"].weight == 0
    with pytest.raises(InvalidInput, match="all weights of the score are 0"):
        (0 * pw.Overlap()).on(people)
    assert (0 * score).people is None


def test_unbound_scores_say_how_to_bind() -> None:
    """Every use names `score.on(people)`."""
    score = 2 * pw.Overlap()
    for use in (
        lambda: score.block([0], [0]),
        lambda: score.pairs([0], [0]),
        score.matrix,
        lambda: score.breakdown("a", "b"),
        lambda: score.directed("a", "b"),
        lambda: score.error32,
        lambda: score.linear,
        lambda: score.bound_terms,
    ):
        with pytest.raises(InvalidInput, match=r"score\.on\(people\)"):
            use()


def test_bound_scores_grow() -> None:
    """A bound score plus a term is bound to the same people; two populations do not mix."""
    people = filled(np.random.default_rng(1), 6, 3, "grades", "none")
    grown = pw.default_score(people) + 0.5 * pw.Diversity("team")
    assert grown.people is people
    assert grown.on(people) is grown
    assert grown.bound_terms[0] is (grown * 2).bound_terms[0]
    other = filled(np.random.default_rng(2), 6, 3, "grades", "none")
    with pytest.raises(InvalidInput, match="different people"):
        pw.default_score(people) + pw.default_score(other)
    with pytest.raises(InvalidInput, match="different people"):
        _ = grown + (1 * pw.Overlap()).on(other)


def test_scores_are_frozen() -> None:
    """No attribute can be set or deleted."""
    score = 2 * pw.Overlap()
    with pytest.raises(AttributeError, match="frozen"):
        score.people = None
    with pytest.raises(AttributeError, match="frozen"):
        del score.terms


def test_people_of_a_pair_are_two() -> None:
    """Unknown ids and a person with themselves are refused."""
    people = Participants(["ann", "bob"], slots=[[1], [1]])
    score = (1 * pw.Overlap()).on(people)
    with pytest.raises(InvalidInput, match='did you mean "bob"'):
        score.breakdown("ann", "bobb")
    with pytest.raises(InvalidInput, match='"ann" is given twice'):
        score.directed("ann", "ann")
    with pytest.raises(InvalidInput, match=r'did you mean "overlap\(slots\)"'):
        score.breakdown("ann", "bob")["overlap(slot)"]


def test_linear_scores_are_one_product() -> None:
    """All terms linear and known: factors with the weights in `left`; otherwise None."""
    people = filled(np.random.default_rng(3), 30, 5, "grades", "none")
    linear = (pw.Similarity("values", "level") + 2 * pw.Similarity("interests")).on(people)
    assert linear.linear is not None
    assert (pw.Similarity("values") + pw.Complementarity()).on(people).linear is None
    holed = filled(np.random.default_rng(3), 30, 5, "grades", "answers")
    assert (1 * pw.Similarity("values")).on(holed).linear is None


def test_quantised_scores_are_whole_steps() -> None:
    """Rounded to the nearest multiple of 2**-30; half a step is the largest error."""
    values = np.random.default_rng(0).random(1000)
    steps = Score.quantise(values)
    assert steps.dtype == np.int64
    assert np.abs(steps * Score.step - values).max() <= Score.step / 2


def test_the_default_score_takes_what_is_there() -> None:
    """Design weights over the features present; graded answers by level, others by cosine."""
    people = filled(np.random.default_rng(1), 8, 3, "likert", "none")
    score = pw.default_score(people)
    assert dict(zip((term.name for term in score.terms), score.weights, strict=True)) == {
        "similarity(values, level)": pytest.approx(0.40),
        "complementarity": pytest.approx(0.30),
        "overlap(slots)": pytest.approx(0.15),
        "similarity(interests, level)": pytest.approx(0.15),
    }
    few = Participants(["a", "b"], interests=[[0, 1], [1, 1]], slots=[[1], [0]])
    assert pw.default_score(few).terms == (pw.Overlap(), pw.Similarity("interests"))
    with pytest.raises(InvalidInput, match="state a score"):
        pw.default_score(Participants(["a", "b"], categories={"team": ["x", "y"]}))


def test_real_survey_answers_are_scored(survey: object) -> None:
    """1,010 people with missing answers: symmetric, in [0, 1], blocks within their bound."""
    people = Participants.from_csv(
        survey,
        id=None,
        interests=["History", "Psychology", "Politics", "Mathematics", "Physics", "Internet"],
        values=["Daily events", "Prioritising workload", "Writing notes", "Workaholism"],
        numbers=["Age"],
    )
    score = (pw.default_score(people) + pw.Closeness("Age", 5)).on(people)
    whole = score.matrix()
    assert np.array_equal(whole, whole.T)
    assert 0 <= whole.min() < whole.max() <= 1
    rough = score.block(ALL, ALL, np.float32)
    assert np.abs(rough - whole).max() <= score.error32
