"""Reproduce every figure of benchmarks/README.md: all scripts, one after the other.

``--quick`` runs the small version of each and writes nothing; otherwise tables and plots are
updated. A script that fails is named at the end, and the others run nevertheless. Most figures are
CPU seconds of one thread; pairing of many people uses all cores.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
APART = {"run_all", "instances", "peers", "results", "scaling_report", "side_by_side", "tables"}
ALL_CORES = {"many_people.py"}
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def scripts() -> list[Path]:
    """Return the scripts that measure something."""
    return sorted(path for path in HERE.glob("*.py") if path.stem not in APART)


def main() -> None:
    """Run every script; exit with 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small version of each")
    arguments = parser.parse_args()
    failed = []
    for script in scripts():
        print(f"\n== {script.name}", flush=True)
        environment = os.environ if script.name in ALL_CORES else {**os.environ, **ONE_THREAD}
        started = time.monotonic()
        command = [sys.executable, str(script), "--quick" if arguments.quick else "--write"]
        if subprocess.run(command, env=environment, check=False).returncode:
            failed.append(script.name)
        print(f"== {script.name}: {time.monotonic() - started:.0f} s", flush=True)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
