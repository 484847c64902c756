"""Hypothesis strategies: small populations, also with every feature, score matrices, rules."""

from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from pairwise import Participants
from pairwise.rules import Differ, Forbid, Only, Require, Rule, Same, Within

TEAMS = ("red", "green", "blue", None)
GRADES = (1.0, 2.0, 3.0, 5.5, float("nan"))

LEVELS = {
    "ticks": lambda rng, shape: rng.integers(0, 2, shape),
    "grades": lambda rng, shape: rng.integers(0, 5, shape),
    "likert": lambda rng, shape: rng.integers(1, 6, shape),
    "tenths": lambda rng, shape: rng.integers(0, 11, shape) / 10,
    "real": lambda rng, shape: rng.random(shape),
    "sparse": lambda rng, shape: rng.integers(0, 4, shape) * (rng.random(shape) < 0.3),
}
"""How a vector may be filled; the first four fit thermometers, reals need the other way."""

GAPS = ("none", "answers", "people", "most")
"""What may be unknown; "few" (one person in twenty) is for larger populations."""

SLOTS = 6


@st.composite
def cohorts(draw: st.DrawFn, least: int = 1, most: int = 8) -> Participants:
    """People with a category ``team`` and a number ``grade``, either may be unknown."""
    n = draw(st.integers(least, most))
    return Participants(
        [f"p{k}" for k in range(n)],
        categories={"team": draw(st.lists(st.sampled_from(TEAMS), min_size=n, max_size=n))},
        numbers={"grade": draw(st.lists(st.sampled_from(GRADES), min_size=n, max_size=n))},
    )


def with_gaps(rng: np.random.Generator, answers: np.ndarray, gaps: str) -> np.ndarray:
    """Return answers (n, d) with NaN where unknown: single ones, whole rows, or most of them."""
    holed = answers.astype(float)
    if gaps == "answers":
        holed[rng.random(holed.shape) < 0.25] = np.nan
    if gaps == "people":
        holed[rng.random(len(holed)) < 0.3] = np.nan
    if gaps == "few":
        holed[rng.random(len(holed)) < 0.05, rng.integers(holed.shape[1])] = np.nan
    if gaps == "most":
        holed[rng.random(holed.shape) < 0.8] = np.nan
    return holed


def filled(rng: np.random.Generator, n: int, d: int, fill: str, gaps: str) -> Participants:
    """Return n people with every kind of feature; NaN, None and missing entries are unknown."""
    ids = [f"p{k}" for k in range(n)]

    def vector() -> np.ndarray:
        return with_gaps(rng, LEVELS[fill](rng, (n, d)), gaps)

    answered = rng.random(n) < {"none": 1.0, "few": 0.98}.get(gaps, 0.7)
    slots = rng.integers(0, 2, (n, SLOTS)).astype(float)
    slots[~answered] = np.nan
    wishes = {
        ids[k]: [ids[other] for other in np.flatnonzero(rng.random(n) < 0.3) if other != k]
        for k in np.flatnonzero(answered)
    }
    return Participants(
        ids,
        offers=vector(),
        seeks=vector(),
        interests=vector(),
        values=vector(),
        vectors={"signed": with_gaps(rng, rng.normal(size=(n, d)), gaps)},
        categories={"team": [f"t{k % 3}" if answered[k] else None for k in range(n)]},
        numbers={"age": with_gaps(rng, rng.integers(18, 70, (n, 1)), gaps)[:, 0]},
        slots=slots,
        preferences=wishes,
        monitoring={"gender": ["f" if k % 2 else "m" for k in range(n)]},
    )


@st.composite
def full_cohorts(draw: st.DrawFn, most: int = 9, gaps: tuple[str, ...] = GAPS) -> Participants:
    """Up to `most` people with every kind of feature, filled and holed in one of many ways."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d = draw(st.integers(2, most)), draw(st.integers(1, 7))
    return filled(rng, n, d, draw(st.sampled_from(sorted(LEVELS))), draw(st.sampled_from(gaps)))


@st.composite
def score_matrices(draw: st.DrawFn, n: int) -> np.ndarray:
    """Symmetric scores in [0, 1]; few levels, so that ties abound, or any multiple of 1/1000."""
    levels = draw(st.sampled_from([2, 5, 1000]))
    upper = draw(st.lists(st.integers(0, levels), min_size=n * n, max_size=n * n))
    matrix = np.triu(np.array(upper, dtype=float).reshape(n, n) / levels, 1)
    return matrix + matrix.T


def id_pairs(people: Participants, most: int) -> st.SearchStrategy[list[tuple]]:
    """Up to ``most`` different pairs of ids."""
    pairs = list(combinations(people.ids, 2))
    if not pairs:
        return st.just([])
    return st.lists(st.sampled_from(pairs), max_size=most, unique=True)


def filter_rules(people: Participants) -> st.SearchStrategy[Rule]:
    """One rule that refuses pairs."""
    unknown = st.sampled_from(["pass", "refuse"])
    return st.one_of(
        st.builds(Forbid, id_pairs(people, 6)),
        st.builds(Differ, st.sampled_from(["team", "grade"]), unknown),
        st.builds(Same, st.sampled_from(["team", "grade"]), unknown),
        st.builds(Within, st.just("grade"), st.sampled_from([0, 1, 2.5]), unknown),
        st.just(Only(lambda i, j: (i[:, None] + j) % 3 != 0, name="sum not a multiple of 3")),
    )


@st.composite
def rule_lists(draw: st.DrawFn, people: Participants, requires: bool = True) -> list[Rule]:
    """Up to two rules that refuse pairs, and disjoint required pairs."""
    rules = draw(st.lists(filter_rules(people), max_size=2))
    if requires and len(people) > 1 and draw(st.booleans()):
        order = draw(st.permutations(people.ids))
        pairs = list(zip(order[::2], order[1::2], strict=False))
        rules.append(Require(pairs[: draw(st.integers(0, 2))]))
    return rules
