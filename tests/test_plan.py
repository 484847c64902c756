"""The plan: what it says, what it refuses, and what verify() catches."""

import json
import pickle
import re

import numpy as np
import pytest

from pairwise import (
    Differ,
    Forbid,
    InfeasibleError,
    InvalidInput,
    Participants,
    Plan,
    Precomputed,
    Require,
    Same,
    Status,
    VerificationError,
    pair,
)
from pairwise.plan import Outcome
from pairwise.problem import PairProblem

NAMES = ["ann", "bob", "cy", "di", "eve", "<fay>"]


def scores(n: int, seed: int = 0) -> np.ndarray:
    """Return a symmetric matrix of scores with all digits."""
    upper = np.triu(np.random.default_rng(seed).random((n, n)), 1)
    return upper + upper.T


def people_of(n: int) -> Participants:
    """Return n people with a team each."""
    return Participants(NAMES[:n], categories={"team": list("xxyyzz")[:n]})


def solved(n: int = 6, rules=(), leftover="trio", seed: int = 0) -> Plan:
    """Return an optimal plan for n people."""
    return pair(people_of(n), Precomputed(scores(n, seed)), rules=rules, leftover=leftover)


def tampered(plan: Plan, rules=None, score=None, **changes) -> Plan:
    """Return the plan with some of its claims, its rules or its score changed."""
    problem = plan.problem
    if rules is not None or score is not None:
        rules = plan.rules if rules is None else rules
        problem = PairProblem.of(plan.people, score or plan.score, rules, problem.leftover)
    claims = {
        "groups": plan.index_groups,
        "value_q": plan.value_q,
        "bound_q": plan.bound_q,
        "status": plan.status,
        "certificate": plan.certificate,
    }
    return Plan(problem, Outcome(**{**claims, **changes}))


def test_groups_come_in_the_order_of_the_people():
    """Members ascend inside a group, groups by their first member, whatever was handed in."""
    plan = tampered(solved(6), groups=[[5, 1], (4, 0), (3, 2)])
    assert plan.groups == (("ann", "eve"), ("bob", "<fay>"), ("cy", "di"))
    assert plan.pairs == plan.groups


def test_partners_of_pairs_trios_and_the_unmatched():
    """One partner, two, or none; partner_of picks the better-scored of a trio."""
    plan = tampered(solved(6), groups=[(0, 1), (2, 3, 4)])
    assert plan.partners["cy"] == ("di", "eve")
    assert plan.partner_of("ann") == "bob"
    matrix = scores(6)
    assert plan.partner_of("cy") == ("di" if matrix[2, 3] > matrix[2, 4] else "eve")
    assert plan.partner_of("<fay>") is None
    assert plan.unmatched == ("<fay>",)
    with pytest.raises(InvalidInput, match='did you mean "eve"'):
        plan.partner_of("evee")


def test_values_are_exact_multiples_of_the_step():
    """value, bound and gap are the integers times the step; the gap of nothing is nothing."""
    plan = tampered(solved(6), value_q=3 << 29, bound_q=4 << 29, status=Status.TIME_LIMIT)
    assert (plan.value, plan.bound, plan.gap) == (0.75, 1.0, 0.25)
    empty = tampered(plan, groups=[], value_q=0, bound_q=0)
    assert empty.gap == 0.0


@pytest.mark.parametrize(
    ("groups", "words"),
    [([(0,)], "has 1 people; must be 2 or 3"), ([(0, 6)], "index outside 0 to 5")],
)
def test_shapeless_groups_are_refused(groups, words):
    """A plan of anything but twos and threes cannot be built."""
    with pytest.raises(InvalidInput, match=words):
        tampered(solved(6), groups=groups)


def test_a_plan_is_frozen_and_pickles():
    """Nothing can be set; a pickled copy says the same."""
    plan = solved(5, leftover="bye")
    with pytest.raises(AttributeError, match="frozen"):
        plan.value_q = 1
    with pytest.raises(AttributeError, match="frozen"):
        del plan.value_q
    assert pickle.loads(pickle.dumps(plan.unmatched)).reasons == plan.unmatched.reasons
    copy = pickle.loads(pickle.dumps(plan))
    assert copy.to_json() == plan.to_json()
    assert copy.alternatives("ann", 1)[0].loss == plan.alternatives("ann", 1)[0].loss


def test_an_honest_plan_verifies():
    """Pairs, trios, byes and rules all pass their own check."""
    solved(6).verify()
    solved(5).verify()
    solved(5, leftover="bye").verify()
    solved(6, [Differ("team"), Require([("ann", "di")]), Forbid([("bob", "cy")])]).verify()
    solved(5, [Require([("ann", "bob"), ("bob", "cy")])]).verify()


def _swap(plan):
    """Exchange partners between the first two pairs, as the rules allow."""
    (a, b), (c, d), *rest = plan.index_groups
    swapped = [[(a, c), (b, d), *rest], [(a, d), (b, c), *rest]]
    return {"groups": max(swapped, key=lambda groups: plan.problem.group_weights(groups).min())}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: {"groups": [*p.index_groups, p.index_groups[0]]}, "is in 2 groups"),
        (lambda p: {"groups": p.index_groups[:-1]}, "the groups are worth"),
        (_swap, "the groups are worth"),
        (lambda p: {"groups": [(0, 1, 2), (3, 4)]}, "are a trio, which only one group may be"),
        (lambda p: {"value_q": p.value_q + 2}, "is above the bound"),
        (lambda p: {"value_q": p.value_q - 2}, "status OPTIMAL, but value"),
        (lambda p: {"bound_q": p.bound_q + 2, "value_q": p.value_q + 2}, "is claimed"),
        (lambda p: {"bound_q": p.bound_q + 2, "status": Status.TIME_LIMIT}, "certificate says"),
        (lambda p: {"certificate": None}, "has no certificate"),
        (lambda p: {"status": Status.INFEASIBLE}, "but there are groups"),
        (lambda p: {"rules": [Forbid([p.pairs[0]])]}, r"together, which Forbid\(.*refuses"),
        (lambda p: {"rules": [Same("team"), *p.rules]}, 'together, which Same("team") refuses'),
        (
            lambda p: {"rules": [Require([(p.pairs[0][0], p.pairs[1][0])])]},
            "are required together and are apart",
        ),
        (lambda p: {"score": Precomputed(scores(6, seed=1))}, "the groups are worth"),
    ],
)
def test_verify_catches_a_tampered_plan(change, words):
    """Whatever is changed, the check names what is false."""
    plan = solved(6, [Differ("team")])
    pattern = words if "\\" in words or ".*" in words else re.escape(words)
    with pytest.raises(VerificationError, match=pattern):
        tampered(plan, **change(plan)).verify()


def test_verify_catches_a_worse_plan_that_claims_its_own_value_as_bound():
    """A consistent lie about the optimum fails at the certificate."""
    plan = solved(6)
    worse = tampered(plan, **_swap(plan))
    value_q = int(worse.problem.group_weights(worse.index_groups).sum())
    lie = tampered(worse, value_q=value_q, bound_q=value_q)
    with pytest.raises(VerificationError, match="certificate says"):
        lie.verify()


def test_verify_catches_a_plan_that_places_fewer_people_for_as_much():
    """A plan of one pair cannot borrow the proof of a plan of two that is worth the same."""
    people, matrix = people_of(4), np.zeros((4, 4))
    matrix[0, 1] = matrix[1, 0] = matrix[2, 3] = matrix[3, 2] = 0.5
    matrix[1, 2] = matrix[2, 1] = 1.0
    ids = people.ids
    path = [Forbid([(ids[0], ids[2]), (ids[0], ids[3]), (ids[1], ids[3])])]
    plan = pair(people, Precomputed(matrix), rules=path)
    plan.verify()
    assert plan.index_groups == ((0, 1), (2, 3))
    with pytest.raises(VerificationError, match="about plans of 2 pairs, here are 1"):
        tampered(plan, groups=[(1, 2)]).verify()


def test_reasons_of_the_unmatched():
    """A bye says that the number is odd; people cut off by rules hear of the rules."""
    bye = solved(5, leftover="bye")
    assert len(bye.unmatched) == 1
    assert bye.unmatched.reasons[bye.unmatched[0]].startswith("a bye: 5 is odd")
    star = Forbid([(a, b) for a in NAMES[1:4] for b in NAMES[1:4] if a < b])
    plan = solved(4, [star])
    assert len(plan.unmatched) == 2
    assert "all placed elsewhere; no plan places more than 2" in str(plan.unmatched.reasons)


def test_json_goes_round_and_ignores_the_clock():
    """from_json restores every claim; seconds are no part of it; ids keep their type."""
    people = Participants([1, "b", "é", "d"], categories={"team": list("xyxy")})
    rules = [Differ("team")]
    score = Precomputed(scores(4))
    plan = pair(people, score, rules=rules)
    text = plan.to_json()
    assert "seconds" not in text
    assert text == pair(people, score, rules=rules).to_json()
    back = Plan.from_json(text, people, score, rules=rules)
    assert back.to_json() == text
    back.verify()
    assert back.groups == plan.groups
    assert "seconds unknown" in re.sub(" +", " ", str(back))


def test_json_finds_people_in_another_order():
    """The plan's own order is restored, so that its proof still holds."""
    people = Participants(NAMES[:4], interests=[[1, 0, 2], [0, 2, 1], [2, 2, 2], [1, 1, 0]])
    plan = pair(people)
    turned = Plan.from_json(plan.to_json(), people.take([3, 1, 0, 2]))
    assert turned.people.ids == people.ids
    turned.verify()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.pop("groups"), "not a complete plan"),
        (lambda d: d.update(format="x"), "its format is 'x', must be"),
        (lambda d: d.update(people=d["people"][:-1]), '"<fay>" not in the plan'),
        (lambda d: d.update(people=[*d["people"], "gus"]), '"gus" missing'),
        (lambda d: d.update(rules=['Same("team")']), "rules: the plan was made with"),
        (lambda d: d["score"][0].update(term="x"), "score: the plan was made with"),
        (lambda d: d.update(step=d["step"] * 2), "step: the plan was made with"),
        (lambda d: d.update(kind="x"), "a plan of kind 'x'; must be one of ['circles', 'fair', "),
        (lambda d: d.update(status="BEST"), "not a complete plan"),
    ],
)
def test_json_of_something_else_is_refused(change, words):
    """Another format, other people, another score or other rules are named."""
    plan = solved(6)
    data = plan.to_dict()
    change(data)
    with pytest.raises(InvalidInput, match=re.escape(words)):
        Plan.from_json(json.dumps(data), plan.people, plan.score)


def test_what_is_not_json_is_refused():
    """The sentence says what belongs there."""
    with pytest.raises(InvalidInput, match=r"not JSON .*to_json"):
        Plan.from_json("{", people_of(6))


def test_frame_has_a_row_a_group_and_the_unmatched():
    """Columns are first, second, (third,) score, reason; nobody is forgotten."""
    frame = solved(5).to_frame()
    assert list(frame.columns) == ["first", "second", "third", "score", "reason"]
    assert sorted(frame[["first", "second", "third"]].stack().dropna()) == sorted(NAMES[:5])
    plan = solved(5, leftover="bye")
    frame = plan.to_frame()
    assert list(frame.columns) == ["first", "second", "score", "reason"]
    assert frame["first"].tolist()[-1] == plan.unmatched[0]
    assert frame["score"].sum() == pytest.approx(plan.value)


def test_save_writes_all_or_nothing(tmp_path):
    """CSV and JSON by the ending; another ending is refused; no stray files remain."""
    plan = solved(6)
    plan.save(tmp_path / "plan.json")
    assert (tmp_path / "plan.json").read_text("utf-8") == plan.to_json()
    plan.save(tmp_path / "plan.csv")
    lines = (tmp_path / "plan.csv").read_text("utf-8").splitlines()
    assert lines[0] == "first,second,score,reason"
    assert len(lines) == 4
    with pytest.raises(InvalidInput, match=re.escape("must end in .csv or .json")):
        plan.save(tmp_path / "plan.txt")
    with pytest.raises(OSError, match="missing"):
        plan.save(tmp_path / "missing" / "plan.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.csv", "plan.json"]


def test_texts_name_counts_and_proof():
    """Both texts carry counts, value, bound, gap, status and seconds."""
    plan = solved(5)
    for text in (repr(plan), str(plan)):
        for word in ("1 pair, 1 trio", "value", "bound", "gap", "OPTIMAL", "seconds"):
            assert word in text
    assert max(len(line) for line in str(plan).splitlines()) <= 80
    tiny = tampered(plan, value_q=10**12 - 1, bound_q=10**12, status=Status.TIME_LIMIT)
    assert "1e-12" in repr(tiny)


def test_html_escapes_and_stays_small():
    """Ids cannot inject markup, and long plans are cut."""
    text = solved(6)._repr_html_()
    assert "<fay>" not in text
    assert "&lt;fay&gt;" in text
    people = Participants(range(100))
    long = pair(people, Precomputed(scores(100)))._repr_html_()
    assert "and 38 more" in long


def test_every_status_has_its_sentence():
    """All outcomes explain themselves."""
    assert [status.name for status in Status] == [
        "OPTIMAL",
        "WITHIN_GAP",
        "BOUNDED",
        "TIME_LIMIT",
        "INFEASIBLE",
    ]
    assert all(len(status.sentence) > 10 for status in Status)


def best_with(plan: Plan, together: tuple, apart=()) -> int:
    """Return the best value with two people together and others apart, by rules."""
    rules = [*plan.rules, Require([together]), Forbid(apart)]
    return pair(plan.people, plan.score, rules=rules, leftover=plan.problem.leftover).value_q


@pytest.mark.parametrize(("n", "leftover"), [(6, "trio"), (5, "trio"), (5, "bye")])
def test_what_if_is_the_optimum_with_the_pair_required(n, leftover):
    """Forcing a pair gives what a fresh solve with that require gives; losses are >= 0."""
    plan = solved(n, leftover=leftover)
    for i in range(n):
        for j in range(i + 1, n):
            forced = plan.what_if((NAMES[i], NAMES[j]))
            assert forced.plan.value_q == best_with(plan, (NAMES[i], NAMES[j]))
            assert NAMES[j] in forced.plan.partners[NAMES[i]]
            assert forced.loss >= 0
            forced.plan.verify()
    a, b = plan.pairs[0]
    assert plan.what_if((a, b)).plan is plan


@pytest.mark.parametrize(("n", "leftover"), [(6, "trio"), (5, "trio"), (5, "bye")])
def test_alternatives_are_all_partners_by_what_they_cost(n, leftover):
    """Asked for everybody, the list is every other partner, by exact loss, cheapest first."""
    plan = solved(n, leftover=leftover)
    for who in NAMES[:n]:
        found = plan.alternatives(who, n)
        others = [x for x in NAMES[:n] if x != who and x not in plan.partners.get(who, ())]
        assert sorted(x.partner for x in found) == sorted(others)
        losses = [x.loss for x in found]
        assert losses == sorted(losses)
        seen = list(plan.partners.get(who, ()))
        for x in found:
            apart = [(who, y) for y in seen if y not in x.plan.partners[who]]
            assert x.plan.value_q == best_with(plan, (who, x.partner), apart)
            assert not set(x.plan.partners[who]) & set(plan.partners.get(who, ()))
            x.plan.verify()
            seen.append(x.partner)


def test_what_if_says_who_changes():
    """The text names both people, the loss and how many change partner."""
    plan = solved(6)
    other = next(x for x in NAMES[1:] if x != plan.partner_of("ann"))
    forced = plan.what_if(("ann", other))
    assert {"ann", other} <= set(forced.changed)
    text = str(forced)
    assert f'"ann" with "{other}"' in text
    assert f"{len(forced.changed)} people would change partner" in text


def test_what_if_counts_people_who_lose_their_place():
    """On a path of four, joining the middle leaves the ends alone."""
    path = [("ann", "bob"), ("bob", "cy"), ("cy", "di")]
    apart = [(a, b) for a in NAMES[:4] for b in NAMES[:4] if a < b and (a, b) not in path]
    plan = solved(4, [Forbid(apart)])
    forced = plan.what_if(("bob", "cy"))
    assert forced.fewer_placed == 2
    assert forced.plan.unmatched == ("ann", "di")
    assert "and 2 fewer would have one" in str(forced)


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda p: p.what_if(("ann", "anna")), InvalidInput, "anna"),
        (lambda p: p.what_if(("ann", "ann")), InvalidInput, "names one participant twice"),
        (lambda p: p.what_if("ann"), InvalidInput, "is not a pair of ids"),
        (lambda p: p.what_if(("ann", "bob")), InfeasibleError, 'Differ("team") refuses the pair'),
        (lambda p: p.alternatives("ann", 0), InvalidInput, "k=0: must be a whole number >= 1"),
        (lambda p: p.alternatives("zed"), InvalidInput, "zed"),
        (lambda p: p.explain("zed"), InvalidInput, "zed"),
    ],
)
def test_wrong_questions_are_refused(ask, error, words):
    """Unknown ids, pairs that are none and pairs that a rule refuses are named."""
    with pytest.raises(error, match=re.escape(words)):
        ask(solved(6, [Differ("team")]))
