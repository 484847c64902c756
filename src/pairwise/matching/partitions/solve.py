"""`partition`: the best groups, by local search, with a bound; proven best when small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pairwise.matching.partitions.reading import Leftover, Size, make_problem
from pairwise.matching.partitions.solver import Effort, solve

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike

    from pairwise.matching.partitions.answer import Partition
    from pairwise.matching.partitions.problem import CountRule


def partition(
    weights: ArrayLike,
    size: Size,
    *,
    together: Iterable[Sequence[int]] = (),
    counts: Iterable[CountRule] = (),
    slots: ArrayLike | None = None,
    common: int = 0,
    offers: ArrayLike | None = None,
    needs: ArrayLike | None = None,
    coverage: float = 0.0,
    worst: float = 0.0,
    leftover: Leftover = "share",
    starts: int = 4,
    rounds: int | None = None,
    exact: bool = True,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    threads: int = 2,
    seed: int = 0,
) -> Partition:
    """Return the best partition into groups that can be found, with a bound on all others.

    Parameters
    ----------
    weights : array (n, n)
        Symmetric; higher is better. NaN or -inf: the two may not share a group. The diagonal is
        not read. Integers up to 2**30 are exact, floats are rounded once (`rounding`).
    size : int or (int, int)
        Size of the groups, >= 2, or the smallest and the largest.
    together : iterable of sequences of int
        People who must share a group.
    counts : iterable of CountRule
        How many of certain people one group may hold.
    slots : bool array (n, s), common : int
        When everybody is free; a group needs `common` slots in which all its people are.
    offers, needs : int array (n, d), coverage : float
        Levels that everybody offers and needs. Half of `coverage` times the share of a person's
        needed levels that the best offer among the others meets is added for everybody.
    worst : float
        Added is `worst` * n / k * what the worst group (of k people) is worth.
    leftover : {"share", "bye"}
        When `size` does not divide n: sizes as even as possible, or n mod size people in no group.
    starts : int
        Independent searches; the best counts.
    rounds : int, optional
        Perturbations of each; by default the smaller of 20 n and 200,000 / n.
    exact : bool
        Whether to go on from search and bound to a proof where that is within reach.
    target_gap : float
        No further work on bounds once the gap is not above it.
    time_limit : float, optional
        Seconds; the best partition so far is returned with its bound.
    threads : int
        Searches at a time; changes nothing in the answer.
    seed : int
        Of all that is random.

    Returns
    -------
    Partition
        A group of k is worth the sum of its pair weights / (k - 1): everybody's value is the mean
        weight to the partners, and the partition is worth half the sum of everybody's value.

    Raises
    ------
    InvalidInput
        Arguments do not fit each other.
    InfeasibleError
        No partition keeps the rules; or the search found none, which it then says.

    Notes
    -----
    Search: where swaps change pair sums alone, simulated annealing with a table of everybody's
    sums to every group, O(1) a proposal. Then swaps and shifts, each person against everybody in
    O(n), groups that did not change are not looked at again; shaken by random swaps and accepted
    up to a shrinking threshold, as threshold and three-phase searches do [yang2022]_; groups
    halved and matched anew by the exact matcher. Bound: column generation over all groups up to
    60 million of them, else prices on pairs. Proof: all groups that the bound leaves room for, in
    CP-SAT.

    Examples
    --------
    >>> from pairwise import matching
    >>> weights = [[abs(i - j) for j in range(6)] for i in range(6)]
    >>> best = matching.partition(weights, 3)
    >>> best.value, best.bound, best.pair_sum
    (8.0, 8.0, 16.0)
    >>> best.verify()
    """
    problem = make_problem(
        weights,
        size,
        together=together,
        counts=counts,
        slots=slots,
        common=common,
        offers=offers,
        needs=needs,
        coverage=coverage,
        worst=worst,
        leftover=leftover,
    )
    effort = Effort(starts, rounds, exact, target_gap, time_limit, threads, seed)
    return solve(problem, effort)
