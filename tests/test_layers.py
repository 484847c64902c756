"""The shape of the package: which module may import which, and what an import costs."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

import pairwise

SOURCE = Path(__file__).parents[1] / "src" / "pairwise"
HEAVY = ("scipy", "pandas", "ortools", "networkx", "polars", "matplotlib", "dask")

ROOMS = (
    "_lazy errors limits files _kernel",
    "participants importing",
    "terms",
    "score",
    "rules quotas",
    "problem",
    "matching",
    "circles",
    "plan",
    "history season",
    "explanation evaluation learning plotting",
    "pairing quota_pairing frontiers worst_off assigning quota_assigning fair_assigning grouping"
    " rotating repairing selecting",
    "networkx_backend networkx_info data simulation",
    "__init__ __main__",
)
"""The data's way; a module imports from its own room and from rooms before it."""

RANK = {module: rank for rank, room in enumerate(ROOMS) for module in room.split()}
SOLVER_MAY_IMPORT = {"_lazy", "errors", "limits", "_kernel", "matching"}
METHODS_FORWARD = {
    ("plan", "explanation"),
    ("plan", "evaluation"),
    ("plan", "grouping"),
    ("plan", "assigning"),
    ("plan", "pairing"),
    ("plan", "quota_pairing"),
    ("plan", "plotting"),
    ("season", "rotating"),
    ("participants", "importing"),
    ("terms", "score"),
}
"""A convenience method may load these later rooms inside its body, never at import."""


class Import(NamedTuple):
    """One import of one of our modules by another."""

    by: str
    of: str
    line: int
    at_import: bool


def room_of(path: Path) -> str:
    """Return the module or folder directly under ``pairwise`` that a file belongs to."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def own_targets(node: ast.AST, path: Path) -> list[str]:
    """Return which of our top-level modules an import statement names."""
    if isinstance(node, ast.Import):
        dotted = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        package = ["pairwise", *path.relative_to(SOURCE).parts[:-1]]
        base = package[: len(package) - node.level + 1] if node.level else []
        stem = ".".join([*base, *([node.module] if node.module else [])])
        dotted = [f"{stem}.{alias.name}" for alias in node.names] if stem == "pairwise" else [stem]
    else:
        return []
    return [name.split(".")[1] for name in dotted if name.startswith("pairwise.")]


def runs_later(tree: ast.Module) -> set[ast.AST]:
    """Return the nodes that do not run at import: function bodies and type-checking blocks."""
    deferred = (ast.FunctionDef, ast.AsyncFunctionDef)
    blocks = [
        node
        for node in ast.walk(tree)
        if isinstance(node, deferred)
        or (isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"))
    ]
    return {inner for block in blocks for inner in ast.walk(block)}


def all_imports() -> Iterator[Import]:
    """Yield every import of one of our modules by another."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        later = runs_later(tree)
        for node in ast.walk(tree):
            for target in own_targets(node, path):
                if target != room_of(path):
                    yield Import(
                        room_of(path), target, getattr(node, "lineno", 0), node not in later
                    )


def breaks_arrow(found: Import) -> bool:
    """Say whether an import goes against the data's way."""
    if found.by == "matching":
        return found.of not in SOLVER_MAY_IMPORT
    if RANK[found.of] <= RANK[found.by]:
        return False
    return found.at_import or (found.by, found.of) not in METHODS_FORWARD


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a fresh interpreter."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)


def test_every_module_has_a_room() -> None:
    """A new module says where it stands in the data's way."""
    modules = {room_of(path) for path in SOURCE.rglob("*.py")}
    assert sorted(modules - set(RANK)) == []


def test_modules_import_only_from_rooms_before() -> None:
    """No module imports from a later room, and solvers know arrays alone."""
    broken = [found for found in all_imports() if breaks_arrow(found)]
    assert broken == []


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        (Import("score", "terms", 1, at_import=True), False),
        (Import("terms", "score", 1, at_import=True), True),
        (Import("matching", "participants", 1, at_import=False), True),
        (Import("participants", "importing", 1, at_import=False), False),
        (Import("plan", "explanation", 1, at_import=True), True),
        (Import("terms", "pairing", 1, at_import=False), True),
    ],
)
def test_the_arrow_is_judged_rightly(found: Import, broken: bool) -> None:
    """The judge of the tests above tells right from wrong."""
    assert breaks_arrow(found) is broken


def test_public_names_resolve() -> None:
    """Every name in ``__all__`` can be had from the package and is documented."""
    for package in (pairwise, pairwise.matching):
        for name in package.__all__:
            assert getattr(package, name).__doc__, name


def names_for_type_checkers(package: str, path: Path) -> set[tuple[str, str]]:
    """Return (module, name) of what a package's ``__init__`` imports for type checkers."""
    tree = ast.parse(path.read_text())
    later = runs_later(tree)
    return {
        (str(node.module).removeprefix(package).lstrip("."), alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node in later
        for alias in node.names
    }


@pytest.mark.parametrize("package", [pairwise, pairwise.matching])
def test_type_checkers_see_the_same_names(package: ModuleType) -> None:
    """The imports that type checkers read and the lazy table name the same things."""
    lazy = {(home, name) for home, names in package._HOMES.items() for name in names}
    lazy |= {("", module) for module in getattr(package, "_MODULES", ())}
    assert names_for_type_checkers(package.__name__, Path(str(package.__file__))) == lazy


def test_unknown_public_name_says_so() -> None:
    """A misspelt name is an AttributeError that names it."""
    with pytest.raises(AttributeError, match="pear"):
        getattr(pairwise, "pear")  # noqa: B009


def test_import_is_light() -> None:
    """``import pairwise`` loads none of the heavy libraries."""
    loaded = run_python("-c", "import sys, pairwise; print(*sys.modules)").stdout.split()
    assert [name for name in HEAVY if name in loaded] == []


def test_import_is_fast() -> None:
    """``import pairwise`` takes less than a quarter of a second (best of three)."""
    tries = [run_python("-X", "importtime", "-c", "import pairwise").stderr for _ in range(3)]
    microseconds = [
        int(line.split("|")[1])
        for text in tries
        for line in text.splitlines()
        if line.split("|")[-1].strip() == "pairwise"
    ]
    assert min(microseconds) < 250_000
