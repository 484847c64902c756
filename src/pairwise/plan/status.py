"""How solving ended."""

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

    @property
    def sentence(self) -> str:
        """What the status means, in words."""
        return self.value
