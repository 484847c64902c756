"""`pair` end to end: against brute force, its own verifier, invariances and the real survey."""

import dataclasses
import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracles
import pairwise as pw
from pairwise import pairing
from pairwise.plan import Outcome
from pairwise.problem import NOT_ALLOWED, PairProblem


@st.composite
def small_cases(draw, most=8):
    """Scores with ties and zeros, forbidden and required pairs, odd and even numbers."""
    n = draw(st.integers(2, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    levels = draw(st.sampled_from([2, 4, 2**20]))
    scores = np.triu(rng.integers(0, levels + 1, (n, n)) / levels, 1)
    scores = scores + scores.T
    pairs = list(itertools.combinations(range(n), 2))
    refused = {pair for pair in pairs if rng.random() < draw(st.sampled_from([0.0, 0.2]))}
    bond = [pairs[0]] if draw(st.booleans()) and pairs[0] not in refused else []
    return scores, refused, bond


def problem_of(scores, refused, bond):
    people = pw.Participants(range(len(scores)))
    rules = [pw.Forbid(sorted(refused))] if refused else []
    rules += [pw.Require(bond)] if bond else []
    return people, pw.Precomputed(scores), rules


def brute_force(scores, refused, bond, leftover):
    """Most people placed, then most value, over all plans with at most one trio."""
    n = len(scores)
    units = 2 * np.rint(scores * 2**30).astype(np.int64)

    def fits(group):
        inside = set(group)
        ok = all(pair not in refused for pair in itertools.combinations(group, 2))
        return ok and all(inside.isdisjoint(b) or inside.issuperset(b) for b in bond)

    def worth(group):
        total = sum(int(units[pair]) for pair in itertools.combinations(group, 2))
        return total if len(group) == 2 else total // 2

    def best(free, trio):
        if not free:
            return (0, 0)
        first, rest = free[0], free[1:]
        required = any(first in b for b in bond)
        options = [] if required else [best(rest, trio)]
        for size in (1, 2) if trio else (1,):
            for others in itertools.combinations(rest, size):
                group = (first, *others)
                if fits(group):
                    left = tuple(v for v in rest if v not in others)
                    placed, value = best(left, trio and size == 1)
                    options.append((placed + len(group), value + worth(group)))
        return max(options, default=(-1, 0))

    return best(tuple(range(n)), leftover == "trio" and n % 2 == 1)


@given(small_cases(), st.sampled_from(["trio", "bye"]))
def test_pair_equals_brute_force(case, leftover):
    """People placed and value are the best of all plans; the plan proves it."""
    people, score, rules = problem_of(*case)
    try:
        plan = pw.pair(people, score, rules=rules, leftover=leftover)
    except pw.InfeasibleError:
        return
    placed = sum(map(len, plan.groups))
    assert (placed, plan.value_q) == brute_force(*case, leftover)
    assert plan.status is pw.Status.OPTIMAL
    plan.verify()


@given(small_cases(most=7), st.data())
def test_what_if_equals_a_fresh_plan(case, data):
    """A what-if is worth what pairing with that pair required is worth."""
    people, score, rules = problem_of(*case)
    try:
        plan = pw.pair(people, score, rules=rules)
        a, b = data.draw(st.sampled_from(list(itertools.combinations(people.ids, 2))))
        fresh = pw.pair(people, score, rules=[*rules, pw.Require([(a, b)])])
    except pw.InfeasibleError:
        return
    forced = plan.what_if((a, b))
    assert forced.plan.value_q == fresh.value_q
    assert len(forced.plan.unmatched) == len(fresh.unmatched)
    forced.plan.verify()


def cohort(n, seed=0, d=12):
    rng = np.random.default_rng(seed)
    return pw.Participants(
        [f"p{k}" for k in range(n)],
        interests=rng.integers(0, 2, (n, d)),
        values=rng.normal(size=(n, 6)),
        categories={"team": rng.integers(0, 5, n)},
    )


SCORE = 2 * pw.Similarity("values") + pw.Similarity("interests") + pw.Diversity("team")


@pytest.mark.parametrize("n", [301, 602])
@pytest.mark.parametrize("leftover", ["trio", "bye"])
def test_blocks_and_matrix_agree(n, leftover, monkeypatch):
    """Priced by blocks or from a matrix, with rules or a trio: the same value and bound, proven."""
    people = cohort(n)
    rules = [pw.Differ("team"), pw.Forbid([("p0", "p1"), ("p2", "p3")]), pw.Require([("p4", "p5")])]
    rules = rules if people.category("team").codes[4] != people.category("team").codes[5] else []
    dense = pw.pair(people, SCORE, rules=rules, leftover=leftover)
    monkeypatch.setattr(pairing, "_DENSE", 0)
    priced = pw.pair(people, SCORE, rules=rules, leftover=leftover)
    assert priced.value_q == dense.value_q == priced.bound_q == dense.bound_q
    priced.verify()
    dense.verify()
    forced = priced.what_if(("p6", "p9")) if not rules else None
    if forced is not None:
        assert forced.plan.value_q == dense.what_if(("p6", "p9")).plan.value_q


def test_ties_everywhere_are_settled_by_exact_blocks(monkeypatch):
    """Where all pairs tie, float32 decides nothing and exact blocks prove the plan."""
    monkeypatch.setattr(pairing, "_DENSE", 0)
    people = pw.Participants(range(300), interests=np.ones((300, 3)))
    plan = pw.pair(people, pw.Similarity("interests"))
    assert plan.status is pw.Status.OPTIMAL
    plan.verify()


def test_order_and_monitoring_change_nothing():
    """Permuted people and an added monitoring feature give the same value and the same JSON."""
    people = cohort(80)
    plan = pw.pair(people, SCORE)
    order = np.random.default_rng(1).permutation(80)
    shuffled = pw.pair(people.take(order), SCORE)
    assert shuffled.value_q == plan.value_q
    watched = pw.Participants(
        people.ids,
        interests=people.vector("interests").values,
        values=people.vector("values").values,
        categories={"team": people.category("team").codes},
        monitoring={"gender": ["f", "m"] * 40},
    )
    assert pw.pair(watched, SCORE).to_json() == plan.to_json()
    assert pw.pair(people, 8 * SCORE).to_json() == plan.to_json()


def test_time_limit_returns_a_valid_plan(monkeypatch):
    """Stopped at once there is a plan, its bound holds, and the status says so."""
    people = cohort(900, d=40)
    best = pw.pair(people, pw.Similarity("values"))
    for dense in (0, 2500):
        monkeypatch.setattr(pairing, "_DENSE", dense)
        plan = pw.pair(people, pw.Similarity("values"), time_limit=0.0)
        assert plan.bound_q >= plan.value_q
        if len(plan.unmatched) == len(best.unmatched):
            assert plan.bound_q >= best.value_q
        plan.verify()


def test_target_gap_stops_early(monkeypatch):
    """A plan within the asked gap is accepted, and its gap is told truly."""
    monkeypatch.setattr(pairing, "_DENSE", 0)
    people = cohort(700)
    plan = pw.pair(people, SCORE, target_gap=0.05)
    best = pw.pair(people, SCORE)
    assert plan.gap <= 0.05
    assert plan.bound_q >= best.value_q
    plan.verify()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target_gap": 2.0}, "target_gap = 2.0"),
        ({"time_limit": -1.0}, "time_limit = -1.0"),
        ({"progress": "yes"}, "progress = 'yes'"),
        ({"leftover": "tryo"}, 'did you mean "trio"'),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    """Bad arguments are refused at the gate."""
    with pytest.raises(pw.InvalidInput, match=message):
        pw.pair(cohort(4), SCORE, **arguments)


@pytest.mark.parametrize(("n", "stages"), [(31, ["score"]), (2600, ["price", "score"])])
def test_progress_is_reported(n, stages):
    """A callback hears of the stages, of shares in [0, 1], and of the end, however few people."""
    heard = []
    people = pw.Participants(range(n), interests=np.random.default_rng(0).normal(size=(n, 4)))
    pw.pair(people, pw.Similarity("interests"), progress=lambda *step: heard.append(step))
    assert sorted({stage for stage, _ in heard}) == [*stages, "solve"]
    assert all(0.0 <= share <= 1.0 for _, share in heard)
    assert heard[-1] == ("solve", 1.0)


INTERESTS = ["History", "Psychology", "Politics", "Mathematics", "Physics", "PC", "Biology"]
VALUES = ["Daily events", "Reliability", "Keeping promises", "Empathy", "Giving", "Charity"]
FEARS = ["Flying", "Storm", "Darkness", "Heights", "Spiders", "Snakes", "Rats", "Ageing"]


def test_real_survey_is_paired_optimally(survey):
    """1,010 real people: interests and values alike, fears complementary, ages within two years."""
    started = time.perf_counter()
    answers = pw.Participants.from_csv(
        survey,
        vectors={"interests": INTERESTS, "values": VALUES, "fears": FEARS},
        numbers=["Age"],
        categories=["Village - town"],
        monitoring=["Gender"],
    )
    fears = answers.vector("fears").levels
    people = pw.Participants(
        answers.ids,
        offers=4 - fears,
        seeks=fears,
        interests=answers.vector("interests").values,
        values=answers.vector("values").values,
        numbers={"Age": answers.number("Age")},
    )
    score = (
        pw.Similarity("interests", metric="level")
        + pw.Similarity("values", metric="level")
        + pw.Complementarity()
    )
    plan = pw.pair(people, score, rules=[pw.Within("Age", 2)])
    assert time.perf_counter() - started < 60
    assert len(people) == 1010
    assert plan.status is pw.Status.OPTIMAL
    assert plan.gap == 0.0
    assert len(plan.unmatched) <= 4
    plan.verify()


@pytest.mark.parametrize("n", [60, 61])
@pytest.mark.parametrize(
    "tamper",
    [
        lambda proof: {"base": _lowered(proof.base)},
        lambda proof: {"forced": ((0, 1),)},
        lambda proof: {"pairs": proof.pairs + 1, "claim_q": _less(proof.claim_q)},
    ],
)
def test_tampered_proofs_are_caught(n, tamper):
    """A proof with a lowered dual, an unsettled pair or a smaller claim does not pass."""
    plan = pw.pair(cohort(n), SCORE)
    proof = plan.certificate
    proof.check(plan.problem, plan.index_groups)
    broken = dataclasses.replace(proof, **tamper(proof))
    lying = pw.Plan(
        plan.problem, Outcome(plan.index_groups, plan.value_q, plan.bound_q, certificate=broken)
    )
    with pytest.raises(pw.VerificationError):
        lying.verify()


def _lowered(certificate):
    duals = certificate.duals.copy()
    duals[:20] -= 1000
    return dataclasses.replace(certificate, duals=duals)


def _less(claim):
    return None if claim is None else claim - 2


def test_trio_that_the_proof_forgets_is_caught():
    """With the lead alone, or a smaller claim, a proof does not exclude every trio."""
    plans = [pw.pair(cohort(61, seed), SCORE) for seed in range(4)]
    for plan in plans:
        proof = plan.certificate
        forgetful = dataclasses.replace(proof, others=(), claim_q=proof.claim_q - 1)
        with pytest.raises(pw.VerificationError, match="do not exclude trio"):
            forgetful.check(plan.problem, plan.index_groups)
        bold = dataclasses.replace(proof, claim_q=proof.claim_q - 1)
        with pytest.raises(pw.VerificationError, match="do not exclude trio"):
            bold.check(plan.problem, plan.index_groups)


def _plans(free, groups_allowed, trio):
    """Yield every plan of some people as a list of groups."""
    if not free:
        yield []
        return
    first, rest = free[0], free[1:]
    yield from _plans(rest, groups_allowed, trio)
    for size in (1, 2) if trio else (1,):
        for others in itertools.combinations(rest, size):
            if groups_allowed((first, *others)):
                left = tuple(v for v in rest if v not in others)
                for plan in _plans(left, groups_allowed, trio and size == 1):
                    yield [(first, *others), *plan]


@pytest.mark.parametrize("seed", range(4))
def test_alternatives_place_whoever_asks_even_with_a_trio(seed):
    """Where rules leave people out of the best plan, all their partners are still ranked."""
    rng = np.random.default_rng(seed)
    n = 7
    scores = np.triu(rng.integers(0, 8, (n, n)) / 8, 1)
    refused = {(0, b) for b in range(1, n) if rng.random() < 0.5} | {
        (a, b) for a in (1, 2) for b in range(3, n) if rng.random() < 0.6
    }
    bond = [(5, 6)] if seed % 2 else []
    people, score, rules = problem_of(scores + scores.T, refused - set(bond), bond)
    plan = pw.pair(people, score, rules=rules)
    for who in set(range(n)) - {person for pair in bond for person in pair}:
        _check_ranking(plan, who, n)


@pytest.mark.parametrize("n", [6, 7])
def test_alternatives_keep_a_required_pair_together(n):
    """Somebody required with another has no other partner, unless a third may join them."""
    plan = pw.pair(cohort(n), SCORE, rules=[pw.Require([("p0", "p1")])])
    others = plan.alternatives("p0", 3)
    assert all({"p0", "p1", other.partner} in map(set, other.plan.groups) for other in others)
    assert n % 2 or others == ()


def _check_ranking(plan, who, n):
    """Compare each step with brute force over all plans that keep `who` from those before."""
    problem = plan.problem
    every = [
        groups
        for groups in _plans(tuple(range(n)), lambda g: _worth(problem, g) is not None, True)
        if all(
            any({a, b} <= set(group) for group in groups)
            for a, b in problem.required.pairs().tolist()
        )
    ]
    seen = set(plan.partners.get(who, ()))
    found = {}
    for other in plan.alternatives(who, n):
        found.setdefault(id(other.plan), []).append(other)
    for step in found.values():
        options = [
            (sum(map(len, groups)), sum(_worth(problem, group) for group in groups))
            for groups in every
            if any(who in g and not seen & set(g) for g in groups)
        ]
        placed = sum(map(len, step[0].plan.groups))
        assert (placed, step[0].plan.value_q) == max(options)
        step[0].plan.verify()
        seen |= {other.partner for other in step}
    assert not any(who in g and not seen & set(g) for groups in every for g in groups)


def _worth(problem, group):
    """Return what a group is worth in units, None if it is refused."""
    worth = int(problem.group_weights([group])[0])
    return None if worth == np.iinfo(np.int64).min else worth


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["trio", "bye"]))
def test_priority_decides_who_is_left_out(seed, leftover):
    """Of plans with as many people, the sum of priorities comes first, then the score."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 8))
    people = pw.Participants([f"p{k}" for k in range(n)])
    matrix = np.triu(rng.integers(0, 5, (n, n)) / 4, 1)
    apart = np.argwhere(np.triu(rng.random((n, n)) < 0.5, 1))
    forbidden = pw.Forbid([(f"p{a}", f"p{b}") for a, b in apart])
    claims = rng.integers(0, 4, n)
    priority = {f"p{k}": int(claims[k]) for k in range(n)}
    score = pw.Precomputed(matrix + matrix.T)
    plan = _placed_or_none(people, score, forbidden, leftover, priority)
    if plan is None:
        return
    plan.verify()
    scale = 10_000
    plain = PairProblem.of(people, score, [forbidden], leftover)

    def worth(*group):
        weight = int(plain.group_weights([group])[0])
        if weight == NOT_ALLOWED:
            return None
        return round(weight * plain.step * 8) + scale * int(claims[list(group)].sum())

    trio = worth if leftover == "trio" and n % 2 else None
    placed, best = oracles.brute_force(n, worth, trio)
    who = [person for group in plan.index_groups for person in group]
    assert len(who) == placed
    assert scale * int(claims[who].sum()) + round(plan.value * 8) == best


def _placed_or_none(people, score, rule, leftover, priority):
    try:
        return pw.pair(people, score, rules=[rule], leftover=leftover, priority=priority)
    except pw.InfeasibleError:
        return None


def test_priority_keeps_its_figures_and_its_proof():
    """Scores are shown as they are; who leaves out others cannot borrow the proof."""
    people = pw.Participants(["ann", "bob", "cy"])
    matrix = np.array([[0, 1, 0.5], [1, 0, 0.25], [0.5, 0.25, 0]])
    plan = pw.pair(people, pw.Precomputed(matrix), leftover="bye", priority={"cy": 1, "ann": 0.5})
    assert plan.pairs == (("ann", "cy"),)
    assert plan.value == plan.bound == plan.to_frame()["score"][0] == 0.5
    copy = pw.Plan.from_json(plan.to_json(), people, pw.Precomputed(matrix))
    copy.verify()
    assert copy.what_if(("ann", "bob")).plan.value == 1.0
    lying = Outcome([(0, 1)], 1 << 29, 1 << 29, certificate=plan.certificate)
    with pytest.raises(pw.VerificationError):
        pw.Plan(plan.problem, lying).verify()
    with pytest.raises(pw.InvalidInput, match="together with fairness"):
        pw.pair(people, pw.Precomputed(matrix), fairness=1, priority={"cy": 1})


def test_alternatives_keep_priorities_first():
    """When somebody must be placed, whoever has least priority makes room, not least score."""
    people = pw.Participants(["ann", "bob", "cy", "di", "eve"])
    matrix = np.full((5, 5), 0.5)
    matrix[1, 3] = matrix[3, 1] = 1.0
    claims = {"bob": 1, "cy": 5, "di": 5, "eve": 5}
    plan = pw.pair(people, pw.Precomputed(matrix), leftover="bye", priority=claims)
    assert plan.unmatched == ("ann",)
    (other,) = plan.alternatives("ann", 1)
    assert other.plan.unmatched == ("bob",)
    other.plan.verify()
