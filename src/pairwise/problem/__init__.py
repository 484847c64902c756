"""The frozen problem that solvers see, and the contradictions found before solving it."""

from pairwise.problem.binding import bind_rules, bind_score
from pairwise.problem.conflicts import find_conflicts, why_alone
from pairwise.problem.pairs import NOT_ALLOWED, Leftover, PairProblem

__all__ = [
    "NOT_ALLOWED",
    "Leftover",
    "PairProblem",
    "bind_rules",
    "bind_score",
    "find_conflicts",
    "why_alone",
]
