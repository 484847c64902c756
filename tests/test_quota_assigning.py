"""Mentors and mentees under quotas: against HiGHS on all pairs; broken proofs; what cannot be."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

import pairwise as pw
from pairwise.matching.tilted import Decisions
from pairwise.plan import Outcome, Plan

EXAMPLES = settings(max_examples=25, deadline=None)
TEAMS = ("sales", "it", "hr")


def cohort(seed, m, k, both=0, levels=1000, unknown=0.1):
    """Return m mentors and k mentees of whom some are both, with a matrix of what i gains from j.

    Three more people are on neither side, so that there is somebody of every team.
    """
    rng = np.random.default_rng(seed)
    n = m + k - both + 3
    team, grade = rng.integers(0, 3, n), rng.integers(1, 4, n)
    team[-3:], known = range(3), (rng.random(n) >= unknown) | (np.arange(n) >= n - 3)
    people = pw.Participants(
        [f"p{i}" for i in range(n)],
        categories={
            "team": [TEAMS[t] if there else None for t, there in zip(team, known, strict=True)]
        },
        numbers={"grade": grade},
    )
    matrix = rng.integers(0, levels + 1, (n, n)) / levels
    return people, pw.Score([pw.Precomputed(matrix, reciprocity="mean")]).on(people), matrix


def solved(people, score, m, k, **options):
    """Assign the first m people to the last k."""
    n = len(people) - 3
    sides = people.take(range(m)), people.take(range(n - k, n))
    return pw.assign(*sides, score, **options)


class Oracle:
    """The same programme by HiGHS over all pairs, written from the labels."""

    def __init__(self, people, matrix, m, k, loads, *, cycles=False, returns=(0.0,)):
        n = len(people) - 3
        self.people, self.matrix, self.returns = people, matrix, returns
        self.pairs = [(a, b) for a in range(m) for b in range(n - k, n) if a != b]
        self.sides = (range(m), range(n - k, n))
        self.loads, self.rows = loads, []
        self.slots = [("slot", a, t) for a in range(m) for t in range(loads[0][1])]
        self.seats = [(s, i) for s in (0, 1) for i in self.sides[s]]
        at = {pair: c for c, pair in enumerate(self.pairs)}
        for s, i in self.seats:
            self.add({p: 1.0 for p in self.pairs if p[s] == i}, *loads[s])
        for a in range(m):
            held = {p: 1.0 for p in self.pairs if p[0] == a}
            self.add({**held, **{slot: -1.0 for slot in self.slots if slot[1] == a}}, 0, 0)
        for a, b in () if cycles else self.pairs:
            if a < b and (b, a) in at:
                self.add({(a, b): 1.0, (b, a): 1.0}, 0, 1)
        for s, i in self.seats:
            held = {p: 1.0 for p in self.pairs if p[s] == i}
            self.add({**held, ("seat", s, i): -1.0}, 0, np.inf)

    def columns(self):
        """Return the columns: pairs, further mentees of each mentor, people placed."""
        return [*self.pairs, *self.slots, *(("seat", s, i) for s, i in self.seats)]

    def add(self, amounts, low, high):
        """Add a row."""
        self.rows.append((amounts, low, high))

    def label(self, i):
        """Return the team of somebody, or None."""
        category = self.people.category("team")
        code = category.codes[i]
        return None if code < 0 else category.labels[code]

    def personal(self, quota):
        """Add what is asked of each mentor or mentee."""
        seat = 0 if isinstance(quota, pw.PerMentor) else 1
        kinds = [quota.of.labels] if isinstance(quota.of, pw.Is) else [(t,) for t in TEAMS]
        for s, i in self.seats:
            asked = quota.who is None or self.people.number("grade")[i] in quota.who.labels
            if s != seat or not asked or not self.loads[seat][1]:
                continue
            for labels in kinds:
                held = {p: 1.0 for p in self.pairs if p[s] == i and self.label(p[1 - s]) in labels}
                most = np.inf if quota.at_most is None else quota.at_most
                self.add(held, quota.at_least or 0, most)

    def of_the_plan(self, quota):
        """Add what is asked of the whole plan."""
        low = -np.inf if quota.__dict__.get("at_least") is None else quota.at_least
        high = np.inf if quota.__dict__.get("at_most") is None else quota.at_most
        if isinstance(quota, pw.Parity):
            self.parity(quota)
            return
        if isinstance(quota.of, pw.Differ):
            met = {
                (a, b): float(
                    None not in (labels := {self.label(a), self.label(b)}) and len(labels) == 2
                )
                for a, b in self.pairs
            }
        else:
            grade = self.people.number("grade")
            met = {(a, b): float(abs(grade[a] - grade[b]) <= quota.of.by) for a, b in self.pairs}
        if isinstance(quota, pw.Count):
            self.add(met, low, high)
        if isinstance(quota, pw.Share) and low > -np.inf:
            self.add({p: v - low for p, v in met.items()}, -1e-7, np.inf)
        if isinstance(quota, pw.Share) and high < np.inf:
            self.add({p: v - high for p, v in met.items()}, -np.inf, 1e-7)

    def parity(self, quota):
        """Add the differences between mean scores of mentees."""
        kinds = {t: [i for i in self.sides[1] if self.label(i) == t] for t in TEAMS}
        for first, mine in kinds.items():
            for other, theirs in kinds.items():
                if first != other and mine and theirs:
                    share = {i: 1 / len(mine) for i in mine} | {i: -1 / len(theirs) for i in theirs}
                    amounts = {p: share.get(p[1], 0) * self.matrix[p[1], p[0]] for p in self.pairs}
                    self.add(amounts, -np.inf, quota.within + 1e-9)

    def best(self, worth):
        """Return the most of a worth of columns, or None."""
        columns = self.columns()
        at = {c: k for k, c in enumerate(columns)}
        table = np.zeros((len(self.rows), len(columns)))
        for k, (amounts, _, _) in enumerate(self.rows):
            for c, v in amounts.items():
                table[k, at[c]] = v
        low, high = (np.array([row[k] for row in self.rows], dtype=float) for k in (1, 2))
        answer = optimize.milp(
            [-worth(c) for c in columns],
            constraints=[optimize.LinearConstraint(table, low, high)],
            integrality=np.ones(len(columns)),
            bounds=optimize.Bounds(0, 1),
            options={"mip_rel_gap": 0},
        )
        return None if answer.x is None else -answer.fun

    def answer(self, quotas, participation="maximum", priority=None):
        """Return (placed, value) of the best plan, or None."""
        personal = [q for q in quotas if isinstance(q, pw.PerMentor | pw.PerMentee)]
        for quota in personal:
            self.personal(quota)
        placed = waited = 0
        if participation == "maximum":
            placed = self.best(lambda c: c[0] == "seat")
            if placed is None:
                return None
            self.add({("seat", s, i): 1.0 for s, i in self.seats}, placed - 0.5, np.inf)
        if priority:
            waiting = {("seat", s, i): float(priority.get(i, 0)) for s, i in self.seats}
            most = self.best(lambda c: waiting.get(c, 0.0))
            if most is None:
                return None
            self.add(waiting, most - 0.5, np.inf)
            waited = round(most)
        for quota in quotas:
            if quota not in personal:
                self.of_the_plan(quota)
        value = self.best(self.worth)
        return None if value is None else (round(placed), value, waited)

    def worth(self, column):
        """Return what a column is worth."""
        if column[0] == "slot":
            return self.returns[min(column[2], len(self.returns) - 1)]
        return 0.0 if column[0] == "seat" else self.matrix[column[1], column[0]]


PERSONAL = (
    pw.PerMentor(pw.Is("team", "sales"), at_most=1),
    pw.PerMentor("team", at_most=1),
    pw.PerMentor(pw.Is("team", "sales", "it"), at_least=1, who=pw.Is("grade", 1)),
    pw.PerMentee(pw.Is("team", "it"), at_most=0, who=pw.Is("grade", 2)),
    pw.PerMentee("team", at_most=1),
    pw.PerMentor(pw.Is("team", "sales", "hr"), at_most=2),
)
WHOLE = (
    pw.Share(pw.Differ("team"), at_least=0.6),
    pw.Share(pw.Differ("team"), at_most=0.4),
    pw.Count(pw.Within("grade", 0), at_most=1),
    pw.Count(pw.Differ("team"), at_least=2, at_most=3),
    pw.Parity("team", within=0.3),
)


@EXAMPLES
@given(st.integers(0, 10_000), st.data())
def test_the_plan_is_the_best_of_all(seed, data):
    """Of all plans within loads and quotas none is better; without one, the quotas are named."""
    m, k = data.draw(st.integers(2, 5)), data.draw(st.integers(2, 5))
    both = data.draw(st.integers(0, 2))
    people, score, matrix = cohort(seed, m, k, both, levels=data.draw(st.sampled_from([4, 1000])))
    loads = tuple(data.draw(st.sampled_from([(0, 1), (0, 2), (1, 3)])) for _ in range(2))
    every = st.sampled_from(PERSONAL + WHOLE)
    quotas = data.draw(st.lists(every, min_size=1, max_size=3, unique=True))
    maximum, cycles = data.draw(st.booleans()), data.draw(st.booleans())
    returns = data.draw(st.sampled_from([(0.0,), (0, -0.25, -0.5)]))
    options = {
        "participation": "maximum" if maximum else "any",
        "returns": returns,
        "allow_two_cycles": cycles,
        "mentor_load": loads[0],
        "mentee_load": loads[1],
        "quotas": quotas,
    }
    oracle = Oracle(people, matrix, m, k, loads, cycles=cycles, returns=returns)
    waiting = data.draw(st.sampled_from([None, {0: 1, 2: 3, 3: 1, 4: 2}]))
    if waiting is not None:
        options["priority"] = {f"p{i}": level for i, level in waiting.items()}
    best = oracle.answer(quotas, options["participation"], waiting)
    if best is None:
        with pytest.raises(pw.InfeasibleError, match=r"Share|Count|Parity|Per|need|fewest"):
            solved(people, score, m, k, **options)
        return
    plan = solved(people, score, m, k, **options)
    placed = len({a for a, _ in plan.pairs}) + len({b for _, b in plan.pairs})
    assert not maximum or placed == best[0]
    rank = [*{a for a, _ in plan.index_groups}, *{b for _, b in plan.index_groups}]
    assert waiting is None or sum(waiting.get(i, 0) for i in rank) == best[2]
    assert plan.value == pytest.approx(best[1], abs=1e-6)
    assert plan.bound >= best[1] - 1e-6
    assert plan.gap <= 1e-6
    plan.verify()


@pytest.mark.parametrize("seed", range(4))
def test_caps_alone_are_exact(seed):
    """Caps by mentor and kind, nested or apart, are a flow: one branch proves the optimum."""
    people, score, matrix = cohort(seed, 15, 40)
    quotas = [
        pw.PerMentor("team", at_most=2),
        pw.PerMentor(pw.Is("team", "sales", "it"), at_most=3),
        pw.PerMentor(pw.Is("team", "hr"), at_least=1, who=pw.Is("grade", 1)),
    ]
    plan = solved(people, score, 15, 40, mentor_load=(0, 4), quotas=quotas)
    oracle = Oracle(people, matrix, 15, 40, ((0, 4), (0, 1)))
    assert plan.status is pw.Status.OPTIMAL
    assert len(plan.certificate.leaves) == 1
    assert plan.value == pytest.approx(oracle.answer(quotas)[1], abs=1e-6)
    plan.verify()


@pytest.mark.parametrize("quota", [WHOLE[0], WHOLE[2], pw.Parity("team", within=0.02)], ids=repr)
def test_equals_highs(quota):
    """The optimum of 60 people agrees with an integer programme over all pairs, caps included."""
    people, score, matrix = cohort(1, 20, 40)
    quotas = [quota, pw.PerMentor("team", at_most=1)]
    plan = solved(people, score, 20, 40, mentor_load=(0, 3), quotas=quotas, target_gap=1e-5)
    best = Oracle(people, matrix, 20, 40, ((0, 3), (0, 1))).answer(quotas)
    assert plan.value <= best[1] + 1e-6
    assert plan.bound >= best[1] - 1e-6
    assert plan.gap <= 1e-4
    plan.verify()


def test_many_pairs_are_priced(monkeypatch):
    """Where not all pairs are in the programmes, prices let in those that are needed."""
    people, score, _ = cohort(3, 30, 60)
    quotas = [pw.PerMentor("team", at_most=1), pw.Share(pw.Differ("team"), at_least=0.8)]
    whole = solved(people, score, 30, 60, mentor_load=(0, 3), quotas=quotas)
    monkeypatch.setattr("pairwise.matching.bounded.linear._ALL_UP_TO", 0)
    monkeypatch.setattr("pairwise.matching.bounded.linear._EACH", 1)
    priced = solved(people, score, 30, 60, mentor_load=(0, 3), quotas=quotas)
    assert priced.value_q == whole.value_q
    assert priced.gap <= 1e-9
    priced.verify()


def test_average_is_kept():
    """The mean of a term over all pairs is within its bounds, and costs score."""
    people, score, _ = cohort(5, 8, 16)
    near = pw.Score([pw.Closeness("grade")])
    plans = [
        solved(people, score, 8, 16, mentor_load=(0, 2), quotas=quotas)
        for quotas in ([], [pw.Average(near, at_least=0.8)])
    ]
    means = [
        np.mean([near.on(people).pairs(*map(np.array, zip(*p.index_groups, strict=True)))])
        for p in plans
    ]
    assert means[0] < 0.8 <= means[1] + 1e-8
    assert plans[1].value < plans[0].value
    plans[1].verify()


@pytest.fixture(scope="module")
def planned():
    """Return a plan under a cap and a share, whose proof has several branches."""
    quotas = [WHOLE[0], pw.Parity("team", within=0.1), pw.PerMentor("team", at_most=1)]
    for seed in range(100):
        people, score, _ = cohort(seed, 6, 9)
        try:
            plan = solved(people, score, 6, 9, mentor_load=(0, 2), quotas=quotas)
        except pw.InfeasibleError:
            continue
        if len(plan.certificate.leaves) > 1 and any(leaf.sums for leaf in plan.certificate.leaves):
            return plan, people, score, quotas
    raise AssertionError


def test_broken_proofs_fail(planned):
    """A bound too low, a branch left out, a price of the wrong sign, a false void are found."""
    plan, *_ = planned
    proof = plan.certificate
    plan.verify()
    priced = next(leaf for leaf in proof.leaves if leaf.sums and leaf.bound is not None)
    others = tuple(leaf for leaf in proof.leaves if leaf is not priced)
    k, times, shift = priced.sums[0]
    broken = [
        proof.leaves[1:],
        (*others, replace(priced, bound=priced.bound - 1)),
        (*others, replace(priced, bound=None)),
        (*others, replace(priced, sums=((k, -times, shift), *priced.sums[1:]))),
        (*others, replace(priced, row_duals=priced.row_duals - 2**50)),
        (*others, replace(priced, row_duals=priced.row_duals[1:])),
        (*others, replace(priced, twins=((0, 0, 5),))),
        (*others, replace(priced, decisions=Decisions(((0, 0),), ()))),
    ]
    for leaves in broken:
        false = replace(proof, leaves=leaves)
        with pytest.raises(pw.VerificationError):
            false.check(plan.problem, plan.index_groups)
    with pytest.raises(pw.VerificationError, match="of rank"):
        replace(proof, rank_q=proof.rank_q - 1).check(plan.problem, plan.index_groups)


def test_a_plan_that_breaks_a_quota_is_found(planned):
    """Groups that exceed a cap are named, whatever value and bound say."""
    plan, *_ = planned
    free = pw.assign(
        plan.people.take(range(6)), plan.people.take(range(6, 15)), plan.score, mentor_load=(0, 2)
    )
    ids = [tuple(plan.people.index(who) for who in pair) for pair in free.pairs]
    false = Plan(plan.problem, Outcome(ids, plan.value_q, plan.bound_q, plan.status))
    with pytest.raises(pw.VerificationError, match="the plan has"):
        false.verify()


def test_json_and_pickle(planned):
    """A plan comes back from JSON and pickle with its proof, and refuses other quotas."""
    plan, _, score, quotas = planned
    back = pw.Plan.from_json(plan.to_json(), plan.people, score, quotas=quotas)
    assert back.pairs == plan.pairs
    assert back.to_json() == plan.to_json()
    back.verify()
    again = pickle.loads(pickle.dumps(plan))
    again.verify()
    with pytest.raises(pw.InvalidInput, match="quotas"):
        pw.Plan.from_json(plan.to_json(), plan.people, score, quotas=quotas[:1])


def test_questions_keep_the_quotas(planned):
    """What-ifs and alternatives are the best plans that keep the quotas."""
    plan, *_ = planned
    mentee = plan.pairs[0][1]
    others = plan.alternatives(mentee, 2)
    assert others
    for other in others:
        other.plan.verify()
        assert other.fewer_placed > 0 or other.loss >= 0
    forced = plan.what_if((others[0].partner, mentee))
    forced.plan.verify()
    assert (others[0].partner, mentee) in forced.plan.pairs
    assert str(plan.explain(mentee))


def test_required_pairs_are_kept():
    """A required pair is in the plan, and a cap counts it."""
    people, score, _ = cohort(2, 4, 8, unknown=0.0)
    pair = ("p0", "p5")
    team = people.category("team")
    label = team.labels[team.codes[5]]
    quotas = [pw.PerMentor(pw.Is("team", label), at_most=1)]
    plan = solved(
        people, score, 4, 8, mentor_load=(0, 3), quotas=quotas, rules=[pw.Require([pair])]
    )
    assert pair in plan.pairs
    mine = [b for a, b in plan.pairs if a == "p0"]
    assert sum(team.labels[team.codes[people.index(b)]] == label for b in mine) == 1
    plan.verify()


@pytest.mark.parametrize(
    ("quotas", "options", "said"),
    [
        (
            [pw.PerMentor(pw.Is("team", "it"), at_least=2)],
            {},
            r'"a" and "b" need 4 together.*2 can',
        ),
        ([pw.PerMentor("team", at_most=0)], {"mentor_load": (1, 2)}, "cannot have the fewest"),
        ([pw.Share(pw.Same("team"), at_least=0.5)], {}, "reach 25.0% at most"),
        ([pw.Count(pw.Differ("team"), at_most=2)], {}, "reach 3 at least"),
        (
            [pw.PerMentee(pw.Is("team", "it"), at_least=1, who=pw.Is("team", "it"))],
            {},
            "at_least=1",
        ),
        (
            [pw.Count(pw.Same("team"), at_least=1), pw.Share(pw.Differ("team"), at_least=0.9)],
            {},
            r"Count.* and Share.* contradict each other",
        ),
        ([], {"mentee_load": (1, 1), "mentor_load": (0, 1)}, "need 3 mentors together"),
    ],
)
def test_what_cannot_be_is_named(quotas, options, said):
    """Quotas that cannot be met are named with whom they are about and how far they go."""
    mentors = pw.Participants(["a", "b"], categories={"team": ["sales", "hr"]})
    mentees = pw.Participants(list("cdef"), categories={"team": ["sales", "it", "it", "ops"]})
    score = pw.Precomputed(np.full((6, 6), 0.5))
    given = {"mentor_load": (0, 2), **options}
    quotas = quotas or [pw.PerMentor("team", at_most=1)]
    with pytest.raises(pw.InfeasibleError, match=said):
        pw.assign(mentors, mentees, score, quotas=quotas, **given)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"quotas": [pw.NotAlone("team")]}, "says nothing about mentors and mentees"),
        ({"quotas": [pw.PerGroup(pw.Is("team", "it"), at_most=1)]}, "use PerMentor, PerMentee"),
        ({"quotas": [pw.Count(pw.Is("team", "it"), at_most=1)]}, "use a rule"),
        ({"quotas": pw.PerMentor("team", at_most=1)}, r"write quotas=\[\.\.\.\]"),
        ({"quotas": [pw.PerMentor("tean", at_most=1)]}, "did you mean"),
        ({"quotas": [pw.PerMentor("team", at_most=1)], "fairness": 1}, "give one of the two"),
    ],
)
def test_what_does_not_go_together_is_refused(options, said):
    """Quotas that say nothing here, and combinations that are not had, name the way out."""
    mentors = pw.Participants(["a", "b"], categories={"team": ["sales", "hr"]})
    mentees = pw.Participants(list("cdef"), categories={"team": ["sales", "it", "it", "ops"]})
    with pytest.raises(pw.InvalidInput, match=said):
        pw.assign(mentors, mentees, pw.Precomputed(np.full((6, 6), 0.5)), **options)


@pytest.mark.parametrize(
    ("quota", "said"),
    [
        (lambda: pw.PerMentor("team"), "at_least=, at_most= or both"),
        (lambda: pw.PerMentor("team", at_most=1.5), "whole number"),
        (lambda: pw.PerMentee(3, at_most=1), "must count an Is"),
        (lambda: pw.PerMentee("team", at_most=1, who="it"), "who='it': must be an Is"),
        (lambda: pw.PerMentor("team", at_least=2, at_most=1), "above"),
    ],
)
def test_wrong_quotas_are_refused(quota, said):
    """A quota that breaks its own rule says which."""
    with pytest.raises(pw.InvalidInput, match=said):
        quota()
