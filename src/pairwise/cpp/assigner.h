#pragma once

#include <span>
#include <vector>

#include "common.h"
#include "event_queue.h"

namespace pairwise {

// What the nodes of one side of an assignment may and must take.
struct Loads {
  std::vector<Vertex> low, high;         // fewest and most pairs of each node, low <= high
  std::vector<std::int64_t> gain_start;  // empty: no gains; else gains of node v: [gain_start[v], gain_start[v + 1])
  std::vector<Weight> gain;              // worth of the k-th pair on top of its weight; does not rise with k

  Vertex size() const { return static_cast<Vertex>(high.size()); }
};

// Maximum-weight assignment with capacities on a sparse two-sided graph: every arc is used at most once, node v
// is used by low[v] ... high[v] arcs. Successive shortest paths with duals that stay valid while arcs are added.
//
// Nodes 0 ... rows - 1 are rows, the others columns. Invariants between searches, with y the duals:
//   unused arc (a, b): y[a] + y[b] >= weight;  used arc: y[a] + y[b] <= weight;
//   y[v] >= floor_[v], minus the worth of the last unit of v;
//   y[v] <= ceiling_[v], minus the worth of one unit more, except for nodes still to be searched from.
// All four together prove optimality.
class Assigner {
 public:
  // `mandatory` is what each of the first low[v] units is worth: more than anything else can be.
  Assigner(const Loads& rows, const Loads& cols, Weight mandatory);

  Vertex rows() const { return rows_; }
  Vertex cols() const { return static_cast<Vertex>(dual_.size()) - rows_; }

  // Adds an arc that was not there before; keeps the invariants by raising the dual of the row.
  void add_arc(Vertex row, Vertex col, Weight weight);
  bool has_arc(Vertex row, Vertex col) const;

  // False if interrupted: the duals then prove a bound, but not optimality.
  bool solve(Interrupt& interrupt);

  Weight row_dual(Vertex row) const { return dual_[index(row)]; }
  Weight col_dual(Vertex col) const { return dual_[index(rows_ + col)]; }
  std::vector<std::pair<Vertex, Vertex>> pairs() const;  // ascending

 private:
  enum class Label : std::uint8_t { none, outer, inner };
  struct End {
    Weight weight;
    Vertex head;
    std::int32_t arc;
  };
  struct Arc {
    Vertex row, col;
    Weight weight;
  };

  static std::size_t index(Vertex v) { return static_cast<std::size_t>(v); }
  Vertex other(std::int32_t arc, Vertex v) const {
    const Arc& a = arcs_[index(arc)];
    return v == a.row ? a.col : a.row;
  }
  void set_gains(const Loads& loads, Vertex first);
  void set_load(Vertex v, Vertex load);
  Weight worth(Vertex v, Vertex unit) const;
  void use(std::int32_t arc);
  void drop(std::int32_t arc);
  void drop_uncovered(Vertex row);

  bool search(Vertex root, Interrupt& interrupt);
  void join_outer(Vertex v, Weight time, bool is_root);
  void join_inner(Vertex v, Weight time);
  void reach(Vertex v, Weight time, std::int32_t arc, Weight end);
  void augment(Vertex root);
  void settle(Weight time);

  const Vertex rows_;
  const Weight mandatory_;
  std::vector<Arc> arcs_;
  std::vector<std::vector<End>> ends_;                // by node
  std::vector<std::vector<std::int32_t>> used_;       // used arcs by node
  std::vector<std::uint8_t> is_used_;                 // by arc
  std::vector<Vertex> low_, high_;
  std::vector<std::int64_t> gain_start_;              // by node, into gain_; equal ends: no gains
  std::vector<Weight> gain_;
  std::vector<Weight> dual_, floor_, ceiling_;

  // Of the search at work.
  std::vector<Label> label_;
  std::vector<Weight> reach_, joined_at_;             // kInfinity: not reached
  std::vector<std::int32_t> entry_;                   // arc by which the node was reached
  std::vector<Vertex> touched_, joined_;
  std::vector<std::int32_t> path_;
  EventQueue events_;
  Weight limit_ = kInfinity;                          // the search ends then, at `last_`
  Vertex last_ = -1;
};

}  // namespace pairwise
