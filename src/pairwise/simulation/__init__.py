"""A programme in silico: what plans are worth when the truth is known.

`World` holds people with hidden preferences; a policy sees what a coordinator sees and says who
meets whom; `simulate` plays the rounds. See `Assumptions` for what is taken for granted.
"""

from pairwise.simulation.policies import POLICIES, Policy, Situation, one_off, random_pairs
from pairwise.simulation.runs import Outcome, Summary, interval, simulate, study
from pairwise.simulation.world import Assumptions, World

__all__ = [
    "POLICIES",
    "Assumptions",
    "Outcome",
    "Policy",
    "Situation",
    "Summary",
    "World",
    "interval",
    "one_off",
    "random_pairs",
    "simulate",
    "study",
]
