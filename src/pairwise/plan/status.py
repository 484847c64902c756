"""How solving ended."""

from __future__ import annotations

from enum import Enum


class Status(Enum):
    """How solving ended; every member carries its sentence.

    Examples
    --------
    >>> Status.OPTIMAL.name
    'OPTIMAL'
    >>> print(Status.OPTIMAL.sentence)
    no allowed plan is worth more: proven over all pairs
    """

    OPTIMAL = "no allowed plan is worth more: proven over all pairs"
    WITHIN_GAP = "stopped within the target gap: no allowed plan is worth more than the bound"
    BOUNDED = "found by search: no allowed plan is worth more than the bound"
    TIME_LIMIT = "stopped at the time limit: no allowed plan is worth more than the bound"
    INFEASIBLE = "no plan meets the rules"

    @classmethod
    def unproven(
        cls, value: float, bound: float, target_gap: float, *, out_of_time: bool = False
    ) -> Status:
        """Return the status of a plan that is not proven to be the best.

        Examples
        --------
        >>> Status.unproven(99, 100, 0.02).name
        'WITHIN_GAP'
        """
        if bound - value <= target_gap * bound:
            return cls.WITHIN_GAP
        return cls.TIME_LIMIT if out_of_time else cls.BOUNDED

    @property
    def sentence(self) -> str:
        """What the status means, in words."""
        return self.value
