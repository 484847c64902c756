#include "square.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pairwise {

namespace {

constexpr std::size_t kLanes = 8;
constexpr float kFar = 1e30F;

}  // namespace

void SquareAssigner::resize(Vertex n) {
  n_ = n;
  width_ = (index(n) + kLanes - 1) / kLanes * kLanes;
  costs_.assign(index(n) * width_, kFar);
  prices_.assign(width_, 0);
  row_prices_.assign(index(n), 0);
  open_prices_.resize(width_);
  reach_.resize(width_);
  closed_at_.resize(width_);
  entry_.resize(width_);
}

const std::vector<Vertex>& SquareAssigner::solve() {
  take_cheapest();
  for (const Vertex root : left_) augment(root);
  return col_of_;
}

// Each row takes its cheapest column unless that is gone.
void SquareAssigner::take_cheapest() {
  col_of_.assign(index(n_), -1);
  row_of_.assign(width_, -1);
  left_.clear();
  for (Vertex i = 0; i < n_; ++i) {
    const float* costs = row(i);
    for (std::size_t j = 0; j < width_; ++j) reach_[j] = costs[j] - prices_[j];
    const Vertex j = nearest();
    row_prices_[index(i)] = reach_[index(j)];
    if (row_of_[index(j)] < 0) {
      row_of_[index(j)] = i;
      col_of_[index(i)] = j;
    } else {
      left_.push_back(i);
    }
  }
}

// Dijkstra's search for the nearest free column; columns that are closed are out of reach.
void SquareAssigner::augment(Vertex root) {
  std::copy(prices_.begin(), prices_.end(), open_prices_.begin());
  std::fill(reach_.begin(), reach_.end(), 2 * kFar);
  closed_.clear();
  Vertex i = root, j = -1;
  float time = 0;
  while (true) {
    const float* costs = row(i);
    const float start = time - row_prices_[index(i)];
    for (std::size_t k = 0; k < width_; ++k) {
      const float at = costs[k] - open_prices_[k] + start;
      const bool nearer = at < reach_[k];
      reach_[k] = nearer ? at : reach_[k];
      entry_[k] = nearer ? i : entry_[k];
    }
    j = nearest();
    time = reach_[index(j)];
    if (row_of_[index(j)] < 0) break;
    closed_at_[index(j)] = time;
    reach_[index(j)] = 2 * kFar;
    open_prices_[index(j)] = -4 * kFar;
    closed_.push_back(j);
    i = row_of_[index(j)];
  }
  for (const Vertex k : closed_) {
    row_prices_[index(row_of_[index(k)])] += time - closed_at_[index(k)];
    prices_[index(k)] -= time - closed_at_[index(k)];
  }
  row_prices_[index(root)] += time;
  do {
    i = entry_[index(j)];
    row_of_[index(j)] = i;
    std::swap(col_of_[index(i)], j);
  } while (i != root);
}

Vertex SquareAssigner::nearest() const {
  std::array<float, kLanes> least;
  least.fill(4 * kFar);
  for (std::size_t j = 0; j < width_; j += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) least[k] = std::min(reach_[j + k], least[k]);
  }
  const float best = *std::min_element(least.begin(), least.end());
  return static_cast<Vertex>(std::find(reach_.begin(), reach_.end(), best) - reach_.begin());
}

}  // namespace pairwise
