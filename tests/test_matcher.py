"""A matcher under changes: always what a fresh solve of the same graph is, and proven."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwise.errors import InfeasibleError, InvalidInput, VerificationError
from pairwise.matching import Matcher, max_weight_matching
from pairwise.matching.certificate import NOT_ALLOWED

CARDINALITIES = ("any", "maximum", "perfect")


class Model:
    """The same graph without any cleverness: weights by pair, and demands."""

    def __init__(self, weights):
        self.weights = weights.copy()
        self.none = NOT_ALLOWED if weights.dtype.kind == "i" else -np.inf
        self.gone, self.forced, self.forbidden = set(), set(), set()

    @property
    def present(self):
        """Vertices that take part."""
        return [v for v in range(len(self.weights)) if v not in self.gone]

    def busy(self):
        """Vertices in forced pairs."""
        return {v for pair in self.forced for v in pair}

    def set_row(self, v, row):
        """Change a row."""
        self.weights[v] = self.weights[:, v] = row

    def add(self, v, row):
        """Let a vertex join."""
        if v == len(self.weights):
            self.weights = np.pad(self.weights, (0, 1), constant_values=self.none)
            row = np.append(row, row.dtype.type(self.none))
        self.gone.discard(v)
        self.set_row(v, row)

    def remove(self, v):
        """Take a vertex out."""
        self.gone.add(v)
        self.forbidden = {pair for pair in self.forbidden if v not in pair}

    def fresh(self, cardinality, forced=()):
        """Solve from scratch: weight and number of pairs, or None if none is perfect."""
        pairs = [*self.forced, *forced]
        rest = [v for v in self.present if v not in {w for pair in pairs for w in pair}]
        weights = self.weights.copy()
        for u, v in self.forbidden:
            weights[u, v] = weights[v, u] = self.none
        fixed = sum(weights[u, v].item() for u, v in pairs)
        try:
            answer = max_weight_matching(weights[np.ix_(rest, rest)], cardinality=cardinality)
        except InfeasibleError:
            return None
        return answer.weight + fixed, len(answer.pairs) + len(pairs)


class Change:
    """Random changes, made to a matcher and to the model alike."""

    def __init__(self, rng, matcher, model, integral):
        self.rng, self.matcher, self.model, self.integral = rng, matcher, model, integral

    def values(self, size):
        """Draw weights, some not allowed."""
        rng = self.rng
        values = rng.integers(-4, 12, size) if self.integral else rng.normal(0.5, 1, size)
        values[rng.random(size) < 0.3] = self.model.none
        return values

    def pair(self, wanted=lambda u, v: True):
        """Draw a pair of present vertices."""
        pairs = [p for p in itertools.combinations(self.model.present, 2) if wanted(*p)]
        return pairs[self.rng.integers(len(pairs))] if pairs else None

    def make(self):
        """Make one change."""
        kinds = (self.row, self.weights, self.edges, self.add, self.remove)
        kinds += (self.forbid, self.allow, self.force, self.release)
        kinds[self.rng.integers(len(kinds))]()

    def row(self):
        """Change a row."""
        free = [v for v in self.model.present if v not in self.model.busy()]
        if free:
            v = free[self.rng.integers(len(free))]
            row = self.values(len(self.model.weights))
            self.matcher.set_row(v, row)
            self.model.set_row(v, row)

    def weights(self):
        """Change the weight of a pair."""
        pair = self.pair(lambda u, v: (u, v) not in self.model.forced)
        if pair is not None:
            value = self.values(1)
            self.matcher.set_weights([pair[0]], [pair[1]], value)
            self.model.weights[pair] = self.model.weights[pair[::-1]] = value[0]

    def edges(self):
        """Add a pair."""
        pair = self.pair()
        if pair is not None:
            value = self.values(1)
            self.matcher.add_edges(pair[0], pair[1], value)
            best = max(self.model.weights[pair], value[0])
            self.model.weights[pair] = self.model.weights[pair[::-1]] = best

    def add(self):
        """Let a vertex join."""
        row = self.values(len(self.model.weights))
        self.model.add(self.matcher.add_vertex(row), row)

    def remove(self):
        """Take a vertex out."""
        free = [v for v in self.model.present if v not in self.model.busy()]
        if len(free) > 2:
            v = free[self.rng.integers(len(free))]
            self.matcher.remove_vertex(v)
            self.model.remove(v)

    def forbid(self):
        """Forbid a pair."""
        pair = self.pair(lambda u, v: (u, v) not in self.model.forced)
        if pair is not None:
            self.matcher.forbid(*pair)
            self.model.forbidden.add(pair)

    def allow(self):
        """Allow it again."""
        if self.model.forbidden:
            pair = sorted(self.model.forbidden)[0]
            self.matcher.allow(*pair)
            self.model.forbidden.discard(pair)

    def forcible(self):
        """Draw a pair that can be forced."""
        model = self.model
        return self.pair(
            lambda u, v: (
                model.weights[u, v] > model.none
                and (u, v) not in model.forbidden
                and not {u, v} & model.busy()
            )
        )

    def force(self):
        """Force a pair."""
        pair = self.forcible()
        if pair is not None:
            self.matcher.force(*pair)
            self.model.forced.add(pair)

    def release(self):
        """Release it."""
        if self.model.forced:
            pair = sorted(self.model.forced)[0]
            self.matcher.release(*pair)
            self.model.forced.discard(pair)


def symmetric(values):
    upper = np.triu(values, 1)
    return upper + upper.T


def make_matcher(weights, cardinality, sparse):
    if not sparse:
        return Matcher(weights, cardinality=cardinality)
    none = NOT_ALLOWED if weights.dtype.kind == "i" else -np.inf
    u, v = np.nonzero(np.triu(weights > none, 1))
    return Matcher(edges=(u, v, weights[u, v]), n=len(weights), cardinality=cardinality)


def same(answer, expected):
    weight, pairs = expected
    assert answer.optimal
    assert answer.weight == pytest.approx(weight, abs=1e-9)
    assert answer.bound == pytest.approx(answer.weight, abs=2 * answer.rounding + 1e-9)
    answer.verify()
    return len(answer.pairs) == pairs


@given(
    st.integers(0, 2**32),
    st.sampled_from([2, 5, 9, 30, 47]),
    st.sampled_from(CARDINALITIES),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=60)
def test_any_sequence_of_changes_equals_a_fresh_solve(seed, n, cardinality, integral, sparse):
    """After every few changes weight and cardinality are a fresh solve's, and the proof holds."""
    rng = np.random.default_rng(seed)
    weights = symmetric(rng.integers(-4, 12, (n, n)) if integral else rng.normal(0.5, 1, (n, n)))
    missing = symmetric(rng.random((n, n)) < 0.3)
    weights[missing] = NOT_ALLOWED if integral else -np.inf
    matcher, model = make_matcher(weights, cardinality, sparse), Model(weights)
    change = Change(rng, matcher, model, integral)
    for _ in range(8):
        for _ in range(rng.integers(1, 4)):
            change.make()
        expected = model.fresh(cardinality)
        if expected is None:
            with pytest.raises(InfeasibleError, match="stay alone"):
                matcher.solve()
            continue
        exact = same(matcher.solve(), expected)
        assert exact or cardinality == "any"
        pair = change.forcible()
        if pair is None:
            continue
        expected = model.fresh(cardinality, [pair])
        if expected is not None:
            assert same(matcher.what_if(*pair), expected) or cardinality == "any"


@pytest.mark.parametrize("family", ["euclid", "vectors", "equal", "duplicates", "cliques"])
def test_structures_stay_proven(family):
    """Where blossoms are deep or all ties, changed rows, leavers and joiners end optimal too."""
    rng = np.random.default_rng(7)
    n = 240
    points, vectors = rng.random((n + 8, 2)), rng.normal(size=(n + 8, 12))
    copies, odd_cliques = np.arange(n + 8) // 3, np.arange(n + 8) // 15
    full = {
        "euclid": lambda: 2 - np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)),
        "vectors": lambda: vectors @ vectors.T,
        "equal": lambda: np.ones((n + 8, n + 8)),
        "duplicates": lambda: (vectors @ vectors.T)[np.ix_(copies, copies)],
        "cliques": lambda: rng.random((n + 8, n + 8)) + 5 * (odd_cliques[:, None] == odd_cliques),
    }[family]()
    full = np.rint(full * 1000).astype(np.int64)
    full = symmetric(full)
    matcher, model = Matcher(full[:n, :n], cardinality="maximum"), Model(full[:n, :n])
    matcher.solve()
    for step in range(8):
        v = int(rng.integers(n))
        if v in model.gone:
            continue
        row = full[n + step, : len(model.weights)].copy()
        if step % 3 == 0:
            matcher.set_row(v, row)
            model.set_row(v, row)
        elif step % 3 == 1:
            matcher.remove_vertex(v)
            model.remove(v)
        else:
            model.add(matcher.add_vertex(row), row)
        assert same(matcher.solve(), model.fresh("maximum"))


def test_what_if_changes_nothing():
    """The answer before and after a what-if is the same, to the last dual."""
    weights = symmetric(np.random.default_rng(0).integers(0, 50, (80, 80)))
    matcher = Matcher(weights, cardinality="maximum")
    before = matcher.solve()
    forced = matcher.what_if(3, 4)
    assert forced.forced == ((3, 4),)
    after = matcher.solve()
    assert (before.mate == after.mate).all()
    assert (before.certificate.duals == after.certificate.duals).all()
    before.verify()


def test_weights_far_beyond_the_first_ones():
    """Weights that outgrow the solver's room, and fractions among whole floats, stay exact."""
    matcher = Matcher(np.zeros((5, 5)), cardinality="maximum")
    assert matcher.solve().weight == 0
    matcher.set_row(0, [0, 1e9, 5, 5, 5])
    assert matcher.solve().mate[0] == 1
    matcher.set_weights([2, 2], [3, 4], [0.25, 0.5])
    answer = matcher.solve()
    assert answer.weight == 1e9 + 0.5
    answer.verify()


def test_many_joiners_outgrow_the_seats():
    """Vertices join one by one far beyond the room at the start; removed numbers are used again."""
    matcher = Matcher(np.zeros((0, 0), dtype=np.int64), cardinality="maximum")
    for k in range(12):
        assert matcher.add_vertex(np.arange(k)) == k
        answer = matcher.solve()
        assert len(answer.pairs) == (k + 1) // 2
        answer.verify()
    matcher.remove_vertex(4)
    assert matcher.solve().mate[4] == -1
    assert matcher.add_vertex(np.ones(12, dtype=np.int64)) == 4
    matcher.solve().verify()


def test_an_outdated_answer_says_so():
    """An answer is checked against the weights that it is about, or not at all."""
    matcher = Matcher(np.ones((4, 4)))
    answer = matcher.solve()
    matcher.forbid(0, 1)
    with pytest.raises(InvalidInput, match="has changed since"):
        answer.verify()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: {"forced": ((0, 2),)}, "not matched"),
        (lambda a: {"forced": ()}, "leave out others"),
        (lambda a: {"absent": (5,)}, "is matched to"),
        (
            lambda a: {"certificate": dataclasses.replace(a.certificate, without=(0, 1, 2))},
            "leave out others",
        ),
        (lambda a: {"bound": a.bound - 1}, "bound"),
    ],
)
def test_broken_answers_are_caught(change, message):
    """Demands that the answer does not meet, and duals that leave somebody out, are named."""
    weights = symmetric(np.random.default_rng(1).integers(1, 9, (7, 7)))
    matcher = Matcher(weights, cardinality="maximum")
    answer = matcher.what_if(0, 1)
    answer.verify()
    with pytest.raises(VerificationError, match=message):
        dataclasses.replace(answer, **change(answer)).verify()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.set_row(9, [0] * 5), "vertex 9: is not one of 0 ... 4"),
        (lambda m: m.set_row(0, [0] * 4), r"must have shape \(5,\)"),
        (lambda m: m.set_row(0, [0.5] * 5), "holds integers"),
        (lambda m: m.set_weights([0], [0], [1]), "two vertices"),
        (lambda m: m.set_weights([0, 1], [2], [1]), "one length"),
        (lambda m: m.force(0, 4), "has no weight"),
        (lambda m: (m.forbid(0, 1), m.what_if(0, 1)), "is forbidden"),
        (lambda m: (m.force(0, 1), m.force(1, 2)), "forced pair"),
        (lambda m: (m.force(0, 1), m.remove_vertex(1)), "release"),
        (lambda m: (m.force(0, 1), m.forbid(0, 1)), "is forced"),
        (lambda m: (m.force(0, 1), m.set_row(1, np.full(5, NOT_ALLOWED))), "is forced"),
        (lambda m: m.allow(0, 1), "not forbidden"),
        (lambda m: m.release(0, 1), "not forced"),
        (lambda m: (m.remove_vertex(2), m.forbid(1, 2)), "has been removed"),
    ],
)
def test_misuse_is_named(call, message):
    """What makes no sense is refused, naming vertex or pair and the way out."""
    weights = np.ones((5, 5), dtype=np.int64)
    weights[0, 4] = weights[4, 0] = NOT_ALLOWED
    with pytest.raises(InvalidInput, match=message):
        call(Matcher(weights))


def test_many_changes_one_after_another():
    """Through all the renewals of what is known about the matrix, answers stay a fresh solve's."""
    rng = np.random.default_rng(3)
    n = 130
    tight = np.arange(n) // 13
    weights = symmetric(rng.integers(0, 30, (n, n)) + 100 * (tight[:, None] == tight))
    matcher, model = Matcher(weights, cardinality="maximum"), Model(weights)
    for step in range(60):
        v = int(rng.integers(n))
        row = rng.integers(0, 30, n) + 100 * (tight == rng.integers(10))
        matcher.set_row(v, row)
        model.set_row(v, row)
        answer = matcher.solve()
        answer.verify()
        if step % 6 == 0:
            assert same(answer, model.fresh("maximum"))


def test_a_time_limit_is_taken_up_again():
    """Stopped at once the bound holds; the next call finishes."""
    rng = np.random.default_rng(0)
    points = rng.random((2000, 2))
    weights = 2 - np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    matcher = Matcher(weights, cardinality="maximum")
    first = matcher.solve(time_limit=0.0)
    assert not first.optimal
    first.verify()
    done = matcher.solve()
    assert done.optimal
    assert first.bound >= done.weight
    done.verify()
