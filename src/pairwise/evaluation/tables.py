"""From observations to the cells that may be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pairwise.evaluation.kpis import Kpi, blocking_pairs, kpis, worst_off
from pairwise.evaluation.report import ALL, BY_ROUND, Figure, Report
from pairwise.evaluation.suppression import same_for_all, withheld_counts, withheld_means

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt

    from pairwise.evaluation.facts import Facts, Seen
    from pairwise.evaluation.suppression import Counts, Floats, Mask
    from pairwise.participants import CategoryFeature

PEOPLE = "people"
_MOST_BLOCKING = 5_000
_UNKNOWN = "(unknown)"
_BLOCKING = "pairs who may meet and would both gain more together than in the last round"


class _Breakdown(NamedTuple):
    """Labels of one breakdown, how many people have each, and which of these are withheld."""

    scope: str
    labels: Sequence[str]
    people: Counts
    hidden: Mask


class Tables:
    """Computes every figure in all, by round and by group, and lets no small cell out."""

    def __init__(
        self, facts: Facts, labelled: Mapping[str, CategoryFeature], smallest: int
    ) -> None:
        self.facts, self.smallest = facts, smallest
        self.codes = {name: self._codes(feature) for name, feature in labelled.items()}
        self.groups = {
            name: self._breakdown(name, (*feature.labels, _UNKNOWN), self.codes[name])
            for name, feature in labelled.items()
        }
        self.rounds = self._round_breakdown()
        self.same: list[str] = []
        self.notes: list[str] = []
        self.across = self._across(labelled)

    def report(self, title: str, audience: str) -> Report:
        """Return the report: only what may be shown."""
        figures = [self._of_all(PEOPLE, "number", len(self.facts.ids), float(len(self.facts.ids)))]
        figures += [figure for table in self._broken for figure in _counts(table)]
        formulas = {PEOPLE: "people of the programme; in a round, those who took part"}
        better: dict[str, bool | None] = {PEOPLE: None}
        observed = list(kpis(self.facts, self.across))
        for kpi, seen in observed:
            formulas[kpi.name], better[kpi.name] = kpi.formula, kpi.higher_is_better
            figures += self._figures(kpi, seen)
        for figure, formula, higher in self._whole({kpi.name: seen for kpi, seen in observed}):
            formulas[figure.kpi], better[figure.kpi] = formula, higher
            figures.append(figure)
        if self.same and self._broken:
            self.notes.append(f"the same for everybody, not broken down: {', '.join(self.same)}")
        return Report(
            title, tuple(figures), formulas, better, audience, self.smallest, tuple(self.notes)
        )

    def _across(self, labelled: Mapping[str, CategoryFeature]) -> dict[str, CategoryFeature]:
        """Return the features of which differing partners are counted.

        Each such pair counts in two groups, so that it would tell of groups that are withheld.
        """
        people = self.facts.people
        names = () if people is None else people.feature_names["category"]
        features = {name: people.category(name) for name in names if people} | dict(labelled)
        closed = [name for name, table in self.groups.items() if table.hidden.any()]
        for name in closed:
            del features[name]
            self.notes.append(f"across {name} is left out: it would tell of groups withheld")
        return features

    @property
    def _broken(self) -> tuple[_Breakdown, ...]:
        """The breakdowns that the report has; a single round is all there is."""
        rounds = (self.rounds,) if len(self.rounds.labels) > 1 else ()
        return (*self.groups.values(), *rounds)

    def _figures(self, kpi: Kpi, seen: Seen) -> Iterable[Figure]:
        """Yield one KPI in all, by group and by round."""
        who, value = per_person(seen)
        yield self._of_all(kpi.name, kpi.unit, len(who), float(value.mean()))
        if len(who) < self.smallest:
            return
        if same_for_all(float(value.sum()), len(who), kpi.low, kpi.high):
            self.same.append(kpi.name)
            return
        for name, table in self.groups.items():
            yield from self._broken_down(kpi, table, self.codes[name][who], value)
        if len(self.rounds.labels) > 1:
            keys, means = _means(seen.round * len(self.facts.ids) + seen.who, seen.value)
            yield from self._broken_down(kpi, self.rounds, keys // len(self.facts.ids) - 1, means)

    def _broken_down(
        self, kpi: Kpi, table: _Breakdown, label: npt.NDArray[np.int64], value: Floats
    ) -> Iterable[Figure]:
        people = np.bincount(label, minlength=len(table.labels))
        sums = np.bincount(label, value, len(table.labels)).astype(np.float64)
        secret = withheld_counts(people, table.people, self.smallest, table.hidden)
        hidden = withheld_means(
            people, sums, kpi.low, kpi.high, self.smallest, table.people, secret
        )
        for k, name in enumerate(table.labels):
            count = None if secret[k] else int(people[k])
            mean = None if hidden[k] else float(sums[k] / max(1, people[k]))
            yield Figure(table.scope, name, kpi.name, kpi.unit, count, mean)

    def _of_all(self, name: str, unit: str, people: int, value: float) -> Figure:
        enough = people >= self.smallest
        return Figure(ALL, "", name, unit, *((people, value) if enough else (None, None)))

    def _codes(self, feature: CategoryFeature) -> npt.NDArray[np.int64]:
        """Return the label of everybody, the last one for unknown."""
        codes = np.full(len(self.facts.ids), len(feature.labels), dtype=np.int64)
        known = np.asarray(feature.codes)
        codes[: len(known)] = np.where(known >= 0, known, len(feature.labels))
        return codes

    def _breakdown(
        self, scope: str, labels: Sequence[str], label: npt.NDArray[np.int64]
    ) -> _Breakdown:
        people = np.bincount(label, minlength=len(labels))
        count = len(labels) if people[-1] else len(labels) - 1
        return self._protected(scope, labels[:count], people[:count])

    def _round_breakdown(self) -> _Breakdown:
        labels = [str(held.number) for held in self.facts.history.rounds]
        people = np.array([len(held.people) for held in self.facts.history.rounds], dtype=np.int64)
        return self._protected(BY_ROUND, labels, people)

    def _protected(self, scope: str, labels: Sequence[str], people: Counts) -> _Breakdown:
        """Return a breakdown that withholds small counts of people."""
        none = np.zeros(len(labels), dtype=bool)
        hidden = withheld_counts(people, people, self.smallest, none)
        return _Breakdown(scope, labels, people, hidden)

    def _whole(self, seen: Mapping[str, Seen]) -> Iterable[tuple[Figure, str, bool | None]]:
        """Yield the figures of the whole: they have no breakdown."""
        if "load" in seen:
            who, load = per_person(seen["load"])
            figure = self._of_all("load spread", "number", len(who), float(load.std()))
            yield figure, "standard deviation of load over people", False
        if "score" in seen:
            who, value = per_person(seen["score"])
            count, mean = worst_off(value, self.smallest)
            formula = f"mean score of the worst-off tenth of people, at least {self.smallest}"
            yield self._of_all("worst off", "share", count, mean), formula, True
            yield from self._blocking()

    def _blocking(self) -> Iterable[tuple[Figure, str, bool | None]]:
        score, rounds = self.facts.score, self.facts.history.rounds
        if score is None or score.people is None or not rounds:
            return
        n = len(score.people)
        if n > _MOST_BLOCKING:
            self.notes.append(f"blocking pairs are not counted above {_MOST_BLOCKING:,} people")
            return
        places = (tuple(map(self.facts.at, group)) for group in rounds[-1].groups)
        groups = [tuple(k for k in group if k < n) for group in places]
        found = float(blocking_pairs(score, groups, self.facts.problem))
        yield self._of_all("blocking pairs", "number", n, found), _BLOCKING, False


def per_person(seen: Seen) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return who was observed, each once, and the mean of what was."""
    return _means(seen.who.astype(np.int64), seen.value)


def _means(keys: npt.NDArray[np.int64], value: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    distinct, place = np.unique(keys, return_inverse=True)
    return distinct, np.bincount(place, value) / np.bincount(place)


def _counts(table: _Breakdown) -> Iterable[Figure]:
    """Yield how many people have each label."""
    for name, people, hidden in zip(table.labels, table.people, table.hidden, strict=True):
        figure = (None, None) if hidden else (int(people), float(people))
        yield Figure(table.scope, name, PEOPLE, "number", *figure)
