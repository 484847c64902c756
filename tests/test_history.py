"""History: append-only, exact in files, accountable for every row, and right about who met."""

import datetime as dt
import pickle
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pairwise as pw
from pairwise.history.records import FACTS

ODD_IDS = ["ann", "7", '"q"', "a,b", "é", "=x", "o'b", "+3", " inner space".strip(), 12, -4, 900]
NOTES = ["moved away", "line\nbreak", "return\rhere", 'quote " and, comma', "007", "true"]
DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2027, 1, 1))


@st.composite
def histories(draw: st.DrawFn, ids: list = ODD_IDS, rounds: int = 3) -> pw.History:
    """Up to three rounds of groups of two and more, with byes, overlaps and any check-ins."""
    history = pw.History()
    for _ in range(draw(st.integers(0, rounds))):
        order = draw(st.permutations(ids))
        cuts = draw(st.lists(st.sampled_from([2, 2, 3]), max_size=4))
        ends = np.cumsum([0, *cuts])
        groups = [order[a:b] for a, b in pairwise(ends) if b <= len(ids)]
        placed = {who for group in groups for who in group}
        waiting = [who for who in order if who not in placed][: draw(st.integers(0, 2))]
        date = draw(st.none() | DAYS)
        history = history.with_round(groups, waiting=waiting, date=date)
    return history.with_checkins(draw(st.lists(answers(ids), max_size=6)))


def answers(ids: list) -> st.SearchStrategy[dict]:
    """Any answer, dirty ones included."""
    yes = st.sampled_from([None, True, False, "yes", "No", "perhaps"])
    return st.fixed_dictionaries(
        {
            "who": st.sampled_from([*ids, "nobody", None]),
            "partner": st.sampled_from([None, *ids]),
            "round": st.sampled_from([None, None, 1, 2, "3", 9, 0]),
            "met": yes,
            "rating": st.sampled_from([None, 1, 5, "4", 2.5, 0, 6, "good"]),
            "would_continue": yes,
            "ended": st.sampled_from([None, "", *NOTES]),
            "not_again": yes,
            "disengaged": yes,
            "paused_until": st.none() | DAYS | st.just("soon"),
            "date": st.none() | DAYS,
        }
    )


def of_three() -> pw.History:
    """Return two rounds of a pair, a trio and somebody who waits."""
    history = pw.History().with_round([("ann", "bob"), ("cy", "di", "eve")], waiting=["flo"])
    return history.with_round([("ann", "flo"), ("bob", "cy")], waiting=["di"])


@given(histories())
def test_files_give_back_an_equal_history(history: pw.History) -> None:
    """JSON and CSV keep everything: ids with their type, dates, notes with commas and breaks."""
    for back in (
        pw.History.from_json(history.to_json()),
        pw.History.from_csv(history.to_csv()),
        pickle.loads(pickle.dumps(history)),
    ):
        assert back == history
        assert [type(who) for who in back.ids] == [type(who) for who in history.ids]
        assert hash(back) == hash(history)


@given(histories(), st.lists(answers(ODD_IDS), max_size=8))
def test_every_row_is_accounted_for(history: pw.History, rows: list[dict]) -> None:
    """Joined, repeated or left out with a reason; what joins is appended, nothing else moves."""
    after = history.with_checkins(rows)
    report = after.report
    assert report.read == len(rows) == report.joined + report.repeated + len(report.rows)
    assert after.checkins[: len(history.checkins)] == history.checkins
    assert len(after.checkins) == len(history.checkins) + report.joined
    assert after.rounds == history.rounds
    assert all(entry.reason for entry in (*report.rows, *report.cells))
    for said in after.checkins[len(history.checkins) :]:
        assert said.who in history.ids
        assert said.facts


@given(histories(), st.lists(answers(ODD_IDS), max_size=5))
def test_the_same_answers_again_change_nothing(history: pw.History, rows: list[dict]) -> None:
    """A form that is read twice counts once."""
    once = history.with_checkins(rows)
    assert once.with_checkins(once.checkins) == once


def met_by_hand(history: pw.History, a: object, b: object) -> list[int]:
    """Return the rounds in which two people met, from the records one by one."""
    rounds = []
    for held in history.rounds:
        together = [group for group in held.groups if a in group and b in group]
        said = []
        for one, other in ((a, b), (b, a)):
            for partner in (other, None):
                about = [
                    x
                    for x in history.checkins
                    if (x.who, x.partner, x.round) == (one, partner, held.number)
                ]
                met = next((x.met for x in reversed(about) if x.met is not None), None)
                rated = any(x.rating is not None or x.goal_reached for x in about)
                said.append(met if met is not None else (True if rated else None))
        if together and (True in said or False not in said):
            rounds.append(held.number)
    return rounds


@given(histories())
def test_meetings_agree_with_the_records(history: pw.History) -> None:
    """`met` and the arrays of `meetings` count what the records say, one by one."""
    ids = history.ids[::-1]
    if not ids:
        return
    meetings = history.meetings(ids)
    found = sorted(map(tuple, np.column_stack(meetings).tolist()))
    expected = []
    for i, j in combinations(range(len(ids)), 2):
        rounds = met_by_hand(history, ids[i], ids[j])
        assert history.met(ids[i], ids[j]) == (len(rounds), rounds[-1] if rounds else None)
        expected += [(i, j, len(history.rounds) - number) for number in rounds]
    assert found == sorted(expected)


@given(histories(), st.sampled_from([0.5, 3, float("inf")]))
def test_novelty_is_its_formula(history: pw.History, half_life: float) -> None:
    """1 - 2^(-apart / half_life) per meeting, multiplied; blocks, pairs and both directions."""
    people = pw.Participants([*ODD_IDS, "stranger"])
    if not history.ids:
        return
    block = pw.Novelty(history, half_life).bind(people).block(slice(None), [3, 3, 0, 12])
    for i, a in enumerate(people.ids):
        for column, j in enumerate([3, 3, 0, 12]):
            rounds = [] if i == j else met_by_hand(history, a, people.ids[j])
            left = [1 - 2 ** (-(len(history.rounds) - k) / half_life) for k in rounds]
            assert block[i, column] == pytest.approx(np.prod(left))
    term = pw.Novelty(history, half_life).bind(people)
    whole = term.block(slice(None), slice(None))
    i, j = np.indices(whole.shape).reshape(2, -1)
    assert np.array_equal(whole, whole.T)
    assert np.array_equal(term.pairs(i, j), whole.ravel())


@given(histories(), st.sampled_from([None, 1, 2]))
def test_no_repeat_refuses_who_met_within_the_horizon(history: pw.History, horizon) -> None:
    """The rule refuses recent meetings and "not again", and nothing else."""
    people = pw.Participants(ODD_IDS)
    if not history.ids:
        return
    allowed = pw.NoRepeat(history, horizon).bind(people).allowed(slice(0, 12), slice(0, 12))
    for i, j in combinations(range(12), 2):
        a, b = people.ids[i], people.ids[j]
        last = len(history.rounds) - (horizon or len(history.rounds))
        recent = any(number > last for number in met_by_hand(history, a, b))
        refused = tuple(sorted((a, b), key=str)) in history.forbidden
        assert allowed[i, j] == allowed[j, i] == (not recent and not refused)


def test_a_plan_becomes_a_round() -> None:
    """Groups and whoever was left out are taken from the plan; the next plan avoids them."""
    people = pw.sample_cohort()
    plan = pw.pair(people, leftover="bye")
    history = pw.History().with_round(plan, date="2026-01-15")
    assert history.rounds[0].groups == plan.groups
    assert history.rounds[0].waiting == tuple(plan.unmatched)
    again = pw.pair(people, rules=[pw.NoRepeat(history)], leftover="bye")
    assert not {*map(frozenset, plan.groups)} & {*map(frozenset, again.groups)}
    again.verify()


@pytest.mark.parametrize("kind", ["records", "pandas", "polars", "csv"])
def test_feedback_comes_from_any_table(kind: str, tmp_path: Path) -> None:
    """Records, frames and CSV files say the same, under column names of their own."""
    rows = [
        {"Email": "ann", "With": "bob", "How was it?": "4", "Again?": "yes"},
        {"Email": "di", "With": "", "How was it?": "5", "Again?": None},
    ]
    path = tmp_path / "form.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    sources = {"records": rows, "pandas": pd.DataFrame(rows), "polars": pl.DataFrame(rows)}
    names = {"who": "Email", "partner": "With", "rating": "How was it?", "would_continue": "Again?"}
    history = of_three().with_checkins(sources.get(kind, path), columns=names)
    assert history.report.complete, history.report
    assert history.checkins == (
        pw.CheckIn("ann", "bob", 1, rating=4, would_continue=True),
        pw.CheckIn("di", None, 1, rating=5),
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"who": "anna", "rating": 3}, 'nobody called "anna" took part in a round; did you mean'),
        ({"who": None, "rating": 3}, "does not say who"),
        ({"who": "ann"}, "says nothing"),
        ({"who": "ann", "partner": "di", "met": True}, "never in a group together"),
        ({"who": "ann", "partner": "ann", "met": True}, "never in a group together"),
        ({"who": "ann", "partner": "bob", "round": 2, "met": True}, "in round 2"),
        ({"who": "ann", "round": 3, "met": True}, "the last round is 2"),
        ({"who": "ann", "round": "first", "met": True}, "must be the number of a round"),
        ({"who": "di", "round": 2, "rating": 3}, '"di" was in no group in round 2'),
        ({"who": "eve", "round": 2, "disengaged": True}, "took no part in round 2"),
    ],
)
def test_a_row_that_cannot_join_says_why(row: dict, reason: str) -> None:
    """Each way in which a row fails has its sentence, and the row stays in the report."""
    report = of_three().with_checkins([row]).report
    assert (report.joined, len(report.rows)) == (0, 1)
    assert reason in report.rows[0].reason
    assert reason in str(report)
    assert len(report.to_frame()) == 1


def test_a_bad_cell_does_not_lose_the_rest() -> None:
    """A "not again" survives a rating out of range in the same row."""
    history = of_three().with_checkins([{"who": "ann", "rating": 7, "not_again": 1}])
    assert [cell.field for cell in history.report.cells] == ["rating"]
    assert history.forbidden == (("ann", "flo"),)


def test_ids_are_found_whatever_their_type() -> None:
    """An id that is a number here and text there is one person, and the report says so."""
    history = pw.History().with_round([(1, 2), ("3", 4)])
    history = history.with_checkins([{"who": "1", "rating": 4}, {"who": 3.0, "rating": 2}])
    assert [said.who for said in history.checkins] == [1, "3"]
    assert "although their type differs: 1" in history.report.notes[0]
    assert history.with_round([("4", "1")]).met(4, 1).times == 1
    assert history.met("2", 1) == (1, 1)


def test_a_later_answer_corrects_and_the_earlier_stays() -> None:
    """Corrections count where they say something; both answers are kept and reported."""
    rows = [
        {"who": "ann", "partner": "bob", "rating": 2, "not_again": "yes"},
        {"who": "ann", "partner": "bob", "rating": 4},
    ]
    history = of_three().with_checkins(rows)
    assert history.answers == (pw.CheckIn("ann", "bob", 1, rating=4, not_again=True),)
    assert len(history.checkins) == 2
    assert "record 0 and record 1" in history.report.notes[0]
    back = history.with_checkins([{"who": "ann", "partner": "bob", "not_again": "no"}])
    assert (history.forbidden, back.forbidden) == ((("ann", "bob"),), ())


def test_somebody_in_several_groups_names_the_partner() -> None:
    """A mentor of two says which mentee is meant; being gone needs no partner."""
    history = pw.History().with_round([("mia", "ann"), ("mia", "bob")])
    report = history.with_checkins([{"who": "mia", "rating": 4}]).report
    assert "name the partner" in report.rows[0].reason
    named = [{"who": "mia", "partner": "bob", "rating": 4}, {"who": "mia", "disengaged": True}]
    assert history.with_checkins(named).report.complete


def test_byes_and_waits_are_counted() -> None:
    """A wait ends with a group; rounds without the person neither count nor end it."""
    history = of_three().with_round([("ann", "bob")], waiting=["di"])
    people = pw.Participants(["ann", "di", "eve", "flo", "new"])
    assert history.byes(people).tolist() == [0, 2, 0, 1, 0]
    assert history.waiting(people).tolist() == [0, 2, 0, 0, 0]
    assert history.priority(people) == {"ann": 0, "di": 4, "eve": 0, "flo": 1, "new": 0}
    assert history.strangers(people) == ("new",)


def test_standing_at_a_date() -> None:
    """Pauses end, who left can be back, and what is said later does not hold earlier."""
    history = pw.History().with_round([("ann", "bob"), ("cy", "di")], date="2026-01-10")
    history = history.with_checkins(
        [
            {"who": "ann", "paused_until": "2026-03-01"},
            {"who": "bob", "disengaged": "yes", "date": "2026-02-01"},
            {"who": "bob", "disengaged": "no", "date": "2026-04-01"},
            {"who": "cy", "disengaged": "yes"},
        ]
    )
    assert history.paused("2026-02-28") == ("ann",)
    assert history.paused("2026-03-01") == ()
    assert history.disengaged("2026-01-31") == ("cy",)
    assert set(history.disengaged("2026-02-01")) == {"bob", "cy"}
    assert history.disengaged() == ("cy",)
    assert history.active(["ann", "bob", "cy", "new"], "2026-02-15").tolist() == [
        False,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda h: h.with_round([("ann",)]), "must be 2 or more"),
        (lambda h: h.with_round(["ann"]), "must be a list of ids"),
        (lambda h: h.with_round("ann"), "must be a plan or groups"),
        (lambda h: h.with_round([("ann", "ann")]), '"ann" twice'),
        (lambda h: h.with_round([("ann", "bob"), ("bob", "ann")]), "occurs twice"),
        (lambda h: h.with_round([("ann", "bob")], waiting=["ann"]), "both in a group"),
        (lambda h: h.with_round([("ann", None)]), "is no id"),
        (lambda h: h.with_round([("ann", "bob")], date="soon"), "must be a date"),
        (lambda h: h.with_checkins([{"rating": 3}]), "who"),
        (lambda h: h.with_checkins([{"who": "ann"}], columns={"ratng": "x"}), '"rating"'),
        (lambda h: h.with_checkins({"who": "ann"}), "list of check-ins"),
        (lambda h: h.met("ann", "bub"), 'did you mean "bob"'),
        (lambda h: h.meetings(["x1", "x2"]), "use the same ids"),
        (lambda h: h.active(["ann"], on="soon"), "must be a date"),
        (lambda h: h.byes("ann"), "not one text"),
        (lambda h: h.save("plan.txt"), "must end in .json or .csv"),
        (lambda h: pw.History.from_json("{}"), "format"),
        (lambda h: pw.History.from_csv("a,b\n1,2\n"), "columns"),
        (lambda h: pw.Novelty(h, 0), "must be > 0"),
        (lambda h: pw.NoRepeat(h, 0), "1 or more"),
        (lambda h: pw.CheckIn("ann", rating=9), "rating = 9"),
    ],
)
def test_misuse_is_named(call, message: str) -> None:
    """What is no data but a mistake of the caller is refused with the way out."""
    with pytest.raises(pw.InvalidInput) as caught:
        call(of_three())
    assert message in str(caught.value)


def test_a_broken_file_is_refused_whole() -> None:
    """Check-ins that do not fit the rounds of the file are not read past."""
    text = of_three().with_checkins([{"who": "ann", "rating": 4}]).to_json()
    for broken in (
        text.replace('"rating": 4', '"rating": 9'),
        text.replace('["ann", "flo"]', '["ann", "eve"]'),
    ):
        with pytest.raises(pw.InvalidInput):
            pw.History.from_json(broken)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """The file is the old one or the new one, and nothing lies beside it."""
    path = tmp_path / "history.json"
    of_three().save(path)
    unwritable = of_three().with_checkins([{"who": "ann", "ended": "\ud800"}])
    with pytest.raises(UnicodeEncodeError):
        unwritable.save(path)
    assert pw.History.load(path) == of_three()
    assert [entry.name for entry in tmp_path.iterdir()] == ["history.json"]


def test_histories_are_frozen() -> None:
    """Nothing can be set, and steps leave the history they start from alone."""
    history = of_three()
    with pytest.raises(AttributeError):
        history.rounds = ()
    history.with_round([("ann", "cy")])
    assert len(history.rounds) == 2
    assert set(FACTS) <= {*pw.CheckIn.__dataclass_fields__}


def test_exempt_pairs_may_meet_again() -> None:
    """Who wants to continue is exempt; "not again" is stronger; strangers do not matter."""
    history = of_three().with_checkins([{"who": "ann", "partner": "bob", "not_again": True}])
    people = pw.Participants(["ann", "bob", "cy", "flo"])
    rule = pw.NoRepeat(history, exempt=[("cy", "bob"), ("ann", "bob"), ("x", "y")])
    allowed = rule.bind(people).allowed_pairs(np.array([0, 1, 0]), np.array([1, 2, 3]))
    assert allowed.tolist() == [False, True, False]
