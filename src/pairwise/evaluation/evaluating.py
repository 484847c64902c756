"""`evaluate`: from a plan or a history to a report that can be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pairwise.errors import InvalidInput, did_you_mean, quoted
from pairwise.evaluation.facts import Facts
from pairwise.evaluation.suppression import SMALLEST
from pairwise.evaluation.tables import Tables
from pairwise.history import History
from pairwise.plan import Plan
from pairwise.problem import bind_score
from pairwise.season import Season

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pairwise.evaluation.report import Report
    from pairwise.participants import CategoryFeature, Participants
    from pairwise.score import Score
    from pairwise.terms import Term


def evaluate(
    what: Plan | Season | History,
    people: Participants | None = None,
    score: Score | Term | None = None,
    *,
    by: str | Iterable[str] | None = None,
    audience: str = "published",
) -> Report:
    """Return how a plan or a programme does, in all, by round and by group.

    Parameters
    ----------
    what : Plan, Season or History
    people : Participants, optional
        Whose features are read; those of the plan or season when absent. Without people a history
        is evaluated in all and by round.
    score : Score or Term, optional
        What a pair is worth; that of the plan or season when absent. A history without it has no
        figures that need a score.
    by : str or iterable of str, optional
        Monitoring features or categories to break figures down by; all monitoring features
        when absent.
    audience : {"published", "internal"}
        Who will see it: figures behind which fewer than 10 (published) or 5 (internal) people
        stand are withheld, with as many others as it takes to keep them so.

    Returns
    -------
    Report
        It holds nothing that is withheld.

    Raises
    ------
    InvalidInput
        Neither plan, season nor history, another audience, a score without people, or no such
        feature.

    Notes
    -----
    Every figure is a mean over people of the mean over what was observed of each, so that
    everybody counts once; `Report.formulas` says of what. A figure that is the same for
    everybody is not broken down: the total tells it. Reports that are taken at different
    times, or broken down by features that overlap in small numbers of people, can be set
    against each other; that is not looked at. Cost O(meetings + answers), and O(n^2) scores
    for blocking pairs, up to 5,000 people.

    Examples
    --------
    >>> import pairwise as pw
    >>> people = pw.sample_cohort()
    >>> report = pw.evaluate(pw.pair(people))
    >>> round(report["coverage"], 2), report["participation"]
    (0.49, 1.0)
    """
    if audience not in SMALLEST:
        hint = did_you_mean(str(audience), SMALLEST)
        raise InvalidInput(f'audience = {audience!r}: must be "published" or "internal"{hint}')
    facts = _facts(what, people, score)
    labelled = {name: _feature(facts.people, name) for name in _asked(facts.people, by)}
    return Tables(facts, labelled, SMALLEST[audience]).report(_title(what), audience)


def _facts(
    what: Plan | Season | History, people: Participants | None, score: Score | Term | None
) -> Facts:
    """Return what happened, with whose features, and what a pair is worth."""
    if isinstance(what, (Plan, Season)):
        people, score = people or what.people, score or what.problem.score
        problem = what.problem if people is what.people else None
        return Facts(_ahead(what), people, bind_score(people, score), problem)
    if not isinstance(what, History):
        raise InvalidInput(f"what = {what!r:.60}: must be a Plan, a Season or a History")
    if score is not None and people is None:
        raise InvalidInput("score is given without people: pass people=, whose features it reads")
    bound = None if people is None or score is None else bind_score(people, score)
    return Facts(what, people, bound)


def _ahead(what: Plan | Season) -> History:
    """Return the history that a plan or a season will be."""
    history = History()
    for entry in (what,) if isinstance(what, Plan) else what.rounds:
        history = history.with_round(entry)
    return history


def _title(what: Plan | Season | History) -> str:
    if isinstance(what, Plan):
        return f"a plan of {len(what.groups):,} groups"
    return f"a season of {len(what.rounds):,} rounds" if isinstance(what, Season) else repr(what)


def _asked(people: Participants | None, by: str | Iterable[str] | None) -> tuple[str, ...]:
    if by is None:
        return () if people is None else people.monitoring_names
    return (by,) if isinstance(by, str) else tuple(by)


def _feature(people: Participants | None, name: str) -> CategoryFeature:
    """Return a monitoring feature or a category."""
    if people is None:
        raise InvalidInput(f"by = {quoted(name)}: pass people=, whose feature it is")
    if name in people.monitoring_names:
        return people._monitoring(name)
    if not people.has("category", name):
        options = (*people.monitoring_names, *people.feature_names["category"])
        raise InvalidInput(
            f"by = {quoted(name)}: no monitoring feature or category{did_you_mean(name, options)}"
        )
    return people.category(name)
