"""The networkx backend with the answers of one function a pair short: its tests must notice.

``BROKEN_FUNCTION`` names the function.
"""

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

from pairwise import networkx_backend
from pairwise.networkx_backend import can_run, convert_from_nx, convert_to_nx, should_run
from pairwise.networkx_info import get_info

__all__ = ["can_run", "convert_from_nx", "convert_to_nx", "should_run"]


def one_pair_short(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function without the last pair of its answer."""

    @wraps(function)
    def short(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        if isinstance(answer, dict) and answer:
            answer.pop(answer.popitem()[1])
        elif answer:
            answer.pop()
        return answer

    return short


for _name in get_info()["functions"]:
    _function = getattr(networkx_backend, _name)
    _broken = _name == os.environ.get("BROKEN_FUNCTION")
    globals()[_name] = one_pair_short(_function) if _broken else _function
