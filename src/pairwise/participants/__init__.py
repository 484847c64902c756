"""Participants: the whole population as frozen columnar arrays, validated once."""

from pairwise.participants.features import (
    CategoryFeature,
    PreferenceFeature,
    SlotFeature,
    VectorFeature,
)
from pairwise.participants.ids import Id
from pairwise.participants.population import Participants

__all__ = [
    "CategoryFeature",
    "Id",
    "Participants",
    "PreferenceFeature",
    "SlotFeature",
    "VectorFeature",
]
