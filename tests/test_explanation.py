"""Explanations: shares, ranks, hopes and what the next best would cost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwise import Forbid, Overlap, Participants, Precomputed, Require, Similarity, pair
from pairwise.explanation import main_reasons
from strategies import score_matrices

PEOPLE = Participants(
    ["ann", "bob", "cy", "<di>"],
    interests=[[1, 0, 1], [1, 0, 1], [0, 1, 0], [0, 1, 1]],
    slots=[[1, 1], [1, 0], [1, 1], [np.nan, np.nan]],
)
SCORE = 3 * Similarity("interests") + Overlap()


@given(st.data())
def test_ranks_and_hopes_are_those_of_the_matrix(data):
    """The rank counts better allowed partners; the best to hope for is the row's maximum."""
    n = data.draw(st.integers(2, 8))
    matrix = data.draw(score_matrices(n))
    plan = pair(Participants(range(n)), Precomputed(matrix))
    for who in range(n):
        why = plan.explain(who)
        others = np.delete(matrix[who], who)
        assert why.allowed == n - 1
        assert why.hoped.score == pytest.approx(others.max(), abs=plan.step)
        for partner, rank in zip(why.partners, why.ranks, strict=True):
            assert rank == 1 + (others > matrix[who, partner]).sum()


def test_shares_add_up_to_the_score_in_the_text():
    """The text names both people, every term with its share, the largest first, and the rank."""
    plan = pair(PEOPLE, SCORE)
    why = plan.explain("ann")
    assert why.partners == ("bob",)
    assert sum(term.share for term in why.breakdowns[0]) == pytest.approx(why.breakdowns[0].score)
    text = str(why)
    assert '"ann" with "bob": score 0.875, best of 3 allowed' in text
    assert text.index("similarity(interests)") < text.index("overlap(slots)")
    assert "The best to hope for" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_next_best_is_the_first_alternative():
    """Its loss is the exact loss of the plan."""
    plan = pair(PEOPLE, SCORE)
    why = plan.explain("cy")
    first = plan.alternatives("cy", 1)[0]
    assert why.next_best.partner == first.partner
    assert why.next_best.loss == first.loss
    assert f'The next best for the plan is "{first.partner}"' in str(why).replace("\n", " ")


def test_somebody_who_had_hoped_for_more_learns_who_has_them():
    """The best allowed partner is named with whom they meet; rules narrow the field."""
    matrix = np.array([[0, 9, 5, 0], [9, 0, 8, 8], [5, 8, 0, 0], [0, 8, 0, 0]]) / 10
    people = Participants(list("abcd"))
    plan = pair(people, Precomputed(matrix))
    text = str(plan.explain("a"))
    assert '"a" with "c": score 0.500, 2nd best of 3 allowed' in text
    assert 'The best to hope for was "b" (score 0.900), who is with "d".' in text
    tied = pair(people, Precomputed(matrix), rules=[Require([("a", "d")])])
    assert '"b" with "c": score 0.800, the only partner that the rules allow' in str(
        tied.explain("b")
    )
    apart = pair(people, Precomputed(matrix), rules=[Forbid([("a", "b")])])
    assert '"a" with "c": score 0.500, best of 2 allowed' in str(apart.explain("a"))


def test_trios_and_the_unmatched_are_explained():
    """A trio has two breakdowns; the unmatched learn why, and what was possible."""
    people = PEOPLE.take(["ann", "bob", "cy"])
    trio = pair(people, SCORE).explain("ann")
    assert trio.partners == ("bob", "cy")
    assert len(trio.breakdowns) == len(trio.ranks) == 2
    assert "The rules allow nobody else." in str(trio)
    plan = pair(people, SCORE, leftover="bye")
    text = str(plan.explain(plan.unmatched[0])).replace("\n", " ")
    assert f'"{plan.unmatched[0]}" has no partner: a bye: 3 is odd' in text
    assert "The best to hope for was" in text


def test_html_escapes_everything_from_outside():
    """Ids and sentences cannot inject markup."""
    plan = pair(PEOPLE, SCORE)
    text = plan.explain("<di>")._repr_html_()
    assert "<di>" not in text
    assert "&lt;di&gt;" in text


def test_the_main_reason_stands_out_against_ordinary_pairs():
    """A term that is high for everybody is nobody's main reason; unknown terms are none."""
    slots = np.ones((6, 2))
    interests = np.repeat(np.eye(3), 2, axis=0)
    people = Participants(range(6), interests=interests, slots=slots)
    plan = pair(people, 9 * Overlap() + Similarity("interests"))
    assert main_reasons(plan) == ["similarity(interests) 1.00"] * 3
    unknown = Participants(range(2), slots=np.full((2, 2), np.nan))
    assert main_reasons(pair(unknown, 1 * Overlap())) == ["nothing known"]
