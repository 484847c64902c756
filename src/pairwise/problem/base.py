"""What a plan asks of the problem that it answers, whatever its kind."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from pairwise.errors import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Self

    from pairwise.participants import Participants
    from pairwise.problem.pairs import Weights
    from pairwise.rules import BoundRule, Index, Indices, Rule
    from pairwise.score import Score

Groups = tuple[tuple[int, ...], ...]
"""Indices of the members of each group."""


class Problem(Protocol):
    """Who may be grouped with whom and what groups are worth: frozen, score and rules bound."""

    kind: ClassVar[str]
    """Which kind of problem this is, in JSON: ``"pairs"`` for example."""

    @property
    def people(self) -> Participants:
        """Everybody, in the order of the indices."""

    @property
    def score(self) -> Score:
        """The score, bound to the people."""

    @property
    def rules(self) -> tuple[BoundRule, ...]:
        """The rules, bound to the people."""

    @property
    def settings(self) -> Mapping[str, object]:
        """What else the problem was made with, as plain values in a fixed order."""

    @property
    def seats(self) -> tuple[str, ...]:
        """What the members of a group are called in tables, as many as a group may hold."""

    @property
    def step(self) -> float:
        """What one unit of value is worth in score units."""

    def with_rules(self, rules: Iterable[Rule]) -> Self:
        """Return the same problem under further rules, checked for contradictions."""

    def arranged(self, groups: Iterable[Iterable[int]]) -> Groups:
        """Return groups in a fixed order; refuse what has the shape of no group."""

    def broken(self, groups: Groups) -> list[str]:
        """Return a sentence for everything about the groups that the problem does not allow."""

    def group_weights(self, groups: Groups) -> Weights:
        """Return what groups are worth, NOT_ALLOWED if refused; shape (g,)."""

    def value(self, groups: Groups) -> int:
        """Return what all groups together are worth."""

    def weights(self, rows: Index, cols: Index) -> Weights:
        """Return the weights of partners, NOT_ALLOWED where refused; shape (r, c)."""

    def together_pairs(self, i: Indices, j: Indices) -> Weights:
        """Return the weights of index pairs as members of one group; shape (m,)."""

    def why_alone(self, i: int, *, alone: int, proven: bool) -> str:
        """Say why i is in no group of a plan that leaves ``alone`` people out."""


def repeated(problem: Problem, groups: Sequence[Sequence[int]]) -> list[str]:
    """Return a sentence for everybody who is in more than one group."""
    counts: dict[int, int] = {}
    for group in groups:
        for i in group:
            counts[i] = counts.get(i, 0) + 1
    ids = problem.people.ids
    return [f"{quoted(ids[i])} is in {counts[i]} groups" for i in sorted(counts) if counts[i] > 1]


def refused_pairs(
    problem: Problem, groups: Sequence[Sequence[int]], rules: Iterable[BoundRule]
) -> list[str]:
    """Return a sentence for every pair inside a group that a rule refuses."""
    sides = [pair for group in groups for pair in combinations(group, 2)]
    i, j = np.array(sides, dtype=np.intp).reshape(-1, 2).T
    ids = problem.people.ids
    return [
        f"{listed([ids[i[k]], ids[j[k]]])} are together, which {rule.name} refuses"
        for rule in rules
        for k in np.flatnonzero(~rule.allowed_pairs(i, j))
    ]


def torn_pairs(
    problem: Problem, groups: Sequence[Sequence[int]], required: Iterable[tuple[int, int]]
) -> list[str]:
    """Return a sentence for every required pair that no group holds."""
    met = {frozenset(pair) for group in groups for pair in combinations(group, 2)}
    ids = problem.people.ids
    return [
        f"{listed([ids[a], ids[b]])} are required together and are apart"
        for a, b in required
        if frozenset((a, b)) not in met
    ]
