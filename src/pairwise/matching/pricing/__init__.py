"""Exact matching of many people whose weights are never all in memory.

Scores are computed block by block. One pass over all pairs keeps the best few partners of
everybody; the blossom search solves on those; its duals then price all other pairs: a pair can
help only if its weight beats the duals of both. Most pairs are ruled out by two numbers a
person, the largest key outside the kept ones and how far the dual has moved since, so that
later rounds look at few pairs or none. The idea is column generation [applegate1993]_.
"""

from pairwise.matching.pricing.blas import ONE_BLAS_THREAD
from pairwise.matching.pricing.solver import PricingPairSolver
from pairwise.matching.pricing.weights import PairWeights, Progress

__all__ = ["ONE_BLAS_THREAD", "PairWeights", "PricingPairSolver", "Progress"]
