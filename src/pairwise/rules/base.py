"""What every rule is, before and after it has met its people."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from pairwise.errors import InvalidInput, did_you_mean

if TYPE_CHECKING:
    from pairwise.participants import Participants
    from pairwise.rules.pairset import Index, Indices
    from pairwise.score import Score

Mask = NDArray[np.bool_]
Unknown = Literal["pass", "refuse"]


@dataclass(frozen=True, eq=False)
class BoundRule(ABC):
    """A rule that has met its people and answers for blocks of index pairs.

    Attributes
    ----------
    rule
        The rule as it was written.
    """

    rule: Rule

    @property
    def name(self) -> str:
        """What messages call the rule: as it is written in code, kept short."""
        return self.rule.label

    @property
    def sentence(self) -> str:
        """What the rule demands, in words."""
        return self.rule.sentence

    @abstractmethod
    def allowed(self, rows: Index, cols: Index) -> Mask:
        """Tell which pairs of a block pass; shape (r, c), memory O(r c)."""

    @abstractmethod
    def allowed_pairs(self, i: Indices, j: Indices) -> Mask:
        """Tell which of m index pairs pass; shape (m,)."""


class Rule(ABC):
    """Something that two partners must fulfil: `Forbid`, `Require`, `Differ` and others."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What the rule demands, in words."""

    @property
    def label(self) -> str:
        """What messages call the rule: as it is written in code, kept short."""
        return repr(self)

    def bind(self, people: Participants, score: Score | None = None) -> BoundRule:
        """Look features and ids up in the people, once; O(n), for m named pairs O(m log m).

        Parameters
        ----------
        people
            The n participants that indices will refer to.
        score
            The bound score, which `Floor` reads and no other rule.

        Raises
        ------
        InvalidInput
            When the people have no such feature or id; names the nearest one.
        """
        return self._bound(people, score)

    def among(self, people: Participants) -> Rule:  # noqa: ARG002
        """Return what is left of the rule when only these people are there."""
        return self

    @abstractmethod
    def _bound(self, people: Participants, score: Score | None, /) -> BoundRule:
        """Do the work of `bind`."""


def check_unknown(rule: str, unknown: str) -> None:
    """Refuse anything but the two ways to treat a missing answer."""
    choices = ("pass", "refuse")
    if unknown not in choices:
        hint = did_you_mean(str(unknown), choices)
        raise InvalidInput(f'{rule}(unknown={unknown!r}): must be "pass" or "refuse"{hint}')


def unknown_suffix(unknown: Unknown) -> str:
    """Show the treatment of missing answers where it is not the usual one."""
    return "" if unknown == "pass" else f', unknown="{unknown}"'
