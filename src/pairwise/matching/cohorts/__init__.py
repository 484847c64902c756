"""The best cohort of a given size under sums that must stay within bounds; whole numbers."""

from pairwise.matching.cohorts.clash import smallest_clash
from pairwise.matching.cohorts.problem import CohortProblem, WithinBounds
from pairwise.matching.cohorts.solve import CohortAnswer, best_cohort

__all__ = ["CohortAnswer", "CohortProblem", "WithinBounds", "best_cohort", "smallest_clash"]
