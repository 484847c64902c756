#pragma once

#include <vector>

#include "common.h"

namespace pairwise {

// One column for each row of a small full table, at the least sum of costs but for rounding: for searches that
// solve thousands of similar tables. Shortest augmenting paths [jonker1987] from given prices.
class SquareAssigner {
 public:
  // Room for costs of n x n pairs; what a row of costs has beyond n stays as it is.
  void resize(Vertex n);

  float* row(Vertex i) { return costs_.data() + index(i) * width_; }

  // Prices of columns: set before `solve`, any will do, and close ones make it fast. Then those of the answer.
  float& price(Vertex j) { return prices_[index(j)]; }

  // Column of each row. O(n^3), most often far less.
  const std::vector<Vertex>& solve();

 private:
  static std::size_t index(Vertex v) { return static_cast<std::size_t>(v); }
  void take_cheapest();
  void augment(Vertex root);
  Vertex nearest() const;

  Vertex n_ = 0;
  std::size_t width_ = 0;  // a multiple of kLanes, so that loops over rows of costs need no rest
  std::vector<float> costs_, prices_, row_prices_;
  std::vector<float> open_prices_, reach_, closed_at_;  // by column: of the search at work
  std::vector<Vertex> col_of_, row_of_, entry_, closed_, left_;
};

}  // namespace pairwise
