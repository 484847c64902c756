"""The documentation keeps up with the code."""

import re
from pathlib import Path

import pytest

import pairwise
from pairwise import matching, simulation

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def test_reference_lists_every_public_name() -> None:
    """Each public name stands in docs/reference.md, and nothing else does."""
    listed = set(re.findall(r"^   (\w+)$", (DOCS / "reference.md").read_text(), re.MULTILINE))
    public = {*pairwise.__all__, *matching.__all__, *simulation.__all__} - {
        "__version__",
        "matching",
    }
    assert listed == public


def test_cited_sources_are_in_the_bibliography() -> None:
    """Each key that a docstring cites is in docs/references.bib."""
    known = set(re.findall(r"^@\w+\{(\w+),", (DOCS / "references.bib").read_text(), re.MULTILINE))
    files = [path for kind in ("*.py", "*.h", "*.cpp") for path in (ROOT / "src").rglob(kind)]
    cited = {
        key for path in files for key in re.findall(r"\[([a-z]+\d{4}[a-z]?)\]_", path.read_text())
    }
    assert sorted(cited - known) == []


def test_every_entry_of_the_bibliography_is_whole() -> None:
    """Entries open and close, each key is there once, and no merge left a mark."""
    text = (DOCS / "references.bib").read_text()
    entries = re.split(r"^(?=@)", text, flags=re.MULTILINE)
    assert [entry[:40] for entry in entries if entry.count("{") != entry.count("}")] == []
    keys = re.findall(r"^@\w+\{(\w+),", text, re.MULTILINE)
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []
    assert not re.search(r"^(<<<<<<<|=======|>>>>>>>)", text, re.MULTILINE)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/index.md", "docs/howto.md"])
def test_links_between_pages_lead_somewhere(page: str) -> None:
    """A relative link names a file of the repository."""
    path = ROOT / page
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_readme_example_prints_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    """The README's example prints the text under it, seconds apart."""
    blocks = re.findall(r"```(python|text)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (_, code), (_, shown) = blocks
    exec(code, {})
    printed = capsys.readouterr().out
    seconds = re.compile(r"seconds +\S+ +to solve")
    assert seconds.sub("seconds", printed) == seconds.sub("seconds", shown)
