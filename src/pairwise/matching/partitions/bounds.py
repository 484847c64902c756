"""Bounds on every partition: prices of people against groups, or against pairs."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from pairwise.matching.partitions.answer import Groups, PartitionProof

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csc_array

    from pairwise.matching.partitions.problem import PartitionProblem

    Prices = NDArray[np.int64]
    Priced = tuple[Prices, dict[int, int]]

MOST_GROUPS = 60_000_000
_KEEP = 6
_ROUNDS = 150
_SLOW_STEPS = 60
_STEPS = 400


def count_groups(problem: PartitionProblem) -> int:
    """Return how many groups there are, rules aside."""
    return sum(comb(problem.n, size) for size in problem.sizes)


def pair_bound(problem: PartitionProblem, time_limit: float | None = None) -> PartitionProof:
    """Bound by what everybody can spread over partners.

    In a group of k everybody gives each partner a share of 1 / (k - 1), so no plan is worth more
    than the best fractional spreading of 1 per person with at most 1 / (least - 1) a pair; for one
    size it is the linear relaxation of the heaviest (k - 1)-regular subgraph. Any prices bound it.
    Cost O(n^2) a step.
    """
    scale, share = spread_units(problem)
    steps = _STEPS if problem.n <= 2000 else _SLOW_STEPS
    prices = problem.kernel.find_prices(scale, share, problem.left_out, steps, time_limit)
    return PartitionProof("pairs", pair_proof_bound(problem, prices), prices)


def spread_units(problem: PartitionProblem) -> tuple[int, int]:
    """Return the units of worth of a person's unit price and of a pair's unit weight."""
    return problem.common_multiple, problem.common_multiple // (problem.least - 1)


def pair_proof_bound(problem: PartitionProblem, prices: NDArray[np.int64]) -> int:
    """Return the bound that prices of people prove against pairs; cost O(n^2)."""
    scale, share = spread_units(problem)
    bound = problem.kernel.spread_bound(prices, scale, share, problem.left_out)
    return with_worst(problem, bound + _most_covered(problem))


def _most_covered(problem: PartitionProblem) -> int:
    """Return an upper bound on what all groups cover: everybody beside the best offers."""
    if problem.offers is None or problem.needs is None or not problem.coverage:
        return 0
    best = np.sort(problem.offers, axis=0)[::-1][:2]
    others = np.where(problem.offers == best[0], best[1], best[0])
    tied = (problem.offers == best[0]).sum(axis=0) > 1
    others[:, tied] = best[0][tied]
    met = np.minimum(problem.needs, others).sum(axis=1, dtype=np.int64)
    return sum(
        int(unit) * int(levels) for unit, levels in zip(problem.cover_unit, met, strict=True)
    )


def with_worst(problem: PartitionProblem, bound: int) -> int:
    """Add what the worst group can count again: its level is at most the mean level.

    Groups weighted by the inverse of their sizes' levels have a mean level of all worth over the
    sum of the inverses, which is at least the people placed over the largest ``size * level``.
    """
    if not problem.worst:
        return bound
    largest = max(size * int(problem.level[size]) for size in problem.sizes)
    return bound - (-max(bound, 0) * largest // (problem.n - problem.left_out))


@dataclass
class Columns:
    """Groups worth knowing, with what they are worth."""

    problem: PartitionProblem
    groups: list[tuple[int, ...]] = field(default_factory=list)
    worth: list[int] = field(default_factory=list)
    _seen: set[tuple[int, ...]] = field(default_factory=set)

    def add(self, groups: list[tuple[int, ...]]) -> int:
        """Add groups not yet known; return how many were new."""
        fresh = [group for group in groups if group not in self._seen]
        self._seen.update(fresh)
        self.groups += fresh
        self.worth += [self.problem.worth(group) for group in fresh]
        return len(fresh)

    def incidence(self) -> csc_array:
        """Return who is in which group, (n, groups), sparse."""
        from scipy.sparse import csc_array

        sizes = [len(group) for group in self.groups]
        rows = np.concatenate([np.array(group) for group in self.groups])
        starts = np.concatenate([[0], np.cumsum(sizes)])
        return csc_array((np.ones(len(rows)), rows, starts), shape=(self.problem.n, len(sizes)))


def group_bound(
    problem: PartitionProblem,
    incumbent: Groups,
    time_limit: float | None = None,
) -> PartitionProof:
    """Bound by prices of people that no group exceeds: column generation over all groups.

    The linear relaxation over all allowed groups, solved by adding the groups that are worth more
    than their people's prices. Stopped at any time, its prices still prove a bound.
    """
    deadline = None if time_limit is None else time.monotonic() + time_limit
    columns = Columns(problem)
    columns.add(list(incumbent))
    incumbent_worth = sum(problem.worth(group) for group in incumbent)
    centre = _first_prices(problem, incumbent)
    best = _priced(problem, columns, centre, {})
    for _ in range(_ROUNDS):
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            break
        value, prices, size_prices = _master(problem, columns, best)
        found = _priced(problem, columns, *_between(best, prices, size_prices))
        if found.bound < best.bound:
            best = found
        total = priced_total(problem, best.prices, best.size_prices)
        if best.bound <= incumbent_worth or total - value <= 1e-7 * abs(value) + 1:
            break
    return best


def _between(best: PartitionProof, prices: Prices, by_size: dict[int, int]) -> Priced:
    """Smooth the latest prices: half way to the best known."""
    own = {size: (best.size_prices.get(size, 0) + by_size[size]) // 2 for size in by_size}
    return (best.prices + prices) // 2, own


def _first_prices(problem: PartitionProblem, incumbent: Groups) -> NDArray[np.int64]:
    prices = np.zeros(problem.n, dtype=np.int64)
    for group in incumbent:
        block = problem.weights[np.ix_(group, group)].astype(np.int64)
        own = block.sum(axis=1) * problem.factor[len(group)]
        rest = problem.worth(group) - int(own.sum()) // 2
        prices[list(group)] = own // 2 + rest // len(group)
    return prices


def _priced(
    problem: PartitionProblem, columns: Columns, prices: Prices, size_prices: dict[int, int]
) -> PartitionProof:
    """Add groups worth more than prices; return the proof that raised prices make.

    Where it is settled how many groups of a size there are, the price of the size is raised, else
    everybody's.
    """
    raised, own = 0, dict(size_prices)
    for size in problem.sizes:
        above = own.get(size, 0)
        people, excess, complete = problem.kernel.price_groups(size, prices, above, _KEEP, 0, None)
        if not complete:
            raise KeyboardInterrupt
        if not len(excess):
            continue
        columns.add([tuple(group) for group in people.reshape(-1, size).tolist()])
        if problem.fixed_counts is not None:
            own[size] = int(excess.max())
        else:
            raised = max(raised, -((above - int(excess.max())) // size))
    prices = prices + raised
    return PartitionProof("groups", group_proof_bound(problem, prices, own), prices, own)


def group_proof_bound(problem: PartitionProblem, prices: Prices, by_size: dict[int, int]) -> int:
    """Return the bound that prices prove if no group exceeds them."""
    return with_worst(problem, priced_total(problem, prices, by_size))


def priced_total(problem: PartitionProblem, prices: Prices, by_size: dict[int, int]) -> int:
    """Return what all people and groups cost together."""
    dearest = np.sort(prices)[problem.left_out :]
    counts = problem.fixed_counts or {}
    return sum(map(int, dearest)) + sum(
        price * counts.get(size, 0) for size, price in by_size.items()
    )


def _master(
    problem: PartitionProblem, columns: Columns, best: PartitionProof
) -> tuple[float, NDArray[np.int64], dict[int, int]]:
    """Solve the relaxation over the known groups; value, prices of people and of sizes."""
    from scipy.optimize import linprog
    from scipy.sparse import csc_array, hstack, vstack

    unit = problem.scale * problem.common_multiple
    n, counts = problem.n, problem.fixed_counts
    matrix = columns.incidence()
    cost = -np.array(columns.worth, dtype=float) / unit
    # Everybody may stay out at a price that no good plan pays, so the relaxation has a solution.
    out_cost = np.full(n, 4.0 * float(np.abs(best.prices).max(initial=1)) / unit + 1.0)
    blocks = [matrix, csc_array(np.eye(n))]
    costs, right = [cost, out_cost], np.ones(n)
    if problem.left_out:
        blocks.append(csc_array(np.eye(n)))
        costs.append(np.zeros(n))
    body = hstack(blocks)
    rows = []
    if problem.left_out:
        bench = np.concatenate([np.zeros(len(cost) + n), np.ones(n)])
        rows.append(bench)
        right = np.append(right, problem.left_out)
    sized = sorted(counts) if counts and len(counts) > 1 else []
    lengths = np.array([len(group) for group in columns.groups])
    for size in sized:
        row = np.concatenate([lengths == size, np.zeros(body.shape[1] - len(cost))]).astype(float)
        rows.append(row)
    equal = vstack([body, csc_array(np.array(rows))]) if rows else body
    right = np.append(right, [(counts or {})[size] for size in sized]) if sized else right
    if sized:
        slack = np.zeros((len(right), 2 * len(sized)))
        for k in range(len(sized)):
            slack[len(right) - len(sized) + k, 2 * k : 2 * k + 2] = (1.0, -1.0)
        equal = hstack([equal, csc_array(slack)])
        costs.append(np.full(2 * len(sized), float(out_cost[0])))
    answer = linprog(  # type: ignore[call-overload]
        np.concatenate(costs), A_eq=equal.tocsc(), b_eq=right, bounds=(0, None), method="highs"
    )
    duals = -np.asarray(answer.eqlin.marginals)
    prices = np.rint(duals[:n] * unit).astype(np.int64)
    tail = duals[len(duals) - len(sized) :].tolist()
    size_prices = {size: round(float(d) * unit) for size, d in zip(sized, tail, strict=True)}
    return -float(answer.fun) * unit, prices, size_prices
