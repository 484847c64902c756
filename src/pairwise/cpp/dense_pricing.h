#pragma once

#include <span>
#include <vector>

#include "best_entries.h"
#include "dense_anchor.h"
#include "dense_weights.h"
#include "framed_matcher.h"
#include "laminar.h"

namespace pairwise {

struct Violation {
  Weight amount;
  Vertex u, v;
};

// Vertices by a key, ascending.
template <class Number>
struct Order {
  std::vector<Vertex> vertex;
  std::vector<Number> key;

  template <class Key>
  void sort_by(Key key_of);
  // How many have at most this key.
  std::size_t up_to(Number bound) const;
};

// Searches a dense matrix for the pairs that the duals of a matcher do not cover.
template <class Number>
class DensePricing {
 public:
  // Vertices that are not present and forbidden pairs are left aside.
  DensePricing(const DenseWeights<Number>& weights, const DenseAnchor<Number>& anchor,
               std::span<const std::pair<Vertex, Vertex>> forbidden);

  // True if all pairs are covered.
  bool run(const FramedMatcher& framed);

  bool forbids(Vertex i, Vertex j) const;

  // The most violated pairs, a few for each person.
  std::vector<Violation> choose();

  // Number of entries that were looked at, in all runs: many call for better anchors.
  std::size_t looked_at() const { return looked_at_; }

  // What to add to the duals to make them feasible: half of the worst violation at each vertex.
  const std::vector<Weight>& raise() const { return raise_; }

 private:
  void prepare(const CommonDual& common);
  Number floor_of(Vertex v) const;
  Number sag_of(Weight lost) const;
  void group_vertices(const CommonDual& common);
  Number room_of(Vertex i) const;
  std::size_t suspects(Vertex i);
  template <class Wanted>
  std::size_t take(const Order<Number>& order, std::size_t reach, Vertex i, std::size_t count, Wanted wanted);
  void check(Vertex i, std::size_t count, const CommonDual& common);
  void check(Vertex i, Vertex j, Weight common);

  const DenseWeights<Number>& weights_;
  const DenseAnchor<Number>& anchor_;
  std::vector<std::pair<Vertex, Vertex>> forbidden_;  // smaller vertex first, sorted
  const FramedMatcher* framed_ = nullptr;
  std::vector<Weight> dual_;            // of vertices, less their share of the bonus
  // Entries at most floor_[i] + floor_[j] are covered: half the duals, in the unit of the entries and a little
  // less.
  std::vector<Number> floor_;
  std::vector<Number> sag_;             // half of what a pair may have lost in common duals, for one of its ends
  Order<Number> everybody_;             // by floors less anchors
  std::vector<Order<Number>> groups_;   // of vertices whose pairs lost duals in common, by floors less anchors and sags
  std::vector<Vertex> group_;           // by vertex: in groups_, -1 if in none
  std::vector<Vertex> found_;
  std::vector<Violation> violations_;
  std::vector<Weight> raise_;
  std::vector<Weight> common_;          // of one row with all others
  std::size_t looked_at_ = 0;
  BestEntries<Weight> worst_;
};

}  // namespace pairwise
