"""Targets over a whole plan, cohort or circle: shares, counts, parity, nobody alone.

A quota is a small frozen value that knows no people. What it counts is a `Rule` where pairs are
counted (``Share(Differ("department"), at_least=0.5)``) and an `Is` where people are
(``Count(Is("site", "Oslo"), at_least=5)``). An answer that is unknown does not count. Monitoring
features cannot be read by any quota.
"""

from pairwise.quotas.average import Average
from pairwise.quotas.base import Quota, bind_quotas
from pairwise.quotas.groups import Common, GroupCount, NotAlone, PerGroup
from pairwise.quotas.kinds import Is
from pairwise.quotas.parity import Balanced, Parity
from pairwise.quotas.sides import PerMentee, PerMentor
from pairwise.quotas.sums import Count, PairMeasure, PairSum, PeopleSum, RuleMeasure, Share
from pairwise.quotas.tables import CellSum, Table

__all__ = [
    "Average",
    "Balanced",
    "CellSum",
    "Common",
    "Count",
    "GroupCount",
    "Is",
    "NotAlone",
    "PairMeasure",
    "PairSum",
    "Parity",
    "PeopleSum",
    "PerGroup",
    "PerMentee",
    "PerMentor",
    "Quota",
    "RuleMeasure",
    "Share",
    "Table",
    "bind_quotas",
]
