"""Who may be whose mentor, within loads, and what each pair is worth, in integers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from pairwise.errors import InfeasibleError, InvalidInput, listed, quoted
from pairwise.problem import load_words
from pairwise.problem.binding import bind_rules, bind_score
from pairwise.problem.pairs import NOT_ALLOWED
from pairwise.problem.sides import Side
from pairwise.rules import BoundRequire, PairSet, find_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from pairwise.participants import Participants
    from pairwise.problem.base import Groups, Problem
    from pairwise.problem.pairs import Weights
    from pairwise.rules import BoundRule, Index, Indices, Mask, Rule
    from pairwise.score import Score
    from pairwise.terms import Term

Cell = tuple[int, int]
LoadArrays = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]
Participation = Literal["maximum", "any"]
Gain = Literal["mentee", "both"]

_ROOM = 2**53
_MOST_BITS = 30
_FEWEST_BITS = 8


@dataclass(frozen=True, eq=False)
class LoadProblem:
    """Mentors, mentees, how many partners each has, and what each pair is worth, as integers.

    A group is a pair of indices, the mentor first. Plans are compared by `rank` first, which
    counts who is placed, then by `value`.

    Attributes
    ----------
    people, score, rules
        Everybody on either side; score and rules bound to them.
    mentors, mentees
        Both sides.
    returns
        What the first, second, ... mentee of a mentor adds, in score units, not rising; the last
        holds for all further.
    participation
        ``"maximum"``: as many people as can be have a partner; ``"any"``: only the worth counts.
    gain
        ``"mentee"``: a pair is worth what the mentee gains from the mentor; ``"both"``: what it
        is worth in `pair`.
    two_cycles
        Whether two people may be each other's mentor.
    priority
        Whole numbers per person, in everybody's order; None when nobody has any.
    """

    kind: ClassVar[str] = "loads"
    seats: ClassVar[tuple[str, ...]] = ("mentor", "mentee")
    elsewhere: ClassVar[str] = "placed elsewhere"

    people: Participants
    score: Score
    rules: tuple[BoundRule, ...]
    mentors: Side
    mentees: Side
    returns: tuple[float, ...] = (0.0,)
    participation: Participation = "maximum"
    gain: Gain = "mentee"
    two_cycles: bool = False
    priority: tuple[int, ...] | None = None

    @classmethod
    def of(
        cls,
        people: Participants,
        score: Score | Term | None,
        rules: Iterable[Rule | BoundRule],
        mentors: Iterable[Iterable[int]],
        mentees: Iterable[Iterable[int]],
        returns: Iterable[float] = (0.0,),
        participation: Participation = "maximum",
        gain: Gain = "mentee",
        two_cycles: bool = False,
        priority: Iterable[int] | None = None,
    ) -> LoadProblem:
        """Bind score and rules to the people; sides are (people, fewest, most), as indices."""
        bound = bind_score(people, score)
        givers, takers = (Side(*map(tuple, side)) for side in (mentors, mentees))
        levels = None if priority is None else tuple(priority)
        return cls(
            people,
            bound,
            bind_rules(people, bound, rules),
            givers,
            takers,
            tuple(returns),
            participation,
            gain,
            two_cycles,
            levels,
        )

    def with_rules(self, rules: Iterable[Rule]) -> Self:
        """Return the same problem under further rules, checked for contradictions."""
        problem = replace(self, rules=(*self.rules, *bind_rules(self.people, self.score, rules)))
        problem.check()
        return problem

    def placing(self, i: int) -> Self:
        """Return the problem in which somebody must have a mentor, or a mentee if only that."""
        if i in self.mentees.people:
            return replace(self, mentees=self.mentees.placing(i))
        return replace(self, mentors=self.mentors.placing(i))

    @property
    def n(self) -> int:
        """Number of participants."""
        return len(self.people)

    @property
    def settings(self) -> dict[str, object]:
        """What else the problem was made with, as plain values."""
        return {
            "mentors": self.mentors.plain,
            "mentees": self.mentees.plain,
            "returns": list(self.returns),
            "participation": self.participation,
            "gain": self.gain,
            "two_cycles": self.two_cycles,
            "priority": None if self.priority is None else list(self.priority),
        }

    @property
    def directed(self) -> bool:
        """Whether a pair is worth what its second member gains from the first."""
        return self.gain == "mentee"

    @cached_property
    def filters(self) -> tuple[BoundRule, ...]:
        """The rules that refuse pairs: all but `Require`."""
        return tuple(rule for rule in self.rules if not isinstance(rule, BoundRequire))

    @cached_property
    def required(self) -> PairSet:
        """Pairs that must be together, of all `Require` rules at once."""
        i, j = np.array(self.required_pairs, dtype=np.intp).reshape(-1, 2).T
        return PairSet(self.n, i, j)

    @cached_property
    def required_pairs(self) -> tuple[tuple[int, int], ...]:
        """Required pairs, mentor first: as written where that can be, else turned."""
        pairs = [
            (self.people.index(a), self.people.index(b))
            for rule in self.rules
            if isinstance(rule, BoundRequire)
            for a, b in rule.rule.pairs  # type: ignore[attr-defined]
        ]
        turned = [(b, a) if self._fits(b, a) and not self._fits(a, b) else (a, b) for a, b in pairs]
        return tuple(dict.fromkeys(turned))

    def _fits(self, a: int, b: int) -> bool:
        return bool(self.row_at[a] >= 0 and self.col_at[b] >= 0)

    @cached_property
    def row_at(self) -> Indices:
        """Place among the mentors, -1 for others; (n,)."""
        return self.mentors.places(self.n)

    @cached_property
    def col_at(self) -> Indices:
        """Place among the mentees, -1 for others; (n,)."""
        return self.mentees.places(self.n)

    @cached_property
    def _units(self) -> tuple[int, int, int]:
        """Bits of the step, and what a unit of priority and a place are worth in steps.

        A step of priority outweighs all that scores and returns can add up to, a place outweighs
        all priorities; the step is the finest, down from 2**-30, for which that fits the kernel.
        """
        claims = 0 if self.priority is None else 2 * sum(self.priority)
        most = max(self.priority or (0,))
        for bits in range(_MOST_BITS, _FEWEST_BITS, -1):
            spread = self._most_pairs * self._reach * 2**bits + 2
            place = spread * (claims + 1) * (self.participation == "maximum")
            if (2 * (place + spread * most) + spread) * 2 < _ROOM:
                return bits, spread * (claims > 0), place
        raise InvalidInput(
            f"priority: numbers up to {most} for {self.n:,} people are too many levels to keep"
            " apart; use fewer, 0 to 10 for example"
        )

    @cached_property
    def _most_pairs(self) -> int:
        rows = sum(min(high, len(self.mentees.people)) for high in self.mentors.high)
        cols = sum(min(high, len(self.mentors.people)) for high in self.mentees.high)
        return min(rows, cols)

    @property
    def _reach(self) -> int:
        """How far the worths of two pairs can be apart in score units, rounded up."""
        return int(np.ceil(2 + max(0.0, *self.returns) - min(0.0, *self.returns)))

    @property
    def step(self) -> float:
        """What one unit of value is worth in score units."""
        return float(2.0 ** -self._units[0])

    @cached_property
    def table(self) -> Weights:
        """Weights of mentors x mentees, NOT_ALLOWED where rules refuse; requires aside."""
        rows, cols = self.mentors.index, self.mentees.index
        weights = self._quantised(self._scores(rows, cols))
        weights[~self._passed(rows, cols)] = NOT_ALLOWED
        return weights

    def _scores(self, mentors: Indices, mentees: Indices) -> NDArray[np.float64]:
        if self.directed:
            return self.score.directed_block(mentees, mentors).T
        return np.asarray(self.score.block(mentors, mentees))

    def _quantised(self, values: NDArray[np.float64]) -> Weights:
        weights: Weights = np.rint(values / self.step).astype(np.int64, order="C")
        return weights

    def _passed(self, rows: Indices, cols: Indices) -> Mask:
        mask = np.ones((len(rows), len(cols)), dtype=np.bool_)
        mask[find_all(rows, cols)] = False
        for rule in self.filters:
            mask &= rule.allowed(rows, cols)
        return mask

    @cached_property
    def twins(self) -> tuple[Indices, Indices] | None:
        """Place among the mentors of each mentee, and among the mentees of each mentor, or -1.

        None when nobody could be a mentor of their mentor, or when they may.
        """
        mentors, mentees = self.row_at[self.mentees.index], self.col_at[self.mentors.index]
        return None if self.two_cycles or (mentors < 0).all() else (mentors, mentees)

    @cached_property
    def fixed(self) -> tuple[Cell, ...]:
        """Places of the required pairs in the table."""
        return tuple(self.cells(self.required_pairs))

    @cached_property
    def free_table(self) -> Weights:
        """The table without the pairs that required pairs exclude."""
        weights = self.table.copy()
        for row, col in self.fixed if self.twins else ():
            twin = (self.row_at[self.mentees.people[col]], self.col_at[self.mentors.people[row]])
            if min(twin) >= 0:
                weights[twin] = NOT_ALLOWED
        return weights

    @cached_property
    def loads(self) -> tuple[LoadArrays, LoadArrays]:
        """Fewest and most partners and gains of both sides, as the kernel takes them."""
        mentors, mentees = self.mentors, self.mentees
        rows = self._load_arrays(mentors, len(mentees.people), self.returns)
        return rows, self._load_arrays(mentees, len(mentors.people), (0.0,))

    def _load_arrays(self, side: Side, most: int, returns: Sequence[float]) -> LoadArrays:
        low = np.array(side.low, dtype=np.int32)
        high = np.maximum(np.minimum(side.high, most), low).astype(np.int32)
        worth = np.array([round(step / self.step) for step in returns])
        first = np.array([self._claim(i) for i in side.people], dtype=np.int64)
        if not (worth.any() or first.any()):
            nothing = np.empty(0, dtype=np.int64)
            return low, high, nothing, nothing
        start = np.concatenate([[0], np.cumsum(high, dtype=np.int64)])
        place = np.arange(start[-1]) - np.repeat(start[:-1], high)
        gain = worth[np.minimum(place, len(worth) - 1)]
        gain[place == 0] += first[high > 0]
        return low, high, start, gain

    def _claim(self, i: int) -> int:
        """Return what placing somebody counts in one role, before all values."""
        _, unit, place = self._units
        return place + unit * (self.priority[i] if self.priority is not None else 0)

    def cells(self, groups: Iterable[Sequence[int]]) -> list[Cell]:
        """Return row and column of each group."""
        return [(int(self.row_at[a]), int(self.col_at[b])) for a, b in groups]

    def groups(self, cells: Iterable[Cell]) -> Groups:
        """Return the pairs, mentor first, of rows and columns."""
        rows, cols = self.mentors.people, self.mentees.people
        return tuple((rows[row], cols[col]) for row, col in cells)

    def left_out(self, groups: Groups) -> list[int]:
        """Return who has no partner though they might: mentees first of all as mentees."""
        taught, busy = {b for _, b in groups}, {a for a, _ in groups}
        return [
            i
            for i in range(self.n)
            if (i not in taught if self.col_at[i] >= 0 else self.row_at[i] >= 0 and i not in busy)
        ]

    def rank(self, groups: Groups) -> int:
        """Return what counts before the value: people placed, by role, and their priorities."""
        placed = [*{a for a, _ in groups}, *{b for _, b in groups}]
        return sum([self._claim(i) for i in placed])

    def value(self, groups: Groups) -> int:
        """Return what all groups together are worth, returns included."""
        returns = [round(step / self.step) for step in self.returns]
        counts = Counter(a for a, _ in groups)
        further = sum(
            returns[min(k, len(returns) - 1)] for count in counts.values() for k in range(count)
        )
        scores: list[int] = self.group_weights(groups).tolist()
        return sum(scores) + further

    def group_weights(self, groups: Groups) -> Weights:
        """Return what pairs are worth by themselves; NOT_ALLOWED if refused; shape (g,)."""
        mentors, mentees = np.array(groups, dtype=np.intp).reshape(-1, 2).T
        return self.pair_weights(mentors, mentees)

    def pair_weights(self, mentors: Indices, mentees: Indices) -> Weights:
        """Return the weights of mentors with mentees, requires aside; shape (m,)."""
        if self.directed:
            values = self.score.directed_pairs(mentees, mentors)
        else:
            values = self.score.pairs(mentors, mentees)
        allowed = (self.row_at[mentors] >= 0) & (self.col_at[mentees] >= 0) & (mentors != mentees)
        for rule in self.filters:
            allowed &= rule.allowed_pairs(mentors, mentees)
        weights: Weights = np.where(allowed, self._quantised(values), NOT_ALLOWED)
        return weights

    def weights(self, rows: Index, cols: Index) -> Weights:
        """Return the weights of people with people, in the better of two roles; shape (r, c)."""
        everybody = np.arange(self.n)
        i, j = everybody[rows], everybody[cols]
        grid = np.repeat(i, len(j)), np.tile(j, len(i))
        return self.together_pairs(*grid).reshape(len(i), len(j))

    def together_pairs(self, i: Indices, j: Indices) -> Weights:
        """Return the weights of index pairs, in the better of two roles; shape (m,)."""
        return np.maximum(self.pair_weights(i, j), self.pair_weights(j, i))

    def arranged(self, groups: Iterable[Iterable[int]]) -> Groups:
        """Return groups, the mentor first, ordered by mentor and mentee.

        Raises
        ------
        InvalidInput
            When a group is no pair, or an index is out of range.
        """
        ordered = sorted(tuple(int(i) for i in group) for group in groups)
        for group in ordered:
            if len(group) != 2:
                raise InvalidInput(f"groups: {group} has {len(group)} people; must be 2")
            if min(group) < 0 or max(group) >= self.n:
                raise InvalidInput(f"groups: {group} has an index outside 0 to {self.n - 1}")
        return tuple(ordered)

    def broken(self, groups: Groups) -> list[str]:
        """Return a sentence for everything about the groups that is not allowed."""
        return load_words.broken(self, groups)

    def why_alone(self, i: int, *, alone: int, proven: bool) -> str:  # noqa: ARG002
        """Say why i is in no group."""
        return load_words.why_alone(self, i, proven=proven)

    def check(self) -> None:
        """Find contradictions between requires, rules and loads before anything is solved.

        Raises
        ------
        InfeasibleError
            Its `conflicts` say who, which rules or loads, and what to relax.
        """
        conflicts = load_words.conflicts(self)
        if conflicts:
            raise InfeasibleError(conflicts)

    def names(self, indices: Iterable[int], most: int = 5) -> str:
        """Return the ids of people as a list in words."""
        return listed([self.people.ids[i] for i in indices], most=most)

    def name(self, i: int) -> str:
        """Return the id of somebody as messages show it."""
        return quoted(self.people.ids[i])


def load_parts(problem: LoadProblem) -> dict[str, Any]:
    """Return the fields of a problem of loads, for one that asks for more."""
    return {part.name: getattr(problem, part.name) for part in fields(LoadProblem)}


def left_out(problem: Problem, groups: Groups) -> list[int]:
    """Return who is in no group; with mentors, who lacks the partner that they are there for."""
    if isinstance(problem, LoadProblem):
        return problem.left_out(groups)
    placed = {i for group in groups for i in group}
    return [i for i in range(len(problem.people)) if i not in placed]
