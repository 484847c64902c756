"""Stable matchings against brute force; proofs of instability against tampering."""

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pairwise as pw
from pairwise import InvalidInput, VerificationError
from pairwise.matching import (
    blocking_pairs,
    scores_from_lists,
    stable_marriage,
    stable_roommates,
)

EXAMPLES = settings(max_examples=60, deadline=None)


@st.composite
def directed(draw, rows, cols, ties=False):
    """Directed scores; some not acceptable, with or without ties."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scores = rng.integers(0, 4, (rows, cols)).astype(float) if ties else rng.random((rows, cols))
    scores[rng.random((rows, cols)) < draw(st.sampled_from([0.0, 0.2, 0.6]))] = -np.inf
    return scores


def all_matchings(left):
    """Every matching of a tuple of people, as tuples of pairs."""
    if len(left) < 2:
        yield ()
        return
    first, *rest = left
    yield from all_matchings(tuple(rest))
    for other in rest:
        for tail in all_matchings(tuple(k for k in rest if k != other)):
            yield ((first, other), *tail)


def mates(pairs, n):
    mate = np.full(n, -1)
    for i, j in pairs:
        mate[i], mate[j] = j, i
    return mate


def is_stable(mate, scores):
    """Say whether all matched accept each other and nobody would leave; in plain words."""
    n = len(scores)
    held = [scores[i, mate[i]] if mate[i] >= 0 else -np.inf for i in range(n)]
    if any(mate[i] >= 0 and held[i] == -np.inf for i in range(n)):
        return False
    return not any(
        scores[i, j] > held[i] and scores[j, i] > held[j] for i in range(n) for j in range(i)
    )


@EXAMPLES
@given(st.data(), st.integers(0, 8))
def test_roommates_exist_iff_brute_force_finds_some(data, n):
    """Of strict preferences, a stable matching is found exactly when there is one."""
    scores = data.draw(directed(n, n))
    found = stable_roommates(scores)
    found.verify()
    assert found.strict
    some = any(is_stable(mates(pairs, n), scores) for pairs in all_matchings(tuple(range(n))))
    assert found.stable == some
    assert not found.stable or is_stable(found.mate, scores)


@EXAMPLES
@given(st.data(), st.integers(2, 9))
def test_roommates_with_ties(data, n):
    """With ties, what is found is weakly stable; otherwise the odd parties stand in the proof."""
    scores = data.draw(directed(n, n, ties=True))
    found = stable_roommates(scores)
    found.verify()
    if found.stable:
        assert is_stable(found.mate, scores)
    else:
        rest = np.setdiff1d(np.arange(n), [party[0] for party in found.odd_parties])
        place = np.full(n + 1, -1)
        place[rest] = np.arange(len(rest))
        assert is_stable(place[found.mate[rest]], scores[np.ix_(rest, rest)])


@pytest.mark.parametrize("kind", ["random", "symmetric", "ranked by all", "few accepted"])
def test_many_roommates_are_verified(kind):
    """At a few hundred people the independent check holds, whatever the structure."""
    rng = np.random.default_rng(4)
    n = 301
    scores = rng.random((n, n))
    if kind == "symmetric":
        scores += scores.T
    if kind == "ranked by all":
        scores = np.tile(rng.random(n), (n, 1))
    if kind == "few accepted":
        scores[rng.random((n, n)) < 0.9] = np.nan
    found = stable_roommates(scores)
    found.verify()
    assert found.strict
    if kind in ("symmetric", "ranked by all"):
        assert found.stable


def stable_marriages(here, there):
    """Enumerate the stable marriages of two small sides as tuples of each row's column."""
    rows, cols = here.shape
    accepted = np.isfinite(here) & np.isfinite(there.T)
    options = [[-1, *np.flatnonzero(accepted[i]).tolist()] for i in range(rows)]
    for choice in product(*options):
        used = [j for j in choice if j >= 0]
        if len(set(used)) < len(used):
            continue
        n = rows + cols
        scores = np.full((n, n), -np.inf)
        scores[:rows, rows:], scores[rows:, :rows] = here, there
        if is_stable(mates([(i, rows + j) for i, j in enumerate(choice) if j >= 0], n), scores):
            yield choice


@EXAMPLES
@given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_marriage_is_best_for_the_proposing_side(data, rows, cols):
    """Among all stable marriages nobody of the proposing side has a better partner."""
    here, there = data.draw(directed(rows, cols)), data.draw(directed(cols, rows))
    every = list(stable_marriages(here, there))
    for side in ("rows", "cols"):
        found = stable_marriage(here, there, optimal=side)
        found.verify()
        assert tuple(found.row_mate.tolist()) in every
        own, mate = (here, found.row_mate) if side == "rows" else (there, found.col_mate)
        for choice in every:
            others = choice if side == "rows" else inverse(choice, cols)
            for k, other in enumerate(others):
                assert other < 0 or own[k, mate[k]] >= own[k, other]


def inverse(choice, cols):
    return [choice.index(j) if j in choice else -1 for j in range(cols)]


@EXAMPLES
@given(st.data(), st.integers(0, 7), st.integers(0, 7), st.booleans())
def test_marriage_with_loads_has_no_blocking_pair(data, rows, cols, ties):
    """With capacities on both sides and ties nobody would swap; everybody's load is one."""
    here, there = data.draw(directed(rows, cols, ties)), data.draw(directed(cols, rows, ties))
    rng = np.random.default_rng(rows * 8 + cols)
    capacity = rng.integers(0, 4, rows), rng.integers(0, 4, cols)
    sizes = []
    for side in ("rows", "cols"):
        found = stable_marriage(here, there, *capacity, optimal=side)
        found.verify()
        assert len(found.blocking_pairs) == 0
        sizes.append(np.bincount(found.rows, minlength=rows).tolist())
    assert ties or sizes[0] == sizes[1]


def test_proposers_prefer_to_propose():
    """In the classical opposed example each side gets its first choices by proposing."""
    here, there = [[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]
    assert stable_marriage(here, there).row_mate.tolist() == [0, 1]
    assert stable_marriage(here, there, optimal="cols").row_mate.tolist() == [1, 0]


def test_blocking_pairs_equal_brute_force():
    """The pairs and gains are those of the definition."""
    rng = np.random.default_rng(8)
    scores = rng.integers(0, 9, (9, 9)).astype(float)
    scores[rng.random((9, 9)) < 0.2] = np.nan
    for order in list(permutations(range(9)))[:: 9 * 8 * 7 * 6]:
        mate = mates(zip(order[:8:2], order[1:8:2], strict=True), 9)
        found = blocking_pairs(mate, scores, alone=1.0)
        held = [scores[i, mate[i]] if mate[i] >= 0 else -np.inf for i in range(9)]
        held = [-np.inf if np.isnan(h) else h for h in held]
        want = [
            (i, j)
            for i in range(9)
            for j in range(i + 1, 9)
            if scores[i, j] > held[i] and scores[j, i] > held[j]
        ]
        assert [tuple(pair) for pair in found.pairs.tolist()] == want
        for (i, j), gains in zip(want, found.gains.tolist(), strict=True):
            base = [held[k] if held[k] > -np.inf else 1.0 for k in (i, j)]
            assert gains == [scores[i, j] - base[0], scores[j, i] - base[1]]


UNSTABLE = scores_from_lists([[1, 2, 3], [2, 0, 3], [0, 1, 3], [0, 1, 2]], 4)

TAMPERED = {
    "claims to be stable": lambda a: replace(a, successor=np.array([3, 2, 1, 0])),
    "no permutation": lambda a: replace(a, successor=np.array([1, 1, 0, 3])),
    "the party turned round": lambda a: replace(a, successor=np.array([2, 0, 1, 3])),
    "a blocked pairing of the rest": lambda a: replace(a, mate=np.array([-1, 3, -1, 1])),
    "the rest left alone": lambda a: replace(a, mate=np.full(4, -1)),
    "not mutual": lambda a: replace(a, mate=np.array([1, 2, 0, -1])),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_tampered_roommates_are_caught(how):
    """Each false claim is a VerificationError."""
    with pytest.raises(VerificationError):
        TAMPERED[how](stable_roommates(UNSTABLE)).verify()


def test_tampered_marriages_are_caught():
    """Blocked, overfull and refused pairs are a VerificationError."""
    found = stable_marriage([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [-np.inf, 1.0]])
    ends = {
        "together": ([1], [0]),
        "more than": ([0, 0], [0, 1]),
        "accept": ([0], [1]),
        "twice": ([0, 0], [0, 0]),
        "not one of": ([0], [7]),
    }
    for message, (rows, cols) in ends.items():
        loads = np.full(2, 2 if message == "twice" else 1)
        broken = replace(
            found, rows=np.array(rows), cols=np.array(cols), row_capacity=loads, col_capacity=loads
        )
        with pytest.raises(VerificationError, match=message):
            broken.verify()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stable_roommates([[0.0, 1.0]]), "square"),
        (lambda: stable_roommates([[0.0, np.inf], [0.0, 0.0]]), r"scores\[0, 1\] = inf"),
        (lambda: stable_roommates([["a"]]), "numbers"),
        (lambda: stable_roommates(np.array([[2**60]])), "double"),
        (lambda: stable_marriage([1.0], [[1.0]]), "matrix"),
        (lambda: stable_marriage([[1.0, 2.0]], [[1.0, 2.0]]), "transpose"),
        (lambda: stable_marriage([[1.0]], [[1.0]], optimal="row"), 'did you mean "rows"'),
        (lambda: stable_marriage([[1.0]], [[1.0]], -1), "row_capacity = -1"),
        (lambda: stable_marriage([[1.0]] * 2, [[1.0] * 2], 1, 2).col_mate, "several"),
        (lambda: blocking_pairs([1, 2, 0], np.zeros((3, 3))), "mutual"),
        (lambda: blocking_pairs([0], np.zeros((2, 2))), "2 integers"),
        (lambda: scores_from_lists([[0, 0]], 2), "twice"),
        (lambda: scores_from_lists([[2]], 2), "holds 2"),
    ],
)
def test_misuse_is_named(call, message):
    """Messages name the argument and the value."""
    with pytest.raises(InvalidInput, match=message):
        call()


@pytest.mark.parametrize("n", [30, 31])
def test_plans_know_their_blocking_pairs(n):
    """What `stability` says of a plan is what the definition says, a trio counting as its mean."""
    rng = np.random.default_rng(n)
    people = pw.Participants(
        range(n), offers=rng.integers(0, 2, (n, 6)), seeks=rng.integers(0, 2, (n, 6))
    )
    rules = [pw.Forbid([(0, 1), (2, 3)])]
    plan = pw.pair(people, pw.Complementarity(), rules=rules)
    found = pw.stability(plan)
    gain = plan.score.directed_block(slice(0, n), slice(0, n))
    held = np.array([np.mean([gain[i, j] for j in plan.partners[i]]) for i in range(n)])
    want = [
        (i, j)
        for i in range(n)
        for j in range(i + 1, n)
        if gain[i, j] > held[i]
        and gain[j, i] > held[j]
        and j not in plan.partners[i]
        and (i, j) not in rules[0].pairs
    ]
    assert list(found.blocking) == want
    assert found.largest_gain == max(
        (max(gain[i, j] - held[i], gain[j, i] - held[j]) for i, j in want), default=0
    )
    stable = sum(float(plan.score.pairs([i], [j])[0]) for i, j in found.stable_pairs)
    assert found.value_lost == pytest.approx(plan.value - stable)


def test_weight_on_stable_pairs_ends_at_the_stable_plan():
    """The more the stable pairs count, the lower the sum; at the end nobody would leave."""
    rng = np.random.default_rng(0)
    people = pw.Participants(range(40))
    score = 1 * pw.Precomputed(rng.random((40, 40)), reciprocity="mean")
    best = pw.pair(people, score)
    found = pw.stability(best)
    assert found.exists
    assert found.blocking
    sums = []
    for weight in (0.0, 0.05, 0.2, 1.0):
        soft = pw.pair(people, score + weight * found.term if weight else score)
        i, j = np.array(soft.index_groups).T
        sums.append(float(best.score.pairs(i, j).sum()))
    assert sums == sorted(sums, reverse=True)
    assert sums[-1] == pytest.approx(best.value - found.value_lost)
    assert set(soft.pairs) == set(found.stable_pairs)


@pytest.mark.parametrize("both", [0, 5])
def test_assignments_know_their_blocking_pairs(both):
    """Who would leave an assignment is what the definition says, loads and both roles included."""
    rng = np.random.default_rng(both)
    n, m = 30, 12
    people = pw.Participants(range(n))
    score = pw.Score([pw.Precomputed(rng.random((n, n)), reciprocity="mean")]).on(people)
    mentors, mentees = list(range(m)), list(range(m - both, n))
    most = {i: int(rng.integers(0, 4)) for i in mentors}
    plan = pw.assign(
        people.take(mentors),
        people.take(mentees),
        score,
        mentor_load=([0] * m, list(most.values())),
        mentee_load=(0, 2),
        rules=[pw.Forbid([(0, 20)])],
    )
    gain = score.directed_block(slice(0, n), slice(0, n))
    pairs = set(plan.pairs)

    def wants(i, j, held, load):
        return len(held) < load or (held and gain[i, j] > min(gain[i, k] for k in held))

    want = [
        (a, b)
        for a in mentors
        for b in mentees
        if a != b and {(a, b), (b, a)}.isdisjoint(pairs) and (a, b) != (0, 20)
        if wants(a, b, [j for i, j in pairs if i == a], most[a])
        and wants(b, a, [i for i, j in pairs if j == b], 2)
    ]
    found = pw.stability(plan)
    assert list(found.blocking) == want
    stable = sum(gain[b, a] for a, b in found.stable_pairs)
    assert found.value_lost == pytest.approx(plan.value - stable)


def test_weight_on_stable_pairs_calms_an_assignment():
    """The more the stable pairs count, the fewer pairs of mentor and mentee would leave."""
    rng = np.random.default_rng(2)
    people = pw.Participants(range(60))
    score = 1 * pw.Precomputed(rng.random((60, 60)), reciprocity="mean")
    sides, loads = (people.take(range(20)), people.take(range(20, 60))), {"mentor_load": (0, 2)}
    best = pw.assign(*sides, score.on(people), **loads)
    found = pw.stability(best)
    counts = []
    for weight in (0.0, 0.02, 1.0):
        softly = score + weight * found.term if weight else score
        soft = pw.assign(*sides, softly.on(people), **loads)
        groups = pw.plan.Outcome(soft.index_groups, 0, 0)
        counts.append(len(pw.stability(pw.Plan(best.problem, groups)).blocking))
    assert counts[0] > counts[1] > counts[2] == 0, counts
