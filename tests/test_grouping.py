"""Circles of people: rules, quotas, aims, contradictions by name, explanations, JSON."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pairwise as pw
from pairwise.errors import InfeasibleError, InvalidInput, VerificationError
from test_partition import partitions

MENTOR = pw.Is("role", "mentor")


def crowd(n, seed=0, **more):
    """People with a team, a grade, a role and slots."""
    rng = np.random.default_rng(seed)
    return pw.Participants(
        [f"p{k}" for k in range(n)],
        categories={
            "team": [("red", "green", "blue")[k] for k in rng.integers(0, 3, n)],
            "role": ["mentor" if k % 4 == 0 else "mentee" for k in range(n)],
        },
        numbers={"grade": rng.integers(1, 6, n)},
        slots=rng.random((n, 8)) < 0.8,
        offers=rng.integers(0, 4, (n, 4)),
        seeks=rng.integers(0, 4, (n, 4)),
        **more,
    )


def matrix_score(n, seed=0):
    drawn = np.triu(np.random.default_rng(seed).random((n, n)), 1)
    return pw.Precomputed(drawn + drawn.T)


def index_groups(n, size):
    return partitions(list(range(n)), [size])


def covered(people, group, weight):
    offers, seeks = people.vector("offers").levels, people.vector("seeks").levels
    total = 0.0
    for i in group:
        best = np.max([offers[j] for j in group if j != i], axis=0)
        total += 0.5 * weight * np.minimum(seeks[i], best).sum() / max(seeks[i].sum(), 1)
    return total


def balance_gain(people, i, j):
    """Return the documented formula for a number and a category, pair by pair."""
    x = people.number("grade")
    y = (x - x.mean()) ** 2
    gain = 0.0
    for column in (x, y):
        mean = 2 * np.var(column)
        gain += 0.5 * (column[i] - column[j]) ** 2 / mean if mean else 0.0
    codes = people.category("team").codes
    shares = np.bincount(codes) / len(codes)
    mixed = 1 - (shares**2).sum()
    return gain + (float(codes[i] != codes[j]) / mixed if mixed else 0.0)


def naive(people, score, groups, *, coverage=0.0, worst=0.0, balance=0.0):
    """Return what circles are worth, from the formulas of the docstring."""
    matrix, worths = (1.0 * score).on(people).matrix(), []
    for group in groups:
        pairs = list(combinations(group, 2))
        total = sum(matrix[i, j] for i, j in pairs)
        total += balance * sum(balance_gain(people, i, j) for i, j in pairs)
        worths.append(total / (len(group) - 1) + covered(people, group, coverage))
    least = min(w / len(g) for w, g in zip(worths, groups, strict=True))
    return sum(worths) + worst * len(people) * least


@settings(max_examples=8)
@given(
    seed=st.integers(0, 10**6),
    coverage=st.sampled_from([0.0, 1.0]),
    worst=st.sampled_from([0.0, 1.0]),
    balance=st.sampled_from([0.0, 0.5]),
)
def test_aims_equal_brute_force(seed, coverage, worst, balance):
    """Score, coverage, balance and the worst circle add up as documented, and the best is found."""
    people, score = crowd(8, seed), matrix_score(8, seed)
    aims = {"coverage": coverage, "worst": worst}
    plan = pw.group(people, score, 4, balance={"grade": balance, "team": balance}, **aims)
    plan.verify()
    assert plan.value == pytest.approx(
        naive(people, score, plan.index_groups, balance=balance, **aims), abs=1e-6
    )
    best = max(naive(people, score, g, balance=balance, **aims) for g in index_groups(8, 4))
    assert plan.value == pytest.approx(best, abs=1e-6)
    assert plan.status is pw.Status.OPTIMAL


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_rules_and_quotas_equal_brute_force(seed):
    """Rules on pairs, requires, kinds a circle, nobody alone and common slots are all kept."""
    people, score = crowd(9, seed), matrix_score(9, seed)
    rules = [pw.Forbid([("p0", "p1")]), pw.Require([("p2", "p3")]), pw.Within("grade", 3)]
    role = people.category("role").codes == people.category("role").labels.index("mentor")
    slots = people.slot().values > 0
    grade = people.number("grade")

    def allowed(group):
        inside = set(group)
        return (
            not {0, 1} <= inside
            and len({2, 3} & inside) != 1
            and np.ptp(grade[list(group)]) <= 3
            and role[list(group)].sum() >= 1
            and slots[list(group)].all(axis=0).sum() >= 2
        )

    quotas = [pw.PerGroup(pw.Is("role", "mentor"), at_least=1), pw.Common(2)]
    kept = [groups for groups in index_groups(9, 3) if all(map(allowed, groups))]
    if not kept:
        with pytest.raises(InfeasibleError):
            pw.group(people, score, 3, rules=rules, quotas=quotas)
        return
    plan = pw.group(people, score, 3, rules=rules, quotas=quotas)
    plan.verify()
    assert plan.value == pytest.approx(max(naive(people, score, g) for g in kept), abs=1e-6)


def test_nobody_is_alone_and_bounds_are_kept():
    """NotAlone and at_most hold in every circle."""
    people = crowd(24, 3)
    quotas = [pw.NotAlone("team", "red"), pw.PerGroup(pw.Is("role", "mentor"), at_most=2)]
    plan = pw.group(people, matrix_score(24), (4, 6), quotas=quotas)
    plan.verify()
    team, role = people.category("team"), people.category("role")
    for group in plan.index_groups:
        assert (team.codes[list(group)] == team.labels.index("red")).sum() != 1
        assert (role.codes[list(group)] == role.labels.index("mentor")).sum() <= 2


def test_history_is_soft_or_hard():
    """Who met is kept apart if that costs less than the squared count, or always by NoRepeat."""
    people, score = crowd(12), matrix_score(12)
    before = pw.group(people, score, 3)
    history = pw.History().with_round(before).with_round(before)
    after = pw.group(people, score, 3, history=history)
    after.verify()
    pairs = {pair for circle in before.groups for pair in combinations(circle, 2)}
    assert not pairs & {pair for circle in after.groups for pair in combinations(circle, 2)}
    cheap = pw.group(people, score, 3, history=history, repeat_cost=0.0)
    assert cheap.value == pytest.approx(before.value)
    hard = pw.group(people, score, 3, rules=[pw.NoRepeat(history)])
    assert not pairs & {pair for circle in hard.groups for pair in combinations(circle, 2)}


def test_balance_makes_circles_alike():
    """With balance alone the means of circles differ less than at random."""
    people = crowd(36, 5)
    plan = pw.group(people, pw.Precomputed(np.zeros((36, 36))), 6, balance=["grade", "team"])
    plan.verify()
    grade = people.number("grade")
    means = [grade[list(group)].mean() for group in plan.index_groups]
    assert np.ptp(means) <= 0.35


def test_byes_have_reasons():
    """With leftover="bye" the rest is left out and told why."""
    plan = pw.group(crowd(10), matrix_score(10), 4, leftover="bye")
    plan.verify()
    assert len(plan.unmatched) == 2
    assert all("a bye" in reason for reason in plan.unmatched.reasons.values())


def test_json_reads_back_what_was_written():
    """Quotas, aims, history and proof go through JSON; the plan still verifies."""
    people = crowd(16, 2)
    history = pw.History().with_round([("p0", "p1")])
    rules = [pw.Forbid([("p0", "p2")])]
    quotas = [pw.PerGroup(MENTOR, at_least=1), pw.NotAlone("team", "red"), pw.Common(1)]
    plan = pw.group(
        people,
        matrix_score(16),
        (3, 5),
        rules=rules,
        quotas=quotas,
        balance=["grade"],
        coverage=0.5,
        history=history,
    )
    text = plan.to_json()
    again = pw.Plan.from_json(text, people, matrix_score(16), rules=rules, quotas=quotas)
    again.verify()
    assert again.to_json() == text
    assert again.groups == plan.groups


def test_same_seed_same_json():
    """The same call gives the same JSON."""
    texts = {pw.group(crowd(30), matrix_score(30), 5, seed=3).to_json() for _ in range(2)}
    assert len(texts) == 1


def test_false_plans_are_refused():
    """A plan that tears a required pair, or claims more than its circles are worth, fails."""
    from pairwise.plan import Outcome

    people = crowd(9)
    plan = pw.group(people, matrix_score(9), 3, rules=[pw.Require([("p0", "p1")])])
    groups = [list(group) for group in plan.index_groups]
    torn = next(g for g in groups if 0 in g)
    other = next(g for g in groups if 0 not in g)
    torn[torn.index(0)], other[0] = other[0], 0
    for claim in (
        Outcome(groups, plan.value_q, plan.bound_q, plan.status, 0, plan.certificate),
        Outcome(plan.index_groups, plan.value_q + 1, plan.bound_q + 1, plan.status, 0, None),
        Outcome(plan.index_groups[1:], plan.value_q, plan.bound_q, plan.status, 0, None),
    ):
        with pytest.raises(VerificationError):
            pw.Plan(plan.problem, claim).verify()


def test_what_if_forces_and_alternatives_avoid():
    """A forced pair shares a circle; alternatives give other partners."""
    people, score = crowd(12), matrix_score(12)
    plan = pw.group(people, score, 3)
    apart = next(x for x in people.ids if x != "p0" and x not in plan.partners["p0"])
    forced = plan.what_if(("p0", apart))
    forced.plan.verify()
    assert apart in forced.plan.partners["p0"]
    assert forced.loss >= 0
    (other,) = plan.alternatives("p0", 1)
    assert other.partner not in plan.partners["p0"]


CONTRADICTIONS = {
    "more tied together than a circle holds": (
        {"size": 3, "rules": [pw.Require([("p0", "p1"), ("p1", "p2"), ("p2", "p3")])]},
        ['"p0"', "Require", "size of 4"],
    ),
    "required and forbidden": (
        {"rules": [pw.Require([("p0", "p1")]), pw.Forbid([("p0", "p1")])]},
        ['"p0" and "p1"', "Require", "Forbid"],
    ),
    "tied by a third and forbidden": (
        {"rules": [pw.Require([("p0", "p1"), ("p1", "p2")]), pw.Forbid([("p0", "p2")])]},
        ['"p0" and "p2"', "relax Forbid"],
    ),
    "too few mentors": (
        {"size": 2, "quotas": [pw.PerGroup(MENTOR, at_least=1)]},
        ["PerGroup", "6 circles need 6", "there are 3", "larger circles"],
    ),
    "too many mentees": (
        {"quotas": [pw.PerGroup(pw.Is("role", "mentee"), at_most=2)]},
        ["PerGroup", "at most, there are 9", "raise at_most"],
    ),
    "more of a kind than seats": (
        {"quotas": [pw.PerGroup(MENTOR, at_least=5)]},
        ["PerGroup", "4 people at most", "lower at_least"],
    ),
    "tied together and too many of a kind": (
        {
            "rules": [pw.Require([("p0", "p4"), ("p4", "p8")])],
            "quotas": [pw.PerGroup(MENTOR, at_most=2)],
        },
        ['"p0", "p4" and "p8"', "Require", "PerGroup", "raise at_most"],
    ),
    "the only one of a kind": (
        {"people": {"numbers": {"level": [1] * 11 + [2]}}, "quotas": [pw.NotAlone("level")]},
        ['"p11"', "NotAlone", "only one"],
    ),
    "more slots than there are": ({"quotas": [pw.Common(9)]}, ["Common(9)", "8 slots in all"]),
    "somebody has nobody left": (
        {"rules": [pw.Forbid([("p0", f"p{k}") for k in range(1, 10)])]},
        ['"p0"', "2 others allowed", "needs 3", "Forbid"],
    ),
    "no two may share a circle": (
        {"rules": [pw.Forbid(list(combinations(["p0", "p1", "p2", "p3"], 2)))]},
        ["no two of 4 people", '"p0"', "3 circles", "Forbid"],
    ),
    "pairs that do not fit": (
        {"size": 3, "rules": [pw.Require([(f"p{k}", f"p{k + 1}") for k in range(0, 10, 2)])]},
        ["sets of 2, 2, 2, 2, 2", "4 circles of 3", "Require"],
    ),
    "a size larger than the crowd": ({"size": 13}, ["size=13", "only 12 people"]),
    "a range that does not divide": ({"size": (7, 8)}, ["size=(7, 8)", "widen the range"]),
    "found by search only": (
        {
            "size": 4,
            "rules": [
                pw.Require([("p0", "p4"), ("p8", "p1"), ("p1", "p2")]),
            ],
            "quotas": [pw.PerGroup(MENTOR, at_least=1)],
        },
        ["PerGroup", "without", "circles"],
    ),
}


def test_the_table_of_contradictions_has_fifteen():
    """Fifteen kinds of contradiction are answered with names."""
    assert len(CONTRADICTIONS) == 15


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictions_are_named(name):
    """Who, which rule or quota, and a way out."""
    arguments, words = CONTRADICTIONS[name]
    arguments = dict(arguments)
    more = arguments.pop("people", {})
    people = crowd(12, 1)
    if more:
        people = pw.Participants(people.ids, **more)
    with pytest.raises(InfeasibleError) as caught:
        pw.group(people, matrix_score(12), **arguments)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"size": 1}, "size=1"),
        ({"size": (5, 3)}, "smallest, largest"),
        ({"balance": ["gade"]}, 'did you mean "grade"'),
        ({"balance": ["gender"]}, "monitoring"),
        ({"balance": {"grade": -1}}, 'balance."grade".=-1'),
        ({"balance": 3}, "balance=3"),
        ({"worst": "high"}, "worst='high'"),
        ({"coverage": float("nan")}, "coverage=nan"),
        ({"quotas": [pw.Share(pw.Differ("team"), at_least=0.5)]}, "use PerGroup or NotAlone"),
        ({"quotas": [pw.Common(1), pw.Common(2)]}, "only one Common"),
        ({"quotas": pw.Common(1)}, "list of quotas"),
        ({"quotas": [pw.PerGroup(pw.Is("role", "boss"), at_least=1)]}, "boss"),
        ({"rules": pw.Differ("team")}, "list of rules"),
        ({"leftover": "trio"}, "share"),
        ({"history": [("p0", "p1")]}, "must be a History"),
        ({"time_limit": -1}, "time_limit"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    """The message names the argument and the way out."""
    people = crowd(12, monitoring={"gender": ["f", "m"] * 6})
    with pytest.raises(InvalidInput, match=words):
        pw.group(people, matrix_score(12), **arguments)


def test_coverage_needs_offers_and_seeks():
    """Without the vectors the message names them."""
    people = pw.Participants([f"p{k}" for k in range(8)])
    with pytest.raises(InvalidInput, match="offers"):
        pw.group(people, matrix_score(8), coverage=1.0)


def lost_cover(people, others, i):
    """Return by how much the others' coverage falls without i's offers."""
    offers, seeks = people.vector("offers").levels, people.vector("seeks").levels
    lost = 0.0
    for j in others:
        rest = offers[[k for k in others if k != j]].max(axis=0)
        found = np.minimum(seeks[j], np.maximum(rest, offers[i])) - np.minimum(seeks[j], rest)
        lost += 0.5 * found.sum() / max(seeks[j].sum(), 1)
    return lost


def test_explanations_say_what_each_gives():
    """Gifts are mean scores with the others and what only a member covers; shares add up."""
    people = crowd(12, 4)
    plan = pw.group(people, pw.Complementarity() + pw.Overlap("slots"), 4, coverage=1.0)
    why = plan.explain("p5")
    matrix = plan.score.matrix()
    group = next(group for group in plan.index_groups if 5 in group)
    gifts = {gift.member: gift for gift in why.gifts}
    for i in group:
        others = [j for j in group if j != i]
        assert gifts[f"p{i}"].score == pytest.approx(matrix[i, others].mean())
        assert gifts[f"p{i}"].covers == pytest.approx(lost_cover(people, others, i), abs=1e-6)
    mine = next(gift for gift in why.gifts if gift.member == "p5")
    assert sum(share for _, share in why.shares) == pytest.approx(mine.score)
    assert '"p5" in a circle of 4' in str(why)
    assert "what each gives" in str(why)
    assert "<table>" in why._repr_html_()


@settings(max_examples=5)
@given(seed=st.integers(0, 10**6))
def test_no_swap_gains_after_search(seed):
    """Of a plan from search no swap gains; each reported change is what the plan would change."""
    people, score = crowd(20, seed), matrix_score(20, seed)
    plan = pw.group(people, score, (4, 5), balance=["team"], rules=[pw.Within("grade", 3)])
    for who in people.ids[:6]:
        swap = plan.explain(who).best_swap
        if swap is None:
            continue
        assert swap.gain <= 1e-12
        i, j = people.index(swap.who), people.index(swap.other)
        turned = {i: j, j: i}
        groups = [tuple(turned.get(k, k) for k in group) for group in plan.index_groups]
        change = plan.problem.value(groups) - plan.value_q
        assert change * plan.step == pytest.approx(swap.gain)


def test_somebody_left_out_is_told_why():
    """The explanation of a bye says that it is one."""
    plan = pw.group(crowd(10), matrix_score(10), 4, leftover="bye")
    why = plan.explain(plan.unmatched[0])
    assert "has no circle: a bye" in str(why)
    assert "a bye" in why._repr_html_()
