"""Score against the worst-off: every point against brute force, proven, and of use as a plan."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from itertools import pairwise as neighbours

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pairwise as pw
from strategies import score_matrices

EXAMPLES = settings(max_examples=25, deadline=None)
Pairs = list[tuple[int, int]]


def people_of(n: int, prefix: str = "p") -> pw.Participants:
    """Return people who are nothing but ids."""
    return pw.Participants([f"{prefix}{k}" for k in range(n)])


def groupings(left: tuple[int, ...], trio: bool) -> Iterator[list[tuple[int, ...]]]:
    """Yield every way to put people into pairs and one trio at most, or leave them alone."""
    if not left:
        yield []
        return
    first, rest = left[0], left[1:]
    yield from groupings(rest, trio)
    for size in (1, 2) if trio else (1,):
        for others in combinations(rest, size):
            after = tuple(k for k in rest if k not in others)
            for groups in groupings(after, trio and size == 1):
                yield [(first, *others), *groups]


def is_best_at(points: tuple[pw.FrontierPoint, ...], plans: list[tuple[float, float]]) -> None:
    """Check points against all plans as (worst, sum): best at each floor, all there are if few."""
    first, last = points[0], points[-1]
    assert first.plan.value == pytest.approx(max(total for _, total in plans), abs=1e-7)
    assert last.amount == pytest.approx(max(worst for worst, _ in plans), abs=1e-7)
    for point in points:
        point.plan.verify()
        assert point.amount >= point.asked - 1e-9
        best = max(total for worst, total in plans if worst >= point.asked - 1e-8)
        assert point.plan.value <= best + 1e-7
        assert point.plan.bound >= best - 1e-7
    for before, after in neighbours(points):
        assert before.amount < after.asked
        assert before.plan.value > after.plan.value


def steps_of(plans: list[tuple[float, float]]) -> int:
    """Return how many plans there are that none beats in the worst pair and in the sum."""
    steps, floor = 0, -1.0
    while above := [plan for plan in plans if plan[0] > floor + 2e-6]:
        total = max(total for _, total in above)
        floor = max(worst for worst, value in above if value >= total - 1e-8)
        steps += 1
    return steps


@EXAMPLES
@given(st.data(), st.integers(2, 7), st.sampled_from(["trio", "bye"]))
def test_pairs_equal_brute_force(
    data: st.DataObject, n: int, leftover: pw.problem.Leftover
) -> None:
    """Each point is the best sum above its floor, the last has the best worst pair."""
    matrix = data.draw(score_matrices(n))
    people = people_of(n)
    sides = list(combinations(range(n), 2))
    refused = data.draw(st.sets(st.sampled_from(sides), max_size=2))
    rules = [pw.Forbid([(f"p{a}", f"p{b}") for a, b in refused])]
    plans = []
    for groups in groupings(tuple(range(n)), trio=leftover == "trio" and n % 2 == 1):
        inside = [pair for group in groups for pair in combinations(group, 2)]
        if refused.isdisjoint(inside):
            total = sum(matrix[p] / (len(g) - 1) for g in groups for p in combinations(g, 2))
            worst = min((matrix[pair] for pair in inside), default=1.0)
            plans.append((sum(map(len, groups)), worst, total))
    most = max(placed for placed, _, _ in plans)
    try:
        curve = pw.frontier(
            people,
            pw.Precomputed(matrix),
            against=pw.WorstOff(),
            points=20,
            rules=rules,
            leftover=leftover,
        )
    except pw.InfeasibleError:
        return
    placing = [(worst, total) for placed, worst, total in plans if placed == most]
    is_best_at(curve.points, placing)
    assert all(point.plan.status is pw.Status.OPTIMAL for point in curve.points)
    assert len(curve.points) == min(20, steps_of(placing))


def assignments(shape: tuple[int, int], high: tuple[int, int]) -> Iterator[Pairs]:
    """Yield every set of cells within the most partners of both sides."""
    cells = list(itertools.product(*map(range, shape)))
    for chosen in itertools.product((False, True), repeat=len(cells)):
        plan = [cell for cell, used in zip(cells, chosen, strict=True) if used]
        counts = [np.bincount([c[s] for c in plan], minlength=shape[s]) for s in (0, 1)]
        if all((count <= most).all() for count, most in zip(counts, high, strict=True)):
            yield plan


def assigned(matrix: np.ndarray, points: int = 20, **asked: object) -> pw.Frontier:
    """Return the frontier of a matrix of mentors by mentees."""
    mentors, mentees = (people_of(n, side) for n, side in zip(matrix.shape, "me", strict=True))
    score = pw.Precomputed(matrix, rows=mentors.ids, cols=mentees.ids)
    return pw.frontier(
        mentors, score, mentees=mentees, against=pw.WorstOff(), points=points, **asked
    )


@st.composite
def tables(draw: st.DrawFn, rows: int = 4, cols: int = 4) -> np.ndarray:
    """Scores with few or many levels."""
    m, k = draw(st.integers(1, rows)), draw(st.integers(1, cols))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels = draw(st.sampled_from([4, 1000]))
    return rng.integers(0, levels + 1, (m, k)) / levels


@EXAMPLES
@given(tables(), st.integers(1, 3))
def test_one_mentor_each_equals_brute_force(matrix: np.ndarray, most: int) -> None:
    """Among plans that place as many in both roles each point is the best sum above its floor."""
    curve = assigned(matrix, mentor_load=(0, most))
    plans = [
        (
            len({i for i, _ in cells}) + len({j for _, j in cells}),
            min((matrix[cell] for cell in cells), default=1.0),
            sum(matrix[cell] for cell in cells),
        )
        for cells in assignments(matrix.shape, (most, 1))
    ]
    placed = max(count for count, _, _ in plans)
    placing = [(worst, total) for count, worst, total in plans if count == placed]
    is_best_at(curve.points, placing)
    assert len(curve.points) == min(20, steps_of(placing))


@EXAMPLES
@given(tables(3, 4), st.integers(2, 3), st.integers(2, 3))
def test_shares_equal_brute_force(matrix: np.ndarray, mentors: int, mentees: int) -> None:
    """With several mentors each the share is a mean, everybody is placed if all can be."""
    plans = []
    for cells in assignments(matrix.shape, (mentors, mentees)):
        sums = np.zeros(matrix.shape[1])
        for i, j in cells:
            sums[j] += matrix[i, j]
        if len({j for _, j in cells}) == len(sums):
            plans.append((len({i for i, _ in cells}), sums.min() / mentees, sums.sum()))
    asked = {"mentor_load": (0, mentors), "mentee_load": (1, mentees), "target_gap": 0.0}
    if not plans:
        with pytest.raises(pw.InfeasibleError, match="need"):
            assigned(matrix, **asked)
        return
    if any(mentoring == len(matrix) for mentoring, _, _ in plans):
        plans = [plan for plan in plans if plan[0] == len(matrix)]
    curve = assigned(matrix, **asked)
    is_best_at(curve.points, [(worst, total) for _, worst, total in plans])


@pytest.fixture(scope="module")
def people() -> pw.Participants:
    """Sixty people in whom the sum and the worst pair disagree."""
    rng = np.random.default_rng(4)
    return pw.Participants([f"p{k}" for k in range(60)], interests=rng.random((60, 6)) ** 3)


SCORE = pw.Similarity("interests")


@pytest.mark.parametrize(("n", "leftover"), [(33, "trio"), (33, "bye"), (40, "trio")])
def test_points_of_pairs_are_plans(n: int, leftover: pw.problem.Leftover) -> None:
    """Each point explains itself, answers what-ifs and survives JSON."""
    matrix = np.random.default_rng(5).random((n, n))
    people, score = people_of(n), pw.Precomputed((matrix + matrix.T) / 2)
    curve = pw.frontier(people, score, against=pw.WorstOff(), points=20, leftover=leftover)
    assert curve.points[0].plan.groups == pw.pair(people, score, leftover=leftover).groups
    values = [point.plan.value for point in curve.points]
    assert len(values) >= 2
    assert values == sorted(set(values), reverse=True)
    point = curve.points[1]
    again = pw.Plan.from_json(point.plan.to_json(), people, score, rules=point.plan.rules)
    again.verify()
    assert again.groups == point.plan.groups
    assert "score" in str(point.plan.explain("p3"))
    other = point.plan.alternatives("p3", 1)[0]
    other.plan.verify()
    assert other.loss >= 0
    assert other.score >= point.asked
    far = people.ids[int(point.plan.score.block(slice(3, 4), slice(0, n))[0].argmin())]
    with pytest.raises(pw.InfeasibleError, match="Floor"):
        point.plan.what_if(("p3", "p4" if far == "p3" else far))


def test_twenty_plans_where_there_are(people: pw.Participants) -> None:
    """Where enough plans differ there are as many as asked, else all; each step is a point."""
    rng = np.random.default_rng(1)
    table = rng.random((40, 4)) @ rng.random((4, 60)) / 4
    assert len(assigned(table, 20, mentor_load=(0, 2)).points) == 20
    few = pw.frontier(people, SCORE, against=pw.WorstOff(), points=200)
    assert len(few.points) < 200
    more = pw.frontier(people, SCORE, against=pw.WorstOff(), points=400)
    assert [p.plan.value for p in more.points] == [p.plan.value for p in few.points]


@pytest.mark.parametrize("load", [{"mentor_load": (0, 2)}, {"mentee_load": (2, 2)}])
def test_points_of_assignments_are_plans(load: dict) -> None:
    """Each point explains itself, answers what-ifs and survives JSON, with one mentor or more."""
    rng = np.random.default_rng(7)
    mentors = pw.Participants([f"m{k}" for k in range(8)], interests=rng.random((8, 4)) ** 3)
    mentees = pw.Participants([f"e{k}" for k in range(16)], interests=rng.random((16, 4)) ** 2)
    asked = {"mentor_load": (0, 4), **load}
    curve = pw.frontier(mentors, SCORE, mentees=mentees, against=pw.WorstOff(), points=20, **asked)
    assert len(curve.points) >= 2
    point = curve.points[-1]
    again = pw.Plan.from_json(point.plan.to_json(), point.plan.people, SCORE)
    again.verify()
    assert again.to_json() == point.plan.to_json()
    assert "score" in str(point.plan.explain("e3"))
    (other,) = point.plan.alternatives("e3", 1)
    other.plan.verify()
    assert "e3" in other.plan.partners[other.partner]
    forced = point.plan.what_if((other.partner, "e3"))
    forced.plan.verify()
    assert forced.plan.value >= other.plan.value - 1e-9


def test_a_floor_that_a_required_pair_misses_is_named() -> None:
    """A forced pair below the floor is a contradiction, in words."""
    curve = assigned(np.array([[0.9, 0.5], [0.5, 0.2]]))
    with pytest.raises(pw.InfeasibleError, match=r'"m1" and "e1" are required.*floor'):
        curve.points[-1].plan.what_if(("m1", "e1"))


def test_an_unreachable_share_is_named() -> None:
    """A forced pair that takes what others need leaves no plan above the floor."""
    table = np.array([[0.9, 0.5], [0.5, 0.2]])
    curve = assigned(table, mentor_load=(1, 1), mentee_load=(1, [1, 2]))
    assert curve.points[-1].amount == pytest.approx(0.25)
    with pytest.raises(pw.InfeasibleError, match="every mentee's share is at least"):
        curve.points[-1].plan.what_if(("m1", "e1"))


def test_required_pairs_stay() -> None:
    """With several mentors each a required pair is in every point, its load counted once."""
    table = np.array([[0.9, 0.4, 0.9], [0.2, 0.9, 0.9], [0.9, 0.1, 0.9]])
    curve = assigned(
        table, mentor_load=(1, 2), mentee_load=(1, 2), rules=[pw.Require([("m1", "e0")])]
    )
    for point in curve.points:
        point.plan.verify()
        assert ("m1", "e0") in point.plan.pairs


def test_false_proofs_are_found() -> None:
    """A bound below what prices prove, other prices, a share below the floor: none passes."""
    rng = np.random.default_rng(3)
    curve = assigned(rng.random((6, 9)), mentor_load=(0, 3), mentee_load=(2, 2))
    plan = curve.points[-1].plan
    proof = plan.certificate
    lower = replace(proof, bound_q=proof.bound_q - int(0.01 / plan.step))
    halved = replace(proof, prices=replace(proof.prices, multipliers=-proof.prices.multipliers - 1))
    for false in (lower, halved):
        with pytest.raises(pw.VerificationError):
            false.check(plan.problem, plan.index_groups)
    with pytest.raises(pw.VerificationError, match="below the floor"):
        proof.check(replace(plan.problem, floor=0.99), plan.index_groups)
    raised = replace(plan.problem, floor=0.99)
    assert any("must have 0.99" in sentence for sentence in raised.broken(plan.index_groups))


def test_what_cannot_be_had_is_named() -> None:
    """Too many people, people in both roles with several mentors: the way out is named."""
    many = pw.Participants(range(2501), interests=np.eye(2501, 2))
    with pytest.raises(pw.InvalidInput, match=r"WorstOff.*2,501 people"):
        pw.frontier(many, SCORE, against=pw.WorstOff())
    both = pw.Participants(range(6), interests=np.eye(6))
    with pytest.raises(pw.InvalidInput, match=r"both mentor and mentee.*mentee_load=\(0, 1\)"):
        pw.frontier(both, SCORE, mentees=both, against=pw.WorstOff(), mentee_load=(0, 2))
    with pytest.raises(pw.InvalidInput, match="points = 1"):
        pw.frontier(both, SCORE, against=pw.WorstOff(), points=1)


def test_the_picture_says_what_it_shows(people: pw.Participants) -> None:
    """The axis names the worst-off."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    ax = pw.frontier(people, SCORE, against=pw.WorstOff(), points=5).plot()
    assert ax.get_xlabel() == "score of the worst-off"
    pyplot.close("all")
