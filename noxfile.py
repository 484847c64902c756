"""The checks of this repository; continuous integration runs the same sessions.

``nox -s lint`` makes an environment of its own; inside an environment that has
the ``dev`` extra, ``nox --no-venv --no-install -s lint types test stubs`` uses it.
"""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nox

STUB = Path("src/pairwise/_kernel.pyi")
KERNEL_TESTS = "kernel or matching or general or bipartite or certificate or pairing"
WHEEL_HOLDS = {
    "pairwise/__init__.py",
    "pairwise/_kernel.pyi",
    "pairwise/data/cohort.csv",
    "pairwise/py.typed",
}

PYTHONS = ("3.11", "3.13")
PLAN = "import pairwise as pw; print(pw.pair(pw.sample_cohort()).to_json())"

nox.options.sessions = ["lint", "types", "test", "stubs"]
nox.options.default_venv_backend = "venv"
nox.options.error_on_external_run = False


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting."""
    session.install("ruff>=0.8")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types strictly."""
    session.install("-e", ".[dev]")
    session.run("mypy")


@nox.session
def test(session: nox.Session) -> None:
    """Run the tests; ``-P 3.13`` picks another Python, further words go to pytest."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "pytest", *session.posargs)


def runs(command: str) -> bool:
    """Say whether a command is here and works; a version manager's shim may not."""
    found = shutil.which(command)
    return found is not None and not subprocess.run([found, "--version"], check=False).returncode


@nox.session
def same(session: nox.Session) -> None:
    """Pair the sample cohort here and on every other supported Python found: equal JSON."""
    session.install(".")
    answers = {"this Python": session.run("python", "-c", PLAN, silent=True)}
    for version in PYTHONS:
        command = f"python{version}"
        if version == "{}.{}".format(*sys.version_info) or not runs(command):
            continue
        home = Path(session.create_tmp()).resolve() / version
        session.run(command, "-m", "venv", str(home), external=True)
        python = str(home / "bin" / "python")
        session.run(python, "-m", "pip", "install", "-q", ".", external=True)
        answers[version] = session.run(python, "-c", PLAN, external=True, silent=True)
    if len(set(answers.values())) > 1:
        session.error(f"the plan of the sample cohort differs among {', '.join(answers)}")
    session.log(f"the same plan on {', '.join(answers)}")


@nox.session
def minimums(session: nox.Session) -> None:
    """Run the tests on the oldest dependencies that pyproject.toml admits."""
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    pins = [re.sub(r">=([^;]+).*", r"==\1.*", line) for line in project["dependencies"]]
    session.install("-e", ".[test]", *pins)
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def stubs(session: nox.Session) -> None:
    """Fail when the committed kernel stub differs from the built kernel; ``-- write`` mends it."""
    session.install("-e", ".[dev]")
    fresh = STUB if "write" in session.posargs else Path(session.create_tmp()) / STUB.name
    stubgen = ("python", "-m", "nanobind.stubgen", "-q", "-m", "pairwise._kernel")
    session.run(*stubgen, "-o", str(fresh.resolve()))
    if fresh.read_text() != STUB.read_text():
        session.run("diff", "-u", str(STUB), str(fresh), external=True, success_codes=[0, 1])
        session.error(f"{STUB} is stale: run 'nox -s stubs -- write' and commit it")


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel; fail if it holds C++ source or lacks what it must hold."""
    folder = session.create_tmp()
    session.run("python", "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ".")
    (built,) = Path(folder).glob("*.whl")
    names = set(zipfile.ZipFile(built).namelist())
    source = sorted(name for name in names if "/cpp/" in name or name.endswith((".cpp", ".h")))
    missing = sorted(WHEEL_HOLDS - names)
    built.unlink()
    if source or missing:
        session.error(f"{built.name}: C++ source in it {source}; missing {missing}")


@nox.session
def sanitize(session: nox.Session) -> None:
    """Run the kernel's tests under AddressSanitizer and UBSan (GCC)."""
    options = ("cmake.define.PAIRWISE_SANITIZE=ON", "install.strip=false")
    flags = [f"-C{option}" for option in (*options, "build-dir=build/sanitize")]
    session.install("-e", ".[test]", *flags)
    libraries = [
        subprocess.check_output(["g++", f"-print-file-name={name}"], text=True).strip()
        for name in ("libasan.so", "libubsan.so", "libstdc++.so")
    ]
    env = {
        "LD_PRELOAD": " ".join(libraries),
        "ASAN_OPTIONS": "detect_leaks=0",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",
    }
    chosen = session.posargs or ["tests", "-k", KERNEL_TESTS]
    session.run("python", "-m", "pytest", "-p", "no:cacheprovider", *chosen, env=env)


@nox.session
def bench(session: nox.Session) -> None:
    """Run all benchmarks and write their tables and plots; ``-- --quick`` for a small version."""
    session.install(".[bench]")
    session.run("python", "benchmarks/run_all.py", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation, notebooks executed, warnings as errors."""
    session.install(".[docs]")
    session.run(
        "sphinx-build", "-q", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html"
    )
