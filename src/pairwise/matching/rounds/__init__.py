"""Seasons: several rounds without repeats, with a bound over all of them."""

from pairwise.matching.rounds.answer import Rotation, rotation
from pairwise.matching.rounds.bound import SeasonBound, season_bound
from pairwise.matching.rounds.circles import circle_rounds, group_worth
from pairwise.matching.rounds.schedule import Schedule, pairs_of

__all__ = [
    "Rotation",
    "Schedule",
    "SeasonBound",
    "circle_rounds",
    "group_worth",
    "pairs_of",
    "rotation",
    "season_bound",
]
