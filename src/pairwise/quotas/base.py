"""What every quota is, and what it becomes once it has met its people."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput

if TYPE_CHECKING:
    from pairwise.participants import Participants
    from pairwise.quotas.groups import GroupCount
    from pairwise.quotas.sums import PairSum, PeopleSum
    from pairwise.quotas.tables import CellSum, Table
    from pairwise.score import Score


class Quota(ABC):
    """A target over a whole plan, cohort or circle: `Share`, `Count`, `Parity` and others.

    One quota need not fit every verb; those that it does not fit refuse it by name.
    """

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What the quota demands, in words."""

    def over_pairs(self, people: Participants, score: Score) -> tuple[PairSum, ...]:  # noqa: ARG002
        """Return the sums over a plan of pairs that must stay within bounds."""
        raise self._misfit("pairs of a plan", "Share, Count or Parity")

    def over_table(self, table: Table) -> tuple[CellSum, ...]:  # noqa: ARG002
        """Return the sums over the pairs of an assignment that must stay within bounds."""
        raise self._misfit("mentors and mentees", "PerMentor, PerMentee, Share, Count or Parity")

    def over_people(self, people: Participants, size: int) -> tuple[PeopleSum, ...]:  # noqa: ARG002
        """Return the sums over a cohort of `size` people that must stay within bounds."""
        raise self._misfit("people of a cohort", "Share or Count of an Is, or Balanced")

    def over_groups(self, people: Participants) -> tuple[GroupCount, ...]:  # noqa: ARG002
        """Return how many of certain people every group may hold."""
        raise self._misfit("every group", "PerGroup or NotAlone")

    def _misfit(self, about: str, fitting: str) -> InvalidInput:
        return InvalidInput(f"{self!r} says nothing about {about}: use {fitting}")


def bind_quotas(quotas: Iterable[Quota]) -> tuple[Quota, ...]:
    """Return the quotas as a tuple; refuse what is none."""
    if isinstance(quotas, Quota) or not isinstance(quotas, Iterable):
        raise InvalidInput(f"quotas={quotas!r}: must be a list of quotas; write quotas=[...]")
    given = tuple(quotas)
    for position, quota in enumerate(given):
        if not isinstance(quota, Quota):
            raise InvalidInput(
                f"quotas[{position}]={quota!r}: must be a quota such as Share or Count"
            )
    return given


def check_bounds(
    quota: str, at_least: float | None, at_most: float | None, *, most: float = np.inf
) -> None:
    """Refuse bounds that are missing, crossed, or outside 0 ... `most`."""
    if at_least is None and at_most is None:
        raise InvalidInput(f"{quota}: must have at_least=, at_most= or both")
    for name, bound in (("at_least", at_least), ("at_most", at_most)):
        if bound is not None and not 0 <= bound <= most:
            limit = "must be >= 0" if most == np.inf else f"must be in [0, {most:g}]"
            raise InvalidInput(f"{quota}: {name}={bound!r}: {limit}")
    if at_least is not None and at_most is not None and at_least > at_most:
        raise InvalidInput(f"{quota}: at_least={at_least!r} is above at_most={at_most!r}")


def shown_bounds(at_least: float | None, at_most: float | None) -> str:
    """Show bounds as they are written in code."""
    named = (("at_least", at_least), ("at_most", at_most))
    return ", ".join(f"{name}={bound:g}" for name, bound in named if bound is not None)


def worded_bounds(at_least: float | None, at_most: float | None, form: str = "g") -> str:
    """Say bounds in words."""
    named = (("at least", at_least), ("at most", at_most))
    return " and ".join(f"{name} {bound:{form}}" for name, bound in named if bound is not None)
