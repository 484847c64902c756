"""The usual English answer scales, from low to high."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pairwise.importing.cells import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NEUTRAL = "neutral|neither agree nor disagree|neither|undecided|neither disagree nor agree"


def _scale(*points: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(point.split("|")) for point in points)


_DISAGREE = ("strongly disagree|completely disagree|totally disagree", "disagree")
_AGREE = ("agree", "strongly agree|completely agree|totally agree")
_WEAKLY = (
    "somewhat disagree|slightly disagree|rather disagree|mostly disagree",
    "somewhat agree|slightly agree|rather agree|mostly agree",
)

USUAL: dict[str, tuple[frozenset[str], ...]] = {
    "no or yes": _scale("no|false|not selected|unchecked|off", "yes|true|selected|checked|on|x|✓"),
    "disagree or agree": _scale("disagree", "agree"),
    "agreement, 4 points": _scale(*_DISAGREE, *_AGREE),
    "agreement, 4 points, weak middle": _scale(_DISAGREE[0], _WEAKLY[0], _WEAKLY[1], _AGREE[1]),
    "agreement, 5 points": _scale(*_DISAGREE, _NEUTRAL, *_AGREE),
    "agreement, 5 points, weak middle": _scale(
        _DISAGREE[0], _WEAKLY[0], _NEUTRAL, _WEAKLY[1], _AGREE[1]
    ),
    "agreement, 6 points": _scale(*_DISAGREE, *_WEAKLY, *_AGREE),
    "agreement, 7 points": _scale(*_DISAGREE, _WEAKLY[0], _NEUTRAL, _WEAKLY[1], *_AGREE),
    "frequency": _scale(
        "never",
        "rarely|seldom|almost never",
        "sometimes|occasionally",
        "often|frequently|usually|very often|almost always",
        "always",
    ),
    "importance": _scale(
        "not at all important|not important|unimportant",
        "slightly important",
        "moderately important|somewhat important",
        "important|very important",
        "extremely important|essential",
    ),
    "satisfaction": _scale(
        "very dissatisfied", "dissatisfied", _NEUTRAL, "satisfied", "very satisfied"
    ),
    "likelihood": _scale("very unlikely", "unlikely", _NEUTRAL, "likely", "very likely"),
    "quality": _scale(
        "very poor|very bad",
        "poor|bad",
        "fair|average|okay|ok|acceptable",
        "good",
        "very good|excellent",
    ),
    "extent": _scale(
        "not at all",
        "slightly|a little|a little bit",
        "moderately|somewhat",
        "quite a bit|a lot|very|very much",
        "extremely|a great deal|completely",
    ),
    "interest": _scale(
        "not at all interested|not interested",
        "slightly interested|a little interested",
        "moderately interested|somewhat interested|interested",
        "very interested",
        "extremely interested",
    ),
    "skill": _scale(
        "none|no experience|no knowledge",
        "beginner|novice|basic",
        "intermediate|competent",
        "advanced|proficient",
        "expert",
    ),
}
"""Scales by name; each point is a set of folded labels, the lowest first."""

_FROM_ZERO = {"no or yes"}


def first_level(scale: str) -> int:
    """Return the number of a usual scale's lowest point: 0 for no, 1 otherwise."""
    return 0 if scale in _FROM_ZERO else 1


def usual_scale(labels: Iterable[str]) -> str | None:
    """Return the name of the shortest usual scale that holds all labels; None without one.

    Also None when two scales of that length put one of the labels at different points.

    Parameters
    ----------
    labels : iterable of str
        Folded labels that occur.

    Examples
    --------
    >>> usual_scale(["agree", "strongly agree", "neutral"])
    'agreement, 5 points'
    >>> usual_scale(["red", "green"]) is None
    True
    """
    wanted = set(labels)
    fits = [name for name, points in USUAL.items() if wanted <= frozenset().union(*points)]
    if not fits:
        return None
    shortest = min(len(USUAL[name]) for name in fits)
    codes = [usual_codes(name) for name in fits if len(USUAL[name]) == shortest]
    if any(code[label] != codes[0][label] for code in codes for label in wanted):
        return None
    return next(name for name in fits if len(USUAL[name]) == shortest)


def usual_codes(name: str) -> dict[str, float]:
    """Return the level of each label of a usual scale."""
    start = first_level(name)
    return {label: float(k + start) for k, point in enumerate(USUAL[name]) for label in point}


def declared_codes(labels: Sequence[str]) -> dict[str, float]:
    """Return the level, from 1, of each label of a scale declared from low to high."""
    return {fold(str(label)): float(k) for k, label in enumerate(labels, start=1)}
