"""Frames and records: typed cells give what the same answers in a CSV give."""

import datetime
import decimal
import time

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwise import InvalidInput, Participants
from populations import SURVEY_COLUMNS, SURVEY_HEADER, Survey, plain, same, surveys


def arrow(columns: dict[str, list[object]]) -> object:
    """Return a pyarrow table, or skip where pyarrow is not installed."""
    return pytest.importorskip("pyarrow").table(columns)


FRAMES = [pd.DataFrame, pl.DataFrame, arrow]


def columns_of(survey: Survey) -> dict[str, list[object]]:
    """Return the answers as typed columns, None where unknown."""
    ticks = ["; ".join(row) if row else None for row in survey.ticks]
    calm, bold = zip(*survey.levels, strict=True)
    columns = (survey.ids, ticks, list(calm), list(bold), survey.labels, survey.numbers)
    return dict(zip(SURVEY_HEADER, columns, strict=True))


@pytest.mark.parametrize("make", FRAMES)
@given(survey=surveys())
def test_frames_round_trip(make: object, survey: Survey) -> None:
    """A cohort in a pandas, polars or pyarrow frame is the arrays it was made of."""
    frame = make(columns_of(survey))
    assert same(Participants.from_frame(frame, **SURVEY_COLUMNS), survey.people())


@given(surveys(), st.booleans())
def test_records_round_trip(survey: Survey, leave_out: bool) -> None:
    """A list of mappings reads like a frame; an absent key is an unknown answer."""
    columns = columns_of(survey)
    columns["topics"] = survey.ticks
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if leave_out:
        rows = [{key: cell for key, cell in row.items() if cell is not None} for row in rows]
        rows[0].update({key: None for key in columns if key not in rows[0]})
    assert same(Participants.from_records(iter(rows), **SURVEY_COLUMNS), survey.people())


@pytest.mark.parametrize("make", FRAMES)
def test_typed_cells(make: object) -> None:
    """Integers, booleans, lists and gaps mean what they say in every kind of frame."""
    frame = make(
        {
            "id": [2**60 + 1, 7],
            "grade": [3, None],
            "remote": [True, False],
            "mon": [True, None],
            "tue": [False, None],
            "topics": [["Go", "a, b"], None],
            "level": [1.5, None],
            "code": [1, 2],
            "wish": [7, None],
        }
    )
    people = Participants.from_frame(
        frame,
        id="id",
        numbers=["grade"],
        categories=["remote", "code"],
        slots=["mon", "tue"],
        interests="topics",
        values=["level"],
        preferences="wish",
    )
    assert people.ids == (2**60 + 1, 7)
    assert plain(people.number("grade")[:, None]) == [[3], [None]]
    assert people.category("remote").labels == ("False", "True")
    assert people.category("code").labels == ("1", "2")
    assert plain(people.slot().values) == [[1, 0], [None, None]]
    assert people.vector("interests").columns == ("a, b", "Go")
    assert plain(people.vector("interests").values) == [[1, 1], [None, None]]
    assert plain(people.vector("values").values) == [[1.5], [None]]
    assert people.preference().asked[0].tolist() == [1]
    assert people.preference().known.tolist() == [True, False]


def test_pandas_has_its_own_types() -> None:
    """Nullable integers and booleans, categoricals and NaN text are read as what they are."""
    frame = pd.DataFrame(
        {
            "id": pd.array([1, 2], dtype="Int64"),
            "grade": pd.array([3, None], dtype="Int64"),
            "free": pd.array([True, None], dtype="boolean"),
            "site": pd.Categorical(["Oslo", None]),
            "team": np.array(["a", float("nan")], dtype=object),
            5: [1, 2],
        },
        index=["x", "y"],
    )
    people = Participants.from_frame(
        frame, id="id", numbers=["grade", "5"], slots=["free"], categories=["site", "team"]
    )
    assert people.ids == (1, 2)
    assert plain(people.number("grade")[:, None]) == [[3], [None]]
    assert plain(people.slot().values) == [[1], [None]]
    assert people.category("site").codes.tolist() == [0, -1]
    assert people.category("team").codes.tolist() == [0, -1]
    assert people.number("5").tolist() == [1, 2]


def test_big_integers_with_gaps_stay_exact() -> None:
    """Ids beyond 2**53 are not rounded, though a gap turns the column to floats elsewhere."""
    frame = pl.DataFrame({"id": ["a", "b"], "team": [2**60 + 1, None]})
    people = Participants.from_frame(frame, id="id", categories=["team"])
    assert people.category("team").labels == (str(2**60 + 1),)


def test_decimals_and_dates() -> None:
    """Decimals are numbers, dates are labels."""
    frame = pl.DataFrame(
        {"x": [decimal.Decimal("1.50"), None], "day": [datetime.date(2026, 5, 4), None]}
    )
    people = Participants.from_frame(frame, numbers=["x"], categories=["day"])
    assert plain(people.number("x")[:, None]) == [[1.5], [None]]
    assert people.category("day").labels == ("2026-05-04",)


def test_structs_and_mappings_are_levels_by_label() -> None:
    """A label that somebody does not name is level 0, None is unknown, scales hold."""
    records = [
        {"helps": {"R": 3, "SQL": None}},
        {"helps": {"Go": 1}},
        {"helps": None},
        {"helps": {}},
    ]
    people = Participants.from_records(records, offers="helps")
    offers = people.vector("offers")
    assert offers.columns == ("Go", "R", "SQL")
    assert plain(offers.values) == [[0, 3, None], [1, 0, 0], [None] * 3, [0, 0, 0]]
    assert (offers.low, offers.high) == (0, 3)
    assert people.report["helps"].unknown == 1
    frame = pl.DataFrame({"helps": [{"R": 3, "SQL": 1}, {"R": 2, "SQL": 0}]})
    assert plain(Participants.from_frame(frame, offers="helps").vector("offers").values) == [
        [3, 1],
        [2, 0],
    ]
    scale = {"offers": ["little", "much"]}
    words = [{"helps": {"R": "Much"}}, {"helps": {"SQL": "little"}}]
    people = Participants.from_records(words, offers="helps", scales=scale)
    assert people.vector("offers").values.tolist() == [[2, 1], [1, 1]]


def test_mappings_are_compared_without_case() -> None:
    """Labels of mappings meet like options do, and need not be text."""
    records = [{"helps": {"r": 2, 7: 1}}, {"helps": {"R": 3}}, {"helps": {"R ": 1}}]
    offers = Participants.from_records(records, offers="helps").vector("offers")
    assert offers.columns == ("7", "R")
    assert offers.values.tolist() == [[1, 2], [0, 3], [0, 1]]
    with pytest.raises(InvalidInput, match='record 1, column "helps": two labels differ only'):
        Participants.from_records([{"helps": None}, {"helps": {"R": 1, "r": 2}}], offers="helps")
    with pytest.raises(InvalidInput, match='record 1, column "helps": must be a mapping'):
        Participants.from_records([{"helps": {"R": 1}}, {"helps": "R"}], offers="helps")
    with pytest.raises(InvalidInput, match="two labels differ only in case"):
        Participants.from_records([{"r": 1, "R": 2}], offers=["r", "R"], seeks=["r", "R"])


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "columns that share a name"),
        (pd.DataFrame({"a": []}), "the frame has no rows"),
        (pl.LazyFrame({"a": [1]}), r"not LazyFrame; call collect\(\)"),
        ([1, 2], "must be an eager frame .* not list"),
        (pl.Series([1]), "must be an eager frame .* not Series"),
    ],
)
def test_what_is_no_frame_is_refused(frame: object, message: str) -> None:
    """The message says what was expected and what came."""
    with pytest.raises(InvalidInput, match=message):
        Participants.from_frame(frame, id="a")


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([], "there are no records"),
        ({"who": "ann"}, "must be a list of mappings"),
        ([{"who": "ann"}, "bob"], "records 1: must be mappings"),
        ([{"who": "ann"}, {"who": None}], 'record 1, column "who": the id is blank'),
        ([{"who": "ann"}, {}], 'record 1, column "who": the id is blank'),
        ([{"who": 1.5}], 'record 0, column "who": ids must be text or whole numbers'),
        ([{"who": ["ann"]}], 'record 0, column "who": ids must be text or whole numbers'),
        ([{"who": "a\0"}], 'record 0, column "who": the id holds'),
        ([{"who": 1}, {"who": "1"}], 'ids must be unique, but "?1"? in records 0 and 1'),
        ([{"who": 1, "site": ["a"]}], 'record 0, column "site": holds a list or mapping'),
        ([{"who": 1, "site": "a\0"}], 'record 0, column "site": holds a NUL'),
    ],
)
def test_bad_records_are_named(records: object, message: str) -> None:
    """Records are counted from 0, as in a list."""
    with pytest.raises(InvalidInput, match=message):
        Participants.from_records(
            records, id="who", categories=["site"] if "site" in str(records) else []
        )


def test_frame_positions_count_from_zero() -> None:
    """A message about a frame names positions, as iloc does."""
    frame = pd.DataFrame({"who": ["a", "b", "c"], "x": [1.0, np.inf, np.inf]})
    with pytest.raises(InvalidInput, match='positions 1 and 2, column "x": is infinite'):
        Participants.from_frame(frame, id="who", numbers=["x"])
    frame["x"] = [0.0, 2.0, 9.0]
    with pytest.raises(InvalidInput, match='position 2, column "x": must be from 0 to 5'):
        Participants.from_frame(frame, id="who", values=["x"], scales={"values": (0, 5)})


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_a_hundred_thousand_people(make: object) -> None:
    """100,000 x 48 levels with gaps come in within a second or so, unharmed."""
    rng = np.random.default_rng(5)
    levels = rng.integers(1, 6, (100_000, 48)).astype(float)
    levels[rng.random(levels.shape) < 0.02] = np.nan
    names = [f"q{k}" for k in range(48)]
    frame = make(
        {"who": [f"p{k}" for k in range(100_000)], **dict(zip(names, levels.T, strict=True))}
    )
    started = time.process_time()
    people = Participants.from_frame(frame, id="who", values=names)
    assert time.process_time() - started < 4, "half a second on an idle machine"
    assert np.array_equal(people.vector("values").values, levels, equal_nan=True)


def wishes(*cells: object, ids: tuple[object, ...] = ("ann", "bob", "Lee, Cy"), **more: object):
    """Read who asks for whom."""
    records = [{"id": i, "wish": cell} for i, cell in zip(ids, cells, strict=True)]
    return Participants.from_records(records, id="id", preferences="wish", **more)


def test_wishes_in_one_cell() -> None:
    """Ids in order of rank, parted by anything, may hold the delimiter and differ in case."""
    people = wishes("Lee, Cy; BOB", "ann, Lee, Cy", None)
    asked = people.preference()
    assert [row.tolist() for row in asked.asked] == [[2, 1], [0, 2], []]
    assert asked.known.tolist() == [True, True, False]
    assert wishes("none", ["Lee, Cy", "ann"], "bob\nann").preference().known.all()
    assert wishes("none", ["Lee, Cy", "ann"], "").preference().asked[1].tolist() == [2, 0]


def test_wishes_that_cannot_be() -> None:
    """Strangers and oneself are left out and said; asking twice counts once."""
    people = wishes("eve; bob; bob", "bob", "zoe")
    assert [row.tolist() for row in people.preference().asked] == [[1], [], []]
    assert people.preference().known.all()
    report = people.report["wish"]
    assert report.dropped == 3
    assert report.notes == (
        "wishes left out, nobody here by that id: 2 (records 0 and 2)",
        "wishes left out, themselves: 1 (record 1)",
    )
    assert "zoe" not in str(people.report)


def test_wishes_for_ids_alike_but_for_case() -> None:
    """An exact id wins; one that fits two people fits nobody."""
    people = wishes("BOB", "Bob", "bob", ids=("ann", "bob", "BOB"))
    assert [row.tolist() for row in people.preference().asked] == [[2], [], [1]]
    assert people.report["wish"].dropped == 1


def test_wishes_in_ranked_columns() -> None:
    """First choices come before second ones, whatever column is blank."""
    frame = pl.DataFrame(
        {"id": [1, 2, 3], "first": [3, None, 1], "second": [2, 1, 1], "third": [None, None, 2]}
    )
    people = Participants.from_frame(frame, id="id", preferences=["first", "second", "third"])
    assert [row.tolist() for row in people.preference().asked] == [[2, 1], [0], [0, 1]]


def test_categories_are_told_apart_by_more_than_case() -> None:
    """Spellings are one label and said; many labels raise the question of free text."""
    records = [{"site": s} for s in ("Oslo", "oslo ", "OSLO", "Oslo", "Bonn", None, " ")]
    people = Participants.from_records(records, categories=["site"])
    assert people.category("site").labels == ("Bonn", "Oslo")
    assert people.category("site").codes.tolist() == [1, 1, 1, 1, 0, -1, -1]
    assert 'several spellings read as one: "Oslo"' in people.report["site"].notes
    text = Participants.from_records([{"x": f"t{k}"} for k in range(40)], categories=["x"])
    assert "40 different labels: is it free text?" in text.report["x"].notes
