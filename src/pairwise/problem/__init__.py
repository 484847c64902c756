"""The frozen problem that solvers see, and the contradictions found before solving it."""

from pairwise.problem.base import Groups, Problem, refused_pairs, repeated, torn_pairs
from pairwise.problem.binding import bind_rules, bind_score
from pairwise.problem.conflicts import find_conflicts
from pairwise.problem.fair import FairProblem, check_fairness
from pairwise.problem.fair_loads import Fair, FairLoadProblem, scored
from pairwise.problem.floor_loads import FloorLoadProblem
from pairwise.problem.kept import Kept
from pairwise.problem.load_words import shortage_sentence, twins_sentence
from pairwise.problem.loads import Gain, LoadProblem, Participation, left_out
from pairwise.problem.pairs import NOT_ALLOWED, Leftover, PairProblem, Weights
from pairwise.problem.prior import PriorityProblem
from pairwise.problem.priority import Priority, as_priority
from pairwise.problem.quota_loads import QuotaLoadProblem
from pairwise.problem.quotas import QuotaProblem, sums_over
from pairwise.problem.repairs import FewChangesProblem, RepairProblem
from pairwise.problem.sides import Load, Side

__all__ = [
    "NOT_ALLOWED",
    "Fair",
    "FairLoadProblem",
    "FairProblem",
    "FewChangesProblem",
    "FloorLoadProblem",
    "Gain",
    "Groups",
    "Kept",
    "Leftover",
    "Load",
    "LoadProblem",
    "PairProblem",
    "Participation",
    "Priority",
    "PriorityProblem",
    "Problem",
    "QuotaLoadProblem",
    "QuotaProblem",
    "RepairProblem",
    "Side",
    "Weights",
    "as_priority",
    "bind_rules",
    "bind_score",
    "check_fairness",
    "find_conflicts",
    "left_out",
    "refused_pairs",
    "repeated",
    "scored",
    "shortage_sentence",
    "sums_over",
    "torn_pairs",
    "twins_sentence",
]
