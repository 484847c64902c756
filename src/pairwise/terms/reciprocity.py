"""Reciprocity: how the two directed values of a pair become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from pairwise import _kernel
from pairwise.errors import InvalidInput, did_you_mean, listed, quoted

if TYPE_CHECKING:
    from pairwise.terms.blocks import Array

Reciprocity: TypeAlias = Literal["harmonic", "min", "mean", "product"]

TINY = 1e-30
"""Below every positive sum that a term can produce, so it changes only a division 0 / 0."""


def check_reciprocity(kind: str) -> None:
    """Refuse a reciprocity that does not exist."""
    kinds = get_args(Reciprocity)
    if kind not in kinds:
        raise InvalidInput(
            f"reciprocity = {quoted(kind)}: must be one of {listed(kinds)}"
            f"{did_you_mean(kind, kinds)}"
        )


def combine(kind: Reciprocity, mine: Array, theirs: Array) -> None:
    """Overwrite `mine` with the value of each pair, symmetric to the last bit.

    Parameters
    ----------
    kind : {"harmonic", "min", "mean", "product"}
        ``2 a b / (a + b)`` (0 when both are 0), ``min(a, b)``, ``(a + b) / 2``, ``a b``.
    mine, theirs : ndarray of the same shape
        Directed values in [0, 1]; where one is unknown (NaN), the other stands alone.
    """
    _kernel.combine(kind, mine, theirs)
