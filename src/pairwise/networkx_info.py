"""What networkx is told of the backend when networkx itself is imported; loads nothing."""

from __future__ import annotations

from typing import Any

__all__ = ["get_info"]

_WEIGHTS = """\
Weights may be int, float, Fraction or Decimal; a missing one is 1. Integers and fractions
are exact: those whose range, in units of their greatest common divisor, times the number of
pairs reaches 2**59 are left to networkx. Floats are rounded once, at 1,000 nodes to a step
of 2**-47 of the largest. nan and inf are refused by a ValueError."""
_FULL = """
An edge of weight inf counts as absent. Where there is no full matching, the ValueError
names nodes that have too few neighbours."""
_FUNCTIONS = {
    "max_weight_matching": _WEIGHTS,
    "min_weight_matching": _WEIGHTS,
    "minimum_weight_full_matching": _WEIGHTS + _FULL,
    "hopcroft_karp_matching": "A largest matching by the blossom kernel; ties may differ.",
    "eppstein_matching": "A largest matching by the blossom kernel; ties may differ.",
}


def get_info() -> dict[str, Any]:
    """Return the description of the backend that networkx shows in its documentation.

    Examples
    --------
    >>> from pairwise.networkx_info import get_info
    >>> sorted(get_info()["functions"])[:2]
    ['eppstein_matching', 'hopcroft_karp_matching']
    """
    return {
        "backend_name": "pairwise",
        "project": "pairwise-matching",
        "package": "pairwise",
        "short_summary": "Exact matching by a blossom kernel in C++.",
        "functions": {name: {"additional_docs": text} for name, text in _FUNCTIONS.items()},
    }
