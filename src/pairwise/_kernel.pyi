"""Compiled kernel of pairwise: arrays in, arrays out, no people."""

from typing import Annotated, Any, overload

import numpy
from numpy.typing import NDArray


def version() -> str:
    """Return the version of pairwise that this kernel was built from."""

@overload
def match_dense(weights: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], scale: float, maximum: bool, time_limit: float | None = None) -> dict[str, Any]:
    """Maximum-weight matching on a symmetric matrix of floats."""

@overload
def match_dense(weights: Annotated[NDArray[numpy.int64], dict(shape=(None, None), order='C', device='cpu', writable=False)], scale: float, maximum: bool, time_limit: float | None = None) -> dict[str, Any]:
    """Maximum-weight matching on a symmetric matrix of integers."""

def match_sparse(n: int, u: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], v: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], maximum: bool, time_limit: float | None = None) -> dict[str, Any]:
    """Maximum-weight matching on a list of edges."""

def tutte_berge(n: int, u: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], v: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], mate: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.int8], dict(shape=(None,))]:
    """
    Gallai-Edmonds sides: 0 even, 1 barrier, 2 the rest; `mate` must be of maximum cardinality.
    """

def magnitude(weights: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> tuple[float, bool]:
    """
    Largest absolute entry off the diagonal, and whether all entries are whole numbers.
    """

@overload
def find_asymmetry(weights: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> tuple[int, int]: ...

@overload
def find_asymmetry(weights: Annotated[NDArray[numpy.int64], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> tuple[int, int]:
    """First (i, j) where the matrix is not symmetric; (-1, -1) if none."""
