"""Who should meet whom: provably best pairs from skill and interest vectors.

Every public name is listed here and loaded when it is first used, so that
``import pairwise`` stays light.
"""

from importlib import import_module

_HOMES: dict[str, tuple[str, ...]] = {}
"""Public names by the module that defines them."""

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "0.1.0"
__all__ = ["__version__", *sorted(_HOME_OF)]


def __getattr__(name: str) -> object:
    """Load a public name on first use and keep it."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'pairwise' has no attribute {name!r}")
    value: object = getattr(import_module(f"pairwise.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return list(__all__)
