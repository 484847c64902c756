"""The benchmark harness measures what it says: sound instances, untrusted peers."""

import numpy as np
import pytest

import instances
import peers
import results
import scaling
import scaling_report
import tables


@pytest.mark.parametrize("family", instances.FAMILIES)
def test_weights_are_symmetric_integers_in_range(family: str) -> None:
    """Every family gives symmetric weights in [0, UNIT] with an empty diagonal."""
    weights = instances.FAMILIES[family](60, 3).weights()
    assert weights.shape == (60, 60)
    assert (weights == weights.T).all()
    assert not weights.diagonal().any()
    assert 0 <= weights.min() < weights.max() <= instances.UNIT


@pytest.mark.parametrize("family", instances.FAMILIES)
def test_seed_decides_the_instance(family: str) -> None:
    """The same seed gives the same weights, another seed gives others."""
    first, again, other = (instances.FAMILIES[family](40, seed).weights() for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_duplicates_has_ties() -> None:
    """The family of duplicates has far fewer weights than pairs."""
    weights = instances.duplicates(100, 0).weights()
    assert len(np.unique(weights)) < 100


def test_worth_refuses_a_person_in_two_pairs() -> None:
    """An answer that is no matching is not counted."""
    weights = instances.uniform(4, 0).weights()
    assert peers.worth(weights, [(0, 1), (2, 3)], peers.MATCHING) == weights[0, 1] + weights[2, 3]
    with pytest.raises(ValueError, match="twice"):
        peers.worth(weights, [(0, 1), (1, 2)], peers.MATCHING)
    assert peers.worth(weights, [(0, 1), (1, 0)], peers.ASSIGNMENT) == 2 * weights[0, 1]


@pytest.mark.parametrize("problem", [peers.MATCHING, peers.ASSIGNMENT])
def test_installed_peers_agree(problem: str) -> None:
    """All solvers that are here reach the same worth."""
    weights = instances.skills(30, 5).weights()
    values = {peer.name: peers.run(peer, weights).value for peer in peers.peers_for(problem)}
    assert len(set(values.values())) == 1, values


def test_table_is_written_between_its_markers(tmp_path) -> None:
    """Only the text between the markers is replaced."""
    page = tmp_path / "page.md"
    page.write_text("head\n<!-- t -->\nold\n<!-- /t -->\ntail\n")
    tables.replace("t", tables.markdown(["n", "time"], [["200", tables.seconds(0.0042)]]), page)
    expected = "| n | time |\n| --- | ---: |\n| 200 | 4.2 ms |"
    assert page.read_text() == f"head\n<!-- t -->\n{expected}\n<!-- /t -->\ntail\n"


def test_measurements_survive_an_interruption(tmp_path) -> None:
    """What was added is on disk at once; a new run knows it, a fresh one does not."""
    results.Results("run", folder=tmp_path).add(("matching", "skills", 200, "lemon"), {"value": 3})
    again = results.Results("run", folder=tmp_path)
    assert again["matching", "skills", 200, "lemon"] == {"value": 3}
    assert results.Results("run", folder=tmp_path, fresh=True).all_keys() == []


def test_report_shows_ratios_and_growth(tmp_path) -> None:
    """Ratios are to our seconds, gaps stay empty, the exponent is the slope in log-log."""
    taken = results.Results("run", folder=tmp_path)
    for n in (500, 1000, 2000):
        taken.add(("matching", "skills", n, "pairwise"), {"seconds": 1e-9 * n**2, "value": 1})
    taken.add(("matching", "skills", 500, "lemon"), {"seconds": 1e-8 * 500**2, "value": 1})
    text = scaling_report.write(taken, "matching", ["pairwise", "lemon"], {}, into_docs=False)
    assert "| skills, n = 500 | 0.25 ms | 2.5 ms (10x) |" in text
    assert "| skills, n = 1,000 | 1 ms |  |" in text
    assert "| skills | 2.00 |  |" in text


def test_peers_that_disagree_stop_the_run(tmp_path) -> None:
    """Two values for one instance end the benchmark with both named."""
    taken = results.Results("run", folder=tmp_path)
    for name, value in (("pairwise", 1), ("lemon", 2)):
        taken.add(("matching", "skills", 200, name), {"seconds": 1.0, "value": value})
    with pytest.raises(SystemExit, match="disagree"):
        scaling.check_agreement(taken, "matching", "skills", 200)
