"""How a plan or a programme does: figures with formulas, small groups protected."""

from pairwise.evaluation.blocking import Stability, stability
from pairwise.evaluation.comparison import Comparison, compare
from pairwise.evaluation.evaluating import evaluate
from pairwise.evaluation.report import Figure, Report

__all__ = ["Comparison", "Figure", "Report", "Stability", "compare", "evaluate", "stability"]
