"""The main job from a shell: ``python -m pairwise people.csv`` pairs the people of a CSV."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NoReturn

from pairwise.errors import InfeasibleError, InvalidInput, PairwiseError, did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pairwise.participants import Id, Participants
    from pairwise.plan import Plan
    from pairwise.rules import Rule

_FEATURES = ("offers", "seeks", "interests", "values", "slots")
_ID_NAMES = ("id", "email", "name")
_WIDTH = 80
_WIDEST_ID = 24

_EPILOG = """\
examples:
  python -m pairwise
      pairs the sample cohort of invented people
  python -m pairwise people.csv --id email --offers "I can help with" \\
      --seeks "I want to learn" --differ department --json plan.json
  python -m pairwise people.csv --id email --offers "I can help with" \\
      --seeks "I want to learn" --differ department --check plan.json
      lets somebody else verify that plan, its value and its bound
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one sentence, without the whole usage."""
        self.exit(2, f"pairwise: {message}; see python -m pairwise --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m pairwise",
        description="Find the provably best pairs of people, and say why.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("csv", nargs="?", help="people, one a row; the sample cohort if absent")
    columns = parser.add_argument_group(
        "columns", "Absent: id, email or name, and the features whose names the CSV bears."
    )
    columns.add_argument("--id", metavar="COLUMN", help="column of the ids")
    for feature in _FEATURES:
        text = "free hours" if feature == "slots" else feature
        columns.add_argument(
            f"--{feature}",
            nargs="+",
            metavar="COLUMN",
            help=f"{text}: one multi-select column or several columns of levels",
        )
    for kind in ("categories", "numbers", "monitoring"):
        columns.add_argument(f"--{kind}", nargs="+", metavar="COLUMN", default=[])
    columns.add_argument("--preferences", metavar="COLUMN", help="column of ids asked for")
    _add_rules(parser)
    _add_results(parser)
    return parser


def _add_rules(parser: argparse.ArgumentParser) -> None:
    rules = parser.add_argument_group("rules", "Each may be given several times.")
    for name, metavar, text in (
        ("forbid", "A,B", "these two may not meet"),
        ("require", "A,B", "these two must be together"),
        ("differ", "COLUMN", "partners must differ in it"),
        ("same", "COLUMN", "partners must agree in it"),
        ("within", "COLUMN=BY", "partners may be that far apart in it"),
    ):
        rules.add_argument(f"--{name}", metavar=metavar, action="append", default=[], help=text)
    rules.add_argument("--floor", metavar="SCORE", type=float, help="least score of a pair")


def _add_results(parser: argparse.ArgumentParser) -> None:
    results = parser.add_argument_group("solving and results")
    results.add_argument(
        "--leftover", metavar="trio|bye", default="trio", help="what an odd one out gets"
    )
    results.add_argument("--target-gap", type=float, default=0.0, metavar="GAP")
    results.add_argument("--time-limit", type=float, metavar="SECONDS")
    results.add_argument("--out", metavar="PLAN.csv", help="write the table there")
    results.add_argument("--json", metavar="PLAN.json", help="write the whole plan there")
    results.add_argument(
        "--check",
        metavar="PLAN.json",
        help="instead of solving, verify that file for the same people and rules",
    )
    results.add_argument("--rows", type=int, default=40, help="rows to print; 0 is all")
    results.add_argument("--report", action="store_true", help="print how the CSV was read")
    results.add_argument("--explain", metavar="ID", help="also say why somebody has their partner")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 2 wrong input, 130 interrupted."""
    given = _parser().parse_args(arguments)
    try:
        _run(given)
    except InfeasibleError as error:
        return _complain("no plan can meet the rules:", *error.conflicts)
    except (PairwiseError, OSError) as error:
        return _complain(_sentence(error))
    except KeyboardInterrupt:
        _complain("interrupted; nothing was written")
        return 130
    return 0


def _complain(*lines: str) -> int:
    print("pairwise: " + "\n  ".join(lines), file=sys.stderr)
    return 2


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _run(given: argparse.Namespace) -> None:
    _check_targets(given)
    people = _people(given)
    plan = _plan(given, people)
    plan.verify()
    written = [path for path in (given.out, given.json) if path]
    for path in written:
        plan.save(path)
    shown = [str(people.report)] if given.report else []
    shown += [_head(given, plan), _table(plan, given.rows), f"{plan}\n  verified independently"]
    if given.explain is not None:
        shown.append(str(plan.explain(_id_of(given.explain, people, "--explain"))))
    if written:
        shown.append(f"wrote {' and '.join(written)}")
    _show("\n\n".join(shown))


def _plan(given: argparse.Namespace, people: Participants) -> Plan:
    """Solve, or read the plan that is to be checked."""
    from pairwise.pairing import pair
    from pairwise.plan import Plan

    rules = _rules(given, people)
    if given.check is not None:
        return Plan.from_json(Path(given.check).read_text(encoding="utf-8"), people, rules=rules)
    return pair(
        people,
        rules=rules,
        leftover=given.leftover,
        target_gap=given.target_gap,
        time_limit=given.time_limit,
    )


def _show(text: str) -> None:
    """Print; characters that the terminal lacks are replaced, a closed pipe is no error."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "replace").decode(encoding), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _check_targets(given: argparse.Namespace) -> None:
    """Refuse a target that could not be written, before anything is solved."""
    for option, ending in (("out", ".csv"), ("json", ".json")):
        target = getattr(given, option)
        if target is None:
            continue
        if Path(target).suffix.lower() != ending:
            raise InvalidInput(f"--{option} {target}: must end in {ending}")
        if not Path(target).absolute().parent.is_dir():
            raise InvalidInput(f"--{option} {target}: its folder does not exist")


def _people(given: argparse.Namespace) -> Participants:
    """Read the CSV, or the sample cohort when there is none."""
    if given.csv is None:
        _refuse_columns(given)
        from pairwise.data import sample_cohort

        return sample_cohort()
    from pairwise.participants import Participants

    columns: dict[str, Any] = {name: _one_or_many(getattr(given, name)) for name in _FEATURES}
    if not any(columns.values()):
        columns = _columns_by_name(given.csv)
    numbers = _merged(given.numbers, (_number_and_distance(text)[0] for text in given.within))
    compared = (name for name in (*given.differ, *given.same) if name not in numbers)
    return Participants.from_csv(
        given.csv,
        id=given.id or _id_by_name(given.csv),
        categories=_merged(given.categories, compared),
        numbers=numbers,
        monitoring=given.monitoring,
        preferences=given.preferences,
        **columns,
    )


def _refuse_columns(given: argparse.Namespace) -> None:
    options = ("id", *_FEATURES, "categories", "numbers", "monitoring", "preferences")
    named = [f"--{name}" for name in options if getattr(given, name)]
    if named:
        raise InvalidInput(f"{' and '.join(named)} without a CSV: write the name of the CSV first")


def _one_or_many(columns: list[str] | None) -> str | list[str] | None:
    return columns[0] if columns and len(columns) == 1 else columns


def _merged(given: list[str], further: Iterator[str]) -> list[str]:
    return list(dict.fromkeys([*given, *further]))


def _header(path: str) -> tuple[str, ...]:
    from pairwise.importing.csvfile import read_csv

    return read_csv(path, wanted=(), delimiter=None, encoding=None).names


def _id_by_name(path: str) -> str | None:
    by_name = {name.casefold(): name for name in reversed(_header(path))}
    return next((by_name[name] for name in _ID_NAMES if name in by_name), None)


def _columns_by_name(path: str) -> dict[str, Any]:
    """Find the columns, or survey grids ``values [..]``, that are called like features."""
    header = _header(path)
    stems = {name.partition(" [")[0].casefold(): name.partition(" [")[0] for name in header}
    found = {feature: stems[feature] for feature in _FEATURES if feature in stems}
    if not found:
        raise InvalidInput(
            f"{path}: no column is called {', '.join(_FEATURES[:-1])} or {_FEATURES[-1]}; say"
            f' which are, as in --offers "I can help with" (columns: {listed(header, most=8)})'
        )
    return found


def _rules(given: argparse.Namespace, people: Participants) -> list[Rule]:
    from pairwise.rules import Differ, Floor, Forbid, Require, Same, Within

    rules: list[Rule] = [Differ(name) for name in given.differ]
    rules += [Same(name) for name in given.same]
    rules += [Within(*_number_and_distance(text)) for text in given.within]
    if given.forbid:
        rules.append(Forbid([_pair(text, people, "--forbid") for text in given.forbid]))
    if given.require:
        rules.append(Require([_pair(text, people, "--require") for text in given.require]))
    if given.floor is not None:
        rules.append(Floor(given.floor))
    return rules


def _number_and_distance(text: str) -> tuple[str, float]:
    name, _, by = text.rpartition("=")
    try:
        if not name:
            raise ValueError  # noqa: TRY301
        return name, float(by)
    except ValueError:
        raise InvalidInput(f"--within {text}: must be COLUMN=BY, such as grade=1") from None


def _pair(text: str, people: Participants, option: str) -> tuple[Id, Id]:
    ids = [part.strip() for part in text.split(",")]
    if len(ids) != 2:
        raise InvalidInput(f"{option} {text}: must be two ids with a comma between, A,B")
    a, b = (_id_of(part, people, option) for part in ids)
    return a, b


def _id_of(text: str, people: Participants, option: str) -> Id:
    """Return the id that is written like this; ids may be numbers."""
    by_text = {str(who): who for who in people.ids}
    if text not in by_text:
        raise InvalidInput(f"{option}: no participant {text!r}{did_you_mean(text, by_text)}")
    return by_text[text]


def _head(given: argparse.Namespace, plan: Plan) -> str:
    weights = zip(plan.score.weights, plan.score.terms, strict=True)
    score = [f"{weight:.2f} {term.name}" for weight, term in weights]
    rules = [rule.sentence for rule in plan.rules] or ["none"]
    source = "the sample cohort of invented people" if given.csv is None else given.csv
    return "\n".join(
        [
            f"{len(plan.people):,} people from {source}",
            *_listing("score", score, " + "),
            *_listing("rules", rules, "; "),
        ]
    )


def _listing(name: str, parts: list[str], separator: str) -> list[str]:
    """Lay parts out after a name, wrapped to the width of the terminal between parts."""
    lines = [f"{name}  "]
    for k, part in enumerate(parts):
        text = part + (separator if k + 1 < len(parts) else "")
        if len(lines[-1]) + len(text.rstrip()) > _WIDTH and lines[-1].strip() != name:
            lines.append(" " * (len(name) + 2))
        lines[-1] += text
    return [line.rstrip() for line in lines]


def _table(plan: Plan, most: int) -> str:
    """Return the groups as a table of 80 columns, then who is left out and why."""
    from pairwise.plan.serial import rows

    records = rows(plan)[: len(plan.groups)]
    shown = records[:most] if most > 0 else records
    ids = [str(record[name]) for record in shown for name in ("first", "second")]
    width = min(max([len("second"), *map(len, ids)]), _WIDEST_ID)
    lines = [f"{'first':<{width}}  {'second':<{width}}  score  main reason"]
    for record in shown:
        lines += _row(record, width)
    rest = len(records) - len(shown)
    if rest:
        lines.append(f"and {rest:,} more: --rows 0 prints all, --out PLAN.csv writes all")
    for who, reason in plan.unmatched.reasons.items():
        lines += wrap(f"left out: {who}: {reason}", _WIDTH, subsequent_indent="  ")
    return "\n".join(lines)


def _row(record: dict[str, object], width: int) -> list[str]:
    left = f"{_cut(record['first'], width)}  {_cut(record['second'], width)}"
    left += f"  {record['score']:.3f}  "
    lines = [left + _short(str(record["reason"]), _WIDTH - len(left))]
    if record.get("third") is not None:
        lines.append(f"{'':<{width}}  {_cut(record['third'], width)}  (trio)")
    return lines


def _cut(value: object, width: int) -> str:
    text = str(value)
    return f"{text:<{width}}" if len(text) <= width else text[: width - 1] + "…"


def _short(reason: str, room: int) -> str:
    """Shorten the name of the term where it must be, keep its value."""
    if len(reason) <= room:
        return reason
    name, _, value = reason.rpartition(" ")
    return f"{name[: room - len(value) - 2]}… {value}"


if __name__ == "__main__":
    sys.exit(main())
