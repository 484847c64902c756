"""The frozen problem that solvers see, and the contradictions found before solving it."""

from pairwise.problem.base import Groups, Problem, refused_pairs, repeated, torn_pairs
from pairwise.problem.binding import bind_rules, bind_score
from pairwise.problem.conflicts import find_conflicts
from pairwise.problem.fair import FairProblem, scored
from pairwise.problem.pairs import NOT_ALLOWED, Leftover, PairProblem, Weights
from pairwise.problem.quotas import QuotaProblem, sums_over
from pairwise.problem.repairs import RepairProblem

__all__ = [
    "NOT_ALLOWED",
    "FairProblem",
    "Groups",
    "Leftover",
    "PairProblem",
    "Problem",
    "QuotaProblem",
    "RepairProblem",
    "Weights",
    "bind_rules",
    "bind_score",
    "find_conflicts",
    "refused_pairs",
    "repeated",
    "scored",
    "sums_over",
    "torn_pairs",
]
