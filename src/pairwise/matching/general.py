"""Maximum-weight matching in general graphs: arrays in, a proven answer out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pairwise import _kernel
from pairwise.errors import InfeasibleError, InvalidInput, VerificationError, did_you_mean
from pairwise.matching.certificate import Certificate, as_certificate
from pairwise.matching.general_sources import EdgeWeights, MatrixWeights, Weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Cardinality = Literal["any", "maximum", "perfect"]


@dataclass(frozen=True)
class GeneralMatching:
    """A matching with the proof of its quality.

    Attributes
    ----------
    mate : int array (n,)
        Partner of each vertex, -1 if alone.
    weight : float or int
        Sum of the weights of the matched pairs.
    bound : float or int
        No matching (none with as many pairs, unless cardinality is "any") weighs more. Equal to
        `weight` up to the rounding stated by `rounding` when `optimal`.
    optimal : bool
        False only if stopped early.
    rounding : float
        Largest error of `weight` and `bound` from rounding float weights to integers.
    certificate : Certificate
        The dual solution behind `bound`.
    forced : tuple of pairs
        Pairs that every matching compared with must hold; the certificate is about all others.
    absent : tuple of int
        Vertices that take no part.
    """

    mate: NDArray[np.int32]
    weight: float
    bound: float
    optimal: bool
    rounding: float
    certificate: Certificate
    _source: Weights = field(repr=False)
    forced: tuple[tuple[int, int], ...] = ()
    absent: tuple[int, ...] = ()

    @property
    def pairs(self) -> NDArray[np.int64]:
        """Matched pairs (p, 2), smaller vertex first, in ascending order."""
        first = np.flatnonzero(self.mate > np.arange(len(self.mate)))
        return np.column_stack([first, self.mate[first]])

    @property
    def gap(self) -> float:
        """(bound - weight) / bound; 0 when optimal."""
        if self.optimal or self.bound <= self.weight:
            return 0.0
        return float((self.bound - self.weight) / abs(self.bound))

    def verify(self) -> None:
        """Check matching, weight and bound against the weights; raises VerificationError.

        Shares no code with the search. Cost O(n^2) for a matrix, O(m log n) for edges.
        """
        n = len(self.mate)
        matched = np.flatnonzero(self.mate >= 0)
        if len(matched) and int(self.mate.max()) >= n:
            raise VerificationError(
                f"mate: partner {int(self.mate.max())} is not one of 0 ... {n - 1}"
            )
        if not np.array_equal(self.mate[self.mate[matched]], matched):
            raise VerificationError("mate: is not mutual; mate[mate[v]] must be v")
        self._check_demands()
        units = self._source.units_of(self.pairs)
        if self._source.weight_of(self.pairs) != self.weight:
            raise VerificationError(
                f"weight = {self.weight}: is not the sum over the matched pairs"
            )
        self._source.check(self.certificate)
        fixed = self._source.units_of(np.array(self.forced, dtype=np.int64).reshape(-1, 2))
        bound = self.certificate.bound(len(self.pairs) - len(self.forced)) + fixed
        if bound < units or self.bound < bound * self.certificate.step:
            raise VerificationError(f"bound = {self.bound}: the duals prove {bound} units only")
        if self.optimal and bound != units:
            raise VerificationError(f"optimal: the duals leave a gap of {bound - units} units")

    def _check_demands(self) -> None:
        """Check forced pairs and absent vertices, and that the duals leave out nobody else."""
        for u, v in self.forced:
            if self.mate[u] != v:
                raise VerificationError(f"forced: {u} and {v} are not matched")
        for v in self.absent:
            if self.mate[v] >= 0:
                raise VerificationError(f"absent: {v} is matched to {self.mate[v]}")
        apart = {*self.absent, *(v for pair in self.forced for v in pair)}
        n = len(self.mate)
        without = set(self.certificate.without)
        bye_needed = (n - len(apart)) % 2 == 1
        has_bye = self.certificate.bye is not None and n not in without
        if without - {n} != apart or (has_bye and not bye_needed):
            raise VerificationError("certificate.without: the duals leave out others")


def max_weight_matching(
    weights: ArrayLike | None = None,
    *,
    edges: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    n: int | None = None,
    cardinality: Cardinality = "any",
    time_limit: float | None = None,
) -> GeneralMatching:
    """Return a maximum-weight matching of a general graph, with a proof over all pairs.

    Parameters
    ----------
    weights : array (n, n)
        Symmetric, float or integer; higher is better. NaN or -inf: the pair is not allowed. The
        diagonal is not read. Integers are exact; floats are rounded once to a multiple of a power
        of two (`certificate.step`); `rounding` of the answer bounds what that can change.
    edges : (u, v, w) arrays (m,)
        Instead of a matrix: ends and finite weights. Parallel edges count with the larger weight.
    n : int
        Number of vertices, with `edges`; by default 1 + the largest end.
    cardinality : {"any", "maximum", "perfect"}
        "any": most weight, pairs of negative weight are never made. "maximum": as many pairs as can
        be, then most weight. "perfect": "maximum", and nobody may be left out.
    time_limit : float, optional
        Seconds after which the best matching so far is returned with its bound.

    Returns
    -------
    GeneralMatching

    Raises
    ------
    InvalidInput
        Not square or not symmetric, +inf, NaN edges, weights too large to be exact.
    InfeasibleError
        "perfect" and there is none: names the set whose removal shows why [berge1958]_.

    Notes
    -----
    Primal-dual blossom search [edmonds1965]_ on the best few partners of every vertex, from the
    fractional optimum [applegate1993]_; the duals then price all pairs, and what they miss is added
    until nothing is missed. A matrix takes O(n^2) per pricing round, two or three rounds in
    practice; an edge list is solved directly. Up to 40 vertices all pairs are taken at once.

    Examples
    --------
    >>> from pairwise import matching
    >>> weights = [[0, 6, 2, 1], [6, 0, 5, 1], [2, 5, 0, 3], [1, 1, 3, 0]]
    >>> best = matching.max_weight_matching(weights)
    >>> best.mate.tolist(), best.weight, best.bound
    ([1, 0, 3, 2], 9, 9)
    >>> best.verify()
    """
    check_cardinality(cardinality)
    if (weights is None) == (edges is None):
        raise InvalidInput("weights, edges: give exactly one of the two")
    source: MatrixWeights | EdgeWeights
    source = MatrixWeights(weights) if weights is not None else EdgeWeights(edges, n)
    matching = wrap(source, source.solve(cardinality != "any", time_limit))
    if cardinality == "perfect":
        check_perfect(matching, source)
    return matching


def check_cardinality(cardinality: str) -> None:
    """Raise InvalidInput unless the word is one of the three."""
    if cardinality not in ("any", "maximum", "perfect"):
        hint = did_you_mean(str(cardinality), ("any", "maximum", "perfect"))
        raise InvalidInput(
            f'cardinality = {cardinality!r}: must be "any", "maximum" or "perfect"{hint}'
        )


def wrap(
    source: Weights,
    answer: dict[str, Any],
    forced: tuple[tuple[int, int], ...] = (),
    absent: tuple[int, ...] = (),
) -> GeneralMatching:
    """Return a kernel's answer, which knows nothing of forced pairs, as a matching."""
    mate: NDArray[np.int32] = answer["mate"]
    n, count = len(mate), int((mate >= 0).sum()) // 2
    ends = np.array(forced, dtype=np.int64).reshape(-1, 2)
    mate[ends[:, 0]], mate[ends[:, 1]] = ends[:, 1], ends[:, 0]
    without = (*absent, *ends.ravel().tolist())
    if answer["bye"] is not None and (n - len(without)) % 2 == 0:
        without = (*without, n)
    step = 1 / source.scale
    error = 0.0 if source.exact else step / 2
    certificate = as_certificate(answer, step, without, rounding=error)
    first = np.flatnonzero(mate > np.arange(n))
    bound = certificate.bound(count) + source.units_of(ends)
    rounding = n // 2 * error
    return GeneralMatching(
        mate=mate,
        weight=source.weight_of(np.column_stack([first, mate[first]])),
        bound=bound if source.integral else bound / source.scale + rounding,
        optimal=bool(answer["complete"]),
        rounding=rounding,
        certificate=certificate,
        _source=source,
        forced=forced,
        absent=absent,
    )


def check_perfect(matching: GeneralMatching, source: Weights) -> None:
    """Raise InfeasibleError, naming a Tutte-Berge set, if an optimum leaves somebody alone."""
    mate = matching.mate
    alone = int((mate < 0).sum()) - len(matching.absent)
    if not matching.optimal or alone == 0:
        return
    u, v = source.allowed_pairs()
    apart = np.isin(np.arange(len(mate)), list(matching.certificate.without))
    rest = ~(apart[u] | apart[v])
    ends = np.array(matching.forced, dtype=np.int32).reshape(-1, 2)
    u, v = np.concatenate([u[rest], ends[:, 0]]), np.concatenate([v[rest], ends[:, 1]])
    sides = _kernel.tutte_berge(len(mate), u, v, mate)
    barrier = np.flatnonzero(sides == 1).tolist()
    shown = ", ".join(map(str, barrier[:20])) + (", ..." if len(barrier) > 20 else "")
    raise InfeasibleError(
        [
            f"no perfect matching: {alone} of {len(mate) - len(matching.absent)} vertices stay "
            f"alone in every matching. Without the vertices {{{shown}}} the graph has at least "
            f"{len(barrier) + alone} odd parts, and each needs one of those {len(barrier)}; allow "
            "more pairs, or ask for cardinality='maximum'"
        ]
    )
