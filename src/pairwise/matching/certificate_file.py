"""Certificates as files: arrays of integers in an ``.npz``, without pickle, with a digest."""

from __future__ import annotations

import hashlib
import os
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.errors import InvalidInput, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

FORMAT = "pairwise.Certificate/1"

_TYPES: dict[str, tuple[type[np.generic], int]] = {
    "duals": (np.int64, 1),
    "parents": (np.int32, 1),
    "set_duals": (np.int64, 1),
    "bonus": (np.int64, 0),
    "bye": (np.int64, 1),
    "step": (np.float64, 0),
    "without": (np.int64, 1),
    "rounding": (np.float64, 0),
}
"""Element type and number of dimensions of each entry."""


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write the entries beside the target, then rename: a reader sees all of it or nothing."""
    bye = [] if content["bye"] is None else [content["bye"]]
    entries = {
        name: np.array({**content, "bye": bye}[name], dtype) for name, (dtype, _) in _TYPES.items()
    }
    entries["format"], entries["digest"] = np.array(FORMAT), np.array(_digest(entries))
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **entries)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read(path: Path) -> dict[str, NDArray[Any]]:
    """Read the entries; refuse what `write` did not write as it stands."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            found = {name: file[name] for name in ("format", "digest", *_TYPES)}
    except (zipfile.BadZipFile, LookupError, EOFError, TypeError, ValueError) as error:
        raise _refused(path, f"cannot be read ({error})") from None
    if found["format"].tolist() != FORMAT:
        raise _refused(path, f"its format is {found['format']!s}, must be {FORMAT}")
    for name, (dtype, dimensions) in _TYPES.items():
        if found[name].dtype != dtype or found[name].ndim != dimensions:
            raise _refused(path, f"{name} has another type")
    if found["digest"].tolist() != _digest(found):
        raise _refused(path, "it was changed after it was saved")
    return found


def _digest(entries: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for name, (dtype, _) in _TYPES.items():
        values = np.ascontiguousarray(entries[name], np.dtype(dtype).newbyteorder("<"))
        digest.update(f"{name} {values.shape} ".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()


def _refused(path: Path, why: str) -> InvalidInput:
    return InvalidInput(f"path={quoted(path.name)}: {why}; give what Certificate.save wrote")
