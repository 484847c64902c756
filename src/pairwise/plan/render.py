"""A plan in one line, in a few lines, and as a small HTML table."""

from __future__ import annotations

import math
from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from pairwise.plan import serial

if TYPE_CHECKING:
    from pairwise.plan.plan import Plan

_HTML_ROWS = 12


_NAMES = {2: "pair", 3: "trio"}


def counts(plan: Plan) -> str:
    """Return how many groups of each size and how many unmatched people there are."""
    sizes = Counter(map(len, plan.index_groups))
    sizes[2] += 0
    parts = [_sized(sizes[size], size) for size in sorted(sizes) if sizes[size] or len(sizes) == 1]
    parts += [f"{len(plan.unmatched):,} unmatched"] if plan.unmatched else []
    return ", ".join(parts)


def _sized(count: int, size: int) -> str:
    if size in _NAMES:
        return _number(count, _NAMES[size])
    return f"{_number(count, 'group')} of {size}"


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


STYLE = (
    "<style>"
    ".pairwise{font:14px/1.45 system-ui,sans-serif;max-width:52rem}"
    ".pairwise .head{font-weight:600;margin:.2em 0 .5em}"
    ".pairwise .facts{display:flex;flex-wrap:wrap;gap:.4em 1.4em;margin:0 0 .7em}"
    ".pairwise .facts small{opacity:.65;display:block}"
    ".pairwise table{border-collapse:collapse;width:100%}"
    ".pairwise th,.pairwise td{text-align:left;vertical-align:top;padding:.25em .7em;"
    "border-bottom:1px solid rgba(128,128,128,.25)}"
    ".pairwise th{opacity:.65;font-weight:500}"
    ".pairwise .num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".pairwise .bar{display:inline-block;width:44px;text-align:left;margin-right:.5em}"
    ".pairwise .bar i{display:inline-block;height:.55em;border-radius:.3em;background:#4c8bf5}"
    ".pairwise .more{opacity:.65;margin:.5em 0 0}"
    "</style>"
)
"""What every piece of HTML begins with."""


def html(plan: Plan) -> str:
    """Return a small table for notebooks; every text from outside is escaped."""
    records = serial.rows(plan)
    first, *others = serial.seats(plan)
    second = others[0] if len(others) < 3 else "others"
    body = "".join(_row(record, first, others) for record in records[:_HTML_ROWS])
    rest = len(records) - _HTML_ROWS
    more = f'<p class="more">and {rest:,} more: plan.to_frame()</p>' if rest > 0 else ""
    claims = "".join(
        f'<span title="{escape(meaning)}"><small>{name}</small>{escape(figure)}</span>'
        for name, figure, meaning in facts(plan)
    )
    return (
        f'{STYLE}<div class="pairwise"><div class="head">{counts(plan)}</div>'
        f'<div class="facts">{claims}</div><table><thead><tr><th>{first}</th><th>{second}</th>'
        f'<th class="num">score</th><th>reason</th></tr></thead><tbody>{body}</tbody></table>'
        f"{more}</div>"
    )


def _row(record: dict[str, object], first: str, others: list[str]) -> str:
    """Return a table row; further members stand below the second."""
    partners = "<br>".join(escape(str(record[name])) for name in others if record[name] is not None)
    leader = "&ndash;" if record[first] is None else escape(str(record[first]))
    score = record["score"]
    figure = f"{_bar(score)}{score:.3f}" if isinstance(score, float) else ""
    return (
        f"<tr><td>{leader}</td><td>{partners or '&ndash;'}</td>"
        f'<td class="num">{figure}</td><td>{escape(str(record["reason"]))}</td></tr>'
    )


def _bar(score: float) -> str:
    width = round(44 * min(max(score, 0.0), 1.0))
    return f'<span class="bar"><i style="width:{width}px"></i></span>'
