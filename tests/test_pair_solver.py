"""A solver for pairs that is renewed as people leave, join and change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwise.matching.certificate import NOT_ALLOWED
from pairwise.matching.pair_solver import DensePairSolver


def table(rng, n):
    """Return even symmetric weights, nobody with themselves."""
    upper = np.triu(2 * rng.integers(0, 500, (n, n)), 1)
    weights = upper + upper.T
    np.fill_diagonal(weights, NOT_ALLOWED)
    return weights


def value(answer, weights):
    """Check an answer against all weights; return number and weight of its pairs."""
    answer.certificate.check(lambda rows, columns: weights[rows, columns])
    i, j = answer.pairs
    worth = int(weights[i, j].sum())
    assert (np.bincount(np.concatenate([i, j]), minlength=len(weights)) <= 1).all()
    assert answer.certificate.bound(len(i)) == worth
    return len(i), worth


@given(st.integers(0, 2**32), st.integers(2, 70), st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=80)
def test_renewed_equals_afresh(seed, n, leavers, joiners):
    """Whoever leaves, joins, changes or clashes: a fresh solver's value, and proven."""
    rng = np.random.default_rng(seed)
    before = table(rng, n)
    solver = DensePairSolver(before, 1 / 1000, roomy=True)
    assert value(solver.solve(), before) == value(DensePairSolver(before, 1 / 1000).solve(), before)
    staying = rng.permutation(n)[min(leavers, n - 1) :]
    place = np.append(staying, np.full(joiners, -1))
    today = table(rng, len(place))
    k = len(staying)
    today[:k, :k] = before[np.ix_(staying, staying)]
    rows = np.union1d(np.flatnonzero(place < 0), rng.integers(0, len(place), 1))
    fresh = table(rng, len(place))
    today[rows], today[:, rows] = fresh[rows], fresh[:, rows]
    i, j = np.sort(rng.integers(0, len(place), (2, 3)), axis=0)
    today[i, j] = today[j, i] = rng.choice([NOT_ALLOWED, 2, 990], 3)
    np.fill_diagonal(today, NOT_ALLOWED)
    new = solver.renewed(place, rows, today[rows], (i, j, today[i, j]))
    if new is None:
        assert joiners > leavers
        return
    assert value(new.solve(), today) == value(DensePairSolver(today, 1 / 1000).solve(), today)
    everybody = np.arange(len(place), dtype=np.intp)
    assert (new.rows(everybody) == today).all()
    assert value(solver.solve(), before)[0] <= n // 2


@pytest.mark.parametrize("n", [30, 31])
def test_what_ifs_after_a_renewal(n):
    """Two people and a pair set aside: as in a fresh solver."""
    rng = np.random.default_rng(n)
    before = table(rng, n)
    solver = DensePairSolver(before, 1 / 1000, roomy=True)
    solver.solve()
    place = np.append(np.arange(1, n), -1)
    today = table(rng, n)
    today[:-1, :-1] = before[1:, 1:]
    rows = np.array([n - 1], dtype=np.intp)
    none = np.zeros(0, dtype=np.intp)
    new = solver.renewed(place, rows, today[rows], (none, none, none))
    new.solve()
    afresh = DensePairSolver(today, 1 / 1000)
    afresh.solve()
    found, expected = (s.solve_without([2, 5], [(0, 1)]) for s in (new, afresh))
    i, j = found.pairs
    k, m = expected.pairs
    assert today[i, j].sum() == today[k, m].sum()
    assert found.certificate.bound(len(i)) == today[i, j].sum()
    asked = ((new, found), (afresh, expected))
    near, other = (solver.near_pairs(answer.certificate, 10**9) for solver, answer in asked)
    assert {*zip(*near[:2], strict=True)} == {*zip(*other[:2], strict=True)}
