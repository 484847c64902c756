"""The gate: what people answered is what the arrays hold, however the source wrote it."""

import csv
import io
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pairwise as pw
from pairwise import InvalidInput, Participants
from pairwise.importing.cells import fold
from populations import SURVEY_COLUMNS, SURVEY_HEADER, Survey, cells, csv_text, read, same, surveys

JOINS = ("; ", ";", ", ", ",", "\n", "\r\n", " ;; ", "|")


def survey_csv(survey: Survey, joins: list[str] | None = None, **how: str) -> str:
    """Return the survey as a CSV text."""
    return csv_text(SURVEY_HEADER, cells(survey, joins), **how)


@given(surveys(), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]))
def test_csv_round_trip(survey: Survey, delimiter: str, end: str) -> None:
    """A cohort written as CSV comes back as the arrays it was made of."""
    text = survey_csv(survey, delimiter=delimiter, end=end)
    assert same(read(text, **SURVEY_COLUMNS), survey.people())


@given(surveys(), st.data())
def test_delimiters_within_cells_may_differ_between_rows(
    survey: Survey, data: st.DataObject
) -> None:
    """The same ticks parted by ; , line breaks or |, row by row, give the same arrays."""
    joins = [data.draw(st.sampled_from(JOINS)) for _ in survey.ids]
    assert same(read(survey_csv(survey, joins), **SURVEY_COLUMNS), survey.people())


@given(surveys(letters="ab ,"), st.data())
def test_declared_options_may_hold_the_delimiter(survey: Survey, data: st.DataObject) -> None:
    """With the options declared, commas inside them part nothing; with ; between, exactly."""
    joins = [data.draw(st.sampled_from(["; ", ";", "\n"])) for _ in survey.ids]
    people = read(
        survey_csv(survey, joins), **SURVEY_COLUMNS, options={"interests": survey.options}
    )
    ticked = people.vector("interests")
    assert ticked.columns == tuple(survey.options)
    for values, row in zip(ticked.values, survey.ticks, strict=True):
        if row is None:
            assert np.isnan(values).all()
        else:
            assert {o for o, v in zip(ticked.columns, values, strict=True) if v} == set(row)


@given(surveys(letters="ab ,"))
def test_options_with_commas_are_learned_from_other_rows(survey: Survey) -> None:
    """Undeclared, an option with a comma is kept whole once a stronger delimiter showed it."""
    shown = ["zz; " + "; ".join(survey.options)]
    rows = cells(survey)
    rows.append(["last", *shown, *[""] * 4])
    people = read(csv_text(SURVEY_HEADER, rows), **SURVEY_COLUMNS)
    assert people.vector("interests").columns == tuple(sorted([*survey.options, "zz"], key=fold))
    for values, row in zip(people.vector("interests").values, survey.ticks, strict=False):
        assert row is None or values.sum() == len(row)


@given(surveys(least=2), st.randoms())
def test_order_of_rows_changes_nothing_but_the_order(survey: Survey, random: object) -> None:
    """Columns, labels, scales and answers do not depend on who stands first."""
    order = random.sample(range(len(survey)), len(survey))
    columns = {**SURVEY_COLUMNS, "scales": {}}
    people = read(survey_csv(survey), **columns)
    assert same(read(survey_csv(survey.reordered(order)), **columns), people.take(order))


@given(surveys())
def test_missing_answers_stay_unknown(survey: Survey) -> None:
    """Every blank is NaN or -1, every answer is known, and the report counts both."""
    people = read(survey_csv(survey), **SURVEY_COLUMNS)
    levels = np.array(survey.levels, dtype=float)
    assert np.array_equal(np.isnan(people.vector("values").values), np.isnan(levels))
    unknown = [labels is None for labels in survey.labels]
    assert ((people.category("site").codes < 0) == unknown).all()
    assert people.report["site"].unknown == sum(unknown)
    assert people.report["calm"].read == len(survey) - np.isnan(levels[:, 0]).sum()
    assert people.report["topics"].unknown == sum(row is None for row in survey.ticks)


def test_the_report_says_everything() -> None:
    """Read, dropped, unknown and inferred stand in the report, column by column."""
    people = read(
        "who,topics,calm,note,site,wish\n"
        'ann,"Film, theatre; Go",4,x,Oslo,eve\n'
        'bob,"Go, Chess",n/a,y,oslo,ann\n'
        'cy,"Film, theatre",1,z,,\n',
        id="who",
        interests="topics",
        values=["calm"],
        categories=["site"],
        preferences="wish",
    )
    report = people.report
    assert (report.people, report.ignored) == (3, ("note",))
    assert people.vector("interests").columns == ("Chess", "Film, theatre", "Go")
    topics = " / ".join(report["topics"].notes)
    assert '3 options taken from the answers: "Chess", "Film, theatre" and "Go"' in topics
    assert 'options parted by ",": 1 answers' in topics
    assert 'options parted by ";": row 2' in topics
    assert 'options that hold a separator: "Film, theatre"' in topics
    calm = report["calm"]
    assert (calm.feature, calm.kind, calm.read, calm.unknown) == ("values", "vector", 2, 1)
    assert any("scale 1 to 4 inferred" in note for note in calm.notes)
    assert 'read as no answer: "n/a" (1)' in calm.notes
    assert 'several spellings read as one: "Oslo"' in report["site"].notes
    assert report["wish"].dropped == 1
    assert report["wish"].notes == ("wishes left out, nobody here by that id: 1 (row 2)",)
    printed = str(report)
    assert "not used: note" in printed
    assert printed.splitlines()[1].split() == [
        "column",
        "feature",
        "kind",
        "read",
        "unknown",
        "dropped",
    ]
    with pytest.raises(InvalidInput, match='no column "topisc"; did you mean "topics"'):
        report["topisc"]


def test_answers_stay_out_of_errors() -> None:
    """An error names row, column and rule; what somebody answered is not in it."""
    secret = "my-secret-answer"
    for columns in ({"numbers": ["x"]}, {"values": ["x"]}, {"slots": ["x"]}):
        with pytest.raises(InvalidInput, match='row 3, column "x"') as caught:
            read(f"who,x\nann,1\nbob,{secret}\n", id="who", **columns)
        assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id": "whoo"}, 'id: the CSV has no column "whoo"; did you mean "who"'),
        ({"offers": "helsp"}, 'offers: the CSV has no column "helsp"; did you mean "helps"'),
        ({"values": ["calm", "clam"]}, 'values: .* no column "clam"; did you mean "calm"'),
        ({"categories": ["Site"]}, 'categories: .* no column "Site"; did you mean "site"'),
        ({"numbers": ["grad"]}, 'numbers: .* no column "grad"; did you mean "grade"'),
        ({"slots": "hors"}, 'slots: .* no column "hors"; did you mean "hours"'),
        ({"preferences": "wihs"}, 'preferences: .* no column "wihs"; did you mean "wish"'),
        ({"monitoring": ["gendre"]}, 'monitoring: .* no column "gendre"; did you mean "gender"'),
        ({"vectors": {"taste": "tatse"}}, 'taste: .* no column "tatse"; did you mean "taste"'),
        ({"categories": ["zzzzzz"]}, 'no column "zzzzzz"; it has "who", "helps"'),
        ({"categories": "site"}, "categories: must be a list of column names"),
        ({"values": ["calm", "calm"]}, '"calm" occurs more than once'),
        ({"values": []}, "at least one"),
        ({"options": {"offer": ["a"]}, "offers": "helps"}, r'options\["offer"\]: .*"offers"'),
        ({"scales": {"calm": (1, 5)}, "values": ["calm"]}, r'scales\["calm"\]: no such feature'),
        ({"options": {"site": ["x"]}, "categories": ["site"]}, r'options\["site"\]: no such'),
        ({"options": {"values": ["a"]}, "values": ["calm"]}, "is read column by column"),
        ({"separators": {"values": ";"}, "values": ["calm"]}, "is read column by column"),
        ({"separators": {"x": ";"}}, r'separators\["x"\]: no such feature'),
        ({"on_duplicate": "first"}, 'on_duplicate = "first": must be "error" or "last"'),
        ({"missing": "n/a"}, "missing = .* must be a list"),
        ({"offers": "helps", "vectors": {"offers": "helps"}}, "given twice"),
        ({"categories": ["site"], "monitoring": ["site"]}, "reports only"),
    ],
)
def test_wrong_words_are_named(columns: dict[str, object], message: str) -> None:
    """A column, feature or setting that does not exist is named, with the closest that does."""
    text = "who,helps,calm,site,grade,hours,wish,gender,taste\nann,a,1,x,2,3,ann,f,b\n"
    with pytest.raises(InvalidInput, match=message):
        read(text, **{"id": "who", **columns})


def test_features_may_be_named_apart_from_their_columns() -> None:
    """A mapping gives a feature another name than its column."""
    people = read(
        "who,Where,Since\nann,Oslo,3\n",
        id="who",
        categories={"site": "Where"},
        numbers={"years": "Since"},
    )
    assert people.category("site").labels == ("Oslo",)
    assert people.number("years").tolist() == [3]


def test_without_an_id_column_people_are_numbered() -> None:
    """A survey without ids is read all the same, and says so."""
    people = read("calm\n3\n4\n", values=["calm"])
    assert people.ids == (1, 2)
    assert "no id column: people are numbered from 1" in people.report.notes


def test_sample_cohort_is_read_whole() -> None:
    """The sample needs no guess about its scale, drops nothing, and has every kind."""
    people = pw.sample_cohort()
    assert len(people) == 61
    assert all(people.feature_names.values())
    assert sum(entry.dropped for entry in people.report.columns) == 0
    assert people.report.ignored == ()
    offers, seeks = people.vector("offers"), people.vector("seeks")
    assert offers.columns == seeks.columns
    assert "Film, theatre" in people.vector("interests").columns
    assert people.slot().columns[0] == "Mon 9:00"
    assert any(entry.unknown for entry in people.report.columns)


def test_reading_loads_no_dataframe_library() -> None:
    """A CSV is read without pandas, polars or narwhals: a shell command starts at once."""
    code = (
        "import sys, pairwise as pw; pw.sample_cohort();"
        "print(*{'pandas', 'polars', 'narwhals', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_real_survey(survey: Path) -> None:
    """1,010 real people, 150 columns: levels, categories and numbers with gaps, in a blink."""
    rows = list(csv.reader(io.StringIO(survey.read_text(encoding="utf-8"), newline="")))
    header = rows[0]
    values = header[76:107]
    columns = {
        "interests": header[31:63],
        "values": values,
        "vectors": {"music": header[:19], "fears": header[63:73]},
        "categories": ["Smoking", "Punctuality", "Education"],
        "numbers": ["Age", "Height"],
        "monitoring": ["Gender"],
    }
    started = time.process_time()
    people = Participants.from_csv(survey, **columns)
    assert time.process_time() - started < 1.5, "a tenth of that on an idle machine"
    assert len(people) == len(rows) - 1
    for name, names in (("values", values), ("interests", header[31:63])):
        feature = people.vector(name)
        assert (feature.columns, feature.low, feature.high) == (tuple(names), 1, 5)
        places = [header.index(column) for column in names]
        expected = [[float(row[k]) if row[k] else np.nan for k in places] for row in rows[1:]]
        assert np.array_equal(feature.values, expected, equal_nan=True)
    smoking = people.category("Smoking")
    assert smoking.labels == ("current smoker", "former smoker", "never smoked", "tried smoking")
    assert (smoking.codes < 0).sum() == people.report["Smoking"].unknown == 8
    assert np.isnan(people.number("Age")).sum() == 7
    assert people.monitoring_names == ("Gender",)


def test_one_source_can_be_read_twice_from_memory() -> None:
    """Paths, bytes, text files and binary files are all sources."""
    data = b"who,grade\nann,3\n"
    for source in (data, io.BytesIO(data), io.StringIO(data.decode())):
        assert Participants.from_csv(source, id="who", numbers=["grade"]).ids == ("ann",)
    with pytest.raises(InvalidInput, match="source: must be a path"):
        Participants.from_csv(3)


def test_the_page_on_importing_runs() -> None:
    """Every cell of docs/howto-import.md runs, in order, in one namespace."""
    page = Path(__file__).parents[1] / "docs" / "howto-import.md"
    parts = re.findall(r"```{code-cell}\n(.*?)```", page.read_text(), re.DOTALL)
    assert len(parts) > 10
    namespace: dict[str, object] = {}
    for part in parts:
        exec(compile(part, str(page), "exec"), namespace)
