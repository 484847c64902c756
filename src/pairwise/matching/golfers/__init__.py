"""Schedules of rounds in groups in which nobody meets anybody twice."""

from pairwise.matching.golfers.answer import GolferSchedule
from pairwise.matching.golfers.solve import social_golfer

__all__ = ["GolferSchedule", "social_golfer"]
