"""What solving a problem found, before it becomes a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pairwise.plan.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pairwise.plan.plan import Plan

    IndexPairs = Sequence[tuple[int, int]]


class Proof(Protocol):
    """What proves that no plan is worth more than `bound_q`, by duals or by exhaustion."""

    @property
    def bound_q(self) -> int:
        """Upper bound on the value of every plan, in units of the problem's step."""

    def check(self, problem: Any, groups: Any) -> None:
        """Raise `VerificationError` unless the proof holds for plans that place as many people.

        Parameters
        ----------
        problem
            The problem of the plan.
        groups
            The groups of the plan, checked before.
        """


@dataclass(frozen=True)
class Outcome:
    """What solving found.

    Attributes
    ----------
    groups
        Indices of the members of each group.
    value_q, bound_q
        Value, and proven upper bound on the value of every plan, in units of the problem's step.
    status
        How solving ended.
    seconds
        How long it took.
    certificate
        What proves the bound; None when nothing does.
    forced
        Pairs put together beyond all demands, so that somebody is placed.
    """

    groups: Sequence[tuple[int, ...]]
    value_q: int
    bound_q: int
    status: Status = Status.OPTIMAL
    seconds: float = 0.0
    certificate: Proof | None = None
    forced: IndexPairs = ()


class Resolver(Protocol):
    """Solves a plan's problem again, exactly, under further demands; the verbs supply it."""

    def __call__(
        self,
        plan: Plan,
        *,
        force: IndexPairs = (),
        forbid: IndexPairs = (),
        place: Sequence[int] = (),
    ) -> Outcome:
        """Return the best plan that meets the plan's rules and the demands.

        Parameters
        ----------
        plan
            The plan whose problem is solved again.
        force
            Pairs of indices that must be together, as if required; they do not contradict.
        forbid
            Pairs of indices that may not meet.
        place
            Indices of people who may not be left out if that can be; it counts before how many
            people are placed.

        Notes
        -----
        People whom the demands leave with nobody allowed are unmatched, which is no error.
        """
