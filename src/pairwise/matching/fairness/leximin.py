"""Leximin: the worst pair as good as can be, then the second worst, and so on; exact with ties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.matching.fairness.answer import FairMatching
from pairwise.matching.fairness.bottleneck import bottleneck_matching, prove_most
from pairwise.matching.fairness.face import Face
from pairwise.matching.fairness.graph import Ends, Graph, pair_count
from pairwise.matching.fairness.leximin_check import Stage, check_stages

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True)
class LeximinMatching(FairMatching):
    """A matching whose sorted weights no other matching of as many pairs exceeds.

    Attributes
    ----------
    stages : tuple of Stage
        The proof: duals for a few levels of weights at a time, from the worst on. Each stage says
        which matchings are best so far, the next chooses among those.
    """

    stages: tuple[Stage, ...]

    @property
    def value(self) -> float:
        """Weight of the worst pair, inf without pairs; `profile` has all of them."""
        return self.profile[0].item() if len(self.pairs) else np.inf

    @property
    def bound(self) -> float:
        """No matching of as many pairs has a better worst pair: equal to `value`."""
        return self.value

    def verify(self) -> None:
        """Check all stages against the weights; shares no code with the search.

        Raises
        ------
        VerificationError
            Naming what is false. O(m log n) a stage, and stages have fewer and fewer pairs.
        """
        self.check_matching()
        check_stages(self._graph, self.mate, self.stages)


def leximin_matching(
    weights: ArrayLike | None = None,
    *,
    edges: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    n: int | None = None,
    two_sided: bool = False,
) -> LeximinMatching:
    """Return the matching of as many pairs as can be that is best for the worst-off, pair by pair.

    The weights of its pairs in ascending order are lexicographically largest: first the worst pair
    is as good as can be, then the second worst, and so on.

    Parameters
    ----------
    weights : array (n, n)
        Symmetric, as for `max_weight_matching`; higher is better, NaN or -inf: not allowed. With
        `two_sided` a table (rows, cols): vertex i is row i, vertex rows + j is column j.
    edges, n
        Instead of a matrix.
    two_sided : bool
        Rows are matched with columns, one partner each.

    Returns
    -------
    LeximinMatching

    Raises
    ------
    InvalidInput
        As `max_weight_matching`.

    Notes
    -----
    With the number of pairs fixed, leximin means: use as few pairs of the lowest level as can be,
    then of the next, and so on [huang2016]_. Rank weights for all levels at once would need
    thousands of bits. Instead a matching whose pairs cost less and less by a constant factor is
    guessed to be the best for some levels more; those that it uses, and all between two of them as
    one, are solved at a time, as many as fit 64 bits. Where the guess was wrong the stage ends
    before. By complementary slackness the best matchings of a stage are exactly those of tight
    pairs that cover every vertex and fill every odd set of positive dual; later stages keep only
    tight pairs and reward covering and filling by more than all their levels are worth. Thirty
    stages for a thousand people without ties, a hundred where everybody wants the same few.

    Examples
    --------
    >>> from pairwise import matching
    >>> weights = [[0, 8, 4, 5], [8, 0, 4, 4], [4, 4, 0, 1], [5, 4, 1, 0]]
    >>> fair = matching.leximin_matching(weights)
    >>> fair.profile.tolist(), fair.price_of_fairness
    ([4, 5], 0)
    >>> fair.verify()
    """
    start = bottleneck_matching(weights, edges=edges, n=n, two_sided=two_sided)
    graph = start._graph
    mate, stages = _climb(graph, start.mate)
    return LeximinMatching(
        mate=mate, barrier=prove_most(graph, mate), _graph=graph, stages=tuple(stages)
    )


def _climb(graph: Graph, mate: Ends) -> tuple[Ends, list[Stage]]:
    face = Face(graph, pair_count(mate))
    stages: list[Stage] = []
    while True:
        mate = face.foresee(mate)
        group = face.next_group(mate)
        if group is None:
            return mate, stages
        certificate, slack, mate = face.solve(group, mate)
        count = face.settled(group, mate)
        if count < len(group.levels):
            group = group.first(count)
            certificate, slack, mate = face.solve(group, mate)
        face.narrow(group, certificate, slack)
        stages.append(Stage(tuple(group.levels.tolist()), certificate))
