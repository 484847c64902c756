#pragma once

#include <algorithm>
#include <vector>

#include "matcher.h"
#include "sparse_minimum.h"

namespace pairwise {

// Answers "sum of the duals of all blossoms that hold both u and v" in O(1) for a frozen laminar family:
// along a depth-first order of the leaves, that sum is the least value between the two leaves of the sum at
// the blossom where neighbouring leaves meet.
class CommonDual {
 public:
  explicit CommonDual(const Matcher& matcher);
  CommonDual(const DualSolution& duals, Vertex n);

  Weight operator()(Vertex u, Vertex v) const;

  // Calls visit(u, sum) for all other u of which the sum for u and v is above 0. O(their number).
  template <class Visit>
  void for_each_partner(Vertex v, Visit visit) const;

  // The vertices that are in sets, set by set, and the sum that each has in common with the one before it.
  std::span<const Vertex> order() const { return order_; }
  std::span<const Weight> meeting() const { return least_.front(); }

 private:
  void lay_out(const DualSolution& duals, std::size_t n);

  std::vector<Vertex> root_;               // by vertex: its outermost set, or itself
  std::vector<Vertex> place_;              // by vertex: its place in the order, if it is in a set
  std::vector<Vertex> order_;              // of the vertices that are in sets, set by set
  std::vector<std::vector<Weight>> least_; // least_[h][p]: least meeting sum at places p ... p + 2^h - 1
};

template <class Visit>
void CommonDual::for_each_partner(Vertex v, Visit visit) const {
  if (root_[static_cast<std::size_t>(v)] == v) return;
  const auto& meeting = least_.front();
  const auto own = static_cast<std::size_t>(place_[static_cast<std::size_t>(v)]);
  Weight sum = kInfinity;
  for (std::size_t p = own + 1; p < order_.size(); ++p) {
    sum = std::min(sum, meeting[p]);
    if (sum == 0) break;
    visit(order_[p], sum);
  }
  sum = kInfinity;
  for (std::size_t p = own; p > 0; --p) {
    sum = std::min(sum, meeting[p]);
    if (sum == 0) break;
    visit(order_[p - 1], sum);
  }
}

// By vertex: an upper bound on how much less any pair of it has in common now than under `before`.
std::vector<Weight> lost_in_common(const DualSolution& before, const CommonDual& now);

}  // namespace pairwise
