"""A line of a table: the seconds of this library, and how many times slower each peer is."""

from peers import Outcome
from tables import seconds


def check_agreement(outcomes: dict[str, Outcome], where: str) -> None:
    """Raise unless all peers reached the same worth."""
    values = {name: outcome.value for name, outcome in outcomes.items()}
    if len(set(values.values())) > 1:
        raise SystemExit(f"{where}: the peers disagree: {values}")


def factor(ratio: float) -> str:
    """Return a ratio with two significant digits."""
    return f"{float(f'{ratio:.2g}'):,.10g}x"


def row(outcomes: dict[str, Outcome], names: list[str]) -> list[str]:
    """Return one line: each peer's seconds and how many times slower than ours it is."""
    ours = outcomes[names[0]].seconds
    times = [outcomes[name].seconds if name in outcomes else None for name in names[1:]]
    cells = ["" if t is None else f"{seconds(t)} ({factor(t / ours)})" for t in times]
    return [seconds(ours), *cells]
