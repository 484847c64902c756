"""What `assign` refuses and why, what its proofs catch, and how plans of mentors read."""

import dataclasses
import json
import pickle

import numpy as np
import pytest

import pairwise as pw
from pairwise.matching.exclusive import Bounded, Impossible, Split
from pairwise.plan import Outcome


def named(*ids, **features):
    """People of these ids."""
    return pw.Participants(ids, **features)


def flat(mentors, mentees, value=0.5):
    """Everybody is worth the same to everybody."""
    shape = (len(mentors), len(mentees))
    return pw.Precomputed(np.full(shape, value), rows=mentors.ids, cols=mentees.ids)


A2 = named("ann", "bob", categories={"team": ["red", "red"]})
E3 = named("cy", "di", "eve", categories={"team": ["red", "blue", "blue"]})

INFEASIBLE = {
    "more mentees than mentors can take": (
        {"mentee_load": (1, 1), "mentor_load": (0, 1)},
        r'mentees "cy", "di" and "eve" need 3 mentors together, but only 2 .* "ann" and "bob"',
    ),
    "more mentors in need than mentees": (
        {"mentor_load": (2, 3)},
        r'mentors "ann" and "bob" need 4 mentees together, but only 3 can be had',
    ),
    "one mentor needs more than there are": (
        {"mentor_load": {"ann": (4, 5)}},
        r'the mentor "ann" needs 4 mentees, but only 3 can be had',
    ),
    "a rule leaves nobody": (
        {"mentee_load": {"cy": (1, 1)}, "rules": [pw.Differ("team")]},
        r'the mentee "cy" needs 1 mentor, but nobody is allowed.*relax Differ\("team"\)',
    ),
    "forbidden pairs leave one mentor for two": (
        {
            "mentee_load": {"cy": (1, 1), "di": (1, 1)},
            "rules": [pw.Forbid([("ann", "cy"), ("ann", "di")])],
        },
        r'mentees "cy" and "di" need 2 mentors together, but only 1 can be had, from "bob"',
    ),
    "required and forbidden": (
        {"rules": [pw.Require([("ann", "cy")]), pw.Forbid([("cy", "ann")])]},
        r'"ann" and "cy" are required together, but Forbid\(',
    ),
    "two mentors are required together": (
        {"rules": [pw.Require([("ann", "bob")])]},
        r'"ann" and "bob" are required together, but one must be a mentor and the other a mentee',
    ),
    "a mentor is required with too many": (
        {"rules": [pw.Require([("ann", "cy"), ("ann", "di")])]},
        r'"ann" is required with 2 mentees, but mentor_load allows 1',
    ),
    "a mentee is required with too many": (
        {"rules": [pw.Require([("ann", "cy"), ("bob", "cy")])]},
        r'"cy" is required with 2 mentors, but mentee_load allows 1',
    ),
    "a required pair takes the place that others need": (
        {
            "rules": [pw.Require([("ann", "cy")]), pw.Forbid([("bob", "di")])],
            "mentee_load": {"di": (1, 1)},
        },
        r'the mentee "di" needs 1 mentor beside required pairs, but',
    ),
    "somebody who takes nobody is all there is": (
        {"mentor_load": {"ann": (0, 0), "bob": (0, 0)}, "mentee_load": {"eve": (1, 1)}},
        r'the mentee "eve" needs 1 mentor, but only 0 can be had, from "ann" and "bob"',
    ),
}


@pytest.mark.parametrize("case", INFEASIBLE)
def test_infeasible_input_is_named(case):
    """Whoever cannot have what they must is named, with the load or rule to relax, and no more."""
    arguments, words = INFEASIBLE[case]
    with pytest.raises(pw.InfeasibleError, match=words):
        pw.assign(A2, E3, flat(A2, E3), **arguments)


def test_each_others_mentor_only_is_named():
    """Two people alone in both roles can only mentor each other: said, with the switch."""
    both = named("ann", "bob")
    arguments = {"mentor_load": (1, 1), "mentee_load": (1, 1)}
    with pytest.raises(pw.InfeasibleError, match=r'"ann" and "bob": pass allow_two_cycles=True'):
        pw.assign(both, both, flat(both, both), **arguments)
    plan = pw.assign(both, both, flat(both, both), allow_two_cycles=True, **arguments)
    assert plan.pairs == (("ann", "bob"), ("bob", "ann"))
    with pytest.raises(pw.InfeasibleError, match="required to be each other's mentor"):
        pw.assign(
            both, both, flat(both, both), rules=[pw.Require([("ann", "bob"), ("bob", "ann")])]
        )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"mentor_load": 3}, r"mentor_load = 3: must be \(fewest, most\)"),
        ({"mentor_load": (2, 1)}, r'mentor_load of "ann" = \(2, 1\): the fewest must not be above'),
        ({"mentee_load": (0, 1.5)}, r'mentee_load of "cy" = \(0, 1.5\): must be whole numbers'),
        ({"mentor_load": ([0, 0, 0], 1)}, r"mentor_load\[0\] has shape \(3,\): must be .* 2"),
        ({"mentor_load": {"anna": (0, 1)}}, 'mentor_load: no participant "anna"; did you mean'),
        ({"mentor_load": {"ann": 2}}, r'mentor_load\["ann"\] = 2: must be \(fewest, most\)'),
        ({"participation": "max"}, 'participation=.max.: must be "maximum" or "any"'),
        ({"gain": "mentor"}, 'gain=.mentor.: must be "mentee" or "both"'),
        ({"returns": (0, 0.1)}, "must not rise"),
        ({"priority": {"cy": -1}}, r'priority\["cy"\] = -1: must be a number >= 0'),
        ({"priority": {"cyd": 1}}, r'priority\["cyd"\].*no participant "cyd"'),
        ({"priority": "waited"}, 'priority = "waited": must be the name of a number feature'),
    ],
)
def test_arguments_are_checked(arguments, words):
    """What breaks its rule is refused with its name and the way out."""
    with pytest.raises(pw.InvalidInput, match=words):
        pw.assign(A2, E3, flat(A2, E3), **arguments)


def crowded():
    """Ten people in both roles who all want each other: many twins."""
    rng = np.random.default_rng(3)
    ids = [f"p{k}" for k in range(10)]
    matrix = rng.random((10, 10))
    people = named(*ids)
    return people, pw.Precomputed((matrix + matrix.T) / 2, rows=ids, cols=ids)


def test_many_twins_are_settled_with_proof():
    """Symmetric wishes of people in both roles end optimal, by prices and branches."""
    people, score = crowded()
    plan = pw.assign(people, people, score)
    plan.verify()
    assert plan.status is pw.Status.OPTIMAL
    assert not {pair[::-1] for pair in plan.pairs} & set(plan.pairs)
    free = pw.assign(people, people, score, allow_two_cycles=True)
    assert free.value >= plan.value


def _lowered(plan):
    node = plan.certificate.nodes[0]
    lower = dataclasses.replace(node, row_duals=node.row_duals - 1000)
    return {"certificate": dataclasses.replace(plan.certificate, nodes=(lower,))}


def _claims(plan, **changes):
    return {"certificate": dataclasses.replace(plan.certificate, **changes)}


TAMPERED = {
    "lower duals": (_lowered, "certificate does not hold"),
    "another rank": (lambda p: _claims(p, rank_q=p.certificate.rank_q + 1), "plans of rank"),
    "no cases": (lambda p: _claims(p, nodes=()), "no tree"),
    "a made-up shortage": (lambda p: _claims(p, nodes=(Impossible(1, (0,)),)), "may have plans"),
    "a circle of cases": (lambda p: _claims(p, nodes=(Split((0, 0), 0, 0),)), "no tree"),
    "prices without twins": (
        lambda p: _claims(
            p, nodes=(dataclasses.replace(p.certificate.nodes[0], prices=((0, 0, 5),)),)
        ),
        "no twin",
    ),
    "one pair less": (lambda p: {"groups": p.index_groups[1:]}, "are worth"),
    "a pair twice": (lambda p: {"groups": [*p.index_groups, p.index_groups[0]]}, "2 times"),
    "a mentee as mentor": (lambda p: {"groups": [(2, 0)]}, '"cy" is no mentor'),
    "too many": (lambda p: {"groups": [(0, 2), (0, 3)]}, '"ann" has 2 mentees, must have 0 to 1'),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_tampered_plans_are_caught(how):
    """Each false claim is a VerificationError that names it."""
    plan = pw.assign(A2, E3, flat(A2, E3))
    plan.verify()
    change, words = TAMPERED[how]
    claims = {
        "groups": plan.index_groups,
        "value_q": plan.value_q,
        "bound_q": plan.bound_q,
        "certificate": plan.certificate,
    }
    with pytest.raises(pw.VerificationError, match=words):
        pw.Plan(plan.problem, Outcome(**{**claims, **change(plan)})).verify()


def test_fewer_people_cannot_borrow_the_proof():
    """A plan of one pair that claims the value of two fails, though its figures fit."""
    plan = pw.assign(A2, E3, flat(A2, E3, 0.0))
    lying = Outcome([(0, 2)], 0, 0, certificate=plan.certificate)
    with pytest.raises(pw.VerificationError, match="about plans of rank"):
        pw.Plan(plan.problem, lying).verify()


def test_plans_go_through_json_and_pickle():
    """A plan with cases reads back, verifies, and answers what-ifs."""
    people, score = crowded()
    plan = pw.assign(people, people, score, priority={"p3": 2}, returns=(0, -0.25))
    kinds = {type(node) for node in plan.certificate.nodes}
    assert Bounded in kinds
    text = plan.to_json()
    assert json.loads(text)["kind"] == "loads"
    for copy in (
        pw.Plan.from_json(text, plan.people, score),
        pickle.loads(pickle.dumps(plan)),
    ):
        copy.verify()
        assert copy.pairs == plan.pairs
        assert copy.what_if(("p0", "p1")).loss == plan.what_if(("p0", "p1")).loss


def test_table_and_reasons():
    """The table names mentor and mentee; whoever is left out hears why."""
    plan = pw.assign(A2, E3, flat(A2, E3), rules=[pw.Differ("team")])
    frame = plan.to_frame()
    assert list(frame.columns) == ["mentor", "mentee", "score", "reason"]
    assert len(frame) == 3
    assert plan.unmatched == ("cy",)
    assert frame["mentee"].iloc[-1] == "cy"
    assert frame["mentor"].isna().tolist() == [False, False, True]
    assert "None" not in plan._repr_html_()
    assert "none of 2 mentors is allowed" in plan.unmatched.reasons["cy"]
    assert "precomputed" in str(plan.explain("di"))
    assert plan.alternatives("di", 1)[0].plan.status is pw.Status.OPTIMAL


def test_alternatives_place_somebody_else_last():
    """Somebody kept from their mentor gets the next one, at the exact cost."""
    matrix = [[0.9, 0.8], [0.5, 0.3]]
    sides = named("ann", "bob"), named("cy", "di")
    score = pw.Precomputed(matrix, rows=["ann", "bob"], cols=["cy", "di"])
    plan = pw.assign(*sides, score)
    assert plan.pairs == (("ann", "di"), ("bob", "cy"))
    (other,) = plan.alternatives("cy", 5)
    assert other.partner == "ann"
    assert other.loss == pytest.approx(0.1, abs=1e-8)


def test_a_mentee_gains_from_the_mentor():
    """What the mentor seeks counts only with gain="both"; explanations say the same numbers."""
    mentors = named("ann", offers=[[1, 0]], seeks=[[0, 1]])
    mentees = named("cy", offers=[[0, 0]], seeks=[[1, 0]])
    directed = pw.assign(mentors, mentees, pw.Complementarity())
    both = pw.assign(mentors, mentees, pw.Complementarity(reciprocity="mean"), gain="both")
    assert (directed.value, both.value) == (1.0, 0.5)
    for plan in (directed, both):
        assert plan.explain("cy").breakdowns[0].score == plan.value
        assert plan.explain("ann").breakdowns[0].score == plan.value


def test_a_score_bound_to_everybody_keeps_wishes_between_sides():
    """Wishes of mentees for mentors count when one population holds both."""
    everybody = named("ann", "bob", "cy", preferences={"cy": ["bob"]})
    score = pw.Score([pw.Preference()]).on(everybody)
    plan = pw.assign(everybody.take(["ann", "bob"]), everybody.take(["cy"]), score)
    assert plan.pairs == (("bob", "cy"),)
    assert plan.unmatched == ("ann",)


def test_people_in_both_roles_and_in_none():
    """A mentee without a mentor is left out, a mentor or not; bystanders are not."""
    everybody = named("ann", "bob", "cy", "zoe")
    score = pw.Score([pw.Precomputed(np.full((4, 4), 0.5))]).on(everybody)
    chain = everybody.take(["ann", "bob"]), everybody.take(["bob", "cy"])
    plan = pw.assign(*chain, score, rules=[pw.Forbid([("ann", "bob")])])
    plan.verify()
    assert plan.pairs in {(("ann", "cy"),), (("bob", "cy"),)}
    assert set(plan.unmatched) in ({"bob"}, {"ann", "bob"})
    assert "none of 1 mentors is allowed" in plan.unmatched.reasons["bob"]
    assert "on neither side" in str(plan.explain("zoe"))


def test_time_limit_keeps_a_proven_bound():
    """Stopped at once, the plan is valid and its bound holds."""
    rng = np.random.default_rng(0)
    mentors, mentees = named(*[f"m{k}" for k in range(400)]), named(*[f"e{k}" for k in range(400)])
    score = pw.Precomputed(rng.random((400, 400)), rows=mentors.ids, cols=mentees.ids)
    plan = pw.assign(mentors, mentees, score, time_limit=0.0)
    plan.verify()
    assert plan.bound >= pw.assign(mentors, mentees, score).value or not plan.pairs


def test_merged_populations_share_columns_labels_and_scales():
    """Topics that one side could not name are 0 where it answered; labels and wishes keep."""
    mentors = named("ann", "bob", offers=pw.VectorFeature([[1], [np.nan]], ["sql"]))
    mentees = named("cy", "ann", seeks=pw.VectorFeature([[1, 0], [0, 1]], ["rust", "sql"]))
    everybody = mentors.merged(mentees)
    assert everybody.ids == ("ann", "bob", "cy")
    assert everybody.vector("offers").columns == everybody.vector("seeks").columns
    sql, rust = (everybody.vector("offers").columns.index(c) for c in ("sql", "rust"))
    offers = everybody.vector("offers").values
    assert offers[0, [sql, rust]].tolist() == [1.0, 0.0]
    assert np.isnan(offers[1:]).all()


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (named("ann", categories={"team": ["blue"]}), '"ann" is in both .* "red" and "blue"'),
        (named("cy", vectors={"v": [[0, 3]]}), "v: the populations use the scales 0 to 3 and 1"),
        (named("cy", interests=[[1, 0, 1]]), "interests: 2 and 3 columns without names"),
    ],
)
def test_populations_that_do_not_fit_are_refused(other, words):
    """Two answers of one id, scales of different kinds, unnamed columns: named."""
    people = named("ann", categories={"team": ["red"]}, vectors={"v": [[1, 5]]}, interests=[[1, 0]])
    with pytest.raises(pw.InvalidInput, match=words):
        people.merged(other)
