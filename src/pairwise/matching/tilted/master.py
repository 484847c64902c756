"""The master problem: which mixture of the plans met so far keeps the sums, and at what prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pairwise.matching.tilted.oracle import Column
    from pairwise.matching.tilted.tilt import Limits

Floats = NDArray[np.float64]

_TINY = 1e-9


@dataclass(frozen=True)
class Mixture:
    """The best mixture of some plans.

    Attributes
    ----------
    shares : float array (m,)
        Of each plan, summing to 1.
    multipliers : float array (k,)
        Prices of the sums, in units of weight a unit of measure.
    missing : float
        How far the sums of the mixture are from their bounds, in largest measures of a pair; 0
        when they are kept.
    """

    shares: Floats
    multipliers: Floats
    missing: float


def best_mixture(columns: Sequence[Column], limits: Sequence[Limits]) -> Mixture:
    """Return the mixture of most weight that keeps the sums, or else the one nearest to them."""
    mixture = _solve(columns, limits, slack=False)
    if mixture is None:
        nearest = _solve(columns, limits, slack=True)
        assert nearest is not None  # noqa: S101
        return nearest
    return Mixture(mixture.shares, _polished(mixture, columns), 0.0)


def _solve(columns: Sequence[Column], limits: Sequence[Limits], *, slack: bool) -> Mixture | None:
    """Solve the linear programme; with slack, breaking the sums is all that costs."""
    from scipy.optimize import linprog

    values = np.array([float(column.value) for column in columns])
    sums = np.array([column.sums for column in columns], dtype=float).T
    reach = np.array([float(one.reach) for one in limits])
    rows, sides, owners = _sides(sums / reach[:, None], limits, reach)
    spread = float(np.abs(values - values.mean()).max()) or 1.0
    cost = np.zeros(len(columns)) if slack else -(values - values.mean()) / spread
    if slack:
        rows = np.hstack([rows, -np.eye(len(rows))])
        cost = np.concatenate([cost, np.ones(len(rows))])
    equal = np.concatenate([np.ones(len(columns)), np.zeros(len(cost) - len(columns))])
    answer = linprog(cost, A_ub=rows, b_ub=sides, A_eq=equal[None], b_eq=[1.0], method="highs")
    if answer.x is None:
        return None
    missing = float(answer.x[len(columns) :].sum())
    if slack and missing > _TINY:
        spread = 1.0
    multipliers = np.zeros(len(limits))
    for (k, sign), marginal in zip(owners, answer.ineqlin.marginals, strict=True):
        # HiGHS may be on the wrong side of 0 by its tolerance.
        multipliers[k] += sign * min(marginal, 0.0) * spread / reach[k]
    return Mixture(answer.x[: len(columns)], multipliers, missing)


def _sides(
    sums: Floats, limits: Sequence[Limits], reach: Floats
) -> tuple[Floats, Floats, list[tuple[int, int]]]:
    """Return the sums as rows that must not exceed their sides, and whose row each is."""
    rows, sides, owners = [], [], []
    for k, one in enumerate(limits):
        for side, sign in ((one.low, -1), (one.high, 1)):
            if side is not None:
                rows.append(sign * sums[k])
                sides.append(sign * side / reach[k])
                owners.append((k, sign))
    return np.array(rows).reshape(len(rows), sums.shape[1]), np.array(sides), owners


def _polished(mixture: Mixture, columns: Sequence[Column]) -> Floats:
    """Return multipliers under which the mixed plans are worth exactly the same."""
    active = np.flatnonzero(np.abs(mixture.multipliers) > 0)
    mixed = np.flatnonzero(mixture.shares > _TINY)
    if len(mixed) != len(active) + 1 or not len(active):
        return mixture.multipliers
    first = columns[mixed[0]]
    gains = [columns[m].value - first.value for m in mixed[1:]]
    moves = [[columns[m].sums[k] - first.sums[k] for k in active] for m in mixed[1:]]
    try:
        exact = np.linalg.solve(np.array(moves, dtype=float), -np.array(gains, dtype=float))
    except np.linalg.LinAlgError:
        return mixture.multipliers
    polished = np.zeros(len(mixture.multipliers))
    polished[active] = exact
    same_side = np.sign(polished) == np.sign(mixture.multipliers)
    return polished if same_side.all() else mixture.multipliers
