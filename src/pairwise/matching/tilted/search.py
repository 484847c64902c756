"""Plans under quotas: prices on the sums, recombination, HiGHS, and branch and bound.

The bound is Lagrangian, by column generation on the prices [fisher1981]_, [luebbecke2005]_: every
step is one exact matching under tilted weights. Where the bound is not met, pairs are decided one
at a time; each branch has a bound of its own, so the tree is a proof.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pairwise.matching.tilted.master import Mixture, best_mixture
from pairwise.matching.tilted.milp import best_among
from pairwise.matching.tilted.oracle import Column, Decisions, Found, Pair
from pairwise.matching.tilted.recombine import Recombination, keeps
from pairwise.matching.tilted.tilt import Tilt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pairwise.matching.tilted.oracle import Indices, Oracle

Floats = NDArray[np.float64]

_ROOT_STEPS = 60
_NODE_STEPS = 6
_MIXED = 1e-6
_MOST_PAIRS = 12
_ANY = 2**60
_MARGIN = 4e-6
_LATE = 8
_MANY = 300
_SMALL_GAP = 1e-3


@dataclass(frozen=True)
class Leaf:
    """A branch with its bound: pairs decided, and the tilted weights whose best plan bounds it.

    Attributes
    ----------
    decisions
        What holds in the branch.
    tilt
        The multipliers.
    proof
        What bounds every plan of the branch under tilted weights.
    bound : int or None
        No plan of the branch weighs more; None: it holds no plan that keeps the sums.
    """

    decisions: Decisions
    tilt: Tilt
    proof: Any
    bound: int | None


@dataclass(frozen=True)
class Answer:
    """The best plan found under quotas, with the bound on all others.

    Attributes
    ----------
    column
        The plan; None where none was found.
    bound
        No plan that keeps the sums weighs more; None: there is no such plan.
    leaves
        Branches that together hold every plan.
    steps : int
        How many matchings were solved.
    """

    column: Column | None
    bound: int | None
    leaves: tuple[Leaf, ...]
    steps: int


@dataclass
class _Node:
    """A branch that is being worked on."""

    decisions: Decisions
    columns: list[Column] = field(default_factory=list)
    leaf: Leaf | None = None
    found: Found | None = None
    mixture: Mixture | None = None
    prices: Floats | None = None


class TiltedSearch:
    """Searches for the best plan whose sums keep their bounds.

    Parameters
    ----------
    oracle
        What solves under tilted weights.
    target_gap
        Stop once (bound - value) / bound is proven to be at most this.
    steps
        Most matchings to solve; the answer depends on it and not on the machine.
    branches
        Whether to go on from the bound to branches.
    seconds_left
        When it returns 0 the search ends with what it has.
    """

    def __init__(
        self,
        oracle: Oracle,
        *,
        target_gap: float = 0.0,
        steps: int | None = None,
        branches: bool = True,
        seconds_left: Callable[[], float | None] = lambda: None,
    ) -> None:
        self.oracle, self.target_gap, self.seconds_left = oracle, target_gap, seconds_left
        self.most = _ROOT_STEPS + max(20, min(400, 40_000 // oracle.n)) if steps is None else steps
        self.steps = 0
        self.branches = branches and oracle.may_branch
        self.best: Column | None = None

    def run(
        self,
        columns: Iterable[Column] = (),
        leaf: Leaf | None = None,
        prices: Floats | None = None,
    ) -> Answer:
        """Return the best plan, from plans and a bound on all that are known, or from prices."""
        root = _Node(Decisions(), list(columns), leaf)
        self._note(root.columns)
        if prices is not None:
            self._look(root, prices, weighty=True)
        if not root.columns:
            self._open(root, None)
        self._climb(root, _ROOT_STEPS)
        if root.leaf is None:
            self._open(root, None)
        self._recombine(root)
        self._solve_late(root)
        if self.oracle.n <= _MANY:
            self._solve_near(root, 0.0)
        done = self._branch(root) if self.branches else [root.leaf]
        if self.oracle.n > _MANY:
            # It takes ten times as long as all else.
            self._solve_near(root, _SMALL_GAP)
        leaves = tuple(leaf for leaf in done if leaf is not None)
        bounds = [leaf.bound for leaf in leaves if leaf.bound is not None]
        value = [] if self.best is None else [self.best.value]
        return Answer(self.best, max([*bounds, *value], default=None), leaves, self.steps)

    # -- the bound of a branch

    def _open(self, node: _Node, parent: _Node | None) -> None:
        """Give a branch its first bound: under its parent's tilt, the root under none."""
        if parent is None:
            column = self._look(node, np.zeros(len(self.oracle.limits)), weighty=True)
        else:
            assert parent.leaf is not None  # noqa: S101
            column = self._look_at(node, parent.leaf.tilt, parent.prices)
        if column is not None and all(column.groups != old.groups for old in node.columns):
            node.columns.append(column)

    def _climb(self, node: _Node, steps: int) -> None:
        """Find the prices whose bound is least, by column generation."""
        seen = {column.groups for column in node.columns}
        for _ in range(steps):
            node.mixture = best_mixture(node.columns, self.oracle.limits)
            for multipliers in self._prices(node, node.mixture):
                column = self._look(node, multipliers, weighty=not node.mixture.missing)
                if column is None or self._done(node.leaf) or self._over():
                    return
                if column.groups not in seen:
                    seen.add(column.groups)
                    node.columns.append(column)
                    break
            else:
                return

    def _prices(self, node: _Node, mixture: Mixture) -> Iterator[Floats]:
        """Yield prices to look at: half way from the best so far, then the mixture's own."""
        if len(self.oracle.limits) > 1 and not mixture.missing and node.prices is not None:
            yield (mixture.multipliers + node.prices) / 2
        yield mixture.multipliers

    def _look(self, node: _Node, multipliers: Floats, *, weighty: bool) -> Column | None:
        """Solve once at some prices; None where that leaves nothing to go on with."""
        oracle = self.oracle
        tilt = Tilt.of(
            multipliers.tolist(), oracle.limits, oracle.weight_range, oracle.n, weighty=weighty
        )
        return self._look_at(node, tilt, multipliers)

    def _look_at(self, node: _Node, tilt: Tilt, prices: Floats | None) -> Column | None:
        """Solve once; keep the bound if it is the least so far."""
        oracle = self.oracle
        self.steps += 1
        found = oracle.solve(tilt, node.decisions)
        self._note([] if found.column is None else [found.column])
        exact = tilt.bound(found.bound, oracle.limits, oracle.placed)
        bound: int | None = int(exact // oracle.unit) * oracle.unit
        if not tilt.scale:
            if exact >= 0:
                return found.column
            bound = None
        old = node.leaf
        if old is None or bound is None or (old.bound is not None and bound < old.bound):
            node.leaf, node.found = Leaf(node.decisions, tilt, found.proof, bound), found
            node.prices = prices
        return None if bound is None else found.column

    # -- plans

    def _note(self, columns: Iterable[Column]) -> None:
        for column in columns:
            if keeps(column.sums, self.oracle.limits) and (
                self.best is None or column.value > self.best.value
            ):
                self.best = column

    def _recombine(self, node: _Node) -> None:
        """Combine the plans that the best mixture mixes, two at a time."""
        if node.mixture is None or self._done(node.leaf):
            return
        shares = node.mixture.shares
        mixed = [node.columns[k] for k in np.argsort(-shares) if shares[k] > _MIXED][:_MOST_PAIRS]
        for k, first in enumerate(mixed):
            for second in mixed[k + 1 :]:
                found = Recombination.of(self.oracle, first, second).best(self.oracle.limits)
                self._note([] if found is None else [found])

    def _solve_late(self, node: _Node) -> None:
        """Let HiGHS choose among the groups of the last plans."""
        if node.mixture is None or self._done(node.leaf):
            return
        nothing = np.empty(0, dtype=np.intp)
        shares = zip(node.columns, node.mixture.shares, strict=False)
        mixed = [one for one, part in shares if part > _MIXED]
        self._choose(node, (nothing, nothing), [*mixed, *node.columns[-_LATE:]])

    def _solve_near(self, node: _Node, gap: float) -> None:
        """Let HiGHS choose among the pairs that a better plan can hold, unless within a gap."""
        if node.found is None or node.leaf is None or node.leaf.bound is None:
            return
        if self._within(node.leaf, max(gap, self.target_gap)):
            return
        value = None if self.best is None else self.best.value
        room = _ANY if value is None else ((node.leaf.bound or 0) - value) * node.leaf.tilt.scale
        self._choose(
            node, self.oracle.near_pairs(node.found, node.leaf.tilt, 2 * room), node.columns
        )

    def _choose(self, node: _Node, pairs: tuple[Indices, Indices], known: Sequence[Column]) -> None:
        """Let HiGHS choose among some pairs and the groups of known plans."""
        oracle = self.oracle
        plans = [*known, *([] if self.best is None else [self.best])]
        if node.found is None or not plans:
            return
        certificate = node.found.certificate
        for margin in (0.0, _MARGIN):
            found = best_among(oracle, pairs, plans, certificate, self.seconds_left(), margin)
            if found is None or keeps(found.sums, oracle.limits):
                break
        self._note([] if found is None else [found])

    # -- branches

    def _branch(self, root: _Node) -> list[Leaf | None]:
        """Decide pairs, the branch of the largest bound first, until the best plan is proven."""
        order = count()
        done: list[Leaf | None] = []
        open_: list[tuple[int, int, _Node]] = []

        def put(node: _Node) -> None:
            bound = node.leaf.bound if node.leaf is not None else None
            if bound is None or self._done(node.leaf):
                done.append(node.leaf)
            else:
                heapq.heappush(open_, (-bound, next(order), node))

        put(root)
        while open_ and not self._over() and not self._done(open_[0][2].leaf):
            _, _, node = heapq.heappop(open_)
            pair = self._undecided(node)
            if pair is None:
                done.append(node.leaf)
                continue
            for child in self._children(node, pair):
                put(child)
        return [*done, *(node.leaf for _, _, node in open_)]

    def _children(self, node: _Node, pair: Pair) -> list[_Node]:
        old = node.decisions
        nodes = []
        for decisions, held in (
            (Decisions((*old.together, pair), old.apart), True),
            (Decisions(old.together, (*old.apart, pair)), False),
        ):
            columns = [c for c in node.columns if (pair in c.groups) is held]
            child = _Node(decisions, columns)
            self._open(child, node)
            if child.columns and not self._done(child.leaf):
                self._climb(child, _NODE_STEPS)
                self._recombine(child)
            nodes.append(child)
        return nodes

    def _undecided(self, node: _Node) -> Pair | None:
        """Return the pair that the mixture leaves most in doubt."""
        if node.mixture is None or len(node.mixture.shares) > len(node.columns):
            return None
        share: dict[Pair, float] = {}
        for column, part in zip(node.columns, node.mixture.shares, strict=False):
            for group in column.groups if part > _MIXED else ():
                if len(group) == 2:
                    share[(group[0], group[1])] = share.get((group[0], group[1]), 0.0) + part
        doubtful = [(abs(s - 0.5), pair) for pair, s in share.items() if _MIXED < s < 1 - _MIXED]
        return min(doubtful)[1] if doubtful else None

    def _done(self, leaf: Leaf | None) -> bool:
        return self._within(leaf, self.target_gap)

    def _within(self, leaf: Leaf | None, gap: float) -> bool:
        if leaf is None or self.best is None:
            return False
        if leaf.bound is None:
            return True
        return leaf.bound - self.best.value <= gap * abs(leaf.bound)

    def _over(self) -> bool:
        return self.steps >= self.most or self.seconds_left() == 0.0
