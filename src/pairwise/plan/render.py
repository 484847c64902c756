"""A plan in one line, in a few lines, and as a small HTML table."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from pairwise.plan import serial

if TYPE_CHECKING:
    from pairwise.plan.plan import Plan

_HTML_ROWS = 12


def counts(plan: Plan) -> str:
    """Return how many pairs, trios and unmatched people there are."""
    trios = len(plan.groups) - len(plan.pairs)
    parts = [_number(len(plan.pairs), "pair")]
    parts += [_number(trios, "trio")] if trios else []
    parts += [f"{len(plan.unmatched):,} unmatched"] if plan.unmatched else []
    return ", ".join(parts)


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def gap_text(plan: Plan) -> str:
    """Return the gap in per cent, never rounded down to a proof it is not."""
    if plan.gap == 0:
        return "0"
    return f"{plan.gap:.2%}" if plan.gap >= 0.00005 else f"{plan.gap:.0e}"


def seconds_text(plan: Plan) -> str:
    """Return the seconds, or that they are not known (a plan read from JSON)."""
    return "unknown" if math.isnan(plan.seconds) else f"{plan.seconds:.3g}"


def facts(plan: Plan) -> list[tuple[str, str, str]]:
    """Return what is claimed: name, figure, meaning."""
    mean = plan.value / len(plan.groups) if plan.groups else 0.0
    return [
        ("value", f"{plan.value:.6f}", f"sum of scores, {mean:.3f} a group on average"),
        ("bound", f"{plan.bound:.6f}", "no allowed plan is worth more than this"),
        ("gap", gap_text(plan), "(bound - value) / bound"),
        ("status", plan.status.name, plan.status.sentence),
        ("seconds", seconds_text(plan), "to solve"),
    ]


def one_line(plan: Plan) -> str:
    """Return counts, value, bound, gap, status and seconds in one line."""
    return (
        f"Plan({counts(plan)}, value={plan.value:.6g}, bound={plan.bound:.6g},"
        f" gap={gap_text(plan)}, status={plan.status.name}, seconds={seconds_text(plan)})"
    )


def summary(plan: Plan) -> str:
    """Return counts, value, bound, gap, status and seconds, a line each."""
    lines = [
        f"Plan for {_number(len(plan.people), 'person').replace('persons', 'people')}:"
        f" {counts(plan)}"
    ]
    claimed = facts(plan)
    width = max(len(figure) for _, figure, _ in claimed)
    lines += [f"  {name:<8} {figure:<{width}}  {meaning}" for name, figure, meaning in claimed]
    return "\n".join(lines)


_STYLE = (
    "<style>"
    ".pairwise{font:14px/1.45 system-ui,sans-serif;max-width:46rem}"
    ".pairwise .head{font-weight:600;margin:.2em 0 .5em}"
    ".pairwise .facts{display:flex;flex-wrap:wrap;gap:.4em 1.4em;margin:0 0 .7em}"
    ".pairwise .facts small{opacity:.65;display:block}"
    ".pairwise table{border-collapse:collapse;width:100%}"
    ".pairwise th,.pairwise td{text-align:left;padding:.25em .7em;"
    "border-bottom:1px solid rgba(128,128,128,.25)}"
    ".pairwise th{opacity:.65;font-weight:500}"
    ".pairwise .num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".pairwise .bar{display:inline-block;height:.55em;border-radius:.3em;background:#4c8bf5;"
    "margin-right:.5em;vertical-align:baseline}"
    ".pairwise .more{opacity:.65;margin:.5em 0 0}"
    "</style>"
)


def html(plan: Plan) -> str:
    """Return a small table for notebooks; every text from outside is escaped."""
    records = serial.rows(plan)
    columns = serial.columns(plan)
    head = "".join(f"<th{_class(name)}>{name}</th>" for name in columns)
    body = "".join(_row(record, columns) for record in records[:_HTML_ROWS])
    rest = len(records) - _HTML_ROWS
    more = f'<p class="more">and {rest:,} more: plan.to_frame()</p>' if rest > 0 else ""
    claims = "".join(
        f'<span title="{escape(meaning)}"><small>{name}</small>{escape(figure)}</span>'
        for name, figure, meaning in facts(plan)
    )
    return (
        f'{_STYLE}<div class="pairwise"><div class="head">{counts(plan)}</div>'
        f'<div class="facts">{claims}</div>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}</div>"
    )


def _class(column: str) -> str:
    return ' class="num"' if column == "score" else ""


def _row(record: dict[str, object], columns: list[str]) -> str:
    cells = "".join(f"<td{_class(name)}>{_cell(name, record[name])}</td>" for name in columns)
    return f"<tr>{cells}</tr>"


def _cell(column: str, value: object) -> str:
    if value is None:
        return "–" if column == "second" else ""
    if column != "score" or not isinstance(value, float):
        return escape(str(value))
    width = round(60 * min(max(value, 0.0), 1.0))
    return f'<span class="bar" style="width:{width}px"></span>{value:.3f}'
