#pragma once

#include <vector>

#include "matcher.h"

namespace pairwise {

// Answers "sum of the duals of all blossoms that hold both u and v" in O(1) for a frozen laminar family:
// along a depth-first order of the leaves, that sum is the least value between the two leaves of the sum at
// the blossom where neighbouring leaves meet.
class CommonDual {
 public:
  explicit CommonDual(const Matcher& matcher);
  CommonDual(const DualSolution& duals, Vertex n);

  Weight operator()(Vertex u, Vertex v) const;

 private:
  void lay_out(const DualSolution& duals, std::size_t n);
  void build_table();

  std::vector<Vertex> root_;               // by vertex: its outermost set, or itself
  std::vector<Vertex> place_;              // by vertex: its place in the order
  std::vector<std::vector<Weight>> least_; // least_[h][p]: least meeting sum at places p ... p + 2^h - 1
};

}  // namespace pairwise
