"""Rules: blocks, pairs, sentences and what they refuse to accept."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwise import InvalidInput, Participants, Score, Similarity
from pairwise.rules import Differ, Floor, Forbid, Only, PairSet, Require, Same, Within
from strategies import cohorts, filter_rules, id_pairs

PEOPLE = Participants(
    ["ann", "bob", "cy", "di", 5],
    categories={"team": ["red", "red", "blue", None, None]},
    numbers={"grade": [1, 2, 4, np.nan, 1]},
    monitoring={"gender": ["f", "m", "m", "f", None]},
)


def table(rule, people=PEOPLE):
    """Return the whole mask of a rule."""
    return rule.bind(people).allowed(slice(0, len(people)), slice(0, len(people)))


def definition(people, rule, i, j):
    """Tell whether a pair passes, read from the rule's words, one pair at a time."""
    if isinstance(rule, Forbid):
        return {people.ids[i], people.ids[j]} not in [set(pair) for pair in rule.pairs]
    if isinstance(rule, Only):
        return (i + j) % 3 != 0
    if isinstance(rule, Within):
        a, b = people.number(rule.number)[[i, j]]
    elif rule.feature == "grade":
        a, b = people.number("grade")[[i, j]]
    else:
        a, b = (np.nan if c < 0 else c for c in people.category("team").codes[[i, j]])
    if np.isnan(a) or np.isnan(b):
        return rule.unknown == "pass"
    if isinstance(rule, Within):
        return abs(a - b) <= rule.by
    return bool(a == b) is isinstance(rule, Same)


@given(st.data())
def test_blocks_follow_the_words(data):
    """Every entry of a block is what the rule's words say of that pair."""
    people = data.draw(cohorts(least=2))
    rule = data.draw(filter_rules(people))
    n = len(people)
    wanted = [[definition(people, rule, i, j) for j in range(n)] for i in range(n)]
    got = table(rule, people)
    apart = ~np.eye(n, dtype=bool)
    assert got[apart].tolist() == np.array(wanted)[apart].tolist()


@given(st.data())
def test_blocks_of_any_shape_and_pairs_agree(data):
    """Slices, index arrays with repeats, and lists of pairs are cuts of one symmetric mask."""
    people = data.draw(cohorts(least=2))
    rule = data.draw(filter_rules(people) | st.builds(Require, id_pairs(people, 3)))
    whole, bound = table(rule, people), rule.bind(people)
    assert (whole == whole.T).all()
    index = st.integers(0, len(people) - 1)
    rows = np.array(data.draw(st.lists(index, max_size=6)), dtype=np.intp)
    cols = np.array(data.draw(st.lists(index, max_size=6)), dtype=np.intp)
    cut = slice(data.draw(index), data.draw(index) + 1)
    assert (bound.allowed(rows, cols) == whole[np.ix_(rows, cols)]).all()
    assert (bound.allowed(cut, cols) == whole[cut][:, cols]).all()
    assert (bound.allowed(rows, cut) == whole[rows, cut]).all()
    m = min(len(rows), len(cols))
    assert (bound.allowed_pairs(rows[:m], cols[:m]) == whole[rows[:m], cols[:m]]).all()


@given(st.integers(1, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20))
def test_pair_set_is_a_set_of_pairs(n, pairs):
    """The sparse set answers like a set of frozensets, and connects like a graph."""
    pairs = [(a % n, b % n) for a, b in pairs if a % n != b % n]
    i, j = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    found, wanted = PairSet(n, i, j), {frozenset(pair) for pair in pairs}
    assert len(found) == len(wanted)
    assert {frozenset(pair) for pair in found.pairs().tolist()} == wanted
    matrix = [[frozenset((a, b)) in wanted for b in range(n)] for a in range(n)]
    assert found.block(slice(0, n), slice(0, n)).tolist() == matrix
    reach = np.linalg.matrix_power(np.array(matrix, dtype=float) + np.eye(n), n) > 0
    components = {tuple(np.flatnonzero(row).tolist()) for row in reach if row.sum() > 1}
    assert set(found.components()) == components


def test_a_required_person_is_allowed_nobody_else():
    """Require leaves the required partner alone, for both of the pair."""
    mask = table(Require([("ann", "bob")]))
    assert np.flatnonzero(mask[0]).tolist() == [1]
    assert np.flatnonzero(mask[1]).tolist() == [0]
    assert mask[2:, 2:].all()


def test_many_forbidden_pairs_are_sparse():
    """A hundred thousand forbidden pairs among 50,000 people bind and answer by block."""
    people = Participants(range(50_000))
    rng = np.random.default_rng(0)
    i = rng.integers(0, 49_999, 100_000)
    j = rng.integers(i + 1, 50_000)
    bound = Forbid(zip(i.tolist(), j.tolist(), strict=True)).bind(people)
    assert not bound.allowed_pairs(j, i).any()
    block = bound.allowed(slice(0, 500), slice(0, 50_000))
    inside = i < 500
    assert not block[i[inside], j[inside]].any()
    assert (~block).sum() <= 2 * inside.sum()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Forbid(["ab"]), r"'ab' is not a pair of ids"),
        (lambda: Forbid([("a", "b", "c")]), "has 3 ids"),
        (lambda: Require([("a", "a")]), "names one participant twice"),
        (lambda: Forbid(("a", "b")), "is not a pair of ids; write Forbid"),
        (lambda: Differ("team", unknown="refus"), 'did you mean "refuse"'),
        (lambda: Within("grade", -1), "must be a number >= 0"),
        (lambda: Within("grade", np.nan), "must be a number >= 0"),
        (lambda: Floor(1.2), r"must be in \[0, 1\]"),
        (lambda: Only("x"), "must be a function"),
        (lambda: Forbid([("ann", "bbo")]).bind(PEOPLE), 'Forbid: .*did you mean "bob"'),
        (lambda: Differ("taem").bind(PEOPLE), 'did you mean "team"'),
        (lambda: Within("team", 1).bind(PEOPLE), 'Within: no number "team"; there are "grade"'),
        (lambda: Differ("gender").bind(PEOPLE), '"gender" is a monitoring feature'),
        (lambda: Same("gender").bind(PEOPLE), '"gender" is a monitoring feature'),
        (lambda: Within("gender", 1).bind(PEOPLE), '"gender" is a monitoring feature'),
        (lambda: Floor(0.5).bind(PEOPLE), "needs the score"),
        (lambda: table(Only(lambda i, j: np.ones(3, bool))), r"of shape \(3,\): must be bool"),
        (lambda: table(Only(lambda i, j: np.ones((5, 5)))), "returned float64"),
    ],
)
def test_refusals_name_value_and_way_out(make, words):
    """What a rule cannot accept is refused in words, when it is written or when it is bound."""
    with pytest.raises(InvalidInput, match=words):
        make()


@given(
    st.lists(st.integers(0, 40).map(lambda k: k / 10) | st.floats(-5, 5) | st.just(np.nan)),
    st.integers(0, 20).map(lambda k: k / 10) | st.floats(0, 5),
    st.sampled_from(["pass", "refuse"]),
)
def test_within_is_the_difference_of_floats(numbers, by, unknown):
    """The rule decides by the float64 difference itself, rounding included."""
    people = Participants(range(len(numbers)), numbers={"x": numbers})
    values = np.array(numbers, dtype=float)
    apart = np.abs(values[:, None] - values)
    wanted = ~(apart > by) if unknown == "pass" else apart <= by
    assert (table(Within("x", by, unknown), people) == wanted).all()


@given(st.data())
def test_floors_are_exact_to_the_last_bit(data):
    """A floor put at a pair's own value lets it pass; one bit higher refuses it."""
    n = data.draw(st.integers(2, 8))
    rows = st.lists(st.integers(0, 3), min_size=3, max_size=3)
    people = Participants(range(n), interests=data.draw(st.lists(rows, min_size=n, max_size=n)))
    term = Similarity("interests")
    values = term.bind(people).block(slice(0, n), slice(0, n))
    value = values[0, 1]
    for unknown in ("pass", "refuse"):
        for minimum in (value, min(np.nextafter(value, 2), 1.0)) if value == value else (0.5,):
            wanted = values >= minimum if unknown == "refuse" else ~(values < minimum)
            assert (table(Floor(minimum, term, unknown), people) == wanted).all()
            score = Score([term]).on(people)
            got = Floor(minimum).bind(people, score).allowed(slice(0, n), slice(0, n))
            assert (got == (score.matrix() >= minimum)).all()


def test_rules_show_as_they_are_written():
    """The repr is the code, cut short for thousands of pairs; the sentence says it in words."""
    assert repr(Within("grade", 1.0)) == 'Within("grade", 1)'
    assert repr(Differ("team", unknown="refuse")) == 'Differ("team", unknown="refuse")'
    many = Forbid(combinations(range(10), 2))
    assert repr(many) == "Forbid([(0, 1), (0, 2), (0, 3), ... 45 pairs])"
    assert many.bind(Participants(range(10))).name == "Forbid([45 pairs])"
    assert many.sentence == "45 named pairs may not meet"
    assert Require([("a", "b")]).sentence == "1 named pair must be together"
    assert Only(lambda i, j: i, name="odd").sentence == '"odd" must allow the pair, both ways'


def test_only_holds_both_ways():
    """A predicate that allows one direction alone refuses the pair."""
    upward = Only(lambda i, j: i[:, None] <= j, name="upward")
    assert table(upward).tolist() == np.eye(5, dtype=bool).tolist()


def test_rules_are_values():
    """Equal rules are equal and hash alike; they cannot be changed."""
    assert Forbid([("a", "b")]) == Forbid(iter([("a", "b")]))
    assert len({Differ("team"), Differ("team"), Same("team")}) == 2
    with pytest.raises(AttributeError):
        Differ("team").feature = "site"
