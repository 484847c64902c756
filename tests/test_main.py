"""The command line: the main job from a shell, and clear sentences for wrong input."""

import csv
import json
import re
import subprocess
import sys

import pytest

import pairwise as pw
from pairwise.__main__ import main
from pairwise.data import SAMPLE_PATH

CSV = """\
email,offers,seeks,values [calm],values [bold],team,grade
ann,SQL;R,Python,4,2,red,1
bob,Python,SQL,5,1,red,2
cy,R,Go,2,2,blue,3
di,Go,R,1,5,blue,2
"""


@pytest.fixture
def cohort(tmp_path):
    """Write a small CSV whose columns bear the names of features."""
    path = tmp_path / "people.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def said(capsys) -> tuple[str, str]:
    """Return what was printed, to standard output and to standard error."""
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_without_arguments_it_pairs_the_sample_cohort(capsys):
    """The table, the proof and the independent check are printed within 80 columns."""
    assert main([]) == 0
    out, err = said(capsys)
    assert err == ""
    assert "61 people from the sample cohort" in out
    assert "29 pairs, 1 trio" in out
    assert "OPTIMAL" in out
    assert "verified" in out
    assert max(map(len, out.splitlines())) <= 80
    for who in pw.sample_cohort().ids:
        assert who in out


def test_a_csv_is_paired_by_the_names_of_its_columns(cohort, tmp_path, capsys):
    """Columns called like features need no options; files are written where asked."""
    table, whole = tmp_path / "plan.csv", tmp_path / "plan.json"
    assert main([str(cohort), "--out", str(table), "--json", str(whole)]) == 0
    out, _ = said(capsys)
    assert f"wrote {table} and {whole}" in out
    with table.open(encoding="utf-8", newline="") as file:
        pairs = {(row["first"], row["second"]) for row in csv.DictReader(file)}
    assert pairs == {tuple(group["members"]) for group in json.loads(whole.read_text())["groups"]}
    people = pw.Participants.from_csv(
        cohort, id="email", offers="offers", seeks="seeks", values="values"
    )
    assert pw.pair(people).to_json() == whole.read_text(encoding="utf-8")


def test_a_plan_file_is_checked_instead_of_solved(cohort, tmp_path, capsys):
    """Somebody else verifies a plan from its file; a false bound and other rules are refused."""
    file = tmp_path / "plan.json"
    assert main([str(cohort), "--differ", "team", "--json", str(file)]) == 0
    solved, _ = said(capsys)
    assert main([str(cohort), "--differ", "team", "--check", str(file)]) == 0
    checked, _ = said(capsys)
    assert "verified independently" in checked
    assert checked.partition("seconds")[0] == solved.partition("seconds")[0]

    assert main([str(cohort), "--check", str(file)]) == 2
    assert "rules" in said(capsys)[1]
    data = json.loads(file.read_text(encoding="utf-8"))
    data["bound_q"] -= 1
    data["value_q"] -= 1
    file.write_text(json.dumps(data), encoding="utf-8")
    assert main([str(cohort), "--differ", "team", "--check", str(file)]) == 2
    assert "value" in said(capsys)[1]


def test_rules_from_the_command_line_hold(cohort, capsys):
    """Every kind of rule reaches the plan, reading the columns it needs."""
    given = [str(cohort), "--differ", "team", "--within", "grade=1", "--forbid", "ann,cy"]
    assert main([*given, "--require", "di, ann", "--floor", "0", "--same", "team"]) == 2
    assert 'Same("team") refuses the pair' in said(capsys)[1]
    assert main([*given, "--require", "di, ann", "--floor", "0"]) == 0
    out, _ = said(capsys)
    assert re.search(r"^ann +di ", out, re.MULTILINE)
    assert 'partners must differ in "team"' in out


def test_explain_and_report_are_printed_when_asked(cohort, capsys):
    """--explain says why, --report how the CSV was read."""
    assert main([str(cohort), "--explain", "ann", "--report"]) == 0
    out, _ = said(capsys)
    assert "share = weight x value" in out
    assert "The next best for the plan" in out
    assert "people.csv: 4 people" in out


def test_a_bye_is_named_with_its_reason(capsys):
    """Whoever is left out stands below the table."""
    assert main(["--leftover", "bye", "--rows", "3"]) == 0
    out, _ = said(capsys)
    assert re.search(r"^left out: \S+: a bye: 61 is odd", out, re.MULTILINE)
    assert "and 27 more: --rows 0 prints all" in out


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", "people.csv is empty: give a line of column names and a row a person"),
        ("id,interests\n", "has a header but no rows: give a row a person"),
        ("id,interests\nann,A\nann,B\n", '"ann" in rows 2 and 3'),
        ("id,interests\nann,A\n ,B\n", 'row 3, column "id": the id is blank'),
    ],
)
def test_a_csv_that_cannot_be_read_says_where(rows, words, capsys, tmp_path):
    """Empty, header only, duplicate and blank ids: one sentence with the row and the way out."""
    path = tmp_path / "people.csv"
    path.write_text(rows)
    assert main([str(path)]) == 2
    _, err = said(capsys)
    assert words in err


def test_a_column_without_its_distance_is_named_with_a_csv_too(capsys, tmp_path):
    """--within without =BY is refused before the CSV is asked for a column of no name."""
    path = tmp_path / "people.csv"
    path.write_text("id,grade,interests\nann,1,A\nbob,2,A\n")
    assert main([str(path), "--within", "grade"]) == 2
    assert "--within grade: must be COLUMN=BY" in said(capsys)[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody.csv"], "nobody.csv: No such file"),
        (["--leftover", "tiro"], 'did you mean "trio"'),
        (["--forbid", "ann"], "--forbid ann: must be two ids with a comma between"),
        (["--require", "adrian@example.org,agnes@example.com"], 'did you mean "agnes@example.org"'),
        (["--within", "grade"], "--within grade: must be COLUMN=BY"),
        (["--within", "grad=1"], 'did you mean "grade"'),
        (["--differ", "gender"], "monitoring"),
        (["--floor", "7"], "must be in [0, 1]"),
        (["--out", "plan.txt"], "--out plan.txt: must end in .csv"),
        (["--json", "no/such/plan.json"], "its folder does not exist"),
        (["--id", "email"], "--id without a CSV"),
        (["--explain", "adrain@example.org"], 'did you mean "adrian@example.org"'),
        (["--rows", "many"], "argument --rows: invalid int value"),
        (["--colour"], "unrecognized arguments: --colour"),
        (["--target-gap", "-1"], "target_gap"),
        (["--time-limit", "-1"], "time_limit"),
    ],
)
def test_wrong_input_gets_one_sentence_and_code_2(arguments, words, capsys, tmp_path, monkeypatch):
    """No traceback, no usage: what is wrong and the way out; nothing is written."""
    monkeypatch.chdir(tmp_path)
    try:
        code = main(arguments)
    except SystemExit as stop:
        code = stop.code
    out, err = said(capsys)
    assert code == 2
    assert out == ""
    assert err.startswith("pairwise: ")
    assert words in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_csv_without_known_columns_says_how_to_name_them(tmp_path, capsys):
    """The columns that are there are listed."""
    path = tmp_path / "people.csv"
    path.write_text("who,likes\nann,tea\nbob,tea\n", encoding="utf-8")
    assert main([str(path)]) == 2
    _, err = said(capsys)
    assert '--offers "I can help with" (columns: "who" and "likes")' in err
    assert main([str(path), "--id", "who", "--interests", "like"]) == 2
    assert 'did you mean "likes"' in said(capsys)[1]


def test_contradictions_are_listed(cohort, capsys):
    """Each contradiction gets its line."""
    assert main([str(cohort), "--require", "ann,bob", "--forbid", "ann,bob"]) == 2
    _, err = said(capsys)
    assert err.splitlines()[0] == "pairwise: no plan can meet the rules:"
    assert '"ann" and "bob" are required together, but Forbid' in err


def test_an_interrupt_ends_with_code_130(capsys, monkeypatch):
    """Ctrl-C is one sentence, too."""

    def interrupted(given):
        raise KeyboardInterrupt

    monkeypatch.setattr("pairwise.__main__._run", interrupted)
    assert main([]) == 130
    assert said(capsys)[1] == "pairwise: interrupted; nothing was written\n"


def test_it_runs_as_a_module_in_a_bare_terminal():
    """``python -m pairwise`` prints ids that an ASCII terminal lacks, and feeds a closed pipe."""
    command = [sys.executable, "-m", "pairwise", str(SAMPLE_PATH), "--id", "email"]
    command += ["--interests", "Topics", "--rows", "2"]
    env = {"PYTHONIOENCODING": "ascii", "PATH": ""}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "30 pairs" in done.stdout or "29 pairs" in done.stdout
