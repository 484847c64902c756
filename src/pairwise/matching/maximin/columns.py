"""Linear programmes over choices of rows, which are added as prices call for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pairwise.matching.maximin.choice_proof import ChoiceProof
    from pairwise.matching.maximin.choices import Choices, Listed, Priced
    from pairwise.matching.maximin.problem import Ends, Floats, Indices

    Key = tuple[int, ...]
    """Row and columns of a choice."""

_ROUNDS = 12
_PER_ROW = 6
_KEPT = 5
_WHOLE = 1e-6
_CLOSE = 1e-9
_NOTHING = 1e-6


@dataclass(frozen=True)
class Relaxed:
    """The best that choices in fractions are worth, and the prices of columns there."""

    value: float
    prices: Floats
    taken: Floats


class Columns:
    """Some choices of all rows: column generation in the sense of linear programmes."""

    def __init__(self, choices: Choices, other: Columns | None = None) -> None:
        """Begin with the best choices of a similar search that reach the floor."""
        self.choices = choices
        self.known: dict[Key, float] = {}
        self.last: Relaxed | None = None
        for row, *cols in other.best() if other else ():
            if choices.shares[row, cols].sum() >= choices.floor:
                self._add(row, cols)

    def add(self, listed: Listed) -> int:
        """Add choices; return how many are new."""
        before = len(self.known)
        rows, start, members = listed.rows.tolist(), listed.start.tolist(), listed.members.tolist()
        for k, row in enumerate(rows):
            self._add(row, members[start[k] : start[k + 1]])
        return len(self.known) - before

    def add_ends(self, ends: Ends) -> None:
        """Add what rows have in an assignment."""
        for row, *cols in self.keys_of(ends):
            self._add(row, cols)

    def _add(self, row: int, cols: list[int]) -> None:
        self.known[row, *sorted(cols)] = float(self.choices.worth[row, cols].sum())

    def priced_out(self, best: Priced, target: float) -> Priced:
        """Add the choices that prices call for until there are none, and return the best prices."""
        self.add(self.choices.listed(best.prices, _PER_ROW))
        for _ in range(_ROUNDS):
            relaxed = self.relaxed()
            if relaxed is None:
                break
            self.last = relaxed
            news = 0
            for prices in (relaxed.prices, (relaxed.prices + best.prices) / 2):
                at = self.choices.priced(prices, _PER_ROW)
                news += self.add(at.best)
                best = min(best, at, key=lambda one: one.bound)
            fits = not self.choices.weighed and relaxed.value > -_NOTHING
            least = max(relaxed.value + _CLOSE * abs(best.bound), target)
            if not news or fits or best.bound <= least:
                break
        return best

    def denial(self, prices: Floats) -> ChoiceProof | None:
        """Return what shows that no choices fit together, if found; there are no weights."""
        prices = prices / float(np.abs(prices).mean())
        best = self.priced_out(self.choices.priced(prices), -_NOTHING)
        proof = self.choices.proof(best)
        return proof if proof.denies(self.choices.problem) else None

    def relaxed(self) -> Relaxed | None:
        """Solve in fractions; rows without a choice pay, and columns with too little."""
        from scipy import optimize, sparse

        choices, worth = self.choices, np.array(list(self.known.values()))
        one, loads = self._matrices()
        rows, cols = choices.worth.shape
        must = np.flatnonzero(choices.problem.col_low > 0)
        pay = 2 * max(float(np.abs(worth).max(initial=0.0)), 1.0)
        each = np.arange(len(must))
        short = sparse.csr_array((np.ones(len(must)), (must, each)), (cols, len(must)))
        none = sparse.csr_array((cols, rows))
        upper = sparse.hstack([loads, none, sparse.csr_array(short.shape)])
        lower = sparse.hstack([loads, none, short]).tocsr()[must]
        answer: Any = optimize.linprog(
            np.concatenate([-worth, np.full(rows + len(must), pay)]),
            A_ub=sparse.vstack([upper, -lower]).tocsr(),
            b_ub=np.append(choices.col_high, -choices.problem.col_low[must]),
            A_eq=sparse.hstack([one, sparse.eye_array(rows), sparse.csr_array((rows, len(must)))]),
            b_eq=np.ones(rows),
            method="highs-ipm",
        )
        if answer.status != 0:
            return None
        marginals = answer.ineqlin.marginals
        prices = -marginals[:cols]
        prices[must] += marginals[cols:]
        return Relaxed(-answer.fun, prices, answer.x[: len(worth)])

    def best(self) -> list[Key]:
        """Return the choices that mattered in the last solution in fractions."""
        if self.last is None:
            return list(self.known)
        keys = list(self.known)
        return [
            keys[k] for k in self.near(self.last.prices, set(), _KEPT * len(self.choices.worth))
        ]

    def near(self, prices: Floats, held: set[Key], most: int) -> list[int]:
        """Return places of the known choices that lose least against the best of their rows.

        Those held, or taken by the last solution in fractions, come first.
        """
        rows = np.array([key[0] for key in self.known])
        value = np.array([w - prices[list(key[1:])].sum() for key, w in self.known.items()])
        best = np.full(len(self.choices.worth), -np.inf)
        np.maximum.at(best, rows, value)
        loss = best[rows] - value
        loss[[key in held for key in self.known]] = -np.inf
        if self.last is not None:
            loss[: len(self.last.taken)][self.last.taken > _WHOLE] = -np.inf
        order: list[int] = np.argsort(loss, kind="stable")[:most].tolist()
        return order

    def split(self) -> int:
        """Return how many rows take fractions of choices in the last solution."""
        if self.last is None:
            return len(self.choices.worth)
        taken = np.flatnonzero(np.abs(self.last.taken - np.rint(self.last.taken)) > _WHOLE)
        keys = list(self.known)
        return len({keys[k][0] for k in taken.tolist()})

    def whole(self) -> Ends:
        """Return the choices that the last solution takes wholly."""
        taken = self.last.taken if self.last else np.empty(0)
        return self.ends(np.flatnonzero(taken > 1 - _WHOLE).tolist())

    def ends(self, places: list[int]) -> Ends:
        """Return the pairs of some choices."""
        keys = list(self.known)
        pairs = np.array([(keys[k][0], j) for k in places for j in keys[k][1:]], dtype=np.int64)
        pairs = pairs.reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def keys_of(self, ends: Ends) -> list[Key]:
        """Return the choice of each row in an assignment."""
        rows = range(len(self.choices.worth))
        return [(i, *sorted(ends[1][ends[0] == i].tolist())) for i in rows]

    def _matrices(self) -> tuple[Any, Any]:
        """Return who chooses and what is chosen, by known choice; see `incidence`."""
        count = len(self.known)
        rows = np.fromiter((key[0] for key in self.known), dtype=np.int64, count=count)
        sizes = np.fromiter((len(key) - 1 for key in self.known), dtype=np.int64, count=count)
        members = np.array([j for key in self.known for j in key[1:]], dtype=np.int64)
        return incidence(rows, sizes, members, self.choices.worth.shape)


def incidence(
    rows: Indices, sizes: Indices, members: Indices, shape: tuple[int, ...]
) -> tuple[Any, Any]:
    """Return sparse 0/1 matrices of rows x choices and of columns x choices.

    Of each choice its row and how many members it has; members stand one choice after the other.
    """
    from scipy import sparse

    count, each = len(rows), np.repeat(np.arange(len(rows)), sizes)
    n, m = shape
    one = sparse.csr_array((np.ones(count), (rows, np.arange(count))), (n, count))
    return one, sparse.csr_array((np.ones(len(each)), (members, each)), (m, count))
