"""From what a caller writes to bound score and rules; refuses what is neither."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pairwise.errors import InvalidInput
from pairwise.rules import BoundRule, Rule
from pairwise.score import Score, default_score
from pairwise.terms import Term

if TYPE_CHECKING:
    from pairwise.participants import Participants


def bind_score(people: Participants, score: Score | Term | None) -> Score:
    """Return the score bound to these people; the default score when None."""
    if score is None:
        return default_score(people)
    if isinstance(score, Term):
        score = Score([score])
    if not isinstance(score, Score):
        raise InvalidInput(
            f"score={score!r}: must be a Score, a term or None; write for example"
            ' 2 * Similarity("interests") + Complementarity()'
        )
    return score if score.people is people else score.on(people)


def bind_rules(
    people: Participants, score: Score, rules: Iterable[Rule | BoundRule]
) -> tuple[BoundRule, ...]:
    """Return the rules bound to these people and to the bound score; bound ones as they are."""
    if isinstance(rules, Rule) or not isinstance(rules, Iterable):
        raise InvalidInput(f"rules={rules!r}: must be a list of rules; write rules=[...]")
    listed = list(rules)
    for position, rule in enumerate(listed):
        if not isinstance(rule, Rule | BoundRule):
            raise InvalidInput(
                f"rules[{position}]={rule!r}: must be a rule such as Differ or Forbid"
            )
    return tuple(
        rule if isinstance(rule, BoundRule) else rule.bind(people, score) for rule in listed
    )
