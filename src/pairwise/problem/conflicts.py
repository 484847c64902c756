"""Contradictions between rules: who is concerned, by which rules, and what to relax."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pairwise.problem.pairs import PairProblem
    from pairwise.rules import BoundRule, Indices, Mask

_NAMED = 20
_ROWS = 1024
_FIRST_COLS = 256
_MOST_COLS = 4096


def find_conflicts(problem: PairProblem, *, everybody: bool = True) -> list[str]:
    """Return one sentence per contradiction; empty when the rules can be met.

    Parameters
    ----------
    problem
        The problem, not yet solved.
    everybody
        Whether somebody with nobody allowed is a contradiction, or may stay unmatched.

    Notes
    -----
    Contradictory requires are reported alone: while they stand, whom the others may meet is
    not defined. At most 20 people with nobody allowed get a sentence of their own.
    """
    conflicts = [*clique_conflicts(problem), *_refused_requires(problem)]
    if conflicts or not everybody:
        return conflicts
    return _nobody_conflicts(problem)


def clique_conflicts(problem: PairProblem) -> list[str]:
    """Return a sentence for every set of people whom requires tie together wrongly."""
    groups = [group for group in problem.required.components() if len(group) > 2]
    trio_fits = problem.leftover == "trio" and problem.n % 2 == 1
    if trio_fits and len(groups) == 1 and len(groups[0]) == 3:
        return []
    return [_clique_sentence(problem, group) for group in groups]


def _clique_sentence(problem: PairProblem, group: tuple[int, ...]) -> str:
    ids = problem.people.ids
    hub = max(group, key=lambda i: (len(problem.required.partners(i)), -i))
    partners = [ids[j] for j in problem.required.partners(hub)]
    head = (
        f"{quoted(ids[hub])} is required with {listed(partners, most=8)},"
        f" but a pair holds two people: keep one of these requires"
    )
    if len(group) > 3:
        return head
    if problem.leftover == "bye":
        return f'{head}, or use leftover="trio" with an odd number of people'
    if problem.n % 2 == 0:
        return f"{head}; a trio exists only when the number of people is odd, here {problem.n:,}"
    return f"{head}; there can be one trio only, and requires ask for more"


def _refused_requires(problem: PairProblem) -> list[str]:
    """Return a sentence for every required pair, or side of a fixed trio, that a rule refuses."""
    pairs = {(i, j) for i, j in problem.required.pairs().tolist()}
    trios = [group for group in problem.required.components() if len(group) == 3]
    sides = sorted(pairs.union(*(combinations(trio, 2) for trio in trios)))
    if not sides:
        return []
    i, j = np.array(sides, dtype=np.intp).T
    return [
        _refused_sentence(problem, rule, sides[k], required=sides[k] in pairs)
        for rule in problem.filters
        for k in np.flatnonzero(~rule.allowed_pairs(i, j))
    ]


def _refused_sentence(
    problem: PairProblem, rule: BoundRule, pair: tuple[int, int], *, required: bool
) -> str:
    both = listed([problem.people.ids[i] for i in pair])
    how = "are required together" if required else "would share the trio that requires ask for"
    return (
        f"{both} {how}, but {rule.name} refuses the pair:"
        f" drop the pair from Require or relax {rule.name}"
    )


def _nobody_conflicts(problem: PairProblem) -> list[str]:
    """Return a sentence for everybody (20 at most by name) who has nobody allowed."""
    alone = nobody_allowed(problem)
    if len(alone) == 1 and problem.n % 2 == 1 and _could_meet(problem, int(alone[0])):
        return []
    if not len(alone):
        return []
    ids = [problem.people.ids[i] for i in alone]
    sentences = [_nobody_sentence(problem, int(i)) for i in alone[:_NAMED]]
    rest = f" and of {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
    them = ", ".join(map(quoted, ids[:_NAMED]))
    return [*sentences, f"or leave them out: people.without([{them}]){rest}"]


def nobody_allowed(problem: PairProblem) -> Indices:
    """Return the indices of people with nobody allowed as a partner, ascending.

    Notes
    -----
    A row is dropped as soon as it has met somebody; columns start next to the row, since
    cohorts often come sorted, and widen. Memory O(1024 x 4096).
    """
    if not problem.rules or problem.n < 2:
        return np.empty(0, dtype=np.intp)
    alone = [_alone_rows(problem, rows) for rows in _chunks(problem.free, _ROWS)]
    return np.concatenate([np.empty(0, dtype=np.intp), *alone])


def _alone_rows(problem: PairProblem, rows: Indices) -> Indices:
    for cols in _widening(int(rows[0]), problem.n):
        rows = rows[~problem.allowed(rows, cols).any(axis=1)]
        if not len(rows):
            break
    return rows


def _chunks(indices: Indices, size: int) -> Iterator[Indices]:
    for start in range(0, len(indices), size):
        yield indices[start : start + size]


def _widening(start: int, n: int) -> Iterator[slice]:
    """Yield slices that cover 0..n once, from ``start`` round, each twice as wide."""
    width = _FIRST_COLS
    for low, high in ((start, n), (0, start)):
        while low < high:
            yield slice(low, min(low + width, high))
            low, width = low + width, min(2 * width, _MOST_COLS)


def _could_meet(problem: PairProblem, i: int) -> bool:
    """Tell whether somebody would be allowed to i if requires had not settled them."""
    return bool(problem.compatible(np.array([i]), slice(0, problem.n)).any())


def _nobody_sentence(problem: PairProblem, i: int) -> str:
    who, others = quoted(problem.people.ids[i]), problem.n - 1
    refused = _refusals(problem, i)
    return (
        f"{who} has nobody allowed among {others:,} others: {_counted(refused)};"
        f" {_relaxation(refused)}"
    )


def _refusals(problem: PairProblem, i: int) -> list[tuple[str, Mask]]:
    """Return per rule whom it refuses to i; requires count once, together."""
    row, everybody = np.array([i]), slice(0, problem.n)
    others = np.arange(problem.n) != i
    refused = [(rule.name, ~rule.allowed(row, everybody)[0] & others) for rule in problem.filters]
    if len(problem.required):
        refused.append(("Require", (problem.required.degree > 0) & others))
    return [(name, mask) for name, mask in refused if mask.any()]


def _counted(refused: Sequence[tuple[str, Mask]]) -> str:
    return ", ".join(f"{name} refuses {int(mask.sum()):,}" for name, mask in refused)


def _relaxation(refused: Sequence[tuple[str, Mask]]) -> str:
    """Say which single rule would free somebody if it were dropped, the fullest first."""
    masks = np.array([mask for _, mask in refused])
    times = masks.sum(axis=0)
    freed = [(int((mask & (times == 1)).sum()), name) for name, mask in refused]
    count, name = max(freed, key=lambda pair: pair[0])
    if not count:
        return "no single rule is to blame, so relax two of them"
    return f"without {name} there would be {count:,}"


def why_alone(problem: PairProblem, i: int, *, alone: int, proven: bool) -> str:
    """Say why i is in no group of a plan that leaves ``alone`` people out.

    Parameters
    ----------
    problem
        The problem that the plan answers.
    i
        Index of somebody unmatched.
    alone
        How many people the plan leaves unmatched, i among them.
    proven
        Whether the plan is proven best, which is to say that it places as many as can be.
    """
    if problem.n == 1:
        return "there is nobody else"
    allowed = int(problem.allowed(np.array([i]), slice(0, problem.n)).sum())
    if not allowed:
        return f"nobody allowed: {_counted(_refusals(problem, i))}"
    if alone == 1 and problem.n % 2 and problem.leftover == "bye":
        best = ", and this bye costs least" if proven else ""
        return f"a bye: {problem.n:,} is odd{best}"
    most = f"; no plan places more than {problem.n - alone:,} people" if proven else ""
    return f"{allowed:,} of {problem.n - 1:,} others are allowed, all placed elsewhere{most}"
