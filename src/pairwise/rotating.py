"""`rotate`: several rounds without repeats."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from pairwise.errors import InfeasibleError, InvalidInput, listed, quoted
from pairwise.history import History
from pairwise.limits import check_limits, shown
from pairwise.matching.pricing import ONE_BLAS_THREAD
from pairwise.matching.rounds import (
    Schedule,
    circle_rounds,
    group_worth,
    pairs_of,
    season_bound,
)
from pairwise.plan import Status
from pairwise.problem import NOT_ALLOWED, PairProblem
from pairwise.season import Season, SeasonRound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pairwise.limits import Progress
    from pairwise.participants import Id, Participants
    from pairwise.problem import Groups
    from pairwise.rules import Rule
    from pairwise.score import Score
    from pairwise.terms import Term

_MOST = 10_000


def rotate(
    people: Participants,
    score: Score | Term | None = None,
    rounds: int = 6,
    *,
    size: int = 2,
    rules: Iterable[Rule] = (),
    absent: Mapping[int, Iterable[Id]] | None = None,
    fixed: Mapping[int, Iterable[tuple[Id, Id]]] | None = None,
    history: History | None = None,
    evenness: float = 0.25,
    time_limit: float | None = None,
    progress: Progress | bool | None = None,
    seed: int = 0,
) -> Season:
    """Return several rounds of pairs, or of circles, in which nobody meets twice.

    Each round of pairs is an exact matching of those who have not met: as many pairs as there can
    be, then the most score. With an odd number somebody has a bye, which is shared evenly: nobody
    has a second one while others who are present have had none.

    Parameters
    ----------
    people : Participants
        The n people, 10,000 at most.
    score : Score or Term, optional
        What a pair is worth, in [0, 1]; `default_score` of the people if None.
    rounds : int
        How many; at most n - 1, or n when n is odd, and for circles (n - 1) / (size - 1).
    size : int
        People in a group; above 2 as even as possible, and nobody has a bye.
    rules : iterable of Rule
        What no round may break. ``Differ("department")`` makes a mixer between departments.
    absent : mapping of round to ids, optional
        Who is away when; round 1 is the first.
    fixed : mapping of round to pairs of ids, optional
        Pairs, or a whole round, given in advance.
    history : History, optional
        Rounds before these: nobody meets those partners again, and byes count on.
    evenness : float
        How strongly those who had less so far come first in later rounds of pairs, from 0 (only
        the total counts) to 1.
    time_limit : float, optional
        Seconds for circles; for pairs, after which no further try is begun where rounds cannot
        be filled.
    progress : function of (stage, share done), or True for a progress bar (needs tqdm), optional
    seed : int
        Breaks ties in further tries: the same input and seed give the same season.

    Returns
    -------
    Season

    Raises
    ------
    InvalidInput
        An argument that breaks its rule.
    InfeasibleError
        More rounds than partners, a required pair (it would repeat), fixed pairs that contradict
        rules, absences or each other.

    Notes
    -----
    The bound is the linear relaxation over whole seasons [edmonds1965]_, see `Season.verify`; for
    pairs the gap is a few hundredths of a per cent on usual instances, for circles the bound is
    weaker. Cost: one exact matching a round on an (n, n) table of scores; circles are searched, see
    `pairwise.matching.partition` and `pairwise.matching.social_golfer`.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.Participants(["ann", "bob", "cy", "di"])
    >>> matrix = [[0, 0.9, 0.8, 0.1], [0.9, 0, 0.2, 0.5], [0.8, 0.2, 0, 0.3], [0.1, 0.5, 0.3, 0]]
    >>> season = pw.rotate(people, pw.Precomputed(matrix), rounds=2)
    >>> season.partners_of("ann")
    (('cy',), ('bob',))
    >>> season.verify()
    """
    check_limits(0.0, time_limit)
    problem = PairProblem.of(people, score, rules, "bye")
    _check(problem, rounds, size)
    return _Planning(problem, range(1, rounds + 1), size, history, evenness, seed).season(
        absent or {}, fixed or {}, time_limit, shown(progress) or (lambda _stage, _share: None)
    )


def replanned(
    season: Season,
    people: Participants | None,
    after: int,
    absent: Mapping[int, Iterable[Id]] | None,
    fixed: Mapping[int, Iterable[tuple[Id, Id]]] | None,
    score: Score | Term | None,
) -> Season:
    """Return new rounds for the rest of a season; see `Season.replan`."""
    numbers = [entry.number for entry in season.rounds]
    if after + 1 not in numbers:
        raise InvalidInput(
            f"after={after!r}: must be from {numbers[0] - 1} to {numbers[-1] - 1},"
            " the last round that was played"
        )
    played = [entry for entry in season.rounds if entry.number <= after]
    history = season.history
    for entry in played:
        history = (history or History()).with_round(entry)
    people = season.people if people is None else people
    rules = [bound.rule.among(people) for bound in season.problem.rules]
    problem = PairProblem.of(people, score or season.problem.score, rules, "bye")
    left = range(after + 1, numbers[-1] + 1)
    _check(problem, len(left), season.size)
    planning = _Planning(problem, left, season.size, history, season.evenness, season.seed)
    return planning.season(absent or {}, fixed or {}, None, lambda _stage, _share: None)


class _Planning:
    """The problem of one season in arrays, and the season that its answer makes."""

    def __init__(
        self,
        problem: PairProblem,
        numbers: range,
        size: int,
        history: History | None,
        evenness: float,
        seed: int,
    ) -> None:
        self.problem, self.numbers, self.size, self.history = problem, numbers, size, history
        self.evenness, self.seed = evenness, seed

    def season(
        self,
        absent: Mapping[int, Iterable[Id]],
        fixed: Mapping[int, Iterable[tuple[Id, Id]]],
        time_limit: float | None,
        report: Progress,
    ) -> Season:
        started, problem = time.perf_counter(), self.problem
        present, fixed_pairs = self._present(absent), self._fixed(fixed)
        met, missed = self._so_far()
        report("score", 0.0)
        with ONE_BLAS_THREAD:
            units = problem.weights(slice(0, problem.n), slice(0, problem.n))
        report("rounds", 0.2)
        schedule = Schedule(
            units,
            present,
            met,
            fixed_pairs,
            missed,
            self.evenness,
            self.seed,
            lambda i: quoted(problem.people.ids[i]),
            self.numbers[0],
        )
        rounds = self._rounds(schedule, time_limit)
        report("bound", 0.8)
        places = sum(len(group) for groups in rounds for group in groups)
        units[met] = NOT_ALLOWED
        proof = season_bound(
            units,
            present.sum(axis=0),
            places,
            int(present.sum()) - places,
            min((len(group) for groups in rounds for group in groups), default=2) - 1,
        )
        worths = [[group_worth(units, group) for group in groups] for groups in rounds]
        value = sum(map(sum, worths))
        report("bound", 1.0)
        return Season(
            problem=problem,
            rounds=tuple(map(self._round, self.numbers, rounds, worths, present)),
            size=self.size,
            value_q=value,
            bound_q=max(value, proof.bound_q),
            status=Status.OPTIMAL if proof.bound_q <= value else Status.WITHIN_GAP,
            seconds=time.perf_counter() - started,
            proof=proof,
            evenness=self.evenness,
            seed=self.seed,
            history=self.history,
        )

    def _rounds(self, schedule: Schedule, time_limit: float | None) -> Sequence[Groups]:
        if self.size == 2:
            return [pairs_of(mate) for mate in schedule.solve(time_limit)]
        return circle_rounds(
            schedule.units,
            schedule.present,
            schedule.before,
            schedule.fixed,
            self.size,
            self.seed,
            time_limit,
        )

    def _place(self, argument: str, number: int) -> int:
        if number not in self.numbers:
            raise InvalidInput(
                f"{argument}: round {number!r} is not one of"
                f" {self.numbers[0]} to {self.numbers[-1]}"
            )
        return self.numbers.index(number)

    def _present(self, absent: Mapping[int, Iterable[Id]]) -> NDArray[np.bool_]:
        present = np.ones((len(self.numbers), self.problem.n), dtype=np.bool_)
        for number, who in absent.items():
            present[self._place("absent", number), self.problem.people.indices(who)] = False
        return present

    def _fixed(
        self, fixed: Mapping[int, Iterable[tuple[Id, Id]]]
    ) -> tuple[tuple[int, int, int], ...]:
        found = []
        for number, pairs in fixed.items():
            place = self._place("fixed", number)
            for pair in pairs:
                i, j = self.problem.people.indices(pair).tolist()
                ends = np.array([i]), np.array([j])
                names = [r.name for r in self.problem.filters if not r.allowed_pairs(*ends).all()]
                if names:
                    raise InfeasibleError(
                        [f"fixed: {listed(pair)} in round {number}: {names[0]} refuses the pair"]
                    )
                found.append((place, i, j))
        return tuple(found)

    def _so_far(self) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Return who met whom before, and how often each was left out."""
        people = self.problem.people
        met = np.zeros((len(people), len(people)), dtype=np.bool_)
        if self.history is None or not self.history.rounds:
            return met, np.zeros(len(people), dtype=np.int64)
        past = self.history.meetings(people)
        met[past.i, past.j] = met[past.j, past.i] = True
        return met, self.history.byes(people)

    def _round(
        self, number: int, groups: Groups, worths: Sequence[int], here: NDArray[np.bool_]
    ) -> SeasonRound:
        ids = self.problem.people.ids
        alone = here.copy()
        alone[[i for group in groups for i in group]] = False
        return SeasonRound(
            number=number,
            groups=tuple(tuple(ids[i] for i in group) for group in groups),
            unmatched=tuple(ids[i] for i in np.flatnonzero(alone).tolist()),
            absent=tuple(ids[i] for i in np.flatnonzero(~here).tolist()),
            values=tuple(worth * self.problem.step for worth in worths),
        )


def _check(problem: PairProblem, rounds: int, size: int) -> None:
    n = problem.n
    if type(size) is not int or not 2 <= size <= max(n, 2):
        raise InvalidInput(f"size={size!r}: must be a whole number from 2 to {n:,}, the people")
    most = n - 1 + n % 2 if size == 2 else (n - 1) // (size - 1)
    if type(rounds) is not int or rounds < 1:
        raise InvalidInput(f"rounds={rounds!r}: must be a whole number >= 1")
    if n > _MOST:
        raise InvalidInput(
            f"people: {n:,}; rotate takes at most {_MOST:,}: split them, for example by site"
        )
    if rounds > most:
        raise InfeasibleError(
            [
                f"rounds={rounds}: {n:,} people can meet in {most:,} rounds without repeats;"
                f" use rounds={most:,}"
            ]
        )
    if len(problem.required):
        a, b = problem.required.pairs()[0].tolist()
        both = listed([problem.people.ids[a], problem.people.ids[b]])
        raise InfeasibleError(
            [
                f"{both} are required together, but nobody meets twice: put the pair into one"
                " round with fixed={1: [(...)]}"
            ]
        )
    problem.check()
