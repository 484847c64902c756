"""The linear programme of an assignment whose sums are bounded, as HiGHS takes it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pairwise.matching.bounded.instance import BoundedInstance
    from pairwise.matching.loads import Loads
    from pairwise.matching.tilted import Decisions

Floats = NDArray[np.float64]
Cells = NDArray[np.int64]
Aim = Literal["worth", "places", "miss"]
"""What is made large: the worth, what nodes with a partner claim; or, small, what bounds miss."""

UNIT = float(2**14)
"""So many units are 1 in the programmes: HiGHS then tells single units apart."""


@dataclass(frozen=True)
class Ask:
    """What a programme is to find.

    Attributes
    ----------
    aim
        What is made large.
    decisions
        Pairs that are used, and pairs that are not.
    place
        What a unit of what nodes with a partner claim is worth beside, in units.
    least_placed
        How much they must claim, unless that is worth something.
    of_the_plan
        Whether sums over the whole plan count, not only those about one node.
    """

    aim: Aim
    decisions: Decisions
    place: float = 0.0
    least_placed: int = 0
    of_the_plan: bool = True

    @property
    def floor(self) -> bool:
        """Whether nodes with a partner must claim so much."""
        return self.least_placed > 0 and not self.place


@dataclass(frozen=True, eq=False)
class Segments:
    """Runs of partners that gain a node the same.

    Attributes
    ----------
    node
        Whose, columns after rows.
    length, least
        How many partners it holds, and must hold.
    gain
        What each gains, in units.
    claim
        What it counts to have the first partner; 0 for further ones.
    """

    node: Cells
    length: Floats
    least: Floats
    gain: Cells
    claim: Cells


@dataclass(frozen=True, eq=False)
class Model:
    """A programme as HiGHS takes it: of cells, then segments, then slack.

    Attributes
    ----------
    cost
        To be made small.
    nodes
        Rows that must be 0.
    upper, sides
        Rows that must not exceed their sides: sums with an upper, sums with a lower bound, twins,
        and nodes with a partner if so many must have one.
    least, most
        Bounds of the columns.
    cells, twins
        Positions in the table of the first columns, and of the pairs that exclude each other.
    high, low
        Which sums the first rows of `upper` are about.
    """

    cost: Floats
    nodes: Any
    upper: Any
    sides: Floats
    least: Floats
    most: Floats
    cells: Cells
    twins: Cells
    high: Cells
    low: Cells


@dataclass(frozen=True, eq=False)
class Modeller:
    """Writes the programmes of an instance."""

    instance: BoundedInstance

    def model(self, ask: Ask, cells: Cells) -> Model:
        """Return the programme over some pairs, by ascending position in the table."""
        instance, segments = self.instance, self.segments
        cells = cells[~np.isin(cells, instance.positions(ask.decisions.apart))]
        held = np.isin(cells, instance.held(ask.decisions.together))
        weights = instance.weights.ravel()[cells] / UNIT * (ask.aim == "worth")
        high, low = self._bounded(of_the_plan=ask.of_the_plan)
        nodes, twins = self._nodes(cells), self._twins(cells)
        upper, sides = self._upper(ask, cells, twins, (high, low))
        slack = 0
        if ask.aim == "miss":
            slack = len(self._needy) + upper.shape[0]
            nodes, upper = self._with_slack(nodes, upper)
        return Model(
            cost=np.concatenate([-weights, -self._gains(ask), np.ones(slack)]),
            nodes=nodes,
            upper=upper,
            sides=sides,
            least=np.concatenate([held.astype(float), segments.least, np.zeros(slack)]),
            most=np.concatenate([np.ones(len(cells)), segments.length, np.full(slack, np.inf)]),
            cells=cells,
            twins=twins,
            high=high,
            low=low,
        )

    def _gains(self, ask: Ask) -> Floats:
        if ask.aim == "places":
            return self.segments.claim.astype(float)
        gains = self.segments.gain * (ask.aim == "worth") + self.segments.claim * ask.place
        return gains / UNIT

    @cached_property
    def segments(self) -> Segments:
        """What the partners of each node gain, in runs that gain the same."""
        rows, cols = self.instance.rows, self.instance.cols
        sides = zip((rows, cols), self.instance.claims, (0, len(rows)), strict=True)
        parts = [_runs(*side) for side in sides]
        return Segments(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _nodes(self, cells: Cells) -> Any:
        """Return that every node has as many partners as its segments say."""
        from scipy import sparse

        rows, cols = self.instance.ends(cells)
        ones, at, node = np.ones(len(cells)), np.arange(len(cells)), self.segments.node
        values = np.concatenate([ones, ones, -np.ones(len(node))])
        ends = np.concatenate([rows, cols + len(self.instance.rows), node])
        columns = np.concatenate([at, at, len(cells) + np.arange(len(node))])
        shape = (self.instance.nodes, len(cells) + len(node))
        return sparse.csr_array((values, (ends, columns)), shape=shape)

    @cached_property
    def sums(self) -> Any:
        """Amounts of all pairs by their reach, as a sparse matrix (sums, table)."""
        from scipy import sparse

        sums = self.instance.sums
        amounts = np.concatenate([np.empty(0), *(one.amounts / one.reach for one in sums)])
        cells = np.concatenate([np.empty(0, dtype=np.int64), *(one.cells for one in sums)])
        start = np.concatenate([[0], np.cumsum([len(one.cells) for one in sums], dtype=np.int64)])
        shape = (len(sums), self.instance.size)
        return sparse.csr_array((amounts, cells, start), shape=shape).tocsc()

    @cached_property
    def reach(self) -> Floats:
        """What the amounts of each sum are divided by."""
        return np.array([float(one.reach) for one in self.instance.sums])

    def _bounded(self, *, of_the_plan: bool) -> tuple[Cells, Cells]:
        """Return which sums have an upper, and which a lower bound."""
        sums = self.instance.sums
        asked = [(k, one) for k, one in enumerate(sums) if one.who is not None or of_the_plan]
        high = [k for k, one in asked if one.high is not None]
        low = [k for k, one in asked if one.low is not None]
        return np.array(high, dtype=np.int64), np.array(low, dtype=np.int64)

    def _upper(
        self, ask: Ask, cells: Cells, twins: Cells, bounded: tuple[Cells, Cells]
    ) -> tuple[Any, Floats]:
        """Return rows that must not exceed their sides: sums, twins, and nodes with a partner."""
        from scipy import sparse

        limits, (high, low) = self.instance.limits, bounded
        some, ones = self.sums[:, cells].tocsr(), np.ones(twins.size)
        pairs = (np.repeat(np.arange(len(twins)), 2), np.searchsorted(cells, twins).ravel())
        between = sparse.csr_array((ones, pairs), shape=(len(twins), len(cells)))
        body = sparse.vstack([some[high], -some[low], between])
        sides = [float(limits[k][1] or 0) / self.reach[k] for k in high]
        sides += [-float(limits[k][0] or 0) / self.reach[k] for k in low]
        sides += [1.0] * len(twins)
        whole = sparse.hstack([body, sparse.csr_array((body.shape[0], len(self.segments.node)))])
        if ask.floor:
            claims = -self.segments.claim / self.largest_claim
            floor = sparse.csr_array(np.concatenate([np.zeros(len(cells)), claims])[None])
            whole = sparse.vstack([whole, floor])
            sides.append(-ask.least_placed / self.largest_claim)
        return whole.tocsr(), np.array(sides)

    def _twins(self, cells: Cells) -> Cells:
        """Return the twins of which both are among the pairs."""
        twins = self.instance.twins
        return np.asarray(twins[np.isin(twins, cells).all(axis=1)])

    @cached_property
    def largest_claim(self) -> float:
        """What claims are divided by."""
        return max(1.0, float(self.segments.claim.max(initial=0)))

    @cached_property
    def _needy(self) -> Cells:
        """Nodes with a fewest."""
        return np.flatnonzero(np.append(self.instance.rows.low, self.instance.cols.low) > 0)

    def _with_slack(self, nodes: Any, upper: Any) -> tuple[Any, Any]:
        """Return rows that may be missed: nodes with a fewest, and upper ones."""
        from scipy import sparse

        needy, rows = self._needy, upper.shape[0]
        at = np.arange(len(needy))
        extra = sparse.csr_array((np.ones(len(needy)), (needy, at)), (nodes.shape[0], len(needy)))
        blank = sparse.csr_array((nodes.shape[0], rows))
        loose = sparse.hstack([sparse.csr_array((rows, len(needy))), -sparse.eye_array(rows)])
        return sparse.hstack([nodes, extra, blank]).tocsr(), sparse.hstack([upper, loose]).tocsr()


def _runs(loads: Loads, claims: Cells, start: int) -> tuple[Any, ...]:
    """Return node, length, least, gain and claim of each run."""
    found = []
    for v, (low, high) in enumerate(zip(loads.low.tolist(), loads.high.tolist(), strict=True)):
        gains = [0] * high
        if len(loads.gain):
            first = int(loads.gain_start[v])
            gains = loads.gain[first : first + high].tolist()
        marks = [(gain, int(claims[v]) * (k == 0)) for k, gain in enumerate(gains)]
        at = 0
        while at < high:
            end = at
            while end < high and marks[end] == marks[at]:
                end += 1
            found.append((start + v, end - at, min(max(low - at, 0), end - at), *marks[at]))
            at = end
    columns = np.array(found, dtype=np.int64).reshape(-1, 5).T
    return columns[0], columns[1].astype(float), columns[2].astype(float), columns[3], columns[4]
