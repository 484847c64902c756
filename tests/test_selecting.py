"""Selection: the best cohort under quotas, against brute force; reasons; contradictions."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pairwise as pw
from pairwise.selecting.selection import UNIT


def applicants_of(seed: int, n: int, columns: int = 3) -> pw.Participants:
    """Return n people with offers, needs, marks and two categories; some answers unknown."""
    rng = np.random.default_rng(seed)
    answers = rng.integers(0, 4, (2, n, columns)).astype(float)
    answers[rng.random(answers.shape) < 0.1] = np.nan
    answers[1, rng.random(n) < 0.1] = np.nan
    marks = rng.integers(0, 6, n).astype(float)
    marks[rng.random(n) < 0.1] = np.nan
    marks[0] = 3.0
    return pw.Participants(
        [f"p{k}" for k in range(n)],
        offers=answers[0],
        seeks=answers[1],
        numbers={"marks": marks},
        categories={
            "site": [("Oslo", "Bonn", "Rome", None)[k] for k in rng.integers(0, 4, n)],
            "team": [("a", "b")[k] for k in [0, 1, *rng.integers(0, 2, n - 2)]],
        },
    )


def coverage(people: pw.Participants, chosen: tuple[int, ...]) -> float:
    """Return the coverage of a cohort, from the formula in the documentation."""
    needs, offers = people.vector("seeks").levels, people.vector("offers").levels
    silent = np.isnan(needs).all(axis=1)
    needs, offers = np.nan_to_num(needs), np.nan_to_num(offers)
    total = needs.sum(axis=1)
    lacking = 0.0
    for s in range(needs.shape[1]):
        below = 0.0
        for t in sorted(set(needs[needs[:, s] > 0, s])):
            shares = {
                i: (t - below) / total[i] if needs[i, s] >= t else 0.0 for i in range(len(needs))
            }
            worth = np.mean([x for x in shares.values() if x > 0])
            mean = np.mean([x for i, x in shares.items() if not silent[i]])
            asked = sum(mean if silent[i] else shares[i] for i in chosen)
            given_ = sum(worth for j in chosen if offers[j, s] >= t)
            lacking += max(0.0, asked - given_)
            below = t
    return 1 - lacking / len(chosen)


def quality(people: pw.Participants, chosen: tuple[int, ...]) -> float:
    """Return the mean of the scaled marks."""
    marks = people.number("marks")
    marks = np.where(np.isnan(marks), np.nanmean(marks), marks)
    spread = np.ptp(marks)
    scaled = (marks - marks.min()) / spread if spread else np.ones(len(marks))
    return float(scaled[list(chosen)].mean())


def pairs_worth(matrix: np.ndarray, chosen: tuple[int, ...]) -> float:
    """Return twice the best pairs' sum, by size; every pair is among ten best partners here."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from((i, j, matrix[i, j]) for i, j in combinations(chosen, 2))
    best = nx.max_weight_matching(graph, backend="networkx")
    return 2 * sum(matrix[i, j] for i, j in best) / len(chosen)


def keeps(people: pw.Participants, chosen: tuple[int, ...], quotas: list[pw.Quota]) -> bool:
    """Say whether a cohort keeps quotas, counted by hand."""
    for quota in quotas:
        if isinstance(quota, pw.Balanced):
            labels = people.category(quota.feature).codes
            counts = [
                sum(labels[i] == k for i in chosen) for k in set(labels[labels >= 0].tolist())
            ]
            if max(counts) - min(counts) > quota.within:
                return False
            continue
        held = sum(bool(quota.of.among(people)[i]) for i in chosen)
        held = held / len(chosen) if isinstance(quota, pw.Share) else held
        if quota.at_least is not None and held < quota.at_least - 1e-9:
            return False
        if quota.at_most is not None and held > quota.at_most + 1e-9:
            return False
    return True


QUOTAS = (
    pw.Count(pw.Is("team", "b"), at_least=2),
    pw.Share(pw.Is("team", "a"), at_most=0.5),
    pw.Share(pw.Is("marks", 0, 1), at_most=0.34),
    pw.Balanced("team", within=1),
    pw.Count(pw.Is("marks", 5), at_least=1, at_most=2),
)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(4, 9), st.data())
def test_the_cohort_is_the_best_of_all(seed: int, n: int, data: st.DataObject) -> None:
    """Of all cohorts that keep the quotas none is worth more; the value is the formula's."""
    people = applicants_of(seed, n)
    size = data.draw(st.integers(2, n))
    quotas = data.draw(st.lists(st.sampled_from(QUOTAS), max_size=2, unique=True))
    score = data.draw(st.sampled_from([None, pw.Complementarity()]))
    matrix = None if score is None else pw.Score([score]).on(people).matrix()

    def worth(chosen: tuple[int, ...]) -> float:
        parts = [quality(people, chosen), coverage(people, chosen)]
        parts += [] if matrix is None else [pairs_worth(matrix, chosen)]
        return float(np.mean(parts))

    every = [c for c in combinations(range(n), size) if keeps(people, c, quotas)]
    if not every:
        with pytest.raises(pw.InfeasibleError):
            pw.select(people, size, quotas, score, value="marks")
        return
    found = pw.select(people, size, quotas, score, value="marks")
    chosen = tuple(np.flatnonzero(found.chosen).tolist())
    assert chosen in every
    rounding = (2 * n * found.problem.demand.shape[0] + 3 * n) / UNIT
    assert found.value == pytest.approx(worth(chosen), abs=rounding)
    assert found.status is pw.Status.OPTIMAL
    assert worth(chosen) >= max(map(worth, every)) - 2 * rounding
    found.verify()


def test_the_cohort_is_participants_in_order() -> None:
    """`people` are the chosen, with their features, in the order of the applicants."""
    people = applicants_of(3, 12)
    found = pw.select(people, 6, value="marks")
    assert list(found.people.ids) == [p for p, c in zip(people.ids, found.chosen, strict=True) if c]
    assert pw.pair(found.people).status is pw.Status.OPTIMAL


def test_same_input_same_cohort() -> None:
    """Two calls agree."""
    people = applicants_of(4, 30, columns=6)
    first, second = (pw.select(people, 10, value="marks", target_gap=0.02) for _ in range(2))
    assert first.people.ids == second.people.ids
    assert first.gap <= 0.02


def test_effects_name_whom_a_quota_let_in_and_kept_out() -> None:
    """Without the quota the best three would be in; with it one gives way."""
    people = pw.Participants(
        list("abcd"), numbers={"marks": [4, 3, 2, 1]}, categories={"team": ["x", "x", "x", "y"]}
    )
    quota = pw.Count(pw.Is("team", "y"), at_least=1)
    idle = pw.Count(pw.Is("team", "x"), at_most=3)
    found = pw.select(people, 3, [quota, idle], value="marks")
    effect, none = found.effects
    assert (effect.let_in, effect.kept_out) == (("d",), ("c",))
    assert effect.cost == pytest.approx(1 / 9, abs=1e-5)
    assert (none.let_in, none.kept_out, none.cost) == ((), (), 0.0)
    assert found.explain("c").by == (quota,)
    assert found.explain("d").loss is None
    assert found.explain("a").loss == pytest.approx(2 / 9, abs=1e-5)
    assert "let in" in str(found.explain("d"))


INFEASIBLE = [
    ([pw.Count(pw.Is("team", "y"), at_least=3)], 4, ["Count(Is", "size = 4", "0 to 2"]),
    ([pw.Share(pw.Is("team", "x"), at_most=0.25)], 4, ["Share(Is", "2 to 4"]),
    (
        [
            pw.Count(pw.Is("team", "y"), at_least=2),
            pw.Count(pw.Is("site", "Oslo"), at_least=4),
            pw.Count(pw.Is("team", "x"), at_most=5),
        ],
        5,
        ['"y"', '"Oslo"', "contradict"],
    ),
    (
        [pw.Balanced("team", within=0), pw.Count(pw.Is("team", "x"), at_least=3)],
        4,
        ["Balanced", "Count", "contradict"],
    ),
    ([pw.Balanced("team", within=1)], 6, ["Balanced", "size = 6"]),
]


@pytest.mark.parametrize(("quotas", "size", "named"), INFEASIBLE)
def test_contradicting_quotas_are_named(
    quotas: list[pw.Quota], size: int, named: list[str]
) -> None:
    """The fewest quotas that contradict each other are named, and no other."""
    people = pw.Participants(
        range(7),
        numbers={"marks": range(7)},
        categories={"team": list("xxxxxyy"), "site": ["Oslo"] * 5 + ["Bonn"] * 2},
    )
    with pytest.raises(pw.InfeasibleError) as error:
        pw.select(people, size, quotas, value="marks")
    message = str(error.value)
    assert all(name in message for name in named)
    assert 'Count(Is("team", "x"), at_most=5)' not in message


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"size": 0}, "size = 0"),
        ({"size": 8}, "from 1 to 7"),
        ({"quotas": [pw.Share(pw.Differ("team"), at_least=0.5)]}, "an Is instead"),
        ({"quotas": [pw.Parity("team", within=0.1)]}, "people of a cohort"),
        ({"quotas": [pw.NotAlone("team")]}, "people of a cohort"),
        ({"quotas": [pw.Count(pw.Is("taem", "x"), at_least=1)]}, 'did you mean "team"'),
        ({"quotas": [pw.Count(pw.Is("team", "z"), at_least=1)]}, 'no answer "z"'),
        ({"quotas": [pw.Count(pw.Is("gender", "f"), at_least=1)]}, "monitoring"),
        ({"quotas": pw.Count(pw.Is("team", "x"), at_least=1)}, "must be a list"),
        ({"quotas": [3]}, "must be a quota"),
        ({"value": "mark"}, 'did you mean "marks"'),
        ({"value": [1, 2]}, "one number for each"),
        ({"value": None}, "nothing to choose by"),
        ({"weights": {"coverage": 1}}, "offers and seeks"),
        ({"weights": {"vale": 1}}, 'did you mean "value"'),
        ({"weights": {"value": -1}}, "must be a number >= 0"),
    ],
)
def test_bad_arguments_are_named(change: dict, named: str) -> None:
    """Every argument that breaks its rule is named, with the way out."""
    people = pw.Participants(
        range(7),
        numbers={"marks": range(7)},
        categories={"team": list("xxxxxyy")},
        monitoring={"gender": list("fmfmfmf")},
    )
    arguments = {"size": 3, "quotas": [], "value": "marks", **change}
    with pytest.raises(pw.InvalidInput, match=named):
        pw.select(people, **arguments)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"value_q": 10**6}, "is claimed"),
        ({"bound_q": 5}, "above the bound"),
        ({"chosen": np.array([True, True, False, False])}, "the cohort has 0"),
        ({"chosen": np.array([True, True, False, True])}, "3 people are chosen"),
    ],
)
def test_verify_finds_false_claims(change: dict, named: str) -> None:
    """A broken answer does not pass."""
    from dataclasses import replace

    people = pw.Participants(
        list("abcd"), numbers={"marks": [4, 3, 2, 1]}, categories={"team": ["x", "x", "x", "y"]}
    )
    quota = pw.Count(pw.Is("team", "y"), at_least=1)
    found = pw.select(people, 2, [quota], value="marks")
    found.verify()
    with pytest.raises(pw.VerificationError, match=named):
        replace(found, **change).verify()


def test_verify_finds_a_bound_that_is_too_low() -> None:
    """A worse cohort called optimal is found out by the second solver."""
    from dataclasses import replace

    people = pw.Participants(list("abcd"), numbers={"marks": [4, 3, 2, 1]})
    found = pw.select(people, 2, value="marks")
    worse = np.array([False, False, True, True])
    value = found.problem.value(worse)
    with pytest.raises(pw.VerificationError, match="a cohort is worth more"):
        replace(found, chosen=worse, value_q=value, bound_q=value).verify()
