"""Seasons: several rounds of pairs without repeats, with a bound over all of them."""

from pairwise.matching.rounds.answer import Rotation, rotation
from pairwise.matching.rounds.bound import SeasonBound, season_bound
from pairwise.matching.rounds.schedule import Schedule, pair_sum

__all__ = ["Rotation", "Schedule", "SeasonBound", "pair_sum", "rotation", "season_bound"]
