"""The networkx backend that leaves every call to networkx: only a counter can notice."""

from typing import Any

from pairwise.networkx_backend import (
    convert_from_nx,
    convert_to_nx,
    eppstein_matching,
    hopcroft_karp_matching,
    max_weight_matching,
    min_weight_matching,
    minimum_weight_full_matching,
)

__all__ = [
    "convert_from_nx",
    "convert_to_nx",
    "eppstein_matching",
    "hopcroft_karp_matching",
    "max_weight_matching",
    "min_weight_matching",
    "minimum_weight_full_matching",
]


def can_run(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Refuse."""
    return f"{name} is left to networkx"
