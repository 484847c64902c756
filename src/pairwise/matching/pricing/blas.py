"""One BLAS thread in this process: blocks run side by side, and strips are too thin to share."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import Any


class OneBlasThread:
    """Limits matrix products to one thread from the first entry to the last exit.

    The limit belongs to the process, so entries from several threads are counted: the first sets
    it, the last restores it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._limit = _libraries().limit(limits=1, user_api="blas")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._limit.restore_original_limits()


@cache
def _libraries() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


ONE_BLAS_THREAD = OneBlasThread()
