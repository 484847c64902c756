"""Exact answers to "what if": the best plan with a pair forced, and the next best partners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pairwise.errors import InfeasibleError, InvalidInput, quoted
from pairwise.plan import kinds
from pairwise.rules import BoundRequire, Forbid, Require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pairwise.participants import Id
    from pairwise.plan.outcome import IndexPairs, Resolver
    from pairwise.plan.plan import Plan


@dataclass(frozen=True)
class WhatIf:
    """The best plan in which two people are together, beside the plan it is compared with.

    Attributes
    ----------
    pair
        The two ids; the second is the partner considered.
    plan
        The best plan that has them together.
    before
        The plan that was asked.
    """

    pair: tuple[Id, Id]
    plan: Plan
    before: Plan

    @property
    def partner(self) -> Id:
        """The partner considered."""
        return self.pair[1]

    @property
    def score(self) -> float:
        """Score of the two."""
        i, j = self.before.people.indices(self.pair)
        return float(self.before.score.pairs(i[None], j[None])[0])

    @property
    def loss(self) -> float:
        """What the plan loses, in score units; exact. Compare `fewer_placed` first.

        With a finite `fairness` it is what fairness loses, in its own units.
        """
        return (self.before.value_q - self.plan.value_q) * self.before.step

    @property
    def fewer_placed(self) -> int:
        """How many people fewer have a partner."""
        return _placed(self.before) - _placed(self.plan)

    @property
    def changed(self) -> tuple[Id, ...]:
        """Ids of the people whose partners differ between the two plans."""
        old, new = self.before.partners, self.plan.partners
        return tuple(who for who in self.before.people.ids if old.get(who) != new.get(who))

    @property
    def cost(self) -> str:
        """What the whole plan pays for it, in words."""
        worth = abs(self.before.value_q * self.before.step)
        share = f" ({abs(self.loss) / worth:.2%})" if worth else ""
        verb = "lose" if self.loss >= 0 else "gain"
        fewer = f" and {self.fewer_placed:,} fewer would have one" if self.fewer_placed else ""
        return (
            f"the plan would {verb} {abs(self.loss):.4f}{share};"
            f" {len(self.changed):,} people would change partner{fewer}"
        )

    def __str__(self) -> str:
        a, b = (quoted(who) for who in self.pair)
        return f"{a} with {b} (score {self.score:.3f}):\n{self.cost}"


def what_if(plan: Plan, pair: tuple[Id, Id]) -> WhatIf:
    """Return the exact best plan in which the pair is together; see `Plan.what_if`."""
    rule = Require([pair])
    a, b = rule.pairs[0]
    plan.people.indices([a, b])
    if b in plan.partners.get(a, ()):
        return WhatIf((a, b), plan, plan)
    return WhatIf((a, b), _solve_again(plan, [rule]), plan)


def alternatives(plan: Plan, who: Id, k: int) -> tuple[WhatIf, ...]:
    """Return the k next best partners for the plan; see `Plan.alternatives`.

    The best plan that keeps somebody from all partners seen so far has the next best one, so k
    re-solves rank all partners without trying each. Without a trio that is the best plan that
    puts the two together.
    """
    if k < 1:
        raise InvalidInput(f"k={k!r}: must be a whole number >= 1")
    i = plan.people.index(who)
    bound, found = _required_with(plan, i), list[WhatIf]()
    seen = list(plan.partners.get(who, ()))
    while len(found) < k:
        apart = [(who, partner) for partner in seen if partner not in bound]
        try:
            other = _solve_again(plan, [Forbid(apart)] if apart else [], place=(i,))
        except InfeasibleError:
            break
        partners = [partner for partner in other.partners.get(who, ()) if partner not in seen]
        if not partners:
            break
        found += [WhatIf((who, partner), other, plan) for partner in partners]
        seen += partners
    return tuple(found[:k])


def _required_with(plan: Plan, i: int) -> set[Id]:
    """Return the ids of those with whom rules require somebody."""
    rules = [rule for rule in plan.problem.rules if isinstance(rule, BoundRequire)]
    return {plan.people.ids[j] for rule in rules for j in rule.required.partners(i).tolist()}


def _placed(plan: Plan) -> int:
    return len(plan.partners)


def _solve_again(plan: Plan, rules: Sequence[Forbid | Require], place: Sequence[int] = ()) -> Plan:
    """Solve the plan's problem with further pairs; the new plan carries them as rules."""
    problem = plan.problem.with_rules(rules)
    resolver = plan.resolver or _restored(plan)
    outcome = resolver(
        plan,
        force=_index_pairs(plan, rules, Require),
        forbid=_index_pairs(plan, rules, Forbid),
        place=place,
    )
    if outcome.forced:
        ids = plan.people.ids
        problem = problem.with_rules([Require([(ids[a], ids[b]) for a, b in outcome.forced])])
    return type(plan)(problem, outcome)


def _restored(plan: Plan) -> Resolver:
    """Solve the problem of a plan that came without a solver, from JSON or a pickle, once."""
    resolver = kinds.resolver_of(plan)
    plan.__dict__["resolver"] = resolver
    return resolver


def _index_pairs(
    plan: Plan, rules: Sequence[Forbid | Require], kind: type[Forbid | Require]
) -> IndexPairs:
    pairs = [pair for rule in rules if isinstance(rule, kind) for pair in rule.pairs]
    return [(plan.people.index(a), plan.people.index(b)) for a, b in pairs]
