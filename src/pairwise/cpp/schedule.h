#pragma once

#include <span>
#include <vector>

#include "common.h"

namespace pairwise {

// Rounds of groups in which pairs of one class should not meet twice. A class is a pair, or all pairs
// that a symmetry of the schedule makes equal.
struct ScheduleProblem {
  Vertex n = 0;
  int rounds = 1;
  std::vector<Vertex> sizes;                 // of the groups of a round; they sum to n
  std::span<const std::int32_t> pair_class;  // (n, n) symmetric, 0 ... classes - 1; the diagonal is not read
  std::vector<std::int32_t> met;             // (classes,) how often a class has met before

  const std::int32_t* row(Vertex i) const {
    return pair_class.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(n);
  }
};

struct ScheduleAnswer {
  std::vector<Vertex> label;  // (rounds * n,) group of everybody, round by round
  Weight repeats = 0;         // sum over classes of c (c - 1) / 2, less what `met` alone makes
  std::int64_t moves = 0;
  bool complete = true;       // false: stopped early
};

// Tabu search over swaps within a round (Dotu and Van Hentenryck 2007), ending at no repeats or after `moves`.
// Deterministic for a seed.
ScheduleAnswer search_schedule(const ScheduleProblem& problem, std::int64_t moves, std::uint64_t seed,
                               Interrupt& interrupt);

}  // namespace pairwise
