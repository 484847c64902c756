"""What has happened: rounds, who met whom, and what people said about it."""

from pairwise.history.history import History, Met
from pairwise.history.records import CheckIn, Round
from pairwise.history.report import MergeReport, Unjoined

__all__ = ["CheckIn", "History", "MergeReport", "Met", "Round", "Unjoined"]
