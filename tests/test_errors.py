"""Errors carry what a caller needs: a class to catch, names, and the way out."""

import pickle

import pytest

from pairwise import InfeasibleError, InvalidInput, PairwiseError, VerificationError
from pairwise.errors import did_you_mean, listed, quoted


@pytest.mark.parametrize("error", [InvalidInput, VerificationError])
def test_every_error_is_a_pairwise_error_and_a_value_error(error: type[PairwiseError]) -> None:
    """One except clause catches them all, and ValueError does too."""
    with pytest.raises(PairwiseError):
        raise error("no")
    assert issubclass(error, ValueError)


def test_infeasible_names_every_conflict() -> None:
    """The sentences are kept one by one and stand in the message; pickling keeps them."""
    error = InfeasibleError(iter(["ann is alone", "bob is alone"]))
    assert error.conflicts == ("ann is alone", "bob is alone")
    assert "ann is alone; bob is alone" in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert again.conflicts == error.conflicts
    assert str(again) == str(error)


@pytest.mark.parametrize(
    ("asked", "exists", "hint"),
    [
        ("departmnt", ["site", "department"], '; did you mean "department"?'),
        ("Department ", ["site", "department"], '; did you mean "department"?'),
        ("I can hlep with", ["I can help with"], '; did you mean "I can help with"?'),
        (102, [101, 1020], "; did you mean 1020?"),
        ("colour", ["site", "department"], ""),
        ("x", [], ""),
    ],
)
def test_did_you_mean(asked: object, exists: list[object], hint: str) -> None:
    """The closest name is suggested, none when nothing is close."""
    assert did_you_mean(asked, exists) == hint


def test_did_you_mean_stays_quick_among_many() -> None:
    """A hundred thousand ids are not all compared, but one that differs in case is found."""
    ids = [f"person-{k}" for k in range(4_000)]
    assert did_you_mean("PERSON-3999", ids) == '; did you mean "person-3999"?'
    did_you_mean("persn-5", (f"person-{k}" for k in range(100_000)))


def test_lists_name_some_and_count_the_rest() -> None:
    """A message stays short however many rows are wrong."""
    assert listed([]) == ""
    assert listed(["a"]) == '"a"'
    assert listed([1, 2, 3]) == "1, 2 and 3"
    assert listed(range(2, 3_000)) == "2, 3, 4, 5, 6 and 2,993 more"


def test_long_names_are_cut() -> None:
    """A very long cell taken for a name does not flood the message."""
    assert len(quoted("x" * 10_000)) < 70
