"""A quota on the mean of a score over the plan."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

from pairwise.errors import InvalidInput
from pairwise.quotas.base import Quota, check_bounds, shown_bounds, worded_bounds
from pairwise.quotas.sums import PairSum
from pairwise.quotas.tables import CellSum, Table, mean_sums
from pairwise.score import Score
from pairwise.terms import Term

if TYPE_CHECKING:
    from pairwise.participants import Participants
    from pairwise.quotas.sums import Bounds, Units
    from pairwise.rules import Index, Indices


@dataclass(frozen=True, repr=False)
class Average(Quota):
    """What a term or score is on average over everybody whom a plan places.

    Parameters
    ----------
    of
        A term or a score, in [0, 1].
    at_least, at_most
        Bounds in [0, 1].

    Raises
    ------
    InvalidInput
        No bound, or bounds that are crossed or not in [0, 1].

    Notes
    -----
    Everybody counts with their pair, in a trio with the mean of both partners; a term that is
    unknown for a pair counts 0. Bounds hold up to the rounding of scores, 2**-31.

    Examples
    --------
    >>> from pairwise import Average, Diversity
    >>> Average(Diversity("site"), at_least=0.5).sentence
    'diversity(site) is at least 0.5 on average'
    """

    of: Term | Score
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.of, Term | Score):
            raise InvalidInput(f"Average({self.of!r}): must average a term or a score")
        check_bounds(f"Average({self.of!r})", self.at_least, self.at_most, most=1.0)

    def __repr__(self) -> str:
        return f"Average({self.of!r}, {shown_bounds(self.at_least, self.at_most)})"

    @property
    def sentence(self) -> str:
        """What the quota demands, in words."""
        name = self.of.name if isinstance(self.of, Term) else repr(self.of)
        return f"{name} is {worded_bounds(self.at_least, self.at_most)} on average"

    def over_pairs(self, people: Participants, score: Score) -> tuple[PairSum, ...]:  # noqa: ARG002
        """Return the sum of the term over the pairs, within bounds."""
        term = self.of if isinstance(self.of, Score) else Score([self.of])
        measure = ScoreMeasure(term.on(people))
        return (PairSum(repr(self), measure, self._bounds, Score.step, each=True),)

    def over_table(self, table: Table) -> tuple[CellSum, ...]:
        """Return the sum of the term over the pairs of an assignment, within bounds."""
        term = self.of if isinstance(self.of, Score) else Score([self.of])
        worths = table.worths_of(term.on(table.people))
        return tuple(mean_sums(repr(self), table, worths, (self.at_least, self.at_most)))

    def _bounds(self, placed: int) -> Bounds:
        whole, rounding = placed / Score.step, placed / 2
        low = None if self.at_least is None else ceil(self.at_least * whole - rounding)
        return low, None if self.at_most is None else floor(self.at_most * whole + rounding)


@dataclass(frozen=True, eq=False)
class ScoreMeasure:
    """Twice the quantised score of every pair.

    Attributes
    ----------
    score
        Bound to the people.
    """

    score: Score

    @property
    def ends(self) -> tuple[int, int]:
        """Least and largest measure."""
        return 0, 2 * round(1 / self.score.step)

    def block(self, rows: Index, cols: Index) -> Units:
        """Return the measure of a block of pairs; shape (r, c)."""
        doubled: Units = 2 * self.score.quantise(self.score.block(rows, cols))
        return doubled

    def pairs(self, i: Indices, j: Indices) -> Units:
        """Return the measure of m index pairs; shape (m,)."""
        doubled: Units = 2 * self.score.quantise(self.score.pairs(i, j))
        return doubled
