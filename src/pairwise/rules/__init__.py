"""Hard rules on pairs: who may, must not and must be together.

A rule is a small frozen value that knows no people. ``bind(people, score)`` looks its
features up once and answers for index blocks, so that the full (n, n) mask never exists.
Rules are symmetric: a pair is allowed or not, whichever of the two is named first.
An answer that is unknown cannot break a rule: the pair passes, unless the rule says
``unknown="refuse"``. Monitoring features cannot be read by any rule.
"""

from pairwise.rules.base import BoundRule, Mask, Rule, Unknown
from pairwise.rules.features import Between, Differ, Same, Within
from pairwise.rules.pairs import Among, BoundRequire, Forbid, Require
from pairwise.rules.pairset import Index, Indices, PairSet, as_indices, find_all
from pairwise.rules.predicates import Floor, Only
from pairwise.rules.repeats import NoRepeat

__all__ = [
    "Among",
    "Between",
    "BoundRequire",
    "BoundRule",
    "Differ",
    "Floor",
    "Forbid",
    "Index",
    "Indices",
    "Mask",
    "NoRepeat",
    "Only",
    "PairSet",
    "Require",
    "Rule",
    "Same",
    "Unknown",
    "Within",
    "as_indices",
    "find_all",
]
