"""The passes over blocks: each equals plain numpy, on parts of blocks and with unknown values."""

import numpy as np
import pytest

from pairwise import _kernel
from references import combined

KINDS = ("harmonic", "min", "mean", "product")
SHAPES = [(1, 1), (3, 40), (7, 129)]


def values(shape: tuple[int, ...], dtype: type, seed: int) -> np.ndarray:
    """Return a part of a larger block: rows apart, some values 0, some unknown."""
    rng = np.random.default_rng(seed)
    block = rng.random((shape[0], shape[1] + 5))
    block[rng.random(block.shape) < 0.2] = 0.0
    block[rng.random(block.shape) < 0.2] = np.nan
    return block.astype(dtype)[:, 2:-3]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
def test_directions_are_combined(kind: str, shape: tuple[int, int], dtype: type) -> None:
    """A pair is worth what the formula says; a known direction stands alone; order is no matter."""
    mine, theirs = values(shape, dtype, 0), values(shape, dtype, 1)
    forth, back = mine.copy(), theirs.copy()
    _kernel.combine(kind, forth, theirs)
    _kernel.combine(kind, back, mine)
    np.testing.assert_array_equal(forth, back)
    expected = [combined(kind, a, b) for a, b in zip(mine.flat, theirs.flat, strict=True)]
    np.testing.assert_allclose(forth.ravel(), expected, rtol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_sums_and_shares_have_the_bits_of_numpy(shape: tuple[int, int], dtype: type) -> None:
    """Weighted sums, shares of a union and cuts equal numpy's, bit by bit, and only in place."""
    part, total = values(shape, dtype, 2), values(shape, dtype, 3)
    weight = dtype(0.3)
    fresh, known = total.copy(), np.zeros(shape, dtype)
    _kernel.add_weighted(fresh, part, weight)
    np.testing.assert_array_equal(fresh, total + weight * part)
    fresh = total.copy()
    _kernel.add_known(fresh, known, part, weight)
    np.testing.assert_array_equal(fresh, np.where(np.isnan(part), total, total + weight * part))
    np.testing.assert_array_equal(known, np.where(np.isnan(part), 0, weight))
    left, right = np.arange(1, shape[0] + 1, dtype=dtype), np.arange(1, shape[1] + 1, dtype=dtype)
    whole = np.pad(part, 1, constant_values=5)
    _kernel.share_of_union(whole[1:-1, 1:-1], left, right)
    np.testing.assert_array_equal(whole[1:-1, 1:-1], part / (left[:, None] + right - part))
    assert (whole[0] == 5).all()
    assert (whole[:, -1] == 5).all()
    fresh = 2 * part
    _kernel.cap(fresh)
    np.testing.assert_array_equal(fresh, np.where(2 * part > 1, 1, 2 * part))


def minima(left: np.ndarray, right: np.ndarray, out: np.ndarray) -> None:
    """Fill with sums of minima, scaled by numbers of rows and columns."""
    row, column = (np.arange(1, len(side) + 1, dtype=out.dtype) for side in (left, right))
    _kernel.sum_of_minima(left, right, row, column, out)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("most", [1, 3, 255])
@pytest.mark.parametrize("columns", [1, 40, 257])
def test_minima_are_summed_and_scaled(columns: int, most: int, dtype: type) -> None:
    """Sums of minima of bytes, up to two bytes large, in a part of a block; nothing beside it."""
    rng = np.random.default_rng(columns)
    left, right = (rng.integers(0, most + 1, (n, columns), dtype=np.uint8) for n in (5, 600))
    left[0], right[0] = most, most
    whole = np.full((5, 604), -1, dtype)
    minima(left, right, whole[:, 2:-2])
    sums = np.minimum(left[:, None], right).astype(np.int64).sum(axis=2).astype(dtype)
    row, column = (np.arange(1, n + 1, dtype=dtype) for n in (5, 600))
    np.testing.assert_array_equal(whole[:, 2:-2], sums * row[:, None] * column)
    assert (whole[:, [0, 1, -2, -1]] == -1).all()


def test_blocks_that_do_not_fit_are_refused() -> None:
    """Another shape, another number of sides or columns with gaps must not be read past the end."""
    block = np.ones((4, 6), np.float32)
    for call in (
        lambda: _kernel.combine("mean", block, np.ones((4, 5), np.float32)),
        lambda: _kernel.combine("median", block, block.copy()),
        lambda: _kernel.cap(block[:, ::2]),
        lambda: _kernel.add_weighted(block, np.ones((3, 6), np.float32), 0.5),
        lambda: minima(np.zeros((4, 2), np.uint8), np.zeros((5, 2), np.uint8), block),
        lambda: minima(np.zeros((4, 2), np.uint8), np.zeros((6, 3), np.uint8), block),
        lambda: _kernel.share_of_union(block, np.ones(3, np.float32), np.ones(6, np.float32)),
    ):
        with pytest.raises(ValueError, match=r"values|kind|left|out"):
            call()
