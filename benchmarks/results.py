"""Measurements that survive an interruption: one line of JSON each, written as it is taken."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "build" / "benchmarks"


class Results:
    """Measurements by key, kept in a file; a run that starts again goes on where it stopped.

    Parameters
    ----------
    name
        Of the file.
    fresh
        Whether to forget what earlier runs measured.
    """

    def __init__(self, name: str, *, fresh: bool = False, folder: Path = FOLDER) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{name}.jsonl"
        if fresh:
            self._path.unlink(missing_ok=True)
        lines = self._path.read_text().splitlines() if self._path.is_file() else []
        entries = [json.loads(line) for line in lines]
        self._known: dict[tuple[Any, ...], dict[str, Any]] = {
            tuple(entry["key"]): entry["values"] for entry in entries
        }

    def __contains__(self, key: tuple[Any, ...]) -> bool:
        return key in self._known

    def __getitem__(self, key: tuple[Any, ...]) -> dict[str, Any]:
        return self._known[key]

    def all_keys(self) -> list[tuple[Any, ...]]:
        """Return the keys in the order in which they were measured."""
        return list(self._known)

    def add(self, key: tuple[Any, ...], values: dict[str, Any]) -> None:
        """Keep a measurement, on disk before this returns."""
        self._known[key] = values
        with self._path.open("a") as file:
            file.write(json.dumps({"key": key, "values": values}) + "\n")
