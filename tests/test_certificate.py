"""Certificates as files: exact, checked by others, refused when they were changed."""

import dataclasses
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pairwise as pw
from pairwise import matching
from pairwise.matching import certificate_file


def random_weights(n, seed, integral=True):
    drawn = np.random.default_rng(seed).integers(-50, 1000, (n, n)) / (1 if integral else 977)
    upper = np.triu(drawn, 1)
    weights = upper + upper.T
    return weights.astype(np.int64) if integral else weights


@pytest.mark.parametrize("integral", [True, False])
@pytest.mark.parametrize("n", [2, 7, 60, 61])
@pytest.mark.parametrize("cardinality", ["any", "maximum"])
def test_a_saved_certificate_is_checked_by_others(tmp_path, n, integral, cardinality):
    """Read back it is the same, covers the matrix, and gives the bound of the matching."""
    weights = random_weights(n, n, integral)
    found = matching.max_weight_matching(weights, cardinality=cardinality)
    found.certificate.save(tmp_path / "proof.npz")
    certificate = matching.Certificate.load(tmp_path / "proof.npz")
    for field in dataclasses.fields(certificate):
        ours, theirs = (getattr(c, field.name) for c in (found.certificate, certificate))
        assert np.array_equal(ours, theirs), field.name
    certificate.check_matrix(weights)
    pairs = len(found.pairs)
    exact = sum(map(float, weights[found.pairs[:, 0], found.pairs[:, 1]]))
    assert exact <= certificate.bound_in_score(pairs) + 1e-9
    assert certificate.bound_in_score(pairs) - exact <= 2 * pairs * certificate.rounding + 1e-9


@given(st.integers(0, 2**62), st.integers(0, 2**62))
def test_integers_survive_the_file_exactly(tmp_path_factory, dual, bonus):
    """Numbers up to 62 bits come back as they were."""
    path = tmp_path_factory.mktemp("file") / "proof.npz"
    arrays = (np.array([dual, 3]), np.array([-1, -1], dtype=np.int32), np.zeros(0, dtype=np.int64))
    matching.Certificate(*arrays, bonus=bonus).save(path)
    back = matching.Certificate.load(path)
    assert (int(back.duals[0]), back.bonus) == (dual, bonus)


def test_rounding_is_stated():
    """Floats: half a unit a pair; whole numbers: none; a plan: one unit of twice the score."""
    floats = matching.max_weight_matching(random_weights(20, 1, integral=False)).certificate
    assert floats.rounding == floats.step / 2
    assert matching.max_weight_matching(random_weights(20, 1)).certificate.rounding == 0.0
    people = pw.Participants(range(30), values=np.random.default_rng(0).normal(size=(30, 5)))
    plan = pw.pair(people, pw.Similarity("values"))
    base = plan.certificate.base
    scores = plan.score.pairs(*np.array(plan.index_groups).T)
    assert 0 < abs(scores.sum() - plan.value) <= len(plan.groups) * base.rounding


def test_a_certificate_of_other_weights_is_refused(tmp_path):
    """One weight above what the duals cover, or another number of people, and the check fails."""
    weights = random_weights(30, 5)
    found = matching.max_weight_matching(weights)
    found.certificate.save(tmp_path / "proof.npz")
    certificate = matching.Certificate.load(tmp_path / "proof.npz")
    i, j = found.pairs[0]
    heavier = weights.copy()
    heavier[i, j] += 1
    heavier[j, i] += 1
    with pytest.raises(pw.VerificationError, match="do not cover pair"):
        certificate.check_matrix(heavier)
    with pytest.raises(pw.VerificationError, match="about 30 people"):
        certificate.check_matrix(weights[:-1, :-1])
    floats = matching.max_weight_matching(weights / 7).certificate
    with pytest.raises(pw.VerificationError, match="too large"):
        floats.check_matrix(np.full((30, 30), 1e300))


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "proof.npz"
    matching.max_weight_matching(random_weights(20, 2)).certificate.save(path)
    return path


def rewritten(path, **changes):
    """Write the file again with other entries."""
    with np.load(path) as file:
        entries = {**dict(file), **changes}
    np.savez(path, **{name: value for name, value in entries.items() if value is not None})
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"duals": np.arange(20)}, "changed after it was saved"),
        ({"bonus": np.int64(1)}, "changed after it was saved"),
        ({"rounding": np.float64(9)}, "changed after it was saved"),
        ({"duals": np.zeros(20)}, "duals has another type"),
        ({"step": None}, "cannot be read"),
        ({"format": "pairwise.Plan/1"}, r"must be pairwise\.Certificate/1"),
        ({"duals": np.array([object()])}, "cannot be read"),
    ],
)
def test_changed_files_are_refused(saved, changes, message):
    """A changed, missing, mistyped or pickled entry is refused on reading."""
    with pytest.raises(pw.InvalidInput, match=message):
        matching.Certificate.load(rewritten(saved, **changes))


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 broken"])
def test_other_files_are_refused(tmp_path, content):
    """What is no archive is refused with its name."""
    path = tmp_path / "proof.npz"
    path.write_bytes(content)
    with pytest.raises(pw.InvalidInput, match=r"proof\.npz"):
        matching.Certificate.load(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("duals.npy", b"nothing")
    with pytest.raises(pw.InvalidInput, match="cannot be read"):
        matching.Certificate.load(path)


def test_a_forged_digest_does_not_help(saved):
    """Lowered duals with a fitting digest can be read, but cover no pair that ties."""
    weights = random_weights(20, 2)
    with np.load(saved) as file:
        entries = {**dict(file), "duals": np.maximum(file["duals"] - 1, 0)}
    forged = rewritten(saved, **{**entries, "digest": certificate_file._digest(entries)})
    with pytest.raises(pw.VerificationError, match="do not cover"):
        matching.Certificate.load(forged).check_matrix(weights)


@pytest.fixture(scope="module")
def plan():
    rng = np.random.default_rng(1)
    people = pw.Participants(range(31), values=rng.normal(size=(31, 4)))
    return pw.pair(people, pw.Similarity("values"))


@pytest.mark.parametrize("what", ["duals", "set_duals", "parents", "bonus", "claim_q", "pairs"])
def test_a_plan_file_with_another_proof_is_refused(plan, tmp_path, what):
    """Whoever has people, score and file checks a plan; each number of its proof counts."""
    path = tmp_path / "plan.json"
    plan.save(path)
    pw.Plan.from_json(path.read_text(), plan.people, plan.score).verify()
    data = json.loads(path.read_text())
    proof = data["certificate"]
    held = proof if what in ("claim_q", "pairs") else proof["base"]
    if isinstance(held[what], list):
        held[what][len(held[what]) // 2] -= 1000
    else:
        held[what] //= 2
    with pytest.raises((pw.VerificationError, pw.InvalidInput)):
        pw.Plan.from_json(json.dumps(data), plan.people, plan.score).verify()
