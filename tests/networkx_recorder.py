"""A pytest plugin for networkx's own tests: counts what the backend is asked and answers.

For every test it writes one line of JSON to the file that ``RECORDER_FILE`` names.
``RECORDER_BACKEND`` names a module that takes the backend's place.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import wraps
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

asked: Counter[str] = Counter()
answered: Counter[str] = Counter()


def counting(count: Callable[..., str], function: Callable[..., Any], into: Counter[str]) -> Any:
    """Return the function with each call that it answers counted under the name given."""

    @wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        into[count(*args)] += 1
        return answer

    return counted


def pytest_configure(config: pytest.Config) -> None:
    """Put counters into the backend that networkx's own plugin is going to load."""
    registered = nx.utils.backends.backends
    if "RECORDER_BACKEND" in os.environ:
        module = os.environ["RECORDER_BACKEND"]
        registered["pairwise"] = EntryPoint("pairwise", module, "networkx.backends")
    backend = registered["pairwise"].load()
    for name in nx.utils.backends.backend_info["pairwise"]["functions"]:
        function = getattr(backend, name)
        setattr(backend, name, counting(lambda *_, own=name: own, function, answered))
    backend.can_run = counting(lambda name, *_: name, backend.can_run, asked)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[pytest.TestReport]:
    """Write the outcome of a test, once it has run or failed, and start counting afresh."""
    report = yield
    if report.when == "call" or report.failed:
        line = {
            "test": item.nodeid.lstrip(":"),
            "outcome": report.outcome,
            "why": str(call.excinfo.value) if call.excinfo else "",
            "asked": dict(asked),
            "answered": dict(answered),
        }
        with Path(os.environ["RECORDER_FILE"]).open("a") as file:
            file.write(json.dumps(line) + "\n")
        asked.clear()
        answered.clear()
    return report
