"""The proof behind a leximin plan of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import VerificationError
from pairwise.matching.fairness.graph import read_graph
from pairwise.matching.fairness.leximin import LeximinMatching, leximin_matching

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pairwise.matching.fairness.answer import Vertices
    from pairwise.matching.fairness.leximin_check import Stage
    from pairwise.matching.proof import Weights


@dataclass(frozen=True)
class LeximinProof:
    """Why no plan of as many pairs is fairer to the worst-off.

    Attributes
    ----------
    bound_q : int
        What every leximin plan is worth, in units: all have the same scores.
    stages : tuple of Stage
        See `LeximinMatching`.
    barrier : int array
        Why there are no more pairs.
    """

    bound_q: int
    stages: tuple[Stage, ...]
    barrier: Vertices

    def check(self, problem: Weights, groups: Sequence[tuple[int, ...]]) -> None:
        """Check the proof against the weights of all pairs; O(n^2 log n).

        Raises
        ------
        VerificationError
            Naming the first claim that is false.
        """
        everybody = slice(0, problem.n)
        graph = read_graph(problem.weights(everybody, everybody), None, None, two_sided=False)
        mate = np.full(problem.n, -1, dtype=np.int32)
        for group in groups:
            if len(group) != 2:
                raise VerificationError("a leximin plan holds pairs only")
            mate[list(group)] = group[::-1]
        found = LeximinMatching(mate, self.barrier, graph, self.stages)
        found.verify()
        if found.weight != self.bound_q:
            raise VerificationError(f"the pairs are worth {found.weight} units, not {self.bound_q}")


def prove_leximin(problem: Weights) -> tuple[list[tuple[int, int]], LeximinProof]:
    """Return the leximin pairs of a problem with their proof; memory O(n^2)."""
    everybody = slice(0, problem.n)
    found = leximin_matching(problem.weights(everybody, everybody))
    pairs = [(int(a), int(b)) for a, b in found.pairs]
    return pairs, LeximinProof(int(found.weight), found.stages, found.barrier)
