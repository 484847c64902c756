"""The best partition made of listed groups: an integer programme without symmetry."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ortools.sat.python import cp_model

    from pairwise.matching.partitions.answer import Groups, PartitionProof
    from pairwise.matching.partitions.problem import PartitionProblem

_MOST_COLUMNS = 20_000
_WORK = 2.0


def useful_groups(problem: PartitionProblem, proof: PartitionProof, value: int) -> Groups | None:
    """Return every group that a partition worth more than `value` could hold; None: too many.

    A partition loses, against the bound, whatever its groups are worth less than their prices; so
    groups that alone lose more than ``bound - value`` cannot be part of a better one.
    """
    room = proof.bound - value
    groups: list[tuple[int, ...]] = []
    for size in problem.sizes:
        above = proof.size_prices.get(size, 0) - room - 1
        left = _MOST_COLUMNS - len(groups)
        people, _, complete = problem.kernel.price_groups(size, proof.prices, above, 0, left, None)
        if not complete:
            return None
        groups += [tuple(group) for group in people.reshape(-1, size).tolist()]
    return tuple(groups)


def best_of(
    problem: PartitionProblem,
    groups: Sequence[tuple[int, ...]],
    hint: Groups,
    *,
    seed: int,
    time_limit: float | None,
) -> tuple[Groups, int, bool]:
    """Return the best partition into these groups, a bound on all such, and whether it is proven.

    CP-SAT with one worker, deterministic: every person in one group, the groups of `hint` first.
    """
    from ortools.sat.python import cp_model

    pool = tuple(sorted({*groups, *hint}))
    model, chosen, unit = _model(problem, pool)
    wanted = set(hint)
    for x, group in zip(chosen, pool, strict=True):
        model.add_hint(x, group in wanted)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = _WORK
    if time_limit is not None:
        solver.parameters.max_time_in_seconds = max(time_limit, 0.1)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return hint, -1, status == cp_model.INFEASIBLE
    found = tuple(g for x, g in zip(chosen, pool, strict=True) if solver.value(x))
    bound = int(np.ceil(solver.best_objective_bound - 1e-6)) * unit
    return found, bound, status == cp_model.OPTIMAL


def _model(
    problem: PartitionProblem, pool: Groups
) -> tuple[cp_model.CpModel, list[cp_model.IntVar], int]:
    """Return the programme, its variables by group, and the units of worth in its objective."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in pool]
    members: list[list[int]] = [[] for _ in range(problem.n)]
    for k, group in enumerate(pool):
        for i in group:
            members[i].append(k)
    alone = [[model.new_bool_var("")] if problem.left_out else [] for _ in range(problem.n)]
    for i in range(problem.n):
        model.add_exactly_one([*(chosen[k] for k in members[i]), *alone[i]])
    if problem.left_out:
        model.add(sum(x for out in alone for x in out) == problem.left_out)
    for size, count in (problem.fixed_counts or {}).items():
        model.add(sum(x for x, g in zip(chosen, pool, strict=True) if len(g) == size) == count)
    worth = [problem.worth(group) for group in pool]
    unit = 1 if problem.worst else gcd(*worth) or 1
    total = sum(x * (w // unit) for x, w in zip(chosen, worth, strict=True))
    if problem.worst:
        levels = [int(problem.level[len(g)]) * w for g, w in zip(pool, worth, strict=True)]
        total += _least_level(
            model,
            [[chosen[k] * levels[k] for k in own] for own in members],
            alone,
            min(0, *levels),
            max(0, *levels),
        )
    model.maximize(total)
    return model, chosen, unit


def _least_level(
    model: cp_model.CpModel,
    levels: list[list[cp_model.LinearExpr]],
    alone: list[list[cp_model.IntVar]],
    low: int,
    high: int,
) -> cp_model.IntVar:
    """Return a variable that is at most the level of everybody's group."""
    least = model.new_int_var(low, high, "")
    for own, out in zip(levels, alone, strict=True):
        model.add(least <= sum(own) + sum(high * x for x in out))
    return least
