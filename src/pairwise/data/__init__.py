"""The sample cohort: 61 invented people, as a survey tool would export them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pairwise.participants import Participants

__all__ = ["SAMPLE_COLUMNS", "SAMPLE_PATH", "sample_cohort"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")

SAMPLE_PATH: Final[Path] = Path(__file__).with_name("cohort.csv")
"""The CSV file of the sample cohort."""

SAMPLE_COLUMNS: Final[dict[str, Any]] = {
    "id": "email",
    "offers": "I can help with",
    "seeks": "I want to learn",
    "interests": "Topics",
    "values": "values",
    "categories": ["department", "site", "manager"],
    "numbers": ["grade"],
    "slots": "Free hours",
    "preferences": "I would like to meet",
    "monitoring": ["gender"],
    "scales": {"values": (1, 5)},
    "options": {
        "slots": [f"{day} {hour}:00" for day in _DAYS for hour in (9, 12, 16)],
    },
}
"""What each column of the sample cohort is: keywords for `Participants.from_csv`."""


def sample_cohort() -> Participants:
    """Return the 61 invented people of the sample cohort, with the report of the import.

    What each person offers and seeks is multi-select, as are topics ("interests") and free
    hours ("slots"); six "values" are levels from 1 to 5 in a survey grid; department, site and
    manager are categories, grade (1 to 7) is a number, gender is for monitoring alone. Some
    answers are missing, and the number of people is odd.

    Returns
    -------
    Participants
        Read by ``Participants.from_csv(SAMPLE_PATH, **SAMPLE_COLUMNS)``.

    Notes
    -----
    Cost a few milliseconds. Anybody who bears one of the names does so by chance.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.sample_cohort()
    >>> people
    Participants(n=61, vector=4, category=3, number=1, slots=1, preference=1, monitoring=1)
    >>> people.ids[:2]
    ('adrian@example.org', 'agnes@example.org')
    >>> people.vector("values").columns[:3]
    ('Independence', 'Structure', 'Directness')
    """
    from pairwise.participants import Participants

    return Participants.from_csv(SAMPLE_PATH, **SAMPLE_COLUMNS)
