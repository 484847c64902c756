"""The simulator: the same luck for all, nothing hidden shown, and a loop that pays."""

import numpy as np
import pytest

import pairwise as pw
from pairwise.simulation import (
    POLICIES,
    Assumptions,
    Situation,
    World,
    interval,
    one_off,
    random_pairs,
    simulate,
    study,
)

SMALL = Assumptions(people=24, rounds=4)


@pytest.mark.parametrize("name", POLICIES)
def test_a_programme_is_the_same_for_the_same_seed(name: str) -> None:
    """Every way gives the same history again, and only people who are there are placed."""
    outcome = simulate(POLICIES[name], 3, SMALL)
    again = simulate(POLICIES[name], 3, SMALL)
    assert outcome.history == again.history
    assert outcome.benefit == again.benefit
    world, gone = World(3, SMALL), set()
    for held in outcome.history.rounds:
        assert not gone & set(held.people)
        assert all(world.joins[who] < held.number for who in held.people)
        gone |= {
            said.who
            for said in outcome.history.checkins
            if said.disengaged and said.round == held.number
        }
    assert outcome.staying == pytest.approx(1 - len(gone) / world.n)


def test_no_check_in_is_lost() -> None:
    """Everything that people say joins the history."""
    outcome = simulate(random_pairs, 1, SMALL)
    assert outcome.history.report.complete
    ratings = [said.rating for said in outcome.history.answers if said.rating is not None]
    assert {1, 5} & set(ratings)
    assert set(ratings) <= {1, 2, 3, 4, 5}


def test_quality_has_the_stated_moments() -> None:
    """Over all pairs: mean 1/2, the stated spread; hidden = 1 makes features worthless."""
    rng = np.random.default_rng(0)
    world = World(0, Assumptions(people=200, spread=0.1, fatigue=0.3))
    i = rng.integers(0, 200, 5000)
    j = (i + rng.integers(1, 200, 5000)) % 200
    fresh = world.quality(1, i, j, np.zeros(5000))
    assert fresh.mean() == pytest.approx(0.5, abs=0.01)
    assert fresh.std() == pytest.approx(0.1, abs=0.01)
    assert world.quality(1, i, j, np.ones(5000)).mean() == pytest.approx(0.2, abs=0.01)
    score = pw.default_score(world.participants(1))
    for hidden, least, most in ((0.0, 0.3, 1.0), (1.0, -0.05, 0.05)):
        told = World(0, Assumptions(people=200, spread=0.1, hidden=hidden))
        likeness = np.corrcoef(score.pairs(i, j), told.quality(1, i, j, np.zeros(5000)))[0, 1]
        assert least < likeness < most


def test_policies_see_no_truth() -> None:
    """What a policy is given holds features, records and the last plan, no world."""
    seen: list[Situation] = []

    def look(now: Situation) -> tuple:
        seen.append(now)
        return random_pairs(now)

    simulate(look, 0, SMALL)
    assert set(Situation.__dataclass_fields__) == {"people", "history", "last", "seed"}
    assert seen[0].people.feature_names["vector"] == ("offers", "seeks", "interests", "values")
    assert len(seen[-1].history.rounds) == SMALL.rounds - 1


def test_one_off_pairs_stay_together() -> None:
    """A pair parts only when one of the two leaves."""
    history = simulate(one_off, 2, SMALL).history
    for before, after in zip(history.rounds[:-1], history.rounds[1:], strict=True):
        here = set(after.people)
        kept = {frozenset(group) for group in before.groups if here.issuperset(group)}
        assert kept <= set(map(frozenset, after.groups))


def test_the_full_loop_beats_random_pairs() -> None:
    """On small programmes already, the 95% interval of the paired gain is above 0."""
    ways = {name: POLICIES[name] for name in ("random pairs", "full loop")}
    benefit = study(range(3), Assumptions(people=40, rounds=4), ways).benefit
    low, _ = interval(benefit["full loop"] - benefit["random pairs"])
    assert low > 0


def test_with_nothing_to_learn_the_loop_gains_little() -> None:
    """Where features tell nothing, plans are no better than chance: the simulator is not rigged."""
    chance = Assumptions(people=40, rounds=3, hidden=1.0, leaving=0.0, unfree=0.97, joiners=0.0)
    ways = {name: POLICIES[name] for name in ("random pairs", "new faces, learned weights")}
    quality = study(range(4), chance, ways).quality
    gain = quality["new faces, learned weights"] - quality["random pairs"]
    assert abs(gain.mean()) < 0.05


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Assumptions(people=2), "at least 4"),
        (lambda: Assumptions(hidden=1.5), "hidden = 1.5"),
        (lambda: interval(np.ones(1)), "at least 2"),
    ],
)
def test_misuse_is_named(call, message: str) -> None:
    """Assumptions that make no programme are refused."""
    with pytest.raises(pw.InvalidInput, match=message):
        call()
