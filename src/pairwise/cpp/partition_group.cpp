#include <algorithm>
#include <bit>

#include "partition.h"

namespace pairwise {

namespace {

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

int broken_counts(const PartitionProblem& problem, Members group) {
  int broken = 0;
  for (const CountRule& rule : problem.counts) {
    std::size_t count = 0;
    for (const Vertex i : group) count += rule.counted[at(i)];
    broken += rule.excess[count];
  }
  return broken;
}

int missing_slots(const SlotRule& slots, Members group) {
  if (slots.empty() || group.empty()) return 0;
  const auto words = static_cast<std::size_t>(slots.words);
  int common = 0;
  for (std::size_t word = 0; word < words; ++word) {
    std::uint64_t all = ~std::uint64_t{0};
    for (const Vertex i : group) all &= slots.free[at(i) * words + word];
    common += std::popcount(all);
  }
  return std::max(0, slots.common - common);
}

int pairs_apart(const PartitionProblem& problem, Members group) {
  int apart = 0;
  for (std::size_t a = 0; a < group.size(); ++a) {
    const std::int32_t* row = problem.row(group[a]);
    for (std::size_t b = a + 1; b < group.size(); ++b) apart += row[group[b]] == kApart;
  }
  return apart;
}

}  // namespace

Weight pair_sum(const PartitionProblem& problem, Members group) {
  Weight sum = 0;
  for (std::size_t a = 0; a < group.size(); ++a) {
    const std::int32_t* row = problem.row(group[a]);
    for (std::size_t b = a + 1; b < group.size(); ++b) sum += row[group[b]];
  }
  return sum;
}

Weight covered(const PartitionProblem& problem, Members group) {
  const CoverageTerm& term = problem.coverage;
  if (term.empty()) return 0;
  const auto columns = static_cast<std::size_t>(term.columns);
  std::vector<int> met(group.size(), 0);
  for (std::size_t c = 0; c < columns; ++c) {
    // The two best offers say what everybody finds among the others.
    int best = 0, second = 0;
    std::size_t who = group.size();
    for (std::size_t a = 0; a < group.size(); ++a) {
      const int offer = term.offers[at(group[a]) * columns + c];
      if (offer > best) {
        second = best;
        best = offer;
        who = a;
      } else {
        second = std::max(second, offer);
      }
    }
    for (std::size_t a = 0; a < group.size(); ++a) {
      const int need = term.needs[at(group[a]) * columns + c];
      met[a] += std::min(need, a == who ? second : best);
    }
  }
  Weight total = 0;
  for (std::size_t a = 0; a < group.size(); ++a) total += term.unit[at(group[a])] * met[a];
  return total;
}

int broken_rules(const PartitionProblem& problem, Members group) {
  return pairs_apart(problem, group) + broken_counts(problem, group) + missing_slots(problem.slots, group);
}

}  // namespace pairwise
