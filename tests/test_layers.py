"""The shape of the package: which module may import which, and what import costs."""

import subprocess
import sys

import pairwise

HEAVY = ("scipy", "pandas", "ortools", "networkx", "polars", "matplotlib", "dask")


def run_python(code: str) -> str:
    """Run code in a fresh interpreter and return what it prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_public_names_resolve() -> None:
    """Every name in ``__all__`` can be had from the package."""
    for name in pairwise.__all__:
        assert getattr(pairwise, name) is not None


def test_import_is_light() -> None:
    """``import pairwise`` loads none of the heavy libraries."""
    loaded = run_python("import sys, pairwise; print(*sys.modules)").split()
    assert [name for name in HEAVY if name in loaded] == []
