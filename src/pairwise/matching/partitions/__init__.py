"""Best groups of three and more: arrays in, groups with a proven bound out."""

from pairwise.matching.partitions.answer import Partition, PartitionProof
from pairwise.matching.partitions.problem import CountRule
from pairwise.matching.partitions.solve import partition

__all__ = ["CountRule", "Partition", "PartitionProof", "partition"]
