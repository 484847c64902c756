"""What a cohort is worth, from the applicants' features to whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pairwise.errors import InvalidInput, did_you_mean, listed, quoted
from pairwise.matching.cohorts import CohortProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pairwise.matching.cohorts.problem import Edges, Units
    from pairwise.participants import Participants, VectorFeature
    from pairwise.score import Score

UNIT = 2**20
"""Whole units in a worth of 1."""

PARTS = ("value", "coverage", "score")
PARTNERS = 10
"""Best partners of each applicant whom the part "score" considers."""

_ROWS = 1024

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Worth:
    """The parts that a cohort's worth is made of, and their weights.

    Attributes
    ----------
    weights
        Weight of each part present, summing to 1.
    value
        Of each applicant, scaled to [0, 1]; None if not given.
    needs
        Share of their needs that applicants ask for and can give, each (t, n); None without.
    edges
        Pairs of good partners with their scores in [0, 1]; None without a score.
    """

    weights: dict[str, float]
    value: Floats | None
    needs: tuple[Floats, Floats] | None
    edges: tuple[NDArray[np.int32], NDArray[np.int32], Floats] | None

    @classmethod
    def of(
        cls,
        applicants: Participants,
        value: str | ArrayLike | None,
        score: Score | None,
        weights: Mapping[str, float] | None,
    ) -> Worth:
        """Read what is there; `score` must be bound."""
        sought = applicants.has("vector", "offers") and applicants.has("vector", "seeks")
        scaled = None if value is None else _scaled(_values(applicants, value))
        offers_needs = None
        if sought:
            offers_needs = _needs(applicants.vector("offers"), applicants.vector("seeks"))
        edges = None if score is None else _best_partners(score, len(applicants))
        present = {"value": scaled, "coverage": offers_needs, "score": edges}
        there = [name for name in PARTS if present[name] is not None]
        return cls(_weights(weights, there), scaled, offers_needs, edges)

    def problem(self, n: int, size: int) -> CohortProblem:
        """Return the problem of choosing `size` of n, its sums not yet set."""
        each = {name: weight * UNIT / size for name, weight in self.weights.items()}
        gain = np.zeros(n)
        demand = supply = np.zeros((0, n), dtype=np.int64)
        edges: Edges = (*(np.zeros(0, dtype=np.int32),) * 2, np.zeros(0, dtype=np.int64))
        if self.value is not None:
            gain += each.get("value", 0.0) * self.value
        if self.needs is not None:
            gain += each.get("coverage", 0.0)
            demand, supply = (_whole(each.get("coverage", 0.0) * part) for part in self.needs)
        if self.edges is not None:
            u, v, scores = self.edges
            edges = (u, v, _whole(2 * each.get("score", 0.0) * scores))
        return CohortProblem(_whole(gain), size, demand, supply, edges)


def _whole(values: Floats) -> Units:
    return np.asarray(np.rint(values).astype(np.int64))


def _weights(given: Mapping[str, float] | None, there: list[str]) -> dict[str, float]:
    weights = dict.fromkeys(there, 1.0)
    for name, weight in (given or {}).items():
        if name not in PARTS:
            hint = did_you_mean(name, PARTS) or f"; there are {listed(PARTS)}"
            raise InvalidInput(f"weights: no part {quoted(name)}{hint}")
        if name not in there:
            what = "offers and seeks" if name == "coverage" else f"{name}="
            raise InvalidInput(f'weights["{name}"]: there is no {what} to weigh')
        if not 0 <= weight < np.inf:
            raise InvalidInput(f'weights["{name}"] = {weight!r}: must be a number >= 0')
        weights[name] = float(weight)
    total = sum(weights.values())
    if not total:
        raise InvalidInput(
            "nothing to choose by: give value=, score=, or applicants with offers and seeks"
            " (and not all weights 0)"
        )
    return {name: weight / total for name, weight in weights.items()}


def _values(applicants: Participants, value: str | ArrayLike) -> Floats:
    """Return one number per applicant; who gave none counts as the mean of the others."""
    numbers = applicants.number(value) if isinstance(value, str) else np.asarray(value, dtype=float)
    if numbers.shape != (len(applicants),):
        raise InvalidInput(
            f"value: has shape {numbers.shape}: must hold one number for each of the"
            f" {len(applicants)} applicants"
        )
    if np.isinf(numbers).any():
        who = applicants.ids[int(np.flatnonzero(np.isinf(numbers))[0])]
        raise InvalidInput(f"value of {quoted(who)} is infinite: must be a finite number")
    known = ~np.isnan(numbers)
    if not known.any():
        raise InvalidInput("value: nobody has a known value")
    return np.where(known, numbers, numbers[known].mean())


def _scaled(numbers: Floats) -> Floats:
    """Return numbers on the scale from the least (0) to the largest (1)."""
    spread = np.ptp(numbers)
    return (numbers - numbers.min()) / spread if spread else np.ones(len(numbers))


def _needs(offers: VectorFeature, seeks: VectorFeature) -> tuple[Floats, Floats]:
    """Return demand and supply by level, (t, n): see the formula in `select`."""
    needed, offered = seeks.levels, np.nan_to_num(offers.levels)
    unknown = np.isnan(needed).all(axis=1)
    needed = np.nan_to_num(needed)
    total = needed.sum(axis=1)
    demand, supply = [], []
    for column in range(needed.shape[1]):
        below = 0.0
        for level in np.unique(needed[needed[:, column] > 0, column]):
            share = np.zeros(len(total))
            asks = needed[:, column] >= level
            share[asks] = (level - below) / total[asks]
            share[unknown] = share[~unknown].mean()
            demand.append(share)
            supply.append(np.where(offered[:, column] >= level, share[asks].mean(), 0.0))
            below = level
    shape = (-1, len(total))
    return np.array(demand).reshape(shape), np.array(supply).reshape(shape)


def _best_partners(score: Score, n: int) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """Return the pairs that are among the best of one of the two, each once."""
    most = min(PARTNERS, n - 1)
    found = []
    for start in range(0, n, _ROWS):
        rows = slice(start, min(start + _ROWS, n))
        block = score.block(rows, slice(0, n))
        block[np.arange(block.shape[0]), np.arange(rows.start, rows.stop)] = -1.0
        best = np.argsort(-block, axis=1, kind="stable")[:, :most]
        own = np.repeat(np.arange(rows.start, rows.stop), most)
        found.append(np.column_stack([own, best.ravel()]))
    pairs = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    u, v = pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32)
    return u, v, score.pairs(u, v)
