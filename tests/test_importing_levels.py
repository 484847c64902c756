"""Level columns, Likert labels, ranks and slots, one cell at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwise import InvalidInput, Levels, Participants, Ranked
from pairwise.importing.levels import column_labels
from pairwise.importing.scales import USUAL, usual_codes, usual_scale
from populations import csv_text, plain, read


def table(columns: dict[str, list[object]]) -> str:
    """Return a CSV with these columns and ids p0, p1, ..."""
    rows = list(zip(*columns.values(), strict=True))
    return csv_text(["who", *columns], [(f"p{k}", *row) for k, row in enumerate(rows)])


def levels(*cells: object, **more: object) -> Participants:
    """Read one level column as the feature "values"."""
    return read(table({"calm": list(cells)}), id="who", values=["calm"], **more)


def column(people: Participants, name: str = "values") -> list[float | None]:
    """Return the first column of a vector feature, None where unknown."""
    return [row[0] for row in plain(people.vector(name).values)]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("4", 4),
        (" 4 ", 4),
        ("+4", 4),
        ("4.5", 4.5),
        ("4,5", 4.5),
        (".5", 0.5),
        ("4.", 4),
        ("4e0", 4),
        ("4 - agree", 4),
        ("4 (agree)", 4),
        ("4: agree", 4),
        ("4=agree", 4),
        ("4. Agree", 4),
        ("", None),
        ("n/a", None),
        ("N/A", None),
        ("prefer not to say", None),
        ("-", None),
    ],
)
def test_numbers_as_people_write_them(cell: str, number: float | None) -> None:
    """Plain numbers, a decimal comma, a number with its label, and the ways to say nothing."""
    assert column(levels(cell, "1", "5")) == [number, 1, 5]


@pytest.mark.parametrize(
    "cell",
    ["1,000", "4 5", "2-3", "10:30", "4 years", "0x4", "1_0", "inf", "nan4", "four", "1e999"],
)
def test_what_is_no_number_is_refused(cell: str) -> None:
    """Thousands, ranges, times, units and infinity are not guessed at."""
    with pytest.raises(InvalidInput, match=r'row 2, column "calm": (is|must)'):
        levels(cell, "5")


def test_every_wrong_row_is_named() -> None:
    """One look at the message is enough to mend the file."""
    with pytest.raises(InvalidInput, match='rows 3 and 4, column "calm": is neither a number'):
        levels(1, "many", "few", 2)


def test_how_numbers_were_written_is_said() -> None:
    """A comma read as a point and a label cut off stand in the report."""
    notes = levels("4,5", "3 - so so").report["calm"].notes
    assert "a comma inside a number was read as the decimal point" in notes
    assert "numbers followed by a label were read as the number" in notes


@pytest.mark.parametrize(
    ("cells", "expected", "low", "high"),
    [
        (["strongly agree", "Disagree", "neutral"], [5, 2, 3], 1, 5),
        (["Strongly  Agree", "strongly disagree", "agree"], [4, 1, 3], 1, 4),
        (["neither agree nor disagree", "agree"], [3, 4], 1, 5),
        (["somewhat agree", "agree", "strongly agree"], [4, 5, 6], 1, 6),
        (["somewhat agree", "neutral", "agree"], [5, 4, 6], 1, 7),
        (["somewhat agree", "neutral", "strongly agree"], [4, 3, 5], 1, 5),
        (["never", "sometimes", "always"], [1, 3, 5], 1, 5),
        (["not important", "extremely important"], [1, 5], 1, 5),
        (["very satisfied", "dissatisfied"], [5, 2], 1, 5),
        (["unlikely", "very likely"], [2, 5], 1, 5),
        (["poor", "excellent"], [2, 5], 1, 5),
        (["not at all", "a lot"], [1, 4], 1, 5),
        (["beginner", "expert"], [2, 5], 1, 5),
        (["yes", "No"], [1, 0], 0, 1),
        (["TRUE", "FALSE"], [1, 0], 0, 1),
    ],
)
def test_usual_english_scales(
    cells: list[str], expected: list[float], low: float, high: float
) -> None:
    """Labels of a usual scale are its levels, and the report names the scale."""
    people = levels(*cells, "")
    assert column(people) == [*expected, None]
    assert (people.vector("values").low, people.vector("values").high) == (low, high)
    assert any("of the usual scale" in note for note in people.report["calm"].notes)


@given(st.sampled_from(sorted(USUAL)), st.data())
def test_usual_scales_keep_their_order(name: str, data: st.DataObject) -> None:
    """Whatever labels of a scale occur, the scale found ranks them as it does."""
    codes = usual_codes(name)
    labels = data.draw(st.lists(st.sampled_from(sorted(codes)), min_size=1, unique=True))
    found = usual_scale(labels)
    if found is None:
        return
    ranks = usual_codes(found)
    for one in labels:
        for other in labels:
            assert (codes[one] < codes[other]) == (ranks[one] < ranks[other])


def test_all_columns_of_a_feature_share_one_scale() -> None:
    """A column where only the middle occurs is read on the scale of the others."""
    text = table({"a": ["strongly agree", "strongly disagree"], "b": ["agree", "neutral"]})
    people = read(text, id="who", values=["a", "b"])
    assert people.vector("values").values.tolist() == [[5, 4], [1, 3]]


@pytest.mark.parametrize(
    "cells", [["agree", "often"], ["agree", "4"], ["Zustimmung", "neutral"], ["agree", "agreee"]]
)
def test_labels_of_no_scale_are_not_guessed(cells: list[str]) -> None:
    """Mixed, foreign and misspelt labels are an error that asks for the scale."""
    with pytest.raises(InvalidInput, match=r'declare scales={"values": \[labels from low to high'):
        levels(*cells)


def test_declared_labels_count_from_one() -> None:
    """Labels in the order given are levels 1, 2, ...; anything else is refused."""
    scale = {"values": ["nie", "manchmal", "immer"]}
    people = levels("Immer", "nie", "", "manchmal", scales=scale)
    assert column(people) == [3, 1, None, 2]
    assert (people.vector("values").low, people.vector("values").high) == (1, 3)
    for wrong in ("oft", "2"):
        with pytest.raises(InvalidInput, match=r'row 2.*none of the 3 labels in scales\["values"'):
            levels(wrong, scales=scale)
    with pytest.raises(InvalidInput, match="labels must be distinct"):
        levels("nie", scales={"values": ["nie", "Nie"]})


def test_declared_ends_are_held() -> None:
    """A level outside the declared scale is refused with its row; the scale is kept."""
    people = levels("2", "4", scales={"values": (1, 5)})
    assert (people.vector("values").low, people.vector("values").high) == (1, 5)
    with pytest.raises(InvalidInput, match='rows 3 and 4, column "calm": must be from 1 to 5'):
        levels("2", "0", "6", scales={"values": (1, 5)})
    with pytest.raises(InvalidInput, match="low must be below"):
        levels("2", scales={"values": (5, 1)})
    with pytest.raises(InvalidInput, match=r"must be \(low, high\) or labels"):
        levels("2", scales={"values": "1-5"})


def test_an_inferred_scale_is_said() -> None:
    """Without a declared scale the ends come from the answers, by the rule, and are reported."""
    people = levels("2", "4")
    assert (people.vector("values").low, people.vector("values").high) == (1, 4)
    assert "scale 1 to 4 inferred from the answers; declare scales= to be sure" in (
        people.report["calm"].notes
    )


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["Skills [Python]", "Skills [SQL]"], ("Python", "SQL")),
        (["Q1: Python", "Q1: SQL"], ("Python", "SQL")),
        (["Rate - a - x", "Rate - a - y"], ("x", "y")),
        (["calm", "cars"], ("calm", "cars")),
        (["Skills [Python]", "Topics [SQL]"], ("Skills [Python]", "Topics [SQL]")),
        (["Skills [Python]"], ("Python",)),
        (["Q: ", "Q: a"], ("Q: ", "Q: a")),
    ],
)
def test_labels_of_columns(names: list[str], labels: tuple[str, ...]) -> None:
    """What all columns begin with is no part of their label."""
    assert column_labels(names) == labels


def test_a_survey_grid_is_read_by_its_stem() -> None:
    """The name of the question stands for its columns; offers and seeks meet by row."""
    text = table(
        {"help [SQL]": [3, 0], "help [R]": [1, ""], "want [R]": [2, 3], "want [SQL]": [0, 1]}
    )
    people = read(text, id="who", offers="help", seeks="want")
    offers, seeks = people.vector("offers"), people.vector("seeks")
    assert offers.columns == seeks.columns == ("SQL", "R")
    assert plain(offers.values) == [[3, 1], [0, None]]
    assert plain(seeks.values) == [[0, 2], [1, 3]]
    assert (offers.low, offers.high) == (seeks.low, seeks.high) == (0, 3)
    assert people.report["help [SQL]"].label == "SQL"


def test_columns_can_be_labelled() -> None:
    """Columns whose names share nothing meet by the labels given."""
    text = table({"o1": [1, 2], "o2": [2, 2], "s1": [1, 1]})
    people = read(
        text,
        id="who",
        offers=Levels(["o1", "o2"], labels=["R", "SQL"]),
        seeks=Levels(["s1"], ["R"]),
    )
    assert people.vector("seeks").columns == ("R", "SQL")
    assert plain(people.vector("seeks").values) == [[1, None], [1, None]], "SQL was not asked"
    with pytest.raises(InvalidInput, match="share no column label"):
        read(text, id="who", offers=["o1", "o2"], seeks=["s1"])
    with pytest.raises(InvalidInput, match="1 labels for 2 columns"):
        Levels(["o1", "o2"], labels=["R"])


def test_ticks_meet_levels_at_the_top() -> None:
    """Somebody who ticks a skill covers every level of it; the report says so."""
    text = table({"helps": ["R; SQL", "", "SQL"], "want [R]": [1, 3, 5], "want [SQL]": [5, 1, 1]})
    people = read(text, id="who", offers="helps", seeks="want")
    assert plain(people.vector("offers").values) == [[5, 5], [None, None], [1, 5]]
    assert people.vector("offers").columns == ("R", "SQL")
    assert "a tick is read as level 5 and no tick as 1, the scale of seeks" in str(people.report)
    turned = read(text, id="who", offers="want", seeks="helps")
    assert plain(turned.vector("seeks").values) == [[5, 5], [None, None], [1, 5]]


def test_scales_of_offers_and_seeks_must_agree() -> None:
    """Two declared scales that differ cannot be compared."""
    text = table({"o [R]": [1], "s [R]": [3]})
    with pytest.raises(InvalidInput, match="offers have the scale 1 to 5, seeks 0 to 3"):
        read(text, id="who", offers="o", seeks="s", scales={"offers": (1, 5), "seeks": (0, 3)})
    people = read(text, id="who", offers="o", seeks="s", scales={"offers": (1, 5)})
    assert people.vector("seeks").high == 5


def ranked(**more: object) -> Participants:
    """Read two choice columns of four people."""
    columns = {"1st": ["R", "sql", "", "Go"], "2nd": ["SQL", "", "", "Go"]}
    return read(table(columns), id="who", seeks=Ranked(["1st", "2nd"]), **more)


def test_ranked_columns_become_descending_levels() -> None:
    """The first of two choices is level 2, the second 1, no choice 0, no answer unknown."""
    people = ranked()
    seeks = people.vector("seeks")
    assert seeks.columns == ("Go", "R", "SQL")
    assert (seeks.low, seeks.high) == (0, 2)
    assert plain(seeks.values) == [[0, 2, 1], [0, 0, 2], [None] * 3, [2, 0, 0]]
    assert people.report["1st"].notes[0] == "choice 1 of 2: level 2"
    assert "left out, chosen before: row 5" in people.report["2nd"].notes
    assert people.report["2nd"].dropped == 1


def test_ranked_columns_with_declared_options() -> None:
    """Declared options keep their order; another answer is left out and said."""
    people = ranked(options={"seeks": ["SQL", "R"]})
    assert people.vector("seeks").columns == ("SQL", "R")
    assert "left out, no declared option: row 5" in people.report["1st"].notes
    with pytest.raises(InvalidInput, match="ranked columns bring their own scale"):
        ranked(scales={"seeks": (0, 2)})


def test_ranked_seeks_meet_ticked_offers() -> None:
    """A tick covers even a first choice."""
    text = table({"helps": ["R", "SQL"], "1st": ["SQL", "R"], "2nd": ["", "Go"]})
    people = read(text, id="who", offers="helps", seeks=Ranked(["1st", "2nd"]))
    assert people.vector("offers").columns == ("Go", "R", "SQL")
    assert people.vector("offers").values.tolist() == [[0, 2, 0], [0, 0, 2]]
    assert people.vector("seeks").values.tolist() == [[0, 0, 2], [1, 2, 0]]


def test_ranked_columns_without_answers_are_refused() -> None:
    """There is nothing to rank."""
    with pytest.raises(InvalidInput, match="ranked columns hold no answers"):
        read(table({"1st": [""], "x": [1]}), id="who", seeks=Ranked(["1st"]))


def test_slots_from_one_cell() -> None:
    """Free hours in one cell; a blank is unknown, "none" is never free."""
    people = read(table({"h": ["Mon 9; Tue 9", "", "none", "Tue 9"]}), id="who", slots="h")
    assert people.slot().columns == ("Mon 9", "Tue 9")
    assert plain(people.slot().values) == [[1, 1], [None, None], [0, 0], [0, 1]]
    assert people.report["h"].kind == "slots"


def test_slots_from_columns_of_yes_and_no() -> None:
    """0/1, yes/no or x per slot; a blank beside an answer is not free, a blank row unknown."""
    columns = {"Mon": ["1", "", "0"], "Tue": ["0", "", ""]}
    people = read(table(columns), id="who", slots=["Mon", "Tue"])
    assert plain(people.slot().values) == [[1, 0], [None, None], [0, 0]]
    assert "1 blanks beside answered slots read as not free" in people.report["Mon"].notes
    crosses = read(
        table({"Mon": ["x", "", "x"], "Tue": ["", "", "x"]}), id="who", slots=["Mon", "Tue"]
    )
    assert plain(crosses.slot().values) == [[1, 0], [None, None], [1, 1]]


def test_slots_in_several_features() -> None:
    """A mapping gives several availabilities their names."""
    text = table({"am": ["9"], "pm": ["14; 15"]})
    people = read(text, id="who", slots={"morning": "am", "afternoon": "pm"})
    assert people.feature_names["slots"] == ("morning", "afternoon")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"slots": ["Mon"]}, 'row 3, column "Mon": must be 0 or 1'),
        ({"slots": ["Mon"], "scales": {"slots": (0, 1)}}, "they have no scale"),
        ({"slots": Ranked(["Mon"])}, "slots cannot be ranked"),
    ],
)
def test_slots_are_free_or_not(more: dict[str, object], message: str) -> None:
    """There is nothing between."""
    with pytest.raises(InvalidInput, match=message):
        read(table({"Mon": ["1", "2"]}), id="who", **more)


def test_numbers_can_be_ordered_labels() -> None:
    """An ordinal answer is a number by the order declared."""
    people = read(
        table({"grade": ["senior", "junior", ""]}),
        id="who",
        numbers=["grade"],
        scales={"grade": ["junior", "senior"]},
    )
    assert plain(people.number("grade")[:, None]) == [[2], [1], [None]]


@given(st.lists(st.none() | st.integers(1, 5), min_size=1, max_size=9))
def test_labels_and_levels_are_the_same_answers(answers: list[int | None]) -> None:
    """Likert labels give the levels they stand for, gaps included."""
    labels = ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"]
    scale = {"values": labels}
    words = levels(*["" if a is None else labels[a - 1] for a in answers], scales=scale)
    digits = levels(*["" if a is None else a for a in answers], scales={"values": (1, 5)})
    assert column(words) == column(digits) == answers
    assert np.array_equal(words.vector("values").levels, digits.vector("values").levels, True)
