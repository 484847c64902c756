"""networkx's own tests of matching, run through the backend in a process of their own.

With fallback to networkx on, green alone means nothing: a backend that answers no call passes
too. So every answer is counted, and a copy of the backend that errs must fail.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pairwise.networkx_info import get_info

FUNCTIONS = set(get_info()["functions"])
OWN_TESTS = (
    "networkx.algorithms.tests.test_matching",
    "networkx.algorithms.bipartite.tests.test_matching",
)


class Run(NamedTuple):
    """What came of a run: the exit code of pytest and one record per test."""

    code: int
    records: list[dict[str, Any]]

    def with_outcome(self, outcome: str) -> list[dict[str, Any]]:
        """Return the records of tests that ended so."""
        return [record for record in self.records if record["outcome"] == outcome]

    def total(self, column: str) -> Counter[str]:
        """Add up a counter, over our functions alone."""
        calls = Counter[str]()
        for record in self.records:
            calls.update(record[column])
        return Counter({name: calls[name] for name in FUNCTIONS if calls[name]})


def run_own_tests(folder: Path, *, fallback: bool, **variables: str) -> Run:
    """Run networkx's own tests of matching through a backend, apart from our settings.

    Further variables of the environment are read by the recorder and the broken backend.
    """
    (folder / "pytest.ini").write_text("[pytest]\n")
    record = folder / "record.jsonl"
    search = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    env = os.environ | {
        "NETWORKX_TEST_BACKEND": "pairwise",
        "NETWORKX_FALLBACK_TO_NX": "1" if fallback else "",
        "PYTHONPATH": os.pathsep.join(search),
        "RECORDER_FILE": str(record),
        **variables,
    }
    plugins = ["-p", "no:cacheprovider", "-p", "networkx_recorder"]
    settings = ["-c", str(folder / "pytest.ini"), "--rootdir", str(folder)]
    command = [sys.executable, "-m", "pytest", "-q", *plugins, *settings, "--pyargs", *OWN_TESTS]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert record.exists(), done.stdout + done.stderr
    return Run(done.returncode, [json.loads(line) for line in record.read_text().splitlines()])


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Run:
    """Run without fallback: a call that is not ours ends its test as not implemented."""
    return run_own_tests(tmp_path_factory.mktemp("alone"), fallback=False)


@pytest.fixture(scope="module")
def helped(tmp_path_factory) -> Run:
    """Run with fallback: networkx answers the calls that are not ours."""
    return run_own_tests(tmp_path_factory.mktemp("helped"), fallback=True)


def test_alone_only_calls_that_are_not_ours_stop_a_test(alone) -> None:
    """No test fails, and none stops at a function or an argument that is ours to answer."""
    assert alone.code == 0
    assert alone.with_outcome("failed") == []
    stopped = {record["why"] for record in alone.with_outcome("skipped")}
    others = {why.split("'")[1] for why in stopped}
    assert stopped == {f"'{name}' not implemented by pairwise" for name in others}
    assert not others & FUNCTIONS


def test_alone_the_tests_of_our_functions_pass(alone) -> None:
    """Maximum and minimum weight, full matching: every test of these runs to its end."""
    for tests, least in (("TestMaxWeightMatching", 20), ("TestMinimumWeightFullMatching", 8)):
        outcomes = [record["outcome"] for record in alone.records if tests in record["test"]]
        assert outcomes == ["passed"] * len(outcomes)
        assert len(outcomes) >= least


def test_with_fallback_every_test_passes(helped) -> None:
    """Nothing fails and nothing stops."""
    assert helped.code == 0
    assert len(helped.with_outcome("passed")) == len(helped.records) > 80


@pytest.mark.parametrize("mode", ["alone", "helped"])
def test_the_backend_really_answers(mode: str, request: pytest.FixtureRequest) -> None:
    """Each call that reaches can_run is answered here or raises what the test expects."""
    run: Run = request.getfixturevalue(mode)
    asked, answered = run.total("asked"), run.total("answered")
    assert set(answered) == FUNCTIONS
    errors = {
        "hopcroft_karp_matching": 1,
        "eppstein_matching": 1,
        "minimum_weight_full_matching": 1,
    }
    assert asked - answered == errors


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_broken_backend_fails(name: str, tmp_path) -> None:
    """A copy of the backend in which one function errs does not pass, whatever networkx adds."""
    broken = {"RECORDER_BACKEND": "networkx_broken", "BROKEN_FUNCTION": name}
    run = run_own_tests(tmp_path, fallback=True, **broken)
    failed = run.with_outcome("failed")
    assert run.code == 1
    assert failed
    assert all(name in record["answered"] for record in failed)


def test_an_idle_backend_is_green_but_counted(tmp_path) -> None:
    """With fallback a backend that refuses every call passes; the counter tells."""
    run = run_own_tests(tmp_path, fallback=True, RECORDER_BACKEND="networkx_idle")
    assert run.code == 0
    assert set(run.total("asked")) == FUNCTIONS
    assert run.total("answered") == Counter()
