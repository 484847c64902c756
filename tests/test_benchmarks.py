"""The benchmark harness measures what it says: sound instances, untrusted peers."""

import numpy as np
import pytest

import instances
import peers
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
