"""Factors of linear terms: float32 matrices whose product is the block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pairwise.terms.coding import gamma32

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Factors:
    """Matrices (n, w) with ``left @ right.T`` = block up to float32 rounding.

    Attributes
    ----------
    magnitude : float
        Upper bound on ``sum |left| |right|`` of any pair: what rounding is relative to.
    """

    left: npt.NDArray[np.float32]
    right: npt.NDArray[np.float32]
    magnitude: float

    @property
    def error(self) -> float:
        """Rigorous bound on the error of a float32 product of the factors."""
        return gamma32(self.left.shape[1] + 12) * self.magnitude


def fused(weights: Sequence[float], parts: Sequence[Factors]) -> Factors:
    """Return factors of the weighted sum of linear terms; the weights go into `left`."""
    if len(parts) == 1 and weights[0] == 1.0:
        return parts[0]
    left = [part.left * np.float32(w) for w, part in zip(weights, parts, strict=True)]
    return Factors(
        left=np.ascontiguousarray(np.hstack(left)),
        right=np.ascontiguousarray(np.hstack([part.right for part in parts])),
        magnitude=float(sum(w * p.magnitude for w, p in zip(weights, parts, strict=True))),
    )
