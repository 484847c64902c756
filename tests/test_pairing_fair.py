"""Fair plans against brute force; what they say about value, price and other plans."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pairwise as pw
from oracles import brute_force
from pairwise import pairing
from pairwise.problem import FairProblem
from strategies import score_matrices

EXAMPLES = settings(max_examples=25, deadline=None)
ALPHAS = (0.5, 1.0, 2.0, 5.0)


def people_of(matrix):
    return pw.Participants([f"p{k}" for k in range(len(matrix))])


def all_pairings(left):
    """Every way to pair people up, one left out where the number is odd."""
    if len(left) < 2:
        yield []
        return
    first, *rest = left
    for other in rest:
        for tail in all_pairings([k for k in rest if k != other]):
            yield [(first, other), *tail]
    if len(left) % 2:
        yield from all_pairings(rest)


@EXAMPLES
@given(st.data(), st.integers(2, 7), st.sampled_from(ALPHAS), st.sampled_from(["trio", "bye"]))
def test_alpha_equals_brute_force(data, n, alpha, leftover):
    """The sum of what pairs and the trio are worth to fairness is the largest."""
    matrix = data.draw(score_matrices(n))
    people = people_of(matrix)
    plan = pw.pair(people, pw.Precomputed(matrix), fairness=alpha, leftover=leftover)
    plan.verify()
    worth = plan.problem.weights(slice(None), slice(None))
    trio = None
    if leftover == "trio" and n % 2:

        def trio(i, j, k):
            return int(worth[[i, i, j], [j, k, k]].sum()) // 2

    placed, value = brute_force(n, lambda i, j: int(worth[i, j]), trio)
    assert sum(map(len, plan.groups)) == placed
    assert plan.value_q == value
    assert plan.value == pytest.approx(score_sum(matrix, plan.index_groups), abs=1e-8)
    assert plan.bound == plan.value


def score_sum(matrix, groups):
    return sum(
        sum(matrix[i, j] for i, j in combinations(group, 2)) / (len(group) - 1) for group in groups
    )


@EXAMPLES
@given(st.data(), st.integers(2, 7))
def test_leximin_equals_brute_force(data, n):
    """The ascending scores are the best there are, and their sum is the value."""
    matrix = data.draw(score_matrices(n))
    plan = pw.pair(people_of(matrix), pw.Precomputed(matrix), fairness=math.inf, leftover="bye")
    plan.verify()
    step = np.rint(matrix * 2**30)
    profiles = [sorted(step[i, j] for i, j in pairs) for pairs in all_pairings(list(range(n)))]
    most = max(map(len, profiles))
    best = max(profile for profile in profiles if len(profile) == most)
    assert sorted(step[i, j] for i, j in plan.index_groups) == best
    assert plan.value_q == 2 * sum(best)


@pytest.mark.parametrize("alpha", [0.0, 1.0, math.inf])
def test_price_of_fairness_is_exact(alpha):
    """The price is what the plan for the sum is worth more."""
    people = pw.sample_cohort().without([pw.sample_cohort().ids[0]])
    fair, best = pw.pair(people, fairness=alpha), pw.pair(people)
    assert fair.price_of_fairness == pytest.approx(best.value - fair.value, abs=1e-12)
    assert (fair.price_of_fairness == 0) == (alpha == 0)
    assert best.price_of_fairness == 0
    assert min(fair.to_frame()["score"]) >= min(best.to_frame()["score"])


@pytest.mark.parametrize("alpha", [1.0, math.inf])
def test_what_ifs_are_the_fairest(alpha):
    """A forced pair and an alternative give what solving afresh with that rule gives."""
    people = pw.sample_cohort().without([pw.sample_cohort().ids[0]])
    a, b = people.ids[:2]
    plan = pw.pair(people, fairness=alpha)
    forced = plan.what_if((a, b))
    forced.plan.verify()
    afresh = pw.pair(people, fairness=alpha, rules=[pw.Require([(a, b)])])
    assert forced.plan.value_q == afresh.value_q
    other = plan.alternatives(a, 1)[0]
    kept_apart = pw.pair(people, fairness=alpha, rules=[pw.Forbid([(a, plan.partner_of(a))])])
    assert other.plan.value_q == kept_apart.value_q
    assert plan.explain(a).breakdowns[0].score == pytest.approx(
        float(plan.score.pairs([0], people.indices([plan.partner_of(a)]))[0])
    )


@pytest.mark.parametrize("alpha", [0.5, 2.0, math.inf])
def test_plans_survive_json(alpha):
    """A plan read back is the same, and its proof still holds."""
    people = pw.sample_cohort().without([pw.sample_cohort().ids[0]])
    plan = pw.pair(people, fairness=alpha)
    again = pw.Plan.from_json(plan.to_json(), people)
    again.verify()
    assert again.groups == plan.groups
    assert again.value == plan.value
    assert again.to_json() == plan.to_json()


def test_by_blocks_is_the_same():
    """Solving block by block gives the value of solving at once."""
    rng = np.random.default_rng(2)
    people = pw.Participants([f"p{k}" for k in range(300)], interests=rng.random((300, 8)))
    problem = FairProblem.of(people, pw.Similarity("interests"), fairness=2)
    solving = pairing.Solving(problem)
    outcome = solving.solve()
    solving._new_solver = lambda *_: pairing.PricingPairSolver(problem)
    priced = solving.solve()
    assert priced.value_q == outcome.value_q == priced.bound_q


@pytest.mark.parametrize("alpha", [1.0, math.inf])
def test_tampered_plans_are_caught(alpha):
    """A plan that is less fair does not pass with the proof of the fairest."""
    matrix = np.array([[0, 8, 4, 5], [8, 0, 4, 4], [4, 4, 0, 1], [5, 4, 1, 0]]) / 10
    plan = pw.pair(people_of(matrix), pw.Precomputed(matrix), fairness=alpha)
    outcome = pw.plan.Outcome(((0, 1), (2, 3)), plan.value_q, plan.bound_q, plan.status)
    for certificate in (plan.certificate, None):
        with pytest.raises(pw.VerificationError):
            pw.Plan(plan.problem, replace(outcome, certificate=certificate)).verify()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fairness": -1}, "fairness=-1"),
        ({"fairness": math.nan}, "fairness=nan"),
        ({"fairness": 50}, "inf"),
        ({"fairness": math.inf}, 'leftover="bye"'),
    ],
)
def test_misuse_is_named(arguments, message):
    """Messages name the argument and the value."""
    with pytest.raises(pw.InvalidInput, match=message):
        pw.pair(people_of(np.zeros((3, 3))), pw.Precomputed(np.zeros((3, 3))), **arguments)
