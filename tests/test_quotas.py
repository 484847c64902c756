"""Quotas as values: what they count, what they refuse, how they become sums and counts."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pairwise as pw
from pairwise import matching
from strategies import cohorts

PEOPLE = pw.Participants(
    list("abcdef"),
    categories={"site": ["Oslo", "Oslo", "Bonn", None, "Bonn", "Rome"]},
    numbers={"grade": [1, 2, 2, np.nan, 3, 1]},
    monitoring={"gender": list("fmfmfm")},
)
SCORE = pw.Score([pw.Closeness("grade")]).on(PEOPLE)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: pw.Share(pw.Differ("site")), "must have at_least"),
        (lambda: pw.Share(pw.Differ("site"), at_least=1.5), r"must be in \[0, 1\]"),
        (lambda: pw.Share(pw.Differ("site"), at_least=0.6, at_most=0.5), "is above"),
        (lambda: pw.Share("site", at_least=0.5), "must count a rule"),
        (lambda: pw.Count(pw.Differ("site"), at_least=1.5), "whole number"),
        (lambda: pw.Count(pw.Differ("site"), at_most=-1), "must be >= 0"),
        (lambda: pw.Is("site"), "at least one answer"),
        (lambda: pw.Parity("site", within=2), r"must be in \[0, 1\]"),
        (lambda: pw.Balanced("site", within=-1), "must be >= 0"),
        (lambda: pw.Balanced("site", within=0.5), "whole number"),
        (lambda: pw.PerGroup("site", at_least=1), "must count an Is"),
        (lambda: pw.PerGroup(pw.Is("site", "Oslo")), "must have at_least"),
    ],
)
def test_a_quota_refuses_what_breaks_its_rule(make, named: str) -> None:
    """The message names the quota, the value and the rule."""
    with pytest.raises(pw.InvalidInput, match=named):
        make()


@pytest.mark.parametrize(
    ("use", "named"),
    [
        (lambda: pw.Is("gender", "f").among(PEOPLE), "monitoring"),
        (lambda: pw.Is("sitee", "Oslo").among(PEOPLE), 'did you mean "site"'),
        (lambda: pw.Is("site", "Olso").among(PEOPLE), 'did you mean "Oslo"'),
        (lambda: pw.NotAlone("gender").over_groups(PEOPLE), "monitoring"),
        (lambda: pw.NotAlone("site").over_pairs(PEOPLE, SCORE), "pairs of a plan"),
        (lambda: pw.Balanced("site").over_pairs(PEOPLE, SCORE), "pairs of a plan"),
        (lambda: pw.Share(pw.Differ("site"), at_least=1).over_groups(PEOPLE), "every group"),
        (lambda: pw.Count(pw.Require([]), at_least=1).over_pairs(PEOPLE, SCORE), "Among"),
        (
            lambda: pw.Count(pw.Is("site", "Oslo"), at_least=1).over_pairs(PEOPLE, SCORE),
            "pairs of a plan",
        ),
        (lambda: pw.Between("site", "Oslo", "Room").bind(PEOPLE), 'did you mean "Rome"'),
    ],
)
def test_what_does_not_fit_is_named(use, named: str) -> None:
    """A feature, label or use that does not exist is named, with the nearest that does."""
    with pytest.raises(pw.InvalidInput, match=named):
        use()


@given(cohorts(least=2), st.floats(0, 1), st.floats(0, 1))
def test_shares_and_counts_of_pairs(people: pw.Participants, low: float, high: float) -> None:
    """A pair counts when it is known to keep the rule; bounds are those of the share."""
    low, high = min(low, high), max(low, high)
    score = pw.Score([pw.Closeness("grade")]).on(people)
    (one,) = pw.Share(pw.Differ("team"), at_least=low, at_most=high).over_pairs(people, score)
    everybody = np.arange(len(people))
    block = one.measure.block(everybody, everybody)
    team = people.category("team").codes
    known = (team[:, None] >= 0) & (team >= 0)
    assert np.array_equal(block == 2, known & (team[:, None] != team))
    i, j = (k.ravel() for k in np.meshgrid(everybody, everybody))
    assert np.array_equal(one.measure.pairs(i, j), block[i, j])
    least, most = one.bounds(10)
    assert least - 1 < low * 10 <= least + 1e-6
    assert most - 1e-6 <= high * 10 < most + 1


@given(cohorts(least=2, most=8), st.randoms(use_true_random=False))
def test_parity_measures_the_difference_of_means(people: pw.Participants, random) -> None:
    """The sum over a plan is the difference of the two kinds' mean scores."""
    score = pw.Score([pw.Closeness("grade")]).on(people)
    order = list(range(len(people)))
    random.shuffle(order)
    pairs = np.array(list(zip(order[::2], order[1::2], strict=False)))
    own = np.zeros(len(people))
    for k in (0, 1):
        own[pairs[:, k]] = score.pairs(pairs[:, 0], pairs[:, 1])
    feature, codes = people.category("team"), people.category("team").codes
    for one in pw.Parity("team", within=0.1).over_pairs(people, score):
        first, second = one.name.split(": ")[1].split(" over ")
        means = [own[codes == feature.labels.index(label)].mean() for label in (first, second)]
        total = one.measure.pairs(pairs[:, 0], pairs[:, 1]).sum() * one.unit
        assert total == pytest.approx(means[0] - means[1], abs=1e-8)
        assert one.bounds(8)[1] * one.unit == pytest.approx(0.1, abs=1e-6)


def test_group_quotas_are_count_rules() -> None:
    """`NotAlone` and `PerGroup` are what `matching.partition` takes as counts."""
    quotas = [pw.NotAlone("site", "Oslo", "Bonn"), pw.PerGroup(pw.Is("grade", 2, 3), at_most=2)]
    counts = [matching.CountRule(**asdict(c)) for q in quotas for c in q.over_groups(PEOPLE)]
    found = matching.partition(np.ones((6, 6)), 3, counts=counts)
    sites = PEOPLE.category("site").codes
    for group in found.groups:
        held = sites[list(group)].tolist()
        assert all(held.count(code) != 1 for code in (0, 1))


def test_who_is_alone_in_every_group_is_named() -> None:
    """One person of a kind is alone in every group: a contradiction with a way out."""
    with pytest.raises(pw.InfeasibleError, match='"f" is the only one of "Rome"'):
        pw.NotAlone("site").over_groups(PEOPLE)


@given(cohorts(least=2))
def test_between_and_among_by_block_and_pair(people: pw.Participants) -> None:
    """The two rules agree by block and by pair, and with what they say."""
    labels = people.category("team").labels
    rules = [pw.Among([people.ids[:2]])]
    rules += [pw.Between("team", labels[0], labels[-1])] if labels else []
    everybody = np.arange(len(people))
    i, j = (k.ravel() for k in np.meshgrid(everybody, everybody, indexing="ij"))
    team = people.category("team").codes
    for rule in rules:
        bound = rule.bind(people)
        block = bound.allowed(everybody, everybody)
        assert np.array_equal(block.ravel(), bound.allowed_pairs(i, j))
        if isinstance(rule, pw.Between):
            wanted = {(0, len(labels) - 1), (len(labels) - 1, 0)}
            said = [
                (a, b) in wanted for a, b in zip(team[i].tolist(), team[j].tolist(), strict=True)
            ]
        else:
            said = [{a, b} == {0, 1} for a, b in zip(i.tolist(), j.tolist(), strict=True)]
        assert block.ravel().tolist() == said
