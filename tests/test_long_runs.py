"""Long runs: Ctrl-C ends them, limits end them with a plan and its proof, progress is told."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import pairwise as pw
from pairwise import limits, pairing

DENSE = """
import numpy as np
from pairwise import _kernel
weights = np.random.default_rng(0).random((1500, 1500))
weights += weights.T
print("ready", flush=True)
while True:
    _kernel.DenseMatcher(weights, 2.0**40, True).solve()
"""
PRICING = """
import numpy as np, pairwise as pw
people = pw.Participants(range(100_000), values=np.random.default_rng(0).random((100_000, 32)))
heard = []
def tell(stage, share):
    if stage == "score" and share > 0 and not heard:
        heard.append(share)
        print("ready", flush=True)
pw.pair(people, pw.Similarity("values"), progress=tell)
"""


@pytest.mark.parametrize("script", [DENSE, PRICING], ids=["dense", "pricing"])
def test_ctrl_c_ends_a_long_solve(script):
    """SIGINT in the kernel or while blocks are scored: KeyboardInterrupt, promptly."""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout.readline() == b"ready\n"
        time.sleep(0.7)
        run.send_signal(signal.SIGINT)
        sent = time.monotonic()
        try:
            _, error = run.communicate(timeout=20)
        finally:
            run.kill()
    assert error.splitlines()[-1] == b"KeyboardInterrupt"
    assert time.monotonic() - sent < 10


@pytest.fixture(scope="module")
def crowd():
    """Return people for whom pricing takes some rounds: groups around centres."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(40, 8))[rng.integers(0, 40, 1200)] + rng.normal(size=(1200, 8)) / 3
    return pw.Participants(
        range(1200), values=values, categories={"team": rng.integers(0, 9, 1200)}
    )


@pytest.fixture(scope="module")
def optimum(crowd):
    return pw.pair(crowd, pw.Similarity("values"), rules=[pw.Differ("team")])


@pytest.mark.parametrize("dense", [0, 2500], ids=["pricing", "matrix"])
@pytest.mark.parametrize("limit", [0.0, 0.01, 0.05, 60.0])
def test_a_time_limit_gives_a_whole_plan_and_its_gap(crowd, optimum, monkeypatch, dense, limit):
    """Whenever time runs out, everybody is in a pair, the bound holds and the plan verifies."""
    monkeypatch.setattr(pairing, "_DENSE", dense)
    rules = [pw.Differ("team")]
    plan = pw.pair(crowd, pw.Similarity("values"), rules=rules, time_limit=limit)
    plan.verify()
    assert len(plan.unmatched) == 0
    assert plan.value_q <= optimum.value_q <= plan.bound_q
    assert 0.0 <= plan.gap < (0.05 if dense else 0.9)
    if limit == 60.0:
        assert plan.status is pw.Status.OPTIMAL
    elif limit == 0.0 and dense == 0:
        assert plan.status is pw.Status.TIME_LIMIT


def test_a_limit_is_kept():
    """A pass over all pairs of many people does not outlive the limit by much."""
    people = pw.Participants(range(20_000), values=np.random.default_rng(0).random((20_000, 8)))
    started = time.process_time()
    plan = pw.pair(people, pw.Similarity("values"), time_limit=0.05)
    assert time.process_time() - started < 5
    assert plan.status is pw.Status.TIME_LIMIT
    assert len(plan.unmatched) == 0


def test_progress_true_shows_a_bar(crowd, monkeypatch, capsys):
    """progress=True draws a tqdm bar with the stage, to the end, and closes it."""
    monkeypatch.setattr(pairing, "_DENSE", 0)
    pw.pair(crowd, pw.Similarity("values"), progress=True)
    shown = capsys.readouterr().err
    assert "score" in shown
    assert "price 100%" in shown
    assert shown.endswith("\n")


def test_a_bar_needs_tqdm(monkeypatch):
    """Without tqdm the message says what to install."""
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(pw.InvalidInput, match=r"progress=True.*tqdm"):
        limits.shown(True)
