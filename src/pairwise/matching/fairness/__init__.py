"""Matchings that are fair to the worst-off pairs, each with the proof that none is fairer."""

from pairwise.matching.fairness.alpha import AlphaMatching, alpha_matching, alpha_values
from pairwise.matching.fairness.bottleneck import BottleneckMatching, bottleneck_matching
from pairwise.matching.fairness.leximin import LeximinMatching, leximin_matching

__all__ = [
    "AlphaMatching",
    "BottleneckMatching",
    "LeximinMatching",
    "alpha_matching",
    "alpha_values",
    "bottleneck_matching",
    "leximin_matching",
]
