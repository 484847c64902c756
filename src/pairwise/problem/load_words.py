"""What is wrong with mentors and mentees: contradictions, shortages and broken plans, in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

import numpy as np

from pairwise.problem.base import refused_pairs, torn_pairs
from pairwise.problem.pairs import NOT_ALLOWED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pairwise.problem.base import Groups
    from pairwise.problem.loads import LoadProblem
    from pairwise.problem.sides import Side

_NAMED = 20
_ROLES = (("mentors", "mentor_load"), ("mentees", "mentee_load"))


def conflicts(problem: LoadProblem) -> list[str]:
    """Return a sentence for every required pair that cannot be, alone or beside others."""
    impossible = list(_impossible_pairs(problem))
    return impossible or [*_overfull(problem), *_required_twins(problem)]


def _impossible_pairs(problem: LoadProblem) -> Iterator[str]:
    for a, b in problem.required_pairs:
        both = problem.names((a, b))
        if problem.row_at[a] < 0 or problem.col_at[b] < 0:
            yield (
                f"{both} are required together, but one must be a mentor and the other a mentee:"
                " drop the pair from Require, or add one of them to the other side"
            )
        for rule in problem.filters:
            if not rule.allowed_pairs(np.array([a]), np.array([b]))[0]:
                yield (
                    f"{both} are required together, but {rule.name} refuses the pair:"
                    f" drop the pair from Require or relax {rule.name}"
                )


def _overfull(problem: LoadProblem) -> Iterator[str]:
    """Yield who is required with more people than their load holds."""
    for seat, (side, other) in enumerate((("mentor", "mentee"), ("mentee", "mentor"))):
        counts = Counter(pair[seat] for pair in problem.required_pairs)
        limits = _most(problem, seat)
        for i, count in counts.items():
            if count > limits[i]:
                yield (
                    f"{problem.name(i)} is required with {count} {other}s, but {side}_load allows"
                    f" {limits[i]}: raise it for {problem.name(i)} or keep fewer of these requires"
                )


def _most(problem: LoadProblem, seat: int) -> dict[int, int]:
    side = (problem.mentors, problem.mentees)[seat]
    return dict(zip(side.people, side.high, strict=True))


def _required_twins(problem: LoadProblem) -> Iterator[str]:
    pairs = set(problem.required_pairs)
    for a, b in problem.required_pairs:
        if not problem.two_cycles and a < b and (b, a) in pairs:
            yield (
                f"{problem.names((a, b))} are required to be each other's mentor:"
                " pass allow_two_cycles=True, or keep one direction"
            )


class Lack(Protocol):
    """Members of a side that together need more than there is, by place."""

    @property
    def side(self) -> str:
        """``"row"`` for mentors, ``"col"`` for mentees."""

    @property
    def members(self) -> NDArray[np.int64]:
        """Who needs too much."""

    @property
    def partners(self) -> NDArray[np.int64]:
        """With whom they could be."""

    @property
    def needed(self) -> int:
        """What they need together."""

    @property
    def available(self) -> int:
        """What they can have."""


def shortage_sentence(problem: LoadProblem, lack: Lack) -> str:
    """Return who together needs more than there is, with whom, and what to relax."""
    seat = 0 if lack.side == "row" else 1
    here, there = _sides(problem, seat)
    (mine, my_load), (theirs, their_load) = _ROLES[seat], _ROLES[1 - seat]
    many = len(lack.members) > 1
    names = problem.names((here.people[k] for k in lack.members), _NAMED)
    others = problem.names((there.people[k] for k in lack.partners), _NAMED)
    wanted = f"{lack.needed:,} {theirs if lack.needed > 1 else theirs[:-1]}"
    needs = f"need {wanted} together" if many else f"needs {wanted}"
    head = f"the {mine if many else mine[:-1]} {names} {needs}"
    head += " beside required pairs" if problem.required_pairs else ""
    way_out = f"lower {my_load} of {names}{_relaxed(problem)}"
    if not others:
        return f"{head}, but nobody is allowed: {way_out}"
    return (
        f"{head}, but only {lack.available:,} can be had, from {others}:"
        f" raise {their_load} of {others}, {way_out}"
    )


def _sides(problem: LoadProblem, seat: int) -> tuple[Side, Side]:
    sides = (problem.mentors, problem.mentees)
    return sides[seat], sides[1 - seat]


def _relaxed(problem: LoadProblem) -> str:
    rules = [rule.name for rule in problem.filters]
    return f", or relax {' or '.join(rules)}" if rules else ""


def twins_sentence(problem: LoadProblem, cells: tuple[tuple[int, int], ...]) -> str:
    """Return that loads can only be met by people who are each other's mentor."""
    pairs = [
        problem.names((problem.mentors.people[row], problem.mentees.people[col]))
        for row, col in cells
    ]
    return (
        "the fewest partners that loads ask for can only be had if people are each other's"
        f" mentor, such as {'; '.join(pairs[:_NAMED])}: pass allow_two_cycles=True, or lower"
        " mentor_load or mentee_load"
    )


def broken(problem: LoadProblem, groups: Groups) -> list[str]:
    """Return a sentence for everything about the groups that is not allowed."""
    false = [*_wrong_roles(problem, groups)]
    if false:
        return false
    false = [*_repeated(problem, groups), *_wrong_loads(problem, groups)]
    false += torn_pairs(problem, groups, problem.required_pairs)
    return false + refused_pairs(problem, groups, problem.filters)


def _wrong_roles(problem: LoadProblem, groups: Groups) -> Iterator[str]:
    for a, b in groups:
        if problem.row_at[a] < 0:
            yield f"{problem.name(a)} is no mentor"
        if problem.col_at[b] < 0:
            yield f"{problem.name(b)} is no mentee"
        if a == b:
            yield f"{problem.name(a)} is their own mentor"


def _repeated(problem: LoadProblem, groups: Groups) -> Iterator[str]:
    for (a, b), count in Counter(groups).items():
        if count > 1:
            yield f"{problem.names((a, b))} are together {count} times"
        if a < b and not problem.two_cycles and (b, a) in groups:
            yield f"{problem.names((a, b))} are each other's mentor"


def _wrong_loads(problem: LoadProblem, groups: Groups) -> Iterator[str]:
    for seat, other in ((0, "mentees"), (1, "mentors")):
        side = (problem.mentors, problem.mentees)[seat]
        counts = Counter(group[seat] for group in groups)
        for i, low, high in zip(side.people, side.low, side.high, strict=True):
            if not low <= counts[i] <= high:
                yield f"{problem.name(i)} has {counts[i]} {other}, must have {low} to {high}"


def why_alone(problem: LoadProblem, i: int, *, proven: bool) -> str:
    """Say why i, who is in no group, has no mentor, or no mentee."""
    is_mentee = bool(problem.col_at[i] >= 0)
    seat = 1 if is_mentee else 0
    here, there = _sides(problem, seat)
    other = "mentors" if is_mentee else "mentees"
    if not here.high[here.people.index(i)]:
        return f"{_ROLES[seat][1]} allows no {other}"
    others = len(there.people) - (i in there.people)
    me = np.full(len(there.people), i)
    pair = (there.index, me) if is_mentee else (me, there.index)
    allowed = int(
        (problem.group_weights(tuple(zip(*map(list, pair), strict=True))) != NOT_ALLOWED).sum()
    )
    if not allowed:
        counts = [(rule.name, int((~rule.allowed_pairs(*pair)).sum())) for rule in problem.filters]
        refused = ", ".join(f"{name} refuses {count:,}" for name, count in counts if count)
        return f"none of {others:,} {other} is allowed: {refused or 'there is nobody'}"
    if not proven or problem.participation == "any":
        return f"{allowed:,} of {others:,} {other} are allowed, all {problem.elsewhere}"
    return (
        f"{allowed:,} of {others:,} {other} are allowed, all {problem.elsewhere};"
        " no plan places more people"
    )
