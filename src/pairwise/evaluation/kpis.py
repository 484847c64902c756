"""The figures: what each means, its formula, and how it is read from the facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pairwise.evaluation.facts import Facts, Positions, Seen, directed
from pairwise.problem import NOT_ALLOWED
from pairwise.terms import Complementarity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import numpy.typing as npt

    from pairwise.history import CheckIn
    from pairwise.participants import CategoryFeature
    from pairwise.problem import Problem
    from pairwise.score import Score

Unit = Literal["share", "stars", "number"]

_CLEARLY = 1e-12
"""A gain below this is rounding."""


@dataclass(frozen=True)
class Kpi:
    """One figure: a mean over people, of the mean over what was observed of each.

    Attributes
    ----------
    name : str
    formula : str
        What is averaged, in words.
    unit : {"share", "stars", "number"}
        How it is shown: per cent, points from 1 to 5, or a number.
    low, high : float
        Between which values every person's figure lies.
    higher_is_better : bool or None
    observe : callable
        From the facts to observations; None when the facts do not hold it.
    """

    name: str
    formula: str
    unit: Unit
    low: float
    high: float
    higher_is_better: bool | None
    observe: Callable[[Facts], Seen | None]


def _share(
    name: str, formula: str, better: bool | None, observe: Callable[[Facts], Seen | None]
) -> Kpi:
    return Kpi(name, formula, "share", 0.0, 1.0, better, observe)


def _said(name: str, field: str, formula: str) -> Kpi:
    def read(answer: CheckIn) -> float | None:
        value: float | None = getattr(answer, field)
        return value

    return _share(name, formula, True, lambda facts: facts.said(read))


def _waited(facts: Facts) -> Seen:
    return Seen(facts.part.who, facts.part.round, 1.0 - facts.part.value)


def _participation(facts: Facts) -> Seen:
    """Every round since somebody's first, absences counted as 0."""
    first: dict[int, int] = {}
    placed: set[tuple[int, int]] = set()
    for who, number, value in zip(*(column.tolist() for column in facts.part), strict=True):
        first[who] = min(number, first.get(who, number))
        placed |= {(who, number)} if value else set()
    last = len(facts.history.rounds)
    return Seen.of(
        (who, number, float((who, number) in placed))
        for who, start in first.items()
        for number in range(start, last + 1)
    )


def _value(facts: Facts) -> Seen | None:
    return None if facts.score is None else facts.of_partners(facts.score.pairs)


def _coverage(facts: Facts) -> Seen | None:
    people = facts.people
    if people is None or not (people.has("vector", "offers") and people.has("vector", "seeks")):
        return None
    return facts.of_partners(Complementarity().bind(people).directed_pairs)


_FIXED: tuple[Kpi, ...] = (
    _share(
        "participation",
        "rounds in a group / rounds since the person's first",
        True,
        _participation,
    ),
    _share("waiting", "rounds left out / rounds taken part in", False, _waited),
    _share(
        "meetings held",
        "meetings that took place / meetings of which anybody says whether they did",
        True,
        Facts.met,
    ),
    _share("answered", "rounds answered / rounds in a group", True, Facts.answered),
    Kpi(
        "satisfaction",
        "mean rating given, from 1 to 5",
        "stars",
        1.0,
        5.0,
        True,
        lambda facts: facts.said(lambda answer: answer.rating),
    ),
    _said("goals reached", "goal_reached", "goals reached / goals of which it is known"),
    _said("continuation", "would_continue", "would continue / answers to that question"),
    _share(
        "repeats",
        "meetings with somebody met in an earlier round / meetings",
        False,
        Facts.repeated,
    ),
    Kpi("load", "groups per round", "number", 1.0, np.inf, None, Facts.load),
    _share("score", "mean score with the partners, features as they are now", True, _value),
    _share(
        "coverage",
        "share of what the person seeks that the partner offers",
        True,
        _coverage,
    ),
)


def kpis(facts: Facts, across: Mapping[str, CategoryFeature]) -> Iterator[tuple[Kpi, Seen]]:
    """Yield every figure that the facts hold, with what was observed.

    Parameters
    ----------
    facts : Facts
    across : mapping of str to CategoryFeature
        Features for which to count partners of another label.
    """
    differing = (_differs(name, feature.codes) for name, feature in across.items())
    for kpi in (*_FIXED, *differing):
        seen = kpi.observe(facts)
        known = np.isfinite(seen.value) if seen is not None else np.zeros(0, dtype=bool)
        if seen is not None and known.any():
            yield kpi, seen.where(known)


def _differs(feature: str, codes: npt.NDArray[Any]) -> Kpi:
    def differ(i: Positions, j: Positions) -> npt.NDArray[np.float64]:
        known = (codes[i] >= 0) & (codes[j] >= 0)
        return np.where(known, codes[i] != codes[j], np.nan)

    formula = f"partners of another {feature} / partners whose {feature} is known"
    return _share(f"across {feature}", formula, None, lambda facts: facts.of_partners(differ))


def worst_off(values: npt.NDArray[np.float64], least: int) -> tuple[int, float]:
    """Return how many the worst-off tenth is, at least `least`, and the mean of their figures."""
    count = min(len(values), max(least, -(-len(values) // 10)))
    return count, float(np.sort(values)[:count].mean())


def blocking_pairs(
    score: Score, groups: Iterable[tuple[int, ...]], problem: Problem | None, block: int = 1024
) -> int:
    """Return how many pairs would both rather be together than with those they have.

    Parameters
    ----------
    score : Score
        Bound; what each gains from another is its directed value.
    groups : iterable of tuple of int
        Who is together. In a group one gains the mean over its others; who is in several would
        give up the worst; who is in none gains 0.
    problem : Problem, optional
        Says who may meet; anybody when absent.

    Notes
    -----
    Cost O(n^2) directed scores, memory O(block n).
    """
    n = len(score.people or ())
    i, j, group = directed(groups)
    bar, found = _held(score, i, j, group) + _CLEARLY, 0
    for start in range(0, n, block):
        rows, later = slice(start, min(start + block, n)), slice(start, n)
        both = score.directed_block(rows, later) > bar[rows, None]
        both &= bar[None, later] < score.directed_block(later, rows).T
        if problem is not None:
            both &= problem.weights(rows, later) != NOT_ALLOWED
        here = (i >= start) & (i < rows.stop) & (j >= start)
        both[i[here] - start, j[here] - start] = False
        found += int(np.triu(both, 1).sum())
    return found


def _held(score: Score, i: Positions, j: Positions, group: Positions) -> npt.NDArray[np.float64]:
    """Return what everybody has to lose, shape (n,)."""
    n = len(score.people or ())
    seats, place = np.unique(group * n + i, return_inverse=True)
    gain = np.bincount(place, score.directed_pairs(i, j)) / np.bincount(place)
    held = np.full(n, np.inf)
    np.minimum.at(held, seats % n, gain)
    return np.where(np.isfinite(held), held, 0.0)
