"""Hypothesis strategies for answers of people, and what the tests of importing share."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from pairwise import Participants
from pairwise.importing.cells import fold
from pairwise.importing.choices import NOTHING
from pairwise.importing.spec import MISSING

LETTERS = "abcdeXYZ äöé'&/+0"
COMMA_LETTERS = LETTERS + ","
RESERVED = NOTHING | {fold(text) for text in MISSING}


def same(left: Participants, right: Participants) -> bool:
    """Say whether two populations have the same ids, features, columns, scales and answers."""
    return left.ids == right.ids and contents(left) == contents(right)


def contents(people: Participants) -> dict[str, object]:
    """Return everything known about people as plain values, NaN as None."""
    names = people.feature_names
    found: dict[str, object] = {}
    for name in names["vector"]:
        feature = people.vector(name)
        found[f"vector {name}"] = (
            feature.columns,
            feature.low,
            feature.high,
            plain(feature.values),
        )
    for name in names["slots"]:
        slots = people.slot(name)
        found[f"slots {name}"] = (slots.columns, plain(slots.values))
    for name in names["number"]:
        found[f"number {name}"] = plain(people.number(name)[:, None])
    for name in names["category"]:
        found[f"category {name}"] = shown(people.category(name))
    for name in names["monitoring"]:
        found[f"monitoring {name}"] = shown(people._monitoring(name))
    if names["preference"]:
        wishes = people.preference()
        asked = [
            row.tolist() if k else None for row, k in zip(wishes.asked, wishes.known, strict=True)
        ]
        found["preference"] = asked
    return found


def plain(values: np.ndarray) -> list[list[float | None]]:
    """Return a matrix as lists, NaN as None."""
    return [[None if np.isnan(cell) else float(cell) for cell in row] for row in values]


def shown(category: object) -> list[str | None]:
    """Return the label of each person, None where unknown."""
    return [None if code < 0 else category.labels[code] for code in category.codes]


def csv_text(
    header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str = ",", end: str = "\n"
) -> str:
    """Return a CSV file, quoted where needed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def read(text: str, **columns: object) -> Participants:
    """Read a CSV text."""
    return Participants.from_csv(io.BytesIO(text.encode()), **columns)


def options(letters: str = LETTERS, least: int = 1, most: int = 5) -> st.SearchStrategy[list[str]]:
    """Option names that no other one equals but for case and spaces."""
    name = st.text(letters, min_size=1, max_size=8).map(str.strip)
    fit = name.filter(lambda text: fold(text) and fold(text) not in RESERVED)
    whole = fit.filter(lambda text: all(part.strip() for part in text.split(",")))
    return st.lists(whole, min_size=least, max_size=most, unique_by=fold)


@dataclass(frozen=True)
class Survey:
    """Answers as people gave them; None is no answer."""

    ids: list[str]
    options: list[str]
    ticks: list[list[str] | None]
    levels: list[list[int | None]]
    labels: list[str | None]
    numbers: list[float | None]

    def __len__(self) -> int:
        return len(self.ids)

    def reordered(self, order: Sequence[int]) -> "Survey":
        """Return the same answers with people in another order."""
        fields = (self.ids, self.ticks, self.levels, self.labels, self.numbers)
        ids, ticks, levels, labels, numbers = ([values[k] for k in order] for values in fields)
        return Survey(ids, self.options, ticks, levels, labels, numbers)

    def people(self) -> Participants:
        """Return the participants that an import must give, built from arrays."""
        used = sorted({option for row in self.ticks for option in row or ()}, key=fold)
        ticks = [[float(o in row) if row else np.nan for o in used] for row in self.ticks]
        return Participants(
            self.ids,
            interests=feature(ticks, used, 0, 1),
            values=feature(self.levels, ["calm", "bold"], 1, 5),
            categories={"site": self.labels},
            numbers={"grade": np.array(self.numbers, dtype=float)},
        )


def feature(values: object, columns: Sequence[str], low: float, high: float) -> object:
    """Return a vector feature."""
    from pairwise import VectorFeature

    return VectorFeature(np.array(values, dtype=float), columns, low, high)


SURVEY_COLUMNS: Mapping[str, object] = {
    "id": "who",
    "interests": "topics",
    "values": ["calm", "bold"],
    "categories": ["site"],
    "numbers": ["grade"],
    "scales": {"values": (1, 5)},
}
SURVEY_HEADER = ("who", "topics", "calm", "bold", "site", "grade")


def cells(survey: Survey, joins: Sequence[str] | None = None) -> list[list[object]]:
    """Return the survey as rows of cells; `joins` parts the ticks of each person."""
    rows = []
    for k, join in enumerate(joins or ["; "] * len(survey)):
        ticked = survey.ticks[k]
        single = (survey.labels[k], survey.numbers[k])
        row = (survey.ids[k], ticked and join.join(ticked), *survey.levels[k], *single)
        rows.append(["" if cell is None else cell for cell in row])
    return rows


@st.composite
def surveys(draw: st.DrawFn, letters: str = LETTERS, least: int = 1) -> Survey:
    """Answers of one to eight people; somebody ticks something."""
    ids = draw(
        st.lists(
            st.text("abc.@ÄØ1", min_size=1, max_size=5), min_size=least, max_size=8, unique=True
        )
    )
    n = len(ids)
    known = draw(options(letters))
    some = st.lists(st.sampled_from(known), min_size=1, max_size=4, unique=True)
    ticks = draw(st.lists(st.none() | some, min_size=n, max_size=n).filter(any))
    level = st.none() | st.integers(1, 5)
    return Survey(
        ids=ids,
        options=known,
        ticks=ticks,
        levels=draw(st.lists(st.lists(level, min_size=2, max_size=2), min_size=n, max_size=n)),
        labels=draw(
            st.lists(st.none() | st.sampled_from(["Oslo", "Bonn"]), min_size=n, max_size=n)
        ),
        numbers=draw(st.lists(st.none() | st.integers(-9, 99).map(float), min_size=n, max_size=n)),
    )
