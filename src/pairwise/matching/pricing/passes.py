"""One pass over all pairs, in blocks that run side by side."""

from __future__ import annotations

import os
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pairwise import _kernel
from pairwise.matching.pricing.weights import BLOCK, Floats, Ints, PairWeights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TASKS = 8  # a fixed number, so that the answer does not depend on the number of workers
SLOTS = 32  # pairs kept for everybody


def collect(
    weights: PairWeights, potential: Floats, blocks: list[tuple[slice, slice]]
) -> tuple[Floats, Ints]:
    """Keep the best pairs of everybody over some blocks: the unit of work of an executor."""
    pool = _kernel.CandidatePool(weights.n, SLOTS)
    for rows, columns in blocks:
        block = weights.float32_block(rows, columns)
        pool.offer_block(block, rows.start, columns.start, potential)
    return pool.keys(), pool.partners()


@contextmanager
def workers(executor: Executor | None, n: int) -> Iterator[Callable[..., Future[Any]]]:
    """Yield the executor's submit; without an executor, that of a thread on each core."""
    if executor is not None:
        yield executor.submit
        return
    workers = 1 if n <= 2 * BLOCK else os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as own:
        yield own.submit


def one_blas_thread() -> Any:
    """Limit matrix products to one thread each while blocks run side by side."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, user_api="blas")
