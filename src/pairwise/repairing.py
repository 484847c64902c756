"""`repair`: re-pairing after people joined, left, rated and clashed, with few changes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pairwise.errors import InvalidInput, listed, quoted
from pairwise.history import History
from pairwise.limits import check_limits, shown
from pairwise.pairing import solved
from pairwise.problem import FewChangesProblem, PairProblem, RepairProblem
from pairwise.quota_pairing import solved_under_quotas
from pairwise.quotas import bind_quotas
from pairwise.rules import Forbid, Require

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from concurrent.futures import Executor

    from pairwise.limits import Progress
    from pairwise.participants import Id, Participants
    from pairwise.plan import Plan
    from pairwise.problem import Leftover
    from pairwise.quotas import Quota
    from pairwise.rules import Rule
    from pairwise.score import Score
    from pairwise.terms import Term

Pairs = Sequence[tuple["Id", "Id"]]


@dataclass(frozen=True)
class Feedback:
    """What has happened since a plan was made.

    Attributes
    ----------
    left : sequence of ids
        Who has left; ids that are not among the people any more count without being named.
    away : sequence of ids
        Who takes no part this time: no-shows, people on a pause.
    clashed : sequence of pairs of ids
        Pairs that are dissolved and may not meet again.
    continuing : sequence of pairs of ids
        Pairs that want to go on: they stay together.

    Examples
    --------
    >>> Feedback(left=["ann"], clashed=[("bob", "cy")])
    Feedback(left=('ann',), away=(), clashed=(('bob', 'cy'),), continuing=())
    """

    left: Sequence[Id] = ()
    away: Sequence[Id] = ()
    clashed: Pairs = ()
    continuing: Pairs = ()

    def __post_init__(self) -> None:
        for name in ("left", "away"):
            given = getattr(self, name)
            if isinstance(given, str):
                raise InvalidInput(f"{name}={given!r}: must be a list of ids, not one text")
            object.__setattr__(self, name, tuple(given))
        object.__setattr__(self, "clashed", Forbid(self.clashed).pairs)
        object.__setattr__(self, "continuing", Require(self.continuing).pairs)

    @classmethod
    def of(cls, history: History, plan: Plan, on: dt.date | str | None = None) -> Feedback:
        """Return what a history says about the people of a plan.

        Parameters
        ----------
        history
            Its last round should be the plan.
        plan
            The plan that was.
        on
            The day; pauses that end by then are over. By default the last day of the history.

        Notes
        -----
        Left: who is disengaged. Away: who is paused. Clashed: pairs of whom one said "not again".
        Continuing: pairs of the plan of whom both said that they would continue.
        """
        here = set(plan.people.ids)
        latest = {
            (said.who, said.partner): said.would_continue
            for said in sorted(history.answers, key=lambda said: said.round or 0)
            if said.would_continue is not None
        }
        wants = {pair for pair, yes in latest.items() if yes}
        clashed = [pair for pair in history.forbidden if here.issuperset(pair)]
        return cls(
            left=tuple(who for who in history.disengaged(on) if who in here),
            away=tuple(who for who in history.paused(on) if who in here),
            clashed=tuple(clashed),
            continuing=tuple(
                (a, b)
                for a, b in plan.pairs
                if {(a, b), (b, a)} <= wants and (a, b) not in clashed and (b, a) not in clashed
            ),
        )


def repair(
    plan: Plan,
    people: Participants | None = None,
    *,
    score: Score | Term | None = None,
    rules: Iterable[Rule] | None = None,
    quotas: Iterable[Quota] = (),
    feedback: Feedback | History | None = None,
    stay: float = 0.0,
    max_changes: int | None = None,
    leftover: Leftover | None = None,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    executor: Executor | None = None,
    progress: Progress | bool | None = None,
    seed: int = 0,  # noqa: ARG001
) -> Plan:
    """Return the best plan for the people of today, in which keeping a partner is worth something.

    Parameters
    ----------
    plan : Plan
        The plan of pairs that was.
    people : Participants, optional
        Who is there today, with the features of today: newcomers are paired, those missing have
        left. The people of the plan if None.
    score : Score or Term, optional
        The score of the plan if None.
    rules : iterable of Rule, optional
        The rules of the plan if None; pairs that they name count as far as both are there.
    feedback : Feedback or History, optional
        Who left or is away, which pairs clashed and which go on.
    stay : float
        What keeping a partner is worth, in score units, >= 0. The plan's value and bound contain
        it: a kept pair is worth its score plus ``stay``. At 1 nobody parts who need not, as long
        as nobody must; a few times that keeps changes to the fewest in any case.
    max_changes : int, optional
        So many people at most may change partner, those included who must; ``stay`` is 0 then. In
        a trio each of the two partners is half.
    quotas : iterable of Quota, optional
        As in `pair`; they go with ``max_changes``.
    leftover, target_gap, time_limit, executor, progress, seed
        As in `pair`; ``leftover`` as in the plan if None.

    Returns
    -------
    Plan
        Its `.changes` say who changes, from whom to whom, why, and what it gains.

    Raises
    ------
    InvalidInput
        A plan of something else than pairs, ids that nobody has, a negative ``stay``.
    InfeasibleError
        Rules that contradict each other or the feedback, or more people who must change than
        ``max_changes``: says how many.

    Notes
    -----
    With ``stay``, exact: the worth of staying is added to the weights of the former pairs, which
    leaves one maximum-weight matching, certified as in `pair`. With ``max_changes`` the number of
    changes is a quota, see `pair`: a multiplier on staying, recombined alternating cycles, branch
    and bound; a gap may remain and is reported.

    Up to 2,500 people, a plan that was made here (not read from a file) is gone on from: what two
    people are worth to each other is not computed again where both answer as before and no term
    takes another measure from everybody; without ``stay`` and ``max_changes`` the duals of the
    former plan are repaired instead of found afresh. Value and proof are the same either way.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.sample_cohort()
    >>> plan = pw.pair(people)
    >>> today = people.without([people.ids[0]])
    >>> new = pw.repair(plan, today, stay=0.05)
    >>> new.changes.left == (people.ids[0],), len(new.changes) < 10, new.status.name
    (True, True, 'OPTIMAL')
    >>> new.verify()
    """
    check_limits(target_gap, time_limit)
    started = time.perf_counter()
    if not isinstance(plan.problem, PairProblem):
        raise InvalidInput(f"plan: a plan of {plan.problem.kind}; repair takes plans of pairs")
    said = Feedback.of(feedback, plan) if isinstance(feedback, History) else feedback
    said = said or Feedback()
    here = _here(plan, people, said)
    before = [*plan.groups, *((who,) for who in plan.unmatched)]
    today = (here, plan.score if score is None else score, _rules(plan, here, rules, said))
    leftover = leftover or plan.problem.leftover
    limits = (started, target_gap, time_limit, executor, shown(progress))
    given = bind_quotas(quotas)
    if max_changes is None:
        _check_alone("quotas", given, "max_changes")
        problem = RepairProblem.of(*today, leftover, before, stay)
        problem.check()
        return solved(problem, *limits, former=plan)
    _check_alone("stay", stay, "no max_changes")
    few = FewChangesProblem.of(*today, leftover, given, before, max_changes)
    few.check()
    return solved_under_quotas(few, *limits)


def _check_alone(name: str, value: object, partner: str) -> None:
    if value:
        raise InvalidInput(f"{name}={value!r}: goes with {partner} only")


def _here(plan: Plan, people: Participants | None, said: Feedback) -> Participants:
    """Return who takes part today."""
    today = plan.people if people is None else people
    known = {*plan.people.ids, *today.ids}
    strangers = [who for who in (*said.left, *said.away) if who not in known]
    if strangers:
        raise InvalidInput(f"feedback: {listed(strangers)}: not among the people then or now")
    gone = {*said.left, *said.away}
    return today.without([who for who in today.ids if who in gone]) if gone else today


def _rules(
    plan: Plan, here: Participants, rules: Iterable[Rule] | None, said: Feedback
) -> list[Rule]:
    """Return the rules of today as far as they are about people who are here."""
    given = list(plan.rules if rules is None else rules)
    for pair in said.continuing:
        if plan.partner_of(pair[0]) is None or pair[1] not in plan.partners[pair[0]]:
            raise InvalidInput(
                f"feedback: continuing {quoted(pair[0])} and {quoted(pair[1])}: they were not"
                " together in the plan; use a Require rule to put them together"
            )
    named: list[Rule] = [Forbid(said.clashed)] if said.clashed else []
    named += [Require(said.continuing)] if said.continuing else []
    kept = [rule.among(here) for rule in [*given, *named]]
    return [rule for rule in kept if getattr(rule, "pairs", True)]
