#pragma once

#include <span>
#include <vector>

#include "best_entries.h"
#include "dense_weights.h"
#include "framed_matcher.h"
#include "laminar.h"

namespace pairwise {

struct Violation {
  Weight amount;
  Vertex u, v;
};

// Searches a dense matrix for the pairs that the duals of a matcher do not cover.
template <class Number>
class DensePricing {
 public:
  // No entry (i, j) outside the matcher's edges is above threshold[i] + anchor[j]; a threshold that is the
  // largest number tells nothing. Vertices that are not present and forbidden pairs are left aside.
  DensePricing(const DenseWeights<Number>& weights, std::span<const Number> threshold,
               std::span<const Number> anchor, std::span<const std::pair<Vertex, Vertex>> forbidden);

  // True if all pairs are covered.
  bool run(const FramedMatcher& framed);

  // The most violated pairs, a few for each person.
  std::vector<Violation> choose();

  // Whether most rows had to be read as a whole: better anchors would help.
  bool read_most() const { return 2 * rows_read_ > weights_.n; }

  // What to add to the duals to make them feasible: half of the worst violation at each vertex.
  const std::vector<Weight>& raise() const { return raise_; }

 private:
  void prepare();
  Number floor_of(Vertex v) const;
  Number room_of(Vertex i) const;
  std::size_t suspects(Vertex i);
  void check(Vertex i, Vertex j, const CommonDual& common);

  const DenseWeights<Number>& weights_;
  std::span<const Number> threshold_, anchor_;
  std::vector<std::pair<Vertex, Vertex>> forbidden_;  // smaller vertex first, sorted
  const FramedMatcher* framed_ = nullptr;
  std::vector<Weight> dual_;            // of vertices, less their share of the bonus
  // Entries at most floor_[i] + floor_[j] are covered: half the duals, in the unit of the entries and a little
  // less.
  std::vector<Number> floor_;
  std::vector<Number> risen_;           // floors less anchors, ascending
  std::vector<Vertex> order_;           // vertices in that order
  std::vector<Vertex> found_;
  std::vector<Violation> violations_;
  std::vector<Weight> raise_;
  Vertex rows_read_ = 0;
  double largest_anchor_ = 0;
  BestEntries<Weight> worst_;
};

}  // namespace pairwise
