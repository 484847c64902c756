"""Matchings that no two people would leave for each other, or the proof that there is none."""

from pairwise.matching.stable.blocking import BlockingPairs, blocking_pairs
from pairwise.matching.stable.marriage import StableMarriage, stable_marriage
from pairwise.matching.stable.opinions import scores_from_lists
from pairwise.matching.stable.roommates import StableRoommates, stable_roommates

__all__ = [
    "BlockingPairs",
    "StableMarriage",
    "StableRoommates",
    "blocking_pairs",
    "scores_from_lists",
    "stable_marriage",
    "stable_roommates",
]
