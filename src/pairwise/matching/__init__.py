"""The researchers' layer: arrays in, arrays out, no people; every answer with its proof."""

from importlib import import_module

_HOMES: dict[str, tuple[str, ...]] = {
    "certificate": ("Certificate",),
    "general": ("GeneralMatching", "max_weight_matching"),
}

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> object:
    """Load a name on first use and keep it."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'pairwise.matching' has no attribute {name!r}")
    value: object = getattr(import_module(f"pairwise.matching.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return list(__all__)
