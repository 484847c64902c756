"""From what a caller writes as priorities to whole numbers per person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput, did_you_mean, quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pairwise.participants import Id, Participants

Priority = Mapping["Id", float] | str

LEVELS = 1000


def as_priority(people: Participants, given: Priority | None) -> NDArray[np.int64] | None:
    """Return a whole number per person, 0 where nothing is said; None when nobody has any.

    Parameters
    ----------
    people
        Whom the priorities are about.
    given
        Numbers >= 0 by id, or the name of a number feature, where unknown counts as 0.

    Raises
    ------
    InvalidInput
        An id or a feature that does not exist, or a number below 0.

    Notes
    -----
    Whole numbers up to 1,000 stay as they are; others are rounded to thousandths of the largest.
    """
    if given is None:
        return None
    values = _values(people, given)
    wrong = np.flatnonzero(~((values >= 0) & np.isfinite(values)))
    if len(wrong):
        who = people.ids[wrong[0]]
        raise InvalidInput(
            f"priority[{quoted(who)}] = {values[wrong[0]]:g}: must be a number >= 0; 0 is no claim"
        )
    largest = float(values.max(initial=0.0))
    if largest == 0:
        return None
    whole = largest <= LEVELS and bool((values == np.rint(values)).all())
    return np.rint(values if whole else values / largest * LEVELS).astype(np.int64)


def _values(people: Participants, given: Priority) -> NDArray[np.float64]:
    if isinstance(given, str):
        if not people.has("number", given):
            hint = did_you_mean(given, people.feature_names["number"])
            raise InvalidInput(
                f"priority = {quoted(given)}: must be the name of a number feature, or a mapping"
                f" of ids to numbers{hint}"
            )
        return np.nan_to_num(people.number(given), nan=0.0)
    if not isinstance(given, Mapping):
        raise InvalidInput(
            f"priority = {given!r}: must be a mapping of ids to numbers, or a number's name"
        )
    values = np.zeros(len(people))
    for who, number in given.items():
        try:
            values[people.index(who)] = number
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"priority[{quoted(who)}] = {number!r}: {error}") from None
    return values
