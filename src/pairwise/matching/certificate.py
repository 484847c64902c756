"""Dual certificates of optimality and their check, apart from every solver.

A certificate is a feasible solution of the linear-programming dual of matching [edmonds1965]_: a
number for every person and for a laminar family of odd sets of people. Whatever plan anybody
proposes, its value cannot exceed the sum that these numbers make. Checking one takes additions and
comparisons only, and this module imports nothing that searches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise.errors import VerificationError
from pairwise.matching import certificate_file

IntArray = NDArray[np.int64]
IndexArray = NDArray[np.int32] | NDArray[np.int64]
WeightBlock = Callable[[slice, slice], IntArray]

NOT_ALLOWED = np.iinfo(np.int64).min
_BLOCK = 1024


@dataclass(frozen=True)
class Certificate:
    """A dual solution that bounds every matching of a weighted graph.

    All numbers are integers in units of `step`. With weight ``w(i, j)`` the certificate claims, for
    every allowed pair, ``duals[i] + duals[j] + sum of set_duals over sets holding both
    >= 2 * (w(i, j) + bonus)``, and ``duals >= 0``, ``set_duals >= 0``.

    Parameters
    ----------
    duals : array (n,) or (n + 1,)
        Dual of each person, at twice the scale of weights; the last of n + 1 is the bye.
    parents : array (len(duals) + sets,)
        The set that directly holds each person or set, -1 for none; sets are numbered from
        ``len(duals)`` on, inner sets before outer ones.
    set_duals : array (sets,)
        Dual of each odd set, at twice the scale of weights.
    bonus : int
        Added to every weight, so that one more pair outweighs everything else (0: not wanted).
    bye : int or None
        Weight of leaving a person out where the number of people is odd; None if nobody must be.
    step : float
        Value of one unit, in score units.
    rounding : float
        Largest change of a weight when it was rounded to whole units, in score units; 0: exact.
    without : tuple of int
        People (n: the bye) whom the bound is not about; their pairs are not covered.

    Examples
    --------
    >>> import numpy as np
    >>> from pairwise import matching
    >>> weights = np.array([[0, 6, 2, 1], [6, 0, 5, 1], [2, 5, 0, 3], [1, 1, 3, 0]])
    >>> certificate = matching.max_weight_matching(weights).certificate
    >>> certificate.check_matrix(weights)
    >>> certificate.bound(2)
    9
    """

    duals: IntArray
    parents: NDArray[np.int32]
    set_duals: IntArray
    bonus: int = 0
    bye: int | None = None
    step: float = 1.0
    without: tuple[int, ...] = ()
    rounding: float = 0.0

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.duals) - (self.bye is not None)

    def bound(self, pairs: int) -> int:
        """Return an upper bound, in units, on the weight of every matching with `pairs` pairs.

        Where bonus is 0 it holds for any number of pairs. Cost O(n).
        """
        sets = zip(self.set_duals.tolist(), self.set_sizes(), strict=True)
        total: int = sum(self.duals.tolist()) + sum(dual * ((size - 1) // 2) for dual, size in sets)
        bye = 0 if self.bye is None or self.n in self.without else self.bye + self.bonus
        return total // 2 - self.bonus * pairs - bye

    def check(self, weights: WeightBlock) -> None:
        """Check every claim against the weights of all pairs, block by block.

        Parameters
        ----------
        weights : function of two slices -> int64 array (rows, columns)
            Weights in units; ``NOT_ALLOWED`` where a pair may not meet. The diagonal is not read.

        Raises
        ------
        VerificationError
            Naming the first claim that is false. Cost O(n^2), memory O(n log n).
        """
        self._check_shape()
        common = CommonDual(self.parents, self.set_duals, len(self.duals))
        for rows, columns in upper_blocks(self.n):
            self._check_block(rows, columns, weights(rows, columns), common)
        if self.bye is not None:
            self._check_bye(common)

    def check_edges(self, u: IndexArray, v: IndexArray, weight: IntArray) -> None:
        """Check every claim against a list of edges, weights in units. Cost O(m log n)."""
        self._check_shape()
        common = CommonDual(self.parents, self.set_duals, len(self.duals))
        meant = ~(np.isin(u, self.without) | np.isin(v, self.without))
        self._check_pairs(u[meant], v[meant], weight[meant], common)
        if self.bye is not None:
            self._check_bye(common)

    def check_matrix(self, weights: ArrayLike) -> None:
        """Check every claim against a symmetric matrix (n, n) of weights in score units.

        NaN and -inf: the pair may not meet. Floats are rounded to whole units as the search did.
        Raises VerificationError; cost O(n^2).
        """
        matrix = np.asarray(weights)
        if matrix.shape != (self.n, self.n):
            raise VerificationError(
                f"weights: have shape {matrix.shape}, the certificate is about {self.n} people"
            )
        self.check(lambda rows, columns: self._in_units(matrix[rows, columns]))

    def _in_units(self, block: NDArray[Any]) -> IntArray:
        if block.dtype.kind in "bui" and self.step == 1.0:
            return block.astype(np.int64)
        units = np.full(block.shape, NOT_ALLOWED)
        values = block.astype(np.float64)
        allowed = values > -np.inf
        if not (np.abs(values[allowed]) < 2.0**62 * self.step).all():
            raise VerificationError("weights: too large for the unit of the certificate")
        units[allowed] = np.rint(values[allowed] / self.step).astype(np.int64)
        return units

    def bound_in_score(self, pairs: int) -> float:
        """Return an upper bound on every matching with `pairs` pairs, in score units.

        Counts the rounding of weights in: it holds for the weights as they were given.
        """
        return self.bound(pairs) * self.step + pairs * self.rounding

    def save(self, path: str | Path) -> None:
        """Write the certificate to an ``.npz`` file that `load` reads: integers exact, no pickle.

        Whoever has the file and the weights can check it: see `check` and `check_matrix`.
        """
        certificate_file.write(Path(path), {f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: str | Path) -> Certificate:
        """Read a certificate written by `save`; whether it holds is for its check to say.

        Raises
        ------
        InvalidInput
            Not such a file, or its content does not match the digest that it was saved with.
        """
        content = certificate_file.read(Path(path))
        bye, without = content["bye"], content["without"]
        return cls(
            duals=content["duals"],
            parents=content["parents"],
            set_duals=content["set_duals"],
            bonus=int(content["bonus"]),
            bye=int(bye[0]) if len(bye) else None,
            step=float(content["step"]),
            without=tuple(without.tolist()),
            rounding=float(content["rounding"]),
        )

    def set_sizes(self) -> list[int]:
        """Return how many people each set holds."""
        vertices = len(self.duals)
        direct = self.parents[:vertices]
        sizes: list[int] = np.bincount(direct[direct >= 0], minlength=len(self.parents)).tolist()
        for node, parent in enumerate(self.parents[vertices:].tolist(), vertices):
            if parent >= 0:
                sizes[parent] += sizes[node]
        return sizes[vertices:]

    def _check_shape(self) -> None:
        nodes = len(self.duals) + len(self.set_duals)
        if len(self.parents) != nodes:
            raise VerificationError(f"parents: has {len(self.parents)} entries, must have {nodes}")
        for name, array in (("duals", self.duals), ("set_duals", self.set_duals)):
            if len(array) and int(array.min()) < 0:
                where = int(array.argmin())
                raise VerificationError(f"{name}[{where}] = {int(array[where])}: must be >= 0")
        above = self.parents.astype(np.int64)
        legal = (above == -1) | ((above >= len(self.duals)) & (above > np.arange(nodes)))
        if not legal.all() or (nodes and int(above.max()) >= nodes):
            raise VerificationError("parents: every set must come after what it holds")
        for index, size in enumerate(self.set_sizes()):
            if size % 2 == 0 or size < 3:
                raise VerificationError(f"set {index}: holds {size} people, must be odd and >= 3")

    def _check_block(
        self, rows: slice, columns: slice, block: IntArray, common: CommonDual
    ) -> None:
        allowed = block != NOT_ALLOWED
        for gone in self.without:
            allowed[:, np.arange(columns.start, columns.stop) == gone] = False
            allowed[np.arange(rows.start, rows.stop) == gone] = False
        short = self.duals[rows, None] + self.duals[None, columns] < 2 * (
            np.where(allowed, block, 0) + self.bonus
        )
        i, j = np.nonzero(short & allowed)
        weight = block[i, j]
        i, j = i + rows.start, j + columns.start
        upper = i < j
        self._check_pairs(i[upper], j[upper], weight[upper], common)

    def _check_bye(self, common: CommonDual) -> None:
        if self.n in self.without:
            return
        everybody = np.setdiff1d(np.arange(self.n), self.without)
        weight = np.full(len(everybody), self.bye, dtype=np.int64)
        self._check_pairs(everybody, np.full(len(everybody), self.n), weight, common)

    def _check_pairs(
        self, i: IndexArray, j: IndexArray, weight: IntArray, common: CommonDual
    ) -> None:
        slack = self.duals[i] + self.duals[j] + common(i, j) - 2 * (weight + self.bonus)
        if len(slack) and int(slack.min()) < 0:
            worst = int(slack.argmin())
            raise VerificationError(
                f"the duals do not cover pair ({int(i[worst])}, {int(j[worst])}): "
                f"{-int(slack[worst])} half units are missing"
            )


class CommonDual:
    """Sum of the duals of all sets that hold both i and j, for arrays of pairs.

    In depth-first order of the people, that sum is the least "meeting sum" between the two places,
    where the meeting sum of neighbours is the sum at the smallest set that holds both.
    """

    def __init__(self, parents: NDArray[np.int32], set_duals: IntArray, n: int) -> None:
        nodes = n + len(set_duals)
        children: list[list[int]] = [[] for _ in range(nodes)]
        depth_sum = [0] * nodes
        for node in range(nodes - 1, -1, -1):
            parent = int(parents[node])
            own = int(set_duals[node - n]) if node >= n else 0
            depth_sum[node] = own + (depth_sum[parent] if parent >= 0 else 0)
            if parent >= 0:
                children[parent].append(node)
        self._place = np.zeros(n, dtype=np.int64)
        meeting: list[int] = []
        stack = [(node, 0) for node in range(nodes) if parents[node] < 0]
        while stack:
            node, before = stack.pop()
            if node < n:
                self._place[node] = len(meeting)
                meeting.append(before)
                continue
            below = [(child, depth_sum[node]) for child in children[node]]
            below[-1] = (below[-1][0], before)
            stack.extend(below)
        levels = max(n, 1).bit_length()
        self._table = np.zeros((levels, n), dtype=np.int64)  # least of 2**level meetings from each
        self._table[0] = meeting
        for level in range(1, levels):
            half, count = 2 ** (level - 1), n - 2**level + 1
            last = self._table[level - 1]
            np.minimum(last[:count], last[half : half + count], out=self._table[level, :count])

    def __call__(self, i: IndexArray, j: IndexArray) -> IntArray:
        """Return the sum for each pair (i[k], j[k])."""
        a, b = self._place[i], self._place[j]
        first, last = np.minimum(a, b) + 1, np.maximum(a, b)
        height = np.frexp((last - first + 1).astype(np.float64))[1] - 1
        before = last + 1 - (1 << height)
        least: IntArray = np.minimum(self._table[height, first], self._table[height, before])
        return least


def upper_blocks(n: int, size: int = _BLOCK) -> Iterator[tuple[slice, slice]]:
    """Yield slices that tile the upper triangle of an n x n matrix, diagonal tiles included."""
    starts = range(0, n, size)
    for row in starts:
        for column in starts[row // size :]:
            yield slice(row, min(row + size, n)), slice(column, min(column + size, n))


def as_certificate(
    answer: dict[str, Any], step: float, without: tuple[int, ...] = (), rounding: float = 0.0
) -> Certificate:
    """Wrap the duals that a kernel call returned."""
    return Certificate(
        duals=answer["vertex_duals"],
        parents=answer["parents"],
        set_duals=answer["set_duals"],
        bonus=answer["bonus"],
        bye=answer["bye"],
        step=step,
        without=without,
        rounding=rounding,
    )
