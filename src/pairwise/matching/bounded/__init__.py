"""Assignments under loads whose sums over pairs must keep bounds, by linear programmes."""

from pairwise.matching.bounded.instance import BoundedInstance, CellSum
from pairwise.matching.bounded.proof import BoundedProof, PricedLeaf
from pairwise.matching.bounded.search import BoundedSearch, Found, OutOfReachError

__all__ = [
    "BoundedInstance",
    "BoundedProof",
    "BoundedSearch",
    "CellSum",
    "Found",
    "OutOfReachError",
    "PricedLeaf",
]
