"""Which of many choices of rows fit together: integer programmes for HiGHS and CP-SAT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.matching.maximin.columns import incidence

if TYPE_CHECKING:
    from pairwise.matching.maximin.choices import Choices, Listed
    from pairwise.matching.maximin.columns import Columns
    from pairwise.matching.maximin.problem import Ends, Floats

_PER_ROW = 12
_EFFORT = 1.0
_UNITS = 2.0**40
_NODES = 300


def picked(columns: Columns, prices: Floats, hint: Ends, seconds: float) -> Ends | None:
    """Return choices of the largest worth that fit the loads, as found by a fixed effort.

    They are sought among those known and the best ones at these prices.
    """
    from ortools.sat.python import cp_model

    columns.add(columns.choices.listed(prices, _PER_ROW))
    columns.add_ends(hint)
    keys, held = list(columns.known), set(columns.keys_of(hint))
    model = cp_model.CpModel()
    rows = len(columns.choices.worth)
    taken = {k: model.new_bool_var("") for k in columns.near(prices, held, _PER_ROW * rows)}
    _fit(model, columns, {keys[k]: one for k, one in taken.items()})
    unit = max(max(abs(worth) for worth in columns.known.values()), 1e-300) / _UNITS
    model.maximize(
        sum(round(columns.known[keys[k]] / unit) * one for k, one in taken.items()),
    )
    for k, one in taken.items():
        model.add_hint(one, keys[k] in held)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = _EFFORT
    solver.parameters.max_time_in_seconds = max(seconds, 0.1)
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return columns.ends([k for k, one in taken.items() if solver.boolean_value(one)])


def _fit(model: Any, columns: Columns, taken: dict[tuple[int, ...], Any]) -> None:
    """Let each row take one choice, and columns keep their loads."""
    choices = columns.choices
    by_row: list[list[Any]] = [[] for _ in choices.worth]
    by_col: list[list[Any]] = [[] for _ in choices.col_high]
    for (row, *cols), one in taken.items():
        by_row[row].append(one)
        for j in cols:
            by_col[j].append(one)
    for those in by_row:
        model.add_exactly_one(those)
    for those, low, high in zip(by_col, choices.col_low, choices.col_high, strict=True):
        model.add_linear_constraint(sum(those), int(low), int(high))


def best_listed(choices: Choices, listed: Listed, seconds: float) -> tuple[Ends | None, bool]:
    """Return the best of the listed choices that fit, and whether all is settled.

    For few choices, or where fractions of them are few: HiGHS may take long otherwise.
    """
    from scipy import optimize

    count, sizes = len(listed.value), np.diff(listed.start)
    if not (np.diff(listed.first) > 0).all():
        return None, True
    each = np.repeat(np.arange(count), sizes)
    rows = np.repeat(listed.rows, sizes)
    one, loads = incidence(listed.rows, sizes, listed.members, choices.worth.shape)
    answer = optimize.milp(
        -np.bincount(each, choices.worth[rows, listed.members], minlength=count),
        constraints=[
            optimize.LinearConstraint(one, 1, 1),
            optimize.LinearConstraint(loads, choices.col_low, choices.col_high),
        ],
        bounds=optimize.Bounds(0, 1),
        integrality=np.ones(count, dtype=np.int8),
        options={"mip_rel_gap": 0, "time_limit": max(seconds, 0.1), "node_limit": _NODES},
    )
    if answer.x is None:
        return None, answer.status == 2
    return listed.ends(np.flatnonzero(answer.x > 0.5)), answer.status == 0
