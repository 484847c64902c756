"""Pricing by blocks: the same answer wherever blocks are scored, and little that travels."""

import multiprocessing
import pickle
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pairwise as pw
from pairwise import _kernel, pairing
from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.pricing import PricingPairSolver, passes, shipping, tasks
from pairwise.matching.pricing.tasks import SeparateTasks, SharedTasks, collect

N, D = 300, 200
SCORE = 2 * pw.Similarity("values") + pw.Similarity("interests", "jaccard") + pw.Overlap()


class _Matrix:
    """Weights of a score matrix, whole steps of 2**-10, as pricing asks for them."""

    step, rounding, largest, error32 = 2.0**-11, 0.0, 1.0, 0.0

    def __init__(self, steps):
        self.steps = steps
        self.n = len(steps)

    def float32_block(self, rows, cols):
        return np.ascontiguousarray(self.steps[rows][:, cols] / 1024, dtype=np.float32)

    def weights(self, rows, cols):
        return 2 * self.steps[rows][:, cols]

    def weights_pairs(self, i, j):
        return np.where(i == j, NOT_ALLOWED, 2 * self.steps[i, j])


class _OneThreadOnly(_Matrix):
    """Refuses to score while a BLAS library may use more than one thread."""

    def float32_block(self, rows, cols):
        from threadpoolctl import threadpool_info

        threads = {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}
        if threads != {1}:
            raise RuntimeError(f"BLAS may use {threads} threads")
        return super().float32_block(rows, cols)


def symmetric(n, levels, seed=0):
    steps = np.triu(np.random.default_rng(seed).integers(0, levels, (n, n)), 1)
    return steps + steps.T


@pytest.fixture(scope="module")
def processes():
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as executor:
        yield executor


@pytest.fixture(scope="module")
def dask():
    from distributed import Client, LocalCluster

    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**settings) as cluster, Client(cluster) as client:
        yield client.get_executor()


@pytest.fixture
def small_blocks(monkeypatch):
    """Several blocks and groups of a few hundred people."""
    monkeypatch.setattr(pairing, "_DENSE", 0)
    for module in (tasks, passes):
        monkeypatch.setattr(module, "GROUP", 128)
    monkeypatch.setattr(tasks, "BLOCK", 64)


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(3)
    return pw.Participants(
        [f"p{k}" for k in range(N)],
        interests=rng.integers(0, 2, (N, D)),
        values=rng.normal(size=(N, D)),
        slots=rng.integers(0, 2, (N, 20)),
        categories={"team": rng.integers(0, 5, N)},
        numbers={"age": rng.integers(20, 60, N)},
    )


RULES = [pw.Differ("team"), pw.Within("age", 20), pw.Forbid([("p0", "p1")])]


@pytest.fixture(scope="module")
def expected(people):
    """Return the plan from a matrix in memory."""
    return pw.pair(people, SCORE, rules=RULES)


class _Recording(Executor):
    """Passes tasks on and keeps how many bytes each would take."""

    def __init__(self, inner):
        self.inner, self.sizes = inner, []

    def submit(self, function, /, *args, **kwargs):
        self.sizes.append(len(pickle.dumps((function, args, kwargs))))
        return self.inner.submit(function, *args, **kwargs)


class _InOrder(Executor):
    """Runs each task at once, in the caller's thread."""

    def submit(self, function, /, *args, **kwargs):
        future = Future()
        future.set_result(function(*args, **kwargs))
        return future


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("kind", ["own threads", "one thread", "five threads", "in order"])
def test_the_plan_is_the_same_whoever_scores(people, expected, kind):
    """However many threads there are, and with an executor of one's own: the same JSON."""
    executors = {
        "own threads": None,
        "one thread": ThreadPoolExecutor(1),
        "five threads": ThreadPoolExecutor(5),
        "in order": _InOrder(),
    }
    plan = pw.pair(people, SCORE, rules=RULES, executor=executors[kind])
    first = pw.pair(people, SCORE, rules=RULES)
    assert plan.to_json() == first.to_json()
    assert plan.value_q == expected.value_q == plan.bound_q
    plan.verify()


@pytest.mark.usefixtures("small_blocks")
def test_processes_get_the_features_once(people, processes):
    """Two worker processes: the plan of threads, and tasks far smaller than the features."""
    recording = _Recording(processes)
    plan = pw.pair(people, SCORE, rules=RULES, executor=recording)
    assert plan.to_json() == pw.pair(people, SCORE, rules=RULES).to_json()
    assert len(recording.sizes) >= 6
    assert max(recording.sizes) < 8_000 < people.vector("values").values.nbytes / 50
    loads = [processes.submit(loaded).result() for _ in range(4)]
    assert max(loads) <= 2


def loaded():
    """How many shipments this process has read (one a solver)."""
    return shipping._read.cache_info().misses


@pytest.mark.usefixtures("small_blocks")
def test_dask_workers_give_the_same_plan(people, dask):
    """Two dask workers of their own processes: the plan of threads, the weights scattered."""
    recording = _Recording(dask)
    recording._client = dask._client
    plan = pw.pair(people, SCORE, rules=RULES, executor=recording)
    assert plan.to_json() == pw.pair(people, SCORE, rules=RULES).to_json()
    assert max(recording.sizes) < 8_000
    plan.verify()


@pytest.mark.usefixtures("small_blocks")
def test_blas_has_one_thread_in_workers(processes):
    """Blocks run side by side, so that each product keeps to one thread, here and elsewhere."""
    weights = _OneThreadOnly(symmetric(N, 1024))
    answers = [PricingPairSolver(weights, executor=where).solve() for where in (None, processes)]
    assert answers[0].optimal
    assert np.array_equal(answers[0].mate, answers[1].mate)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("what", ["term", "rule"])
def test_what_cannot_travel_is_named(people, processes, what):
    """A lambda cannot be sent to another process; threads need not send it."""
    score = pw.Custom(lambda _, rows, cols: np.full((len(rows), len(cols)), 0.5), name="flat")
    rules = [pw.Only(lambda rows, cols: np.full((len(rows), len(cols)), True), name="all")]
    case = {"score": score} if what == "term" else {"score": SCORE, "rules": rules}
    with pytest.raises(pw.InvalidInput, match=r"other processes.*top level of a module"):
        pw.pair(people, **case, executor=processes)
    assert pw.pair(people, **case).gap == 0.0


@pytest.mark.parametrize("rule", [*RULES, pw.Require([("p4", "p5")]), pw.Floor(0.1)])
def test_problems_pickle(people, rule):
    """Terms, scores, rules and problems survive pickling with every answer they give."""
    from pairwise.problem import PairProblem

    problem = PairProblem.of(people, SCORE, [rule])
    again = pickle.loads(pickle.dumps(problem))
    rows = slice(0, N)
    assert np.array_equal(again.weights(rows, rows), problem.weights(rows, rows))
    assert repr(pickle.loads(pickle.dumps((SCORE, rule)))) == repr((SCORE, rule))


@given(st.integers(2, 40), st.sampled_from([1, 2, 5, 1000]), st.integers(0, 99))
def test_the_kept_pairs_are_the_best_however_cut(n, levels, seed):
    """Cut for threads or processes, merged in any order: the best keys, first partners first."""
    steps = symmetric(n, levels, seed)
    rng = np.random.default_rng(seed)
    potential = (rng.integers(0, 3, n) / 8).astype(np.float32)
    weights, slots = _Matrix(steps), 4
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "GROUP", 8)
        patch.setattr(tasks, "BLOCK", 4)
        cuts = [kind(slice(0, n), potential, slots) for kind in (SharedTasks, SeparateTasks)]
    key = (steps / 1024).astype(np.float32) - potential[:, None] - potential[None, :]
    np.fill_diagonal(key, -np.inf)
    order = np.argsort(-key, axis=1, kind="stable")[:, :slots]
    order = np.pad(order, ((0, 0), (0, max(0, slots - n))), constant_values=0)
    best = np.take_along_axis(key, order, axis=1)
    for cut in cuts:
        pool = _kernel.CandidatePool(n, slots)
        for k in rng.permutation(len(cut.tasks)).tolist():
            task, places = cut.tasks[k]
            pool.merge(pickle.loads(pickle.dumps(collect(weights, task))), places)
        real = pool.partners() >= 0
        assert np.array_equal(real.sum(axis=1), np.full(n, min(slots, n - 1)))
        assert np.array_equal(pool.partners()[real], order[real])
        assert np.array_equal(pool.keys()[real], best[real])
