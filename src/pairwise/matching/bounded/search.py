"""The best assignment whose sums keep their bounds: linear programmes, HiGHS, branch and bound.

As many nodes as can be have a partner first, then worth counts. Where the programme's optimum is
whole, as it is with laminar bounds alone, it is the answer and its prices prove it. Otherwise HiGHS
looks for a plan among the pairs that prices leave in question, and pairs are decided one at a time,
each branch with prices of its own, so that the branches are a proof.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.errors import InfeasibleError
from pairwise.matching.bounded.ceiling import FINE, priced_leaf
from pairwise.matching.bounded.linear import Optimum, Programmes
from pairwise.matching.bounded.model import UNIT, Ask, Cells
from pairwise.matching.bounded.proof import PricedLeaf
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.loads import Loads
from pairwise.matching.tilted import Decisions

if TYPE_CHECKING:
    from collections.abc import Callable

    from pairwise.limits import Progress
    from pairwise.matching.bounded.instance import BoundedInstance, Cell
    from pairwise.matching.loads import Units

_NODES = 200
_NEAR = 8
_MARGIN = 4e-6
_PULLING = 1e-6
_RATIOS = 12
_RATIO_ROOM = 2**34
_FEWEST_STEPS, _MOST_STEPS, _STEPS_TIMES_NODES = 20, 2000, 20_000


class OutOfReachError(InfeasibleError):
    """Sums and loads that cannot all be kept.

    Attributes
    ----------
    proven
        Whether nothing keeps them; if not, nothing was found that does.
    missing
        By how much they miss each other at least, in largest amounts of a pair; 0 where shares of
        pairs would keep them.
    sums
        Which sums stand against each other.
    """

    def __init__(self, proven: bool, missing: float = 0.0, sums: tuple[int, ...] = ()) -> None:
        super().__init__([f"sums {sums} miss their bounds by {missing:g} at least"])
        self.proven, self.missing, self.sums = proven, missing, sums

    def __reduce__(self) -> tuple[Any, ...]:
        return OutOfReachError, (self.proven, self.missing, self.sums)


@dataclass(frozen=True)
class Found:
    """The best assignment found.

    Attributes
    ----------
    cells
        Its pairs, ascending.
    worth, placed
        What it is worth, and what its nodes with a partner claim.
    leaves
        Branches that together hold every assignment, with their bounds.
    """

    cells: tuple[Cell, ...]
    worth: int
    placed: int
    leaves: tuple[PricedLeaf, ...]


@dataclass(frozen=True, eq=False)
class _Branch:
    leaf: PricedLeaf | None
    optimum: Optimum | None = None


@dataclass(eq=False)
class BoundedSearch:
    """Searches for the best assignment whose sums keep their bounds.

    Attributes
    ----------
    instance
        What is asked.
    target_gap
        Stop once (bound - worth) / bound is proven to be at most this.
    seconds_left
        When it returns 0 the search ends with what it has.
    progress
        Told the share of the programmes that may be solved.
    placed
        What nodes with a partner claim together, once that is known.
    placing_proven
        Whether it is known that they cannot claim more.
    """

    instance: BoundedInstance
    target_gap: float = 0.0
    seconds_left: Callable[[], float | None] = lambda: None
    progress: Progress | None = None
    placed: int = field(default=0, init=False)
    placing_proven: bool = field(default=True, init=False)
    _best: tuple[int, Cells] | None = field(default=None, init=False)
    _steps: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._programmes = Programmes(self.instance)
        most = _STEPS_TIMES_NODES // max(self.instance.nodes, 1)
        self._most = max(_FEWEST_STEPS, min(_MOST_STEPS, most))

    def run(self) -> Found:
        """Return the best assignment with its bound.

        Raises
        ------
        OutOfReachError
            Nothing keeps all bounds, or nothing was found that does.
        """
        self.place()
        leaves = self._bounded()
        if self._best is None:
            raise OutOfReachError(all(leaf.bound is None for leaf in leaves))
        worth, cells = self._best
        rows, cols = self.instance.ends(cells)
        pairs = tuple(zip(rows.tolist(), cols.tolist(), strict=True))
        return Found(pairs, worth, self.placed, tuple(leaves))

    def _bounded(self) -> list[PricedLeaf]:
        """Find the best plan, and branches with their bounds."""
        root = self._root()
        if not self._done(root.leaf) and root.optimum is not None:
            self._look_near(root.optimum)
        leaves = self._branch(root)
        placed = 0 if self._best is None else self.instance.placed(self._best[1])
        if placed > self.placed:
            self.placed = placed
            return self._bounded()
        return leaves

    def bounded_above(self) -> None:
        """Raise `OutOfReachError` where programmes show that nothing keeps all bounds."""
        self.place()
        self._root()

    def reach(self, k: int, sign: int) -> tuple[float, float]:
        """Return how far a sum of the plan can go, up or down, and in how many pairs.

        Plans place as many nodes as can be and keep what is asked of single nodes; shares of pairs
        are allowed. A sum by the number of pairs goes as far as can be in relation to it
        [dinkelbach1967]_.
        """
        one = self.instance.sums[k]
        fine = max(1, _RATIO_ROOM // one.reach) if one.each else 1
        amounts = np.zeros(self.instance.size, dtype=np.int64)
        amounts[one.cells] = one.amounts
        ask = Ask("worth", Decisions(), least_placed=self.placed, of_the_plan=False)
        ratio, total, pairs = 0.0, 0.0, 0.0
        for _ in range(_RATIOS if one.each else 1):
            aim = sign * (amounts * fine - round(ratio * fine))
            found = Programmes(_weighing(self.instance, aim)).solve(ask)
            if found is None or not len(found.cells):
                break
            total = float(amounts[found.cells] @ found.shares)
            pairs, old = float(found.shares.sum()), ratio
            ratio = total / pairs
            if abs(ratio - old) * fine < 1:
                break
        return total, pairs

    def place(self) -> None:
        """Find what nodes with a partner can claim, whatever is asked of the plan as a whole."""
        if not self.instance.most_placed:
            return
        ask = Ask("places", Decisions(), of_the_plan=False)
        found = self._solve(ask)
        if found is None:
            raise self._out_of_reach(ask)
        cells = found.used if found.whole else self._integer(ask, self._programmes.active, 0.0)
        if cells is None:
            raise OutOfReachError(False)
        self.placed = self.instance.placed(cells)
        self.placing_proven = self.placed > found.value - 1 + _PULLING
        self._know(self.instance.placing(self.placed))
        self._offer(cells)

    def _know(self, instance: BoundedInstance) -> None:
        """Go on with an instance of which more is known."""
        if instance is not self.instance:
            active, self.instance = self._programmes.active, instance
            self._programmes = Programmes(instance)
            self._programmes.active = active

    def _root(self) -> _Branch:
        root = self._priced(Decisions())
        if root.optimum is None or root.leaf is None:
            raise self._out_of_reach(self._ask(Decisions()))
        if root.optimum.whole and root.leaf.place and not self._done(root.leaf):
            again = self._priced(Decisions(), float(2 * root.leaf.place // FINE + UNIT))
            if again.leaf is not None and _bound(again.leaf) < _bound(root.leaf):
                return again
        return root

    def _ask(self, decisions: Decisions, place: float = 0.0) -> Ask:
        return Ask("worth", decisions, place, self.placed)

    def _out_of_reach(self, ask: Ask) -> OutOfReachError:
        """Return which bounds stand against each other, by the prices of what they miss."""
        miss = self._programmes.solve(replace(ask, aim="miss"))
        if miss is None:
            return OutOfReachError(False)
        prices = miss.prices.sums * self._programmes.modeller.reach
        pulling = np.flatnonzero(np.abs(prices) > _PULLING)
        return OutOfReachError(True, -miss.value, tuple(pulling.tolist()))

    def _solve(self, ask: Ask) -> Optimum | None:
        self._steps += 1
        if self.progress is not None:
            self.progress("quotas", min(1.0, self._steps / self._most))
        return self._programmes.solve(ask)

    def _priced(self, decisions: Decisions, place: float = 0.0) -> _Branch:
        """Solve a branch; its plan is kept if it is whole and the best so far."""
        ask = self._ask(decisions, place)
        found, scale = self._solve(ask), FINE
        if found is None:
            found, scale = self._programmes.solve(replace(ask, aim="miss")), 0
        elif found.whole:
            self._offer(found.used)
        if found is None:
            return _Branch(None)
        leaf = priced_leaf(self.instance, found.prices, decisions, scale, self.placed)
        return _Branch(leaf, found if scale else None)

    def _offer(self, cells: Cells) -> None:
        instance = self.instance
        if not instance.keeps(cells) or instance.placed(cells) < self.placed:
            return
        worth = instance.worth(cells)
        if self._best is None or worth > self._best[0]:
            self._best = worth, cells

    def _look_near(self, optimum: Optimum) -> None:
        """Let HiGHS choose among the pairs that prices leave in question."""
        surplus = optimum.surplus
        near = np.argsort(-surplus, kind="stable")[: _NEAR * self.instance.nodes]
        near = near[surplus[near] > -np.inf]
        some = np.unique(np.concatenate([near, optimum.cells, self.instance.fixed]))
        ask = self._ask(Decisions())
        for cells, margin in ((some, 0.0), (some, _MARGIN), (self._programmes.active, _MARGIN)):
            found = self._integer(ask, cells, margin)
            if found is not None and self.instance.keeps(found):
                self._offer(found)
                return

    def _integer(self, ask: Ask, cells: Cells, margin: float) -> Cells | None:
        """Return the best plan of some pairs that HiGHS finds within so many nodes.

        It keeps sums up to a tolerance, against which `margin` narrows their bounds.
        """
        from scipy import optimize

        model = self._programmes.modeller.model(ask, cells)
        narrow = margin * (np.arange(len(model.sides)) < len(model.high) + len(model.low))
        options: Any = {"mip_rel_gap": 0.0, "node_limit": _NODES}
        left = self.seconds_left()
        if left is not None:
            options["time_limit"] = max(left, 0.1)
        scale = float(np.abs(model.cost).max(initial=0.0)) or 1.0
        answer = optimize.milp(
            model.cost / scale,
            constraints=[
                optimize.LinearConstraint(model.nodes, 0, 0),
                optimize.LinearConstraint(model.upper, -np.inf, model.sides - narrow),
            ],
            bounds=optimize.Bounds(model.least, model.most),
            integrality=(np.arange(len(model.cost)) < len(model.cells)).astype(np.int64),
            options=options,
        )
        if answer.x is None:
            return None
        return model.cells[answer.x[: len(model.cells)] > 0.5]

    def _branch(self, root: _Branch) -> list[PricedLeaf]:
        """Decide pairs, the branch of the largest bound first, until the best plan is proven."""
        assert root.leaf is not None  # noqa: S101
        order, done = count(1), list[PricedLeaf]()
        open_ = [(-_bound(root.leaf), 0, root.leaf, root.optimum)]
        while open_ and not self._over() and not self._done(open_[0][2]):
            _, _, leaf, optimum = heapq.heappop(open_)
            cell = _doubtful(optimum)
            if cell is None:
                done.append(leaf)
                continue
            for decisions in self._halves(leaf.decisions, cell):
                half = self._priced(decisions)
                own = half.leaf or replace(leaf, decisions=decisions)
                if own.bound is None:
                    done.append(own)
                else:
                    heapq.heappush(open_, (-own.bound, next(order), own, half.optimum))
        return [*done, *(leaf for _, _, leaf, _ in open_)]

    def _halves(self, old: Decisions, cell: int) -> tuple[Decisions, Decisions]:
        row, col = self.instance.ends(np.array([cell]))
        pair = (int(row[0]), int(col[0]))
        return (
            Decisions((*old.together, pair), old.apart),
            Decisions(old.together, (*old.apart, pair)),
        )

    def _done(self, leaf: PricedLeaf | None) -> bool:
        if self._best is None or leaf is None or leaf.bound is None:
            return False
        return leaf.bound - self._best[0] <= self.target_gap * abs(leaf.bound)

    def _over(self) -> bool:
        return self._steps >= self._most or self.seconds_left() == 0.0


def _bound(leaf: PricedLeaf) -> int:
    assert leaf.bound is not None  # noqa: S101
    return leaf.bound


def _doubtful(optimum: Optimum | None) -> int | None:
    """Return the pair that a programme leaves most in doubt."""
    if optimum is None or optimum.whole:
        return None
    return int(optimum.cells[np.argmin(np.abs(optimum.shares - 0.5))])


def _weighing(instance: BoundedInstance, amounts: Units) -> BoundedInstance:
    """Return an instance without gains in which pairs are worth an amount."""
    allowed = instance.weights != NOT_ALLOWED
    table = np.where(allowed, amounts.reshape(allowed.shape), NOT_ALLOWED)
    none = np.empty(0, dtype=np.int64)
    rows, cols = (
        Loads(loads.low, loads.high, none, none) for loads in (instance.rows, instance.cols)
    )
    return replace(instance, weights=table, rows=rows, cols=cols)
