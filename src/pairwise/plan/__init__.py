"""The answer: groups, who is left out, what it is worth, and the proof."""

from pairwise.plan.plan import Plan, Unmatched
from pairwise.plan.status import Status
from pairwise.plan.what_if import ForcedOutcome, Resolver, WhatIf

__all__ = ["ForcedOutcome", "Plan", "Resolver", "Status", "Unmatched", "WhatIf"]
