"""Fair assignments against brute force; both bounds; broken proofs; what cannot be had together."""

import itertools
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pairwise as pw
from pairwise.plan.proofs import fair_loads_from_plain, fair_loads_to_plain
from pairwise.problem.fair import alpha_worth

EXAMPLES = settings(max_examples=20, deadline=None)
INF = math.inf


def sides(m, k):
    """Mentors and mentees who are nothing but ids."""
    return (pw.Participants([f"{side}{i}" for i in range(n)]) for side, n in (("m", m), ("e", k)))


def solved(matrix, **asked):
    """Assign with a matrix of mentors by mentees."""
    mentors, mentees = sides(*matrix.shape)
    score = pw.Precomputed(matrix, rows=mentors.ids, cols=mentees.ids)
    return pw.assign(mentors, mentees, score, **asked)


def plans_within(shape, mentor_load, mentee_load, refused=()):
    """Every set of cells that keeps the loads and uses no refused cell."""
    cells = [cell for cell in itertools.product(*map(range, shape)) if cell not in refused]
    for chosen in itertools.product((False, True), repeat=len(cells)):
        plan = [cell for cell, used in zip(cells, chosen, strict=True) if used]
        counts = [np.bincount([c[s] for c in plan] or [0], minlength=shape[s]) for s in (0, 1)]
        counts = counts if plan else [np.zeros(size, int) for size in shape]
        loads = (mentor_load, mentee_load)
        within = [
            (low <= count).all() and (count <= high).all()
            for (low, high), count in zip(loads, counts, strict=True)
        ]
        if all(within):
            yield plan


@st.composite
def tables(draw, most=3):
    """Scores with few or many levels."""
    m, k = draw(st.integers(1, most)), draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels = draw(st.sampled_from([2, 1000]))
    return rng.integers(0, levels + 1, (m, k)) / levels


@EXAMPLES
@given(tables(), st.integers(1, 3), st.sampled_from([0.5, 1.0, 2.0, 5.0]))
def test_alpha_equals_brute_force(matrix, most, alpha):
    """What mentees are worth to fairness is the largest sum of plans that place as many."""
    plan = solved(matrix, mentor_load=(0, most), fairness=alpha)
    plan.verify()
    worth = np.rint(alpha_worth(matrix, alpha) / plan.step)
    best = max(
        (len({i for i, _ in cells}) + len({j for _, j in cells}), sum(worth[c] for c in cells))
        for cells in plans_within(matrix.shape, (0, most), (0, 1))
    )
    groups = plan.index_groups
    assert len({i for i, _ in groups}) + len({j for _, j in groups}) == best[0]
    assert plan.value_q == best[1]
    assert plan.value == pytest.approx(score_sum(matrix, plan), abs=1e-8)


def score_sum(matrix, plan):
    """Return the scores of a plan added up."""
    return sum(matrix[i, j - len(matrix)] for i, j in plan.index_groups)


def placing_all(every, shape):
    """Return the plans that place everybody if there are any."""
    full = [
        cells
        for cells in every
        if all(len({cell[side] for cell in cells}) == shape[side] for side in (0, 1))
    ]
    return full or every


@settings(max_examples=40, deadline=None)
@given(tables(), st.integers(1, 3), st.integers(0, 2), st.sampled_from([0, 1]), st.booleans())
def test_leximin_equals_brute_force(matrix, most, least, fewest, refuse):
    """Mentee by mentee from the worst off on, no plan with as many mentees is better."""
    rules = [pw.Forbid([("m0", "e0")])] if refuse else []
    refused = {(0, 0)} if refuse else set()
    least = min(least, most)
    if least and most > 1:
        fewest = 1
    every = list(plans_within(matrix.shape, (least, most), (fewest, 1), refused))
    every = placing_all(every, matrix.shape)
    asked = {
        "mentor_load": (least, most),
        "mentee_load": (fewest, 1),
        "rules": rules,
        "fairness": INF,
    }
    if not every:
        with pytest.raises(pw.InfeasibleError, match="need"):
            solved(matrix, **asked)
        return
    plan = solved(matrix, **asked)
    plan.verify()
    best = max((len(cells), sorted(matrix[c] for c in cells)) for cells in every)
    m = len(matrix)
    assert (len(plan.pairs), sorted(matrix[i, j - m] for i, j in plan.index_groups)) == best
    assert plan.status is pw.Status.OPTIMAL
    assert plan.gap == 0


@EXAMPLES
@given(tables(), st.sampled_from([(0, 2), (1, 2), (0, 3)]), st.sampled_from([2, 3]))
def test_maximin_equals_brute_force(matrix, mentor_load, most):
    """The smallest share is the largest there is; both bounds hold; then the sum is the best."""
    asked = {"mentor_load": mentor_load, "mentee_load": (0, most), "fairness": INF}
    every = list(plans_within(matrix.shape, mentor_load, (1, most)))
    every = placing_all(every, matrix.shape)
    if not every:
        with pytest.raises(pw.InfeasibleError, match="need"):
            solved(matrix, **asked)
        return
    plan = solved(matrix, **asked)
    plan.verify()
    floors = [smallest(matrix, cells, min(most, len(matrix))) for cells in every]
    top = max(floors)
    sums = [
        sum(matrix[c] for c in cells)
        for cells, floor in zip(every, floors, strict=True)
        if floor > top - 1e-9
    ]
    proof = plan.certificate
    assert proof.floor == pytest.approx(top, abs=1e-5)
    assert proof.floor - 1e-9 <= proof.searched_floor <= proof.floor_bound + 1e-9
    assert proof.floor_bound >= top - 1e-6
    assert plan.value == pytest.approx(max(sums), abs=1e-5)
    assert plan.bound >= max(sums) - 1e-6


def smallest(matrix, cells, most):
    """Return the smallest share of a plan."""
    shares = np.zeros(matrix.shape[1])
    for i, j in cells:
        shares[j] += matrix[i, j] / most
    return shares.min()


MATRIX = np.random.default_rng(8).random((5, 8)) ** 2
CASES = {
    "alpha": {"mentor_load": (0, 2), "fairness": 5.0},
    "leximin": {"mentor_load": (0, 2), "fairness": INF},
    "one mentor": {"mentor_load": (1, 4), "fairness": INF},
    "maximin": {"mentor_load": (1, 4), "mentee_load": (1, 2), "fairness": INF},
}


@pytest.mark.parametrize("asked", CASES.values(), ids=CASES)
def test_price_and_json(asked):
    """The price is what the sum loses; the plan comes back from JSON with a proof that holds."""
    mentors, mentees = sides(*MATRIX.shape)
    people = mentors.merged(mentees)
    score = pw.Precomputed(MATRIX, rows=mentors.ids, cols=mentees.ids)
    plan = pw.assign(mentors, mentees, score, **asked)
    best = pw.assign(mentors, mentees, score, **{**asked, "fairness": 0.0})
    assert plan.price_of_fairness == pytest.approx(best.value - plan.value, abs=1e-8)
    assert plan.price_of_fairness > 0
    assert plan.to_frame()["score"].sum() == pytest.approx(plan.value)
    again = pw.Plan.from_json(plan.to_json(), people, score)
    again.verify()
    assert again.to_json() == plan.to_json()
    assert again.price_of_fairness == plan.price_of_fairness


@pytest.mark.parametrize("alpha", [1.0, INF])
def test_what_ifs_are_the_fairest(alpha):
    """A forced pair and an alternative give what solving afresh with that rule gives."""
    asked = {"mentor_load": (0, 2), "fairness": alpha}
    plan = solved(MATRIX, **asked)
    apart = next(
        (a, b) for a in ("m0", "m1") for b in ("e0", "e1") if b not in plan.partners.get(a, ())
    )
    forced = plan.what_if(apart)
    forced.plan.verify()
    assert forced.plan.value_q == solved(MATRIX, rules=[pw.Require([apart])], **asked).value_q
    other = plan.alternatives("e0", 1)[0]
    other.plan.verify()
    assert other.plan.partner_of("e0") == other.partner != plan.partner_of("e0")
    assert "e0" in str(plan.explain("e0"))


def test_other_plans_of_the_highest_share():
    """Alternatives are solved afresh; a pair cannot be forced, and the message says so."""
    plan = solved(MATRIX, **CASES["maximin"])
    other = plan.alternatives("e0", 1)[0].plan
    other.verify()
    assert not {*other.partners["e0"]} & {*plan.partners["e0"]}
    assert "e0" in str(plan.explain("e0"))
    apart = next(m for m in ("m0", "m1", "m2") if m not in plan.partners["e0"])
    with pytest.raises(pw.InvalidInput, match="are required together"):
        plan.what_if((apart, "e0"))


@pytest.mark.parametrize("most", [1, 2])
def test_people_without_places_do_not_count(most):
    """Who may have no partner is left out, and lowers nobody's share."""
    loads = {"mentor_load": ([1, 1, 1, 0, 1], [2, 2, 2, 0, 2])}
    loads["mentee_load"] = ([0] * 8, [most] * 6 + [0, 1])
    plan = solved(MATRIX, fairness=INF, **loads)
    plan.verify()
    assert plan.status is pw.Status.OPTIMAL or plan.certificate.floor > 0
    assert {*plan.partners} == {*plan.people.ids} - {"m3", "e6"}


def test_somebody_left_out_can_be_placed_by_leximin():
    """An alternative of a mentee without a mentor is the fairest plan that has them."""
    matrix = np.array([[0.9, 0.8, 0.1], [0.7, 0.9, 0.2]])
    plan = solved(matrix, fairness=INF)
    assert plan.unmatched == ("e2",)
    other = plan.alternatives("e2", 1)[0]
    other.plan.verify()
    options = [solved(matrix, fairness=INF, rules=[pw.Require([(m, "e2")])]) for m in ("m0", "m1")]
    worst = [min(option.to_frame()["score"].dropna()) for option in options]
    assert min(other.plan.to_frame()["score"].dropna()) == max(worst)


def test_maximin_names_who_cannot_have_a_mentor():
    """Where the smallest share would be 0 whatever the plan, the shortage is named."""
    with pytest.raises(pw.InfeasibleError, match="need 3 mentors together, but only 2"):
        solved(np.full((1, 4), 0.5), mentor_load=(1, 2), fairness=INF)


@pytest.mark.parametrize(
    "asked",
    [
        {"mentee_load": (1, 1)},
        {"fairness": INF},
        {"mentor_load": (1, 3), "mentee_load": (1, 2), "fairness": INF},
    ],
)
def test_alternatives_end_where_loads_allow_no_more(asked):
    """With a fewest that no other partner can fill, fewer alternatives come back."""
    plan = solved(MATRIX[:2, :3], **{"mentor_load": (0, 3), **asked})
    found = plan.alternatives("e0", 5)
    assert len(found) == 2 - len(plan.partners["e0"])
    assert "e0" in str(plan.explain("e0"))


def test_where_some_mentees_must_have_a_mentor_all_must():
    """Leximin would not know whom to leave out: all are placed, or the shortage is named."""
    some = {"mentee_load": ([1, 0, 0], [1, 1, 1]), "fairness": INF}
    plan = solved(MATRIX[:3, :3], **some)
    plan.verify()
    assert not plan.unmatched
    with pytest.raises(pw.InfeasibleError, match="need 3 mentors together, but only 2"):
        solved(MATRIX[:2, :3], **some)


def test_broken_proofs_are_refused():
    """A floor, a bound, places or multipliers that are not those of the plan do not pass."""
    plan = solved(MATRIX, **CASES["maximin"])
    proof = plan.certificate
    dearer = replace(proof.sum_prices, multipliers=proof.sum_prices.multipliers + 1.0)
    for broken in (
        replace(proof, floor=proof.floor + 0.1),
        replace(proof, floor_bound=proof.floor, searched_floor=proof.floor - 0.1),
        replace(proof, searched_floor=proof.floor_bound + 0.1),
        replace(proof, sum_prices=dearer),
        replace(proof, floor_prices=replace(proof.floor_prices, multipliers=-dearer.multipliers)),
    ):
        with pytest.raises(pw.VerificationError):
            broken.check(plan.problem, plan.index_groups)
    fair, best = solved(MATRIX, **CASES["leximin"]), solved(MATRIX, mentor_load=(0, 2))
    assert fair.index_groups != best.index_groups
    with pytest.raises(pw.VerificationError, match="other pairs"):
        fair.certificate.check(fair.problem, best.index_groups)
    swapped = replace(fair.certificate, stages=fair.certificate.stages[:-1])
    with pytest.raises(pw.VerificationError):
        swapped.check(fair.problem, fair.index_groups)


def test_whole_choices_are_part_of_the_proof():
    """Prices of whole choices prove floor and sum, are kept in files, and are checked."""
    rng = np.random.default_rng(1)
    matrix = (rng.random((24, 1)) + 0.3 * rng.random((24, 16))) / 1.3
    plan = solved(matrix, mentor_load=(0, 2), mentee_load=(3, 3), fairness=INF)
    plan.verify()
    proof, problem = plan.certificate, plan.problem
    assert proof.floor_choices is not None
    assert proof.sum_choices is not None
    again = fair_loads_from_plain(json.loads(json.dumps(fair_loads_to_plain(proof))))
    again.check(problem, plan.index_groups)
    worthless = replace(proof.floor_choices, prices=0 * proof.floor_choices.prices)
    cheaper = replace(proof.sum_choices, prices=proof.sum_choices.prices - 0.1)
    for broken in (
        replace(proof, sum_choices=None),
        replace(proof, floor_choices=worthless),
        replace(proof, sum_choices=cheaper),
    ):
        with pytest.raises(pw.VerificationError):
            broken.check(problem, plan.index_groups)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"fairness": -1.0}, "must be from 0"),
        ({"fairness": 1.0, "returns": (0, -0.1)}, "returns; leave one"),
        ({"fairness": 1.0, "participation": "any"}, 'use participation="maximum"'),
        ({"fairness": 1.0, "mentee_load": (0, 2)}, r"mentee_load=\(0, 1\)"),
        ({"fairness": INF, "priority": {"e0": 1}}, "priority; leave one"),
        (
            {"fairness": INF, "mentee_load": (0, 2), "rules": [pw.Require([("m0", "e0")])]},
            "leave the pair free",
        ),
    ],
)
def test_what_goes_not_with_fairness_is_named(asked, words):
    """Combinations that are not exact are refused, with the way out."""
    with pytest.raises(pw.InvalidInput, match=words):
        solved(MATRIX, **asked)


def test_people_in_both_roles():
    """Finite fairness knows two-cycles; leximin asks to allow them."""
    matrix = np.random.default_rng(2).random((5, 5))
    people = pw.Participants([f"p{i}" for i in range(5)])
    score = pw.Precomputed(matrix, reciprocity="mean")
    fair = pw.assign(people, people, score, fairness=2.0)
    fair.verify()
    assert not {(b, a) for a, b in fair.pairs} & {*fair.pairs}
    with pytest.raises(pw.InvalidInput, match="allow_two_cycles"):
        pw.assign(people, people, score, fairness=INF)
    pw.assign(people, people, score, fairness=INF, allow_two_cycles=True).verify()
