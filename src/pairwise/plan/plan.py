"""The plan: who meets whom, what that is worth, and how good it provably is."""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn

from pairwise.plan import kinds, render, serial
from pairwise.plan.changes import Changes, changes_of
from pairwise.plan.checks import verify
from pairwise.plan.status import Status
from pairwise.plan.what_if import WhatIf, alternatives, what_if
from pairwise.problem import Fair, left_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

    import pandas as pd

    from pairwise.explanation import CircleExplanation, Explanation
    from pairwise.participants import Id, Participants
    from pairwise.plan.outcome import Outcome, Proof, Resolver
    from pairwise.problem import Groups, Problem
    from pairwise.quotas import Quota
    from pairwise.rules import Rule
    from pairwise.score import Score
    from pairwise.terms import Term


class Unmatched(tuple["Id", ...]):
    """Ids of the people whom a plan leaves out, with the reason for each.

    Attributes
    ----------
    reasons
        Sentence by id.
    """

    reasons: Mapping[Id, str]

    def __new__(cls, reasons: Mapping[Id, str]) -> Unmatched:
        """Keep the ids in the order of ``reasons``."""
        unmatched = super().__new__(cls, reasons)
        unmatched.reasons = MappingProxyType(dict(reasons))
        return unmatched

    def __getnewargs__(self) -> tuple[dict[Id, str]]:
        return (dict(self.reasons),)

    def __reduce__(self) -> tuple[type[Unmatched], tuple[dict[Id, str]]]:
        return Unmatched, (dict(self.reasons),)


class Plan:
    """Groups, who is left out, value, bound and status; immutable.

    A pair is worth its score. A larger group is worth the sum of its pairs' scores over one less
    than its size: everybody's value is the mean score with their partners, and a plan is worth
    half the sum of everybody's value. Plans that place more people come first; among them more
    value is better.

    Parameters
    ----------
    problem
        What the plan answers: people, score, rules and what else it was made with.
    outcome
        Groups of indices in any order, value, bound, status, and what proves the bound.
    resolver
        What solves the problem again for `what_if` and `alternatives`, fast. Not pickled and not
        in JSON: without it the first such question solves the problem once more.

    Attributes
    ----------
    problem, index_groups, value_q, bound_q, status, seconds, certificate

    Raises
    ------
    InvalidInput
        When an index is out of range or a group has no size that the problem knows. Whether the
        claims are true is for `verify` to say.

    Examples
    --------
    >>> import numpy as np
    >>> import pairwise as pw
    >>> people = pw.Participants(["ann", "bob", "cy", "di"])
    >>> matrix = np.array([[0, 9, 8, 1], [9, 0, 2, 5], [8, 2, 0, 3], [1, 5, 3, 0]]) / 10
    >>> plan = pw.pair(people, pw.Precomputed(matrix))
    >>> plan.pairs
    (('ann', 'cy'), ('bob', 'di'))
    >>> round(plan.value, 6), plan.gap, plan.status.name
    (1.3, 0.0, 'OPTIMAL')
    >>> plan.partner_of("di")
    'bob'
    >>> plan.verify()
    """

    def __init__(
        self, problem: Problem, outcome: Outcome, *, resolver: Resolver | None = None
    ) -> None:
        self.__dict__.update(
            problem=problem,
            index_groups=problem.arranged(outcome.groups),
            value_q=int(outcome.value_q),
            bound_q=int(outcome.bound_q),
            status=outcome.status,
            seconds=float(outcome.seconds),
            certificate=outcome.certificate,
            resolver=resolver,
        )

    problem: Problem
    index_groups: Groups
    value_q: int
    bound_q: int
    status: Status
    seconds: float
    certificate: Proof | None
    resolver: Resolver | None

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: plans are frozen."""
        raise AttributeError(f"a Plan is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse: plans are frozen."""
        raise AttributeError(f"a Plan is frozen: {name} cannot be deleted")

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "resolver": None}

    @property
    def people(self) -> Participants:
        """Everybody, in the order of the indices."""
        return self.problem.people

    @property
    def score(self) -> Score:
        """The score that the plan was made with."""
        return self.problem.score

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that the plan keeps."""
        return tuple(bound.rule for bound in self.problem.rules)

    @property
    def step(self) -> float:
        """What one unit of ``value_q`` and ``bound_q`` is worth in score units."""
        return self.problem.step

    @cached_property
    def groups(self) -> tuple[tuple[Id, ...], ...]:
        """Ids of each group, trios included; ordered as the problem orders them."""
        ids = self.people.ids
        return tuple(tuple(ids[i] for i in group) for group in self.index_groups)

    @cached_property
    def pairs(self) -> tuple[tuple[Id, Id], ...]:
        """Ids of each group of two, in the same order."""
        return tuple((group[0], group[1]) for group in self.groups if len(group) == 2)

    @cached_property
    def unmatched(self) -> Unmatched:
        """Ids of those left out; `.reasons` says why, by id."""
        alone = left_out(self.problem, self.index_groups)
        proven = self.status is Status.OPTIMAL
        return Unmatched(
            {
                self.people.ids[i]: self.problem.why_alone(i, alone=len(alone), proven=proven)
                for i in alone
            }
        )

    @cached_property
    def partners(self) -> Mapping[Id, tuple[Id, ...]]:
        """Partners by id: one for most, two in a trio; the unmatched are not listed."""
        found: dict[Id, tuple[Id, ...]] = {}
        for group in self.groups:
            for who in group:
                found[who] = found.get(who, ()) + tuple(x for x in group if x != who)
        return MappingProxyType(found)

    @cached_property
    def value(self) -> float:
        """Sum of the scores of the groups; higher is better."""
        if isinstance(self.problem, Fair):
            return self.problem.plain.value(self.index_groups) * self.step
        return self.value_q * self.step

    @property
    def bound(self) -> float:
        """No allowed plan that places as many people is worth more than this.

        With `fairness`: what fairness could still gain, in its own units, is added to the value.
        The bound is the value exactly where no plan is fairer; a plan for the sum alone may be
        worth up to `price_of_fairness` more.
        """
        return self.value + (self.bound_q - self.value_q) * self.step

    @property
    def gap(self) -> float:
        """``(bound - value) / bound``: 0 is proven optimal; 0 when the bound is 0."""
        return (self.bound_q - self.value_q) / self.bound_q if self.bound_q else 0.0

    @cached_property
    def price_of_fairness(self) -> float:
        """What the sum of scores loses against the best plan for the sum alone; exact.

        0 for plans that were made for the sum. Cost: one solve when first asked.
        """
        if not isinstance(self.problem, Fair):
            return 0.0
        plain = self.problem.plain
        best = kinds.solved_plain(self)
        return (best.value_q - plain.value(self.index_groups)) * self.step

    @cached_property
    def changes(self) -> Changes:
        """Who changes partner against the plan that this one repairs; empty for other plans."""
        return changes_of(self)

    def partner_of(self, who: Id) -> Id | None:
        """Return somebody's partner, None when left out.

        Of several partners it is the one with the best score; `partners` lists all.

        Raises
        ------
        InvalidInput
            When nobody has that id; names the nearest.
        """
        self.people.index(who)
        partners = self.partners.get(who, ())
        return max(partners, key=lambda x: self._pair_weight(who, x), default=None)

    def explain(self, who: Id) -> Explanation | CircleExplanation:
        """Say why somebody has this partner: each term's share, in words and numbers.

        Parameters
        ----------
        who
            An id.

        Returns
        -------
        Explanation
            Print it; in a notebook it shows itself. Cost: one row of scores, and one exact
            re-solve for what the next best would cost. Of circles it is a `CircleExplanation`.

        Raises
        ------
        InvalidInput
            When nobody has that id; names the nearest.
        """
        from pairwise.explanation import explain

        return explain(self, who)

    def alternatives(self, who: Id, k: int = 5) -> tuple[WhatIf, ...]:
        """Return the k next best partners for the whole plan, cheapest first.

        If not the present partner, who then? Each keeps ``who`` from the present partners and
        from those listed before.

        Parameters
        ----------
        who
            An id.
        k
            How many, >= 1; fewer come back when the rules allow fewer.

        Returns
        -------
        tuple of WhatIf
            Exact: each holds the best plan that is left. Cost k re-solves.

        Raises
        ------
        InvalidInput
            When nobody has that id, or k < 1.

        Examples
        --------
        >>> import pairwise as pw
        >>> people = pw.sample_cohort()
        >>> plan = pw.pair(people)
        >>> best, second = plan.alternatives(people.ids[0], 2)
        >>> 0 <= best.loss <= second.loss
        True
        """
        return alternatives(self, who, k)

    def what_if(self, pair: tuple[Id, Id]) -> WhatIf:
        """Return the exact best plan in which two given people are together.

        Parameters
        ----------
        pair
            Two ids.

        Raises
        ------
        InvalidInput
            When these are not two ids of participants.
        InfeasibleError
            When a rule refuses the two; says which.

        Examples
        --------
        >>> import pairwise as pw
        >>> people = pw.sample_cohort()
        >>> plan = pw.pair(people)
        >>> forced = plan.what_if((people.ids[0], people.ids[1]))
        >>> forced.plan.partner_of(people.ids[0]) == people.ids[1], forced.loss >= 0
        (True, True)
        """
        return what_if(self, pair)

    def verify(self) -> None:
        """Check every claim independently of the solver: rules, groups, value, bound, status.

        Raises
        ------
        VerificationError
            Names everything that is false.

        Notes
        -----
        Values are recomputed from features in integers; the certificate is checked against
        all allowed pairs by blocks, O(n^2) scores.
        """
        verify(self)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, one row a group: its members, score, reason.

        The unmatched follow with no partner, no score, and why they are left out.
        """
        return serial.to_frame(self)

    def to_dict(self) -> dict[str, object]:
        """Return everything but the seconds as plain lists, texts and numbers."""
        return serial.to_dict(self)

    def to_json(self) -> str:
        """Return the plan as JSON: byte-identical for the same input, seed and version."""
        return serial.to_json(self)

    @classmethod
    def from_json(
        cls,
        text: str,
        people: Participants,
        score: Score | Term | None = None,
        *,
        rules: Iterable[Rule] = (),
        quotas: Iterable[Quota] = (),
    ) -> Plan:
        """Read a plan that `to_json` wrote, for the same people, score, rules and quotas.

        Parameters
        ----------
        text
            The JSON.
        people, score, rules, quotas
            What the plan was made with; None is the default score.

        Raises
        ------
        InvalidInput
            When the text is no plan, or people, terms or rules are not those of the plan.
        """
        return serial.from_json(text, people, score, tuple(rules), tuple(quotas))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the plan as ``.csv`` (the table of `to_frame`) or ``.json``, all or nothing.

        Raises
        ------
        InvalidInput
            When the name ends in neither.
        """
        serial.save(self, path)

    def __repr__(self) -> str:
        return render.one_line(self)

    def __str__(self) -> str:
        return render.summary(self)

    def _repr_html_(self) -> str:
        return render.html(self)

    def _pair_weight(self, a: Id, b: Id) -> int:
        i, j = self.people.indices([a, b])
        return int(self.problem.together_pairs(i[None], j[None])[0])
