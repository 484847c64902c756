"""A vector feature while it is read: labels and values before scale and partner are settled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.importing.cells import fold
from pairwise.participants import VectorFeature
from pairwise.participants.checks import FloatArray, inferred_scale

if TYPE_CHECKING:
    from pairwise.importing.report import ColumnReport

Ends = tuple[float, float]


@dataclass(frozen=True)
class Draft:
    """A vector feature as read.

    Attributes
    ----------
    feature : str
        Its name.
    labels : tuple of str
        d column labels.
    values : ndarray, shape (n, d)
        NaN where unknown.
    ends : tuple of float or None
        Scale; None when it is to be inferred from the values.
    ticks : bool
        0/1 ticks, which can be read as the ends of any scale.
    chosen : bool
        People chose among labels: a label not chosen is level 0. Otherwise every label was
        asked, and what was not asked is unknown.
    in_order : bool
        The order of labels was given by the caller or the source; otherwise alphabetical.
    columns : tuple of ColumnReport
        For the report.
    """

    feature: str
    labels: tuple[str, ...]
    values: FloatArray
    ends: Ends | None
    ticks: bool
    chosen: bool
    in_order: bool
    columns: tuple[ColumnReport, ...]

    def noted(self, note: str) -> Draft:
        """Return the draft with one more note on its first column."""
        first, *rest = self.columns
        return replace(self, columns=(replace(first, notes=(*first.notes, note)), *rest))

    def settled(self) -> Draft:
        """Return the draft with a scale, inferred when there is none."""
        if self.ends is not None:
            return self
        ends = inferred_scale(self.values)
        if self.chosen:
            ends = (min(ends[0], 0.0), ends[1])
        return replace(self, ends=ends).noted(_inferred(ends))

    def vector(self) -> VectorFeature:
        """Return the finished feature."""
        low, high = self.settled().ends or (0.0, 1.0)
        return VectorFeature(self.values, self.labels, low, high, name=self.feature)


def _inferred(ends: Ends) -> str:
    return f"scale {ends[0]:g} to {ends[1]:g} inferred from the answers; declare scales= to be sure"


def aligned(offers: Draft, seeks: Draft) -> tuple[Draft, Draft]:
    """Return offers and seeks on the same labels and the same scale.

    Labels meet regardless of case; one that only the other has is level 0 when people chose
    among options, unknown when it was asked column by column. Ticks are read as the top of the
    other's scale.

    Raises
    ------
    InvalidInput
        They share no label though each was asked column by column, or their scales differ.
    """
    offers, seeks = _on_one_scale(_compared(offers, seeks), seeks)
    labels = {fold(label): label for label in (*seeks.labels, *offers.labels)}
    keys = list(dict.fromkeys(fold(label) for label in (*offers.labels, *seeks.labels)))
    if not (offers.in_order or seeks.in_order):
        keys.sort()
    return _spread(offers, keys, labels), _spread(seeks, keys, labels)


def _compared(offers: Draft, seeks: Draft) -> Draft:
    """Return the offers, with a note when nothing that is sought is offered."""
    mine, theirs = ([fold(label) for label in draft.labels] for draft in (offers, seeks))
    for draft, keys in ((offers, mine), (seeks, theirs)):
        if len(set(keys)) < len(keys):
            raise InvalidInput(f"{draft.feature}: two labels differ only in case or spaces")
    if not set(mine).isdisjoint(theirs):
        return offers
    if not (offers.chosen or seeks.chosen):
        raise InvalidInput(
            "offers and seeks share no column label, so nobody could help anybody; name the"
            " columns alike, or give Levels(columns, labels=) for both"
        )
    return offers.noted("nothing that is sought is offered: do both sides use the same words?")


def _on_one_scale(offers: Draft, seeks: Draft) -> tuple[Draft, Draft]:
    if offers.ticks and not seeks.ticks:
        seeks = seeks.settled()
        return _ticks_on(offers, seeks), seeks
    if seeks.ticks and not offers.ticks:
        offers = offers.settled()
        return offers, _ticks_on(seeks, offers)
    if offers.ends and seeks.ends and offers.ends != seeks.ends:
        mine, theirs = (f"{low:g} to {high:g}" for low, high in (offers.ends, seeks.ends))
        raise InvalidInput(
            f"offers have the scale {mine}, seeks {theirs}: they must share one; declare the same"
            " scale for both with scales="
        )
    ends = offers.ends or seeks.ends
    if ends is None:
        ends = inferred_scale(offers.values, seeks.values)
        if offers.chosen or seeks.chosen:
            ends = (min(ends[0], 0.0), ends[1])
        offers, seeks = offers.noted(_inferred(ends)), seeks.noted(_inferred(ends))
    return replace(offers, ends=ends), replace(seeks, ends=ends)


def _ticks_on(ticks: Draft, other: Draft) -> Draft:
    low, high = other.ends or (0.0, 1.0)
    note = f"a tick is read as level {high:g} and no tick as {low:g}, the scale of {other.feature}"
    values = low + (high - low) * ticks.values
    return replace(ticks, values=values, ends=(low, high)).noted(note)


def _spread(draft: Draft, keys: list[str], labels: dict[str, str]) -> Draft:
    place = {fold(label): k for k, label in enumerate(draft.labels)}
    values = np.full((len(draft.values), len(keys)), np.nan)
    if draft.chosen:
        low = draft.ends[0] if draft.ends else 0.0
        values[~np.isnan(draft.values).all(axis=1)] = low
    for k, key in enumerate(keys):
        if key in place:
            values[:, k] = draft.values[:, place[key]]
    spread = replace(draft, values=values, labels=tuple(labels[key] for key in keys))
    absent = len(keys) - len(place)
    if not absent:
        return spread
    meaning = "level 0" if draft.chosen else "unknown"
    return spread.noted(f"{absent} labels come from the other side and are {meaning} here")
