"""The networkx backend with every answer one pair short: networkx's own tests must notice."""

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
    globals()[_name] = one_pair_short(getattr(networkx_backend, _name))
