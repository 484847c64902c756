"""Matchings whose sums must keep bounds: multipliers fold the sums into the weights."""

from pairwise.matching.tilted.matrix import MatrixOracle
from pairwise.matching.tilted.oracle import Column, Decisions, Found, Oracle, cover
from pairwise.matching.tilted.parametric import hull, upper_hull
from pairwise.matching.tilted.recombine import Recombination, keeps
from pairwise.matching.tilted.search import Answer, Leaf, TiltedSearch
from pairwise.matching.tilted.tilt import Limits, Tilt, whole

__all__ = [
    "Answer",
    "Column",
    "Decisions",
    "Found",
    "Leaf",
    "Limits",
    "MatrixOracle",
    "Oracle",
    "Recombination",
    "Tilt",
    "TiltedSearch",
    "cover",
    "hull",
    "keeps",
    "upper_hull",
    "whole",
]
