"""Markdown tables, kept in benchmarks/README.md between a pair of markers."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path

README = Path(__file__).with_name("README.md")


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, numbers to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def seconds(value: float) -> str:
    """Return seconds with two significant digits, in ms below one second."""
    if value < 0.0995:
        return f"{value * 1e3:.2g} ms"
    return f"{float(f'{value:.2g}'):,.10g} s"


def machine() -> str:
    """Return where the figures were taken, in one sentence."""
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, one thread, CPU seconds."
    )


def replace(marker: str, text: str, path: Path = README) -> None:
    """Put text between ``<!-- marker -->`` and ``<!-- /marker -->`` of a file."""
    start, end = f"<!-- {marker} -->", f"<!-- /{marker} -->"
    before, rest = path.read_text().split(start, 1)
    after = rest.split(end, 1)[1]
    path.write_text(f"{before}{start}\n{text}\n{end}{after}")
