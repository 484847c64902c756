"""What ratings, endings and meetings tell about the weights of a score."""

from pairwise.learning.learned import Evidence, LearnedWeights, learn_weights

__all__ = ["Evidence", "LearnedWeights", "learn_weights"]
