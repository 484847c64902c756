"""Mentors and mentees against HiGHS and brute force; tampered plans; what cannot be."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

import pairwise as pw

EXAMPLES = settings(max_examples=25, deadline=None)
IDS = [f"p{k}" for k in range(12)]


@st.composite
def programmes(draw):
    """Up to 6 mentors and 6 mentees of whom some are both, a score, loads and rules."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    m, k = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    both = draw(st.integers(0, min(m, k)))
    mentors, mentees = IDS[:m], IDS[m - both : m - both + k]
    n = m + k - both
    levels = draw(st.sampled_from([3, 1000]))
    matrix = rng.integers(0, levels + 1, (n, n)) / levels
    tops = draw(st.sampled_from([2, 4]))
    loads = []
    for count in (m, k):
        high = rng.integers(0, tops, count)
        low = np.minimum(rng.integers(0, 3, count) * (rng.random(count) < 0.25), high)
        loads.append((low, high))
    pairs = [(a, b) for a in mentors for b in mentees if a != b]
    rules = []
    if pairs and draw(st.booleans()):
        refused = [pairs[t] for t in np.flatnonzero(rng.random(len(pairs)) < 0.3)]
        rules.append(pw.Forbid(refused))
    return mentors, mentees, matrix, loads, rules, rng


def people_of(ids):
    """People who are nothing but ids."""
    return pw.Participants(ids)


def score_of(matrix):
    """Row i, column j: what i gains from j."""
    return pw.Precomputed(matrix, reciprocity="mean")


def highs(plan_of, matrix, loads, *, maximum=True, returns=(0.0,), priority=None, cycles=False):
    """Return (people placed, priority placed, worth) of the best programme by HiGHS, or None."""
    mentors, mentees, rules, required = plan_of
    at = {who: i for i, who in enumerate(dict.fromkeys([*mentors, *mentees]))}
    refused = {frozenset(pair) for rule in rules for pair in rule.pairs}
    pairs = [
        (a, b) for a in mentors for b in mentees if a != b and frozenset((a, b)) not in refused
    ]
    seats = [(side, who) for side, people in enumerate((mentors, mentees)) for who in people]
    high = np.concatenate([load[1] for load in loads])
    low = np.concatenate([load[0] for load in loads])
    units = [(s, k) for s in range(len(seats)) for k in range(high[s])]
    size = len(pairs) + len(units)
    if not size:
        return None if low.any() else (0, 0, 0.0)
    worth, placed, claims = np.zeros(size), np.zeros(size), np.zeros(size)
    flow, chosen = np.zeros((len(seats), size)), np.zeros((len(seats), size))
    place = {seat: s for s, seat in enumerate(seats)}
    for column, (a, b) in enumerate(pairs):
        worth[column] = matrix[at[b], at[a]]
        for seat in ((0, a), (1, b)):
            flow[place[seat], column] = chosen[place[seat], column] = 1
    for column, (s, k) in enumerate(units, start=len(pairs)):
        side, who = seats[s]
        flow[s, column] = -1
        worth[column] = returns[min(k, len(returns) - 1)] if side == 0 else 0
        placed[column] = k == 0
        claims[column] = (k == 0) * (priority or {}).get(who, 0)
    limits = [
        optimize.LinearConstraint(sparse.csr_array(flow), 0, 0),
        optimize.LinearConstraint(sparse.csr_array(chosen), low, np.inf),
    ]
    for a, b in required:
        limits.append(optimize.LinearConstraint(np.eye(1, size, pairs.index((a, b))), 1, 1))
    for a, b in pairs if not cycles else ():
        if a < b and (b, a) in pairs:
            both = [pairs.index((a, b)), pairs.index((b, a))]
            limits.append(optimize.LinearConstraint(np.eye(size)[both].sum(axis=0), 0, 1))
    x = lexicographic([placed] * maximum + [claims, worth], limits)
    return None if x is None else (round(placed @ x), round(claims @ x), float(worth @ x))


def lexicographic(objectives, limits):
    """Maximise one 0/1 objective after the other by HiGHS; None when nothing meets the limits."""
    for objective in objectives:
        answer = optimize.milp(
            -objective,
            constraints=limits,
            bounds=optimize.Bounds(0, 1),
            integrality=np.ones(len(objective)),
            options={"mip_rel_gap": 0},
        )
        if answer.x is None:
            return None
        x = answer.x.round()
        limits = [*limits, optimize.LinearConstraint(objective[None], objective @ x - 1e-7, np.inf)]
    return x


def ranked(plan, priority=None):
    """Return (people placed, by role, priority placed, worth) of a plan."""
    placed = [*{a for a, _ in plan.pairs}, *{b for _, b in plan.pairs}]
    return len(placed), sum((priority or {}).get(who, 0) for who in placed), plan.value


def agree(found, wanted):
    """Compare two results of `ranked`."""
    assert found[:2] == wanted[:2]
    assert found[2] == pytest.approx(wanted[2], abs=1e-6)


def test_progress_is_reported():
    """A callback hears when all is scored and when all is solved."""
    heard = []
    mentors, mentees = people_of(["a", "b"]), people_of(["x", "y", "z"])
    pw.assign(
        mentors,
        mentees,
        score_of(np.eye(5)),
        mentor_load=(0, 2),
        progress=lambda *step: heard.append(step),
    )
    assert heard == [("score", 1.0), ("solve", 1.0)]


@EXAMPLES
@given(programmes(), st.booleans(), st.booleans(), st.sampled_from([(0.0,), (0.2, -0.3, -0.9)]))
def test_plans_are_optimal(programme, maximum, cycles, returns):
    """Placed people and worth equal HiGHS's, with loads, rules, both roles and returns."""
    mentors, mentees, matrix, loads, rules, _ = programme
    want = highs(
        (mentors, mentees, rules, []),
        matrix,
        loads,
        maximum=maximum,
        returns=returns,
        cycles=cycles,
    )
    arguments = {
        "mentor_load": loads[0],
        "mentee_load": loads[1],
        "rules": rules,
        "participation": "maximum" if maximum else "any",
        "allow_two_cycles": cycles,
        "returns": returns,
    }
    sides = people_of(mentors), people_of(mentees)
    if want is None:
        with pytest.raises(pw.InfeasibleError, match=r"need|can only be had"):
            pw.assign(*sides, score_of(matrix), **arguments)
        return
    plan = pw.assign(*sides, score_of(matrix), **arguments)
    plan.verify()
    assert plan.status is pw.Status.OPTIMAL
    if maximum:
        agree(ranked(plan), want)
    else:
        assert plan.value == pytest.approx(want[2], abs=1e-6)


@EXAMPLES
@given(programmes(), st.booleans())
def test_priority_comes_before_score(programme, maximum):
    """Among plans that place as many people the sum of priorities is largest, then the worth."""
    mentors, mentees, matrix, loads, rules, rng = programme
    loads = [(0 * low, high) for low, high in loads]
    priority = {who: int(rng.integers(0, 3)) for who in {*mentors, *mentees}}
    want = highs((mentors, mentees, rules, []), matrix, loads, maximum=maximum, priority=priority)
    plan = pw.assign(
        people_of(mentors),
        people_of(mentees),
        score_of(matrix),
        mentor_load=loads[0],
        mentee_load=loads[1],
        rules=rules,
        participation="maximum" if maximum else "any",
        priority=priority,
    )
    plan.verify()
    found = ranked(plan, priority)
    agree(found if maximum else (want[0], *found[1:]), want)


@EXAMPLES
@given(programmes(), st.integers(0, 1000))
def test_what_if_is_exact(programme, pick):
    """A forced pair costs what HiGHS says; the new plan holds it and verifies."""
    mentors, mentees, matrix, loads, rules, _ = programme
    loads = [(0 * low, np.maximum(high, 1)) for low, high in loads]
    refused = {frozenset(pair) for rule in rules for pair in rule.pairs}
    pairs = [
        (a, b)
        for a, b in itertools.product(mentors, mentees)
        if a != b and frozenset((a, b)) not in refused
    ]
    if not pairs:
        return
    pair = pairs[pick % len(pairs)]
    plan = pw.assign(
        people_of(mentors),
        people_of(mentees),
        score_of(matrix),
        mentor_load=loads[0],
        mentee_load=loads[1],
        rules=rules,
    )
    answer = plan.what_if(pair)
    answer.plan.verify()
    if pair[::-1] in plan.pairs:
        return
    assert pair in answer.plan.pairs
    want = highs((mentors, mentees, rules, [pair]), matrix, loads)
    agree(ranked(answer.plan), want)
    assert answer.loss == pytest.approx(plan.value - want[2], abs=1e-6)
