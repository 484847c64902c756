"""Maximum-weight matching in general graphs, against networkx, brute force and its own checker."""

import dataclasses
import itertools
import re

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwise.errors import InfeasibleError, InvalidInput, VerificationError
from pairwise.matching import max_weight_matching
from pairwise.matching.certificate import NOT_ALLOWED


@st.composite
def integer_matrices(draw, most=14, low=-6, high=9):
    """Symmetric integer weights with forbidden pairs, many ties, any parity, often disconnected."""
    n = draw(st.integers(0, most))
    entry = st.one_of(st.just(None), st.integers(low, high))
    upper = draw(st.lists(entry, min_size=n * (n - 1) // 2, max_size=n * (n - 1) // 2))
    weights = np.full((n, n), NOT_ALLOWED)
    for (i, j), value in zip(itertools.combinations(range(n), 2), upper, strict=True):
        if value is not None:
            weights[i, j] = weights[j, i] = value
    return weights


@st.composite
def seeded_matrices(draw):
    """Larger symmetric matrices from a seed: integers or floats, dense or sparse, ties, zeros."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = draw(st.integers(9, 60))
    kind = draw(st.sampled_from(["floats", "ties", "zeros", "wide", "signed"]))
    draws = {
        "floats": lambda: rng.random((n, n)),
        "ties": lambda: rng.integers(0, 3, (n, n)),
        "zeros": lambda: np.zeros((n, n), dtype=int),
        "wide": lambda: rng.integers(0, 2**40, (n, n)),
        "signed": lambda: rng.normal(size=(n, n)),
    }
    weights = draws[kind]()
    weights = np.triu(weights, 1) + np.triu(weights, 1).T
    keep = np.triu(rng.random((n, n)) < draw(st.sampled_from([0.05, 0.2, 0.6, 1.0])), 1)
    missing = ~(keep | keep.T)
    if weights.dtype.kind == "f":
        weights[missing] = np.nan
    else:
        weights = weights.astype(np.int64)
        weights[missing] = NOT_ALLOWED
    return weights


def graph_of(weights):
    graph = nx.Graph()
    graph.add_nodes_from(range(len(weights)))
    for i, j in itertools.combinations(range(len(weights)), 2):
        allowed = (
            weights[i, j] != NOT_ALLOWED if weights.dtype.kind == "i" else weights[i, j] > -1e300
        )
        if allowed:
            graph.add_edge(i, j, weight=weights[i, j].item())
    return graph


def oracle(weights, cardinality):
    """Weight and number of pairs of an optimum found by networkx."""
    graph = graph_of(weights)
    pairs = nx.max_weight_matching(graph, maxcardinality=cardinality != "any", backend="networkx")
    return sum(graph.edges[pair]["weight"] for pair in pairs), len(pairs)


def edges_of(weights):
    graph = graph_of(weights)
    ends = np.array(list(graph.edges), dtype=np.int64).reshape(-1, 2)
    values = np.array([w for _, _, w in graph.edges.data("weight")], dtype=weights.dtype)
    return ends[:, 0], ends[:, 1], values


@given(integer_matrices(), st.sampled_from(["any", "maximum"]))
def test_small_integers_equal_networkx(weights, cardinality):
    """Weight and cardinality are networkx's, exactly; the proof holds; matrix and edges agree."""
    value, pairs = oracle(weights, cardinality)
    u, v, w = edges_of(weights)
    for answer in (
        max_weight_matching(weights, cardinality=cardinality),
        max_weight_matching(edges=(u, v, w), n=len(weights), cardinality=cardinality),
    ):
        assert answer.weight == value == answer.bound
        assert isinstance(answer.weight, int)
        assert cardinality == "any" or len(answer.pairs) == pairs
        assert answer.optimal
        answer.verify()


@given(seeded_matrices(), st.sampled_from(["any", "maximum"]))
def test_larger_matrices_equal_networkx(weights, cardinality):
    """Above 40 vertices candidates and pricing are at work; the optimum stays networkx's."""
    value, pairs = oracle(weights, cardinality)
    answer = max_weight_matching(weights, cardinality=cardinality)
    assert answer.weight == pytest.approx(value, abs=1e-9)
    assert cardinality == "any" or len(answer.pairs) == pairs
    assert answer.bound >= answer.weight - 1e-12
    assert answer.bound == pytest.approx(answer.weight, abs=2 * answer.rounding + 1e-12)
    answer.verify()


def brute_force(weights):
    """Best (pairs, weight) over all matchings, by recursion."""

    def best(free):
        if not free:
            return (0, 0)
        first, rest = free[0], free[1:]
        options = [best(rest)]
        for other in rest:
            if weights[first, other] != NOT_ALLOWED:
                pairs, weight = best(tuple(v for v in rest if v != other))
                options.append((pairs + 1, weight + int(weights[first, other])))
        return max(options)

    return best(tuple(range(len(weights))))


@given(integer_matrices(most=8))
def test_maximum_equals_brute_force(weights):
    """Cardinality first, then weight: the lexicographic best of all matchings."""
    answer = max_weight_matching(weights, cardinality="maximum")
    assert (len(answer.pairs), answer.weight) == brute_force(weights)


@given(integer_matrices(most=10))
def test_perfect_or_a_witness(weights):
    """A perfect matching comes back, or a set whose removal shows who cannot but stay alone."""
    pairs, weight = brute_force(weights)
    if 2 * pairs == len(weights):
        answer = max_weight_matching(weights, cardinality="perfect")
        assert answer.weight == weight
        assert (answer.mate >= 0).all()
        return
    alone = len(weights) - 2 * pairs
    with pytest.raises(
        InfeasibleError, match=f"{alone} of {len(weights)} vertices stay alone"
    ) as caught:
        max_weight_matching(weights, cardinality="perfect")
    removed = witness(caught.value)
    assert odd_parts_without(graph_of(weights), removed) - len(removed) == alone


def witness(error):
    """Read the vertices between the braces of a message."""
    inside = re.search(r"\{([\d, ]*)\}", str(error))[1]
    return [int(word) for word in inside.split(",") if word.strip()]


def odd_parts_without(graph, removed):
    """Count the connected parts of odd size that are left without some vertices."""
    left = graph.subgraph(set(graph) - set(removed))
    return sum(len(part) % 2 for part in nx.connected_components(left))


def test_the_witness_of_a_double_star():
    """Five triangles that hang on two hubs: without the hubs five odd parts compete for two."""
    hubs, parts = (0, 1), [(k, k + 1, k + 2) for k in range(2, 17, 3)]
    ends = [(hub, part[0]) for hub in hubs for part in parts]
    ends += [pair for part in parts for pair in itertools.combinations(part, 2)]
    u, v = np.transpose(ends)
    with pytest.raises(InfeasibleError, match="3 of 17 vertices stay alone") as caught:
        max_weight_matching(edges=(u, v, np.ones(len(u))), cardinality="perfect")
    assert witness(caught.value) == [0, 1]
    assert "at least 5 odd parts" in str(caught.value)


@pytest.mark.parametrize(
    ("edges", "n", "cardinality", "weight", "matched"),
    [
        ([(0, 1, -5)], 2, "any", 0, []),
        ([(0, 1, -5)], 2, "maximum", -5, [(0, 1)]),
        ([(0, 1, -5), (1, 2, 4), (2, 3, -5)], 4, "any", 4, [(1, 2)]),
        ([(0, 1, -5), (1, 2, 4), (2, 3, -5)], 4, "perfect", -10, [(0, 1), (2, 3)]),
        ([(0, 1, 3), (1, 2, 4), (0, 2, 5)], 3, "maximum", 5, [(0, 2)]),
        ([(0, 1, -3), (1, 2, -4), (0, 2, -5)], 3, "maximum", -3, [(0, 1)]),
        ([(1, 4, 2)], 7, "maximum", 2, [(1, 4)]),
        ([], 5, "maximum", 0, []),
        ([(0, 1, 4), (1, 0, 1), (0, 1, 3)], 2, "any", 4, [(0, 1)]),
        ([(0, 1, -4), (1, 0, -1), (0, 1, -3)], 2, "perfect", -1, [(0, 1)]),
    ],
)
def test_answers_known_by_hand(edges, n, cardinality, weight, matched):
    """Negative weights, an odd number, isolated vertices and parallel edges, one by one."""
    u, v, w = np.array(edges, dtype=np.int64).reshape(-1, 3).T
    answer = max_weight_matching(edges=(u, v, w), n=n, cardinality=cardinality)
    assert answer.weight == weight == answer.bound
    assert answer.pairs.tolist() == [list(pair) for pair in matched]
    assert len(answer.mate) == n
    answer.verify()


@given(integer_matrices(), st.integers(0, 2**32), st.sampled_from(["any", "maximum"]))
def test_lighter_parallel_edges_change_nothing(weights, seed, cardinality):
    """Copies of edges, no heavier, either way round, in any order, leave the optimum as it is."""
    rng = np.random.default_rng(seed)
    u, v, w = edges_of(weights)
    some = rng.integers(0, max(len(u), 1), 2 * len(u))
    ends = np.concatenate([u, v[some]]), np.concatenate([v, u[some]])
    heights = np.concatenate([w, w[some] - rng.integers(0, 3, len(some))])
    order = rng.permutation(len(heights))
    answer = max_weight_matching(
        edges=(ends[0][order], ends[1][order], heights[order]),
        n=len(weights),
        cardinality=cardinality,
    )
    assert answer.weight == oracle(weights, cardinality)[0] == answer.bound
    answer.verify()


def ladder(depth):
    """Edges whose optimum needs `depth` blossoms, each around the one before, in shuffled names.

    Rung k joins its ends a, b to those of rung k - 1 (the first to one vertex), all three edges
    weighing ``2 * (depth - k + 1)``. The rungs make the optimum, and turned around a triangle so
    do matchings that leave out any other one vertex: hence no vertex has a dual above 0, and only
    sets cover the edges. The sets that hold a vertex of the laminar tree form a chain, and edges
    lose weight along the rail: so some set holds rungs 0 ... k and not k + 1, for every k.
    """
    rungs = np.arange(1, depth + 1)
    a, b = 2 * rungs - 1, 2 * rungs
    before_a, before_b = np.append(0, a[:-1]), np.append(0, b[:-1])
    name = np.random.default_rng(depth).permutation(2 * depth + 1)
    u, v = np.concatenate([before_a, before_b, a]), np.concatenate([a, b, b])
    return name[u], name[v], np.tile(2 * (depth - rungs + 1), 3)


def nesting(certificate):
    """Largest number of sets, one within another, that have a dual above 0."""
    first = len(certificate.duals)
    depth = np.zeros(len(certificate.parents) + 1, dtype=int)
    for k in range(len(certificate.parents) - 1, first - 1, -1):
        depth[k] = depth[certificate.parents[k]] + (certificate.set_duals[k - first] > 0)
    return int(depth.max())


def test_blossoms_nest_by_the_thousand():
    """Blossoms nested 3,000 deep are found, handed out and checked, with the known optimum."""
    depth = 3000
    answer = max_weight_matching(edges=ladder(depth))
    assert answer.weight == depth * (depth + 1) == answer.bound
    assert nesting(answer.certificate) == depth
    answer.verify()
    flat = dataclasses.replace(
        answer.certificate, set_duals=np.minimum(answer.certificate.set_duals, 1)
    )
    with pytest.raises(VerificationError):
        dataclasses.replace(answer, certificate=flat).verify()


@pytest.mark.parametrize("cardinality", ["any", "maximum"])
def test_small_ladders_equal_networkx(cardinality):
    """What is said about the ladder's optimum holds where another solver can check it."""
    for depth in (1, 2, 9):
        u, v, w = ladder(depth)
        graph = nx.Graph()
        graph.add_weighted_edges_from(zip(u.tolist(), v.tolist(), w.tolist(), strict=True))
        pairs = nx.max_weight_matching(graph, maxcardinality=False, backend="networkx")
        assert sum(graph.edges[pair]["weight"] for pair in pairs) == depth * (depth + 1)
        answer = max_weight_matching(edges=(u, v, w), cardinality=cardinality)
        assert answer.weight == depth * (depth + 1)
        answer.verify()


@pytest.mark.parametrize("n", [150, 151, 400, 501])
@pytest.mark.parametrize("family", ["euclid", "vectors", "levels", "equal", "duplicates", "hubs"])
def test_structures_are_proven(family, n):
    """Structures that make deep blossoms, hubs and ties end optimal, and the checker agrees."""
    rng = np.random.default_rng(n)
    points = rng.random((n, 2))
    vectors = rng.normal(size=(n, 24))
    levels = rng.integers(0, 3, (n, 6))
    weights = {
        "euclid": lambda: 2 - np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)),
        "vectors": lambda: vectors @ vectors.T,
        "levels": lambda: (levels @ levels.T).astype(float),
        "equal": lambda: np.ones((n, n)),
        "duplicates": lambda: (vectors @ vectors.T)[np.ix_(np.arange(n) // 3, np.arange(n) // 3)],
        "hubs": lambda: np.add.outer(points[:, 0] ** 8, points[:, 0] ** 8),
    }[family]()
    answer = max_weight_matching((weights + weights.T) / 2, cardinality="maximum")
    assert answer.optimal
    assert len(answer.pairs) == n // 2
    answer.verify()


@given(seeded_matrices(), st.randoms(use_true_random=False))
def test_renaming_and_scaling_change_nothing(weights, random):
    """Permuted vertices and weights times a power of two have the same optimum."""
    order = list(range(len(weights)))
    random.shuffle(order)
    base = max_weight_matching(weights, cardinality="maximum")
    renamed = max_weight_matching(weights[np.ix_(order, order)], cardinality="maximum")
    assert renamed.certificate.bound(len(base.pairs)) == base.certificate.bound(len(base.pairs))
    if weights.dtype.kind == "f":
        scaled = max_weight_matching(weights * 2.0**-7, cardinality="maximum")
        assert scaled.weight == base.weight * 2.0**-7


def test_integers_beyond_doubles_are_exact():
    """Weights that differ by one near 2^53 are told apart."""
    big = 2**53
    weights = np.full((4, 4), big)
    weights[0, 1] = weights[1, 0] = big + 1
    answer = max_weight_matching(weights)
    assert answer.weight == 2 * big + 1
    assert answer.mate[0] == 1
    answer = max_weight_matching(edges=([0, 1, 2], [1, 2, 3], [4 * big, 8 * big + 1, 4 * big]))
    assert answer.weight == 8 * big + 1
    answer.verify()


def test_tiny_weights_have_a_scale():
    """Weights below the smallest normal double are weights, too."""
    answer = max_weight_matching([[0, 1e-310], [1e-310, 0]])
    assert answer.mate.tolist() == [1, 0]
    answer.verify()


def test_explicit_zeros_and_parallel_edges():
    """A zero edge is an edge; of parallel edges the larger weight counts."""
    answer = max_weight_matching(edges=([0, 0, 1], [1, 1, 2], [1, 4, 0]), cardinality="maximum")
    assert answer.weight == 4
    zero = max_weight_matching(edges=([0], [1], [0]), cardinality="maximum")
    assert zero.mate.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: {"mate": np.where(a.mate == a.mate[0], -1, a.mate)}, "not mutual"),
        (lambda a: {"weight": a.weight + 1}, "weight"),
        (lambda a: {"bound": a.bound - 1}, "bound"),
        (
            lambda a: {"certificate": _moved(a.certificate, "duals", -2)},
            "do not cover|must be >= 0",
        ),
        (lambda a: {"certificate": _moved(a.certificate, "set_duals", -2)}, "do not cover|must be"),
        (lambda a: {"certificate": _moved(a.certificate, "duals", 4)}, "bound|gap"),
    ],
)
def test_tampered_answers_are_caught(change, message):
    """Every part of an answer that is changed makes the check fail, naming it."""
    rng = np.random.default_rng(3)
    points = rng.integers(0, 1000, (151, 2))
    weights = 3000 - np.abs(points[:, None] - points[None]).sum(-1)
    answer = max_weight_matching(weights, cardinality="maximum")
    assert len(answer.certificate.set_duals)
    answer.verify()
    with pytest.raises(VerificationError, match=message):
        dataclasses.replace(answer, **change(answer)).verify()


def _moved(certificate, name, by):
    array = getattr(certificate, name).copy()
    array[np.argmax(array)] += by
    if name == "duals" and by < 0:
        array[:] += by
    return dataclasses.replace(certificate, **{name: array})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": [[0, 1], [2, 0]]}, r"weights\[0, 1\] = 1 but weights\[1, 0\] = 2"),
        ({"weights": [[0, 1, 2]]}, "square"),
        ({"weights": [[0, np.inf], [np.inf, 0]]}, "inf"),
        ({"weights": [["a", "b"], ["b", "a"]]}, "numbers"),
        ({"weights": np.array([[0, 2**62], [2**62, 0]])}, "2\\^59"),
        ({}, "exactly one"),
        ({"edges": ([0], [1], [np.nan])}, "finite"),
        ({"edges": ([0], [0], [1.0])}, "itself"),
        ({"edges": ([0], [5], [1.0]), "n": 3}, "n = 3"),
        ({"edges": ([-1], [1], [1.0])}, ">= 0"),
        ({"edges": ([0, 1], [1], [1.0])}, "one length"),
        ({"weights": [[0]], "cardinality": "maximal"}, 'did you mean "maximum"'),
    ],
)
def test_wrong_input_is_named(arguments, message):
    """Bad input is refused at the gate, naming argument, value and rule."""
    with pytest.raises(InvalidInput, match=message):
        max_weight_matching(**arguments)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_tiny(n):
    """Empty and tiny graphs have answers too."""
    answer = max_weight_matching(np.ones((n, n)), cardinality="maximum")
    assert len(answer.pairs) == n // 2
    answer.verify()


def test_time_limit_keeps_the_best_so_far():
    """Stopped at once, the matching is valid and its bound holds; the gap is told."""
    rng = np.random.default_rng(0)
    points = rng.random((3000, 2))
    weights = 2 - np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    answer = max_weight_matching(weights, cardinality="maximum", time_limit=0.0)
    best = max_weight_matching(weights, cardinality="maximum")
    assert not answer.optimal
    assert answer.weight <= best.weight <= answer.bound + 1e-9 or len(answer.pairs) < len(
        best.pairs
    )
    answer.verify()
