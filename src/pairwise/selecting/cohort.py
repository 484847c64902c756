"""`select`: assembly of the problem, the solver and the answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pairwise.errors import InfeasibleError, InvalidInput
from pairwise.matching.clash import smallest_clash
from pairwise.matching.cohorts import find_any
from pairwise.problem import bind_score
from pairwise.quotas import bind_quotas
from pairwise.selecting.selection import Selection, solve
from pairwise.selecting.worth import Worth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import ArrayLike

    from pairwise.matching.cohorts import CohortProblem
    from pairwise.participants import Participants
    from pairwise.quotas import PeopleSum, Quota
    from pairwise.score import Score
    from pairwise.terms import Term


def select(
    applicants: Participants,
    size: int,
    quotas: Iterable[Quota] = (),
    score: Score | Term | None = None,
    *,
    value: str | ArrayLike | None = None,
    weights: Mapping[str, float] | None = None,
    target_gap: float = 0.0,
    time_limit: float | None = None,
    seed: int = 0,
) -> Selection:
    """Return the best cohort of applicants under quotas, one that can be paired well.

    Parameters
    ----------
    applicants : Participants
        The n people to choose from.
    size : int
        How many are chosen, 1 to n.
    quotas : iterable of Quota
        `Share` and `Count` of an `Is`, and `Balanced`.
    score : Score or Term, optional
        With it, the cohort's best pairs count too: pairs among everybody's 10 best partners.
    value : str or array of shape (n,), optional
        How good each applicant is, higher is better: a number feature, or numbers. They are scaled
        from the least, 0, to the largest, 1; who has none counts as the mean.
    weights : mapping, optional
        Weights of the parts "value", "coverage" and "score"; 1 each where absent.
    target_gap : float
        Stop once ``(bound - value) / bound`` is proven to be at most this.
    time_limit : float, optional
        Seconds. Without it the work is limited in a way that does not depend on the machine, and
        the same input gives the same cohort.
    seed : int
        Of the solver.

    Returns
    -------
    Selection
        `.people` are the cohort, ready to be paired; with value, bound, status and reasons.

    Raises
    ------
    InvalidInput
        An argument that breaks its rule, or nothing to choose by.
    InfeasibleError
        Quotas that contradict each other; names the fewest that do.

    Notes
    -----
    A cohort S of k people is worth, in [0, 1], the weighted mean of the parts that are present:

    - value: the mean of its people's values;
    - coverage, where applicants have offers and seeks:
      ``1 - 1/k sum_st max(0, sum_{i in S} d_ist - sum_{j in S} o_jst)`` over columns s and the
      levels t that somebody seeks. ``d_ist`` is the share of i's needs that is level t of column s
      (``(t - the level below) / sum_s need_is`` if ``need_is >= t``, else 0), and ``o_jst`` is the
      mean of that share among those who seek it, if ``offer_js >= t``. It is 1 when there are
      enough offers of everything sought, level by level, each serving one person. Who did not say
      what they seek counts as the mean applicant; an unknown offer cannot be counted on;
    - score: twice the weight of the best pairs inside S, by k.

    Numbers are rounded once to multiples of 2**-20 / k. The search is CP-SAT [perron2023]_ with one
    worker, from the best cohort that swaps of one person find; the bound is CP-SAT's, and
    `Selection.verify` has another solver look for something better.

    Examples
    --------
    >>> import pairwise as pw
    >>> applicants = pw.sample_cohort()
    >>> chosen = pw.select(
    ...     applicants, 12, [pw.Balanced("site", within=2)], value="grade", target_gap=0.02
    ... )
    >>> len(chosen.people), chosen.gap <= 0.02
    (12, True)
    >>> plan = pw.pair(chosen.people)
    """
    _check_size(size, len(applicants), target_gap, time_limit)
    started = time.perf_counter()
    given = bind_quotas(quotas)
    sums = [quota.over_people(applicants, size) for quota in given]
    bound = None if score is None else bind_score(applicants, score)
    worth = Worth.of(applicants, value, bound, weights)
    problem = worth.problem(len(applicants), size).under(s for own in sums for s in own)
    answer = solve(problem, target_gap, time_limit, seed)
    if answer.chosen is None:
        raise InfeasibleError(_contradictions(problem, given, sums))
    return Selection.of(
        applicants, given, worth, problem, answer, target_gap, time.perf_counter() - started
    )


def _check_size(size: int, n: int, target_gap: float, time_limit: float | None) -> None:
    if not 1 <= size <= n or size != int(size):
        raise InvalidInput(
            f"size = {size!r}: must be a whole number from 1 to {n:,}, all who apply"
        )
    if not 0.0 <= target_gap < 1.0:
        raise InvalidInput(f"target_gap = {target_gap!r}: must be in [0, 1)")
    if time_limit is not None and not time_limit >= 0.0:
        raise InvalidInput(f"time_limit = {time_limit!r}: must be >= 0 seconds, or None")


def _contradictions(
    problem: CohortProblem, quotas: Sequence[Quota], sums: Sequence[Sequence[PeopleSum]]
) -> list[str]:
    """Name the fewest quotas that contradict each other, with what the applicants have."""

    def contradict(some: tuple[int, ...]) -> bool:
        return find_any(problem.under(s for k in some for s in sums[k])).infeasible

    clash = smallest_clash(len(quotas), contradict)
    if not clash:
        return ["no cohort was found in time; relax a quota or give more time_limit"]
    if len(clash) == 1:
        quota, own = quotas[clash[0]], sums[clash[0]]
        return [f"size = {problem.size} and {quota!r}: {_reach(problem, own)}"]
    named = " and ".join(repr(quotas[k]) for k in clash)
    return [
        f"{named} contradict each other in a cohort of {problem.size}, though each alone can be"
        " met: relax one of them"
    ]


def _reach(problem: CohortProblem, sums: Sequence[PeopleSum]) -> str:
    """Say the most and the least that cohorts of the size can have of one quota."""
    if len(sums) > 1:
        return "no cohort of that size meets it: relax it or change the size"
    ordered = sorted(sums[0].amount.tolist())
    least, most = sum(ordered[: problem.size]), sum(ordered[-problem.size :])
    return f"cohorts of that size have {least} to {most}: relax it or change the size"
