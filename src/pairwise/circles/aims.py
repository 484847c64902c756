"""What a plan of circles aims at beside the scores of pairs, and in which formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput, quoted
from pairwise.quotas.kinds import check_readable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.participants import Participants

    Columns = list["BalanceColumn"]

Balance = Mapping[str, float] | Iterable[str] | str
"""Features that groups should be alike in, with weights or each with weight 1."""


@dataclass(frozen=True)
class Aims:
    """Weights of what circles are worth beside their pairs, and what every circle must have.

    Attributes
    ----------
    balance
        Weight by category or number that all groups should be alike in.
    coverage
        Weight of what the best offer in the group meets of what its members seek.
    worst
        Weight of the worst group.
    repeat_cost
        What two who met m times lose when they meet again, times m squared.
    """

    balance: tuple[tuple[str, float], ...] = ()
    coverage: float = 0.0
    worst: float = 0.0
    repeat_cost: float = 1.0

    @classmethod
    def of(cls, balance: Balance, coverage: float, worst: float, repeat_cost: float = 1.0) -> Aims:
        """Check and freeze the weights.

        Raises
        ------
        InvalidInput
            A weight that is negative or no number, or a balance that is no mapping or list.
        """
        names = {"coverage": coverage, "worst": worst, "repeat_cost": repeat_cost}
        weights = {name: _weight(name, value) for name, value in names.items()}
        return cls(balance=_balance(balance), **weights)


def _balance(balance: Balance) -> tuple[tuple[str, float], ...]:
    if isinstance(balance, str):
        balance = (balance,)
    if not isinstance(balance, Iterable):
        raise InvalidInput(f'balance={balance!r}: must name features, as balance=["grade"]')
    pairs = balance.items() if isinstance(balance, Mapping) else [(name, 1.0) for name in balance]
    return tuple((str(name), _weight(f"balance[{quoted(name)}]", value)) for name, value in pairs)


def _weight(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise InvalidInput(f"{name}={value!r}: must be a number >= 0")
    if not 0 <= value < np.inf:
        raise InvalidInput(f"{name}={value!r}: must be a number >= 0")
    return float(value)


@dataclass(frozen=True, eq=False)
class BalanceColumn:
    """One column in which groups should be alike; pairs gain by how much they differ in it.

    Attributes
    ----------
    values
        Numbers, or codes of a category (equal or not is all that counts); NaN unknown; (n,).
    unit
        Weight of a squared difference, or of two categories that differ.
    neutral
        What a pair gains of whom one answer is unknown: as much as pairs do on average.
    numeric
        Whether values are numbers.
    """

    values: NDArray[np.float64]
    unit: float
    neutral: float
    numeric: bool

    def block(self, rows: slice) -> NDArray[np.float64]:
        """Return what the pairs of some rows with everybody gain; (r, n)."""
        here, there = self.values[rows, None], self.values[None, :]
        apart = (here - there) ** 2 if self.numeric else np.where(here != there, 1.0, 0.0)
        unknown = np.isnan(here) | np.isnan(there)
        gain: NDArray[np.float64] = np.where(unknown, self.neutral, self.unit * apart)
        return gain

    @property
    def most(self) -> float:
        """Return the most that a pair can gain."""
        known = self.values[~np.isnan(self.values)]
        reach = float(np.ptp(known)) if len(known) else 0.0
        return max(self.neutral, self.unit * (reach**2 if self.numeric else 1.0))


def balance_columns(people: Participants, balance: tuple[tuple[str, float], ...]) -> Columns:
    """Return the columns of these features: two of a number (mean, spread), one of a category.

    Raises
    ------
    InvalidInput
        No such category or number, or one that is kept for monitoring.
    """
    columns: Columns = []
    for name, weight in balance:
        check_readable("balance", name, people)
        if people.has("number", name):
            values = people.number(name)
            spread = (values - np.nanmean(values)) ** 2 if not np.isnan(values).all() else values
            columns += [_column(column, weight / 2, numeric=True) for column in (values, spread)]
        else:
            codes = people.category(name).codes.astype(np.float64)
            columns.append(_column(np.where(codes < 0, np.nan, codes), weight, numeric=False))
    return columns


def _column(values: NDArray[np.float64], weight: float, *, numeric: bool) -> BalanceColumn:
    """Scale a column so that two people drawn at random gain `weight` on average."""
    known = values[~np.isnan(values)]
    if numeric:
        mean = 2.0 * float(np.var(known)) if len(known) else 0.0
    else:
        _, counts = np.unique(known, return_counts=True)
        mean = 1.0 - float(((counts / max(len(known), 1)) ** 2).sum())
    varies = mean > 0
    unit = weight / mean if varies else 0.0
    return BalanceColumn(values, unit, weight if varies else 0.0, numeric)
