"""Checks that dual solutions exclude every trio; shares no code with the search.

A trio is excluded if one of the dual solutions bounds every plan with it by the claim. The first
one, the lead, is checked against all pairs in one pass, and rules out nearly all trios. The others
lie near it: a pair that the lead covers with more to spare than they take away is covered by them
too, so that each costs no further look at all pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pairwise.errors import VerificationError
from pairwise.matching.certificate import NOT_ALLOWED, Certificate, CommonDual, upper_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pairwise.matching.proof import Weights

Units = NDArray[np.int64]
_NEVER = np.iinfo(np.int64).max // 8


def check_trios(
    problem: Weights,
    certificates: Sequence[Certificate],
    level: int,
    bonds: Sequence[tuple[int, int]],
) -> None:
    """Check that no plan with a trio has a larger framed value than `level`.

    Parameters
    ----------
    problem : Weights
        Weights of all pairs.
    certificates : sequence of Certificate
        The lead first.
    level : int
        Four times the weight of a plan, and four times the bonus a pair, six times a trio.
    bonds : sequence of (i, j)
        Pairs that rules keep together and that a third person may join.

    Raises
    ------
    VerificationError
        Naming the first claim that is false. Cost: one or two looks at all pairs, and for each
        certificate O(pairs that the lead covers closely).
    """
    lead = certificates[0]
    _check_kinship(certificates)
    near = _Near.of(problem, lead, max(_taken(lead, other) for other in certificates))
    for certificate in certificates:
        certificate.check_edges(near.i, near.j, near.weight)
    judges = [_Judge(certificate) for certificate in certificates]
    for triangles in _on_bonds(problem.n, bonds):
        _check_excluded(problem, judges, triangles, level)
    for triangles in _above(problem, judges[0], near, level, bonds):
        _check_excluded(problem, judges, triangles, level)


def _check_kinship(certificates: Sequence[Certificate]) -> None:
    """Check that all certificates are about the same pairs: those of everybody but the bye."""
    lead = certificates[0]
    for other in certificates:
        if other.without != (lead.n,) or len(other.duals) != len(lead.duals):
            raise VerificationError("a bound on trios leaves out others than the bye")
        if other.bonus != lead.bonus:
            raise VerificationError(f"bonus {other.bonus}: must be {lead.bonus}, as in the base")


def _taken(lead: Certificate, other: Certificate) -> int:
    """Return at most how much less two duals of people are than in the lead."""
    less = np.maximum(lead.duals - other.duals, 0)[: lead.n]
    return int(np.partition(less, -2)[-2:].sum()) if lead.n > 1 else 0


@dataclass(frozen=True)
class _Near:
    """All allowed pairs that the lead's duals of people cover with less than `reach` to spare."""

    i: Units
    j: Units
    weight: Units
    reach: int

    @classmethod
    def of(cls, problem: Weights, lead: Certificate, reach: int) -> _Near:
        own = lead.duals - lead.bonus
        found = [(np.zeros(0, dtype=np.int64),) * 3]
        for rows, columns in upper_blocks(problem.n):
            block = problem.weights(rows, columns)
            least = (own[rows, None] + own[None, columns] - reach) // 2
            i, j = np.nonzero((block > least) & (block != NOT_ALLOWED))
            upper = i + rows.start < j + columns.start
            i, j = i[upper], j[upper]
            found.append((i + rows.start, j + columns.start, block[i, j]))
        i, j, weight = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return cls(i, j, weight, reach)


class _Judge:
    """Bounds trios by one certificate."""

    def __init__(self, certificate: Certificate) -> None:
        self.certificate = certificate
        n, people = certificate.n, len(certificate.duals)
        with_bye = np.zeros(len(certificate.set_duals), dtype=np.bool_)
        above = int(certificate.parents[n]) if people > n else -1
        while above >= 0:
            with_bye[above - people] = True
            above = int(certificate.parents[above])
        parents, sets = certificate.parents, certificate.set_duals
        self.odd = CommonDual(parents, np.where(with_bye, 0, sets), people)
        chain = CommonDual(parents, np.where(with_bye, sets, 0), people)
        everybody = np.arange(n)
        self.at_bye = np.zeros(n, dtype=np.int64)
        if people > n:
            self.at_bye = chain(everybody, np.full(n, n))
        halves = zip(sets.tolist(), certificate.set_sizes(), strict=True)
        self.total = sum(certificate.duals[:n].tolist())
        self.total += sum(dual * (size // 2) for dual, size in halves)

    def slack(self, i: Units, j: Units, weight: Units) -> tuple[Units, Units]:
        """Return what the duals leave of pairs, and the part that odd sets around both give."""
        odd, duals = self.odd(i, j), self.certificate.duals
        slack = duals[i] + duals[j] + odd + np.minimum(self.at_bye[i], self.at_bye[j])
        return slack - 2 * (weight + self.certificate.bonus), odd

    def share6(self, near: _Near) -> Units:
        """Six times what each pair takes at least from the bound of a trio it is in."""
        slack, odd = self.slack(near.i, near.j, near.weight)
        return 6 * slack - 2 * odd + self.at_bye[near.i] + self.at_bye[near.j]

    def excess(self, triangles: Units, sides: Sequence[Units], level: int) -> Units:
        """By how much the bounds of triangles are above a level."""
        excess = np.full(len(triangles), 2 * self.total - level)
        around = []
        for (a, b), weight in zip(combinations(range(3), 2), sides, strict=True):
            slack, odd = self.slack(triangles[:, a], triangles[:, b], weight)
            excess -= slack
            around.append(odd)
        holding_three = np.minimum.reduce(around)
        holding_two = np.maximum.reduce(around) - holding_three
        _, two, one = np.sort(self.at_bye[triangles], axis=1).T
        result: Units = excess + holding_three - holding_two - 2 * (one - two) - two
        return result


def _check_excluded(
    problem: Weights,
    judges: Sequence[_Judge],
    triangles: Units,
    level: int,
) -> None:
    sides = [problem.together_pairs(*triangles[:, ends].T) for ends in ([0, 1], [0, 2], [1, 2])]
    left = np.logical_and.reduce([side != NOT_ALLOWED for side in sides])
    for judge in judges:
        triangles, sides = triangles[left], [side[left] for side in sides]
        left = judge.excess(triangles, sides, level) > 0
    if left.any():
        raise VerificationError(
            f"the duals do not exclude trio {tuple(triangles[left][0].tolist())}"
        )


def _on_bonds(n: int, bonds: Sequence[tuple[int, int]]) -> Iterator[Units]:
    free = np.setdiff1d(np.arange(n), np.array(bonds, dtype=np.int64))
    for first, second in bonds:
        yield np.column_stack([np.full(len(free), first), np.full(len(free), second), free])


def _above(
    problem: Weights, lead: _Judge, near: _Near, level: int, bonds: Sequence[tuple[int, int]]
) -> Iterator[Units]:
    """Yield triangles without bonds, among them all whose bound by the lead is above a level.

    The shares of the three sides of such a triangle sum up to less than `limit`.
    """
    limit = 6 * (2 * lead.total - level)
    share = lead.share6(near)
    least = int(share.min(initial=0))  # a share below 0 takes duals of people that do not cover
    reach = (limit - 2 * least) // 6 + 1
    if reach > near.reach:
        near = _Near.of(problem, lead.certificate, reach)
        share = lead.share6(near)
    at = np.full(problem.n, _NEVER)
    for ends in (near.i, near.j):
        np.minimum.at(at, ends, share)
    free = ~np.isin(np.arange(problem.n), np.array(bonds, dtype=np.int64))
    kept = (share + at[near.i] + at[near.j] < limit) & free[near.i] & free[near.j]
    yield from _closed(near.i[kept], near.j[kept], share[kept], limit, problem.n)


def _closed(i: Units, j: Units, share: Units, limit: int, n: int) -> Iterator[Units]:
    order = np.lexsort((j, i))
    i, j, share = i[order], j[order], share[order]
    key, starts = i * n + j, np.searchsorted(i, np.arange(n + 1))
    for first in np.flatnonzero(np.diff(starts) > 1).tolist():
        ends = j[starts[first] : starts[first + 1]]
        own = share[starts[first] : starts[first + 1]]
        a, b = np.triu_indices(len(ends), 1)
        wanted = ends[a] * n + ends[b]
        third = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        real = (key[third] == wanted) & (own[a] + own[b] + share[third] < limit)
        if real.any():
            a, b = a[real], b[real]
            yield np.column_stack([np.full(len(a), first), ends[a], ends[b]])
