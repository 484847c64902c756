"""Plans between two plans: their alternating cycles and paths, each taken from one or the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pairwise.matching.tilted.oracle import Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pairwise.matching.tilted.oracle import Groups, Oracle
    from pairwise.matching.tilted.tilt import Limits

_MOST_STATES = 4000

State = tuple[int, ...]


def components(first: Groups, second: Groups) -> list[tuple[Groups, Groups]]:
    """Return the parts in which two plans differ: for each, the groups of one and of the other.

    Parts are the connected components of all groups that only one of the two holds; any choice of
    a side for every part is a plan, if both sides hold the same number of people.
    """
    old, new = set(first) - set(second), set(second) - set(first)
    of: dict[int, list[tuple[int, ...]]] = {}
    for group in (*sorted(old), *sorted(new)):
        for i in group:
            of.setdefault(i, []).append(group)
    seen: set[tuple[int, ...]] = set()
    parts = []
    for start in sorted(old | new):
        if start in seen:
            continue
        reached, edge = {start}, [start]
        while edge:
            fresh = {g for i in edge.pop() for g in of[i]} - reached
            reached |= fresh
            edge.extend(fresh)
        seen |= reached
        parts.append((tuple(sorted(reached & old)), tuple(sorted(reached & new))))
    return parts


@dataclass(frozen=True)
class Recombination:
    """The best plan for every value of the sums that choices between two plans reach.

    Attributes
    ----------
    common
        Groups that both plans hold.
    parts
        Where they differ.
    states
        By the sums of a plan: its weight, and which parts it takes from the second.
    """

    common: Groups
    parts: list[tuple[Groups, Groups]]
    states: dict[State, tuple[int, tuple[bool, ...]]]

    @classmethod
    def of(cls, oracle: Oracle, first: Column, second: Column) -> Recombination:
        """Combine two plans by dynamic programming; of over 4,000 states the heaviest are kept."""
        common = tuple(sorted(set(first.groups) & set(second.groups)))
        base = oracle.column(common)
        states: dict[State, tuple[int, tuple[bool, ...]]] = {base.sums: (base.value, ())}
        parts = _joined(components(first.groups, second.groups))
        for sides in parts:
            states = _extended(states, [oracle.column(side) for side in sides])
        return cls(common, parts, states)

    def columns(self) -> Iterator[Column]:
        """Yield the plans, heaviest first."""
        for sums, (value, choice) in sorted(self.states.items(), key=lambda item: -item[1][0]):
            yield Column(self._groups(choice), value, sums)

    def best(self, limits: Sequence[Limits]) -> Column | None:
        """Return the heaviest plan that keeps the sums, if one does."""
        for sums, (value, choice) in sorted(self.states.items(), key=lambda item: -item[1][0]):
            if keeps(sums, limits):
                return Column(self._groups(choice), value, sums)
        return None

    def _groups(self, choice: Sequence[bool]) -> Groups:
        taken = zip(self.parts, choice, strict=True)
        chosen = [group for sides, turned in taken for group in sides[turned]]
        return tuple(sorted((*self.common, *chosen)))


def keeps(sums: Sequence[int], limits: Sequence[Limits]) -> bool:
    """Say whether all sums are within their bounds."""
    return not any(one.excess(total) for total, one in zip(sums, limits, strict=True))


def _extended(
    states: dict[State, tuple[int, tuple[bool, ...]]], columns: Sequence[Column]
) -> dict[State, tuple[int, tuple[bool, ...]]]:
    grown: dict[State, tuple[int, tuple[bool, ...]]] = {}
    for sums, (value, choice) in states.items():
        for turned, column in zip((False, True), columns, strict=True):
            key = tuple(a + b for a, b in zip(sums, column.sums, strict=True))
            found = (value + column.value, (*choice, turned))
            if key not in grown or found[0] > grown[key][0]:
                grown[key] = found
    if len(grown) > _MOST_STATES:
        return dict(sorted(grown.items(), key=lambda item: -item[1][0])[:_MOST_STATES])
    return grown


def _joined(parts: list[tuple[Groups, Groups]]) -> list[tuple[Groups, Groups]]:
    """Return the parts, those in which the two sides hold different people joined into one."""
    even: list[tuple[Groups, Groups]] = []
    uneven: tuple[list[tuple[int, ...]], list[tuple[int, ...]]] = ([], [])
    for sides in parts:
        if _size(sides[0]) == _size(sides[1]):
            even.append(sides)
        else:
            for own, side in zip(uneven, sides, strict=True):
                own.extend(side)
    return [*even, (tuple(sorted(uneven[0])), tuple(sorted(uneven[1])))] if uneven[0] else even


def _size(groups: Iterable[tuple[int, ...]]) -> int:
    return sum(map(len, groups))
