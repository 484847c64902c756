"""What a repair takes over from the plan before: never a weight that is another one today."""

from copy import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pairwise as pw
from pairwise.problem import Kept, PairProblem, RepairProblem

SCORE = (
    2 * pw.Complementarity()
    + pw.Similarity("values")
    + pw.Similarity("interests", metric="jaccard")
    + pw.Similarity("offers", metric="level")
    + pw.Overlap("slots")
    + pw.Diversity("team")
    + pw.Closeness("grade", scale=4)
)
RULES = (pw.Differ("site"), pw.Within("grade", 3))


def crowd(rng, n, first=0):
    """Return n people with every kind of answer, some of them missing."""

    def holes(values):
        values = values.astype(float)
        values[rng.random(n) < 0.1] = np.nan
        return values

    return pw.Participants(
        [f"p{first + i}" for i in range(n)],
        offers=pw.VectorFeature(holes(rng.integers(0, 4, (n, 5))), low=0, high=3),
        seeks=pw.VectorFeature(rng.integers(0, 4, (n, 5)), low=0, high=3),
        interests=rng.integers(0, 2, (n, 6)),
        values=pw.VectorFeature(rng.normal(size=(n, 4)).clip(-2, 2), low=-2, high=2),
        categories={"team": rng.choice(["a", "b", "c"], n), "site": rng.choice(["x", "y", "z"], n)},
        numbers={"grade": rng.integers(1, 9, n)},
        slots=rng.integers(0, 2, (n, 8)),
    )


def tomorrow(rng, people, joiners, changers):
    """Return the people of the next day: some left, some joined, some answer otherwise."""
    n = len(people)
    staying = people.take(rng.permutation(n)[: n - int(rng.integers(0, 3))])
    other = crowd(rng, len(staying))
    changed = [staying.ids[i] for i in rng.choice(len(staying), changers, replace=False)]
    renamed = pw.Participants(
        staying.ids,
        **{name: other.vector(name) for name in ("offers", "seeks", "interests", "values")},
        categories={
            name: [other.category(name).labels[c] for c in other.category(name).codes]
            for name in ("team", "site")
        },
        numbers={"grade": other.number("grade")},
        slots=other.slot().values,
    )
    parts = [staying.without(changed)]
    parts += [renamed.take(changed)] if changed else []
    latest = max(int(who[1:]) for who in people.ids)
    parts += [crowd(rng, joiners, first=latest + 1)] if joiners else []
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.merged(part)
    return whole


@given(st.integers(0, 2**32), st.integers(0, 3), st.integers(0, 2), st.booleans())
@settings(max_examples=25)
def test_old_weights_hold(seed, joiners, changers, ruled):
    """Whoever is not named as new is worth to other such people what they were worth before."""
    rng = np.random.default_rng(seed)
    people = crowd(rng, 30)
    today = tomorrow(rng, people, joiners, changers)
    rules = RULES if ruled else ()
    then = PairProblem.of(people, SCORE, [*rules, pw.Forbid([people.ids[:2]])])
    clash = pw.Forbid([today.ids[:2]])
    now = PairProblem.of(today, SCORE, [*rules, clash])
    kept = Kept.of(now, then)
    assert kept is not None
    assert len(kept.rows) <= joiners + changers
    old = np.setdiff1d(np.arange(now.n), kept.rows)
    mine = now.weights(old, old)
    theirs = then.weights(kept.place[old], kept.place[old])
    differ = {frozenset(old[[i, j]].tolist()) for i, j in np.argwhere(mine != theirs)}
    special = {frozenset(pair) for pair in zip(*(end.tolist() for end in kept.pairs), strict=True)}
    assert differ <= special


@given(st.integers(0, 2**32), st.integers(0, 4), st.integers(0, 2), st.sampled_from([0.0, 0.1]))
@settings(max_examples=25)
def test_a_repair_equals_one_that_starts_afresh(seed, joiners, changers, stay):
    """From the solver of the former plan or from nothing: the same value, and proven; twice."""
    rng = np.random.default_rng(seed)
    people = crowd(rng, int(rng.integers(40, 60)))
    plan = pw.pair(people, SCORE, rules=RULES[1:], leftover="bye")
    for _ in range(2):
        today = tomorrow(rng, plan.people, joiners, changers)
        here = set(today.ids)
        feedback = pw.Feedback(clashed=[pair for pair in plan.pairs if here.issuperset(pair)][:1])
        afresh = pw.repair(copy(plan), today, feedback=feedback, stay=stay)
        plan = pw.repair(plan, today, feedback=feedback, stay=stay)
        plan.verify()
        assert plan.status is pw.Status.OPTIMAL
        assert (plan.value_q, len(plan.pairs)) == (afresh.value_q, len(afresh.pairs))


@pytest.mark.parametrize("people", [60, 61])
def test_a_repair_goes_on_from_the_former_solver(monkeypatch, people):
    """No table of all scores is computed for one leaver, one joiner and one clash."""
    rng = np.random.default_rng(1)
    everybody = crowd(rng, people + 1)
    plan = pw.pair(everybody.without(["p0"]), SCORE, leftover="bye")
    today = everybody.without(["p5"])
    feedback = pw.Feedback(clashed=[next(pair for pair in plan.pairs if "p5" not in pair)])
    expected = pw.pair(today, SCORE, rules=[pw.Forbid(feedback.clashed)], leftover="bye")
    whole = []
    weights = RepairProblem.weights

    def counted(self, rows, cols):
        whole.append(len(np.arange(self.n)[rows]))
        return weights(self, rows, cols)

    monkeypatch.setattr(RepairProblem, "weights", counted)
    new = pw.repair(plan, today, feedback=feedback)
    monkeypatch.undo()
    assert max(whole) < 5
    new.verify()
    assert new.value_q == expected.value_q
    a, b = new.pairs[0][0], new.pairs[1][0]
    forced = new.what_if((a, b)).plan
    again = pw.pair(
        today,
        SCORE,
        rules=[pw.Forbid(feedback.clashed), pw.Require([(a, b)])],
        leftover="bye",
    )
    assert forced.value_q == again.value_q


def test_other_scores_start_afresh():
    """A term that takes its measure from everybody, or from elsewhere, is computed again."""
    rng = np.random.default_rng(2)
    people = crowd(rng, 20)
    wider = people.merged(crowd(rng, 1, first=20))
    ranged = pw.Closeness("grade")
    numbers = {"grade": [20.0]}
    far = pw.Participants(["far"], numbers=numbers)
    only_grade = pw.Participants(people.ids, numbers={"grade": people.number("grade")})
    then, now = PairProblem.of(only_grade, ranged), PairProblem.of(only_grade.merged(far), ranged)
    assert Kept.of(now, then) is None
    matrix = pw.Precomputed(np.ones((20, 20)))
    assert Kept.of(PairProblem.of(people, matrix), PairProblem.of(people, matrix)) is None
    assert Kept.of(PairProblem.of(wider, SCORE), PairProblem.of(people, 2 * SCORE)) is not None
    heavier = SCORE + pw.Overlap("slots")
    assert Kept.of(PairProblem.of(wider, heavier), PairProblem.of(people, SCORE)) is None
    floor = [pw.Floor(0.2)]
    ruled = PairProblem.of(people, SCORE, floor)
    assert Kept.of(ruled, PairProblem.of(people, SCORE)) is None
