"""The networkx backend answers as networkx does, exactly, and says so when it cannot."""

import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwise import networkx_backend
from pairwise.errors import InfeasibleError, InvalidInput
from pairwise.networkx_backend import can_run, convert_from_nx, convert_to_nx, should_run
from pairwise.networkx_info import get_info

FUNCTIONS = get_info()["functions"]
NAN, INF = float("nan"), float("inf")


@pytest.fixture(autouse=True)
def _no_warning_of_the_cache() -> Iterator[None]:
    """Ignore the warning that a copy may be stale: this backend keeps none."""
    with nx.config(warnings_to_ignore={"cache"}):
        yield


def worth(graph: nx.Graph, pairs: Any, weight: str = "weight") -> tuple[int, Any]:
    """Return the number of pairs and their weight; raise unless they are a matching."""
    assert nx.is_matching(graph, pairs)
    edges = nx.algorithms.matching.matching_dict_to_set(pairs) if isinstance(pairs, dict) else pairs
    return len(edges), sum(graph.edges[edge].get(weight, 1) for edge in edges)


def path(*weights: Any) -> nx.Graph:
    """Return the path 0 - 1 - 2 ... with these weights."""
    graph = nx.path_graph(len(weights) + 1)
    for i, weight in enumerate(weights):
        graph.edges[i, i + 1]["weight"] = weight
    return graph


weights = st.one_of(
    st.integers(-3, 9), st.integers(-400, 1000), st.integers(-80, 800).map(lambda k: k / 8)
)


@st.composite
def graphs(draw: st.DrawFn, most: int = 9) -> nx.Graph:
    """Sparse and dense graphs, with loops, missing weights and ties."""
    graph = nx.empty_graph(draw(st.integers(0, most)))
    if len(graph):
        node = st.integers(0, len(graph) - 1)
        for u, v, weight in draw(st.lists(st.tuples(node, node, weights | st.none()), max_size=40)):
            graph.add_edge(u, v, **({} if weight is None else {"weight": weight}))
    return graph


@st.composite
def bipartite_graphs(draw: st.DrawFn) -> tuple[nx.Graph, list[str]]:
    """Graphs whose top nodes are given, few enough for ties and for no full matching."""
    top = [f"t{i}" for i in range(draw(st.integers(1, 5)))]
    bottom = [f"b{i}" for i in range(draw(st.integers(1, 5)))]
    graph = nx.Graph()
    graph.add_nodes_from(draw(st.permutations([*top, *bottom])))
    pair = st.tuples(st.sampled_from(top), st.sampled_from(bottom), weights)
    graph.add_weighted_edges_from(draw(st.lists(pair, max_size=25)))
    return graph, top


def test_networkx_knows_the_backend() -> None:
    """Installing the package registers the backend; networkx shows what it says of itself."""
    hint = "the entry points are not installed; install the package again"
    assert "pairwise" in nx.utils.backends.backends, hint
    for name in FUNCTIONS:
        function = nx.utils.backends._registered_algorithms[name]
        assert "pairwise" in function.backends
        assert "pairwise : Exact matching" in function.__doc__


def test_the_backend_has_what_it_says() -> None:
    """No name of the module is taken for a networkx function by accident."""
    known = set(nx.utils.backends._registered_algorithms)
    assert known & set(dir(networkx_backend)) == set(FUNCTIONS)


def test_networkx_stays_light() -> None:
    """``import networkx`` reads the description alone: no numpy, no kernel."""
    code = "import sys, networkx; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "pairwise.networkx_info" in loaded
    assert not {"numpy", "pairwise._kernel", "pairwise.networkx_backend"} & set(loaded)


@given(graphs(), st.booleans())
def test_maximum_weight_is_that_of_networkx(graph: nx.Graph, maxcardinality: bool) -> None:
    """Same weight, and same number of pairs where that goes first."""
    ours = nx.max_weight_matching(graph, maxcardinality, backend="pairwise")
    theirs = nx.max_weight_matching(graph, maxcardinality, backend="networkx")
    start = 0 if maxcardinality else 1
    assert worth(graph, ours)[start:] == worth(graph, theirs)[start:]


@given(graphs())
def test_minimum_weight_is_that_of_networkx(graph: nx.Graph) -> None:
    """Same number of pairs and same weight."""
    ours = nx.min_weight_matching(graph, backend="pairwise")
    assert worth(graph, ours) == worth(graph, nx.min_weight_matching(graph, backend="networkx"))


@given(bipartite_graphs())
def test_largest_bipartite_matching_is_that_of_networkx(drawn: tuple[nx.Graph, list[str]]) -> None:
    """Same size; the answer maps both ways, top nodes first."""
    graph, top = drawn
    theirs = nx.bipartite.maximum_matching(graph, top, backend="networkx")
    for function in (nx.bipartite.maximum_matching, nx.bipartite.eppstein_matching):
        ours = function(graph, top, backend="pairwise")
        assert worth(graph, ours)[0] == worth(graph, theirs)[0]
        assert all(ours[ours[node]] == node for node in ours)
        assert set(list(ours)[: len(ours) // 2]) <= set(top)


@given(bipartite_graphs())
def test_full_matching_is_that_of_networkx(drawn: tuple[nx.Graph, list[str]]) -> None:
    """Same weight, or ValueError from both."""
    graph, top = drawn
    try:
        theirs = nx.bipartite.minimum_weight_full_matching(graph, top, backend="networkx")
    except ValueError:
        with pytest.raises(InfeasibleError, match="no full matching"):
            nx.bipartite.minimum_weight_full_matching(graph, top, backend="pairwise")
    else:
        ours = nx.bipartite.minimum_weight_full_matching(graph, top, backend="pairwise")
        assert worth(graph, ours) == worth(graph, theirs)


@given(graphs(), st.booleans())
def test_fractions_are_exact(graph: nx.Graph, maxcardinality: bool) -> None:
    """Thirds, however shifted by an integer beyond 64 bits, give the matching of the numerators."""
    exact = graph.copy()
    for _, _, data in exact.edges(data=True):
        shift = 2**80 if maxcardinality else 0
        data["weight"] = shift + Fraction(data.get("weight", 1)) / 3
    ours = nx.max_weight_matching(exact, maxcardinality, backend="pairwise")
    theirs = nx.max_weight_matching(graph, maxcardinality, backend="networkx")
    start = 0 if maxcardinality else 1
    assert worth(graph, ours)[start:] == worth(graph, theirs)[start:]


@pytest.mark.parametrize("n", [30, 6])
def test_integers_are_exact_beyond_floats(n: int) -> None:
    """One unit among 2**55 decides, on sparse graphs as on dense ones."""
    graph = nx.empty_graph(n)
    big = 2**55
    graph.add_weighted_edges_from([(0, 1, big), (1, 2, 2 * big + 1), (2, 3, big)])
    assert worth(graph, nx.max_weight_matching(graph, backend="pairwise")) == (1, 2 * big + 1)
    graph.add_edge(1, 2, weight=2 * big - 1)
    assert worth(graph, nx.max_weight_matching(graph, backend="pairwise")) == (2, 2 * big)


@pytest.mark.parametrize(
    "exact",
    [
        [10**40, 3 * 10**40, 10**40],
        [Decimal("0.1"), Decimal("0.3"), Decimal("0.1")],
        [Fraction(1, 3), 2.5, Decimal("0.1")],
        [np.uint8(1), np.float16(3), np.int64(1)],
        [True, 2.5, True],
        [1e-320, 3e-320, 1e-320],
        [5e307, 1.5e308, 5e307],
        [2.0**58, 2.0**60, 2.0**58],
    ],
    ids=str,
)
def test_numbers_of_all_kinds(exact: list[Any]) -> None:
    """The middle edge outweighs the outer two, but two pairs are more than one."""
    graph = path(*exact)
    assert nx.max_weight_matching(graph, backend="pairwise") == {(1, 2)}
    both = {(0, 1), (2, 3)}
    assert nx.max_weight_matching(graph, maxcardinality=True, backend="pairwise") == both
    assert nx.min_weight_matching(graph, backend="pairwise") == both


@pytest.mark.parametrize(
    ("unfit", "reason"),
    [
        ([10**40, 1, 1], "does not fit"),
        ([2**63, -1, 0.5], "does not fit"),
        ([10**400, 0.5, 1], "does not fit"),
        ([None, 1, 1], r"edge \(0, 1\) is of type NoneType"),
        ([1, "2", 1], r"edge \(1, 2\) is of type str"),
        ([1, 1, [1]], r"edge \(2, 3\) is of type list"),
        ([1j, 1, 1], "is of type complex"),
        ([np.longdouble(1), 1, 1], "is of type longdouble"),
        ([Fraction(1, 3), NAN, 1], "is nan, among weights that must be exact"),
        ([Decimal("NaN"), 1, 1], "is NaN, among weights that must be exact"),
        ([Fraction(1, 3**1300), 1, 1], "common denominator"),
    ],
    ids=str,
)
def test_weights_that_do_not_fit_are_refused_with_a_reason(unfit: list[Any], reason: str) -> None:
    """can_run says why, and a call that insists on this backend is not answered."""
    graph = path(*unfit)
    answer = can_run("max_weight_matching", (graph,), {})
    assert isinstance(answer, str)
    assert re.search(reason, answer)
    with pytest.raises(RuntimeError, match="is not implemented by 'pairwise'"):
        nx.max_weight_matching(graph, backend="pairwise")
    with pytest.raises(InvalidInput, match=reason):
        networkx_backend.max_weight_matching(graph)


@pytest.mark.parametrize("n", [3, 4, 60])
@pytest.mark.parametrize("maximum", [False, True])
def test_what_can_run_takes_the_kernel_takes(n: int, maximum: bool) -> None:
    """The largest integer that passes is solved; the next one is refused."""
    limit = (2**60 - 1) // (n + 6 if maximum else 2)
    graph = nx.empty_graph(n)
    graph.add_weighted_edges_from([(0, 1, limit - 1), (1, 2, 0), (2, 0, 1)])
    assert can_run("max_weight_matching", (graph, maximum), {}) is True
    assert nx.max_weight_matching(graph, maximum, backend="pairwise") == {(0, 1)}
    graph.edges[0, 1]["weight"] = limit
    assert can_run("max_weight_matching", (graph, maximum), {}) is not True


@pytest.mark.parametrize("strange", [NAN, INF, -INF])
@pytest.mark.parametrize("function", [nx.max_weight_matching, nx.min_weight_matching])
def test_strange_weights_are_an_error_that_names_the_edge(function: Any, strange: float) -> None:
    """Not an empty or a partial matching, even where networkx chooses the backend."""
    graph = path(1.0, *[strange] * 12)
    message = rf"edge \(1, 2\) = {strange}: must be finite"
    with pytest.raises(InvalidInput, match=message):
        function(graph, backend="pairwise")
    with nx.config.backend_priority(algos=["pairwise"]), pytest.raises(ValueError, match=message):
        function(graph)


def test_infinite_weight_forbids_an_edge_of_a_full_matching() -> None:
    """As in networkx: inf is an absent edge, nan and -inf are errors."""
    graph = nx.complete_bipartite_graph(2, 2)
    nx.set_edge_attributes(graph, {(0, 2): INF, (0, 3): 9.5, (1, 2): 9.5, (1, 3): 0}, "weight")
    full = nx.bipartite.minimum_weight_full_matching
    assert full(graph, backend="pairwise") == {0: 3, 1: 2, 2: 1, 3: 0}
    graph.edges[1, 2]["weight"] = INF
    with pytest.raises(InfeasibleError, match=r"0 and 1 \(2\) can be matched with only 3 \(1\)"):
        full(graph, backend="pairwise")
    for strange in (NAN, -INF):
        graph.edges[1, 2]["weight"] = strange
        with pytest.raises(ValueError, match="must be finite"):
            full(graph, backend="pairwise")


def test_a_crowd_without_neighbours_is_named() -> None:
    """A node without edges is reason enough."""
    graph = nx.Graph([("a", "x"), ("a", "y")])
    graph.add_node("b")
    with pytest.raises(InfeasibleError, match=r'"b" \(1\) can be matched with nobody \(0\)'):
        nx.bipartite.minimum_weight_full_matching(graph, ["a", "b"], backend="pairwise")


def test_weight_means_what_it_means_in_networkx() -> None:
    """A missing attribute is 1; any key can be named; None counts pairs; loops do not count."""
    graph = nx.Graph([("a", "b", {"cost": 3}), ("b", "c"), ("c", "d", {"cost": 1.5})])
    graph.add_edge("a", "a", cost=100)
    assert nx.max_weight_matching(graph, weight="cost", backend="pairwise") == {
        ("a", "b"),
        ("c", "d"),
    }
    graph.edges["b", "c"]["cost"] = 5
    assert nx.max_weight_matching(graph, weight="cost", backend="pairwise") == {("b", "c")}
    assert len(nx.max_weight_matching(graph, weight=None, backend="pairwise")) == 2
    assert "must be the key" in str(can_run("max_weight_matching", (graph,), {"weight": len}))


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("kind", [nx.DiGraph, nx.MultiGraph])
def test_other_kinds_of_graph_are_left_to_networkx(name: str, kind: type[nx.Graph]) -> None:
    """Directed and parallel edges have no meaning here."""
    assert "only undirected" in str(can_run(name, (kind([(1, 2)]),), {}))


@pytest.mark.parametrize(
    ("graph", "top", "error"),
    [
        (nx.empty_graph(0), None, nx.NetworkXPointlessConcept),
        (nx.empty_graph(2), None, nx.AmbiguousSolution),
        (nx.disjoint_union(nx.complete_graph(3), nx.path_graph(2)), None, nx.AmbiguousSolution),
        (nx.complete_graph(3), None, nx.NetworkXError),
        (nx.Graph([(1, 2), (2, 2)]), None, nx.NetworkXError),
        (nx.path_graph(4), [0, 7], nx.NetworkXError),
        (nx.path_graph(4), [0, 1], nx.NetworkXError),
    ],
)
def test_sides_that_cannot_be_told_are_errors(graph: nx.Graph, top: Any, error: type) -> None:
    """Without top nodes the errors are those of networkx, wrong top nodes are named."""
    with pytest.raises(error) as ours:
        nx.bipartite.maximum_matching(graph, top, backend="pairwise")
    if top is None:
        with pytest.raises(error) as theirs:
            nx.bipartite.maximum_matching(graph, backend="networkx")
        assert str(ours.value) == str(theirs.value)
    else:
        assert str(ours.value).startswith("top_nodes: ")


def test_sides_of_a_connected_graph_are_found() -> None:
    """A long path and a single node need no top nodes."""
    full = nx.bipartite.minimum_weight_full_matching
    assert len(nx.bipartite.maximum_matching(nx.path_graph(101), backend="pairwise")) == 100
    assert len(full(nx.path_graph(101), backend="pairwise")) == 100
    assert nx.bipartite.maximum_matching(nx.empty_graph(1), backend="pairwise") == {}


def test_later_changes_of_the_graph_are_seen() -> None:
    """The converted graph is kept by networkx; it must not be a copy."""
    graph = path(2, 3, 2)
    with nx.config(cache_converted_graphs=True):
        assert nx.max_weight_matching(graph, backend="pairwise") == {(0, 1), (2, 3)}
        graph[1][2]["weight"] = 5
        assert nx.max_weight_matching(graph, backend="pairwise") == {(1, 2)}


def test_a_converted_graph_goes_to_the_backend() -> None:
    """A view is dispatched without being asked for, and gives its graph back."""
    graph = path(2, 3, 2)
    view = convert_from_nx(graph)
    assert nx.max_weight_matching(view) == {(0, 1), (2, 3)}
    assert convert_to_nx(view) is graph
    assert repr(view) == "GraphView(Graph with 4 nodes and 3 edges)"


def test_networkx_chooses_the_backend_where_it_pays(caplog) -> None:
    """With the backend in its priority list networkx asks can_run and should_run."""
    caplog.set_level(logging.DEBUG, "networkx.utils.backends")
    with nx.config.backend_priority(algos=["pairwise"]):
        assert worth(path(2, 3, 2), nx.max_weight_matching(path(2, 3, 2))) == (2, 4)
        assert "with 3 edges networkx itself is as fast" in caplog.text
        assert "Using backend" not in caplog.text
        assert len(nx.max_weight_matching(path(*range(1, 30)))) == 15
        assert "Using backend 'pairwise' for call to 'max_weight_matching'" in caplog.text
        caplog.clear()
        assert len(nx.max_weight_matching(path(*[10**30, 10**30 + 1] * 20))) == 20
        assert "does not fit" in caplog.text
        assert "Using backend" not in caplog.text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_worth_it_on_large_graphs(name: str) -> None:
    """And none is on a single edge."""
    assert should_run(name, (nx.complete_bipartite_graph(40, 40),), {}) is True
    assert should_run(name, (), {"G": nx.path_graph(2)}) is not True


def test_answers_do_not_depend_on_the_hash_seed() -> None:
    """Ties everywhere, names as nodes, and still one answer in every process."""
    code = (
        "import networkx as nx; run = {'backend': 'pairwise'}\n"
        "graph = nx.relabel_nodes(nx.circular_ladder_graph(20), str)\n"
        "print(sorted(nx.max_weight_matching(graph, **run)))\n"
        "print(nx.bipartite.maximum_matching(graph, **run))\n"
        "top = {node for node, side in nx.bipartite.color(graph).items() if side}\n"
        "print(nx.bipartite.minimum_weight_full_matching(graph, top, **run))\n"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].count("'39'") >= 3
