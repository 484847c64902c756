"""The answer of `select`: who is in, what that is worth, and what the quotas changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import listed, quoted
from pairwise.matching.cohorts import CohortAnswer, CohortProblem, best_cohort
from pairwise.plan import Status
from pairwise.selecting.checks import verify
from pairwise.selecting.worth import UNIT, Worth

if TYPE_CHECKING:
    from pairwise.matching.cohorts.problem import Chosen
    from pairwise.participants import Id, Participants
    from pairwise.quotas import Quota

_WORK = 10.0
_WORK_ASIDE = 3.0


@dataclass(frozen=True)
class QuotaEffect:
    """What one quota changed: the best cohort without it, compared with the one chosen.

    Attributes
    ----------
    quota
        The quota.
    let_in, kept_out
        Ids of those who are in, or out, and would not be without the quota.
    cost
        What the cohort would be worth more without it.
    proven
        Whether the cohort without the quota is proven best; else it is the best one found.
    """

    quota: Quota
    let_in: tuple[Id, ...]
    kept_out: tuple[Id, ...]
    cost: float
    proven: bool

    def __str__(self) -> str:
        if not self.let_in and not self.kept_out:
            return f"{self.quota!r} changed nothing"
        return (
            f"{self.quota!r} let in {listed(self.let_in) or 'nobody'} and kept out"
            f" {listed(self.kept_out) or 'nobody'}; without it the cohort would be worth"
            f" {self.cost:.4f} more{'' if self.proven else ', as far as found'}"
        )


@dataclass(frozen=True)
class SelectionReason:
    """Why somebody is in or out.

    Attributes
    ----------
    who
        Their id.
    chosen
        Whether they are in.
    loss
        What the best cohort that decides otherwise about them is worth less; None: there is none.
    proven
        Whether `loss` is exact; else a better such cohort may exist.
    by
        The quotas without which it would be decided otherwise.
    """

    who: Id
    chosen: bool
    loss: float | None
    proven: bool
    by: tuple[Quota, ...]

    def __str__(self) -> str:
        there, otherwise = ("in", "without") if self.chosen else ("out", "with")
        verb = "let in" if self.chosen else "kept out"
        if self.loss is None:
            why = f"no cohort {otherwise} them keeps the quotas"
        else:
            exact = "" if self.proven else "at most "
            why = f"the best cohort {otherwise} them is worth {exact}{self.loss:.4f} less"
        by = f"; {verb} by {' and '.join(map(repr, self.by))}" if self.by else ""
        return f"{quoted(self.who)} is {there}: {why}{by}"


@dataclass(frozen=True, eq=False, repr=False)
class Selection:
    """A cohort chosen from applicants, with its proof and its reasons; see `select`.

    Attributes
    ----------
    applicants : Participants
    quotas : tuple of Quota
    status : Status
    seconds : float

    Examples
    --------
    >>> import pairwise as pw
    >>> applicants = pw.Participants(
    ...     ["ann", "bob", "cy", "di"], numbers={"marks": [4, 3, 2, 1]},
    ...     categories={"site": ["Oslo", "Oslo", "Oslo", "Bonn"]},
    ... )
    >>> quota = pw.Count(pw.Is("site", "Bonn"), at_least=1)
    >>> chosen = pw.select(applicants, 2, [quota], value="marks")
    >>> chosen.people.ids, chosen.status.name
    (('ann', 'di'), 'OPTIMAL')
    >>> print(chosen.explain("bob"))
    "bob" is out: the best cohort with them is worth 0.1667 less; kept out by
    Count(Is("site", "Bonn"), at_least=1)
    >>> chosen.verify()
    """

    applicants: Participants
    quotas: tuple[Quota, ...]
    worth: Worth = field(repr=False)
    problem: CohortProblem = field(repr=False)
    chosen: Chosen = field(repr=False)
    value_q: int
    bound_q: int
    status: Status
    seconds: float

    @classmethod
    def of(
        cls,
        applicants: Participants,
        quotas: tuple[Quota, ...],
        worth: Worth,
        problem: CohortProblem,
        answer: CohortAnswer,
        target_gap: float,
        seconds: float,
    ) -> Selection:
        """Wrap what the solver found."""
        assert answer.chosen is not None  # noqa: S101
        status = Status.OPTIMAL
        if answer.value < answer.bound:
            status = Status.unproven(answer.value, answer.bound, target_gap)
        figures = (answer.value, answer.bound, status, seconds)
        return cls(applicants, quotas, worth, problem, answer.chosen, *figures)

    @cached_property
    def people(self) -> Participants:
        """The cohort, in the order of the applicants."""
        return self.applicants.take(np.flatnonzero(self.chosen))

    @property
    def value(self) -> float:
        """What the cohort is worth, in [0, 1]; higher is better."""
        return self.value_q / UNIT

    @property
    def bound(self) -> float:
        """No cohort under the quotas is worth more."""
        return self.bound_q / UNIT

    @property
    def gap(self) -> float:
        """``(bound - value) / bound``: 0 is proven best."""
        return (self.bound_q - self.value_q) / self.bound_q if self.bound_q else 0.0

    @property
    def parts(self) -> dict[str, float]:
        """Each part of the worth in [0, 1]: "value", "coverage", "score", where present."""
        return {
            name: self._without_others(name).value(self.chosen) / UNIT
            for name in self.worth.weights
        }

    @cached_property
    def effects(self) -> tuple[QuotaEffect, ...]:
        """What each quota changed, in the order given; a search for each when first asked."""
        return tuple(self._effect(quota) for quota in self.quotas)

    def explain(self, who: Id) -> SelectionReason:
        """Say why somebody is in or out, what deciding otherwise costs, and by which quotas.

        Parameters
        ----------
        who
            Id of an applicant.

        Raises
        ------
        InvalidInput
            Nobody has that id; names the nearest.
        """
        at = self.applicants.index(who)
        there = bool(self.chosen[at])
        by = [effect for effect in self.effects if who in (*effect.let_in, *effect.kept_out)]
        turned = replace(
            self.problem, certain=() if there else (at,), barred=(at,) if there else ()
        )
        other = solve(turned, work=_WORK_ASIDE)
        quotas = tuple(effect.quota for effect in by)
        if other.chosen is None:
            return SelectionReason(who, there, None, other.infeasible, quotas)
        loss = (self.value_q - other.value) / UNIT
        proven = other.value == other.bound and self.status is Status.OPTIMAL
        return SelectionReason(who, there, loss, proven, quotas)

    def verify(self, seconds: float = 60.0) -> None:
        """Check size, quotas, value and bound apart from the search.

        Parameters
        ----------
        seconds
            The bound is checked by HiGHS, which must find no cohort worth more; it is stopped
            after so long.

        Raises
        ------
        VerificationError
            Names what is false.
        """
        verify(self, seconds)

    def __repr__(self) -> str:
        return (
            f"Selection({len(self.people)} of {len(self.applicants)}, value={self.value:.6g},"
            f" gap={self.gap:.2g}, {self.status.name})"
        )

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {share:.3f}" for name, share in self.parts.items())
        lines = [
            f"Selection of {len(self.people):,} from {len(self.applicants):,} applicants",
            f"  value    {self.value:.6f}  {parts}",
            f"  bound    {self.bound:.6f}  no cohort under the quotas is worth more",
            f"  gap      {self.gap:<8.2g}  (bound - value) / bound",
            f"  status   {self.status.name}",
        ]
        return "\n".join([*lines, *(f"  quota    {quota.sentence}" for quota in self.quotas)])

    def _without_others(self, name: str) -> CohortProblem:
        alone = replace(self.worth, weights={name: 1.0})
        return alone.problem(len(self.applicants), self.problem.size)

    def _effect(self, quota: Quota) -> QuotaEffect:
        size = self.problem.size
        others = [other for other in self.quotas if other is not quota]
        sums = [s for other in others for s in other.over_people(self.applicants, size)]
        free = solve(self.problem.under(sums), work=_WORK_ASIDE, start=self.chosen)
        assert free.chosen is not None  # noqa: S101
        ids = self.applicants.ids
        let_in = tuple(ids[i] for i in np.flatnonzero(self.chosen & ~free.chosen))
        kept_out = tuple(ids[i] for i in np.flatnonzero(free.chosen & ~self.chosen))
        cost = (free.value - self.value_q) / UNIT
        proven = free.value == free.bound
        return QuotaEffect(quota, let_in, kept_out, cost, proven)


def solve(
    problem: CohortProblem,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    seed: int = 0,
    work: float = _WORK,
    start: Chosen | None = None,
) -> CohortAnswer:
    """Return the best cohort, with limits of work that suit a verb."""
    return best_cohort(
        problem, work=work, target_gap=target_gap, time_limit=time_limit, seed=seed, start=start
    )
