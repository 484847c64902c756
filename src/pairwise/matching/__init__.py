"""The researchers' layer: arrays in, arrays out, no people; every answer with its proof."""

from typing import TYPE_CHECKING

from pairwise._lazy import lazy_names

if TYPE_CHECKING:
    from pairwise.matching.bipartite import Assignment as Assignment
    from pairwise.matching.bipartite import assignment as assignment
    from pairwise.matching.bipartite_certificate import (
        AssignmentCertificate as AssignmentCertificate,
    )
    from pairwise.matching.certificate import Certificate as Certificate
    from pairwise.matching.fairness import AlphaMatching as AlphaMatching
    from pairwise.matching.fairness import BottleneckMatching as BottleneckMatching
    from pairwise.matching.fairness import LeximinMatching as LeximinMatching
    from pairwise.matching.fairness import alpha_matching as alpha_matching
    from pairwise.matching.fairness import alpha_values as alpha_values
    from pairwise.matching.fairness import bottleneck_matching as bottleneck_matching
    from pairwise.matching.fairness import leximin_matching as leximin_matching
    from pairwise.matching.frontiers import MatchingFrontier as MatchingFrontier
    from pairwise.matching.frontiers import frontier as frontier
    from pairwise.matching.general import GeneralMatching as GeneralMatching
    from pairwise.matching.general import max_weight_matching as max_weight_matching
    from pairwise.matching.golfers import GolferSchedule as GolferSchedule
    from pairwise.matching.golfers import social_golfer as social_golfer
    from pairwise.matching.matcher import Matcher as Matcher
    from pairwise.matching.maximin import MaximinAssignment as MaximinAssignment
    from pairwise.matching.maximin import maximin_assignment as maximin_assignment
    from pairwise.matching.partitions import CountRule as CountRule
    from pairwise.matching.partitions import Partition as Partition
    from pairwise.matching.partitions import PartitionProof as PartitionProof
    from pairwise.matching.partitions import partition as partition
    from pairwise.matching.rounds import Rotation as Rotation
    from pairwise.matching.rounds import SeasonBound as SeasonBound
    from pairwise.matching.rounds import rotation as rotation
    from pairwise.matching.stable import BlockingPairs as BlockingPairs
    from pairwise.matching.stable import StableMarriage as StableMarriage
    from pairwise.matching.stable import StableRoommates as StableRoommates
    from pairwise.matching.stable import blocking_pairs as blocking_pairs
    from pairwise.matching.stable import scores_from_lists as scores_from_lists
    from pairwise.matching.stable import stable_marriage as stable_marriage
    from pairwise.matching.stable import stable_roommates as stable_roommates

_HOMES: dict[str, tuple[str, ...]] = {
    "bipartite": ("Assignment", "assignment"),
    "bipartite_certificate": ("AssignmentCertificate",),
    "certificate": ("Certificate",),
    "fairness": (
        "AlphaMatching",
        "BottleneckMatching",
        "LeximinMatching",
        "alpha_matching",
        "alpha_values",
        "bottleneck_matching",
        "leximin_matching",
    ),
    "frontiers": ("MatchingFrontier", "frontier"),
    "general": ("GeneralMatching", "max_weight_matching"),
    "matcher": ("Matcher",),
    "golfers": ("GolferSchedule", "social_golfer"),
    "maximin": ("MaximinAssignment", "maximin_assignment"),
    "partitions": ("CountRule", "Partition", "PartitionProof", "partition"),
    "stable": (
        "BlockingPairs",
        "StableMarriage",
        "StableRoommates",
        "blocking_pairs",
        "scores_from_lists",
        "stable_marriage",
        "stable_roommates",
    ),
    "rounds": ("Rotation", "SeasonBound", "rotation"),
}
"""Public names by the module that defines them."""

__all__ = sorted(sum(_HOMES.values(), ()))

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(__name__, _HOMES)
