"""Who should meet whom: provably best pairs from skill and interest vectors.

Every public name is listed here and loaded when it is first used, so that
``import pairwise`` stays light.
"""

from typing import TYPE_CHECKING

from pairwise._lazy import lazy_names

if TYPE_CHECKING:
    from pairwise import matching as matching
    from pairwise.assigning import assign as assign
    from pairwise.data import sample_cohort as sample_cohort
    from pairwise.errors import InfeasibleError as InfeasibleError
    from pairwise.errors import InvalidInput as InvalidInput
    from pairwise.errors import PairwiseError as PairwiseError
    from pairwise.errors import VerificationError as VerificationError
    from pairwise.evaluation import Comparison as Comparison
    from pairwise.evaluation import Figure as Figure
    from pairwise.evaluation import Report as Report
    from pairwise.evaluation import Stability as Stability
    from pairwise.evaluation import compare as compare
    from pairwise.evaluation import evaluate as evaluate
    from pairwise.evaluation import stability as stability
    from pairwise.explanation import CircleExplanation as CircleExplanation
    from pairwise.explanation import Explanation as Explanation
    from pairwise.frontiers import Frontier as Frontier
    from pairwise.frontiers import FrontierPoint as FrontierPoint
    from pairwise.frontiers import frontier as frontier
    from pairwise.grouping import group as group
    from pairwise.history import CheckIn as CheckIn
    from pairwise.history import History as History
    from pairwise.history import MergeReport as MergeReport
    from pairwise.history import Round as Round
    from pairwise.history import Unjoined as Unjoined
    from pairwise.importing import ColumnReport as ColumnReport
    from pairwise.importing import ImportReport as ImportReport
    from pairwise.importing import Levels as Levels
    from pairwise.importing import Ranked as Ranked
    from pairwise.learning import Evidence as Evidence
    from pairwise.learning import LearnedWeights as LearnedWeights
    from pairwise.learning import learn_weights as learn_weights
    from pairwise.pairing import pair as pair
    from pairwise.participants import CategoryFeature as CategoryFeature
    from pairwise.participants import Participants as Participants
    from pairwise.participants import PreferenceFeature as PreferenceFeature
    from pairwise.participants import SlotFeature as SlotFeature
    from pairwise.participants import VectorFeature as VectorFeature
    from pairwise.plan import Change as Change
    from pairwise.plan import Changes as Changes
    from pairwise.plan import Plan as Plan
    from pairwise.plan import Status as Status
    from pairwise.plan import WhatIf as WhatIf
    from pairwise.quotas import Average as Average
    from pairwise.quotas import Balanced as Balanced
    from pairwise.quotas import Common as Common
    from pairwise.quotas import Count as Count
    from pairwise.quotas import Is as Is
    from pairwise.quotas import NotAlone as NotAlone
    from pairwise.quotas import Parity as Parity
    from pairwise.quotas import PerGroup as PerGroup
    from pairwise.quotas import PerMentee as PerMentee
    from pairwise.quotas import PerMentor as PerMentor
    from pairwise.quotas import Quota as Quota
    from pairwise.quotas import Share as Share
    from pairwise.repairing import Feedback as Feedback
    from pairwise.repairing import repair as repair
    from pairwise.rotating import rotate as rotate
    from pairwise.rules import Among as Among
    from pairwise.rules import Between as Between
    from pairwise.rules import BoundRule as BoundRule
    from pairwise.rules import Differ as Differ
    from pairwise.rules import Floor as Floor
    from pairwise.rules import Forbid as Forbid
    from pairwise.rules import NoRepeat as NoRepeat
    from pairwise.rules import Only as Only
    from pairwise.rules import Require as Require
    from pairwise.rules import Rule as Rule
    from pairwise.rules import Same as Same
    from pairwise.rules import Within as Within
    from pairwise.score import Breakdown as Breakdown
    from pairwise.score import Score as Score
    from pairwise.score import TermShare as TermShare
    from pairwise.score import default_score as default_score
    from pairwise.season import Season as Season
    from pairwise.season import SeasonRound as SeasonRound
    from pairwise.selecting import QuotaEffect as QuotaEffect
    from pairwise.selecting import Selection as Selection
    from pairwise.selecting import SelectionReason as SelectionReason
    from pairwise.selecting import select as select
    from pairwise.terms import BoundTerm as BoundTerm
    from pairwise.terms import Closeness as Closeness
    from pairwise.terms import Complementarity as Complementarity
    from pairwise.terms import Custom as Custom
    from pairwise.terms import Diversity as Diversity
    from pairwise.terms import Memory as Memory
    from pairwise.terms import Novelty as Novelty
    from pairwise.terms import Overlap as Overlap
    from pairwise.terms import PastMeetings as PastMeetings
    from pairwise.terms import Precomputed as Precomputed
    from pairwise.terms import Preference as Preference
    from pairwise.terms import Similarity as Similarity
    from pairwise.terms import Term as Term
    from pairwise.worst_off import WorstOff as WorstOff

_HOMES: dict[str, tuple[str, ...]] = {
    "assigning": ("assign",),
    "data": ("sample_cohort",),
    "errors": ("InfeasibleError", "InvalidInput", "PairwiseError", "VerificationError"),
    "evaluation": (
        "Comparison",
        "Figure",
        "Report",
        "Stability",
        "compare",
        "evaluate",
        "stability",
    ),
    "explanation": ("CircleExplanation", "Explanation"),
    "frontiers": ("Frontier", "FrontierPoint", "frontier"),
    "grouping": ("group",),
    "history": ("CheckIn", "History", "MergeReport", "Round", "Unjoined"),
    "importing": ("ColumnReport", "ImportReport", "Levels", "Ranked"),
    "learning": ("Evidence", "LearnedWeights", "learn_weights"),
    "participants": (
        "CategoryFeature",
        "Participants",
        "PreferenceFeature",
        "SlotFeature",
        "VectorFeature",
    ),
    "pairing": ("pair",),
    "repairing": ("Feedback", "repair"),
    "rotating": ("rotate",),
    "season": ("Season", "SeasonRound"),
    "plan": ("Change", "Changes", "Plan", "Status", "WhatIf"),
    "quotas": (
        "Average",
        "Balanced",
        "Common",
        "Count",
        "Is",
        "NotAlone",
        "Parity",
        "PerGroup",
        "PerMentee",
        "PerMentor",
        "Quota",
        "Share",
    ),
    "rules": (
        "Among",
        "Between",
        "BoundRule",
        "Differ",
        "Floor",
        "Forbid",
        "NoRepeat",
        "Only",
        "Require",
        "Rule",
        "Same",
        "Within",
    ),
    "score": ("Breakdown", "Score", "TermShare", "default_score"),
    "selecting": ("QuotaEffect", "Selection", "SelectionReason", "select"),
    "terms": (
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
    ),
    "worst_off": ("WorstOff",),
}
"""Public names by the module that defines them."""

_MODULES = ("matching",)
"""Public modules: the layer of arrays in, arrays out."""

__version__ = "0.1.0"
__all__ = ["__version__", *sorted([*sum(_HOMES.values(), ()), *_MODULES])]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(__name__, _HOMES, _MODULES)
