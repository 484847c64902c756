"""The answer: groups, who is left out, what it is worth, and the proof."""

from pairwise.plan.changes import Change, Changes
from pairwise.plan.outcome import Outcome, Proof, Resolver
from pairwise.plan.plan import Plan, Unmatched
from pairwise.plan.status import Status
from pairwise.plan.tilted import QuotaProof
from pairwise.plan.what_if import WhatIf

__all__ = [
    "Change",
    "Changes",
    "Outcome",
    "Plan",
    "Proof",
    "QuotaProof",
    "Resolver",
    "Status",
    "Unmatched",
    "WhatIf",
]
