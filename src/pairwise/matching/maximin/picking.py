"""Which of many choices of rows fit together: an integer programme for CP-SAT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pairwise.matching.maximin.columns import Columns
    from pairwise.matching.maximin.problem import Ends, Floats

_PER_ROW = 12
_EFFORT = 1.0
_UNITS = 2.0**40


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
