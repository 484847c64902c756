"""`rotate` and `matching.rotation`: no repeats, even byes, bounds that hold, refusals."""

import dataclasses
import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pairwise as pw
from pairwise import matching


def table(n, seed=0, levels=None):
    """Return symmetric weights."""
    rng = np.random.default_rng(seed)
    upper = rng.random((n, n)) if levels is None else rng.integers(0, levels, (n, n))
    return np.triu(upper, 1) + np.triu(upper, 1).T


def season_of(n, rounds, seed=0, **given):
    """Return a season of n people with random scores."""
    ids = [f"p{k}" for k in range(n)]
    people = pw.Participants(ids, categories={"team": ["x", "y"] * (n // 2) + ["x"] * (n % 2)})
    return pw.rotate(people, pw.Precomputed(table(n, seed)), rounds, **given)


def best_of_all(weights, rounds):
    """Try every season of full rounds of pairs."""
    n = len(weights)

    def perfect(left):
        if not left:
            yield ()
            return
        first = min(left)
        for other in sorted(left - {first}):
            for rest in perfect(left - {first, other}):
                yield ((first, other), *rest)

    rounds_of = list(perfect(frozenset(range(n))))
    worth = [sum(weights[a, b] for a, b in chosen) for chosen in rounds_of]
    return max(
        sum(worth[k] for k in chosen)
        for chosen in itertools.combinations(range(len(rounds_of)), rounds)
        if len({pair for k in chosen for pair in rounds_of[k]}) == rounds * n // 2
    )


@given(st.integers(2, 17), st.integers(0, 10**6), st.sampled_from([None, 3]), st.data())
def test_nobody_meets_twice_and_byes_are_even(n, seed, levels, data):
    """Every season verifies, fills every round, and shares byes evenly."""
    rounds = data.draw(st.integers(1, n - 1 + n % 2))
    season = matching.rotation(table(n, seed, levels), rounds, evenness=0.5, seed=seed)
    season.verify()
    assert int((season.mates >= 0).sum()) == rounds * (n - n % 2)
    assert int(np.ptp(season.alone)) <= 1


@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3, 5]))
def test_bound_holds_for_the_best_of_all_seasons(seed, rounds):
    """For six people the best season of all lies between value and bound."""
    weights = table(6, seed, 9)
    season = matching.rotation(weights, rounds)
    assert season.weight <= best_of_all(weights, rounds) <= season.bound


def test_large_seasons_are_nearly_best():
    """Of 100 people in 10 rounds the gap is below 2 per cent, and far below."""
    season = season_of(100, 10)
    assert season.gap < 0.005
    season.verify()


def test_evenness_narrows_what_people_get():
    """The worst-off of an even season have no less than those of an uneven one."""
    weights = table(41, 3)
    spread = []
    for evenness in (0.0, 1.0):
        mates = matching.rotation(weights, 12, evenness=evenness).mates
        had = np.where(mates >= 0, weights[np.arange(41), mates], 0.0).sum(axis=0)
        spread.append(had.std())
    assert spread[1] < spread[0]


def test_rules_history_absences_and_fixed_pairs_hold():
    """A mixer between teams, after a past, with somebody away and a pair given in advance."""
    history = pw.History().with_round([("p0", "p1"), ("p2", "p3")], waiting=["p4"])
    season = season_of(
        11,
        4,
        rules=[pw.Differ("team")],
        history=history,
        absent={2: ["p5"]},
        fixed={3: [("p6", "p7")]},
    )
    season.verify()
    assert "p1" not in [who for group in season.partners_of("p0") for who in group]
    assert season.partners_of("p5")[1] == ()
    assert season.rounds[1].absent == ("p5",)
    assert season.partners_of("p6")[2] == ("p7",)
    assert season.byes["p4"] <= 1


def test_rest_of_a_season_is_planned_anew():
    """Rounds played stay apart, numbers go on, byes count on, leavers and newcomers are known."""
    season = season_of(9, 6, rules=[pw.Forbid([("p0", "p1")])])
    ids = [who for who in season.people.ids if who != "p1"] + ["new"]
    people = pw.Participants(ids)
    rest = season.replan(people, after=2, score=pw.Precomputed(table(9, 1)))
    assert [entry.number for entry in rest.rounds] == [3, 4, 5, 6]
    rest.verify()
    met = {frozenset(pair) for entry in season.rounds[:2] for pair in entry.pairs}
    assert not met & {frozenset(pair) for entry in rest.rounds for pair in entry.pairs}
    again = rest.replan(after=4)
    assert [entry.number for entry in again.rounds] == [5, 6]
    again.verify()
    with pytest.raises(pw.InvalidInput, match="must be from 2 to 5"):
        rest.replan(people, after=7)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: {"value_q": s.value_q + 2}, "value"),
        (lambda s: {"bound_q": s.bound_q + 1}, "bound"),
        (lambda s: {"rounds": (s.rounds[0], s.rounds[0])}, "bound is about other rounds|worth"),
        (lambda s: {"rounds": (s.rounds[0], dataclasses.replace(s.rounds[0], number=2))}, "meet"),
        (
            lambda s: {"rounds": (dataclasses.replace(s.rounds[0], absent=("p0",)), s.rounds[1])},
            "p0.*absent",
        ),
        (lambda s: {"history": pw.History().with_round(s.rounds[0])}, "meet before"),
        (
            lambda s: {"proof": dataclasses.replace(s.proof, places=s.proof.places + 2)},
            "bound",
        ),
    ],
)
def test_tampered_seasons_are_caught(change, words):
    """Whatever is changed, the check names what is false."""
    season = season_of(8, 2)
    with pytest.raises(pw.VerificationError, match=words):
        dataclasses.replace(season, **change(season)).verify()


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"rounds": 0}, pw.InvalidInput, "rounds=0"),
        ({"rounds": 6}, pw.InfeasibleError, "6 people can meet in 5 rounds"),
        ({"rules": [pw.Require([("p0", "p1")])]}, pw.InfeasibleError, "nobody meets twice"),
        ({"absent": {9: ["p0"]}}, pw.InvalidInput, "absent: round 9 is not one of 1 to 3"),
        ({"absent": {1: ["zed"]}}, pw.InvalidInput, "zed"),
        (
            {"fixed": {1: [("p0", "p2")]}, "rules": [pw.Differ("team")]},
            pw.InfeasibleError,
            '"p0" and "p2" in round 1: Differ',
        ),
        (
            {"fixed": {1: [("p0", "p1")]}, "absent": {1: ["p0"]}},
            pw.InfeasibleError,
            '"p0" and "p1" in round 1: "p0" is absent',
        ),
        (
            {"fixed": {1: [("p0", "p1"), ("p1", "p2")]}},
            pw.InfeasibleError,
            '"p1" and "p2" in round 1: "p1" has another partner',
        ),
        (
            {"fixed": {1: [("p0", "p1")], 2: [("p0", "p1")]}},
            pw.InfeasibleError,
            "meet in another round",
        ),
        ({"evenness": 2}, pw.InvalidInput, "evenness=2"),
    ],
)
def test_wrong_seasons_are_refused(given, error, words):
    """Every refusal names the round, the people and the way out."""
    asked = {"rounds": 3, **given}
    with pytest.raises(error, match=words):
        season_of(6, **asked)


@pytest.mark.parametrize(("n", "size", "rounds"), [(32, 4, 10), (9, 3, 4), (14, 4, 2), (24, 3, 6)])
def test_circles_rotate_without_repeats(n, size, rounds):
    """Ten rounds of eight fours, and others: nobody meets twice, the bound holds."""
    season = season_of(n, rounds, size=size)
    season.verify()
    assert [sum(map(len, entry.groups)) for entry in season.rounds] == [n] * rounds
    assert season.value <= season.bound
    assert season.to_json() == season_of(n, rounds, size=size).to_json()


def test_circles_know_absences_fixed_pairs_and_the_past():
    """Circles obey what pairs obey; what cannot be is said with the rounds that can."""
    history = pw.History().with_round([("p0", "p1", "p2")])
    season = season_of(
        13,
        2,
        size=3,
        rules=[pw.Forbid([("p0", "p3")])],
        history=history,
        absent={2: ["p5"]},
        fixed={1: [("p6", "p7")]},
    )
    season.verify()
    assert "p7" in season.partners_of("p6")[0]
    assert season.replan(after=1).rounds[0].number == 2
    with pytest.raises(pw.InfeasibleError, match="12 people can meet in 5 rounds"):
        season_of(12, 6, size=3)
    with pytest.raises(pw.InfeasibleError, match=r"rounds=5: only \d rounds of groups of 3"):
        season_of(12, 5, size=3, rules=[pw.Differ("team")])
    with pytest.raises(pw.InvalidInput, match="size=1"):
        season_of(12, 5, size=1)


def test_season_is_the_same_again_and_shows_itself():
    """Same input and seed, same JSON; the table has a row a group."""
    season = season_of(7, 5)
    assert season.to_json() == season_of(7, 5).to_json()
    frame = season.to_frame()
    assert list(frame.columns) == ["round", "member 1", "member 2", "score"]
    assert frame["score"].sum() == pytest.approx(season.value)
    assert "Season of 5 rounds for 7 people" in str(season)
    assert "<table>" in season._repr_html_()


def test_thousand_people_in_six_rounds():
    """A thousand people rotate within the minute."""
    started = time.process_time()
    season = season_of(1000, 6)
    assert time.process_time() - started < 60
    assert season.gap < 0.02
