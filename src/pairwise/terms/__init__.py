"""Terms: reasons why a pair is good, each a function of blocks of people."""

from pairwise.terms.attributes import Closeness, Diversity
from pairwise.terms.base import BoundTerm, Term
from pairwise.terms.complementarity import Complementarity
from pairwise.terms.given import Custom, Precomputed
from pairwise.terms.novelty import Memory, Novelty, PastMeetings
from pairwise.terms.overlap import Overlap
from pairwise.terms.similarity import Similarity
from pairwise.terms.wishes import Preference

__all__ = [
    "BoundTerm",
    "Closeness",
    "Complementarity",
    "Custom",
    "Diversity",
    "Memory",
    "Novelty",
    "Overlap",
    "PastMeetings",
    "Precomputed",
    "Preference",
    "Similarity",
    "Term",
]
