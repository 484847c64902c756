"""Scores: weighted terms, any block of pairs at a time."""

from pairwise.score.breakdown import Breakdown, TermShare
from pairwise.score.default import default_score
from pairwise.score.score import Score

__all__ = ["Breakdown", "Score", "TermShare", "default_score"]
