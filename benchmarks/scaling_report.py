"""Tables, growth exponents and log-log plots of `scaling.py`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from results import Results
from side_by_side import factor
from tables import machine, markdown, replace, seconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOTS = Path(__file__).parents[1] / "docs" / "_static"
GROWTH_FROM = 500
"""Exponents are fitted to sizes from here on: below, starting costs show."""

Curve = dict[int, float]


def curves(results: Results, problem: str, names: list[str]) -> dict[str, dict[str, Curve]]:
    """Return seconds by family, peer and size."""
    found: dict[str, dict[str, Curve]] = {}
    for key in results.all_keys():
        if key[0] == problem and key[3] in names:
            family = found.setdefault(key[1], {name: {} for name in names})
            family[key[3]][key[2]] = results[key]["seconds"]
    return found


def seconds_table(found: dict[str, dict[str, Curve]], names: list[str]) -> str:
    """Return one line per size and family: seconds, and each peer as a multiple of ours."""
    rows = []
    sizes = sorted({n for family in found.values() for n in family[names[0]]})
    for n in sizes:
        for family, peers in found.items():
            ours = peers[names[0]].get(n)
            if ours is None:
                continue
            times = [(peers[name].get(n)) for name in names[1:]]
            cells = ["" if t is None else f"{seconds(t)} ({factor(t / ours)})" for t in times]
            rows.append([f"{family}, n = {n:,}", seconds(ours), *cells])
    return markdown(["CPU seconds", *names], rows)


def exponent(curve: Curve) -> float | None:
    """Return the slope of log seconds over log n, None with fewer than two sizes."""
    sizes = [n for n in sorted(curve) if n >= GROWTH_FROM]
    if len(sizes) < 2:
        return None
    times = [curve[n] for n in sizes]
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def growth_table(found: dict[str, dict[str, Curve]], names: list[str]) -> str:
    """Return one line per family: the growth exponent of each peer."""
    rows = []
    for family, peers in found.items():
        slopes = [exponent(peers[name]) for name in names]
        rows.append([family, *("" if s is None else f"{s:.2f}" for s in slopes)])
    return markdown([f"growth exponent, n >= {GROWTH_FROM}", *names], rows)


def plot(found: dict[str, dict[str, Curve]], names: list[str], title: str, path: Path) -> None:
    """Draw seconds over n, both logarithmic, a panel for each family."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "pairwise"
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(2, 3, figsize=(9, 5.4), sharex=True, sharey=True)
    for panel, (family, peers) in zip(panels.flat, found.items(), strict=False):
        _panel(panel, family, peers, names)
    for panel in panels[-1]:
        panel.set_xlabel("people, n")
    for panel in panels[:, 0]:
        panel.set_ylabel("CPU seconds")
    lines, labels = panels.flat[0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="upper center", ncols=len(names), frameon=False)
    figure.suptitle(title, y=0.02, fontsize=9, va="bottom")
    figure.tight_layout(rect=(0, 0.04, 1, 0.94))
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _panel(panel: "Axes", family: str, peers: dict[str, Curve], names: list[str]) -> None:
    for name, marker in zip(names, "osD^v<>", strict=False):
        sizes = sorted(peers[name])
        times = [peers[name][n] for n in sizes]
        style: dict[str, Any] = {"linewidth": 2.2} if name == names[0] else {"linewidth": 1.1}
        panel.loglog(sizes, times, marker=marker, markersize=4, label=name, **style)
    panel.set_title(family, fontsize=10)
    panel.set_xticks([200, 500, 1000, 2000, 5000], ["200", "500", "1k", "2k", "5k"])
    panel.minorticks_off()
    panel.grid(visible=True, color="0.9")


def write(
    results: Results, problem: str, names: list[str], limits: dict[str, int], *, into_docs: bool
) -> str:
    """Return the tables of a problem; put them and the plot into the documentation if asked."""
    found = curves(results, problem, names)
    names = [name for name in names if any(peers[name] for peers in found.values())]
    asked = [f"{name} up to n = {limit:,}" for name, limit in limits.items() if name in names]
    cut = f" Asked within limits: {', '.join(asked)}." if asked else ""
    text = (
        f"{seconds_table(found, names)}\n\n{growth_table(found, names)}\n\n"
        f"In brackets: times the seconds of pairwise. Equal worth asserted.{cut} {machine()}"
    )
    if into_docs:
        name = f"scaling-{problem}.svg"
        plot(found, names, f"{problem} on a matrix, log-log", PLOTS / name)
        replace(name.removesuffix(".svg"), f"![{problem}](../docs/_static/{name})\n\n{text}")
    return text
