"""Frontiers: hull and points against brute force; every point a plan that verifies."""

import sys
from dataclasses import replace
from itertools import pairwise as neighbours

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

import pairwise as pw
from pairwise import matching
from strategies import score_matrices


def every_matching(left: tuple[int, ...]) -> list[tuple[tuple[int, int], ...]]:
    """Return every perfect matching of an even number of vertices."""
    if not left:
        return [()]
    first, rest = left[0], left[1:]
    return [
        ((first, other), *plan)
        for k, other in enumerate(rest)
        for plan in every_matching(rest[:k] + rest[k + 1 :])
    ]


@settings(max_examples=8)
@given(st.integers(2, 4).flatmap(lambda k: st.tuples(score_matrices(2 * k), score_matrices(2 * k))))
def test_points_and_hull_against_every_matching(matrices: tuple[np.ndarray, np.ndarray]) -> None:
    """No matching with the measure asked for is above a bound; vertices are on the true hull."""
    weights, measure = matrices
    plans = every_matching(tuple(range(len(weights))))
    worth = np.array([[sum(m[i, j] for i, j in p) for m in (measure, weights)] for p in plans])
    curve = matching.frontier(weights, measure, points=4)
    curve.verify()
    assert curve.weights[0] == pytest.approx(worth[:, 1].max(), abs=1e-6)
    assert curve.measures[-1] == pytest.approx(worth[:, 0].max(), abs=1e-6)
    for asked, bound, value in zip(curve.asked, curve.bounds, curve.weights, strict=True):
        best = worth[worth[:, 0] >= asked - 1e-6, 1].max()
        assert value <= best + 1e-6 <= bound + 2e-6
    for (a, v), (b, w) in neighbours(curve.hull):
        slope = (v - w) / (b - a)
        assert (worth @ [slope, 1.0]).max() == pytest.approx(v + slope * a, abs=1e-5)


def cohort(n: int) -> pw.Participants:
    """Return n people of the sample cohort."""
    return pw.sample_cohort().take(range(n))


@pytest.mark.parametrize(
    ("n", "against"),
    [(24, pw.Differ("manager")), (23, pw.Differ("manager")), (24, pw.Complementarity())],
)
def test_points_are_plans_with_bounds(n: int, against: pw.Rule | pw.Term) -> None:
    """Every point is a plan that has what was asked, verifies and is near its bound."""
    people = cohort(n)
    curve = pw.frontier(people, against=against, points=6)
    assert len(curve.points) == 6
    assert curve.points[0].plan.value == pytest.approx(pw.pair(people).value)
    assert curve.points[-1].plan.value == pytest.approx(curve.hull[-1][1])
    for point in curve.points:
        point.plan.verify()
        assert point.amount >= point.asked - 1e-9
        assert point.plan.gap < 0.05
    for point in curve.points:
        later = [p.plan.value for p in curve.points if p.amount >= point.asked]
        assert max(later) <= point.plan.bound + 1e-9


def test_what_stays_of_an_earlier_plan() -> None:
    """Against the pairs of another plan, the frontier ends at that plan."""
    people = cohort(20)
    old = pw.pair(people, pw.Similarity("values"))
    curve = pw.frontier(people, against=pw.Among(old.pairs), points=4)
    assert curve.points[-1].amount == pytest.approx(1.0)
    assert curve.points[-1].plan.groups == old.groups


def test_frame_and_picture() -> None:
    """The table has a row a point; the picture shows plans, bounds and hull."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    curve = pw.frontier(cohort(12), against=pw.Differ("site"), points=3)
    frame = curve.to_frame()
    assert frame["value"].tolist() == [point.plan.value for point in curve.points]
    ax = curve.plot()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["hull", "bound", "plan"]
    assert "Differ" in ax.get_xlabel()
    pyplot.close("all")


def test_no_picture_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the extra."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    curve = pw.frontier(cohort(8), against=pw.Differ("site"), points=2)
    with pytest.raises(pw.InvalidInput, match=r"pairwise-matching\[plot\]"):
        curve.plot()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"against": "site"}, "must be a rule"),
        ({"points": 1}, "points = 1"),
        ({"target_gap": 1.5}, "target_gap"),
        ({"against": pw.Differ("siet")}, 'did you mean "site"'),
    ],
)
def test_bad_arguments_are_named(change: dict, named: str) -> None:
    """Every argument that breaks its rule is named."""
    with pytest.raises(pw.InvalidInput, match=named):
        pw.frontier(cohort(8), **{"against": pw.Differ("site"), **change})


@pytest.mark.parametrize(
    ("weights", "measure", "named"),
    [
        (np.zeros((2, 3)), np.zeros((2, 2)), "square"),
        (np.zeros((2, 2)), np.zeros((3, 3)), "has shape"),
        (np.array([[0, 1], [2, 0]]), np.zeros((2, 2)), "must be equal"),
        (np.zeros((2, 2)), np.array([[0, np.nan], [np.nan, 0]]), "must be finite"),
        (np.array([[0, np.inf], [np.inf, 0]]), np.zeros((2, 2)), r"\+inf"),
    ],
)
def test_bad_arrays_are_named(weights: np.ndarray, measure: np.ndarray, named: str) -> None:
    """Arrays that break a rule are named."""
    with pytest.raises(pw.InvalidInput, match=named):
        matching.frontier(weights, measure)


def test_verify_finds_false_points() -> None:
    """A lower bound, a wrong weight, a torn matching: none of them passes."""
    rng = np.random.default_rng(3)
    weights, measure = rng.random((2, 10, 10))
    curve = matching.frontier(weights + weights.T, measure + measure.T, points=4)
    broken = [
        replace(curve, bounds=curve.bounds - 0.01),
        replace(curve, weights=curve.weights + 0.01),
        replace(curve, mates=np.roll(curve.mates, 1, axis=1)),
        replace(curve, mates=curve.mates[::-1]),
    ]
    for wrong in broken:
        with pytest.raises(pw.VerificationError):
            wrong.verify()


def assigned(against: pw.Rule | pw.Term | pw.Score, points: int, n: int = 36) -> pw.Frontier:
    """Return the frontier of a third of n people as mentors of the others."""
    people = cohort(n)
    mentors, mentees = people.take(range(n // 3)), people.take(range(n // 3, n))
    score = pw.Similarity("interests")
    return pw.frontier(
        mentors, score, mentees=mentees, mentor_load=(0, 3), against=against, points=points
    )


@pytest.mark.parametrize("against", [pw.Differ("department"), pw.Complementarity()], ids=repr)
def test_assignments_have_a_frontier(against: pw.Rule | pw.Term) -> None:
    """Points go from the best assignment to the most of the second good; each is a plan."""
    curve = assigned(against, 4)
    free = pw.assign(
        *(curve.points[0].plan.people.take(part) for part in (range(12), range(12, 36))),
        pw.Similarity("interests"),
        mentor_load=(0, 3),
    )
    assert curve.points[0].plan.value == pytest.approx(free.value, abs=1e-6)
    for point, after in neighbours(curve.points):
        assert point.amount >= point.asked - 1e-9
        assert after.asked > point.asked
        assert after.plan.value <= point.plan.bound + 1e-6
    for point in curve.points:
        point.plan.verify()
        assert point.plan.gap <= 1e-3


def test_the_last_assignment_has_most() -> None:
    """No assignment that places everybody has a larger share than the last point."""
    curve = assigned(pw.Same("department"), 2)
    people = curve.points[-1].plan.people
    code = people.category("department").codes
    table = (code[:12, None] == code[None, 12:]).astype(float)
    slots = np.repeat(table, 3, axis=0)
    rows, cols = optimize.linear_sum_assignment(slots, maximize=True)
    assert curve.points[-1].amount == pytest.approx(slots[rows, cols].sum() / 24)


def test_assignments_that_stay_have_a_frontier_of_twenty() -> None:
    """Against what stays of an earlier assignment there are twenty plans and a concave hull."""
    people = cohort(36)
    sides = people.take(range(12)), people.take(range(12, 36))
    before = pw.assign(*sides, pw.Similarity("values", metric="level"), mentor_load=(0, 3))
    curve = assigned(pw.Among(before.pairs), 20)
    assert len({point.plan.pairs for point in curve.points}) >= 15
    assert curve.points[-1].amount == 1.0
    assert set(curve.points[-1].plan.pairs) == set(before.pairs)
    slopes = [(w - v) / (b - a) for (a, v), (b, w) in neighbours(curve.hull)]
    assert slopes == sorted(slopes, reverse=True)


def test_loads_without_mentees_are_refused() -> None:
    """Loads say nothing about pairs of one population."""
    with pytest.raises(pw.InvalidInput, match="pass mentees="):
        pw.frontier(cohort(6), against=pw.Differ("site"), mentor_load=(0, 2))
