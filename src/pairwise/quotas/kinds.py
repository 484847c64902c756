"""Which people a quota counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InvalidInput, did_you_mean, listed, quoted

if TYPE_CHECKING:
    from pairwise.participants import Participants
    from pairwise.rules import Mask

Label = str | int | float


@dataclass(frozen=True, init=False, repr=False)
class Is:
    """People with one of these answers in a category or number.

    Parameters
    ----------
    feature
        Name of a category or number; monitoring features cannot be read.
    *labels
        Answers that count, at least one. An answer that is unknown does not count.

    Raises
    ------
    InvalidInput
        No label; when used: no such feature, or nobody of the category has such a label.

    Examples
    --------
    >>> from pairwise import Is, Participants
    >>> people = Participants(["ann", "bob", "cy"], categories={"site": ["Oslo", None, "Bonn"]})
    >>> Is("site", "Oslo").among(people)
    array([ True, False, False])
    """

    feature: str
    labels: tuple[Label, ...]

    def __init__(self, feature: str, *labels: Label) -> None:
        if not labels:
            raise InvalidInput(f'Is("{feature}"): must name at least one answer')
        object.__setattr__(self, "feature", feature)
        object.__setattr__(self, "labels", labels)

    def __repr__(self) -> str:
        return f"Is({', '.join(map(quoted, (self.feature, *self.labels)))})"

    def among(self, people: Participants) -> Mask:
        """Return who has one of the answers; shape (n,).

        Parameters
        ----------
        people
            The participants.
        """
        check_readable("Is", self.feature, people)
        if people.has("number", self.feature):
            numbers = [float(label) for label in self.labels]
            return np.asarray(np.isin(people.number(self.feature), numbers))
        category = people.category(self.feature)
        wanted = [_code(self.feature, str(label), category.labels) for label in self.labels]
        return np.asarray(np.isin(category.codes, wanted))


def kinds_of(quota: str, feature: str, people: Participants) -> list[tuple[str, Mask]]:
    """Return every answer of a category or number that somebody gave, and who gave it."""
    check_readable(quota, feature, people)
    if people.has("number", feature):
        values = people.number(feature)
        return [(f"{value:g}", values == value) for value in np.unique(values[~np.isnan(values)])]
    category = people.category(feature)
    found = [(label, category.codes == code) for code, label in enumerate(category.labels)]
    return [(label, mask) for label, mask in found if mask.any()]


def check_readable(quota: str, feature: str, people: Participants) -> None:
    """Refuse a feature that is missing, no category or number, or kept for monitoring."""
    if people.has("category", feature) or people.has("number", feature):
        return
    if feature in people.monitoring_names:
        raise InvalidInput(
            f"{quota}: {quoted(feature)} is a monitoring feature, kept for reports only;"
            " import it as a category if plans may depend on it"
        )
    names = [*people.feature_names["category"], *people.feature_names["number"]]
    has = f"; there are {listed(names)}" if names else "; these people have none"
    hint = did_you_mean(feature, names) or has
    raise InvalidInput(f"{quota}: no category or number {quoted(feature)}{hint}")


def _code(feature: str, label: str, labels: tuple[str, ...]) -> int:
    if label in labels:
        return labels.index(label)
    hint = did_you_mean(label, labels) or f"; there are {listed(labels)}"
    raise InvalidInput(f"Is: {quoted(feature)} has no answer {quoted(label)}{hint}")
