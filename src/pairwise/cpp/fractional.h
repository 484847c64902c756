#pragma once

#include <vector>

#include "common.h"
#include "event_queue.h"
#include "graph.h"

namespace pairwise {

struct FractionalOptimum {
  std::vector<Weight> dual;
  std::vector<Vertex> mate;        // -1: free, or on a cycle
  std::vector<Vertex> cycle_next;  // -1: not on a cycle
};

// The maximum-weight fractional matching: every vertex is matched, lies on a half-integral odd cycle, or is
// exposed at dual 0. It is the optimum of the matching problem without its odd-set constraints, costs no
// blossoms, and leaves the blossom search only one free vertex per odd cycle.
//
// Invariants between searches: dual[u] + dual[v] >= weight on every arc, with equality on matched and cycle
// edges; dual >= 0. Weights are even, so all duals that a tree moves share one parity and stay integral.
class FractionalMatching : public FractionalOptimum {
 public:
  explicit FractionalMatching(const Graph& graph);

  // Starts from the optimum of this graph before edges came or grew heavier.
  FractionalMatching(const Graph& graph, const FractionalOptimum& before);

  // False if interrupted: the invariants hold, but free vertices with a positive dual may remain.
  bool solve(Interrupt& interrupt);

 private:
  enum class Label : std::uint8_t { none, outer, inner };

  void initialise_duals();
  void cover_new_edges();
  Weight shortfall(Vertex v, const Arc& arc) const { return arc.weight - dual[index(v)] - dual[index(arc.head)]; }
  void lift(Vertex v);
  bool search(Vertex root, Interrupt& interrupt);
  void make_outer(Vertex v, Weight time);
  void grow(Vertex v, Weight time);
  void flip_to_root(Vertex outer, Vertex new_mate);
  void unroll_cycle(Vertex v);
  void close_cycle(Vertex u, Vertex v);
  Vertex tree_parent(Vertex outer) const { return entry_[index(mate[index(outer)])]; }
  void settle(Weight time);
  static std::size_t index(Vertex v) { return static_cast<std::size_t>(v); }

  const Graph& graph_;
  std::vector<Label> label_;
  std::vector<Vertex> entry_;        // inner: the outer vertex it was reached from
  std::vector<Weight> reach_;        // non-outer: min over outer u of (dual of u + its time) - weight
  std::vector<Vertex> reach_from_;
  std::vector<Weight> labelled_at_;
  std::vector<Vertex> labelled_, touched_;
  std::vector<std::uint32_t> mark_;
  std::uint32_t stamp_ = 0;
  EventQueue events_;
  Weight limit_ = kInfinity;         // no event at or after this time can matter
  Vertex zero_vertex_ = -1;          // outer vertex whose dual reaches 0 first, if that is the limit
};

}  // namespace pairwise
