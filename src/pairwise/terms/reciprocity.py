"""Reciprocity: how the two directed values of a pair become one.

Each function takes what each gains from the other, is symmetric to the last bit, and lets a
known direction stand alone when the other is unknown (NaN).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from pairwise.errors import InvalidInput, did_you_mean, listed, quoted
from pairwise.terms.blocks import spans

if TYPE_CHECKING:
    from pairwise.terms.blocks import Array

Reciprocity: TypeAlias = Literal["harmonic", "min", "mean", "product"]

AT_ONCE = 1 << 16
"""Values combined at once, so that the passes over them stay in a fast cache."""

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


def combine(
    kind: Reciprocity, mine: Array, theirs: Array, *, unknown: bool, doubled: bool = False
) -> None:
    """Overwrite `mine` with the value of each pair.

    Parameters
    ----------
    kind : {"harmonic", "min", "mean", "product"}
        ``2 a b / (a + b)`` (0 when both are 0), ``min(a, b)``, ``(a + b) / 2``, ``a b``.
    mine, theirs : ndarray of the same shape
        Directed values in [0, 1], NaN where unknown; `theirs` is used as scratch.
    unknown : bool
        Whether there can be NaN.
    doubled : bool
        Whether both come times 2 and above 0, which only the harmonic mean takes: it saves
        three passes.
    """
    rows = max(1, AT_ONCE // max(1, mine[:1].size))
    for start, stop in spans(len(mine), rows):
        _combine(kind, mine[start:stop], theirs[start:stop], unknown, doubled)


def _combine(kind: Reciprocity, mine: Array, theirs: Array, unknown: bool, doubled: bool) -> None:
    alone = np.fmax(mine, theirs) if unknown else None
    if doubled:
        _harmonic_of_doubled(mine, theirs)
    else:
        _COMBINED[kind](mine, theirs)
    if alone is not None:
        one_sided = np.isnan(mine)
        mine[one_sided] = alone[one_sided] * (0.5 if doubled else 1.0)


def _harmonic(mine: Array, theirs: Array) -> None:
    total = np.add(mine, theirs)
    np.maximum(total, TINY, out=total)
    mine *= theirs
    mine *= 2
    mine /= total


def _harmonic_of_doubled(mine: Array, theirs: Array) -> None:
    """Overwrite A = 2 a by ``A B / (A + B) = 2 a b / (a + b)``."""
    total = np.add(mine, theirs)
    mine *= theirs
    mine /= total


def _min(mine: Array, theirs: Array) -> None:
    np.minimum(mine, theirs, out=mine)


def _mean(mine: Array, theirs: Array) -> None:
    mine += theirs
    mine *= 0.5


def _product(mine: Array, theirs: Array) -> None:
    mine *= theirs


_COMBINED = {"harmonic": _harmonic, "min": _min, "mean": _mean, "product": _product}
