"""`repair`: exact with what staying is worth, few changes, feedback obeyed, refusals named."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

import pairwise as pw
from oracles import brute_force
from pairwise import pairing
from pairwise.plan import Plan

NAMES = ["ann", "bob", "cy", "di", "eve", "fay", "gus", "hal", "ida"]


def table(n, seed, levels=None):
    """Return symmetric scores."""
    rng = np.random.default_rng(seed)
    upper = rng.random((n, n)) if levels is None else rng.integers(0, levels, (n, n)) / levels
    return np.triu(upper, 1) + np.triu(upper, 1).T


def people_of(n):
    """Return n people with a team each."""
    return pw.Participants(NAMES[:n], categories={"team": list("xxyyzzxxy")[:n]})


def paired(n, seed=0, **given):
    """Return the best plan of n people with random scores."""
    return pw.pair(people_of(n), pw.Precomputed(table(n, seed)), **given)


def churn(before, after):
    """Return whose partners differ among the people of both plans."""
    both = set(before.people.ids) & set(after.people.ids)
    return {x for x in both if set(before.partners.get(x, ())) != set(after.partners.get(x, ()))}


@given(
    st.integers(2, 7),
    st.integers(0, 10**6),
    st.sampled_from([None, 2, 4]),
    st.sampled_from([0.0, 0.125, 0.5, 2.0]),
    st.sampled_from(["trio", "bye"]),
)
def test_repair_equals_brute_force(n, seed, levels, stay, leftover):
    """With new scores, one gone and two apart, the plan is the best of all with staying counted."""
    old = paired(n, seed, leftover=leftover)
    scores = table(n, seed + 1, levels)
    gone = NAMES[seed % n]
    clash = (NAMES[(seed + 1) % n], NAMES[(seed + 2) % n])
    feedback = pw.Feedback(left=[gone], clashed=[clash] if clash[0] != clash[1] else [])
    here = [x for x in NAMES[:n] if x != gone]
    at = [NAMES.index(x) for x in here]
    score = pw.Precomputed(scores[np.ix_(at, at)])
    together = {frozenset(p) for g in old.groups for p in itertools.combinations(g, 2)}
    units = 2 * np.rint(scores[np.ix_(at, at)] * 2**30).astype(np.int64)

    def worth(i, j):
        if n > 2 and {here[i], here[j]} == set(clash):
            return None
        return int(units[i, j]) + int(stay * 2**31) * (frozenset((here[i], here[j])) in together)

    def trio(i, j, k):
        sides = [worth(i, j), worth(i, k), worth(j, k)]
        return None if None in sides else sum(sides) // 2

    try:
        new = pw.repair(
            old, people_of(n).without([gone]), score=score, feedback=feedback, stay=stay
        )
    except pw.InfeasibleError:
        return
    odd = trio if leftover == "trio" and len(here) % 2 else None
    assert (sum(map(len, new.groups)), new.value_q) == brute_force(len(here), worth, odd)
    new.verify()
    assert {change.who for change in new.changes} == churn(old, new)


def test_large_stay_keeps_every_pair_that_may_stay():
    """At a very large stay a dissolved pair parts one other pair, and no more."""
    old = paired(8)
    new = pw.repair(
        old,
        score=pw.Precomputed(table(8, 5)),
        feedback=pw.Feedback(clashed=[old.pairs[0]]),
        stay=100,
    )
    assert len(new.changes) == 4
    assert set(old.pairs[0]) <= {change.who for change in new.changes}
    assert new.changes.kept == 2


def test_stay_moves_from_the_optimum_to_the_old_plan():
    """More stay, fewer changes; without it the plan is the optimum of today."""
    old = paired(9, leftover="bye")
    score = pw.Precomputed(table(9, 7))
    plans = [pw.repair(old, score=score, stay=stay) for stay in (0, 0.1, 0.3, 1)]
    changes = [len(plan.changes) for plan in plans]
    assert changes == sorted(changes, reverse=True)
    assert plans[0].value_q == pw.pair(old.people, score, leftover="bye").value_q


def test_joiners_leavers_and_reasons_are_told():
    """The changes name who joined and left, from whom to whom, and why."""
    old = pw.pair(people_of(6), pw.Precomputed(table(6, 1)), rules=[pw.Forbid([("ann", "fay")])])
    gone = old.pairs[0][0]
    widow = old.partner_of(gone)
    today = pw.Participants([*(x for x in NAMES[:6] if x != gone), "new"])
    new = pw.repair(old, today, score=pw.Precomputed(table(6, 2)), stay=1)
    assert (new.changes.joined, new.changes.left) == (("new",), (gone,))
    (change,) = [change for change in new.changes if change.who == widow]
    assert change.before == (gone,)
    assert change.why == f'"{gone}" is not here any more'
    assert change.after == new.partners[widow]
    frame = new.changes.to_frame()
    assert list(frame.columns) == ["who", "from", "to", "why", "gain"]
    assert "1 joined, 1 left" in str(new.changes)
    assert paired(6).changes == ()


def test_history_is_read_as_feedback():
    """Not again, disengaged, paused and would continue are obeyed."""
    old = paired(8)
    (a, b), (c, d), (e, _), (g, _) = old.pairs
    history = pw.History().with_round(old, date="2026-01-01")
    history = history.with_checkins(
        [
            {"who": a, "partner": b, "not_again": True},
            {"who": c, "partner": d, "would_continue": True},
            {"who": d, "partner": c, "would_continue": True},
            {"who": e, "disengaged": True},
            {"who": g, "paused_until": "2026-12-01"},
        ]
    )
    people = old.people.without([e, g])
    at = [NAMES.index(x) for x in people.ids]
    new = pw.repair(
        old, people, score=pw.Precomputed(table(8, 3)[np.ix_(at, at)]), feedback=history
    )
    assert b not in new.partners.get(a, ())
    assert new.partner_of(c) == d
    new.verify()


def test_repaired_plans_answer_questions_and_go_through_json():
    """What-ifs are exact, JSON restores the plan and what it repaired."""
    old = paired(8)
    score = pw.Precomputed(table(8, 4))
    new = pw.repair(old, score=score, stay=0.25)
    for other in NAMES[1:8]:
        forced = new.what_if(("ann", other))
        fresh = pw.repair(old, score=score, stay=0.25, rules=[pw.Require([("ann", other)])])
        assert forced.plan.value_q == fresh.value_q
        forced.plan.verify()
    back = Plan.from_json(new.to_json(), old.people, score)
    assert back.to_json() == new.to_json()
    assert back.changes == new.changes
    back.verify()


def test_large_repairs_price_by_blocks(monkeypatch):
    """Beyond the dense size the answer is the same, and proven."""
    rng = np.random.default_rng(0)
    people = pw.Participants(range(120), interests=rng.integers(0, 2, (120, 9)))
    old = pw.pair(people, pw.Similarity("interests", metric="jaccard"))
    turned = pw.Participants(range(120), interests=rng.integers(0, 2, (120, 9)))
    dense = pw.repair(old, turned, stay=0.3)
    monkeypatch.setattr(pairing, "_DENSE", 20)
    priced = pw.repair(old, turned, stay=0.3)
    assert priced.value_q == dense.value_q
    priced.verify()


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"stay": -1}, pw.InvalidInput, "stay=-1"),
        ({"feedback": pw.Feedback(left=["zed"])}, pw.InvalidInput, '"zed"'),
        ({"feedback": pw.Feedback(continuing=[("ann", "zed")])}, pw.InvalidInput, "zed|not"),
        (
            {"rules": [pw.Require([("ann", "bob")]), pw.Forbid([("ann", "bob")])]},
            pw.InfeasibleError,
            '"ann" and "bob" are required together',
        ),
    ],
)
def test_wrong_repairs_are_refused(given, error, words):
    """Unknown ids, worths that are none and contradictions are named."""
    with pytest.raises(error, match=words):
        pw.repair(paired(6), **given)


def test_strangers_in_feedback_lists_are_refused():
    """One text instead of a list of ids is named."""
    with pytest.raises(pw.InvalidInput, match="left='ann'"):
        pw.Feedback(left="ann")


def test_a_change_of_mind_about_going_on_counts():
    """Who said yes in one round and no in a later one does not want to continue."""
    people = pw.Participants(["ann", "bob"])
    plan = pw.pair(people, pw.Precomputed(np.ones((2, 2))))
    history = pw.History().with_round(plan).with_round(plan)
    yes = [{"who": who, "round": 1, "would_continue": True} for who in people.ids]
    history = history.with_checkins(yes)
    assert pw.Feedback.of(history, plan).continuing == (("ann", "bob"),)
    history = history.with_checkins([{"who": "ann", "round": 2, "would_continue": False}])
    assert pw.Feedback.of(history, plan).continuing == ()


def highs_with_few_changes(weights, former, most):
    """Return the most weight of a perfect matching that parts few former pairs, by HiGHS."""
    n = len(weights)
    i, j = np.triu_indices(n, 1)
    incidence = np.zeros((n + 1, len(i)))
    incidence[i, np.arange(len(i))] = incidence[j, np.arange(len(i))] = 1
    incidence[n] = [2 * (frozenset(pair) in former) for pair in zip(i, j, strict=True)]
    low = np.append(np.ones(n), 2 * len(former) - most)
    high = np.append(np.ones(n), 2 * len(former))
    answer = optimize.milp(
        -weights[i, j],
        constraints=[optimize.LinearConstraint(incidence, low, high)],
        integrality=np.ones(len(i)),
        bounds=optimize.Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    return -answer.fun


@pytest.mark.parametrize(("n", "most"), [(12, 0), (20, 4), (40, 6), (40, 15)])
def test_few_changes_equal_highs(n, most):
    """With at most so many changes the plan is the best, and proven so."""
    people = pw.Participants(range(n))
    old = pw.pair(people, pw.Precomputed(table(n, n)))
    scores = np.clip(table(n, n) + 0.2 * table(n, n + 1) - 0.1, 0, 1)
    new = pw.repair(old, score=pw.Precomputed(scores), max_changes=most, target_gap=1e-9)
    former = {frozenset(group) for group in old.index_groups}
    best = highs_with_few_changes(scores, former, most)
    assert len(new.changes) <= most
    assert new.value <= best + 1e-6 <= new.bound + 2e-6
    assert new.gap <= 1e-3
    new.verify()


@given(st.integers(3, 7), st.integers(0, 10**6), st.integers(0, 7))
def test_few_changes_hold_with_joiners_leavers_and_byes(n, seed, most):
    """Whoever comes and goes, no more people change than asked, or it is said how many must."""
    old = paired(n, seed, leftover="bye")
    gone = NAMES[seed % n]
    today = pw.Participants([*(x for x in NAMES[:n] if x != gone), "new"])
    score = pw.Precomputed(table(len(today), seed + 1))
    every = [pw.repair(old, today, score=score, stay=stay) for stay in (0, 0.1, 1, 100)]
    fewest = min(len(plan.changes) for plan in every)
    try:
        new = pw.repair(old, today, score=score, max_changes=most)
    except pw.InfeasibleError:
        assert most < fewest
        return
    assert len(new.changes) <= most
    assert {change.who for change in new.changes} == churn(old, new)
    within = [plan.value for plan in every[:1] if len(plan.changes) <= most]
    assert not within or new.value == pytest.approx(within[0])
    back = Plan.from_json(new.to_json(), today, score)
    back.verify()
    assert back.changes == new.changes


def test_controls_exclude_each_other():
    """One of the two controls of change is given, and a limit is a whole number."""
    with pytest.raises(pw.InvalidInput, match=r"stay=0\.5: goes with no max_changes only"):
        pw.repair(paired(6), stay=0.5, max_changes=2)
    with pytest.raises(pw.InvalidInput, match=r"max_changes=-1: must be a whole number"):
        pw.repair(paired(6), max_changes=-1)
    with pytest.raises(pw.InvalidInput, match="quotas"):
        pw.repair(paired(6), quotas=[pw.Count(pw.Differ("team"), at_least=1)])
