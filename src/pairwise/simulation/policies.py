"""Ways to run a programme: each sees what a coordinator sees, and says who meets whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from pairwise.learning import learn_weights
from pairwise.pairing import pair
from pairwise.repairing import Feedback, repair
from pairwise.rules import NoRepeat
from pairwise.score import default_score

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pairwise.history import History
    from pairwise.participants import Id, Participants
    from pairwise.plan import Plan
    from pairwise.score import Score

    Groups: TypeAlias = tuple[tuple[Id, ...], ...]
    Policy: TypeAlias = "Callable[[Situation], Groups | Plan]"
else:
    Policy = "Policy"


@dataclass(frozen=True)
class Situation:
    """What a coordinator knows before a round.

    Attributes
    ----------
    people : Participants
        Who takes part, with their answers of today.
    history : History
        All earlier rounds and what was said.
    last : Plan or None
        The plan of the last round, if the policy made one.
    seed : int
        For policies that draw.
    """

    people: Participants
    history: History
    last: Plan | None
    seed: int


def random_pairs(now: Situation) -> Groups:
    """Pair everybody at random, every round."""
    order = np.random.default_rng(now.seed).permutation(len(now.people))
    ids = [now.people.ids[k] for k in order]
    return tuple(zip(ids[::2], ids[1::2], strict=False))


def one_off(now: Situation) -> Groups:
    """Pair once by the default score and keep the pairs; who has nobody is paired likewise."""
    here = set(now.people.ids)
    rounds = now.history.rounds
    kept = [group for group in rounds[-1].groups if here.issuperset(group)] if rounds else []
    placed = {who for group in kept for who in group}
    alone = now.people.without(placed)
    if len(alone) < 2:
        return tuple(kept)
    return (*kept, *pair(alone, default_score(alone), leftover="bye").groups)


def new_faces(now: Situation) -> Plan:
    """Pair by the default score every round, nobody twice with the same person."""
    return _fresh(now, default_score(now.people))


def learning(now: Situation) -> Plan:
    """Pair as in `new_faces`, by the score that the history teaches."""
    return _fresh(now, _learned(now))


def full_loop(now: Situation) -> Plan:
    """Learn the weights; keep the pairs of whom both would continue, and re-pair the rest."""
    if now.last is None:
        return pair(now.people, default_score(now.people), leftover="bye")
    said = _about_those_here(Feedback.of(now.history, now.last), now.people)
    rules = [NoRepeat(now.history, exempt=tuple(said.continuing))]
    return repair(now.last, now.people, score=_learned(now), rules=rules, feedback=said)


def _fresh(now: Situation, score: Score) -> Plan:
    rules = [NoRepeat(now.history)] if now.history.rounds else []
    return pair(now.people, score, rules=rules, leftover="bye")


def _learned(now: Situation) -> Score:
    return learn_weights(now.history, default_score(now.people), now.people).score


def _about_those_here(said: Feedback, people: Participants) -> Feedback:
    """Return the feedback less what concerns people who are gone."""
    here = set(people.ids)
    return Feedback(
        clashed=tuple(pair for pair in said.clashed if here.issuperset(pair)),
        continuing=tuple(pair for pair in said.continuing if here.issuperset(pair)),
    )


POLICIES: Mapping[str, Policy] = {
    "random pairs": random_pairs,
    "one-off pairing": one_off,
    "new faces, given weights": new_faces,
    "new faces, learned weights": learning,
    "full loop": full_loop,
}
"""The ways that are compared, by name."""
