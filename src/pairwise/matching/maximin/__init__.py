"""Assignments in which the worst-off have as much as can be, with loads on both sides."""

from pairwise.matching.maximin.answer import MaximinAssignment
from pairwise.matching.maximin.solve import maximin_assignment

__all__ = ["MaximinAssignment", "maximin_assignment"]
