"""Playing a programme round by round, and comparing ways to run it over many programmes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pairwise.errors import InvalidInput
from pairwise.history import History
from pairwise.plan import Plan
from pairwise.simulation.policies import POLICIES, Policy, Situation
from pairwise.simulation.world import Assumptions, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]

_START, _MEMORY, _ALONE = 0.5, 0.6, 0.2
_HAPPY, _NEVER = 0.6, 0.15


class Outcome(NamedTuple):
    """How one programme went.

    Attributes
    ----------
    benefit : float
        Mean over everybody who joined and all rounds since, of how good the round was: 0 when
        there was no meeting, also after leaving. In [0, 1], higher is better.
    quality : float
        Mean over the meetings that took place and both sides, of how good they were.
    staying : float
        Share of those who ever joined who were there at the end.
    history : History
        What a coordinator would have on record.
    """

    benefit: float
    quality: float
    staying: float
    history: History


def simulate(policy: Policy, seed: int, assumptions: Assumptions | None = None) -> Outcome:
    """Run a programme by a policy.

    Parameters
    ----------
    policy : function of Situation
        Returns a plan, or groups of ids; see `POLICIES`.
    seed : int
        Which programme: the same people and luck for every policy.
    assumptions : Assumptions, optional

    Examples
    --------
    >>> from pairwise.simulation import Assumptions, random_pairs, simulate
    >>> outcome = simulate(random_pairs, 0, Assumptions(people=20, rounds=3))
    >>> len(outcome.history.rounds), 0 < outcome.benefit < 1
    (3, True)
    """
    play = _Play(World(seed, assumptions or Assumptions()))
    for number in range(1, play.world.assumptions.rounds + 1):
        play.round(number, policy)
    return play.outcome()


class _Play:
    """The state of a programme while it runs."""

    def __init__(self, world: World) -> None:
        self.world, self.history = world, History()
        self.last: Plan | None = None
        self.left = np.zeros(world.n, dtype=bool)
        self.mood = np.full(world.n, _START)
        self.met = np.zeros((world.n, world.n))
        self.gained: list[float] = []
        self.qualities: list[Floats] = []

    def round(self, number: int, policy: Policy) -> None:
        """Play one round: plan, meet, check in, leave."""
        here = (self.world.joins < number) & ~self.left
        people = self.world.participants(number).take(here)
        made = policy(Situation(people, self.history, self.last, 1000 * self.world.seed + number))
        self.last = made if isinstance(made, Plan) else None
        groups = made.groups if isinstance(made, Plan) else made
        placed = {who for group in groups for who in group}
        waiting = [who for who in people.ids if who not in placed]
        self.history = self.history.with_round(groups, waiting=waiting)
        gain, said = self._meet(number, groups)
        self._leave(number, here, gain, said)
        self.history = self.history.with_checkins(list(said.values()))
        joined = self.world.joins < number
        self.gained += gain[joined].tolist()

    def _meet(
        self, number: int, groups: Iterable[tuple[object, ...]]
    ) -> tuple[Floats, dict[int, dict[str, object]]]:
        """Return what everybody gains, and the check-ins of those who answer."""
        pairs = np.array([group for group in groups if len(group) == 2], dtype=np.intp)
        pairs = pairs.reshape(-1, 2)
        held = self._held(number, pairs)
        i, j = np.concatenate([pairs, pairs[:, ::-1]]).T
        took_place = np.tile(held, 2)
        good = self.world.quality(number, i, j, self.met[i, j])
        self.qualities.append(good[took_place])
        self.met[i[took_place], j[took_place]] += 1
        gain = np.zeros(self.world.n)
        gain[i] = np.where(took_place, good, 0.0)
        return gain, self._check_ins(number, i, j, good, took_place)

    def _held(self, number: int, pairs: Positions) -> npt.NDArray[np.bool_]:
        """Draw which meetings take place; both sides' luck counts."""
        free = self.world.free_together(pairs[:, 0], pairs[:, 1])
        chance = np.where(free, 0.97, self.world.assumptions.unfree)
        luck = self.world.luck(number, 2).random(self.world.n)
        held: npt.NDArray[np.bool_] = (luck[pairs[:, 0]] + luck[pairs[:, 1]]) % 1.0 < chance
        return held

    def _check_ins(
        self, number: int, i: Positions, j: Positions, good: Floats, held: npt.NDArray[np.bool_]
    ) -> dict[int, dict[str, object]]:
        answers = self.world.luck(number, 3).random(self.world.n) < self.world.assumptions.answers
        stars = self.world.rating(number, i, good)
        felt = good + self.world.luck(number, 5).normal(0.0, 0.05, self.world.n)[i]
        said: dict[int, dict[str, object]] = {}
        for k in np.flatnonzero(answers[i]).tolist():
            row: dict[str, object] = {"who": int(i[k]), "partner": int(j[k]), "met": bool(held[k])}
            if held[k]:
                row |= {"rating": stars[k], "would_continue": bool(felt[k] > _HAPPY)}
                row |= {"not_again": True} if felt[k] < _NEVER else {}
            said[int(i[k])] = row
        return said

    def _leave(
        self,
        number: int,
        here: npt.NDArray[np.bool_],
        gain: Floats,
        said: dict[int, dict[str, object]],
    ) -> None:
        """Let those leave to whom the programme is worth little; they say so."""
        felt = np.where(gain > 0, gain, _ALONE)
        self.mood[here] = _MEMORY * self.mood[here] + (1 - _MEMORY) * felt[here]
        chance = self.world.assumptions.leaving * (1 - self.mood) ** 3
        leaving = here & (self.world.luck(number, 6).random(self.world.n) < chance)
        self.left |= leaving
        for who in np.flatnonzero(leaving).tolist():
            said.setdefault(who, {"who": who})["disengaged"] = True

    def outcome(self) -> Outcome:
        """Return how it went."""
        joined = self.world.joins < self.world.assumptions.rounds
        return Outcome(
            float(np.mean(self.gained)),
            float(np.concatenate(self.qualities).mean()),
            float(1 - self.left[joined].mean()),
            self.history,
        )


@dataclass(frozen=True)
class Summary:
    """Ways to run a programme, compared over the same programmes.

    Attributes
    ----------
    benefit, quality, staying : mapping of str to ndarray
        Figures of each way, one per programme.
    """

    benefit: Mapping[str, Floats]
    quality: Mapping[str, Floats]
    staying: Mapping[str, Floats]

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table: mean of each figure, with the 95% interval of the benefit."""
        import pandas as pd

        rows = []
        for name, values in self.benefit.items():
            low, high = interval(values)
            others = self.quality[name].mean(), self.staying[name].mean()
            rows.append((name, values.mean(), low, high, *others))
        columns = ["way", "benefit", "low", "high", "quality", "staying"]
        return pd.DataFrame(rows, columns=columns)


def interval(values: Floats) -> tuple[float, float]:
    """Return the 95% interval of the mean by Student's t, from two programmes on."""
    from scipy.stats import t

    if len(values) < 2:
        raise InvalidInput(f"seeds: {len(values)} programmes: at least 2 give an interval")
    margin = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - margin), float(values.mean() + margin)


def study(
    seeds: Iterable[int],
    assumptions: Assumptions | None = None,
    policies: Mapping[str, Policy] = POLICIES,
) -> Summary:
    """Run every policy on the same programmes.

    Parameters
    ----------
    seeds : iterable of int
        One programme each.
    assumptions : Assumptions, optional
    policies : mapping of str to function, optional
        `POLICIES` when absent.

    Examples
    --------
    >>> from pairwise.simulation import Assumptions, random_pairs, study
    >>> small = Assumptions(people=20, rounds=2)
    >>> study(range(2), small, {"random": random_pairs}).to_frame().shape
    (1, 6)
    """
    programmes = list(seeds)
    found = {
        name: [simulate(policy, seed, assumptions) for seed in programmes]
        for name, policy in policies.items()
    }

    def figures(field: str) -> dict[str, Floats]:
        return {
            name: np.array([getattr(outcome, field) for outcome in outcomes])
            for name, outcomes in found.items()
        }

    return Summary(figures("benefit"), figures("quality"), figures("staying"))
