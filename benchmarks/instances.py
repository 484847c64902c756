"""Instance families that every benchmark draws from.

Each family is a function of ``(n, seed)``; weights are integers, higher is better,
computed here with plain numpy so that no solver under test has a part in them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

UNIT = 1 << 20
"""Weight of a perfect pair: weights are integers in [0, UNIT]."""

Weights = NDArray[np.int64]
Features = NDArray[np.float64]


@dataclass(frozen=True)
class Instance:
    """A population and the worth of its pairs.

    Attributes
    ----------
    family, n, seed
        Where it comes from; the same three give the same instance.
    features
        Columns by name, each (n, d); empty for a family that has only a matrix.
    weigh
        Maps the instance to its symmetric (n, n) weights, diagonal 0.
    """

    family: str
    n: int
    seed: int
    features: Mapping[str, Features]
    weigh: Callable[["Instance"], Weights] = field(repr=False)

    def weights(self) -> Weights:
        """Return the symmetric (n, n) weights in [0, UNIT]; O(n^2 d)."""
        return self.weigh(self)


def _as_weights(score: Features) -> Weights:
    """Round a score in [0, 1] to integers, symmetric and with an empty diagonal."""
    upper = np.triu(np.rint(np.clip(score, 0.0, 1.0) * UNIT).astype(np.int64), k=1)
    return upper + upper.T


def _random_matrix(instance: Instance) -> Weights:
    rng = np.random.default_rng(instance.seed)
    return _as_weights(rng.random((instance.n, instance.n)))


def _cosine(instance: Instance) -> Weights:
    vectors = instance.features["values"]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return _as_weights((1.0 + unit @ unit.T) / 2.0)


def _nearness(instance: Instance) -> Weights:
    points = instance.features["points"]
    square = (points**2).sum(axis=1)
    distance = np.sqrt(np.maximum(square[:, None] + square - 2.0 * points @ points.T, 0.0))
    return _as_weights(1.0 - distance / np.sqrt(2.0))


def _coverage(instance: Instance) -> Weights:
    offers, seeks = instance.features["offers"], instance.features["seeks"]
    met = np.zeros((instance.n, instance.n))
    for level in range(1, 4):
        met += (offers >= level).astype(float) @ (seeks >= level).astype(float).T
    gain = met / np.maximum(seeks.sum(axis=1), 1.0)
    return _as_weights(2.0 * gain * gain.T / np.maximum(gain + gain.T, 1e-12))


def uniform(n: int, seed: int) -> Instance:
    """Independent uniform weights: no structure at all."""
    return Instance("uniform", n, seed, {}, _random_matrix)


def vectors(n: int, seed: int, d: int = 48) -> Instance:
    """Dense Gaussian vectors of d dimensions, worth by cosine."""
    drawn = np.random.default_rng(seed).standard_normal((n, d))
    return Instance("vectors", n, seed, {"values": drawn}, _cosine)


def skills(n: int, seed: int, d: int = 32) -> Instance:
    """Levels 0 to 3 on d skills, few known, popular ones common, 2% who know nearly all."""
    rng = np.random.default_rng(seed)
    popularity = 1.0 / np.arange(1, d + 1) ** 0.7
    offers = rng.integers(1, 4, (n, d)) * (rng.random((n, d)) < 0.5 * popularity)
    seeks = rng.integers(1, 4, (n, d)) * (rng.random((n, d)) < 0.4 * popularity[::-1])
    hubs = rng.random(n) < 0.02
    offers[hubs] = 3
    features = {"offers": offers.astype(float), "seeks": seeks.astype(float)}
    return Instance("skills", n, seed, features, _coverage)


def communities(n: int, seed: int, d: int = 24, size: int = 50) -> Instance:
    """Vectors around centres, about ``size`` people each."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((max(1, n // size), d))
    drawn = centres[rng.integers(0, len(centres), n)] + 0.3 * rng.standard_normal((n, d))
    return Instance("communities", n, seed, {"values": drawn}, _cosine)


def euclid(n: int, seed: int) -> Instance:
    """Points in the unit square, nearer is better."""
    drawn = np.random.default_rng(seed).random((n, 2))
    return Instance("euclid", n, seed, {"points": drawn}, _nearness)


def duplicates(n: int, seed: int, d: int = 16, copies: int = 10) -> Instance:
    """Vectors of which each occurs about ``copies`` times: ties everywhere."""
    rng = np.random.default_rng(seed)
    distinct = rng.standard_normal((max(1, n // copies), d))
    drawn = distinct[rng.integers(0, len(distinct), n)]
    return Instance("duplicates", n, seed, {"values": drawn}, _cosine)


FAMILIES: dict[str, Callable[[int, int], Instance]] = {
    make.__name__: make for make in (uniform, vectors, skills, communities, euclid, duplicates)
}
