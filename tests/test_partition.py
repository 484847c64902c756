"""Groups of three and more: against brute force, rule by rule, and with broken claims."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwise import matching
from pairwise.errors import InfeasibleError, InvalidInput, VerificationError


def random_weights(n, seed, high=None):
    rng = np.random.default_rng(seed)
    drawn = rng.random((n, n)) if high is None else rng.integers(-high, high + 1, (n, n))
    upper = np.triu(drawn, 1)
    return upper + upper.T


def partitions(left, sizes):
    """All partitions of a list of people into groups of these sizes."""
    if not left:
        yield []
        return
    first, *rest = left
    for size in sizes:
        for others in combinations(rest, size - 1):
            remaining = [i for i in rest if i not in others]
            for tail in partitions(remaining, sizes):
                yield [(first, *others), *tail]


def worth(weights, groups):
    return sum(
        sum(weights[a, b] for a, b in combinations(group, 2)) / (len(group) - 1) for group in groups
    )


def brute(weights, sizes, allowed=lambda group: True):
    everybody = partitions(list(range(len(weights))), sizes)
    return max(
        (worth(weights, groups) for groups in everybody if all(map(allowed, groups))),
        default=None,
    )


@settings(max_examples=25)
@given(
    shape=st.sampled_from([(6, 3), (9, 3), (8, 4), (6, 2), (8, 2)]),
    seed=st.integers(0, 10**6),
    high=st.none() | st.integers(0, 9),
)
def test_equals_brute_force(shape, seed, high):
    """Small partitions are proven optimal and worth what brute force finds."""
    n, size = shape
    weights = random_weights(n, seed, high)
    found = matching.partition(weights, size)
    found.verify()
    assert found.optimal
    assert found.value == pytest.approx(brute(weights, [size]), abs=1e-6)


@settings(max_examples=15)
@given(n=st.integers(6, 9), seed=st.integers(0, 10**6))
def test_size_ranges_equal_brute_force(n, seed):
    """With a range of sizes every number of groups is tried."""
    weights = random_weights(n, seed)
    found = matching.partition(weights, (3, 5))
    found.verify()
    assert found.value == pytest.approx(brute(weights, [3, 4, 5]), abs=1e-6)
    assert found.optimal


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_rules_equal_brute_force(seed):
    """Apart, together, counts and common slots are kept, and the best such partition is found."""
    rng = np.random.default_rng(seed)
    weights = random_weights(9, seed)
    a, b, c, d = rng.permutation(9)[:4]
    weights[a, b] = weights[b, a] = np.nan
    leads = np.zeros(9, dtype=bool)
    leads[rng.permutation(9)[:4]] = True
    slots = rng.random((9, 6)) < 0.8

    def allowed(group):
        inside = set(group)
        return (
            not {a, b} <= inside
            and ({c, d} <= inside or not {c, d} & inside)
            and 1 <= leads[list(group)].sum() <= 2
            and slots[list(group)].all(axis=0).sum() >= 2
        )

    best = brute(np.nan_to_num(weights), [3], allowed)
    rules = {
        "together": [(c, d)],
        "counts": [matching.CountRule(leads, 1, 2, name="leads")],
        "slots": slots,
        "common": 2,
    }
    if best is None:
        with pytest.raises(InfeasibleError):
            matching.partition(weights, 3, **rules)
        return
    found = matching.partition(weights, 3, **rules)
    found.verify()
    assert found.value == pytest.approx(best, abs=1e-6)
    assert found.optimal


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), coverage=st.sampled_from([0.5, 2.0]))
def test_coverage_equals_brute_force(seed, coverage):
    """What the best offer among the others meets counts half for everybody."""
    rng = np.random.default_rng(seed)
    weights = random_weights(8, seed)
    offers, needs = rng.integers(0, 4, (2, 8, 5))

    def covered(group):
        total = 0.0
        for i in group:
            others = [j for j in group if j != i]
            met = np.minimum(needs[i], offers[others].max(axis=0)).sum()
            total += 0.5 * coverage * met / max(needs[i].sum(), 1)
        return total

    best = max(
        worth(weights, groups) + sum(map(covered, groups))
        for groups in partitions(list(range(8)), [4])
    )
    found = matching.partition(weights, 4, offers=offers, needs=needs, coverage=coverage)
    found.verify()
    assert found.value == pytest.approx(best, abs=1e-6)
    assert found.optimal


@settings(max_examples=12)
@given(seed=st.integers(0, 10**6))
def test_worst_group_equals_brute_force(seed):
    """The worst group counts again, as often as there are groups."""
    weights = random_weights(9, seed, 9)
    best = max(
        worth(weights, groups) + 3 * min(worth(weights, [group]) for group in groups)
        for groups in partitions(list(range(9)), [3])
    )
    found = matching.partition(weights, 3, worst=1.0)
    found.verify()
    assert found.value == best
    assert found.optimal


@pytest.mark.parametrize(("n", "size"), [(24, 4), (23, 4), (24, 3), (21, (3, 4))])
def test_two_dozen_are_proven(n, size):
    """Up to 24 people in threes and fours, even or not, are proven optimal."""
    found = matching.partition(random_weights(n, 1), size)
    assert found.optimal
    found.verify()


def test_torn_units_are_broken_rules():
    """A group that holds the later of two who must be together breaks that rule too."""
    found = matching.partition(random_weights(9, 896), 3, together=[(3, 7)])
    assert found._problem.broken([(1, 2, 7)]) == found._problem.broken([(1, 2, 3)]) != []


@pytest.mark.parametrize(
    ("n", "size", "sizes"), [(14, 4, [3, 3, 4, 4]), (9, 4, [4, 5]), (5, 2, [2, 3])]
)
def test_sizes_are_as_even_as_possible(n, size, sizes):
    """Where the size does not divide, the rest is shared."""
    found = matching.partition(random_weights(n, 1), size)
    found.verify()
    assert sorted(map(len, found.groups)) == sizes


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6))
def test_byes_equal_brute_force(seed):
    """Who is left out is chosen best."""
    weights = random_weights(8, seed)
    found = matching.partition(weights, 3, leftover="bye")
    found.verify()
    best = max(
        brute(weights[np.ix_(kept, kept)], [3]) for kept in map(list, combinations(range(8), 6))
    )
    assert found.value == pytest.approx(best, abs=1e-6)
    assert (found.label < 0).sum() == 2


def test_threads_and_repeats_change_nothing():
    """The answer depends on seed and budget alone."""
    weights = random_weights(60, 3)
    runs = [
        matching.partition(weights, 5, threads=threads, rounds=300, exact=False).groups
        for threads in (1, 2, 2, 5)
    ]
    assert len(set(runs)) == 1


@pytest.mark.parametrize("size", [3, 5, (3, 5)])
def test_search_leaves_no_move(size):
    """No swap or shift that keeps the rules gains, counted naively."""
    weights = random_weights(40, 7)
    weights[0, 1:9] = weights[1:9, 0] = np.nan
    found = matching.partition(weights, size, rounds=50, exact=False)
    assert found.best_move() == (-1, -1, 0.0)
    finite = np.where(np.isnan(weights), -1e9, weights)
    groups = [set(group) for group in found.groups]
    base = worth(finite, groups)
    for g, h in combinations(range(len(groups)), 2):
        for i in groups[g]:
            for j in groups[h]:
                swapped = [*groups]
                swapped[g], swapped[h] = groups[g] - {i} | {j}, groups[h] - {j} | {i}
                assert worth(finite, swapped) <= base + 1e-6


def test_gap_of_120_is_small():
    """120 people in fours are within 5% of the bound, which the check confirms."""
    found = matching.partition(random_weights(120, 1), 4, rounds=300)
    assert found.gap < 0.05
    found.verify()


def test_pair_bound_holds_where_groups_are_too_many():
    """Large groups get the bound on pairs, which the check confirms."""
    found = matching.partition(random_weights(60, 2), 12, rounds=100)
    assert found.proof.kind == "pairs"
    assert 0 < found.gap < 0.5
    found.verify()


def test_time_limit_is_kept():
    """A search without end stops, with groups and bound."""
    found = matching.partition(random_weights(200, 2), 5, rounds=10**9, time_limit=0.5)
    assert not found.complete
    found.verify()


@pytest.mark.parametrize(
    "broken",
    [
        lambda p: replace(p, value_q=p.value_q + 1),
        lambda p: replace(p, bound_q=p.value_q - 1),
        lambda p: replace(p, groups=p.groups[1:]),
        lambda p: replace(p, groups=(p.groups[0], *p.groups)),
        lambda p: replace(p, groups=tuple(reversed(range(3))) and ((0, 1, 2), *p.groups[1:])),
        lambda p: replace(p, proof=replace(p.proof, kind="groups", prices=p.proof.prices - 2**28)),
        lambda p: replace(p, proof=replace(p.proof, kind="pairs", prices=p.proof.prices * 0)),
    ],
)
def test_false_claims_are_caught(broken):
    """The check names what is false in tampered answers."""
    found = matching.partition(random_weights(12, 4), 3)
    found.verify()
    with pytest.raises(VerificationError):
        broken(found).verify()


@pytest.mark.parametrize(
    ("size", "more", "words"),
    [
        (1, {}, "size=1"),
        (2.5, {}, "size=2.5"),
        (13, {}, "only 12 people"),
        ((5, 3), {}, "smallest, largest"),
        ((7, 8), {}, "widen the range"),
        (3, {"leftover": "by"}, "did you mean"),
        (3, {"together": [(0, 1, 2, 3)]}, "together"),
        (3, {"together": [(0, 99)]}, "indices 0 to 11"),
        (3, {"coverage": 1.0}, "offers="),
        (3, {"common": 2}, "slots="),
        (3, {"worst": -1.0}, "worst=-1.0"),
        (3, {"starts": 0}, "starts=0"),
        (3, {"counts": [matching.CountRule([True])]}, "count"),
        ((2, 40), {}, "only 12 people|range|size"),
    ],
)
def test_bad_arguments_are_named(size, more, words):
    """The message names the argument and the way out."""
    weights = random_weights(90 if size == (2, 40) else 12, 0)
    with pytest.raises((InvalidInput, InfeasibleError), match=words):
        matching.partition(weights, size, **more)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (np.zeros((3, 4)), "square"),
        (np.array([[0, 1.0, 0], [2, 0, 0], [0, 0, 0]]), "symmetric"),
        (np.full((4, 4), np.inf), "inf"),
        (np.full((4, 4), 2**40), "divide"),
        (np.full((4, 4), "a"), "numbers"),
    ],
)
def test_bad_weights_are_named(weights, words):
    """The message says what is wrong with the weights."""
    with pytest.raises(InvalidInput, match=words):
        matching.partition(weights, 2)


def test_nobody_allowed_is_infeasible():
    """Somebody who may share a group with nobody makes it infeasible."""
    weights = random_weights(9, 1)
    weights[0, 1:] = weights[1:, 0] = np.nan
    with pytest.raises(InfeasibleError):
        matching.partition(weights, 3)


def test_tight_rules_are_met_after_a_bad_start():
    """A start that breaks rules is shaken further until none is broken."""
    rng = np.random.default_rng(5)
    weights = random_weights(40, 5)
    kinds = rng.permutation(np.repeat(np.arange(4), 10))
    counts = [matching.CountRule(kinds == k, 1, 1, name=f"kind {k}") for k in range(4)]
    weights[:20, 20:][rng.random((20, 20)) < 0.4] = np.nan
    weights[20:, :20] = weights[:20, 20:].T
    found = matching.partition(weights, 4, counts=counts, exact=False)
    found.verify()
