#pragma once

#include <span>
#include <vector>

#include "common.h"

namespace pairwise {

// The weight of two who may not share a group.
inline constexpr std::int32_t kApart = std::numeric_limits<std::int32_t>::min();

// How many of some people a group may hold: excess[c] is by how much c of them break the rule.
struct CountRule {
  std::span<const std::uint8_t> counted;  // (n,)
  std::span<const std::int32_t> excess;   // (largest size + 1,)
};

// What everybody seeks is met by the best offer among the others of the group.
struct CoverageTerm {
  int columns = 0;
  std::span<const std::uint8_t> offers;  // (n, columns) levels
  std::span<const std::uint8_t> needs;   // (n, columns) levels
  std::span<const Weight> unit;          // (n,) worth of one level met

  bool empty() const { return columns == 0; }
};

// Slots as bits; a group needs `common` slots in which all of its people are free.
struct SlotRule {
  int words = 0;
  int common = 0;
  std::span<const std::uint64_t> free;  // (n, words)

  bool empty() const { return common == 0; }
};

// Groups of `least` to `most` people. A group of k is worth factor[k] times the sum of its pair
// weights, and what it covers; the plan adds level[k] times the worth of the group where that is
// least, if level is given.
struct PartitionProblem {
  Vertex n = 0;
  std::span<const std::int32_t> weights;  // (n, n) symmetric; the diagonal is 0
  Vertex least = 2;
  Vertex most = 2;
  std::vector<Weight> factor;   // (most + 1,)
  std::vector<Weight> level;    // (most + 1,) or empty
  std::vector<Vertex> unit;     // (n,) people of one unit stay together
  std::vector<CountRule> counts;
  SlotRule slots;
  CoverageTerm coverage;

  const std::int32_t* row(Vertex i) const {
    return weights.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(n);
  }
};

using Members = std::span<const Vertex>;

// Questions about one group, from scratch.
Weight pair_sum(const PartitionProblem& problem, Members group);
Weight covered(const PartitionProblem& problem, Members group);
int broken_rules(const PartitionProblem& problem, Members group);

struct SearchSettings {
  std::vector<Vertex> group_counts;  // start s makes group_counts[s % size] groups
  Vertex left_out = 0;
  int starts = 1;
  std::int64_t rounds = 0;  // perturbations of each start
  int threads = 1;
  std::uint64_t seed = 0;
  std::vector<Vertex> given;  // (n,) group of everybody (-1: left out) that start 0 begins with, or empty
};

struct PartitionAnswer {
  std::vector<Vertex> label;  // (n,) group of everybody, -1: left out
  Weight value = 0;
  int broken = 0;             // 0: every rule is kept
  bool complete = true;       // false: stopped early
  std::int64_t rounds = 0;    // perturbations made, over all starts
};

// Iterated local search with swaps and shifts; the answer depends on the seed and the budget, not on the
// number of threads, unless it is stopped.
PartitionAnswer search_partition(const PartitionProblem& problem, const SearchSettings& settings,
                                 Interrupt& interrupt);

// The best swap or shift left in a partition; gain 0 and i = -1: none that keeps the rules and gains.
struct PartitionMove {
  Vertex i = -1;
  Vertex j = -1;      // swapped with i; -1: i moves alone
  Vertex group = -1;  // where i goes
  int relief = 0;
  Weight gain = 0;
};

PartitionMove best_move(const PartitionProblem& problem, std::span<const Vertex> label);

// What every swap of i with somebody in another group changes; j = -1 where there is none.
std::vector<PartitionMove> swaps_of(const PartitionProblem& problem, std::span<const Vertex> label, Vertex i);

}  // namespace pairwise
