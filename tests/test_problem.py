"""The problem: integer weights by blocks, and contradictions named before solving."""

import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwise import Closeness, InfeasibleError, InvalidInput, Participants, Precomputed
from pairwise.problem import NOT_ALLOWED, PairProblem
from pairwise.rules import Differ, Floor, Forbid, Only, Require, Same, Within
from strategies import cohorts, rule_lists, score_matrices


def flat(n: int) -> Precomputed:
    """Return a score of one half for every pair of n people."""
    return Precomputed(np.full((n, n), 0.5))


def problem_of(n, rules=(), leftover="trio", **features):
    """Build a problem on n people p0, p1, ... whose pairs all score one half."""
    people = Participants([f"p{k}" for k in range(n)], **features)
    return PairProblem.of(people, flat(n), rules, leftover)


def pairs_of(*names: str):
    """Read "ab cd" as the pairs (pa, pb), (pc, pd)."""
    return [(f"p{a}", f"p{b}") for a, b in names]


def conflicts_of(problem: PairProblem) -> str:
    """Return the sentences of the contradictions, one a line."""
    with pytest.raises(InfeasibleError) as caught:
        problem.check()
    return "\n".join(caught.value.conflicts)


@given(st.data())
def test_weights_are_twice_the_quantised_score_where_allowed(data):
    """Blocks, pairs and float32 blocks say the same about every pair, and are symmetric."""
    people = data.draw(cohorts(least=2))
    n = len(people)
    matrix = data.draw(score_matrices(n))
    problem = PairProblem.of(people, Precomputed(matrix), data.draw(rule_lists(people)))
    everybody = slice(0, n)
    weights, allowed = problem.weights(everybody, everybody), problem.allowed(everybody, everybody)
    assert (weights == weights.T).all()
    assert not allowed.diagonal().any()
    assert ((weights == NOT_ALLOWED) == ~allowed).all()
    assert (np.abs(weights * problem.step - matrix)[allowed] <= problem.step).all()
    assert (weights[allowed] % 2 == 0).all()
    i, j = (index.ravel() for index in np.indices((n, n)))
    assert (problem.weights_pairs(i, j) == weights.ravel()).all()
    single = problem.float32_block(everybody, np.arange(n))
    assert ((single == -np.inf) == ~allowed).all()
    assert (np.abs(single - matrix)[allowed] <= problem.error32).all()


@given(st.data())
def test_check_raises_exactly_when_somebody_cannot_be_placed(data):
    """With disjoint requires: a refused require, or people with nobody allowed, and no else."""
    people = data.draw(cohorts(least=2))
    n = len(people)
    problem = PairProblem.of(people, flat(n), data.draw(rule_lists(people)))
    everybody = slice(0, n)
    compatible, allowed = (
        mask(everybody, everybody) for mask in (problem.compatible, problem.allowed)
    )
    required = problem.required.pairs()
    refused = not compatible[required[:, 0], required[:, 1]].all()
    alone = np.flatnonzero(~allowed.any(axis=1))
    odd_one = len(alone) == 1 and n % 2 == 1 and compatible[alone[0]].any()
    if refused or (len(alone) and not odd_one):
        text = conflicts_of(problem)
        assert refused or all(f'"{people.ids[i]}" has nobody allowed' in text for i in alone)
    else:
        problem.check()


def test_a_required_and_forbidden_pair_is_named():
    """Both people, both rules and the way out are in the sentence."""
    rules = [Require(pairs_of("01")), Forbid(pairs_of("10"))]
    assert conflicts_of(problem_of(4, rules)) == (
        "\"p0\" and \"p1\" are required together, but Forbid([('p1', 'p0')]) refuses the pair:"
        " drop the pair from Require or relax Forbid([('p1', 'p0')])"
    )


def test_a_required_pair_that_breaks_a_rule_on_answers_is_named():
    """Every rule that refuses the required pair gets its sentence."""
    rules = [Require(pairs_of("01")), Differ("team"), Within("grade", 1)]
    features = {"categories": {"team": list("aabc")}, "numbers": {"grade": [1, 3, 1, 2]}}
    text = conflicts_of(problem_of(4, rules, **features))
    assert 'but Differ("team") refuses the pair' in text
    assert 'but Within("grade", 1) refuses the pair' in text


@pytest.mark.parametrize(
    ("n", "leftover", "names", "words"),
    [
        (6, "trio", ["01", "12"], "the number of people is odd, here 6"),
        (7, "bye", ["01", "12", "02"], 'use leftover="trio" with an odd number'),
        (7, "trio", ["01", "12", "34", "45"], "one trio only"),
        (7, "trio", ["01", "12", "23"], "keep one of these requires"),
        (7, "trio", ["01", "02", "03"], '"p0" is required with "p1", "p2" and "p3"'),
        (5, "trio", ["01", "12", "23", "34", "04"], "keep one of these requires"),
    ],
)
def test_requires_that_tie_too_many_together_are_named(n, leftover, names, words):
    """Somebody required with two others is a contradiction, unless they can be the trio."""
    problem = problem_of(n, [Require(pairs_of(*names))], leftover)
    assert words in conflicts_of(problem)
    with pytest.raises(InfeasibleError):
        problem.allowed(slice(0, n), slice(0, n))


@pytest.mark.parametrize("names", [["01", "12"], ["01", "12", "02"]])
def test_three_required_together_may_be_the_trio(names):
    """With an odd number and the trio, requires that connect three settle the trio."""
    problem = problem_of(7, [Require(pairs_of(*names[:1])), Require(pairs_of(*names[1:]))])
    problem.check()
    assert problem.fixed == ((0, 1, 2),)
    assert problem.free.tolist() == [3, 4, 5, 6]
    assert not problem.allowed(slice(0, 3), slice(0, 7)).any()
    refused = problem_of(7, [Require(pairs_of("01", "12")), Forbid(pairs_of("02"))])
    assert '"p0" and "p2" would share the trio' in conflicts_of(refused)


def test_somebody_with_nobody_allowed_is_named_with_counts_and_relaxation():
    """The sentence says which rule refuses how many, and which one to relax."""
    rules = [Same("team"), Within("grade", 1)]
    features = {"categories": {"team": list("aaabb")}, "numbers": {"grade": [1, 3, 3, 1, 1]}}
    text = conflicts_of(problem_of(5, rules, **features))
    assert text == (
        '"p0" has nobody allowed among 4 others: Same("team") refuses 2, Within("grade", 1)'
        ' refuses 2; without Same("team") there would be 2\n'
        'or leave them out: people.without(["p0"])'
    )


def test_nobody_allowed_without_a_single_culprit():
    """Where every partner is refused twice, the sentence says that two rules must give."""
    rules = [Forbid(pairs_of("01", "02", "03")), Only(lambda i, j: (i[:, None] > 0) & (j > 0))]
    assert "no single rule is to blame, so relax two of them" in conflicts_of(problem_of(4, rules))


def test_many_people_with_nobody_allowed_are_counted():
    """Twenty get a sentence of their own, the rest are counted."""
    nobody = Only(lambda i, j: np.zeros((len(i), len(j)), bool), name="nobody")
    text = conflicts_of(problem_of(50, [nobody]))
    assert text.count("has nobody allowed") == 20
    assert text.endswith("and of 30 more")


def test_the_odd_one_beside_required_pairs_is_no_contradiction():
    """Requires may settle everybody else; the last one joins them or has a bye."""
    for leftover in ("trio", "bye"):
        problem_of(5, [Require(pairs_of("01", "23"))], leftover).check()
    text = conflicts_of(problem_of(4, [Require(pairs_of("01")), Forbid(pairs_of("23"))]))
    assert '"p2" has nobody allowed among 3 others' in text
    assert "Require refuses 2" in text


def test_looking_for_people_without_partners_is_cheap_for_large_cohorts():
    """50,000 people, sorted by team and not, are scanned by blocks in well under a second."""
    n = 50_000
    team = np.arange(n) // 50
    mixed = np.random.default_rng(0).permutation(team)
    people = Participants(range(n), numbers={"team": team, "mixed": mixed})
    score = 1 * Closeness("team")
    for rule in (Same("team"), Differ("team"), Within("mixed", 3)):
        PairProblem.of(people, score, [rule]).check()


def test_trios_are_worth_half_their_three_pairs():
    """The value of a trio is an exact integer; a group that tears a require is refused."""
    matrix = np.array([[0, 3, 4, 1], [3, 0, 6, 0], [4, 6, 0, 2], [1, 0, 2, 0]]) / 8
    people = Participants(list("abcd"))
    problem = PairProblem.of(people, Precomputed(matrix))
    worth = problem.group_weights([(0, 1, 2), (0, 3)]) * problem.step
    assert worth.tolist() == [13 / 16, 1 / 8]
    tied = PairProblem.of(
        people.take([0, 1, 2]), Precomputed(matrix[:3, :3]), [Require([("a", "b")])]
    )
    assert tied.group_weights([(0, 1, 2)])[0] != NOT_ALLOWED
    assert tied.group_weights([(0, 2), (0, 1)]).tolist()[0] == NOT_ALLOWED


def test_a_floor_on_the_score_refuses_pairs_below_it():
    """Floor without a term reads the problem's own score, exactly at the border too."""
    matrix = np.array([[0, 0.5, 0.25], [0.5, 0, 0.75], [0.25, 0.75, 0]])
    people = Participants(list("abc"))
    problem = PairProblem.of(people, Precomputed(matrix), [Floor(0.5)])
    assert problem.allowed(slice(0, 3), slice(0, 3)).tolist() == [
        [False, True, False],
        [True, False, True],
        [False, True, False],
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"leftover": "trios"}, 'leftover=\'trios\': must be "trio" or "bye"; did you mean'),
        ({"rules": Differ("team")}, "write rules=[...]"),
        ({"rules": ["team"]}, "rules[0]='team': must be a rule"),
        ({"score": 3}, "score=3: must be a Score, a term or None"),
    ],
)
def test_wrong_arguments_are_refused(arguments, words):
    """The sentence names argument, value and way out."""
    given_arguments = {"score": flat(2), **arguments}
    with pytest.raises(InvalidInput, match=re.escape(words)):
        PairProblem.of(Participants(["a", "b"]), **given_arguments)


def test_reasons_for_being_alone():
    """Whoever is left out learns whether it is the number, the rules or the others."""
    assert problem_of(1).why_alone(0, alone=1, proven=True) == "there is nobody else"
    odd = problem_of(3, leftover="bye").why_alone(0, alone=1, proven=True)
    assert odd == "a bye: 3 is odd, and this bye costs least"
    star = problem_of(4, [Forbid(pairs_of(*(f"{a}{b}" for a, b in combinations("123", 2))))])
    assert star.why_alone(1, alone=2, proven=True) == (
        "1 of 3 others are allowed, all placed elsewhere; no plan places more than 2 people"
    )
    barred = problem_of(3, [Forbid(pairs_of("01", "02"))])
    assert barred.why_alone(0, alone=1, proven=True).startswith("nobody allowed: Forbid(")
