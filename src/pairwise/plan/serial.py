"""A plan as a table, as plain values, as JSON, as a file; and back from JSON."""

from __future__ import annotations

import csv
import io
import json
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pairwise.errors import InvalidInput, PairwiseError, listed, quoted
from pairwise.files import write_whole
from pairwise.plan.kinds import kind_of
from pairwise.plan.outcome import Outcome
from pairwise.plan.status import Status
from pairwise.problem import LoadProblem, bind_score, scored

if TYPE_CHECKING:
    import os

    import pandas as pd

    from pairwise.participants import Id, Participants
    from pairwise.plan.plan import Plan
    from pairwise.quotas import Quota
    from pairwise.rules import Rule
    from pairwise.score import Score
    from pairwise.terms import Term

FORMAT = "pairwise.Plan/2"


def to_dict(plan: Plan) -> dict[str, object]:
    """Return everything but the seconds, in a fixed order; see `Plan.to_dict`."""
    worth = _values(plan)
    return {
        "format": FORMAT,
        "kind": plan.problem.kind,
        "status": plan.status.name,
        "value": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "value_q": plan.value_q,
        "bound_q": plan.bound_q,
        "step": plan.step,
        "settings": dict(plan.problem.settings),
        "score": _score_dict(plan.score),
        "rules": [repr(rule) for rule in plan.rules],
        "people": list(plan.people.ids),
        "groups": [
            {"members": list(group), "score": value}
            for group, value in zip(plan.groups, worth, strict=True)
        ],
        "unmatched": [
            {"id": who, "reason": reason} for who, reason in plan.unmatched.reasons.items()
        ],
        "certificate": _plain_certificate(plan),
    }


def to_json(plan: Plan) -> str:
    """Return the plan as JSON, a line for each key; see `Plan.to_json`."""
    lines = (f" {_dump(key)}: {_dump(value)}" for key, value in to_dict(plan).items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def from_json(
    text: str,
    people: Participants,
    score: Score | Term | None,
    rules: tuple[Rule, ...],
    quotas: tuple[Quota, ...] = (),
) -> Plan:
    """Read what `to_json` wrote; see `Plan.from_json`."""
    from pairwise.plan.plan import Plan

    data = _parsed(text)
    try:
        kind = kind_of(data["kind"])
        ordered = _same_people(people, data["people"])
        bound = bind_score(ordered, score)
        _check_same("score", _score_dict(bound), data["score"])
        _check_same("rules", [repr(rule) for rule in rules], data["rules"])
        settings = dict(data["settings"])
        _check_same("quotas", [repr(quota) for quota in quotas], settings.get("quotas", []))
        if quotas:
            settings["quotas"] = quotas
        problem = kind.problem(ordered, bound, rules, **settings)
        _check_same("step", problem.step, data["step"])
        proof = data["certificate"]
        outcome = Outcome(
            [ordered.indices(group["members"]).tolist() for group in data["groups"]],
            data["value_q"],
            data["bound_q"],
            Status[data["status"]],
            float("nan"),
            None if proof is None else kind.from_plain(proof),
        )
        return Plan(problem, outcome)
    except PairwiseError:
        raise
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise InvalidInput(f"text: not a complete plan ({error!r})") from None


def _parsed(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"text: not JSON ({error}); give what to_json() returned") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else type(data).__name__
        raise InvalidInput(f'text: its format is {found!r}, must be "{FORMAT}"')
    return data


def _same_people(people: Participants, ids: list[Id]) -> Participants:
    """Return the people in the plan's order; refuse anybody missing or new."""
    strangers = sorted(set(people.ids) - set(ids), key=str)
    missing = sorted(set(ids) - set(people.ids), key=str)
    if strangers or missing:
        parts = [f"{listed(missing)} missing"] if missing else []
        parts += [f"{listed(strangers)} not in the plan"] if strangers else []
        raise InvalidInput(f"people: must be those of the plan; {', '.join(parts)}")
    return people if people.ids == tuple(ids) else people.take(people.indices(ids))


def _check_same(argument: str, given: object, made_with: object) -> None:
    if given != made_with:
        raise InvalidInput(
            f"{argument}: the plan was made with {json.dumps(made_with)},"
            f" this is {json.dumps(given)}; pass the same {argument}="
        )


def _plain_certificate(plan: Plan) -> dict[str, Any] | None:
    if plan.certificate is None:
        return None
    return kind_of(plan.problem.kind).to_plain(plan.certificate)


def _score_dict(score: Score) -> list[dict[str, object]]:
    return [
        {"term": term.name, "weight": float(weight)}
        for term, weight in zip(score.terms, score.weights, strict=True)
    ]


def _values(plan: Plan) -> list[float]:
    worth = scored(plan.problem).group_weights(plan.index_groups)
    return [value * plan.step for value in worth.tolist()]


def seats(plan: Plan) -> tuple[str, ...]:
    """Return the columns of the table that name members: as many as the largest group needs."""
    usual = 2
    most = max([usual, *map(len, plan.index_groups)])
    return plan.problem.seats[:most]


def rows(plan: Plan) -> list[dict[str, object]]:
    """Return a record per group, then one per unmatched person."""
    from pairwise.explanation import main_reasons

    names = seats(plan)
    listed = [*plan.groups, *(_seated(plan, who) for who in plan.unmatched)]
    alone = len(plan.unmatched)
    values = [*_values(plan), *[None] * alone]
    reasons = [*main_reasons(plan), *plan.unmatched.reasons.values()]
    return [
        {
            **dict(zip_longest(names, members)),
            "score": value,
            "reason": reason,
        }
        for members, value, reason in zip(listed, values, reasons, strict=True)
    ]


def _seated(plan: Plan, who: Id) -> tuple[Id | None, ...]:
    """Return somebody left out in the seat that is theirs: a mentee's is the second."""
    problem = plan.problem
    is_mentee = isinstance(problem, LoadProblem) and problem.col_at[plan.people.index(who)] >= 0
    return (None, who) if is_mentee else (who,)


def columns(plan: Plan) -> list[str]:
    """Return the columns of the table."""
    return [*seats(plan), "score", "reason"]


def to_frame(plan: Plan) -> pd.DataFrame:
    """Return a pandas table; see `Plan.to_frame`."""
    import pandas as pd

    frame = pd.DataFrame(rows(plan), columns=columns(plan))
    return frame.astype({"score": "float64"})


def to_csv(plan: Plan) -> str:
    """Return the table as CSV text; scores are written with all their digits."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(plan), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(plan))
    return text.getvalue()


def save(plan: Plan, path: str | os.PathLike[str]) -> None:
    """Write the plan by the ending of the name, all or nothing; see `Plan.save`."""
    target = Path(path)
    writers = {".csv": to_csv, ".json": to_json}
    writer = writers.get(target.suffix.lower())
    if writer is None:
        raise InvalidInput(f"path={quoted(str(path))}: must end in .csv or .json")
    write_whole(target, writer(plan))
