"""Every term, and what it means: naive values, one pair at a time."""

import math
from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

import pairwise as pw
from pairwise import Participants
from pairwise.terms import Term

RECIPROCITY = {
    "harmonic": lambda a, b: 2 * a * b / (a + b) if a + b > 0 else 0.0,
    "min": min,
    "mean": lambda a, b: (a + b) / 2,
    "product": lambda a, b: a * b,
}


def even_places(people: Participants, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    """Return 1 where both positions are even, unknown where either is a multiple of 5."""
    values = ((rows[:, None] % 2 == 0) & (cols[None, :] % 2 == 0)).astype(float)
    values[(rows[:, None] * cols[None, :]) % 5 == 0] = np.nan
    return values


def later_gains(people: Participants, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    """Return what i gains: the place of j over n."""
    return np.broadcast_to((cols + 1) / len(people), (len(rows), len(cols)))


TERMS: list[Term] = [
    *(pw.Complementarity(reciprocity=kind) for kind in RECIPROCITY),
    *(pw.Similarity("values", metric) for metric in ("cosine", "jaccard", "level")),
    pw.Similarity("signed"),
    pw.Similarity("signed", "level"),
    pw.Diversity("team"),
    pw.Diversity("age"),
    pw.Closeness("age"),
    pw.Closeness("age", scale=0.25),
    pw.Overlap(),
    pw.Overlap(enough=100),
    pw.Preference(),
    pw.Custom(even_places),
    pw.Custom(later_gains, directed=True),
]
some_term = st.sampled_from(TERMS)


def everybody(people: Participants) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions i and j of all ordered pairs."""
    n = len(people)
    return np.divmod(np.arange(n * n), n)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Say whether two arrays have the same bits, NaN included."""
    return np.array_equal(a, b, equal_nan=True)


def known_in(*rows: np.ndarray) -> np.ndarray:
    """Return which dimensions all rows answered."""
    return ~np.isnan(np.array(rows)).any(axis=0)


def coverage(offer: np.ndarray, need: np.ndarray) -> float:
    """Return the share of the needs that the offers cover, NaN when there is no known need."""
    both = known_in(offer, need)
    total = math.fsum(need[both])
    return math.fsum(np.minimum(offer, need)[both]) / total if total else math.nan


def combined(kind: str, mine: float, theirs: float) -> float:
    """Return one value of two directions; a known one stands alone."""
    if math.isnan(mine) or math.isnan(theirs):
        return theirs if math.isnan(mine) else mine
    return RECIPROCITY[kind](mine, theirs)


def complementarity(kind: str) -> Callable[[Participants, int, int], float]:
    """Return the naive value of a pair."""

    def value(people: Participants, i: int, j: int) -> float:
        offers, seeks = people.vector("offers").levels, people.vector("seeks").levels
        return combined(kind, coverage(offers[j], seeks[i]), coverage(offers[i], seeks[j]))

    return value


def cosine(feature: str) -> Callable[[Participants, int, int], float]:
    """Return the naive cosine, moved to [0, 1] on signed scales."""

    def value(people: Participants, i: int, j: int) -> float:
        vector = people.vector(feature)
        signed = vector.low < 0
        a, b = (vector.values if signed else vector.levels)[[i, j]]
        both = known_in(a, b)
        if not both.any():
            return math.nan
        lengths = math.hypot(*a[both]) * math.hypot(*b[both])
        found = math.fsum(a[both] * b[both]) / lengths if lengths else 0.0
        return (1 + found) / 2 if signed else found

    return value


def jaccard(people: Participants, i: int, j: int) -> float:
    """Return shared over united."""
    a, b = people.vector("values").levels[[i, j]]
    both = known_in(a, b)
    if not both.any():
        return math.nan
    united = math.fsum(np.maximum(a, b)[both])
    return math.fsum(np.minimum(a, b)[both]) / united if united else 0.0


def level(feature: str) -> Callable[[Participants, int, int], float]:
    """Return one minus the mean distance over the range."""

    def value(people: Participants, i: int, j: int) -> float:
        vector = people.vector(feature)
        a, b = vector.values[[i, j]]
        both = known_in(a, b)
        if not both.any():
            return math.nan
        return 1 - float(np.abs(a - b)[both].mean()) / (vector.high - vector.low)

    return value


def other_team(people: Participants, i: int, j: int) -> float:
    """Return whether the teams differ."""
    a, b = people.category("team").codes[[i, j]]
    return math.nan if min(a, b) < 0 else float(a != b)


def age_apart(people: Participants, i: int, j: int, scale: float | None = None) -> float:
    """Return the distance of ages over the scale, at most 1."""
    ages = people.number("age")
    known = ages[~np.isnan(ages)]
    scale = scale or (float(np.ptp(known)) if known.size else 0.0) or 1.0
    apart = abs(ages[i] - ages[j]) / scale
    return apart if math.isnan(apart) else min(1.0, apart)


def overlap(enough: float) -> Callable[[Participants, int, int], float]:
    """Return the common slots over enough, at most 1."""

    def value(people: Participants, i: int, j: int) -> float:
        a, b = people.slot().values[[i, j]]
        common = float((a * b).sum())
        return common if math.isnan(common) else min(1.0, common / enough)

    return value


def preference(people: Participants, i: int, j: int) -> float:
    """Return the mean of the known directions."""
    wishes = people.preference()
    ways = [float(b in wishes.asked[a]) for a, b in ((i, j), (j, i)) if wishes.known[a]]
    return sum(ways) / len(ways) if ways else math.nan


def custom(people: Participants, i: int, j: int) -> float:
    """Return the function's value, one pair at a time."""
    return float(even_places(people, np.array([i]), np.array([j]))[0, 0])


REFERENCES = {
    **{pw.Complementarity(reciprocity=kind): complementarity(kind) for kind in RECIPROCITY},
    pw.Similarity("values"): cosine("values"),
    pw.Similarity("signed"): cosine("signed"),
    pw.Similarity("values", "jaccard"): jaccard,
    pw.Similarity("values", "level"): level("values"),
    pw.Similarity("signed", "level"): level("signed"),
    pw.Diversity("team"): other_team,
    pw.Diversity("age"): age_apart,
    pw.Closeness("age"): lambda people, i, j: 1 - age_apart(people, i, j),
    pw.Closeness("age", 0.25): lambda people, i, j: 1 - age_apart(people, i, j, 0.25),
    pw.Overlap(): overlap(3),
    pw.Overlap(enough=100): overlap(100),
    pw.Preference(): preference,
    pw.Custom(even_places): custom,
}
