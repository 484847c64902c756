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
from pairwise.matching.pair_solver import DensePairSolver
from pairwise.matching.pricing import (
    PricingPairSolver,
    candidates,
    passes,
    pricer,
    shipping,
    solver,
    tasks,
)
from pairwise.matching.pricing.potentials import Family, Potentials
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


def test_arrays_from_a_wire_are_aligned():
    """Buffers that arrive at odd addresses give the kernel aligned potentials and sound pools."""

    def at_odd_addresses(thing):
        buffers = []
        text = pickle.dumps(thing, protocol=5, buffer_callback=buffers.append)
        shifted = [memoryview(b"x" + bytes(buffer))[1:] for buffer in buffers]
        return pickle.loads(text, buffers=shifted)

    flat = Potentials.flat(5)
    pool = _kernel.CandidatePool(5, 2)
    pool.offer_block(np.eye(5, dtype=np.float32)[::-1].copy(), 0, 0, flat.own, flat.of_sets())
    moved = at_odd_addresses(Potentials(np.arange(5, dtype=np.float32), flat.place, flat.meeting))
    assert moved.own.tolist() == [0, 1, 2, 3, 4]
    assert all(part.flags.aligned for part in (moved.own, moved.place, moved.meeting))
    assert np.array_equal(at_odd_addresses(pool).partners(), pool.partners())


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


def rings(keys):
    """Order of partners by key, descending, among equals those who come next after the person."""
    n = len(keys)
    behind = (np.arange(n)[None, :] - np.arange(n)[:, None] - 1) % n
    return np.lexsort((behind, -keys), axis=1)


def families(n, seed):
    """Nested sets of n vertices, random and odd, with duals of whole 1/8; as parents and duals."""
    rng = np.random.default_rng(seed)
    parents, duals, tops = [-1] * n, [], list(range(n))
    while len(tops) >= 3 and rng.random() < 0.8:
        count = int(rng.choice(np.arange(3, min(len(tops), 7) + 1, 2)))
        members = rng.choice(tops, count, replace=False).tolist()
        for member in members:
            parents[member] = len(parents)
        tops = [top for top in tops if top not in members] + [len(parents)]
        parents.append(-1)
        duals.append(int(rng.integers(0, 4)))
    return np.array(parents, dtype=np.int32), np.array(duals, dtype=np.int64)


def shared(parents, duals, i, j):
    """Sum of the duals of the sets that hold both."""
    n, total = len(parents) - len(duals), 0
    above = {i: set(), j: set()}
    for vertex, held in above.items():
        node = parents[vertex]
        while node >= 0:
            held.add(node)
            node = parents[node]
    for node in above[i] & above[j]:
        total += duals[node - n]
    return total


def all_shared(parents, duals):
    """Return `shared` of all pairs, 0 on the diagonal."""
    n = len(parents) - len(duals)
    pairs = [[shared(parents, duals, i, j) if i != j else 0 for j in range(n)] for i in range(n)]
    return np.array(pairs).reshape(n, n)


@given(st.integers(2, 40), st.sampled_from([1, 2, 5, 1000]), st.integers(0, 99))
def test_the_kept_pairs_are_the_best_however_cut(n, levels, seed):
    """Cut for threads or processes, merged in any order: the best keys, next partners first."""
    steps = symmetric(n, levels, seed)
    rng = np.random.default_rng(seed)
    parents, duals = families(n, seed)
    family = Family(np.zeros(n, dtype=np.int64), parents, duals)
    potentials = family.potentials(rng.integers(0, 3, n) / 8, 1 / 8)
    weights, slots = _Matrix(steps), 4
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "GROUP", 8)
        patch.setattr(tasks, "BLOCK", 4)
        cuts = [kind(slice(0, n), potentials, slots) for kind in (SharedTasks, SeparateTasks)]
    own = potentials.own
    key = (steps / 1024).astype(np.float32) - own[:, None] - own[None, :]
    key -= (all_shared(parents, duals) / 8).astype(np.float32)
    np.fill_diagonal(key, -np.inf)
    order = rings(key)[:, :slots]
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


@given(st.integers(3, 25), st.integers(0, 99))
def test_no_pair_loses_more_in_common_than_the_bound(n, seed):
    """Between two families: what a pair had in common less what it has is at most both bounds."""
    before, now = families(n, seed), families(n, seed + 1000)
    lost = _kernel.lost_in_common(*before, *now)
    gone = np.maximum(all_shared(*before) - all_shared(*now), 0)
    assert (gone <= np.minimum(lost[:, None], lost[None, :])).all()
    assert not _kernel.lost_in_common(*before, *before).any()


@given(st.integers(2, 40), st.integers(0, 99))
def test_nothing_uncovered_is_overlooked(n, seed):
    """Pairs whose score is above the floors of both and their sets, by rows and by upper blocks."""
    rng = np.random.default_rng(seed)
    scores = (symmetric(n, 5, seed) / 4).astype(np.float32)
    parents, duals = families(n, seed)
    family = Family(np.zeros(n, dtype=np.int64), parents, duals)
    floors = family.potentials(rng.integers(0, 4, n) / 8, 1 / 8)
    own = floors.own
    over = scores - own[:, None] > own[None, :] + all_shared(parents, duals) / 8
    np.fill_diagonal(over, val=False)
    rows = rng.permutation(n)[: 1 + n // 2].astype(np.int32)
    cut = int(rng.integers(0, n))
    block = np.ascontiguousarray(scores[rows, cut:])
    for upper in (False, True):
        wanted = over[rows] & (np.arange(n) >= cut)
        if upper:
            wanted &= np.arange(n)[None, :] > rows[:, None]
        i, j = _kernel.uncovered(block, rows, cut, own, floors.of_sets(), upper)
        place, column = np.nonzero(wanted)
        assert np.array_equal(i, rows[place])
        assert np.array_equal(j, column)


@given(st.integers(2, 30), st.sampled_from([1, 3, 50]), st.integers(0, 99))
def test_an_earlier_fractional_optimum_changes_no_optimum(n, levels, seed):
    """Edges that come or grow heavier, in two steps: a matching of the same weight as at once."""
    rng = np.random.default_rng(seed)
    u, v = (end.astype(np.int32) for end in np.triu_indices(n, 1))
    w = rng.integers(1, levels + 1, len(u))
    known, before = np.zeros(len(u), dtype=np.bool_), None
    for share in (0.2, 0.5, 1.0):
        known |= rng.random(len(u)) <= share
        weights = w[known] if share > 0.2 else w[known] // 2
        matcher = _kernel.Matcher(n)
        matcher.load(u[known], v[known], weights, None, before)
        before = matcher
    afresh = _kernel.Matcher(n)
    afresh.load(u, v, w)
    found = [matched_weight(one, u, v, w) for one in (matcher, afresh)]
    assert found[0] == found[1]
    assert (matcher.shortfall(u, v, w) <= 0).all()


def matched_weight(matcher, u, v, w):
    """Solve, and return the weight of the matching."""
    assert matcher.solve() == _kernel.Outcome.optimal
    mate = matcher.mates()
    return int(w[mate[u] == v].sum())


@pytest.mark.parametrize("kind", ["few levels", "classes", "sought", "nothing", "random"])
@pytest.mark.parametrize("n", [2, 7, 64, 161])
def test_ties_and_hubs_are_solved_as_on_a_matrix(monkeypatch, kind, n):
    """The value of the dense solver, though few pairs are kept and most tie."""
    rng = np.random.default_rng(n)
    kinds = {
        "few levels": symmetric(n, 3, n),
        "classes": _of_classes(rng, n),
        "sought": _sought(rng, n),
        "nothing": np.zeros((n, n), dtype=np.int64),
        "random": symmetric(n, 1024, n),
    }
    for module in (candidates, solver):
        monkeypatch.setattr(module, "SLOTS", 6)
        monkeypatch.setattr(module, "PARTNERS", 3)
    monkeypatch.setattr(candidates, "_SAMPLE", 32)
    monkeypatch.setattr(tasks, "BLOCK", 32)
    monkeypatch.setattr(pricer, "_SUSPECTS", 2)
    steps = kinds[kind]
    answer = PricingPairSolver(_Matrix(steps)).solve()
    dense = DensePairSolver(2 * steps + np.where(np.eye(n) > 0, NOT_ALLOWED, 0), 2.0**-11).solve()
    assert answer.optimal
    assert worth(answer, steps) == worth(dense, steps)
    answer.certificate.check(lambda rows, columns: 2 * steps[rows, columns])


def _of_classes(rng, n):
    """Return steps of kinds of people, ten of each: whoever is of one kind scores alike."""
    kinds = -(-n // 10)
    kind = rng.integers(0, kinds, n)
    return symmetric(kinds, 900, n)[kind][:, kind] + 100 * (kind[:, None] == kind[None, :])


def _sought(rng, n):
    """Return steps of a few people whom everybody wants, and little between all others."""
    wanted = rng.random(n) < 0.05
    steps = symmetric(n, 100, n)
    steps[wanted] += 500
    steps[:, wanted] += 300
    return np.maximum(steps, steps.T)


def worth(answer, steps):
    """Weight of the pairs of an answer, in steps."""
    i, j = answer.pairs
    return len(i), int(steps[i, j].sum())
