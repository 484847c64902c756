"""Multi-select cells: what parts options, what belongs to them, and what the report says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwise import InvalidInput, Participants
from pairwise.importing.cells import fold
from pairwise.importing.splitting import ANY, most_pieces, part_by_options
from populations import csv_text, options, read


def ticked(*cells: object, **more: object) -> Participants:
    """Read one multi-select column; somebody named after the row."""
    rows = [(f"p{k}", cell) for k, cell in enumerate(cells)]
    return read(csv_text(("who", "topics"), rows), id="who", interests="topics", **more)


def picks(people: Participants) -> list[set[str] | None]:
    """Return each person's options, None where unknown."""
    feature = people.vector("interests")
    return [
        None if np.isnan(row).all() else {c for c, v in zip(feature.columns, row, strict=True) if v}
        for row in feature.values
    ]


def notes(people: Participants) -> str:
    """Return what the report says of the column."""
    return " / ".join(people.report["topics"].notes)


@pytest.mark.parametrize(
    "cell", ["Go;Chess", "Go; Chess;", "Go, Chess", "Go\nChess", "Go\r\nChess\r\n", "Go|Chess"]
)
def test_every_delimiter_gives_the_same_options(cell: str) -> None:
    """Semicolon, comma, line break and bar part options; what is blank between is nothing."""
    assert picks(ticked(cell)) == [{"Go", "Chess"}]


def test_the_strongest_delimiter_of_a_cell_parts_it() -> None:
    """A comma beside a semicolon belongs to its option, and to the same option elsewhere."""
    people = ticked("Film, theatre; Go", "Film, theatre", "Go, Film, theatre, Chess", "Go, Chess")
    assert picks(people) == [
        {"Film, theatre", "Go"},
        {"Film, theatre"},
        {"Go", "Film, theatre", "Chess"},
        {"Go", "Chess"},
    ]
    assert 'options that hold a separator: "Film, theatre"' in notes(people)
    assert 'options parted by ",": 2 answers' in notes(people)
    assert 'options parted by ";": row 2' in notes(people)


def test_commas_in_brackets_part_nothing() -> None:
    """An option explained in brackets stays whole; brackets that do not close protect nothing."""
    people = ticked("Music (rock, pop), Go", "Music (rock, pop)", "Go :), Chess")
    assert picks(people) == [{"Music (rock, pop)", "Go"}, {"Music (rock, pop)"}, {"Go :)", "Chess"}]
    assert 'hold a separator: "Music (rock, pop)"' in notes(people)


def test_inferred_options_are_reported_as_such() -> None:
    """Options nobody declared are listed; many different ones raise the question of free text."""
    assert '2 options taken from the answers: "Chess" and "Go"; declare options=' in notes(
        ticked("Go, Chess")
    )
    people = ticked(*[f"answer {k}, thing {k}" for k in range(30)])
    assert "60 options taken from the answers: is it free text?" in notes(people)
    assert "answer 3" not in notes(people)


def test_parts_that_are_never_apart_are_reported() -> None:
    """An undeclared option with a comma is cut, but not silently."""
    people = ticked("Film, theatre", "Go, Film, theatre", "Film, theatre", "Go")
    assert picks(people)[0] == {"Film", "theatre"}
    assert '"film" and "theatre" always come together: if they are one option' in notes(people)
    declared = ticked("Film, theatre", "Go", options={"interests": ["Film, theatre", "Go"]})
    assert picks(declared) == [{"Film, theatre"}, {"Go"}]


def test_declared_options_match_longest_first() -> None:
    """Of options that begin alike the longest is read, whatever order they are declared in."""
    known = ["Film", "Film, theatre", "Film, theatre, dance", "dance"]
    cells = ["Film, theatre, dance", "Film, theatre", "Film", "dance, Film", "Film; dance"]
    for order in (known, known[::-1]):
        people = ticked(*cells, options={"interests": order})
        assert people.vector("interests").columns == tuple(order)
        assert picks(people) == [
            {"Film, theatre, dance"},
            {"Film, theatre"},
            {"Film"},
            {"dance", "Film"},
            {"Film", "dance"},
        ]


def test_a_line_break_is_no_space_within_an_option() -> None:
    """Two options on two lines are not the option that has a space there."""
    people = ticked("New\nYork", "New York", options={"interests": ["New York", "New", "York"]})
    assert picks(people) == [{"New", "York"}, {"New York"}]
    both = ticked("Film\ntheatre\nGo", options={"interests": ["Film\ntheatre", "Go"]})
    assert picks(both) == [{"Film\ntheatre", "Go"}]


def test_declared_options_are_compared_without_case_or_spaces() -> None:
    """The declared spelling is shown."""
    people = ticked("film,  THEATRE ; go", options={"interests": ["Film, theatre", "Go"]})
    assert picks(people) == [{"Film, theatre", "Go"}]


def test_what_is_no_declared_option_is_left_out_and_said() -> None:
    """Free text beside the options is dropped, counted and located, but not repeated."""
    people = ticked("Go; my secret", "Chess", "other, Go", options={"interests": ["Go", "Chess"]})
    assert picks(people) == [{"Go"}, {"Chess"}, {"Go"}]
    assert people.report["topics"].dropped == 2
    assert "left out: 2 answers that are no option (rows 2 and 4)" in notes(people)
    assert "secret" not in str(people.report)


def test_a_declared_separator_alone_parts() -> None:
    """With separators= nothing else parts an option."""
    people = ticked("a; b / c, d", "c, d", separators={"interests": "/"})
    assert picks(people) == [{"a; b", "c, d"}, {"c, d"}]
    assert 'options parted by "/" as declared' in notes(people)
    people = ticked("a.b", "b", separators={"interests": "."}, options={"interests": ["a", "b"]})
    assert picks(people) == [{"a", "b"}, {"b"}]


def test_blank_is_unknown_and_none_is_nothing() -> None:
    """Nobody who did not answer is taken to have ticked nothing, and the other way round."""
    people = ticked("Go", "", " ; ", "none", "None of the above", "n/a")
    assert picks(people) == [{"Go"}, None, None, set(), set(), None]
    assert "nothing ticked: 2 people" in notes(people)
    assert 'read as no answer: "n/a" (1)' in notes(people)
    assert people.report["topics"].unknown == 3
    assert picks(ticked("Go; none", "none", options={"interests": ["Go", "none"]})) == [
        {"Go", "none"},
        {"none"},
    ]


def test_spellings_are_one_option_and_said() -> None:
    """Case and spaces make no new option; the commonest spelling is shown."""
    people = ticked("Go", "go; Chess", "GO ; chess", "Go")
    assert people.vector("interests").columns == ("Chess", "Go")
    assert 'several spellings read as one: "Chess" and "Go"' in notes(people)


def test_words_for_missing_can_be_chosen() -> None:
    """With missing= only those texts, and the blank cell, mean no answer."""
    people = ticked("Go", "keine Angabe", "n/a", "", missing=["Keine Angabe"])
    assert picks(people) == [{"Go"}, None, {"n/a"}, None]


def test_a_column_without_answers_is_refused() -> None:
    """There is no feature without a column; the message says what to do."""
    with pytest.raises(InvalidInput, match='"topics" holds no answers; leave it out or declare'):
        ticked("", "n/a")
    assert picks(ticked("", "n/a", options={"interests": ["Go"]})) == [None, None]


def test_levels_given_as_options_are_questioned() -> None:
    """A column of numbers may have been meant as levels; the report asks."""
    assert "if they are levels, pass the column in a list" in notes(ticked("1", "5"))


def test_ticks_can_be_given_levels() -> None:
    """A declared scale says what no tick and a tick are worth."""
    people = ticked("Go", "Chess", scales={"interests": (1, 5)})
    assert people.vector("interests").values.tolist() == [[1, 5], [5, 1]]
    with pytest.raises(InvalidInput, match=r'scales\["interests"\]: a multi-select column needs'):
        ticked("Go", scales={"interests": ["low", "high"]})


def test_lists_need_no_delimiter() -> None:
    """Cells that are lists, tuples or sets are options as they stand; an empty one is nothing."""
    cells = [["Film, theatre", "Go"], ("Go",), {"Go", "Chess"}, [], None, "Go, Chess", [None, "Go"]]
    records = [{"who": k, "topics": cell} for k, cell in enumerate(cells)]
    people = Participants.from_records(records, id="who", interests="topics")
    assert picks(people) == [
        {"Film, theatre", "Go"},
        {"Go"},
        {"Go", "Chess"},
        set(),
        None,
        {"Go", "Chess"},
        {"Go"},
    ]
    with pytest.raises(InvalidInput, match='record 0, column "topics": a formula'):
        Participants.from_records([{"topics": ["=A1"]}], interests="topics")
    with pytest.raises(InvalidInput, match='record 0, column "topics": holds a NUL'):
        Participants.from_records([{"topics": "a\0b"}], interests="topics")


def test_very_long_cells_take_no_time_and_no_recursion() -> None:
    """A cell of a hundred thousand letters is parted like any other."""
    people = ticked("Go, " * 25_000, options={"interests": ["Go", "Go, Go, Chess"]})
    assert picks(people) == [{"Go"}]
    assert picks(ticked("x" * 100_000 + ", Go"))[0] == {"x" * 100_000, "Go"}


@given(options("ab ,;", most=4), st.lists(st.integers(0, 3), max_size=6))
def test_parting_finds_every_text_made_of_options(known: list[str], picked: list[int]) -> None:
    """A text joined from options parts without a stranger, whatever their delimiters."""
    folded = {fold(option) for option in known}
    chosen = [known[k] for k in picked if k < len(known)]
    parts = part_by_options("; ".join(chosen), folded, ANY, most_pieces(known, ANY))
    assert all(fold(part) in folded for part in parts)
    assert len(parts) <= len(chosen)


@given(options(most=4), st.sampled_from([";", ",", "\n"]))
def test_offers_and_seeks_meet_whatever_the_rows_look_like(known: list[str], join: str) -> None:
    """Options that only one side names are columns of both, level 0 on the other."""
    rows = [
        ("ann", join.join(known), known[0].upper()),
        ("bob", known[0], join.join(["qq", *known])),
    ]
    people = read(
        csv_text(("who", "helps", "wants"), rows), id="who", offers="helps", seeks="wants"
    )
    offers, seeks = people.vector("offers"), people.vector("seeks")
    assert offers.columns == seeks.columns
    assert {fold(c) for c in offers.columns} == {fold(c) for c in [*known, "qq"]}
    qq = [fold(c) for c in offers.columns].index("qq")
    assert offers.values[:, qq].tolist() == [0, 0]
    assert seeks.values[:, qq].tolist() == [0, 1]
    assert offers.values[0].sum() == len(known)


def test_offers_that_nobody_seeks_are_questioned() -> None:
    """Options of which none is on both sides may be true of few people, or a slip of words."""
    text = csv_text(("who", "helps", "wants"), [("ann", "R", "sewing"), ("bob", "Go", "")])
    people = read(text, id="who", offers="helps", seeks="wants")
    assert people.vector("offers").columns == ("Go", "R", "sewing")
    assert "nothing that is sought is offered" in str(people.report)
