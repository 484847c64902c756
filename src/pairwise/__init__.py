"""Who should meet whom: provably best pairs from skill and interest vectors.

Every public name is listed here and loaded when it is first used, so that
``import pairwise`` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pairwise.data import sample_cohort as sample_cohort
    from pairwise.errors import InfeasibleError as InfeasibleError
    from pairwise.errors import InvalidInput as InvalidInput
    from pairwise.errors import PairwiseError as PairwiseError
    from pairwise.errors import VerificationError as VerificationError
    from pairwise.importing import ColumnReport as ColumnReport
    from pairwise.importing import ImportReport as ImportReport
    from pairwise.importing import Levels as Levels
    from pairwise.importing import Ranked as Ranked
    from pairwise.participants import CategoryFeature as CategoryFeature
    from pairwise.participants import Participants as Participants
    from pairwise.participants import PreferenceFeature as PreferenceFeature
    from pairwise.participants import SlotFeature as SlotFeature
    from pairwise.participants import VectorFeature as VectorFeature
    from pairwise.rules import BoundRule as BoundRule
    from pairwise.rules import Differ as Differ
    from pairwise.rules import Floor as Floor
    from pairwise.rules import Forbid as Forbid
    from pairwise.rules import Only as Only
    from pairwise.rules import Require as Require
    from pairwise.rules import Rule as Rule
    from pairwise.rules import Same as Same
    from pairwise.rules import Within as Within
    from pairwise.score import Breakdown as Breakdown
    from pairwise.score import Score as Score
    from pairwise.score import TermShare as TermShare
    from pairwise.score import default_score as default_score
    from pairwise.terms import BoundTerm as BoundTerm
    from pairwise.terms import Closeness as Closeness
    from pairwise.terms import Complementarity as Complementarity
    from pairwise.terms import Custom as Custom
    from pairwise.terms import Diversity as Diversity
    from pairwise.terms import Overlap as Overlap
    from pairwise.terms import Precomputed as Precomputed
    from pairwise.terms import Preference as Preference
    from pairwise.terms import Similarity as Similarity
    from pairwise.terms import Term as Term

_HOMES: dict[str, tuple[str, ...]] = {
    "data": ("sample_cohort",),
    "errors": ("InfeasibleError", "InvalidInput", "PairwiseError", "VerificationError"),
    "importing": ("ColumnReport", "ImportReport", "Levels", "Ranked"),
    "participants": (
        "CategoryFeature",
        "Participants",
        "PreferenceFeature",
        "SlotFeature",
        "VectorFeature",
    ),
    "rules": (
        "BoundRule",
        "Differ",
        "Floor",
        "Forbid",
        "Only",
        "Require",
        "Rule",
        "Same",
        "Within",
    ),
    "score": ("Breakdown", "Score", "TermShare", "default_score"),
    "terms": (
        "BoundTerm",
        "Closeness",
        "Complementarity",
        "Custom",
        "Diversity",
        "Overlap",
        "Precomputed",
        "Preference",
        "Similarity",
        "Term",
    ),
}
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
