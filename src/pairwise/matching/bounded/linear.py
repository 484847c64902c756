"""Linear programmes over assignments whose sums are bounded: columns come as prices ask for them.

HiGHS solves over some pairs; the prices that it finds are held against all pairs, and those that
are worth more than they cost join, until none is [luebbecke2005]_ [huangfu2018]_.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.matching.bounded.model import UNIT, Ask, Cells, Floats, Model, Modeller
from pairwise.matching.certificate import NOT_ALLOWED

if TYPE_CHECKING:
    from pairwise.matching.bounded.instance import BoundedInstance

_ALL_UP_TO = 20_000
_EACH = 8
_TIGHT = 1e-9
_FEASIBLE = 1e-7
_PRICED_OUT = 1e-6
_ROUNDS = 60
_FORGETTING = 12
_NEAR = 8
_CLOSE = 0.01 * 2**30 / UNIT
"""A pair lacks little when that much more worth, a hundredth of the largest score, would do."""


@dataclass(frozen=True, eq=False)
class Prices:
    """Duals of a programme.

    Attributes
    ----------
    rows, cols
        Of one pair of each row and column.
    sums
        Of one unit of each sum.
    twins
        Positions of pairs that exclude each other, (t, 2), and their prices.
    place
        Of one unit of what nodes with a partner claim.
    """

    rows: Floats
    cols: Floats
    sums: Floats
    twins: tuple[Cells, Floats]
    place: float


@dataclass(frozen=True, eq=False)
class Optimum:
    """The optimum of a programme.

    Attributes
    ----------
    value
        Of what was aimed at.
    cells, shares
        Pairs that it uses, and how much of each.
    prices
        The duals.
    surplus
        What each pair of the table is worth beyond its prices, flat.
    """

    value: float
    cells: Cells
    shares: Floats
    prices: Prices
    surplus: Floats

    @property
    def whole(self) -> bool:
        """Whether every pair is used or not."""
        return bool((np.abs(self.shares - np.rint(self.shares)) < _FEASIBLE * 10).all())

    @property
    def used(self) -> Cells:
        """The pairs that are used more than half."""
        return self.cells[self.shares > 0.5]


@dataclass(eq=False)
class Programmes:
    """The programmes of an instance over pairs that change as they are solved.

    Attributes
    ----------
    instance
        What is asked.
    active
        Positions in the table of the pairs that the next one is over.
    """

    instance: BoundedInstance
    active: Cells = field(init=False)

    def __post_init__(self) -> None:
        self.modeller = Modeller(self.instance)
        self.active = self._first_cells()

    def solve(self, ask: Ask) -> Optimum | None:
        """Return the optimum over all pairs; None where nothing keeps all bounds."""
        found = self._generate(ask)
        if found is not None or ask.aim == "miss":
            return found
        miss = self._generate(replace(ask, aim="miss", place=0.0))
        if miss is None or miss.value < -_FEASIBLE:
            return None
        return self._generate(ask)

    def _generate(self, ask: Ask) -> Optimum | None:
        """Solve over some pairs, look at all by their prices, and again, until none promises."""
        found, most = None, self.instance.most_placed
        for turn in range(_ROUNDS):
            found = self._restricted(ask)
            if found is None:
                return None
            if ask.aim == "places" and found.value > most - _FEASIBLE:
                return found
            fresh = self._promising(found.surplus, ask)
            if not (found.surplus[fresh] > _PRICED_OUT).any():
                return found
            kept = self.active if turn > _FORGETTING else self._nearest(found, ask)
            self.active = np.union1d(kept, fresh)
        return found

    def _promising(self, surplus: Floats, ask: Ask) -> Cells:
        """Return the new pairs of each column and row that promise most or lack least."""
        left = surplus.copy()
        left[self.active] = -np.inf
        left[self.instance.positions(ask.decisions.apart)] = -np.inf
        height, width = len(self.instance.rows), len(self.instance.cols)
        table = left.reshape(height, width)
        deep, wide = min(height, _EACH), min(width, _EACH)
        rows = np.argpartition(-table, deep - 1, axis=0)[:deep] * width + np.arange(width)
        cols = np.argpartition(-table, wide - 1, axis=1)[:, :wide]
        cols = cols + np.arange(height)[:, None] * width
        every = np.unique(np.concatenate([rows.ravel(), cols.ravel()]))
        return np.asarray(every[left[every] > -_CLOSE])

    def _nearest(self, found: Optimum, ask: Ask) -> Cells:
        """Return the pairs so far that are used or lack least."""
        some = self.active[np.argsort(-found.surplus[self.active], kind="stable")]
        held, most = self.instance.held(ask.decisions.together), _NEAR * self.instance.nodes
        return np.unique(np.concatenate([some[:most], found.cells, held]))

    def _first_cells(self) -> Cells:
        """Return all pairs if they are few, else the best of each node and those that must be."""
        instance = self.instance
        if instance.size <= _ALL_UP_TO:
            return np.flatnonzero(instance.open)
        height, width = len(instance.rows), len(instance.cols)
        table = np.where(instance.open.reshape(height, width), instance.weights, NOT_ALLOWED)
        fewest = max(1, min(height, _EACH))
        most = max(1, min(width, _EACH * -(-width // height)))
        best_rows = np.argpartition(-table, fewest - 1, axis=0)[:fewest]
        best_cols = np.argpartition(-table, most - 1, axis=1)[:, :most]
        cells = [
            (best_rows * width + np.arange(width)).ravel(),
            (np.arange(height)[:, None] * width + best_cols).ravel(),
            instance.fixed,
        ]
        every = np.unique(np.concatenate(cells))
        return np.asarray(every[instance.open[every]])

    def _restricted(self, ask: Ask) -> Optimum | None:
        """Solve over the active pairs."""
        from scipy import optimize

        model = self.modeller.model(ask, self.active)
        exact = ("primal_feasibility_tolerance", "dual_feasibility_tolerance")
        options: Any = dict.fromkeys(exact, _TIGHT)
        answer = optimize.linprog(
            model.cost,
            A_ub=model.upper,
            b_ub=model.sides,
            A_eq=model.nodes,
            b_eq=np.zeros(model.nodes.shape[0]),
            bounds=list(zip(model.least.tolist(), model.most.tolist(), strict=True)),
            method="highs-ds",
            options=options,
        )
        if answer.x is None or answer.fun is None:
            return None
        prices = self._prices(ask, model, -answer.eqlin.marginals, -answer.ineqlin.marginals)
        shares = answer.x[: len(model.cells)]
        used = shares > _FEASIBLE
        surplus = self._surplus(prices, weighty=ask.aim == "worth")
        return Optimum(-float(answer.fun), model.cells[used], shares[used], prices, surplus)

    def _prices(self, ask: Ask, model: Model, nodes: Floats, upper: Floats) -> Prices:
        """Return the duals of nodes and of upper rows by what they are about."""
        upper = np.maximum(upper, 0.0)
        counts = (len(model.high), len(model.low), len(model.twins))
        high, low, twins, place = np.split(upper, np.cumsum(counts))
        sums = np.zeros(len(self.instance.sums))
        sums[model.high] += high
        sums[model.low] -= low
        height = len(self.instance.rows)
        return Prices(
            nodes[:height],
            nodes[height:],
            sums / self.modeller.reach,
            (model.twins, twins),
            float(place[0]) / self.modeller.largest_claim if ask.floor else ask.place / UNIT,
        )

    def _surplus(self, prices: Prices, *, weighty: bool) -> Floats:
        """Return what each pair is worth beyond its prices; -inf where it may not be used."""
        weights = self.instance.weights / UNIT if weighty else np.zeros(self.instance.weights.shape)
        left = weights - prices.rows[:, None] - prices.cols[None, :]
        flat: Floats = left.ravel() - self.modeller.sums.T @ (prices.sums * self.modeller.reach)
        twins, amounts = prices.twins
        np.subtract.at(flat, twins, amounts[:, None])
        flat[~self.instance.open] = -np.inf
        return flat
