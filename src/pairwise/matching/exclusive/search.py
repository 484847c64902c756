"""The best assignment in which twins exclude each other: prices, then branch and bound."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pairwise.errors import InfeasibleError, InvalidInput
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.exclusive.proof import Bounded, Cell, Impossible, Instance, Node, Split
from pairwise.matching.exclusive.reduced import Reduced, worth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pairwise.limits import Progress
    from pairwise.matching.loads import Units
    from pairwise.matching.shortage import Shortage

_FEW = 8
_PRICE_ROUNDS = 60
_DIVES = 50
_MOST_CASES = 1_000


class ShortageError(InfeasibleError):
    """Loads that cannot be met; `shortage` is None where only twins stand against it."""

    def __init__(self, shortage: Shortage | None, twins: tuple[Cell, ...] = ()) -> None:
        super().__init__([shortage.sentence] if shortage else [f"twins {twins} exclude each other"])
        self.shortage, self.twins = shortage, twins

    def __reduce__(self) -> tuple[Any, ...]:
        return ShortageError, (self.shortage, self.twins)


@dataclass(frozen=True)
class Found:
    """The best assignment found, and what bounds all.

    Attributes
    ----------
    cells
        Used pairs, ascending, the fixed ones among them.
    total, bound
        What they are worth with all gains, and what none is worth more than; in units.
    nodes
        The cases that prove the bound.
    """

    cells: tuple[Cell, ...]
    total: int
    bound: int
    nodes: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class _Case:
    """A solved case: what it leaves out, its relaxed answer, and its bound."""

    dropped: tuple[Cell, ...]
    prices: Mapping[Cell, int]
    cells: tuple[Cell, ...]
    conflicts: tuple[Cell, ...]
    bound: int
    node: Bounded
    complete: bool


@dataclass(eq=False)
class ExclusiveSearch:
    """Best-first branch and bound over pairs of which both twins are wanted.

    Attributes
    ----------
    instance
        What is asked.
    close_enough
        Function of the best pairs so far and the bound on any total: whether to stop.
    time_limit
        Seconds, None for as many as it takes.
    progress
        Told the share of the cases that may be looked at.

    Notes
    -----
    Without twins among the answer of the first case, that answer is proven best: one assignment.
    Few are branched on at once; more get prices first, by subgradients. Every case costs one
    assignment; the search ends after 1,000 cases. The same input gives the same answer.
    """

    instance: Instance
    close_enough: Callable[[tuple[Cell, ...], int], bool]
    time_limit: float | None = None
    progress: Progress | None = None
    _nodes: list[Node] = field(default_factory=list)
    _cases: dict[int, _Case] = field(default_factory=dict)
    _best: tuple[int, tuple[Cell, ...]] | None = None
    _solved: int = 0

    def run(self) -> Found:
        """Return the best assignment with its proof.

        Raises
        ------
        ShortageError
            Nothing meets the loads.
        InvalidInput
            The time was over before loads were met.
        """
        self._deadline = None if self.time_limit is None else time.monotonic() + self.time_limit
        self._reduced = Reduced.of(self.instance)
        root = self._solve((), {})
        if isinstance(root, Impossible):
            raise ShortageError(self._shortage)
        assert root is not None  # noqa: S101
        if root.conflicts:
            root = self._ready(root)
        self._open(root)
        if root.complete:
            self._branch()
        return self._found(root)

    def _ready(self, root: _Case) -> _Case:
        self._dive(root)
        if len(root.conflicts) <= _FEW:
            return root
        root = self._with_prices(root)
        self._dive(root)
        return root

    def _left(self) -> float | None:
        return None if self._deadline is None else self._deadline - time.monotonic()

    @property
    def out_of_time(self) -> bool:
        """Whether the time limit has passed."""
        left = self._left()
        return left is not None and left <= 0

    def _over(self) -> bool:
        if self.progress and self._solved % 16 == 0:
            self.progress("branching", min(1.0, self._solved / _MOST_CASES))
        return self._solved >= _MOST_CASES or self.out_of_time

    def _solve(
        self, dropped: tuple[Cell, ...], prices: Mapping[Cell, int]
    ) -> _Case | Impossible | None:
        """Solve a case; None when the time was over before it could tell anything."""
        self._solved += 1
        weights = self._reduced.table.copy()
        for cell, amount in prices.items():
            for one in (cell, self.instance.twin(cell)):
                assert one is not None  # noqa: S101
                weights[one] -= amount
        for cell in dropped:
            weights[cell] = NOT_ALLOWED
        left = self._left()
        first = self._solved == 1
        answer = self._reduced.solve(weights, None if left is None else max(left, 0.0))
        if not answer["complete"] and not first:
            return None
        if self._reduced.is_short(answer):
            return self._impossible(weights, answer)
        return self._case(weights, answer, dropped, prices)

    def _impossible(self, weights: Units, answer: dict[str, Any]) -> Impossible:
        if not answer["complete"]:
            raise InvalidInput(f"time_limit = {self.time_limit}: over before loads were met")
        shortage = self._reduced.shortage(weights, answer)
        if not self._nodes:
            self._shortage = shortage
        side = 0 if shortage.side == "row" else 1
        return Impossible(side, tuple(shortage.members.tolist()))

    def _case(
        self,
        weights: Units,
        answer: dict[str, Any],
        dropped: tuple[Cell, ...],
        prices: Mapping[Cell, int],
    ) -> _Case:
        free = list(zip(answer["rows"].tolist(), answer["cols"].tolist(), strict=True))
        cells = tuple(sorted([*free, *self.instance.fixed]))
        used = set(cells)
        conflicts = tuple(c for c in cells if self.instance.twin(c) in used and self._first_of(c))
        self._offer(cells, conflicts)
        duals = (answer["row_duals"], answer["col_duals"])
        excess = self._reduced.excess(weights, answer)
        spent = tuple((*cell, amount) for cell, amount in sorted(prices.items()))
        node = Bounded(*duals, excess, spent)
        bound = self._reduced.bound(node) + sum(prices.values())
        return _Case(dropped, prices, cells, conflicts, bound, node, bool(answer["complete"]))

    def _first_of(self, cell: Cell) -> bool:
        twin = self.instance.twin(cell)
        return twin is not None and cell < twin

    def _offer(self, cells: tuple[Cell, ...], conflicts: tuple[Cell, ...]) -> None:
        """Keep an assignment without both of any twins if it is the best so far."""
        if conflicts:
            return
        total = worth(self.instance, cells)
        if self._best is None or total > self._best[0]:
            self._best = total, cells

    def _dive(self, case: _Case) -> None:
        """Leave out the lighter of all twins in use until there are none: a first answer."""
        dropped = list(case.dropped)
        found: _Case | Impossible | None = case
        for _ in range(_DIVES):
            if not isinstance(found, _Case) or not found.conflicts or self._over():
                return
            dropped += [self._lighter(cell) for cell in found.conflicts]
            found = self._solve(tuple(dropped), {})

    def _lighter(self, cell: Cell) -> Cell:
        twin = self.instance.twin(cell)
        assert twin is not None  # noqa: S101
        return min(cell, twin, key=lambda one: (int(self.instance.weights[one]), one))

    def _with_prices(self, root: _Case) -> _Case:
        """Return the root with prices by which its bound is lowest, by subgradients."""
        best, prices, reach, since = root, dict[Cell, int](), 1.0, 0
        case = root
        for _ in range(_PRICE_ROUNDS):
            if self._best is None or self._over():
                break
            slopes = self._slopes(case, prices)
            if not slopes:
                break
            size = sum(slope * slope for slope in slopes.values())
            step = reach * (case.bound - self._best[0]) / size
            moved = {cell: prices.get(cell, 0) + round(step * g) for cell, g in slopes.items()}
            prices = {c: p for c, p in {**prices, **moved}.items() if p > 0}
            found = self._solve((), prices)
            if not isinstance(found, _Case):
                break
            case, since = found, since + 1
            if case.bound < best.bound:
                best, since = case, 0
            elif since >= 5:
                reach, since = reach / 2, 0
        return best

    def _slopes(self, case: _Case, prices: Mapping[Cell, int]) -> dict[Cell, int]:
        used = set(case.cells)
        slopes = {}
        for cell in {*case.conflicts, *prices}:
            slope = (cell in used) + (self.instance.twin(cell) in used) - 1
            if slope:
                slopes[cell] = slope
        return slopes

    def _open(self, case: _Case) -> int:
        place = len(self._nodes)
        self._nodes.append(case.node)
        self._cases[place] = case
        return place

    def _branch(self) -> None:
        waiting = [(-self._cases[0].bound, 0)]
        while waiting:
            bound, place = heapq.heappop(waiting)
            if self._best and (-bound <= self._best[0] or self.close_enough(self._best[1], -bound)):
                return
            cell = self._undecided(self._cases[place])
            if cell is None:
                continue
            if self._over():
                return
            for child in self._split(place, cell):
                heapq.heappush(waiting, (-self._cases[child].bound, child))

    def _undecided(self, case: _Case) -> Cell | None:
        """Return the twins in use that weigh most, else the dearest that pay for nothing."""
        if case.conflicts:
            return max(
                case.conflicts, key=lambda c: (int(self.instance.weights[self._lighter(c)]), c)
            )
        used = set(case.cells)
        idle = [c for c in case.prices if c not in used and self.instance.twin(c) not in used]
        return max(idle, key=lambda c: (case.prices[c], c), default=None)

    def _split(self, place: int, cell: Cell) -> list[int]:
        """Split a case in two, both solved; returns those that may still hold something."""
        case = self._cases[place]
        twin = self.instance.twin(cell)
        assert twin is not None  # noqa: S101
        prices = {c: p for c, p in case.prices.items() if c != cell}
        halves = [self._solve((*case.dropped, one), prices) for one in (cell, twin)]
        if None in halves:
            return []
        places, alive = [], []
        for half in halves:
            if isinstance(half, _Case):
                places.append(self._open(half))
                alive.append(places[-1])
            else:
                places.append(len(self._nodes))
                assert half is not None  # noqa: S101
                self._nodes.append(half)
        self._nodes[place] = Split(cell, *places)
        del self._cases[place]
        return alive

    def _found(self, root: _Case) -> Found:
        if self._best is None and not self._cases:
            raise ShortageError(None, root.conflicts)
        if self._best is None:
            raise InvalidInput(
                f"time_limit = {self.time_limit}: over before a plan was found in which no two"
                " exclude each other"
            )
        total, cells = self._best
        bound = max([total, *(case.bound for case in self._cases.values())])
        return Found(cells, total, bound, tuple(self._nodes))
