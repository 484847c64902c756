"""The best cohort: swaps first, then CP-SAT from there, with its bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from pairwise.matching.cohorts.problem import Chosen, CohortProblem, Units

_FIRST_WORK = 5.0


@dataclass(frozen=True)
class CohortAnswer:
    """A cohort with the bound on all others.

    Attributes
    ----------
    chosen : bool array (n,), or None
        Who is in; None where no cohort was found.
    value, bound : int
        What it is worth, and what no allowed cohort exceeds.
    infeasible : bool
        Whether it is proven that no cohort is allowed.
    """

    chosen: Chosen | None
    value: int
    bound: int
    infeasible: bool = False


def best_cohort(
    problem: CohortProblem,
    *,
    work: float,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    seed: int = 0,
    start: Chosen | None = None,
) -> CohortAnswer:
    """Return the best cohort that can be found, with a bound on all others.

    Parameters
    ----------
    problem
        Who can be chosen.
    work
        Limit of CP-SAT's deterministic time, about seconds; the answer depends on it and not on
        the machine.
    target_gap
        Stop once (bound - value) / bound is at most this.
    time_limit
        Seconds; with it, answers may differ from run to run.
    seed
        Of CP-SAT.
    start
        A cohort that is allowed, if one is known.
    """
    if start is None:
        first = find_any(problem, seed=seed)
        if first.chosen is None:
            return first
        start = first.chosen
    hint = improved(problem, start)
    model = _Model(problem)
    model.maximise(hint)
    solver = _solver(work, seed, time_limit)
    solver.parameters.relative_gap_limit = target_gap
    return model.answer(solver, hint)


def find_any(problem: CohortProblem, *, seed: int = 0, work: float = _FIRST_WORK) -> CohortAnswer:
    """Return some cohort that is allowed, or that there is none."""
    model = _Model(problem)
    model.prefer(problem.gain)
    return model.answer(_solver(work, seed, None), None)


def improved(problem: CohortProblem, chosen: Chosen) -> Chosen:
    """Return the cohort after swaps of one person for another while they add worth.

    Pairs are left out of account. Each round tries all size x (n - size) swaps, O(t) each.
    """
    chosen = chosen.copy()
    while True:
        leave, enter, gain = _swaps(problem, chosen)
        for k in np.argsort(-gain, kind="stable"):
            if gain[k] <= 0:
                return chosen
            other = chosen.copy()
            other[leave[k]], other[enter[k]] = False, True
            if problem.keeps(other):
                chosen = other
                break
        else:
            return chosen


def _swaps(problem: CohortProblem, chosen: Chosen) -> tuple[Any, Any, Units]:
    """Return every swap (who leaves, who enters) with what it adds."""
    inside, outside = np.flatnonzero(chosen), np.flatnonzero(~chosen)
    lacking = problem.net @ chosen.astype(np.int64)
    now = int(np.maximum(lacking, 0).sum())
    gains = np.empty((len(inside), len(outside)), dtype=np.int64)
    for row, i in enumerate(inside):
        without = (lacking - problem.net[:, i])[:, None] + problem.net[:, outside]
        gains[row] = now - np.maximum(without, 0).sum(axis=0)
        gains[row] += problem.gain[outside] - problem.gain[i]
    leave, enter = np.meshgrid(inside, outside, indexing="ij")
    return leave.ravel(), enter.ravel(), gains.ravel()


def _solver(work: float, seed: int, time_limit: float | None) -> cp_model.CpSolver:
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = work
    solver.parameters.linearization_level = 2
    if time_limit is not None:
        solver.parameters.max_time_in_seconds = max(time_limit, 0.1)
    return solver


class _Model:
    """The problem as an integer programme: one variable a person, a need and a pair."""

    def __init__(self, problem: CohortProblem) -> None:
        from ortools.sat.python import cp_model

        self.problem = problem
        self.model = cp_model.CpModel()
        self.person = [self.model.new_bool_var("") for _ in range(problem.n)]
        self.model.add(sum(self.person) == problem.size)
        for i in problem.certain:
            self.model.add(self.person[i] == 1)
        for i in problem.barred:
            self.model.add(self.person[i] == 0)
        for bounded in problem.sums:
            total = self._sum(bounded.amount)
            low = -(2**62) if bounded.low is None else bounded.low
            high = 2**62 if bounded.high is None else bounded.high
            self.model.add_linear_constraint(total, low, high)

    def prefer(self, gain: Units) -> None:
        """Give a direction to a search for any cohort: people of large gain first."""
        order = np.argsort(-gain, kind="stable")
        from ortools.sat.python import cp_model

        self.model.add_decision_strategy(
            [self.person[i] for i in order], cp_model.CHOOSE_FIRST, cp_model.SELECT_MAX_VALUE
        )

    def maximise(self, hint: Chosen) -> None:
        """Add worth and a hint that is complete."""
        total = self._sum(self.problem.gain) + self._pairs(hint)
        for net in self.problem.net[(self.problem.net > 0).any(axis=1)]:
            most = int(np.maximum(net, 0).sum())
            lacking = self.model.new_int_var(0, most, "")
            self.model.add(lacking >= self._sum(net))
            self.model.add_hint(lacking, max(0, int(net[hint].sum())))
            total -= lacking
        for x, there in zip(self.person, hint.tolist(), strict=True):
            self.model.add_hint(x, there)
        self.model.maximize(total)

    def _pairs(self, hint: Chosen) -> Any:
        u, v, w = self.problem.edges
        made = set(self.problem.pairs(hint))
        pairs = [self.model.new_bool_var("") for _ in range(len(u))]
        ends: list[list[Any]] = [[] for _ in range(self.problem.n)]
        for k, x in enumerate(pairs):
            ends[u[k]].append(x)
            ends[v[k]].append(x)
            self.model.add_hint(x, k in made)
        for person, own in zip(self.person, ends, strict=True):
            if own:
                self.model.add(sum(own) <= person)
        return sum(int(weight) * x for weight, x in zip(w, pairs, strict=True))

    def _sum(self, amount: Units) -> Any:
        from ortools.sat.python import cp_model

        return cp_model.LinearExpr.weighted_sum(self.person, amount.tolist())

    def answer(self, solver: cp_model.CpSolver, hint: Chosen | None) -> CohortAnswer:
        """Solve and read the answer; at worst it is the hint."""
        from ortools.sat.python import cp_model

        status = solver.solve(self.model)
        found = hint
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            found = np.array([bool(solver.value(x)) for x in self.person])
        if found is None:
            return CohortAnswer(None, 0, 0, status == cp_model.INFEASIBLE)
        if hint is not None and self.problem.value(found) < self.problem.value(hint):
            found = hint
        value = self.problem.value(found)
        bound = int(np.ceil(solver.best_objective_bound - 1e-6))
        return CohortAnswer(found, value, max(bound, value))
