"""Pairs that the duals leave in question: those of little slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pairwise.matching.certificate import NOT_ALLOWED, Certificate, CommonDual, upper_blocks

if TYPE_CHECKING:
    from pairwise.matching.certificate import WeightBlock
    from pairwise.matching.tilted.oracle import Indices

_EACH = 8


def pairs_of_little_slack(
    weights: WeightBlock, certificate: Certificate, slack: int
) -> tuple[Indices, Indices]:
    """Return allowed pairs of at most so much slack, at most 8 a person, the least first.

    A matching loses, against the bound, half the slack of every pair that it holds; so a better one
    holds only pairs whose slack is at most twice what the bound leaves.
    """
    n, duals = certificate.n, certificate.duals
    common = CommonDual(certificate.parents, certificate.set_duals, len(duals))
    found = [np.zeros((0, 3), dtype=np.int64)]
    for rows, columns in upper_blocks(n):
        block = weights(rows, columns)
        left = duals[rows, None] + duals[None, columns]
        left = left - 2 * np.where(block == NOT_ALLOWED, 0, block + certificate.bonus)
        i, j = np.nonzero((left <= slack) & (block != NOT_ALLOWED))
        own = left[i, j]
        i, j = i + rows.start, j + columns.start
        upper = i < j
        i, j, own = i[upper], j[upper], own[upper]
        found.append(np.column_stack([i, j, own + common(i, j)]))
    every = np.concatenate(found)
    every = every[every[:, 2] <= slack]
    order = np.lexsort((every[:, 1], every[:, 0], every[:, 2]))[: _EACH * n]
    return every[order, 0], every[order, 1]
