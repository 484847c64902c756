"""CSV files as they occur: encodings, delimiters, quotes, and rows that do not fit."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwise import InvalidInput, Participants
from populations import csv_text, read

TEXT = "who,site\nZoë,Århus\nbob,Köln\n"


def cohort(data: bytes | str, **more: object) -> Participants:
    """Read ids and site."""
    data = data if isinstance(data, bytes) else data.encode()
    return Participants.from_csv(data, id="who", categories=["site"], **more)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("latin-1"), "not UTF-8, read as cp1252"),
        (TEXT.encode("cp1252"), "not UTF-8, read as cp1252"),
    ],
)
def test_encodings_are_found_and_said(data: bytes, said: str) -> None:
    """UTF-8 with and without mark, UTF-16 with mark, Windows-1252 and Latin-1 all read alike."""
    people = cohort(data)
    assert people.ids == ("Zoë", "bob")
    assert people.category("site").labels == ("Köln", "Århus")
    assert people.report.notes[0].startswith(said)


def test_latin_1_where_windows_has_no_letter() -> None:
    """A byte that Windows-1252 leaves open is still read, as Latin-1."""
    people = cohort(b"who,site\nZo\xeb,\x81a\n")
    assert people.ids == ("Zoë",)
    assert "latin-1" in people.report.notes[0]


def test_the_encoding_can_be_said() -> None:
    """A declared encoding is used; a wrong or unknown one is an error that names the line."""
    assert cohort("who,site\nЖеня,Омск\n".encode("cp1251"), encoding="cp1251").ids == ("Женя",)
    with pytest.raises(InvalidInput, match="line 2: is not utf-8; leave encoding out"):
        cohort(TEXT.encode("latin-1"), encoding="utf-8")
    with pytest.raises(InvalidInput, match='encoding = "utf-9"'):
        cohort(TEXT.encode(), encoding="utf-9")
    with pytest.raises(InvalidInput, match="begins with the mark of utf-16 but is not"):
        cohort(b"\xff\xfea")


def test_composed_and_decomposed_letters_are_the_same() -> None:
    """An id typed on a Mac (e + accent) and one typed elsewhere (é) are one id."""
    with pytest.raises(InvalidInput, match="ids must be unique"):
        cohort("who,site\nZoe\u0308,x\nZo\u00eb,y\n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(delimiter: str, end: str) -> None:
    """The delimiter is the one that shows the columns asked for; any line end will do."""
    rows = [("ann", "a, b; c | d"), ("bob", "x")]
    people = cohort(csv_text(("who", "site"), rows, delimiter, end))
    assert people.category("site").labels == ("a, b; c | d", "x")


def test_the_delimiter_can_be_said() -> None:
    """A declared delimiter is used even where another fits; more than one letter is refused."""
    people = Participants.from_csv(b"who:x\nann:1,2\n", id="who", delimiter=":")
    assert people.ids == ("ann",)
    with pytest.raises(InvalidInput, match="delimiter = '::': must be one character"):
        Participants.from_csv(b"who::x\nann::1\n", id="who", delimiter="::")


def test_the_columns_asked_for_tell_the_delimiter() -> None:
    """A header full of commas is no comma-separated one when ; shows the columns."""
    text = "who;I like, or love;a, b, c\nann;x;y\n"
    people = read(text, id="who", categories=["I like, or love"])
    assert people.report.ignored == ("a, b, c",)


def test_quoted_line_breaks_stay_in_their_cell() -> None:
    """A cell may hold line breaks, quotes and delimiters; rows count as a spreadsheet does."""
    text = 'who,topics,grade\nann,"Go\nChess",1\nbob,"say ""hi"", a",x\n'
    people = read(text, id="who", interests="topics")
    assert people.vector("interests").columns == ("a", "Chess", "Go", 'say "hi"')
    with pytest.raises(InvalidInput, match='row 3, column "grade"'):
        read(text, id="who", numbers=["grade"])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the CSV is empty"),
        (b"\xef\xbb\xbf", "the CSV is empty"),
        (b"\n \n", "the CSV is empty"),
        (b"who,site\n", "has a header but no rows"),
        (b"who,site\n,\n \n", "has a header but no rows"),
        (b"who,site\nann\n", r"header has 2 columns, row 2 has 1 \(rows that do not fit: 2\)"),
        (b"who,site\nann,a,b\nbob,b\ncy,a,b\n", r"row 2 has 3 \(rows that do not fit: 2 and 4\)"),
        (b'who,site\nann,"a\nbob,b\n', "row 2: a quoted cell that begins here is never closed"),
        (b'who,site\nann,"a" b\n', "row 2: a closing quote is followed by text"),
        (b"who,site\nann,a\0b\n", "line 2: holds a NUL byte"),
        ("who,site\nann,a\n".encode("utf-16-le"), 'encoding="utf-16-le"'),
        (b"PK\x03\x04rest", "is a spreadsheet workbook or zip, not a CSV"),
        (b"who,site\nann," + b"x" * 140_000, "row 2: a cell is longer than 131,072 characters"),
        (b"x" * 140_000, "row 1: a cell is longer than 131,072 characters"),
    ],
)
def test_what_is_no_cohort_is_refused(data: bytes, message: str) -> None:
    """Empty, headless, ragged, damaged and foreign files end in a message that says where."""
    with pytest.raises(InvalidInput, match=message):
        cohort(data)


def test_ragged_rows_are_all_named() -> None:
    """Every row that does not fit is named, so that one look mends them."""
    text = "who,site\n" + "".join(f"p{k}\n" for k in range(14))
    with pytest.raises(InvalidInput, match="fit: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 4 more"):
        cohort(text)


def test_blank_rows_and_blank_extra_cells_are_no_fault() -> None:
    """Blank rows are skipped and said; blank cells beyond the header are dropped."""
    people = cohort("who,site\n\nann,a,,\n , \nbob,b\n")
    assert people.ids == ("ann", "bob")
    assert "blank rows skipped: 2 and 4" in people.report.notes


def test_header_names_that_occur_twice() -> None:
    """They matter only when asked for, and are said in any case."""
    text = "who,x,site,x\nann,1,a,2\n"
    assert 'more than once: "x"' in cohort(text).report.notes[1]
    with pytest.raises(InvalidInput, match=r'has 2 columns "x" \(columns 2 and 4\); rename'):
        read(text, id="who", numbers=["x"])


def test_header_names_are_matched_without_their_spaces() -> None:
    """Space around a name, or a line break in it, is no difference; a mark before it neither."""
    people = read(' who , "Free\nhours"\nann,Mon\n', id="who", slots="Free hours")
    assert people.slot().columns == ("Mon",)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["ann", " ", "bob", "\u200b"], 'rows 3 and 5, column "who": the id is blank'),
        (["ann", "bob", "ann "], '"ann" in rows 2 and 4: .*, or pass on_duplicate="last"'),
        (["=A1", "bob"], 'row 2, column "who": a formula, not its value'),
        (["bob", "a\nb"], 'row 3, column "who": the id holds a line break'),
    ],
)
def test_bad_ids_are_refused_with_their_rows(ids: list[str], message: str) -> None:
    """Blank, repeated and unreadable ids are named with the rows to look at."""
    text = csv_text(("who", "x"), [(who, "x") for who in ids])
    with pytest.raises(InvalidInput, match=message):
        read(text, id="who")


def test_many_repeated_ids_are_counted() -> None:
    """Five are named with their rows, the rest is counted."""
    text = "who,x\n" + "".join(f"p{k % 9},1\n" for k in range(18))
    with pytest.raises(InvalidInput, match='"p4" in rows 6 and 15 and 4 more: correct'):
        read(text, id="who")


def test_the_last_row_of_a_repeated_id_can_count() -> None:
    """With on_duplicate="last" a later answer replaces an earlier one, and the report says so."""
    text = "who,grade\nann,1\nbob,2\nann ,3\ncy,4\nann,5\n"
    people = read(text, id="who", numbers=["grade"], on_duplicate="last")
    assert people.ids == ("bob", "cy", "ann")
    assert people.number("grade").tolist() == [2, 4, 5]
    assert people.report["who"].dropped == 2
    assert "earlier rows of repeated ids dropped: rows 2 and 4" in people.report["who"].notes


def test_rows_are_named_rightly_after_rows_were_dropped() -> None:
    """Messages count the rows of the file, not those that are left."""
    text = "who,grade\nann,1\n\nann,2\nbob,x\n"
    with pytest.raises(InvalidInput, match='row 5, column "grade"'):
        read(text, id="who", numbers=["grade"], on_duplicate="last")


def test_ids_alike_but_for_case_are_kept_and_said() -> None:
    """They may be two people: nobody is merged, the report tells."""
    people = read("who,x\nAnn@x.org,1\nann@x.org,2\nbob,3\n", id="who")
    assert len(people) == 3
    assert 'differ only in case or spaces: "Ann@x.org" and "ann@x.org"' in str(people.report)


def test_ids_that_look_like_numbers_stay_text() -> None:
    """A leading zero or plus is part of the id."""
    assert read("who,x\n007,1\n+7,2\n7,3\n", id="who").ids == ("007", "+7", "7")


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ('"=1+1"', "a formula, not its value; export the values"),
        ('"=HYPERLINK(""x"")"', "a formula"),
        ("#REF!", "a spreadsheet error"),
        ("#DIV/0!", "a spreadsheet error"),
    ],
)
@pytest.mark.parametrize("kind", ["interests", "values", "categories", "numbers", "slots"])
def test_formulas_and_their_errors_are_refused(cell: str, rule: str, kind: str) -> None:
    """A cell that a spreadsheet would run is no answer, whatever feature it is for."""
    column = "x" if kind in ("interests", "slots") else ["x"]
    with pytest.raises(InvalidInput, match=f'row 3, column "x": {rule}'):
        read(f"who,x\nann,1\nbob,{cell}\n", id="who", **{kind: column})


def test_text_that_only_begins_like_a_formula_is_text() -> None:
    """A plus, minus or at sign begins many answers; they are read as written."""
    people = read("who,x\nann,@home\nbob,+1 team\ncy,- none -\n", id="who", categories=["x"])
    assert people.category("x").labels == ("+1 team", "- none -", "@home")


def test_a_missing_file_is_the_systems_error(tmp_path: Path) -> None:
    """No file is FileNotFoundError, as anywhere."""
    with pytest.raises(FileNotFoundError):
        Participants.from_csv(tmp_path / "no.csv", id="who")


def test_messages_and_report_call_a_file_by_its_name(tmp_path: Path) -> None:
    """The folder of the file is nobody's business."""
    path = tmp_path / "cohort.csv"
    path.write_text("who,x\nann,1\n")
    people = Participants.from_csv(path, id="who")
    assert people.report.source == "cohort.csv"
    with path.open("rb") as file, pytest.raises(InvalidInput, match=r"cohort\.csv has no column"):
        Participants.from_csv(file, id="xyz")
    assert str(tmp_path) not in str(people.report)


@given(st.binary(max_size=200))
def test_any_bytes_give_people_or_a_clear_error(data: bytes) -> None:
    """No input ends in anything but participants or InvalidInput."""
    try:
        people = Participants.from_csv(io.BytesIO(b"who,x\n" + data), id="who", interests="x")
    except InvalidInput:
        return
    assert len(people) > 0
