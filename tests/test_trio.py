"""Tests of the search for the best trio, of its proof, and of sets turned inside out."""

import dataclasses
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pairwise as pw
from pairwise.matching import max_weight_matching
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.pair_solver import DensePairSolver
from pairwise.matching.pricing import PricingPairSolver
from pairwise.matching.trio import Triangles, TrioSearch, _Duals
from pairwise.matching.turning import turn_large_sets
from pairwise.problem import PairProblem

FAMILIES = {
    "vectors": lambda rng, n: {"interests": rng.normal(size=(n, 5))},
    "bits": lambda rng, n: {"interests": rng.integers(0, 2, (n, 6))},
    "levels": lambda rng, n: {
        "offers": rng.integers(0, 4, (n, 4)),
        "seeks": rng.integers(0, 4, (n, 4)),
    },
}


def problem_of(family, n, seed, rules=()):
    """Return a problem with an odd number of people."""
    features = FAMILIES[family](np.random.default_rng(seed), n)
    score = pw.Complementarity() if family == "levels" else pw.Similarity("interests")
    return PairProblem.of(pw.Participants(range(n), **features), score, rules)


def searched(problem, solver, **options):
    """Return the search for the best trio of a problem, before it ran."""
    return TrioSearch(solver, solver.solve(), problem.together_pairs, **options)


def dense(problem):
    """Return the solver on the matrix of all weights."""
    everybody = slice(0, problem.n)
    return DensePairSolver(problem.weights(everybody, everybody), problem.step)


def best_by_all_triangles(problem):
    """Solve the pairing beside every triangle; a trio counts half the sum of its sides."""
    n = problem.n
    weights = problem.weights(slice(0, n), slice(0, n)).astype(np.float64)
    weights[weights == NOT_ALLOWED] = np.nan
    best = 0.0
    for triangle in combinations(range(n), 3):
        rest = np.setdiff1d(np.arange(n), triangle)
        found = max_weight_matching(weights[np.ix_(rest, rest)], cardinality="perfect")
        trio = weights[np.ix_(triangle, triangle)]
        best = max(best, found.weight + np.triu(trio, 1).sum() / 2)
    return best * problem.step


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(3))
def test_the_best_of_all_triangles_is_found(family, seed):
    """The plan is worth what solving beside each triangle finds, and passes its own check."""
    problem = problem_of(family, 15, seed)
    plan = pw.pair(problem.people, problem.score)
    assert plan.status is pw.Status.OPTIMAL
    assert plan.value == pytest.approx(best_by_all_triangles(problem), abs=1e-9)
    plan.verify()


@pytest.mark.parametrize("family", FAMILIES)
def test_ties_and_crowds_stay_cheap(family):
    """Among hundreds of people, many of them alike, less than a hundred nodes decide."""
    problem = problem_of(family, 301, 1)
    search = searched(problem, dense(problem))
    answer = search.run()
    assert answer.bound4 == answer.value4
    assert search.nodes <= 100
    pw.pair(problem.people, problem.score).verify()


def test_blocks_and_matrix_find_the_same_value():
    """Priced by blocks or from a matrix: the same value, and a proof that needs no more."""
    problem = problem_of("bits", 201, 0)
    answers = [
        searched(problem, solver).run() for solver in (dense(problem), PricingPairSolver(problem))
    ]
    values = [answer.value4 - answer.certificates[0].bonus * 402 for answer in answers]
    assert values[0] == values[1]
    assert all(answer.bound4 == answer.value4 for answer in answers)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_bound_holds_and_explored_triangles_are_bounded_exactly(family):
    """No dual solution bounds a triangle below its best plan; its own says just that."""
    problem = problem_of(family, 21, 2)
    solver = dense(problem)
    search = searched(problem, solver)
    rng = np.random.default_rng(0)
    for _ in range(6):
        search._explore(np.sort(rng.choice(21, 3, replace=False)).astype(np.int32))
    for _ in range(30):
        people = np.sort(rng.choice(21, (1, 3), replace=False), axis=1).astype(np.int32)
        triangle = search._weighed(people)
        rest = solver.solve_without((*people[0].tolist(), 21))
        value4 = search._framed(rest) + 2 * int(triangle.weights.sum()) + 6 * search.bonus
        assert all(duals.over(triangle, value4)[0] >= 0 for duals in search.duals)
        search._explore(people[0])
        assert search.duals[-1].over(triangle, value4)[0] == 0


def test_a_gap_that_is_asked_for_is_certified():
    """With a target gap the search ends sooner, and the proof supports the bound it gives."""
    problem = problem_of("vectors", 201, 3)
    plan = pw.pair(problem.people, problem.score, target_gap=0.01)
    exact = pw.pair(problem.people, problem.score)
    assert plan.gap <= 0.01
    assert plan.status in (pw.Status.OPTIMAL, pw.Status.WITHIN_GAP)
    assert plan.value <= exact.value <= plan.bound
    plan.verify()


def test_no_time_still_gives_a_plan_and_a_bound_that_holds():
    """A time limit of nothing ends the search at once with a bound its proof supports."""
    problem = problem_of("bits", 201, 4)
    plan = pw.pair(problem.people, problem.score, time_limit=0.0)
    assert plan.value <= pw.pair(problem.people, problem.score).value <= plan.bound
    plan.verify()


def test_a_third_person_may_join_a_required_pair():
    """With required pairs the best trio may hold one of them; brute force agrees."""
    problem = problem_of("vectors", 9, 5)
    rules = [pw.Require([(0, 1), (2, 3)])]
    plan = pw.pair(problem.people, problem.score, rules=rules)
    plan.verify()
    options = []
    for triangle in combinations(range(9), 3):
        torn = any(len({a, b} & set(triangle)) == 1 for a, b in ((0, 1), (2, 3)))
        if not torn:
            rest = [pair for pair in ((0, 1), (2, 3)) if not set(pair) & set(triangle)]
            options.append(_value_with(problem, triangle, rest))
    assert plan.value_q == max(options)


def _value_with(problem, triangle, settled):
    """Return the best value with a trio and some pairs given, in units."""
    taken = {*triangle, *(person for pair in settled for person in pair)}
    free = [person for person in range(problem.n) if person not in taken]
    i, j = np.array(list(combinations(triangle, 2))).T
    value = int(problem.together_pairs(i, j).sum()) // 2
    value += sum(int(problem.together_pairs(np.array([a]), np.array([b]))[0]) for a, b in settled)
    return value + _best_pairs(problem, free)


def _best_pairs(problem, free):
    if not free:
        return 0
    first, *others = free
    return max(
        int(problem.together_pairs(np.array([first]), np.array([other]))[0])
        + _best_pairs(problem, [person for person in others if person != other])
        for other in others
    )


@given(st.sampled_from(sorted(FAMILIES)), st.integers(0, 30))
def test_turned_sets_cover_and_bound_alike(family, seed):
    """Complements in place of large sets leave every cover and every bound as they are."""
    problem = problem_of(family, 61, seed)
    solver = dense(problem)
    given_one = dataclasses.replace(solver.solve().certificate, without=(problem.n,))
    turned = turn_large_sets(given_one)
    turned.check(problem.weights)
    assert max(turned.set_sizes(), default=0) <= 31
    rng = np.random.default_rng(seed)
    people = np.array([rng.choice(61, 3, replace=False) for _ in range(100)], dtype=np.int32)
    i, j = people[:, [0, 0, 1]].T.ravel(), people[:, [1, 2, 2]].T.ravel()
    triangles = Triangles(people, problem.together_pairs(i, j).reshape(3, -1))
    assert np.array_equal(_Duals(given_one).over(triangles, 0), _Duals(turned).over(triangles, 0))


def lied(plan, **changes):
    """Return a plan whose proof was changed."""
    return dataclasses.replace(plan.certificate, **changes)


def test_tampered_bounds_on_trios_are_caught():
    """Lowered duals, another bonus, another frame, a set that is even: each is refused."""
    plan = next(
        plan
        for plan in (pw.pair(problem_of("levels", 61, seed).people) for seed in range(20))
        if plan.certificate.others and len(plan.certificate.others[-1].set_duals)
    )
    *others, last = plan.certificate.others
    low, fewer = last.duals.copy(), last.parents.copy()
    low[:30] -= 1 << 25
    fewer[np.flatnonzero(fewer >= 0)[0]] = -1
    for broken in (
        dataclasses.replace(last, duals=low),
        dataclasses.replace(last, bonus=last.bonus - 2),
        dataclasses.replace(last, without=(0, 61)),
        dataclasses.replace(last, parents=fewer),
    ):
        with pytest.raises(pw.VerificationError):
            lied(plan, others=(*others, broken)).check(plan.problem, plan.index_groups)
