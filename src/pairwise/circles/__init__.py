"""The problem of circles: groups of three and more people."""

from pairwise.circles.aims import Aims
from pairwise.circles.problem import GroupProblem

__all__ = ["Aims", "GroupProblem"]
