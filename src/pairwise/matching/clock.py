"""Time that is left of a limit."""

from __future__ import annotations

import time


class Clock:
    """Seconds left of a time limit; None is no limit."""

    def __init__(self, time_limit: float | None) -> None:
        self._end = None if time_limit is None else time.monotonic() + time_limit

    def left(self) -> float | None:
        """Return the seconds left, 0 when none are."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())
