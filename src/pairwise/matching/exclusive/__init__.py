"""Two-sided assignment where people stand on both sides and two pairs may exclude each other."""

from pairwise.matching.exclusive.proof import (
    AssignmentProof,
    Bounded,
    Cell,
    Impossible,
    Instance,
    Node,
    Split,
)
from pairwise.matching.exclusive.search import ExclusiveSearch, Found, ShortageError

__all__ = [
    "AssignmentProof",
    "Bounded",
    "Cell",
    "ExclusiveSearch",
    "Found",
    "Impossible",
    "Instance",
    "Node",
    "ShortageError",
    "Split",
]
