"""Hypothesis strategies: small populations, score matrices, rules."""

from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from pairwise import Participants
from pairwise.rules import Differ, Forbid, Only, Require, Rule, Same, Within

TEAMS = ("red", "green", "blue", None)
GRADES = (1.0, 2.0, 3.0, 5.5, float("nan"))


@st.composite
def cohorts(draw: st.DrawFn, least: int = 1, most: int = 8) -> Participants:
    """People with a category ``team`` and a number ``grade``, either may be unknown."""
    n = draw(st.integers(least, most))
    return Participants(
        [f"p{k}" for k in range(n)],
        categories={"team": draw(st.lists(st.sampled_from(TEAMS), min_size=n, max_size=n))},
        numbers={"grade": draw(st.lists(st.sampled_from(GRADES), min_size=n, max_size=n))},
    )


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
