"""The best cohort of a given size under sums that must stay within bounds; whole numbers."""

from pairwise.matching.cohorts.problem import CohortProblem, WithinBounds
from pairwise.matching.cohorts.solve import CohortAnswer, best_cohort, find_any

__all__ = ["CohortAnswer", "CohortProblem", "WithinBounds", "best_cohort", "find_any"]
