"""Alpha-fairness: a matching of transformed weights, from the sum over Nash to the worst-off."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput, VerificationError
from pairwise.matching.fairness.answer import FairMatching
from pairwise.matching.fairness.bottleneck import prove_most
from pairwise.matching.fairness.graph import Graph, read_graph
from pairwise.matching.general import GeneralMatching, max_weight_matching
from pairwise.matching.general_sources import EdgeWeights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

FLOOR = 0.01
"""Smallest score that counts as itself, as a share of the largest one."""


@dataclass(frozen=True)
class AlphaMatching(FairMatching):
    """A matching of as many pairs as can be with the largest sum of transformed weights.

    Attributes
    ----------
    alpha : float
        0: sum; 1: Nash; larger: closer to leximin.
    floor : float
        Weights below this count as this.
    transformed : GeneralMatching
        The same matching with transformed weights, and the proof of its quality.
    """

    alpha: float
    floor: float
    transformed: GeneralMatching = field(repr=False)

    @property
    def value(self) -> float:
        """Sum of `alpha_values` over the pairs."""
        return self.transformed.weight

    @property
    def bound(self) -> float:
        """No matching of as many pairs has a larger value, rounding included."""
        return self.transformed.bound

    def verify(self) -> None:
        """Check matching, value and bound against the weights; shares no code with the search.

        Raises
        ------
        VerificationError
            Naming what is false. O(m log n).
        """
        self.check_matching()
        if not np.array_equal(self.transformed.mate, self.mate):
            raise VerificationError("transformed: is another matching")
        source = EdgeWeights(_transformed(self._graph, self.alpha, self.floor).edges, self._graph.n)
        replace(self.transformed, _source=source).verify()


def alpha_values(scores: ArrayLike, alpha: float, floor: float = FLOOR) -> NDArray[np.float64]:
    """Return what scores are worth under alpha-fairness [mo2000]_; higher is better.

    Parameters
    ----------
    scores : array
        NaN and -inf stay as they are.
    alpha : float
        >= 0. 0: the scores themselves; 1: their logarithms; otherwise
        ``score ** (1 - alpha) / (1 - alpha)``.
    floor : float
        > 0. Scores below this count as this where alpha is not 0, since the logarithm of 0 would
        outweigh everything: a pair worth nothing is then as bad as one worth `floor`.

    Returns
    -------
    float array
        Rising with the score, the slower the larger alpha.

    Raises
    ------
    InvalidInput
        A negative or infinite alpha, a floor that is not above 0.

    Examples
    --------
    >>> from pairwise import matching
    >>> matching.alpha_values([0.0, 0.25, 1.0], alpha=2).tolist()
    [-100.0, -4.0, -1.0]
    """
    check_alpha(alpha)
    if not (np.isfinite(floor) and floor > 0):
        raise InvalidInput(f"floor = {floor}: must be a finite number above 0")
    given = np.asarray(scores, dtype=np.float64)
    if alpha == 0:
        return given.copy()
    lifted = np.maximum(given, floor)
    worth = np.log(lifted) if alpha == 1 else lifted ** (1 - alpha) / (1 - alpha)
    return np.where(given > -np.inf, worth, given)


def check_alpha(alpha: float) -> None:
    """Refuse an alpha that is no finite number >= 0."""
    if not (np.isfinite(alpha) and alpha >= 0):
        raise InvalidInput(
            f"alpha = {alpha}: must be a finite number >= 0; for inf use leximin_matching"
        )


def alpha_matching(
    weights: ArrayLike | None = None,
    alpha: float = 1.0,
    *,
    edges: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    n: int | None = None,
    two_sided: bool = False,
    floor: float | None = None,
) -> AlphaMatching:
    """Return the alpha-fair matching of as many pairs as can be.

    Parameters
    ----------
    weights : array (n, n)
        Symmetric scores, as for `max_weight_matching`; higher is better, NaN or -inf: not allowed.
        With `two_sided` a table (rows, cols): vertex i is row i, vertex rows + j is column j.
    alpha : float
        >= 0. 0: the largest sum; 1: the largest product (Nash); the larger, the more the worst-off
        pairs count. For the limit use `leximin_matching`.
    edges, n
        Instead of a matrix.
    two_sided : bool
        Rows are matched with columns, one partner each.
    floor : float, optional
        Weights below count as this; by default 1 % of the largest weight. See `alpha_values`.

    Returns
    -------
    AlphaMatching

    Raises
    ------
    InvalidInput
        As `max_weight_matching` and `alpha_values`.

    Notes
    -----
    A sum over pairs of a function of their weights is again a matching problem [mo2000]_: exact,
    with the same proof. Large alphas span many orders of magnitude, and rounding to integers
    (``transformed.rounding``) then blurs differences between good pairs.

    Examples
    --------
    >>> from pairwise import matching
    >>> weights = [[0, 8, 4, 5], [8, 0, 4, 4], [4, 4, 0, 1], [5, 4, 1, 0]]
    >>> [matching.alpha_matching(weights, alpha).profile.tolist() for alpha in (0, 1)]
    [[1, 8], [4, 5]]
    >>> matching.alpha_matching(weights).price_of_fairness
    0
    """
    graph = read_graph(weights, edges, n, two_sided)
    if floor is None:
        largest = float(graph.values.max(initial=0)) if len(graph.values) else 0.0
        floor = FLOOR * largest if largest > 0 else FLOOR
    worth = _transformed(graph, alpha, floor)
    best = max_weight_matching(edges=worth.edges, n=graph.n, cardinality="maximum")
    return AlphaMatching(
        mate=best.mate,
        barrier=prove_most(graph, best.mate),
        _graph=graph,
        alpha=alpha,
        floor=floor,
        transformed=best,
    )


def _transformed(graph: Graph, alpha: float, floor: float) -> Graph:
    return replace(graph, values=alpha_values(graph.values, alpha, floor))
