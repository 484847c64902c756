"""Pictures of answers; matplotlib is loaded when one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pairwise.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    Points = Sequence[tuple[float, float]]


def plot_frontier(
    plans: Points, bounds: Points, hull: Points, label: str, ax: Axes | None = None
) -> Axes:
    """Draw a frontier: its plans, what bounds them, and the hull.

    Parameters
    ----------
    plans, bounds, hull
        Points (amount, value).
    label
        What the amount is.
    ax
        Where to draw; a new figure if None.
    """
    ax = ax or _new_axes()
    amounts, values = zip(*hull, strict=True)
    ax.plot(amounts, values, color="0.7", linewidth=1.5, label="hull", zorder=1)
    amounts, values = zip(*bounds, strict=True)
    ax.scatter(amounts, values, marker="_", color="C1", s=60, label="bound", zorder=2)
    amounts, values = zip(*plans, strict=True)
    ax.scatter(amounts, values, color="C0", s=18, label="plan", zorder=3)
    ax.set_xlabel(label)
    ax.set_ylabel("value of the plan")
    ax.legend(frameon=False)
    return ax


def _new_axes() -> Axes:
    try:
        from matplotlib import pyplot
    except ImportError:
        raise InvalidInput(
            "plot: needs matplotlib; install pairwise-matching[plot], or use to_frame()"
        ) from None
    return pyplot.subplots(layout="constrained")[1]
