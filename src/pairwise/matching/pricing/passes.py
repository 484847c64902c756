"""The seam to executors: runs the tasks of a pass and merges what they found."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from pairwise import _kernel
from pairwise.matching.pricing.blas import ONE_BLAS_THREAD
from pairwise.matching.pricing.shipping import Shipment, shipped
from pairwise.matching.pricing.tasks import (
    CORES,
    GROUP,
    People,
    SeparateTasks,
    SharedTasks,
    collect,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pairwise.matching.clock import Clock
    from pairwise.matching.pricing.potentials import Potentials
    from pairwise.matching.pricing.weights import PairWeights

Item = TypeVar("Item")
Result = TypeVar("Result")

_HEARTBEAT = 0.05  # seconds between looks at the clock


class Passes:
    """Makes passes over the pairs of some people, wherever an executor runs them.

    Parameters
    ----------
    weights : PairWeights
    executor : Executor, optional
        None, or one of threads: they share the weights, and the next block goes to whoever is
        free. Any other: tasks between groups of people; the weights are shipped once.
    heard : function of the share done
    """

    def __init__(
        self, weights: PairWeights, executor: Executor | None, heard: Callable[[float], None]
    ) -> None:
        self._weights, self._executor, self._heard = weights, executor, heard
        self._shares_memory = executor is None or isinstance(executor, ThreadPoolExecutor)
        self._shipment: Any = None

    def best(
        self, people: People, potentials: Potentials, slots: int, clock: Clock
    ) -> tuple[_kernel.CandidatePool, bool]:
        """Return the best pairs of everybody among `people`, and whether all were looked at."""
        n = potentials.n
        if self._shares_memory or n <= GROUP:
            shared = SharedTasks(people, potentials, slots)
            with self._threads(len(shared.tasks)) as submit, ONE_BLAS_THREAD:
                return self._merged(submit, Shipment(self._weights), shared, n, slots, clock)
        assert self._executor is not None  # noqa: S101
        if self._shipment is None:
            self._shipment = shipped(self._weights, self._executor)
        tasks = SeparateTasks(people, potentials, slots)
        return self._merged(self._executor.submit, self._shipment, tasks, n, slots, clock)

    @contextmanager
    def _threads(self, count: int) -> Iterator[Callable[..., Future[_kernel.CandidatePool]]]:
        if isinstance(self._executor, ThreadPoolExecutor):
            yield self._executor.submit
            return
        with ThreadPoolExecutor(count, "pairwise") as own:
            yield own.submit

    def _merged(
        self,
        submit: Callable[..., Future[_kernel.CandidatePool]],
        shipment: Any,
        work: SharedTasks | SeparateTasks,
        n: int,
        slots: int,
        clock: Clock,
    ) -> tuple[_kernel.CandidatePool, bool]:
        """Run the tasks, and merge each as it ends; when time is out, those that had begun."""
        pool, complete = _kernel.CandidatePool(n, slots), True
        running = {submit(collect, shipment, task): places for task, places in work.tasks}
        try:
            while running:
                if complete and clock.left() == 0.0:
                    complete = False
                    work.stop()
                    running = {f: places for f, places in running.items() if not f.cancel()}
                for future in wait(running, _HEARTBEAT, FIRST_COMPLETED).done:
                    pool.merge(future.result(), running.pop(future))
                self._heard(work.share(len(running)))
        finally:
            work.stop()
            for future in running:
                future.cancel()
        return pool, complete


def in_threads(function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Yield what a function that scores blocks makes of each item, in order."""
    with ThreadPoolExecutor(CORES, "pairwise") as threads, ONE_BLAS_THREAD:
        yield from threads.map(function, items)
