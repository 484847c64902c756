#pragma once

#include <vector>

#include "partition.h"

namespace pairwise {

// With prices u (one per person) no partition is worth more than
//   scale * (sum of u over all but the `left_out` cheapest) + share * sum over pairs of max(0, w - u_i - u_j),
// in units of factor: whoever is placed spreads a weight of `scale` over partners, at most `share` on each.
struct SpreadBound {
  Weight scale = 1;
  Weight share = 1;
  Vertex left_out = 0;
};

Weight spread_bound(const PartitionProblem& problem, std::span<const Weight> prices, const SpreadBound& bound);

// Prices that make the bound small, by subgradient steps; deterministic.
std::vector<Weight> find_prices(const PartitionProblem& problem, const SpreadBound& bound, int steps,
                                Interrupt& interrupt);

// Groups of `size` people, allowed by all rules, whose worth exceeds the sum of their prices (in units of worth)
// by more than `above`, at most `keep` for each smallest member (the best of them; 0: all).
struct PricedGroups {
  std::vector<Vertex> people;  // (groups * size,)
  std::vector<Weight> excess;  // (groups,)
  bool complete = true;        // false: stopped, or more than `most` groups
};

PricedGroups price_groups(const PartitionProblem& problem, Vertex size, std::span<const Weight> prices, Weight above,
                          std::size_t keep, std::size_t most, Interrupt& interrupt);

}  // namespace pairwise
