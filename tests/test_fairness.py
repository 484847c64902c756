"""Fair matchings against brute force; their proofs against tampering."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwise import InvalidInput, VerificationError
from pairwise.matching import (
    alpha_matching,
    alpha_values,
    bottleneck_matching,
    leximin_matching,
    max_weight_matching,
)

EXAMPLES = settings(max_examples=50, deadline=None)


@st.composite
def graphs(draw, most=8):
    """Symmetric weights with few levels, so that ties abound, or many; some not allowed."""
    n = draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    upper = np.triu(rng.integers(0, draw(st.sampled_from([2, 4, 1000])), (n, n)), 1).astype(float)
    upper[np.triu(rng.random((n, n)) < draw(st.sampled_from([0.0, 0.3, 0.6])), 1)] = np.nan
    return upper + upper.T


def all_matchings(left, allowed):
    """Every matching of a list of vertices, as lists of pairs."""
    if len(left) < 2:
        yield []
        return
    first, *rest = left
    yield from all_matchings(rest, allowed)
    for other in rest:
        if allowed[first, other]:
            for tail in all_matchings([k for k in rest if k != other], allowed):
                yield [(first, other), *tail]


def profiles(weights):
    """Ascending weights of every matching with as many pairs as can be."""
    allowed = ~np.isnan(weights)
    every = list(all_matchings(list(range(len(weights))), allowed))
    pairs = max(map(len, every))
    return [sorted(weights[i, j] for i, j in one) for one in every if len(one) == pairs]


@EXAMPLES
@given(graphs())
def test_leximin_equals_brute_force(weights):
    """The sorted weights are the lexicographically largest, ties and all."""
    found = leximin_matching(weights)
    found.verify()
    assert found.profile.tolist() == max(profiles(weights))


@EXAMPLES
@given(graphs())
def test_bottleneck_equals_brute_force(weights):
    """The worst pair is the best there is, and then the sum."""
    found = bottleneck_matching(weights)
    found.verify()
    every = profiles(weights)
    worst = max(min(profile, default=np.inf) for profile in every)
    assert found.value == worst
    best = max(sum(profile) for profile in every if min(profile, default=np.inf) == worst)
    assert found.weight == best
    assert found.price_of_fairness == max(map(sum, every)) - best


@EXAMPLES
@given(graphs(), st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0]))
def test_alpha_equals_brute_force(weights, alpha):
    """The sum of the transformed weights is the largest."""
    found = alpha_matching(weights, alpha, floor=0.5)
    found.verify()

    def worth(profile):
        if alpha == 0:
            return sum(profile)
        lifted = [max(one, 0.5) for one in profile]
        if alpha == 1:
            return sum(np.log(lifted))
        return sum(one ** (1 - alpha) / (1 - alpha) for one in lifted)

    assert worth(found.profile) == pytest.approx(max(map(worth, profiles(weights))), abs=1e-9)
    assert found.value == pytest.approx(worth(found.profile), abs=1e-9)


@EXAMPLES
@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2**32 - 1))
def test_two_sides_are_a_graph_without_pairs_inside(rows, cols, seed):
    """A table gives what the same graph gives, and what its edges give."""
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 5, (rows, cols)).astype(float)
    table[rng.random((rows, cols)) < 0.2] = -np.inf
    whole = np.full((rows + cols, rows + cols), np.nan)
    whole[:rows, rows:], whole[rows:, :rows] = table, table.T
    i, j = np.nonzero(table > -np.inf)
    edges = (
        np.append(rows + j, i),
        np.append(i, rows + j),
        np.append(table[i, j], table[i, j] - 1),
    )
    for solve in (leximin_matching, bottleneck_matching, alpha_matching):
        found = solve(table, two_sided=True)
        found.verify()
        want = solve(whole) if rows + cols else found
        assert found.profile.tolist() == want.profile.tolist()
        assert solve(edges=edges, n=rows + cols).weight == pytest.approx(found.weight)


@pytest.mark.parametrize("kind", ["uniform", "levels", "vectors", "odd"])
def test_larger_graphs_are_proven_and_ordered(kind):
    """At a hundred vertices all proofs hold, and more fairness never has a better sum."""
    rng = np.random.default_rng(6)
    n = 101 if kind == "odd" else 100
    half = rng.integers(0, 12, (n, n)) if kind == "levels" else rng.random((n, n))
    if kind == "vectors":
        vectors = rng.random((n, 6))
        half = vectors @ vectors.T / 2
    weights = np.triu(half, 1) + np.triu(half, 1).T
    best = max_weight_matching(weights, cardinality="maximum")
    bottleneck, leximin = bottleneck_matching(weights), leximin_matching(weights)
    for found in (bottleneck, leximin):
        found.verify()
        assert found.sum_optimum.weight == pytest.approx(best.weight)
    assert leximin.value == bottleneck.value
    assert leximin.profile.tolist() >= bottleneck.profile.tolist()
    assert leximin.weight <= bottleneck.weight + 1e-9 <= best.weight + 2e-9
    assert alpha_matching(weights, 0).weight == pytest.approx(best.weight)


@pytest.mark.parametrize("join", [np.add, np.multiply])
def test_few_stages_where_all_want_the_same(join):
    """Where everybody wants the same few, a stage settles several pairs, and takes them as best."""
    worth = np.random.default_rng(2).random(120)
    found = leximin_matching(join.outer(worth, worth))
    found.verify()
    assert len(found.stages) <= 20
    few = join.outer(worth[:8], worth[:8])
    assert leximin_matching(few).profile.tolist() == max(profiles(few))


def test_integers_stay_integers():
    """Weights beyond the doubles are compared exactly."""
    big = 2**54
    weights = np.array([[0, big + 1, big, 0], [big + 1, 0, 0, 0], [big, 0, 0, 0], [0, 0, 0, 0]])
    assert leximin_matching(np.where(weights, weights, 1)).value == 1
    edges = ([0, 0], [1, 2], [big, big + 1])
    assert bottleneck_matching(edges=edges).value == big + 1


def test_ties_are_not_broken_by_chance():
    """One pair of the lowest level is better than two, whichever they are."""
    edges = ([0, 2, 4, 0, 1], [1, 3, 5, 2, 3], [1, 1, 1, 1, 2])
    assert leximin_matching(edges=edges, n=6).profile.tolist() == [1, 1, 2]


WEIGHTS = np.array(
    [
        [0, 9, 5, 4, 2, 3],
        [9, 0, 4, 6, 1, 1],
        [5, 4, 0, 1, 7, 2],
        [4, 6, 1, 0, 3, 8],
        [2, 1, 7, 3, 0, 1],
        [3, 1, 2, 8, 1, 0],
    ]
)
OTHER = np.array([1, 0, 3, 2, 5, 4], dtype=np.int32)

TAMPERED = {
    "another matching": lambda a: replace(a, mate=OTHER),
    "not mutual": lambda a: replace(a, mate=np.array([1, 2, 0, 4, 3, 5], dtype=np.int32)),
    "fewer pairs": lambda a: replace(a, mate=np.full(6, -1, dtype=np.int32)),
}
TAMPERED_BOTTLENECK = {
    **TAMPERED,
    "a higher value": lambda a: replace(a, value=a.value + 1),
    "a false obstacle": lambda a: replace(a, obstacle=np.arange(6)),
    "another proof of the sum": lambda a: replace(a, best_sum=max_weight_matching(WEIGHTS * 2)),
}


@pytest.mark.parametrize("how", TAMPERED_BOTTLENECK)
def test_tampered_bottlenecks_are_caught(how):
    """Each false claim is a VerificationError."""
    with pytest.raises(VerificationError):
        TAMPERED_BOTTLENECK[how](bottleneck_matching(np.where(WEIGHTS > 6, 1, WEIGHTS))).verify()


def lower_duals(stage):
    return replace(stage, certificate=replace(stage.certificate, duals=stage.certificate.duals - 2))


TAMPERED_LEXIMIN = {
    **TAMPERED,
    "no stages": lambda a: replace(a, stages=()),
    "lower duals": lambda a: replace(a, stages=tuple(map(lower_duals, a.stages))),
    "a stage twice": lambda a: replace(a, stages=a.stages * 2),
    "a level left out": lambda a: replace(
        a, stages=tuple(replace(s, levels=s.levels[:-2] + s.levels[-1:]) for s in a.stages)
    ),
    "levels that descend": lambda a: replace(
        a, stages=tuple(replace(s, levels=s.levels[::-1]) for s in a.stages)
    ),
    "higher duals": lambda a: replace(
        a,
        stages=tuple(
            replace(s, certificate=replace(s.certificate, duals=s.certificate.duals + 2))
            for s in a.stages
        ),
    ),
}


@pytest.mark.parametrize("how", TAMPERED_LEXIMIN)
def test_tampered_leximin_is_caught(how):
    """Each false claim is a VerificationError."""
    with pytest.raises(VerificationError):
        TAMPERED_LEXIMIN[how](leximin_matching(np.where(WEIGHTS > 6, 1, WEIGHTS))).verify()


def test_tampered_alpha_is_caught():
    """A proof about other weights, or of another matching, is refused."""
    found = alpha_matching(WEIGHTS, 2)
    with pytest.raises(VerificationError):
        replace(found, alpha=3.0).verify()
    with pytest.raises(VerificationError):
        replace(found, mate=OTHER).verify()


def test_a_false_barrier_is_caught():
    """Fewer pairs than can be need a barrier that does not exist."""
    edges = ([0, 0, 0], [1, 2, 3], [3, 2, 1])
    found = leximin_matching(edges=edges, n=4)
    found.verify()
    assert found.barrier.tolist() == [0]
    with pytest.raises(VerificationError, match="barrier"):
        replace(found, barrier=np.array([1])).verify()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: alpha_values([1.0], -1), "alpha = -1"),
        (lambda: alpha_values([1.0], np.inf), "leximin_matching"),
        (lambda: alpha_values([1.0], 1, floor=0), "floor = 0"),
        (lambda: leximin_matching(), "exactly one"),
        (lambda: leximin_matching([[0.0, 1.0]]), "square"),
        (lambda: leximin_matching([[0.0, 1.0], [2.0, 0.0]]), "symmetric"),
        (lambda: leximin_matching([[np.inf]], two_sided=True), "inf"),
        (lambda: bottleneck_matching(edges=([0], [1], [1]), two_sided=True), "two_sided"),
        (lambda: bottleneck_matching(edges=([0], [0], [1])), "itself"),
    ],
)
def test_misuse_is_named(call, message):
    """Messages name the argument and the value."""
    with pytest.raises(InvalidInput, match=message):
        call()
