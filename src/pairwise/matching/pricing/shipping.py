"""Weights that cross to other processes once, however many blocks are scored there."""

from __future__ import annotations

import os
import pickle
import tempfile
import weakref
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pairwise.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from pairwise.matching.pricing.weights import PairWeights


class Shipment:
    """Weights that tasks hold; pickling it hands over the name of a file instead.

    Threads share the weights themselves. A process that receives the name reads the file once and
    keeps what it held, so that a task is a few bytes. The file goes when the shipment goes.
    """

    def __init__(self, weights: PairWeights) -> None:
        self.weights = weights
        self._file: str | None = None

    def __reduce__(self) -> tuple[Callable[[str], Shipment], tuple[str]]:
        if self._file is None:
            self._file = _written(self.weights)
            weakref.finalize(self, Path(self._file).unlink, missing_ok=True)
        return _read, (self._file,)


def shipped(weights: PairWeights, executor: Executor | None) -> Any:
    """Return what to hand to tasks of this executor in place of the weights.

    The workers of dask may be on other machines, where a file would not be seen: it scatters.
    """
    client = getattr(executor, "_client", None)
    if client is not None:
        return client.scatter(weights, broadcast=True, hash=False)
    return Shipment(weights)


def unpacked(shipment: Any) -> PairWeights:
    """Return the weights that `shipped` wrapped; where it scattered, they arrive as they are."""
    weights: PairWeights = shipment.weights if isinstance(shipment, Shipment) else shipment
    return weights


def _written(weights: PairWeights) -> str:
    try:
        data = pickle.dumps(weights, protocol=pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise InvalidInput(
            f"executor: its workers are other processes, and the score or a rule cannot be sent "
            f"there ({error}); define the function of Custom or Only at the top level of a "
            "module, or leave executor out: threads need no sending"
        ) from error
    handle, name = tempfile.mkstemp(prefix="pairwise-", suffix=".weights")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    return name


@lru_cache(maxsize=2)
def _read(name: str) -> Shipment:
    with Path(name).open("rb") as file:
        shipment: Shipment = Shipment(pickle.load(file))  # noqa: S301
    return shipment
