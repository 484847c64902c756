"""Keywords that every verb knows: how long to search, how well, and whom to tell meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pairwise.errors import InvalidInput

Progress = Callable[[str, float], None]
"""Called with the stage and the share of it that is done."""


def check_limits(target_gap: float, time_limit: float | None) -> None:
    """Refuse a gap outside [0, 1) and negative seconds."""
    if not 0.0 <= target_gap < 1.0:
        raise InvalidInput(
            f"target_gap = {target_gap!r}: must be in [0, 1); 0 asks for the optimum"
        )
    if time_limit is not None and not time_limit >= 0.0:
        raise InvalidInput(f"time_limit = {time_limit!r}: must be >= 0 seconds, or None")


def shown(progress: Progress | bool | None) -> Progress | None:
    """Return the function to report to; True makes a tqdm bar, which ends when it is let go."""
    if progress is None or progress is False:
        return None
    if callable(progress):
        return progress
    if progress is not True:
        raise InvalidInput(f"progress = {progress!r}: must be True, None or a function")
    try:
        import tqdm as _  # noqa: F401
    except ImportError:
        raise InvalidInput(
            "progress=True: draws its bar with tqdm, which is not installed; install"
            " pairwise-matching[progress], or give a function of (stage, share)"
        ) from None
    return _Bar()


def report_end(progress: Progress | None, stage: str) -> None:
    """Say that a stage is done, if somebody listens."""
    if progress is not None:
        progress(stage, 1.0)


class _Bar:
    """A progress bar that appears with the first report."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, stage: str, share: float) -> None:
        from tqdm import tqdm

        if self._bar is None:
            self._bar = tqdm(total=1.0, bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}")
        self._bar.set_description_str(stage, refresh=False)
        self._bar.n = share
        self._bar.refresh()

    def __del__(self) -> None:
        if self._bar is not None:
            self._bar.close()
