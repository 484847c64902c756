"""Pairs under quotas: against brute force and HiGHS, with proofs that broken ones fail."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

import pairwise as pw
from pairwise import pairing, quota_pairing
from pairwise.matching.tilted import Decisions
from pairwise.problem import QuotaProblem


def people_of(seed: int, n: int, unknown: float = 0.1) -> tuple[pw.Participants, pw.Precomputed]:
    """Return n people with two categories and a number, and a matrix of scores; some unknown."""
    rng = np.random.default_rng(seed)
    site, team = rng.integers(0, 3, n), rng.integers(0, 2, n)
    site[rng.random(n) < unknown] = 3
    site[:2], team[:2] = [0, 1], [0, 1]
    matrix = rng.integers(0, 51, (n, n)) / 50 if rng.random() < 0.3 else rng.random((n, n))
    matrix = np.triu(matrix, 1)
    people = pw.Participants(
        range(n),
        categories={
            "site": [("Oslo", "Bonn", "Rome", None)[k] for k in site],
            "team": [("a", "b")[k] for k in team],
        },
        numbers={"grade": rng.integers(1, 4, n)},
    )
    return people, pw.Precomputed(matrix + matrix.T)


def every_plan(left: tuple[int, ...], trio: bool) -> list[tuple[tuple[int, ...], ...]]:
    """Return every set of pairs, and one trio if allowed, that holds all or all but one."""
    if len(left) < 2:
        return [()]
    first, rest = left[0], left[1:]
    found = []
    for k, other in enumerate(rest):
        others = rest[:k] + rest[k + 1 :]
        found += [((first, other), *plan) for plan in every_plan(others, trio)]
        if trio:
            for m, third in enumerate(others[k:], k):
                fewer = others[:m] + others[m + 1 :]
                found += [((first, other, third), *plan) for plan in every_plan(fewer, False)]
    if len(left) % 2 and not trio:
        found += every_plan(rest, trio)
    return found


def told(people: pw.Participants, matrix: np.ndarray, quota: pw.Quota, plan) -> bool:
    """Say whether a plan keeps a quota, person by person from the labels."""
    site, team = people.category("site"), people.category("team").codes
    grade = people.number("grade")
    partners = {i: [j for j in group if j != i] for group in plan for i in group}

    def counts(i: int, j: int) -> bool:
        rule = quota.of
        if isinstance(rule, pw.Within):
            return abs(grade[i] - grade[j]) <= rule.by
        if isinstance(rule, pw.Between):
            labels = {site.labels[site.codes[k]] if site.codes[k] >= 0 else None for k in (i, j)}
            return labels == {rule.first, rule.second}
        both = site.codes[[i, j]]
        known = (both >= 0).all()
        return bool(known and (both[0] != both[1]) == isinstance(rule, pw.Differ))

    if isinstance(quota, pw.Parity):
        own = np.zeros(len(people))
        for i, others in partners.items():
            own[i] = np.mean([matrix[i, j] for j in others])
        means = [own[team == k].mean() for k in (0, 1)]
        return abs(means[0] - means[1]) <= quota.within + 1e-9
    met = sum(np.mean([counts(i, j) for j in others]) for i, others in partners.items())
    held = met / len(partners) if isinstance(quota, pw.Share) else met / 2
    low = -1 if quota.at_least is None else quota.at_least
    high = np.inf if quota.at_most is None else quota.at_most
    return low - 1e-9 <= held <= high + 1e-9


QUOTAS = (
    pw.Share(pw.Differ("site"), at_least=0.6),
    pw.Share(pw.Same("site"), at_least=0.3, at_most=0.5),
    pw.Share(pw.Differ("site"), at_most=0.34),
    pw.Count(pw.Within("grade", 0), at_most=1),
    pw.Count(pw.Between("site", "Oslo", "Bonn"), at_least=1),
    pw.Parity("team", within=0.05),
    pw.Parity("team", within=0.3),
)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(4, 7), st.data())
def test_the_plan_is_the_best_of_all(seed: int, n: int, data: st.DataObject) -> None:
    """Of all plans that keep the quotas none is worth more; without one, the quotas are named."""
    people, score = people_of(seed, n)
    quotas = data.draw(st.lists(st.sampled_from(QUOTAS), min_size=1, max_size=2, unique=True))
    leftover = data.draw(st.sampled_from(["trio", "bye"]))
    matrix = pw.Score([score]).on(people).matrix()

    def worth(plan: tuple[tuple[int, ...], ...]) -> float:
        return sum(sum(matrix[i, j] for i, j in combinations(g, 2)) / (len(g) - 1) for g in plan)

    trio = leftover == "trio" and n % 2 == 1
    plans = [p for p in every_plan(tuple(range(n)), trio) if sum(map(len, p)) >= n - (not trio)]
    kept = [p for p in plans if all(told(people, matrix, quota, p) for quota in quotas)]
    if not kept:
        with pytest.raises(pw.InfeasibleError, match=r"Share|Count|Parity"):
            pw.pair(people, score, quotas=quotas, leftover=leftover)
        return
    plan = pw.pair(people, score, quotas=quotas, leftover=leftover)
    best = max(map(worth, kept))
    assert all(told(people, matrix, quota, plan.index_groups) for quota in quotas)
    assert plan.value <= best + 1e-8
    assert plan.bound >= best - 1e-8
    parity = any(isinstance(quota, pw.Parity) for quota in quotas)
    if not trio:
        assert plan.value >= best - (1e-6 if parity else 1e-8)
        assert plan.gap <= 1e-6
    plan.verify()


def highs(matrix: np.ndarray, met: np.ndarray, least: int) -> float:
    """Return the most weight of a perfect matching with at least so many pairs that count."""
    i, j = np.triu_indices(len(matrix), 1)
    m = len(i)
    ends = sparse.csr_array((np.ones(2 * m), (np.r_[i, j], np.tile(np.arange(m), 2))))
    rows = [
        optimize.LinearConstraint(ends, 1, 1),
        optimize.LinearConstraint(met[i, j][None].astype(float), least, np.inf),
    ]
    answer = optimize.milp(
        -matrix[i, j],
        constraints=rows,
        integrality=np.ones(m),
        bounds=optimize.Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    assert answer.status == 0
    return -float(answer.fun)


def test_many_people_are_content_with_a_small_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above so many people pairs in question are looked at only where the gap is not small."""
    rng = np.random.default_rng(3)
    people = pw.Participants(
        range(320), interests=rng.random((320, 6)), numbers={"grade": rng.integers(1, 8, 320)}
    )
    quotas = [pw.Average(pw.Closeness("grade"), at_least=0.8)]
    asked = []
    near = quota_pairing.PeopleOracle.near_pairs
    monkeypatch.setattr(
        quota_pairing.PeopleOracle, "near_pairs", lambda *a: (asked.append(a), near(*a))[1]
    )
    plan = pw.pair(people, pw.Similarity("interests"), quotas=quotas)
    plan.verify()
    assert plan.gap <= 1e-4
    assert not asked


@pytest.mark.parametrize("n", [40, 60])
def test_equals_highs(n: int) -> None:
    """The optimum of a share agrees with an integer programme over all pairs."""
    people, score = people_of(n, n)
    site = people.category("site").codes
    differ = (site[:, None] != site) & (site[:, None] >= 0) & (site >= 0)
    plan = pw.pair(people, score, quotas=[pw.Share(pw.Differ("site"), at_least=0.8)])
    matrix = pw.Score([score]).on(people).matrix()
    assert plan.status is pw.Status.OPTIMAL
    assert plan.value == pytest.approx(highs(matrix, differ, int(np.ceil(0.4 * n))), abs=1e-7)


@pytest.mark.parametrize("n", [16, 17])
def test_blocks_give_the_same_plan(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without all weights in memory the answer is the same."""
    people, score = people_of(5, n)
    quotas = [pw.Share(pw.Differ("site"), at_least=0.7), pw.Parity("team", within=0.02)]
    whole = pw.pair(people, score, quotas=quotas)
    monkeypatch.setattr(pairing, "_DENSE", 0)
    monkeypatch.setattr(quota_pairing, "_DENSE", 0)
    blocks = pw.pair(people, score, quotas=quotas)
    assert blocks.value == pytest.approx(whole.value, abs=1e-6)
    blocks.verify()


def test_rules_requires_and_quotas_together() -> None:
    """Quotas choose among the plans that keep the rules."""
    people, score = people_of(8, 14, unknown=0.0)
    rules = [pw.Require([(0, 1)]), pw.Forbid([(2, 3), (4, 5)])]
    plan = pw.pair(people, score, rules=rules, quotas=[pw.Count(pw.Same("team"), at_least=3)])
    free = pw.pair(people, score, rules=rules)
    assert plan.partner_of(0) == 1
    assert plan.value <= free.value
    plan.verify()


def test_what_if_and_alternatives_keep_the_quotas() -> None:
    """Further demands are solved under the same quotas."""
    people, score = people_of(9, 12)
    quotas = [pw.Share(pw.Differ("site"), at_least=0.8)]
    plan = pw.pair(people, score, quotas=quotas)
    other = plan.alternatives(0, 1)[0]
    assert other.plan.problem.quotas == tuple(quotas)
    assert other.loss >= 0
    other.plan.verify()


def test_json_keeps_the_proof() -> None:
    """A plan read back verifies; other quotas are refused."""
    people, score = people_of(10, 20)
    quotas = [pw.Share(pw.Differ("site"), at_least=0.85), pw.Count(pw.Same("team"), at_least=4)]
    plan = pw.pair(people, score, quotas=quotas)
    text = plan.to_json()
    again = pw.Plan.from_json(text, people, score, quotas=quotas)
    again.verify()
    assert again.to_json() == text
    with pytest.raises(pw.InvalidInput, match="quotas"):
        pw.Plan.from_json(text, people, score, quotas=quotas[:1])


@pytest.mark.parametrize(
    ("quotas", "named"),
    [
        ([pw.Share(pw.Same("site"), at_least=0.9)], ["Share(Same", "at most"]),
        ([pw.Share(pw.Differ("team"), at_most=0.1)], ["Share(Differ", "20.0% at least"]),
        ([pw.Count(pw.Among([("a", "b")]), at_least=2)], ["Count(Among", "reach 1 at most"]),
        (
            [pw.Count(pw.Same("team"), at_least=4), pw.Share(pw.Same("site"), at_most=0.2)],
            ["Count(Same", "Share(Same", "contradict"],
        ),
        (
            [
                pw.Count(pw.Among([("a", "b")]), at_least=1),
                pw.Count(pw.Among([("a", "c")]), at_least=1),
                pw.Share(pw.Differ("site"), at_most=1.0),
            ],
            ['("a", "b")', '("a", "c")', "contradict"],
        ),
    ],
)
def test_quotas_that_cannot_be_met_are_named(quotas: list[pw.Quota], named: list[str]) -> None:
    """The fewest quotas are named, with how far each can go."""
    people = pw.Participants(
        list("abcdefghij"),
        categories={"site": list("xxxxxxyyyz"), "team": list("uuuuuuvvvw")},
    )
    with pytest.raises(pw.InfeasibleError) as error:
        pw.pair(people, pw.Precomputed(np.full((10, 10), 0.5)), quotas=quotas)
    message = str(error.value).replace("'", '"')
    assert all(name in message for name in named), message
    assert "at_most=1)" not in message


@pytest.mark.parametrize(
    ("quota", "named"),
    [
        (pw.Balanced("team"), "pairs of a plan"),
        (pw.Count(pw.Is("team", "a"), at_least=1), "a rule, such as"),
        (pw.Share(pw.Differ("taem"), at_least=0.5), 'did you mean "team"'),
        (pw.Parity("gender", within=0.1), "no category or number"),
    ],
)
def test_quotas_that_do_not_fit_are_refused(quota: pw.Quota, named: str) -> None:
    """What is no quota on pairs is refused by name."""
    people, score = people_of(1, 8)
    with pytest.raises(pw.InvalidInput, match=named):
        pw.pair(people, score, quotas=[quota])


def test_fairness_and_quotas_are_alternatives() -> None:
    """Both at once are refused, with the quota that asks for fairness."""
    people, score = people_of(1, 8)
    with pytest.raises(pw.InvalidInput, match="give one of the two"):
        pw.pair(people, score, quotas=[pw.Parity("team", within=0.5)], fairness=1.0)


def broken_proofs() -> list[tuple[str, str]]:
    """Return ways to break a proof, and what the check must say."""
    return [
        ("bound", "a branch is bounded by"),
        ("branch", "do not hold every plan"),
        ("times", "the duals do not cover"),
        ("empty", "called empty"),
        ("sign", "a bound that does not exist"),
        ("placed", "about plans of"),
    ]


@pytest.mark.parametrize(("how", "named"), broken_proofs())
def test_broken_proofs_are_found(how: str, named: str) -> None:
    """No proof passes that has a lower bound, fewer branches, or other multipliers."""
    people, score = people_of(21, 24)
    quotas = [pw.Share(pw.Differ("site"), at_least=0.9), pw.Count(pw.Same("team"), at_least=7)]
    plan = pw.pair(people, score, quotas=quotas)
    proof = plan.certificate
    leaf = max(proof.leaves, key=lambda leaf: leaf.bound or 0)
    others = tuple(other for other in proof.leaves if other is not leaf)
    tilt = leaf.tilt
    broken = {
        "bound": lambda: [*others, replace(leaf, bound=leaf.bound - 2)],
        "branch": lambda: [*others, replace(leaf, decisions=Decisions(((0, 1),)))],
        "times": lambda: [
            *others,
            replace(leaf, tilt=replace(tilt, times=tuple(4 * t + 4 for t in tilt.times))),
        ],
        "empty": lambda: [*others, leaf, replace(leaf, bound=None)],
        "sign": lambda: [
            *others,
            replace(leaf, tilt=replace(tilt, times=tuple(-t - 1 for t in tilt.times))),
        ],
        "placed": lambda: proof.leaves,
    }[how]()
    wrong = replace(proof, leaves=tuple(broken))
    if how == "placed":
        wrong = replace(wrong, placed=proof.placed - 2)
    with pytest.raises(pw.VerificationError, match=named):
        wrong.check(plan.problem, plan.index_groups)


def test_a_plan_that_breaks_a_quota_is_found() -> None:
    """Verify names the quota and what the plan has."""
    people, score = people_of(11, 12)
    quotas = [pw.Share(pw.Differ("site"), at_least=0.9)]
    plan = pw.pair(people, score, quotas=quotas)
    same = pw.pair(people, pw.Score([pw.Precomputed(1 - people_diversity(people))]))
    problem = QuotaProblem.of(people, score, quotas=quotas)
    assert problem.broken(plan.index_groups) == []
    (false,) = problem.broken(same.index_groups)
    assert 'Share(Differ("site"), at_least=0.9): the plan has' in false


def people_diversity(people: pw.Participants) -> np.ndarray:
    """Return 1 where two people differ in site."""
    site = people.category("site").codes
    return (site[:, None] != site).astype(float)


def test_a_time_limit_gives_a_plan_with_a_bound() -> None:
    """Out of time at once, the plan still keeps the quota and its bound still holds."""
    people, score = people_of(13, 20)
    quotas = [pw.Share(pw.Differ("site"), at_least=0.8)]
    best = pw.pair(people, score, quotas=quotas)
    hasty = pw.pair(people, score, quotas=quotas, time_limit=0.0)
    hasty.verify()
    assert hasty.value <= best.value <= hasty.bound


def test_no_alternative_is_no_error() -> None:
    """Where the quotas fix a pair, there is no next best partner."""
    people, score = people_of(14, 6)
    plan = pw.pair(people, score, quotas=[pw.Count(pw.Among([(0, 1)]), at_least=1)])
    assert plan.partner_of(0) == 1
    assert plan.alternatives(0, 2) == ()
    with pytest.raises(pw.InfeasibleError, match="Among"):
        plan.what_if((0, 2))
