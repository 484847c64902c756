"""A report: figures that may be shown, as tables, text and HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from pairwise.errors import InvalidInput, did_you_mean, quoted
from pairwise.plan.render import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

ALL = "all"
BY_ROUND = "round"
WITHHELD = "withheld"
"""What stands in text where a figure is withheld."""


class Figure(NamedTuple):
    """One cell of a report.

    Attributes
    ----------
    scope : str
        "all", "round", or the feature that it is broken down by.
    label : str
        Which round or group; "" for all.
    kpi : str
        Name of the figure.
    unit : {"share", "stars", "number"}
    people : int or None
        How many people stand behind it; None where that is withheld.
    value : float or None
        None where it is withheld.
    """

    scope: str
    label: str
    kpi: str
    unit: str
    people: int | None
    value: float | None

    @property
    def text(self) -> str:
        """The value as shown."""
        if self.value is None:
            return WITHHELD
        if self.people == 0:
            return "-"
        if self.unit == "share":
            return f"{self.value:.1%}"
        return f"{self.value:,.0f}" if self.value.is_integer() else f"{self.value:,.2f}"


@dataclass(frozen=True, eq=False)
class Report:
    """How a plan or a programme does: figures in all, by round and by group.

    Attributes
    ----------
    title : str
        What was evaluated.
    figures : tuple of Figure
        Every cell; what is withheld is not in it.
    formulas : mapping of str to str
        What each figure averages, by name.
    better : mapping of str to (bool or None)
        Whether higher is better, by name.
    audience : str
    smallest : int
        Fewest people behind a figure that is shown.
    notes : tuple of str

    Examples
    --------
    >>> import pairwise as pw
    >>> report = pw.evaluate(pw.pair(pw.sample_cohort()))
    >>> report.by("gender")["people"].to_dict()
    {'man': nan, 'non-binary': nan, 'woman': 30.0, '(unknown)': nan}
    >>> report.to_frame().columns.tolist()
    ['scope', 'label', 'kpi', 'people', 'value']
    """

    title: str
    figures: tuple[Figure, ...]
    formulas: Mapping[str, str]
    better: Mapping[str, bool | None]
    audience: str
    smallest: int
    notes: tuple[str, ...] = ()

    @property
    def scopes(self) -> tuple[str, ...]:
        """What figures are broken down by: features, and rounds."""
        return tuple(dict.fromkeys(f.scope for f in self.figures if f.scope != ALL))

    def __getitem__(self, kpi: str) -> float:
        """Return a figure of all people; NaN when it is withheld."""
        figure = self.of_all.get(kpi)
        if figure is None:
            hint = did_you_mean(kpi, self.of_all)
            raise InvalidInput(f"the report has no figure {quoted(kpi)}{hint}")
        return float("nan") if figure.value is None else figure.value

    @property
    def of_all(self) -> dict[str, Figure]:
        """The figures of all people, by name."""
        return {figure.kpi: figure for figure in self.figures if figure.scope == ALL}

    def by(self, scope: str) -> pd.DataFrame:
        """Return a breakdown as a pandas table: a row per label, a column per figure.

        Parameters
        ----------
        scope : str
            "round" or a feature of the report. NaN is withheld.

        Raises
        ------
        InvalidInput
            The report is not broken down by it.
        """
        if scope not in self.scopes:
            hint = did_you_mean(scope, self.scopes)
            raise InvalidInput(f"the report is not broken down by {quoted(scope)}{hint}")
        import pandas as pd

        here = [figure for figure in self.figures if figure.scope == scope]
        columns: dict[str, dict[str, float | None]] = {}
        for figure in here:
            columns.setdefault(figure.kpi, {})[figure.label] = figure.value
        return pd.DataFrame(columns, dtype="float64").rename_axis(index=scope)

    def to_frame(self) -> pd.DataFrame:
        """Return all cells as a pandas table: scope, label, kpi, people, value."""
        import pandas as pd

        columns = ["scope", "label", "kpi", "people", "value"]
        rows = [(f.scope, f.label, f.kpi, f.people, f.value) for f in self.figures]
        return pd.DataFrame(rows, columns=columns).astype({"people": "Int64", "value": "float64"})

    def __str__(self) -> str:
        parts = [f"Report on {self.title}", text_table(*self._all_table(), formulas=self.formulas)]
        parts += [text_table(*self._table(scope)) for scope in self.scopes]
        return "\n\n".join([*parts, "\n".join(f"- {note}" for note in self._all_notes())])

    def __repr__(self) -> str:
        return f"Report({self.title}, {len(self.formulas)} figures, {self.audience})"

    def _repr_html_(self) -> str:
        tables = [self._all_table(), *(self._table(scope) for scope in self.scopes)]
        return html_page(f"Report on {self.title}", tables, self.formulas, self._all_notes())

    def _all_notes(self) -> list[str]:
        small = f"figures of fewer than {self.smallest} people, and what gives them away"
        return [f"{WITHHELD}: {small} ({self.audience})", *self.notes]

    def _all_table(self) -> tuple[list[str], list[list[str]]]:
        rows = [
            [name, figure.text, "" if figure.people is None else f"{figure.people:,}"]
            for name, figure in self.of_all.items()
        ]
        return ["figure", "value", "people"], rows

    def _table(self, scope: str) -> tuple[list[str], list[list[str]]]:
        here = [figure for figure in self.figures if figure.scope == scope]
        names = list(dict.fromkeys(figure.kpi for figure in here))
        cells = {(figure.label, figure.kpi): figure.text for figure in here}
        labels = dict.fromkeys(figure.label for figure in here)
        return [scope, *names], [[k, *(cells.get((k, n), "") for n in names)] for k in labels]


def text_table(
    head: Sequence[str], rows: Sequence[Sequence[str]], formulas: Mapping[str, str] | None = None
) -> str:
    """Return an aligned table; with formulas, a sentence after each row."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = []
    for row in (head, *rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True)]
        said = (formulas or {}).get(row[0], "")
        lines.append("  ".join([*cells, said]).rstrip())
    return "\n".join(lines)


def html_page(
    head: str,
    tables: Iterable[tuple[Sequence[str], Iterable[Sequence[str]]]],
    formulas: Mapping[str, str],
    notes: Iterable[str],
) -> str:
    """Return tables under a head, with notes; every text is escaped."""
    body = "".join(_html_table(*table, formulas) for table in tables)
    said = "".join(f'<p class="more">{escape(note)}</p>' for note in notes)
    return f'{STYLE}<div class="pairwise"><div class="head">{escape(head)}</div>{body}{said}</div>'


def _html_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], formulas: Mapping[str, str]
) -> str:
    """Return a table whose every text is escaped; formulas show on hovering."""

    def cell(tag: str, text: str, place: int) -> str:
        kind = ' class="num"' if place else ""
        title = f' title="{escape(formulas[text])}"' if text in formulas else ""
        return f"<{tag}{kind}{title}>{escape(text)}</{tag}>"

    lines = ["".join(cell("td", text, k) for k, text in enumerate(row)) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    top = "".join(cell("th", text, k) for k, text in enumerate(head))
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
