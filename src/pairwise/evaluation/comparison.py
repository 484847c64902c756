"""`compare`: two reports side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pairwise.errors import InvalidInput
from pairwise.evaluation.evaluating import evaluate
from pairwise.evaluation.report import Figure, Report, html_page, text_table
from pairwise.history import History
from pairwise.plan import Plan
from pairwise.season import Season

if TYPE_CHECKING:
    import pandas as pd

Comparable = Plan | Season | History | Report


def compare(a: Comparable, b: Comparable, *, names: tuple[str, str] = ("a", "b")) -> Comparison:
    """Return two plans, seasons, histories or reports side by side.

    Parameters
    ----------
    a, b : Report, Plan, Season or History
        What is no report is evaluated as it is; use `evaluate` first to say with whose
        features, what score and which breakdown.
    names : pair of str
        What to call them.

    Raises
    ------
    InvalidInput
        One is none of these, the names are the same, or the two reports are for different
        audiences.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.sample_cohort()
    >>> free = pw.pair(people)
    >>> strict = pw.pair(people, rules=[pw.Differ("department")])
    >>> both = pw.compare(free, strict, names=("free", "strict"))
    >>> both["across department"].difference > 0, both["score"].difference < 0
    (True, True)
    """
    if names[0] == names[1]:
        raise InvalidInput(f"names = {names!r}: must differ")
    first, second = _report("a", a), _report("b", b)
    if first.audience != second.audience:
        raise InvalidInput(
            f"a is {first.audience}, b is {second.audience}: evaluate both for one audience"
        )
    return Comparison(first, second, (str(names[0]), str(names[1])))


def _report(argument: str, given: Comparable) -> Report:
    if isinstance(given, Report):
        return given
    if not isinstance(given, (Plan, Season, History)):
        raise InvalidInput(
            f"{argument} = {given!r:.60}: must be a Report, a Plan, a Season or a History"
        )
    return evaluate(given)


@dataclass(frozen=True)
class Compared:
    """One figure of two reports; None where it is withheld or not there."""

    first: Figure | None
    second: Figure | None

    @property
    def difference(self) -> float:
        """The second less the first; NaN when either is not shown."""
        values = [f.value for f in (self.first, self.second) if f is not None]
        if len(values) < 2 or values[0] is None or values[1] is None:
            return float("nan")
        return values[1] - values[0]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two reports side by side.

    Attributes
    ----------
    first, second : Report
    names : pair of str
    """

    first: Report
    second: Report
    names: tuple[str, str]

    def __getitem__(self, kpi: str) -> Compared:
        """Return a figure of all people in both reports."""
        for report in (self.first, self.second):
            if kpi in report.of_all:
                return Compared(self.first.of_all.get(kpi), self.second.of_all.get(kpi))
        self.first[kpi]
        raise AssertionError

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table: scope, label, kpi, both values, difference (b - a)."""
        keys = ["scope", "label", "kpi"]
        frames = [report.to_frame()[[*keys, "value"]] for report in (self.first, self.second)]
        both = frames[0].merge(frames[1], how="outer", on=keys, sort=False, suffixes=("_a", "_b"))
        both = both.rename(columns={"value_a": self.names[0], "value_b": self.names[1]})
        return both.assign(difference=both[self.names[1]] - both[self.names[0]])

    def _table(self) -> tuple[list[str], list[list[str]]]:
        rows = []
        for kpi in dict.fromkeys([*self.first.of_all, *self.second.of_all]):
            found = self[kpi]
            texts = ["" if f is None else f.text for f in (found.first, found.second)]
            rows.append([kpi, *texts, _signed(found), self._verdict(kpi, found.difference)])
        return ["figure", *self.names, "difference", ""], rows

    def _verdict(self, kpi: str, difference: float) -> str:
        better = self.second.better.get(kpi, self.first.better.get(kpi))
        if better is None or not abs(difference) > 0:
            return ""
        return "better" if (difference > 0) is better else "worse"

    def __str__(self) -> str:
        return text_table(*self._table())

    def __repr__(self) -> str:
        return f"Comparison({self.names[0]}: {self.first!r}, {self.names[1]}: {self.second!r})"

    def _repr_html_(self) -> str:
        formulas = {**self.first.formulas, **self.second.formulas}
        return html_page(f"{self.names[0]} and {self.names[1]}", [self._table()], formulas, [])


def _signed(found: Compared) -> str:
    """Return the difference in the unit of the figure; of shares in percentage points."""
    difference, figure = found.difference, found.first or found.second
    if difference != difference or figure is None:
        return ""
    return f"{100 * difference:+.1f} pp" if figure.unit == "share" else f"{difference:+,.2f}"
