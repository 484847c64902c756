"""Reports: figures are their formulas, and what is withheld cannot be had back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import pairwise as pw
from pairwise import matching
from pairwise.evaluation.kpis import blocking_pairs
from pairwise.evaluation.suppression import SMALLEST, withheld_counts, withheld_means

BOUNDS = {"satisfaction": (1.0, 5.0), "load": (1.0, np.inf)}


def programme(rng: np.random.Generator, n: int, labels: int) -> tuple[pw.History, pw.Participants]:
    """Return two rounds with patchy answers, and people of a skewed monitoring feature."""
    people = pw.Participants(
        range(n),
        interests=rng.integers(0, 2, (n, 4)),
        monitoring={"origin": rng.geometric(0.5, n).clip(1, labels).astype(str)},
        categories={"site": rng.choice(["Oslo", "Bonn", None], n)},
    )
    history = pw.History()
    for _ in range(2):
        order = rng.permutation(n)[: rng.integers(n // 2, n + 1)].tolist()
        pairs = list(zip(order[::2], order[1::2], strict=False))
        history = history.with_round(pairs, waiting=order[2 * len(pairs) :])
        said = [
            {
                "who": who,
                "rating": int(rng.integers(1, 6)),
                "goal_reached": bool(rng.random() < 0.9),
            }
            for pair in pairs
            for who in pair
            if rng.random() < 0.6
        ]
        history = history.with_checkins(said)
    return history, people


class Attack:
    """What somebody can tell who reads a table: linear programmes over all that it leaves open.

    Unknown are, for each label, how many people have it, how many stand behind the figure, and
    the sum of their figures; the reader knows what is published and that everybody's figure lies
    between two bounds.
    """

    def __init__(self, labels: int, bounds: tuple[float, float]) -> None:
        self.labels, self.rows, self.sides = labels, [], []
        self.below = []
        low, high = bounds
        for k in range(labels):
            n, b, s = (self.unit(part, k) for part in range(3))
            self.below += [b - n] + ([low * b - s] if np.isfinite(low) else [])
            self.below += [s - high * b] if np.isfinite(high) else []

    def unit(self, part: int, label: int) -> np.ndarray:
        """Return the direction of one unknown: part 0 people, 1 behind the figure, 2 their sum."""
        direction = np.zeros(3 * self.labels)
        direction[part * self.labels + label] = 1
        return direction

    def whole(self, part: int) -> np.ndarray:
        """Return the direction of a sum over labels."""
        return sum(self.unit(part, k) for k in range(self.labels))

    def told(self, direction: np.ndarray, value: float) -> None:
        """Take in a published count or sum."""
        self.rows.append(direction)
        self.sides.append(value)

    def width(self, direction: np.ndarray) -> float:
        """Return how far apart the largest and smallest possible values are."""
        ends = [
            linprog(
                sign * direction,
                A_ub=np.array(self.below),
                b_ub=np.zeros(len(self.below)),
                A_eq=np.array(self.rows),
                b_eq=np.array(self.sides),
            )
            for sign in (1, -1)
        ]
        assert all(end.status in (0, 3) for end in ends), ends[0].message
        return np.inf if any(end.status == 3 for end in ends) else -(ends[0].fun + ends[1].fun)


def leaks(report: pw.Report, scope: str, truth: dict[tuple[str, str], tuple[int, float]]) -> list:
    """Return the withheld cells whose count or mean is settled by what is published.

    For counts the reader knows the table alone; for means even all true counts.
    """
    cells = {(f.label, f.kpi): f for f in report.figures if f.scope == scope}
    labels = list(dict.fromkeys(label for label, _ in cells))
    found = []
    for kpi in dict.fromkeys(kpi for _, kpi in cells):
        for what, part in (("people", 1), ("value", 2)):
            hidden = [k for k, x in enumerate(labels) if getattr(cells[x, kpi], what) is None]
            people = [truth[label, kpi][0] for label in labels]
            attack = read(report, kpi, cells, labels, people if what == "value" else None)
            closed = [k for k in hidden if people[k] and attack.width(attack.unit(part, k)) < 1e-6]
            found += [(labels[k], kpi, what) for k in closed if (kpi, what) != ("people", "value")]
    return found


def read(report: pw.Report, kpi: str, cells: dict, labels: list, people: list | None) -> Attack:
    """Return what a reader of one figure knows; `people` are true counts, if those are known."""
    attack, whole = Attack(len(labels), BOUNDS.get(kpi, (0.0, 1.0))), report.of_all[kpi]
    if kpi == "people":
        attack = Attack(len(labels), (-np.inf, np.inf))
    attack.told(attack.whole(0), report.of_all["people"].people)
    attack.told(attack.whole(1), whole.people)
    attack.told(attack.whole(2), whole.people * whole.value)
    for k, label in enumerate(labels):
        here, everybody = cells[label, kpi], cells[label, "people"].people
        count = here.people if people is None else people[k]
        if everybody is not None:
            attack.told(attack.unit(0, k), everybody)
        if count is not None:
            attack.told(attack.unit(1, k), count)
        if here.value is not None:
            attack.told(attack.unit(2, k), here.people * here.value)
    return attack


def true_cells(history: pw.History, people: pw.Participants, scope: str, monkeypatch) -> dict:
    """Return count and mean of every cell, with nothing withheld."""
    with monkeypatch.context() as patch:
        patch.setitem(SMALLEST, "published", 0)
        report = pw.evaluate(history, people, pw.Similarity("interests"), by=scope)
    return {(f.label, f.kpi): (f.people, f.value) for f in report.figures if f.scope == scope}


@pytest.mark.parametrize("seed", range(12))
def test_no_withheld_cell_can_be_recomputed(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts and means of a report leave every withheld count and mean open."""
    rng = np.random.default_rng(seed)
    history, people = programme(rng, int(rng.integers(25, 90)), int(rng.integers(2, 7)))
    truth = true_cells(history, people, "origin", monkeypatch)
    report = pw.evaluate(history, people, pw.Similarity("interests"), by="origin")
    cells = [f for f in report.figures if f.scope == "origin"]
    assert all(f.people == 0 or f.people is None or f.people >= 10 for f in cells)
    for f in cells:
        people_, value = truth[f.label, f.kpi]
        assert f.people in (None, people_)
        assert f.value in (None, value)
    assert leaks(report, "origin", truth) == []


def test_withholding_small_cells_alone_leaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attack finds what a report without complementary suppression gives away."""
    history, people = programme(np.random.default_rng(2), 40, 3)
    truth = true_cells(history, people, "origin", monkeypatch)
    from pairwise.evaluation import tables

    def naive(people_, order, smallest, already):
        return (people_ > 0) & (people_ < smallest)

    monkeypatch.setattr(tables, "withheld_counts", naive)
    monkeypatch.setattr(tables, "withheld_means", lambda *arguments: arguments[-1])
    report = pw.evaluate(history, people, pw.Similarity("interests"), by="origin")
    assert leaks(report, "origin", truth)


tables = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 4)), min_size=1)


@given(tables, st.sampled_from([5, 10]))
def test_what_is_withheld_protects_itself(rows: list, smallest: int) -> None:
    """Withheld are no cells, or two and more with enough people and no extreme, or all."""
    order = np.array([a + b for a, b, _ in rows])
    people = np.array([a for a, _, _ in rows])
    sums = people * np.array([c for _, _, c in rows]) / 4.0
    none = np.zeros(len(rows), dtype=bool)
    secret = withheld_counts(people, order, smallest, none)
    hidden = withheld_means(people, sums, 0.0, 1.0, smallest, order, secret)
    assert secret[(people > 0) & (people < smallest)].all()
    assert hidden[secret].all()
    for mask in (secret, hidden):
        if mask.any() and not mask.all():
            assert np.count_nonzero(people[mask]) >= 2
            assert people[mask].sum() >= smallest
    if hidden.any() and not hidden.all():
        assert 0 < sums[hidden].sum() < people[hidden].sum()


@settings(max_examples=20)
@given(st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_blocking_pairs_are_those_of_the_definition(n: int, seed: int) -> None:
    """Both strictly gain more, counted one by one; blocks of any size agree."""
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 5, (n, n)) / 4
    score = pw.Score([pw.Precomputed(matrix)]).on(pw.Participants(range(n)))
    order = rng.permutation(n)
    groups = [tuple(sorted(order[k : k + 2])) for k in range(0, n - 1, 2)]
    now = np.zeros(n)
    for a, b in groups:
        now[a], now[b] = matrix[a, b], matrix[b, a]
    expected = sum(
        matrix[a, b] > now[a] and matrix[b, a] > now[b] for a in range(n) for b in range(a)
    )
    if n % 2 == 0:
        mate = {a: b for pair in groups for a, b in (pair, pair[::-1])}
        assert len(matching.blocking_pairs([mate[k] for k in range(n)], matrix)) == expected
    for block in (1, 3, 1024):
        assert blocking_pairs(score, groups, None, block) == expected


def test_figures_are_their_formulas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every figure of a small programme, counted by hand."""
    people = pw.Participants(
        ["ann", "bob", "cy", "di", "eve"],
        offers=[[1, 0], [0, 1], [1, 1], [0, 0], [1, 0]],
        seeks=[[0, 1], [1, 1], [1, 0], [0, 1], [0, 0]],
        categories={"site": ["x", "x", "y", "y", None]},
    )
    history = pw.History().with_round([("ann", "bob"), ("cy", "di")], waiting=["eve"])
    history = history.with_round([("ann", "bob"), ("cy", "eve")])
    history = history.with_checkins(
        [
            {"who": "ann", "round": 1, "rating": 5, "would_continue": True},
            {"who": "ann", "round": 2, "rating": 4, "would_continue": False},
            {"who": "bob", "round": 1, "rating": 2, "goal_reached": True},
            {"who": "di", "round": 1, "met": False},
        ]
    )
    monkeypatch.setitem(SMALLEST, "published", 1)
    report = pw.evaluate(history, people, pw.Precomputed(np.full((5, 5), 0.5)))
    expected = {
        "people": 5,
        "participation": (1 + 1 + 1 + 0.5 + 0.5) / 5,
        "waiting": 0.5 / 5,
        "meetings held": (1 + 1 + 0 + 0) / 4,
        "answered": (1 + 0.5 + 0 + 1 + 0) / 5,
        "satisfaction": (4.5 + 2) / 2,
        "goals reached": 1,
        "continuation": 0.5,
        "repeats": (0.5 + 0.5 + 0 + 0 + 0) / 5,
        "load": 1,
        "score": 0.5,
        "coverage": (1 + 0.5 + (0 + 1) / 2 + 1) / 4,
        "across site": (0 + 0 + 1 * 0 + 0) / 4,
        "load spread": 0,
        "worst off": 0.5,
        "blocking pairs": 0,
    }
    assert {name: report[name] for name in expected} == pytest.approx(expected)
    assert set(report.formulas) == set(expected)


def test_text_from_outside_is_escaped() -> None:
    """Labels and ids cannot smuggle markup into a notebook."""
    people = pw.Participants(range(24), monitoring={"<b>": ["<script>"] * 12 + ["&"] * 12})
    plan = pw.pair(people, pw.Precomputed(np.random.default_rng(0).random((24, 24))))
    page = pw.evaluate(plan)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<b>" not in page


def test_the_audience_sets_the_size_of_a_cell() -> None:
    """Ten people for all to see, five inside; text and tables agree on what is withheld."""
    people = pw.sample_cohort()
    plan = pw.pair(people)
    public, inside = (
        pw.evaluate(plan, by="department", audience=who) for who in ("published", "internal")
    )
    assert public.by("department")["people"].isna().any()
    assert not inside.by("department")["people"].isna().any()
    assert "withheld" in str(public)
    assert "NaN" not in str(public)
    assert pw.evaluate(plan, by=()).scopes == ()


def test_monitoring_changes_no_figure_of_all() -> None:
    """Shuffled monitoring answers leave what is said of everybody as it is."""
    people = pw.sample_cohort()
    plan = pw.pair(people)
    plain = pw.evaluate(plan, people.without_monitoring())
    full = pw.evaluate(plan)
    assert all(full[name] == plain[name] for name in plain.of_all)


def test_pairs_across_groups_do_not_tell_of_withheld_ones() -> None:
    """A pair counts in both its groups: the figure is left out where a group is withheld."""
    plan = pw.pair(pw.sample_cohort())
    hiding, open_ = (pw.evaluate(plan, by=by, audience="internal") for by in ("gender", "site"))
    assert "across gender" not in hiding.of_all
    assert "across gender" in str(hiding)
    assert "across site" in hiding.of_all
    shown = open_.by("site")
    assert ("across site" in open_.of_all) is not shown["people"].isna().any()


def test_people_of_the_history_who_are_not_among_the_people_count() -> None:
    """Who has left is counted, with an unknown label."""
    gender = ["f"] * 12 + ["m"] * 12
    people = pw.Participants([f"p{k}" for k in range(24)], monitoring={"gender": gender})
    pairs = [(f"p{k}", f"gone{k}") for k in range(24)]
    report = pw.evaluate(pw.History().with_round(pairs), people)
    assert report["people"] == 48
    assert report.by("gender")["people"].to_dict() == {"f": 12, "m": 12, "(unknown)": 24}


def test_two_reports_are_compared_figure_by_figure() -> None:
    """Differences are the second less the first; figures of one alone are NaN."""
    people = pw.sample_cohort()
    plans = [pw.pair(people), pw.pair(people, rules=[pw.Differ("department")])]
    both = pw.compare(*plans, names=("free", "strict"))
    frame = both.to_frame().set_index(["scope", "kpi"])
    reports = [pw.evaluate(plan) for plan in plans]
    for name in ("score", "coverage", "across department"):
        expected = reports[1][name] - reports[0][name]
        assert both[name].difference == pytest.approx(expected)
        assert frame.loc[("all", name), "difference"].item() == pytest.approx(expected)
    held = pw.compare(plans[0], pw.History().with_round(plans[0]))
    assert np.isnan(held["score"].difference)
    assert "worse" in str(both)
    assert "strict" in both._repr_html_()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: pw.evaluate("plan"), "must be a Plan, a Season or a History"),
        (lambda p: pw.evaluate(pw.pair(p), audience="public"), 'did you mean "published"'),
        (lambda p: pw.evaluate(pw.pair(p), by="gendr"), 'did you mean "gender"'),
        (lambda p: pw.evaluate(pw.History(), by="gender"), "pass people="),
        (lambda p: pw.evaluate(pw.History(), score=pw.Overlap()), "without people"),
        (lambda p: pw.evaluate(pw.pair(p))["scores"], 'did you mean "score"'),
        (lambda p: pw.evaluate(pw.pair(p)).by("site"), "not broken down"),
        (lambda p: pw.compare(pw.pair(p), 3), "b = 3"),
        (lambda p: pw.compare(pw.pair(p), pw.pair(p), names=("x", "x")), "must differ"),
        (lambda p: pw.compare(pw.pair(p), pw.pair(p))["scores"], 'did you mean "score"'),
    ],
)
def test_misuse_is_named(call, message: str) -> None:
    """A message says what was given and what would do."""
    with pytest.raises(pw.InvalidInput) as caught:
        call(pw.sample_cohort())
    assert message in str(caught.value)


def test_a_season_is_evaluated_as_the_rounds_that_it_will_be() -> None:
    """No repeats, byes counted as waiting, and a table by round."""
    people = pw.sample_cohort()
    season = pw.rotate(people, rounds=3)
    report = pw.evaluate(season)
    assert report["repeats"] == 0
    assert report["waiting"] == pytest.approx(3 / (3 * 61))
    assert report.by("round")["people"].tolist() == [61, 61, 61]


def test_blocking_pairs_may_meet() -> None:
    """Pairs that a rule refuses, and two mentees of a mentoring plan, block nothing."""
    people = pw.sample_cohort()
    strict = pw.pair(people, rules=[pw.Differ("department")])
    same = pw.pair(people)
    loose = pw.Participants.take(people, range(61))
    assert pw.evaluate(strict)["blocking pairs"] < pw.evaluate(strict, loose)["blocking pairs"]
    assert pw.evaluate(same)["blocking pairs"] == pw.evaluate(same, loose)["blocking pairs"]
    mentors, mentees = people.take(range(30)), people.take(range(30, 61))
    plan = pw.assign(mentors, mentees, mentor_load=(0, 2))
    sided = pw.evaluate(plan)["blocking pairs"]
    assert sided < pw.evaluate(plan, plan.people.take(range(61)))["blocking pairs"]
