"""Integer weights of pairs by blocks, and which pairs are allowed.

Weights are even integers: twice the quantised score. So half the sum of a trio's three
weights, which is what a trio is worth, is an integer as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from pairwise.errors import InfeasibleError, InvalidInput, did_you_mean, listed
from pairwise.problem.base import refused_pairs, repeated, torn_pairs
from pairwise.problem.binding import bind_rules, bind_score
from pairwise.problem.conflicts import clique_conflicts, find_conflicts, why_alone
from pairwise.rules import BoundRequire, PairSet, as_indices, find_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from pairwise.participants import Participants
    from pairwise.problem.base import Groups
    from pairwise.rules import BoundRule, Index, Indices, Mask, Rule
    from pairwise.score import Score
    from pairwise.terms import Term

NOT_ALLOWED = int(np.iinfo(np.int64).min)
"""The weight of a pair or group that no plan may contain."""

Leftover = Literal["trio", "bye"]
Weights = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PairProblem:
    """Who may be paired with whom, and what each pair is worth, as integers by blocks.

    Build it with `PairProblem.of`, which binds score and rules.

    Attributes
    ----------
    people
        The n participants.
    score
        The score, bound to the people.
    rules
        The rules, bound to the people.
    leftover
        What becomes of the odd one out: ``"trio"`` or ``"bye"``.

    Notes
    -----
    ``allowed``, ``weights`` and ``float32_block`` answer for *partners in a pair*: somebody who
    is required with one person is allowed nobody else. ``compatible`` and ``together_pairs``
    leave requires out and answer for *members of a trio*, where a required pair may take in a
    third. ``fixed`` holds the groups that requires settle beforehand; its pairs are also the
    only pairs their members are allowed, the members of a fixed trio are allowed nobody.

    Blocks are masked by a minimum with caps, plus or minus infinity or the ends of int64: a
    boolean index on a random mask is six times slower.

    Examples
    --------
    >>> import numpy as np
    >>> from pairwise import Forbid, Participants, Precomputed
    >>> from pairwise.problem import NOT_ALLOWED, PairProblem
    >>> people = Participants(["ann", "bob", "cy"])
    >>> matrix = np.array([[0, 0.5, 1], [0.5, 0, 0.25], [1, 0.25, 0]])
    >>> problem = PairProblem.of(people, Precomputed(matrix), [Forbid([("ann", "cy")])])
    >>> weights = problem.weights(slice(0, 1), slice(0, 3))
    >>> (weights == NOT_ALLOWED).tolist(), float(weights[0, 1] * problem.step)
    ([[True, False, True]], 0.5)
    """

    kind: ClassVar[str] = "pairs"
    seats: ClassVar[tuple[str, ...]] = ("first", "second", "third")

    people: Participants
    score: Score
    rules: tuple[BoundRule, ...]
    leftover: Leftover

    @classmethod
    def of(
        cls,
        people: Participants,
        score: Score | Term | None = None,
        rules: Iterable[Rule | BoundRule] = (),
        leftover: Leftover = "trio",
    ) -> PairProblem:
        """Bind score and rules to the people; find no contradictions yet (see `check`).

        Parameters
        ----------
        people
            The n participants.
        score
            The score, or a single term; `default_score` of the people when None.
        rules
            Rules on pairs; those already bound must be bound to these people.
        leftover
            ``"trio"`` or ``"bye"``.

        Raises
        ------
        InvalidInput
            When an argument is no score, rule or leftover, or names what the people lack.
        """
        if leftover not in ("trio", "bye"):
            hint = did_you_mean(leftover, ["trio", "bye"])
            raise InvalidInput(f'leftover={leftover!r}: must be "trio" or "bye"{hint}')
        bound = bind_score(people, score)
        return cls(people, bound, bind_rules(people, bound, rules), leftover)

    def with_rules(self, rules: Iterable[Rule]) -> Self:
        """Return the same problem under further rules.

        Raises
        ------
        InfeasibleError
            When the rules contradict each other; somebody with nobody allowed is no contradiction.
        """
        further = bind_rules(self.people, self.score, rules)
        problem = replace(self, rules=(*self.rules, *further))
        problem.check(everybody=False)
        return problem

    @property
    def n(self) -> int:
        """Number of participants."""
        return len(self.people)

    @property
    def settings(self) -> dict[str, object]:
        """What else the problem was made with, as plain values."""
        return {"leftover": self.leftover}

    @property
    def step(self) -> float:
        """What a weight of 1 is worth in score units: half the score's step."""
        return self.score.step / 2

    @property
    def rounding(self) -> float:
        """Largest change of a weight when it became whole units, in score units."""
        return self.step

    @property
    def largest(self) -> float:
        """No pair is worth more, in score units."""
        return 1.0

    @property
    def error32(self) -> float:
        """Bound on the difference between ``float32_block`` and the score, in score units."""
        return float(self.score.error32)

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
    def fixed(self) -> tuple[tuple[int, ...], ...]:
        """Groups that requires settle: pairs and at most one trio; ascending.

        Raises
        ------
        InfeasibleError
            When requires tie more people together than one group may hold.
        """
        conflicts = clique_conflicts(self)
        if conflicts:
            raise InfeasibleError(conflicts)
        return self.required.components()

    @cached_property
    def free(self) -> Indices:
        """Indices of the people whom no require settles, ascending."""
        return np.flatnonzero(~self._settled)

    @cached_property
    def _settled(self) -> Mask:
        settled: Mask = self.required.degree > 0
        return settled

    @cached_property
    def _fixed_pairs(self) -> PairSet:
        pairs = np.array([group for group in self.fixed if len(group) == 2], dtype=np.intp)
        return PairSet(self.n, *pairs.reshape(-1, 2).T)

    def allowed(self, rows: Index, cols: Index) -> Mask:
        """Tell who may be partners in a pair; shape (r, c), nobody with themselves."""
        mask = self.compatible(rows, cols)
        if len(self.required):
            settled = self._settled[rows][:, None] | self._settled[cols][None, :]
            mask &= ~settled | self._fixed_pairs.block(rows, cols)
        return mask

    def allowed_pairs(self, i: Indices, j: Indices) -> Mask:
        """Tell which of m index pairs may be partners in a pair; shape (m,)."""
        mask = self.compatible_pairs(i, j)
        if len(self.required):
            mask &= ~(self._settled[i] | self._settled[j]) | self._fixed_pairs.contains(i, j)
        return mask

    def compatible(self, rows: Index, cols: Index) -> Mask:
        """Tell who may be in one group, requires aside; shape (r, c)."""
        here, there = as_indices(rows, self.n), as_indices(cols, self.n)
        mask = np.ones((len(here), len(there)), dtype=np.bool_)
        mask[find_all(here, there)] = False
        for rule in self.filters:
            mask &= rule.allowed(rows, cols)
        return mask

    def compatible_pairs(self, i: Indices, j: Indices) -> Mask:
        """Tell which of m index pairs may be in one group, requires aside; shape (m,)."""
        mask = np.not_equal(i, j)
        for rule in self.filters:
            mask &= rule.allowed_pairs(i, j)
        return mask

    def weights(self, rows: Index, cols: Index) -> Weights:
        """Return weights of partners in units of `step`; shape (r, c), even or NOT_ALLOWED."""
        weights = self._quantised(self.score.block(rows, cols))
        refused = np.subtract(self.allowed(rows, cols).view(np.int8), 1, dtype=np.int64)
        np.minimum(weights, refused ^ np.iinfo(np.int64).max, out=weights)
        return weights

    def weights_pairs(self, i: Indices, j: Indices) -> Weights:
        """Return the weights of m index pairs as partners; shape (m,)."""
        weights = self._quantised(self.score.pairs(i, j))
        weights[~self.allowed_pairs(i, j)] = NOT_ALLOWED
        return weights

    def together_pairs(self, i: Indices, j: Indices) -> Weights:
        """Return the weights of m index pairs as members of a trio; shape (m,)."""
        weights = self._quantised(self.score.pairs(i, j))
        weights[~self.compatible_pairs(i, j)] = NOT_ALLOWED
        return weights

    def float32_block(self, rows: Index, cols: Index) -> NDArray[np.float32]:
        """Return scores within `error32`, -inf where partners are not allowed; shape (r, c)."""
        values: NDArray[np.float32] = self.score.block(rows, cols, dtype=np.float32)
        if self.rules:
            caps = np.subtract(self.allowed(rows, cols), np.float32(0.5))
            caps *= np.float32(np.inf)
            np.minimum(values, caps, out=values)
        else:
            here, there = as_indices(rows, self.n), as_indices(cols, self.n)
            values[find_all(here, there)] = -np.inf
        return values

    def group_weights(self, groups: Sequence[tuple[int, ...]]) -> Weights:
        """Return what groups of two or three are worth; shape (g,), NOT_ALLOWED if refused.

        A pair counts its weight, a trio half the sum of its three weights: everybody's value
        is the mean over their partners, and a group is worth half the sum of its people's.
        """
        worth = np.empty(len(groups), dtype=np.int64)
        at = np.array([k for k, group in enumerate(groups) if len(group) == 2], dtype=np.intp)
        pairs = np.array([groups[k] for k in at], dtype=np.intp).reshape(-1, 2)
        worth[at] = self.weights_pairs(pairs[:, 0], pairs[:, 1])
        for k, group in enumerate(groups):
            if len(group) != 2:
                worth[k] = self._trio_weight(group)
        return worth

    def value(self, groups: Groups) -> int:
        """Return what all groups together are worth, in units of `step`."""
        return sum(self.group_weights(groups).tolist())

    def rank(self, groups: Groups) -> int:  # noqa: ARG002
        """Return what counts before the value among plans that place as many: nothing here."""
        return 0

    def arranged(self, groups: Iterable[Iterable[int]]) -> Groups:
        """Return groups with ascending members, ordered by their first.

        Raises
        ------
        InvalidInput
            When an index is out of range or a group does not hold two or three people.
        """
        n = self.n
        ordered = sorted(tuple(sorted(map(int, group))) for group in groups)
        for group in ordered:
            if len(group) not in (2, 3):
                raise InvalidInput(f"groups: {group} has {len(group)} people; must be 2 or 3")
            if group[0] < 0 or group[-1] >= n:
                raise InvalidInput(f"groups: {group} has an index outside 0 to {self.n - 1}")
        return tuple(ordered)

    def broken(self, groups: Groups) -> list[str]:
        """Return a sentence for everything about the groups that is not allowed."""
        false = repeated(self, groups)
        trios = [group for group in groups if len(group) == 3]
        if len(trios) > 1 or (trios and (self.n % 2 == 0 or self.leftover == "bye")):
            names = listed([self.people.ids[i] for i in trios[-1]])
            false.append(
                f"{names} are a trio, which only one group may be, with an odd number"
                f' of people and leftover="trio"'
            )
        required = [(a, b) for a, b in self.required.pairs().tolist()]
        false += torn_pairs(self, groups, required)
        return false + refused_pairs(self, groups, self.filters)

    def why_alone(self, i: int, *, alone: int, proven: bool) -> str:
        """Say why i is in no group of a plan that leaves ``alone`` people out."""
        return why_alone(self, i, alone=alone, proven=proven)

    def check(self, *, everybody: bool = True) -> None:
        """Find contradictions between the rules before anything is solved.

        Parameters
        ----------
        everybody
            Whether somebody with nobody allowed is a contradiction, or may stay unmatched.

        Raises
        ------
        InfeasibleError
            Its `conflicts` say for each contradiction who, which rules and what to relax:
            a required pair that another rule refuses, requires that tie too many people
            together, somebody with nobody allowed.

        Notes
        -----
        Nothing to do without rules. Otherwise rows are scanned by blocks until each has found
        somebody allowed: O(n) pairs when rules refuse few, O(n^2) in the worst case.
        """
        conflicts = find_conflicts(self, everybody=everybody)
        if conflicts:
            raise InfeasibleError(conflicts)

    def _trio_weight(self, group: tuple[int, ...]) -> int:
        i, j = np.array(list(combinations(group, 2)), dtype=np.intp).T
        weights = self.together_pairs(i, j)
        inside = set(group)
        torn = any(not inside.issuperset(self.required.partners(k).tolist()) for k in group)
        if torn or (weights == NOT_ALLOWED).any():
            return NOT_ALLOWED
        return int(weights.sum()) // 2

    def _quantised(self, values: NDArray[np.float64]) -> Weights:
        weights: Weights = 2 * self.score.quantise(values)
        return weights
