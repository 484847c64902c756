"""Why somebody has these partners: in words, in numbers, against what else was possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pairwise.circles import GroupProblem
from pairwise.explanation.circles import CircleExplanation
from pairwise.explanation.pairs import Explanation, Hope, main_reasons

if TYPE_CHECKING:
    from pairwise.participants import Id
    from pairwise.plan import Plan

__all__ = ["CircleExplanation", "Explanation", "Hope", "explain", "main_reasons"]


def explain(plan: Plan, who: Id) -> Explanation | CircleExplanation:
    """Say why somebody has these partners; see `Plan.explain`."""
    plan.people.index(who)
    if isinstance(plan.problem, GroupProblem):
        return CircleExplanation(who, plan, plan.problem)
    return Explanation(who, plan)
