"""Arithmetic of finite fields as tables, for designs."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.int64]


def prime_power(q: int) -> tuple[int, int] | None:
    """Return (p, e) with p prime and p**e = q, or None."""
    p = next((d for d in range(2, q + 1) if q % d == 0), 0)
    e, rest = 0, q
    while p and rest % p == 0:
        rest, e = rest // p, e + 1
    return (p, e) if rest == 1 and e else None


def field_tables(q: int) -> tuple[Table, Table]:
    """Return the tables of sums and products of the field with q elements; (q, q) each.

    Elements are numbers in base p whose digits are the coefficients of polynomials, multiplied
    modulo an irreducible one. Cost O(q^2 e^2).
    """
    shape = prime_power(q)
    assert shape is not None  # noqa: S101
    p, e = shape
    digits = np.array(list(product(range(p), repeat=e)))[:, ::-1]
    place = p ** np.arange(e)
    plus = (digits[:, None, :] + digits[None, :, :]) % p @ place
    for low in digits.tolist():
        times = _products(digits, low, p) @ place
        if all(len(set(row)) == q for row in times[1:].tolist()):
            return plus, times
    raise AssertionError


def _products(digits: Table, low: list[int], p: int) -> Table:
    """Return all products modulo x^e + `low`, as digits; (q, q, e)."""
    q, e = digits.shape
    shifted, total = digits.copy(), np.zeros((q, q, e), dtype=np.int64)
    for k in range(e):
        total += digits[:, k][:, None, None] * shifted[None, :, :]
        top = shifted[:, -1:]
        shifted = (np.roll(shifted, 1, axis=1) * (np.arange(e) > 0) - top * np.array(low)) % p
    return total % p
