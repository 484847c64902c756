"""Weights: recovered where they are known, left alone where the data is flat."""

import numpy as np
import pytest
from scipy import optimize
from scipy.special import expit

import pairwise as pw
from pairwise.learning.likelihood import Effects, _variances, effects
from pairwise.learning.outcomes import Outcome
from pairwise.learning.posterior import draws

GIVEN = (0.4, 0.3, 0.15, 0.15)


def programme(
    seed: int,
    truth: tuple[float, ...],
    rounds: int = 4,
    slope: float = 4.0,
    said: tuple[str, ...] = ("rating", "would_continue"),
    n: int = 120,
) -> tuple[pw.History, pw.Score, pw.Participants]:
    """Return random pairs rated by a known score, with raters who differ in how they rate."""
    rng = np.random.default_rng(seed)
    terms = [(m + m.T) / 2 for m in rng.random((len(truth), n, n))]
    quality = sum(w * m for w, m in zip(truth, terms, strict=True)) - 0.5
    lenient, history = rng.normal(0, 0.8, n), pw.History()
    for _ in range(rounds):
        order = rng.permutation(n)
        pairs = list(zip(order[::2].tolist(), order[1::2].tolist(), strict=True))
        history = history.with_round(pairs)
        rows = []
        for who, partner in [*pairs, *(pair[::-1] for pair in pairs)]:
            good = slope * quality[who, partner]
            full = {
                "rating": np.clip(np.rint(3 + good + lenient[who] + rng.normal()), 1, 5),
                "would_continue": rng.random() < expit(2 * good),
                "disengaged": rng.random() > expit(3 + 4 * good),
                "met": rng.random() < expit(1 + 2 * good),
            }
            rows.append({"who": who, "partner": partner, **{name: full[name] for name in said}})
        history = history.with_checkins(rows)
    score = pw.Score([pw.Precomputed(m, f"t{k}") for k, m in enumerate(terms)], GIVEN[: len(truth)])
    return history, score, pw.Participants(range(n))


def test_known_weights_are_recovered() -> None:
    """Over programmes, weights come close and the intervals hold the truth as often as they say."""
    truth, inside, errors = (0.1, 0.1, 0.6, 0.2), [], []
    for seed in range(8):
        learned = pw.learn_weights(*programme(seed, truth, rounds=6))
        assert learned.enough
        for weight, (low, high), true in zip(
            learned.weights.values(), learned.intervals.values(), truth, strict=True
        ):
            inside.append(low <= true <= high)
            errors.append(abs(weight - true))
    assert np.mean(inside) >= 0.85
    assert np.mean(errors) < 0.04


def test_flat_data_leaves_the_weights_alone() -> None:
    """Ratings of chance do not move the weights, and the answer says that it cannot tell."""
    for seed in range(4):
        learned = pw.learn_weights(*programme(seed, (0.25,) * 4, slope=0.0))
        assert learned.evidence is pw.Evidence.FLAT
        assert list(learned.weights.values()) == pytest.approx(GIVEN, abs=0.05)


def test_more_data_narrows_the_intervals() -> None:
    """Intervals shrink with the number of rounds."""
    widths = [
        np.mean([b - a for a, b in pw.learn_weights(*world).intervals.values()])
        for world in (programme(1, (0.1, 0.1, 0.6, 0.2), rounds) for rounds in (1, 3, 9))
    ]
    assert widths[0] > widths[1] > widths[2]


@pytest.mark.parametrize("fact", ["disengaged", "met", "would_continue"])
def test_yes_and_no_alone_teach(fact: str) -> None:
    """Who leaves, who does not meet and who goes on tell the weights without any rating."""
    learned = pw.learn_weights(*programme(3, (0.05, 0.05, 0.8, 0.1), 10, said=(fact,)))
    assert learned.enough
    assert learned.weights["t2"] > 0.5
    assert "rating" not in learned.observations


def test_nothing_known_is_said() -> None:
    """Without answers, or with answers about others alone, the given weights stand."""
    history, score, people = programme(0, (0.5, 0.5), 1)
    empty = pw.learn_weights(pw.History(), score, people)
    assert empty.evidence is pw.Evidence.NOTHING
    assert list(empty.weights.values()) == pytest.approx(score.weights, abs=0.02)
    others = pw.Participants([f"x{k}" for k in range(120)])
    learned = pw.learn_weights(history, score, others)
    assert learned.evidence is pw.Evidence.NOTHING
    assert learned.left_out > 120
    assert "about others" in str(learned)


def test_a_term_that_works_against_is_named() -> None:
    """A weight cannot go below 0; the term that should is named."""
    history, score, people = programme(2, (0.9, -0.6), 8)
    learned = pw.learn_weights(history, score, people)
    assert learned.contrary == ("t1",)
    assert learned.weights["t1"] < 0.1


def test_fixed_shares_stay() -> None:
    """Novelty keeps its share, a weight of 0 stays 0."""
    history, score, people = programme(4, (0.2, 0.8))
    novel = score + 0.7 * pw.Novelty(history) + 0.0 * pw.Precomputed(np.zeros((120, 120)), "off")
    given = dict(zip((t.name for t in novel.terms), novel.weights, strict=True))
    learned = pw.learn_weights(history, novel, people)
    assert learned.weights["novelty"] == pytest.approx(given["novelty"])
    assert learned.weights["off"] == 0
    assert learned.weights["t1"] > given["t1"]
    assert learned.score.people is people


def test_samples_follow_the_posterior_and_make_plans() -> None:
    """Draws are scores for `pair`; they differ by seed and lie in the intervals mostly."""
    history, score, people = programme(5, (0.2, 0.8), n=20)
    learned = pw.learn_weights(history, score, people)
    assert learned.sample(1).weights == learned.sample(1).weights
    drawn = np.array([learned.sample(seed).weights for seed in range(100)])
    low, high = learned.intervals["t0"]
    assert 0.85 <= np.mean((drawn[:, 0] >= low) & (drawn[:, 0] <= high)) < 1.01
    assert len({pair.weights for pair in map(learned.sample, range(5))}) == 5
    pw.pair(people, learned.sample(1), rules=[pw.NoRepeat(history, 1)]).verify()


def test_unknown_answers_and_groups_of_three_take_part() -> None:
    """A missing answer carries no information; in a trio the partners' mean counts."""
    people = pw.Participants(range(9), interests=[[1, 0], [0, 1], [None, None]] * 3)
    score = pw.Similarity("interests") + pw.Precomputed(np.eye(9), "own")
    history = pw.History().with_round([(0, 1, 2), (3, 4), (5, 6)])
    history = history.with_checkins([{"who": k, "rating": 1 + k % 5} for k in range(7)])
    learned = pw.learn_weights(history, score, people)
    assert learned.observations["rating"] == 7
    assert sum(learned.weights.values()) == pytest.approx(1)
    assert learned.to_frame().shape == (2, 5)


def test_ratings_are_weighed_as_the_full_covariance_would() -> None:
    """The transformed regression is generalised least squares with one level per person."""
    rng = np.random.default_rng(0)
    who = rng.integers(0, 12, 60)
    terms = rng.random((60, 3))
    rating = terms @ [1, 2, 0] + rng.normal(0, 1, 12)[who] + rng.normal(0, 0.5, 60)
    found = effects(Outcome("rating", who, terms, rating))
    design = np.column_stack([np.ones(60), terms])
    residual = rating - design @ np.linalg.lstsq(design, rating, rcond=None)[0]
    between, within = _variances(np.unique(who, return_inverse=True)[1], residual, 3)
    covariance = within * np.eye(60) + between * (who[:, None] == who)
    inverse = np.linalg.inv(covariance)
    top = np.linalg.solve(design.T @ inverse @ design, design.T @ inverse @ rating)[1:]
    spread = np.linalg.inv(design.T @ inverse @ design)[1:, 1:]
    assert np.linalg.solve(found.precision, found.pull) == pytest.approx(top)
    assert np.linalg.inv(found.precision) == pytest.approx(spread)


def test_answers_are_a_logistic_regression() -> None:
    """Top and curvature of the likelihood agree with a general optimiser."""
    rng = np.random.default_rng(1)
    terms = rng.random((400, 2))
    yes = (rng.random(400) < expit(terms @ [3, -1] - 0.5)).astype(float)
    found = effects(Outcome("met", np.arange(400), terms, yes))
    design = np.column_stack([np.ones(400), terms])

    def loss(effect: np.ndarray) -> float:
        line = design @ effect
        return float(np.logaddexp(0, line).sum() - line @ yes)

    top = optimize.minimize(loss, np.zeros(3)).x
    assert np.linalg.solve(found.precision, found.pull) == pytest.approx(top[1:], abs=0.05)
    told = effects(
        Outcome("met", np.arange(4), np.array([[0.0], [0], [1], [1]]), np.array([0.0, 0, 1, 1]))
    )
    assert np.isfinite(told.pull).all()


def test_draws_follow_the_density() -> None:
    """The sampler agrees with the posterior integrated on a grid."""
    effect = Effects(np.array([6.0, 9.0]), np.array([[5.0, 1.0], [1.0, 4.0]]), 4.0)
    given = np.array([0.5, 0.5])
    weight = np.linspace(0.005, 3, 80)
    strength = np.linspace(0.005, 16, 200)
    a, b, s = np.meshgrid(weight, weight, strength, indexing="ij")
    quadratic = s * (6 * a + 9 * b) - s**2 * (5 * a**2 + 2 * a * b + 4 * b**2) / 2
    prior = -((a - 0.5) ** 2 + (b - 0.5) ** 2) / 0.5
    slab = np.exp(quadratic + prior - s**2 / 32).sum(axis=2) * (strength[1] - strength[0])
    slab *= 2 / (4 * np.sqrt(2 * np.pi))
    density = slab + np.exp(prior[..., 0])
    expected = [float((density * x[..., 0]).sum() / density.sum()) for x in (a, b)]
    found = draws([effect], given, 1.0, seed=0).mean(axis=0)
    assert found == pytest.approx(expected, abs=0.03)


def test_misuse_is_named() -> None:
    """A spread that is none, and a feature that is not there."""
    with pytest.raises(pw.InvalidInput, match="must be > 0"):
        pw.learn_weights(*programme(0, (1.0,), 1), spread=0)
    with pytest.raises(pw.InvalidInput, match="interests"):
        pw.learn_weights(pw.History(), pw.Similarity("interests"), pw.Participants(["a"]))
    with pytest.raises(pw.InvalidInput, match="no term to learn"):
        pw.learn_weights(pw.History(), pw.Novelty(pw.History()), pw.Participants(["a"]))
