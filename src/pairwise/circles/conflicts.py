"""Contradictions between size, rules and quotas of circles: who, which, and what to relax."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import listed, quoted
from pairwise.matching.partitions.problem import APART

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pairwise.circles.problem import GroupProblem
    from pairwise.participants import Id

_NAMED = 8
_MOST_SENTENCES = 20
_MOST_PACKED = 300


def find_conflicts(problem: GroupProblem) -> list[str]:
    """Return one sentence per contradiction; empty when none is found.

    What is found here needs no search: each sentence stands for itself. That nothing is found
    does not prove that circles exist.
    """
    conflicts = [
        *_too_many_together(problem),
        *_refused_requires(problem),
        *_counts_out_of_reach(problem),
        *_units_over_counts(problem),
        *_slots_out_of_reach(problem),
    ]
    if conflicts:
        return conflicts[:_MOST_SENTENCES]
    conflicts = [
        *_few_allowed(problem),
        *_too_many_apart(problem),
        *_units_that_do_not_fit(problem),
    ]
    return conflicts[:_MOST_SENTENCES]


def _names(problem: GroupProblem, members: Iterable[int]) -> str:
    ids: list[Id] = [problem.people.ids[i] for i in members]
    return listed(ids, most=_NAMED)


def _too_many_together(problem: GroupProblem) -> list[str]:
    most = problem.shape.most
    return [
        f"Require ties {len(unit)} people together ({_names(problem, unit)}), but a circle holds"
        f" {most} at most: drop some of these pairs or use a size of {len(unit)}"
        for unit in problem.required.components()
        if len(unit) > most
    ]


def _refused_requires(problem: GroupProblem) -> list[str]:
    """Name pairs who end in one circle by requires and are refused by a rule."""
    pairs = [pair for unit in problem.required.components() for pair in combinations(unit, 2)]
    if not pairs:
        return []
    i, j = np.array(pairs, dtype=np.intp).T
    return [
        f"{_names(problem, pairs[k])} are tied together by Require, but {rule.name} refuses the"
        f" pair: drop the pair from Require or relax {rule.name}"
        for rule in problem.filters
        for k in np.flatnonzero(~rule.allowed_pairs(i, j)).tolist()
    ]


def _counts_out_of_reach(problem: GroupProblem) -> list[str]:
    """Compare what all circles must or may hold with how many there are."""
    false = []
    fewest, largest = min(problem.shape.group_counts), max(problem.shape.group_counts)
    for count in problem.counts:
        there = int(count.counted.sum())
        if count.at_least > problem.shape.most and not count.none:
            false.append(
                f"{count.name}: a circle holds {problem.shape.most} people at most, so never"
                f" {count.at_least} of them: lower at_least or use larger circles"
            )
        elif count.at_least * fewest > there and not count.none:
            false.append(
                f"{count.name}: {fewest:,} circles need {count.at_least * fewest:,} of them, there"
                f" are {there:,}: lower at_least, or use larger circles and so fewer"
            )
        most = problem.shape.left_out + (count.at_most or 0) * largest
        if count.at_most is not None and there > most:
            false.append(
                f"{count.name}: {largest:,} circles hold {count.at_most * largest:,} of them at"
                f" most, there are {there:,}: raise at_most, or use smaller circles and so more"
            )
    return false


def _units_over_counts(problem: GroupProblem) -> list[str]:
    """Name people tied together who are more of a kind than a circle may hold."""
    false = []
    for unit in problem.required.components():
        for count in problem.counts:
            held = [i for i in unit if count.counted[i]]
            if count.at_most is not None and len(held) > count.at_most:
                false.append(
                    f"Require ties {_names(problem, held)} together, who are {len(held)} of"
                    f" {count.name}: drop a pair from Require or raise at_most"
                )
    return false


def _slots_out_of_reach(problem: GroupProblem) -> list[str]:
    common = problem.common
    if common is None:
        return []
    free = common.free(problem.people)
    if free.shape[1] < common.at_least:
        return [f"{common!r}: there are {free.shape[1]} slots in all: ask for fewer"]
    return [
        f"{quoted(problem.people.ids[i])} is free in {int(free[i].sum())} slots, {common!r} asks"
        f" for {common.at_least}: ask for fewer, or leave them out with people.without([...])"
        for i in np.flatnonzero(free.sum(axis=1) < common.at_least).tolist()
    ]


def _few_allowed(problem: GroupProblem) -> list[str]:
    """Name people with fewer allowed partners than a circle has other seats."""
    if not problem.rules and problem.common is None:
        return []
    need = problem.shape.least - 1
    allowed = (problem.partition.weights != APART).sum(axis=1) - 1
    few = np.flatnonzero(allowed < need).tolist()
    if len(few) <= problem.shape.left_out:
        return []
    return [_few_sentence(problem, i, int(allowed[i]), need) for i in few]


def _few_sentence(problem: GroupProblem, i: int, allowed: int, need: int) -> str:
    row = np.array([i])
    others = np.arange(problem.n) != i
    refused = {
        rule.name: ~rule.allowed(row, slice(0, problem.n))[0] & others for rule in problem.filters
    }
    if problem.common is not None:
        free = problem.common.free(problem.people).astype(np.float32)
        refused[repr(problem.common)] = (free @ free[i] < problem.common.at_least) & others
    counted = {name: int(mask.sum()) for name, mask in refused.items() if mask.any()}
    said = ", ".join(f"{name} refuses {count:,}" for name, count in counted.items())
    first = max(counted, key=lambda name: counted[name])
    return (
        f"{quoted(problem.people.ids[i])} has {allowed:,} others allowed, a circle needs {need}:"
        f" {said}; relax {first}, or leave them out with people.without([...])"
    )


def _too_many_apart(problem: GroupProblem) -> list[str]:
    """Name people of whom no two may share a circle and who are more than there are circles."""
    if not problem.filters and problem.common is None:
        return []
    circles = max(problem.shape.group_counts)
    apart = problem.partition.weights == APART
    crowd = _mutually_apart(apart)
    if len(crowd) <= circles + problem.shape.left_out:
        return []
    i, j = np.array(list(combinations(crowd[:64], 2)), dtype=np.intp).T
    names = [rule.name for rule in problem.filters if not rule.allowed_pairs(i, j).all()]
    names += [] if problem.common is None or names else [repr(problem.common)]
    return [
        f"no two of {len(crowd):,} people ({_names(problem, crowd)}) may share a circle, which"
        f" {' and '.join(names)} refuse, but there are {circles:,} circles: relax a rule or use"
        f" smaller circles and so more"
    ]


def _mutually_apart(apart: NDArray[np.bool_]) -> list[int]:
    """Return a large set of people of whom no two may meet; greedy from the most refused."""
    degree = apart.sum(axis=1)
    best: list[int] = []
    for start in np.argsort(-degree, kind="stable")[:16].tolist():
        crowd, candidates = [start], apart[start].copy()
        while candidates.any():
            inside = np.where(candidates, apart[:, candidates].sum(axis=1), -1)
            crowd.append(int(inside.argmax()))
            candidates &= apart[crowd[-1]]
        best = max(best, crowd, key=len)
    return sorted(best)


def _units_that_do_not_fit(problem: GroupProblem) -> list[str]:
    """Pack the people tied together, the largest first, into circles as even as can be."""
    units = sorted(problem.required.components(), key=len, reverse=True)
    if not 0 < len(units) <= _MOST_PACKED or len(problem.shape.group_counts) > 1:
        return []
    groups, placed = problem.shape.group_counts[0], problem.n - problem.shape.left_out
    room = tuple(sorted(placed // groups + (g < placed % groups) for g in range(groups)))
    sizes = tuple(len(unit) for unit in units)
    if _fits(sizes, room, {}):
        return []
    several = ", ".join(map(str, sizes[:_NAMED]))
    return [
        f"Require ties people together in sets of {several} ({_names(problem, units[0])} and"
        f" others), which do not fit into {groups:,} circles of {_ends(room)}: drop some of these"
        " pairs, or use another size"
    ]


def _ends(room: tuple[int, ...]) -> str:
    return f"{room[0]}" if room[0] == room[-1] else f"{room[0]} to {room[-1]}"


def _fits(
    sizes: tuple[int, ...], room: tuple[int, ...], known: dict[tuple[int, tuple[int, ...]], bool]
) -> bool:
    """Tell whether sets fit into circles: the first into every size of room that is left."""
    if not sizes:
        return True
    key = (len(sizes), room)
    if key not in known:
        tries = sorted({space for space in room if space >= sizes[0]})
        known[key] = any(_fits(sizes[1:], _less(room, space, sizes[0]), known) for space in tries)
    return known[key]


def _less(room: tuple[int, ...], space: int, size: int) -> tuple[int, ...]:
    left = list(room)
    left.remove(space)
    return tuple(sorted([*left, space - size]))
