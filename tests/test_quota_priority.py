"""Quotas beside priorities: quotas choose among plans of as many people of as much priority."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pairwise as pw
from test_quota_pairing import people_of, told
from test_worst_off import groupings


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(3, 7),
    st.sampled_from(["trio", "bye"]),
    st.sampled_from([0.3, 0.6, 0.9]),
)
def test_the_plan_is_the_best_of_those_with_most_priority(
    seed: int, n: int, leftover: pw.problem.Leftover, share: float
) -> None:
    """Of plans that place as many of as much priority, those that keep quotas, then the score."""
    rng = np.random.default_rng(seed)
    people, score = people_of(seed, n)
    matrix = score.bind(people).block(slice(0, n), slice(0, n))
    refused = {tuple(sorted(pair)) for pair in rng.integers(0, n, (n // 2, 2)).tolist()}
    refused = {pair for pair in refused if pair[0] != pair[1]}
    ids = people.ids
    rules = [pw.Forbid([(ids[a], ids[b]) for a, b in refused])]
    levels = rng.integers(0, 3, n)
    quota = pw.Share(pw.Differ("site"), at_least=share)
    plans = [
        tuple(groups)
        for groups in groupings(tuple(range(n)), trio=leftover == "trio" and n % 2 == 1)
        if refused.isdisjoint(pair for group in groups for pair in combinations(group, 2))
    ]
    order = {plan: _placed(plan, levels) for plan in plans}
    kept = [
        plan
        for plan in plans
        if order[plan] == max(order.values()) and told(people, matrix, quota, plan)
    ]
    asked = {"rules": rules, "leftover": leftover, "quotas": [quota]}
    priority = {who: int(k) for who, k in zip(ids, levels, strict=True)}
    lonely = any(
        len({b for b in range(n) if (min(a, b), max(a, b)) in refused}) == n - 1 for a in range(n)
    )
    if lonely or not kept:
        with pytest.raises(pw.InfeasibleError):
            pw.pair(people, score, priority=priority, **asked)
        return
    plan = pw.pair(people, score, priority=priority, **asked)
    plan.verify()
    best = max(_worth(matrix, one) for one in kept)
    assert _placed(plan.index_groups, levels) == max(order.values())
    assert plan.value <= best + 1e-7
    assert plan.bound >= best - 1e-7
    again = pw.Plan.from_json(plan.to_json(), people, score, rules=rules, quotas=[quota])
    again.verify()


def _placed(plan: tuple[tuple[int, ...], ...], levels: np.ndarray) -> tuple[int, int]:
    people = [i for group in plan for i in group]
    return len(people), int(levels[people].sum())


def _worth(matrix: np.ndarray, plan: tuple[tuple[int, ...], ...]) -> float:
    return sum(matrix[pair] / (len(group) - 1) for group in plan for pair in combinations(group, 2))


PEOPLE = pw.Participants(["ann", "bob", "cy"], categories={"site": ["a", "b", "b"]})
SCORE = pw.Precomputed(np.array([[0, 1, 0.5], [1, 0, 0.25], [0.5, 0.25, 0]]))
DIFFER = pw.Count(pw.Differ("site"), at_least=1)


def test_what_if_has_a_rank_of_its_own() -> None:
    """A forced pair may leave out somebody of more priority; then that plan is the best so."""
    plan = pw.pair(PEOPLE, SCORE, leftover="bye", quotas=[DIFFER], priority={"cy": 2, "ann": 1})
    assert plan.pairs == (("ann", "cy"),)
    assert plan.status is pw.Status.OPTIMAL
    other = plan.what_if(("ann", "bob")).plan
    other.verify()
    assert other.value == 1.0


def test_quotas_that_only_others_could_meet_are_named() -> None:
    """Where those of most priority cannot meet a quota, it says that priority stands against it."""
    with pytest.raises(pw.InfeasibleError, match=r"Differ.* and priority contradict each other"):
        pw.pair(PEOPLE, SCORE, leftover="bye", quotas=[DIFFER], priority={"bob": 1, "cy": 1})


def test_false_ranks_are_found() -> None:
    """A proof without ranks, with those of other plans, or about people of less priority fails."""
    asked = {"leftover": "bye", "quotas": [DIFFER]}
    plan = pw.pair(PEOPLE, SCORE, priority={"cy": 2, "ann": 1}, **asked)
    other = pw.pair(PEOPLE, SCORE, priority={"bob": 2, "ann": 1}, **asked)
    proof = plan.certificate
    for false in (
        replace(proof, rank=None),
        replace(proof, rank=other.certificate.rank),
        replace(proof, rank=replace(proof.rank, rank_q=0)),
    ):
        with pytest.raises(pw.VerificationError):
            false.check(plan.problem, plan.index_groups)
    with pytest.raises(pw.VerificationError):
        proof.check(plan.problem, other.index_groups)


def test_many_people_with_priorities_are_refused() -> None:
    """All weights are in memory where priorities count; the limit is named."""
    many = pw.Participants(range(2501), categories={"site": ["a", "b"] * 1250 + ["a"]})
    with pytest.raises(pw.InvalidInput, match="priority: 2,501 people"):
        pw.pair(many, pw.Diversity("site"), quotas=[DIFFER], priority={0: 1})
