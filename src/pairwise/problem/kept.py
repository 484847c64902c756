"""Which weights of a problem hold in the one that comes after it.

Most people who are paired anew have given the same answers as before. What two of them are worth to
each other is the same number then, unless a term takes its measure from everybody, and need not be
computed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.problem.pairs import PairProblem
from pairwise.problem.repairs import RepairProblem
from pairwise.rules import Between, Differ, Forbid, Require, Same, Within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.participants import CategoryFeature, Participants, VectorFeature
    from pairwise.rules import Indices, Mask, Rule
    from pairwise.score import Score

_OF_ANSWERS = (Differ, Same, Between, Within)
"""Rules whose verdict on two people depends on nothing but their answers."""


@dataclass(frozen=True)
class Kept:
    """What is old and what is new about the weights of a problem.

    Attributes
    ----------
    place : int array (n,)
        Number that each person had in the former problem, -1 for newcomers.
    rows : int array (r,)
        People of whom all weights may be new; newcomers are among them.
    pairs : pair of int arrays (k,)
        Further pairs whose weight may be new.
    """

    place: Indices
    rows: Indices
    pairs: tuple[Indices, Indices]

    @classmethod
    def of(cls, now: PairProblem, then: PairProblem) -> Kept | None:
        """Compare two problems; None where weights may be new altogether. Cost O(n d)."""
        if {type(now), type(then)} - {PairProblem, RepairProblem}:
            return None
        if not _same_measure(now.score, then.score) or not _same_rules(now, then):
            return None
        at = {who: i for i, who in enumerate(then.people.ids)}
        place = np.array([at.get(who, -1) for who in now.people.ids], dtype=np.intp)
        here = np.flatnonzero(place >= 0)
        new = place < 0
        new[here] = ~_same_answers(now.people, then.people, here, place[here])
        new[_named(now, Require)] = True
        back = np.full(len(then.people) + 1, -1, dtype=np.intp)
        back[place[here]] = here
        new[np.setdiff1d(back[_named(then, Require)], -1)] = True
        return cls(place, np.flatnonzero(new), _special_pairs(now, then, back))


def _same_measure(now: Score, then: Score) -> bool:
    """Tell whether two bound scores give two people who answer the same the same score."""
    if now.terms != then.terms or now.weights != then.weights:
        return False
    mine = [term.measure for term in now.bound_terms]
    return None not in mine and mine == [term.measure for term in then.bound_terms]


def _same_rules(now: PairProblem, then: PairProblem) -> bool:
    """Tell whether, but for named pairs, the rules are the same and are about answers."""
    ours, theirs = ([rule for rule in _rules(p) if not _names_pairs(rule)] for p in (now, then))
    return all(isinstance(rule, _OF_ANSWERS) for rule in ours) and ours == theirs


def _rules(problem: PairProblem) -> list[Rule]:
    return [bound.rule for bound in problem.rules]


def _names_pairs(rule: Rule) -> bool:
    return isinstance(rule, Forbid | Require)


def _named(problem: PairProblem, kind: type[Forbid | Require]) -> Indices:
    """Return the ends of all pairs that rules of a kind name."""
    pairs = [pair for rule in _rules(problem) if isinstance(rule, kind) for pair in rule.pairs]
    return problem.people.indices([who for pair in pairs for who in pair])


def _special_pairs(now: PairProblem, then: PairProblem, back: Indices) -> tuple[Indices, Indices]:
    """Return pairs that are or were forbidden, or whose staying counts or counted."""
    ours = np.concatenate([_named(now, Forbid).reshape(-1, 2), _former(now)])
    theirs = np.concatenate([_named(then, Forbid).reshape(-1, 2), _former(then)])
    i, j = np.concatenate([ours, back[theirs]]).T
    both = (i >= 0) & (j >= 0)
    return i[both], j[both]


def _former(problem: PairProblem) -> Indices:
    if not isinstance(problem, RepairProblem) or problem.stay == 0:
        return np.zeros((0, 2), dtype=np.intp)
    partners = problem.former.partners
    i, slot = np.nonzero(partners > np.arange(problem.n)[:, None])
    found: Indices = np.column_stack([i, partners[i, slot]])
    return found


def _same_answers(now: Participants, then: Participants, here: Indices, there: Indices) -> Mask:
    """Tell who answers all that plans may depend on as before; wishes aside."""
    same = np.ones(len(here), dtype=np.bool_)
    if now.feature_names != then.feature_names:
        return ~same
    for name in now.feature_names["vector"]:
        same &= _same_vector(now.vector(name), then.vector(name), here, there)
    for name in now.feature_names["category"]:
        same &= _labels(now.category(name), here) == _labels(then.category(name), there)
    for name in now.feature_names["number"]:
        same &= _same_rows(now.number(name)[here], then.number(name)[there])
    for name in now.feature_names["slots"]:
        same &= now.slot(name).columns == then.slot(name).columns
        same &= _same_rows(now.slot(name).values[here], then.slot(name).values[there])
    return same


def _same_vector(now: VectorFeature, then: VectorFeature, here: Indices, there: Indices) -> Mask:
    if (now.columns, now.low, now.high) != (then.columns, then.low, then.high):
        return np.zeros(len(here), dtype=np.bool_)
    return _same_rows(now.values[here], then.values[there])


def _same_rows(mine: NDArray[np.float64], theirs: NDArray[np.float64]) -> Mask:
    equal = (mine == theirs) | (np.isnan(mine) & np.isnan(theirs))
    same: Mask = equal.reshape(len(mine), -1).all(axis=1)
    return same


def _labels(category: CategoryFeature, index: Indices) -> NDArray[np.object_]:
    return np.array([*category.labels, None], dtype=object)[category.codes[index]]
