"""Who may share a circle and what circles are worth, in integers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from pairwise.circles.aims import Aims
from pairwise.circles.weights import levels_of, pair_units
from pairwise.errors import InfeasibleError, InvalidInput, listed, quoted
from pairwise.matching.partitions.problem import CountRule
from pairwise.matching.partitions.reading import Shape, make_problem, shape_of
from pairwise.problem import (
    NOT_ALLOWED,
    bind_rules,
    bind_score,
    refused_pairs,
    repeated,
    torn_pairs,
)
from pairwise.quotas import Common, bind_quotas
from pairwise.rules import BoundRequire, PairSet, as_indices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pairwise.circles.aims import Balance
    from pairwise.matching.partitions.problem import PartitionProblem
    from pairwise.matching.partitions.reading import Leftover, Size
    from pairwise.participants import Participants
    from pairwise.problem import Groups, Weights
    from pairwise.quotas import GroupCount, Quota
    from pairwise.rules import BoundRule, Index, Indices, Rule
    from pairwise.score import Score
    from pairwise.terms import Term

    Met = tuple[tuple[int, int, int], ...]


_NO_AIMS = Aims()


@dataclass(frozen=True, eq=False)
class GroupProblem:
    """Who may share a circle with whom, and what circles are worth.

    Build it with `GroupProblem.of`, which binds score and rules.

    Attributes
    ----------
    people
        The n participants.
    score
        The score, bound to the people.
    rules
        The rules, bound to the people.
    size
        Size of the circles, or the smallest and the largest.
    quotas
        What every circle must hold.
    aims
        Weights of what circles are worth beside their pairs.
    met
        Pairs of indices who met before, with how often.
    leftover
        ``"share"`` or ``"bye"``.
    """

    kind: ClassVar[str] = "circles"

    people: Participants
    score: Score
    rules: tuple[BoundRule, ...]
    size: Size
    quotas: tuple[Quota, ...] = ()
    aims: Aims = _NO_AIMS
    met: Met = ()
    leftover: Leftover = "share"

    @classmethod
    def of(
        cls,
        people: Participants,
        score: Score | Term | None = None,
        rules: Iterable[Rule | BoundRule] = (),
        *,
        size: Size | list[int] = 4,
        quotas: Iterable[Quota] = (),
        balance: Balance = (),
        coverage: float = 0.0,
        worst: float = 0.0,
        met: Iterable[tuple[int, int, int]] = (),
        repeat_cost: float = 1.0,
        leftover: Leftover = "share",
    ) -> GroupProblem:
        """Bind score, rules and quotas to the people; find no contradictions yet (see `check`).

        Parameters
        ----------
        people, score, rules, size, quotas, balance, coverage, worst, repeat_cost, leftover
            As `group` takes them.
        met
            Pairs of indices who met before, with how often.

        Raises
        ------
        InvalidInput
            When an argument breaks its rule or names what the people lack.
        InfeasibleError
            When people cannot be split into groups of this size.
        """
        bound = bind_score(people, score)
        sizes = cast("Size", tuple(size) if isinstance(size, list) else size)
        shape_of(len(people), sizes, leftover)
        return cls(
            people,
            bound,
            bind_rules(people, bound, rules),
            sizes,
            _quotas(people, quotas),
            Aims.of(balance, coverage, worst, repeat_cost),
            tuple((int(i), int(j), int(count)) for i, j, count in met),
            leftover,
        )

    def with_rules(self, rules: Iterable[Rule]) -> GroupProblem:
        """Return the same problem under further rules.

        Raises
        ------
        InfeasibleError
            When the rules contradict each other.
        """
        further = bind_rules(self.people, self.score, rules)
        problem = replace(self, rules=(*self.rules, *further))
        problem.check()
        return problem

    @property
    def n(self) -> int:
        """Number of participants."""
        return len(self.people)

    @property
    def settings(self) -> dict[str, object]:
        """What else the problem was made with, as plain values."""
        aims = self.aims
        return {
            "size": list(self.size) if isinstance(self.size, tuple) else self.size,
            "quotas": [repr(quota) for quota in self.quotas],
            "balance": dict(aims.balance),
            "coverage": aims.coverage,
            "worst": aims.worst,
            "met": [list(pair) for pair in self.met],
            "repeat_cost": aims.repeat_cost,
            "leftover": self.leftover,
        }

    @cached_property
    def shape(self) -> Shape:
        """Smallest and largest circle, how many there may be, how many people are in none."""
        return shape_of(self.n, self.size, self.leftover)

    @property
    def seats(self) -> tuple[str, ...]:
        """What the members of a circle are called in tables."""
        return tuple(f"member {k + 1}" for k in range(self.shape.most))

    @property
    def step(self) -> float:
        """What one unit of worth is worth in score units."""
        return self.partition.step

    @cached_property
    def required(self) -> PairSet:
        """Pairs that must be together, of all `Require` rules at once."""
        pairs = [rule.required.pairs() for rule in self.rules if isinstance(rule, BoundRequire)]
        merged = np.concatenate([np.empty((0, 2), dtype=np.intp), *pairs])
        return PairSet(self.n, merged[:, 0], merged[:, 1])

    @cached_property
    def filters(self) -> tuple[BoundRule, ...]:
        """The rules that refuse pairs: all but `Require`."""
        return tuple(rule for rule in self.rules if not isinstance(rule, BoundRequire))

    @cached_property
    def counts(self) -> tuple[GroupCount, ...]:
        """How many of certain people every circle may hold."""
        return tuple(c for quota in self.quotas for c in quota.over_groups(self.people))

    @cached_property
    def common(self) -> Common | None:
        """The quota on slots that a circle must have in common."""
        return next((quota for quota in self.quotas if isinstance(quota, Common)), None)

    @cached_property
    def partition(self) -> PartitionProblem:
        """The problem in integers, without people."""
        common, aims = self.common, self.aims
        covers = levels_of(self.people) if aims.coverage else (None, None)
        return make_problem(
            pair_units(self),
            self.size,
            together=self.required.components(),
            counts=[CountRule(**vars(count)) for count in self.counts],
            slots=None if common is None else common.free(self.people),
            common=0 if common is None else common.at_least,
            offers=covers[0],
            needs=covers[1],
            coverage=aims.coverage,
            worst=aims.worst,
            leftover=self.leftover,
        )

    def weights(self, rows: Index, cols: Index) -> Weights:
        """Return what pairs add to a circle's pair sum, NOT_ALLOWED where refused; (r, c)."""
        here, there = as_indices(rows, self.n), as_indices(cols, self.n)
        return self._worth(self.partition.weights[np.ix_(here, there)], here[:, None] == there)

    def together_pairs(self, i: Indices, j: Indices) -> Weights:
        """Return what m index pairs add to a circle's pair sum; shape (m,)."""
        return self._worth(self.partition.weights[i, j], np.equal(i, j))

    def _worth(self, units: Any, same: Any) -> Weights:
        worth: Weights = units.astype(np.int64) * self.partition.common_multiple
        worth[(units == np.iinfo(np.int32).min) | same] = NOT_ALLOWED
        return worth

    def group_weights(self, groups: Groups) -> Weights:
        """Return what circles are worth, in units of `step`; shape (g,), NOT_ALLOWED if refused."""
        worth = [
            NOT_ALLOWED if self.partition.broken([group]) else self.partition.worth(group)
            for group in groups
        ]
        return np.array(worth, dtype=np.int64)

    def value(self, groups: Groups) -> int:
        """Return what all circles together are worth, the worst one counted again."""
        return self.partition.value(groups)

    def arranged(self, groups: Iterable[Iterable[int]]) -> Groups:
        """Return circles with ascending members, ordered by their first.

        Raises
        ------
        InvalidInput
            When an index is out of range or a circle is empty or larger than allowed.
        """
        n = self.n
        ordered = sorted(tuple(sorted(map(int, group))) for group in groups)
        for group in ordered:
            if not 1 <= len(group) <= self.shape.most:
                raise InvalidInput(
                    f"groups: {group} has {len(group)} people; must be 1 to {self.shape.most}"
                )
            if group[0] < 0 or group[-1] >= n:
                raise InvalidInput(f"groups: {group} has an index outside 0 to {self.n - 1}")
        return tuple(ordered)

    def broken(self, groups: Groups) -> list[str]:
        """Return a sentence for everything about the circles that is not allowed."""
        required = [(a, b) for a, b in self.required.pairs().tolist()]
        false = [*repeated(self, groups), *torn_pairs(self, groups, required)]
        placed = len({i for group in groups for i in group})
        if self.n - placed != self.shape.left_out:
            false.append(
                f"{self.n - placed:,} people are in no circle, must be {self.shape.left_out:,}"
            )
        for group in groups:
            false += self._broken_by(group)
        return false + refused_pairs(self, groups, self.filters)

    def _broken_by(self, group: tuple[int, ...]) -> list[str]:
        who, members = listed([self.people.ids[i] for i in group], most=8), list(group)
        false = []
        if not self.shape.least <= len(group) <= self.shape.most:
            false.append(f"{who} are {len(group)}, must be {self.shape.least} to {self.shape.most}")
        for count in self.counts:
            held = int(count.counted[members].sum())
            high = len(group) if count.at_most is None else count.at_most
            if not (count.at_least <= held <= high or (count.none and not held)):
                false.append(f"{who}: {held} count for {count.name}")
        if self.common is not None:
            shared = int(self.common.free(self.people)[members].all(axis=0).sum())
            if shared < self.common.at_least:
                false.append(f"{who} have {shared} slots in common, {self.common!r}")
        return false

    def why_alone(self, i: int, *, alone: int, proven: bool) -> str:
        """Say why i is in no circle of a plan that leaves ``alone`` people out."""
        best = ", and this choice costs least" if proven else ""
        who = quoted(self.people.ids[i])
        return (
            f"a bye: {self.n:,} people leave {alone:,} over in circles of {self.size}{best}"
            if self.leftover == "bye"
            else f"{who} is in no circle"
        )

    def check(self) -> None:
        """Find contradictions before anything is solved.

        Raises
        ------
        InfeasibleError
            Its `conflicts` say for each contradiction who, which rule or quota, what to relax.
        """
        from pairwise.circles.conflicts import find_conflicts

        conflicts = find_conflicts(self)
        if conflicts:
            raise InfeasibleError(conflicts)


def _quotas(people: Participants, quotas: Iterable[Quota]) -> tuple[Quota, ...]:
    """Return quotas on groups; refuse those about anything else, and a second `Common`."""
    bound = bind_quotas(quotas)
    for quota in bound:
        quota.over_groups(people)
    commons = [quota for quota in bound if isinstance(quota, Common)]
    if len(commons) > 1:
        raise InvalidInput(f"quotas: {commons[0]!r} and {commons[1]!r}: only one Common may be")
    return bound
