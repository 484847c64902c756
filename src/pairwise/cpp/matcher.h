#pragma once

#include <span>
#include <vector>

#include "common.h"
#include "event_queue.h"
#include "fractional.h"
#include "graph.h"

namespace pairwise {

// A dual solution: bounds every matching by sum(vertex) + sum over sets of value * (size - 1) / 2, all halved.
// Node v < n is a vertex; the others are odd sets, children before parents, given by their parent (-1: none).
struct DualSolution {
  std::vector<Weight> vertex;   // (n,) at twice the scale of the weights
  std::vector<Vertex> parent;   // (n + sets,)
  std::vector<Weight> set;      // (sets,) >= 0, at twice the scale

  // The outermost set that holds each node, or the node itself.
  std::vector<Vertex> outermost() const;
};

// How a search for the optimum ended.
enum class Outcome : std::uint8_t {
  optimal,
  at_horizon,   // a free vertex waits for edges: to do without would cost more than the horizon
  interrupted
};

// Maximum-weight matching in a general graph, kept optimal while the graph changes.
//
// Primal-dual method of Edmonds with one alternating tree at a time: each search is a shortest-path search
// over slacks that ends in an augmentation, so between searches these invariants hold:
//   I1  slack(u, v) = dual[u] + dual[v] + sum of dual[B] over blossoms B holding both - weight >= 0 on all arcs;
//   I2  matched edges and blossom cycle edges have slack 0;
//   I3  dual >= 0; every blossom with dual > 0 is full (one vertex is matched outside, or exposed);
//   I4  optimal when, besides, every exposed vertex has dual 0.
// A change of the graph keeps I1-I3 by freeing at most two vertices (`lift`); `solve` then restores I4.
//
// Matched edges are kept at top-level blossoms only; inside, they follow from the place where the blossom is
// matched, and are worked out when it opens or when `mates` is asked.
class Matcher {
 public:
  explicit Matcher(Vertex n);

  // Loads the edges of an empty matcher and starts from the fractional optimum, which it returns. To find that takes
  // less time from the optimum `before` some of the edges came.
  FractionalOptimum load(std::span<const Edge> edges, Interrupt& interrupt, const FractionalOptimum* before = nullptr);

  // Restores optimality after changes. No search moves a dual by more than the horizon. Unless the optimum is
  // found, I1-I3 hold, so the duals still bound every matching.
  Outcome solve(Interrupt& interrupt, Weight horizon = kInfinity);

  void add_edge(Vertex u, Vertex v, Weight weight);
  // Sets the weight of an edge, up or down; makes it if it is not there.
  void set_edge(Vertex u, Vertex v, Weight weight);
  void remove_edge(Vertex u, Vertex v);
  void isolate(Vertex v);
  // Removes the edges of which unused(v, arc) says so at both ends; none of them may be tight.
  template <class Unused>
  void remove_unused(Unused unused) {
    ++graph_version_;
    graph_.remove_if(unused);
  }
  // Opens the blossoms that are exposed, so that every exposed vertex is on its own.
  void open_exposed();
  // Replaces all edges at v.
  void set_edges(Vertex v, std::span<const Edge> edges);

  Vertex size() const { return n_; }
  const Graph& graph() const { return graph_; }
  Weight dual(Vertex v) const { return dual_[index(v)] + set_pending_[index(set_of_[index(v)])]; }
  Vertex top(Vertex v) const { return set_top_[index(set_of_[index(v)])]; }
  // Sum of the duals of blossoms that hold both u and v. O(depth).
  Weight common_dual(Vertex u, Vertex v) const;

  std::vector<Vertex> mates() const;
  DualSolution duals() const;
  std::uint64_t searches() const { return searches_; }

 private:
  enum class Label : std::uint8_t { none, outer, inner };
  struct BoundaryArc {
    Weight weight;
    Vertex tail, head;
  };
  struct Blossom {
    std::vector<Vertex> child;                       // odd cycle of nodes
    std::vector<std::pair<Vertex, Vertex>> edge;     // edge[k] joins child[k] to child[k + 1]
    std::vector<BoundaryArc> boundary;               // edges that leave it, if of this version of the graph
    std::uint64_t boundary_version = 0;
  };
  static constexpr Vertex kKeepBoundary = 64;        // vertices from which on the boundary is kept

  static std::size_t index(Vertex v) { return static_cast<std::size_t>(v); }
  bool is_blossom(Vertex node) const { return node >= n_; }
  Blossom& blossom(Vertex node) { return blossoms_[index(node - n_)]; }
  const Blossom& blossom(Vertex node) const { return blossoms_[index(node - n_)]; }

  // Vertices of a top-level node.
  std::span<const Vertex> leaves(Vertex node) const {
    if (!is_blossom(node)) return {&vertices_[index(node)], 1};
    return set_leaves_[index(node_set_[index(node)])];
  }
  Weight& pending(Vertex node) { return set_pending_[index(node_set_[index(node)])]; }

  // nodes
  Vertex new_blossom();
  void release_blossom(Vertex node);
  Vertex largest_child(Vertex node) const;
  void adopt(Vertex node);
  void release_children(Vertex node);
  void pair_children(Vertex node, std::size_t from, std::size_t count);
  void match(Vertex node, Vertex in, Vertex out);
  void add_cycle(Vertex start, const std::vector<Vertex>& next, std::vector<Vertex>& seen);

  // changes
  void lift(Vertex v);
  void detach(Vertex v);
  bool keep_matched(Vertex u, Vertex v, Weight raise);
  Weight slack(Vertex u, const Arc& arc) const;

  // search
  bool is_free(Vertex v) const;
  Outcome search(Vertex root, Interrupt& interrupt, Weight horizon);
  void make_outer(Vertex node, Weight time);
  void raise_to_outer(Vertex node, Weight time);
  void scan(Vertex node, Vertex v);
  void scan_arc(Vertex node, Vertex v, Weight base, const Arc& arc);
  void scan_all(Vertex node);
  void scan_boundary(Vertex node, Vertex part);
  bool keeps_boundary(Vertex node) const { return size_[index(node)] >= kKeepBoundary; }
  void refresh_boundary(Vertex node);
  void collect_leaves(Vertex node, std::vector<Vertex>& leaves) const;
  void make_inner(Vertex node, Weight time, Vertex in, Vertex out);
  void offer_growth(Vertex node);
  void grow(Vertex v, Weight time);
  void shrink(Vertex u, Vertex v, Weight time);
  Vertex meeting_point(Vertex a, Vertex b);
  Vertex tree_parent(Vertex outer) const;
  void expand(Vertex node, Weight time);
  void flip_to_root(Vertex outer, Vertex in, Vertex out);
  void settle_inner(Vertex node, Weight time);
  void settle(Weight time);

  Vertex n_;
  Graph graph_;
  std::vector<Weight> dual_;                 // by node; vertices and blossoms
  std::vector<Blossom> blossoms_;
  std::vector<Vertex> unused_blossoms_;

  // laminar family, by node
  std::vector<Vertex> parent_, position_, size_;
  std::vector<Vertex> least_leaf_;           // the vertex of least dual; cannot change while the node lives

  // Every top-level node owns a set. A new blossom takes over the set of its largest child and moves the
  // other children's vertices into it; when it opens, the largest child keeps the set. So a blossom of most
  // of the graph is never walked through: its vertices' duals move together in set_pending_.
  std::vector<Vertex> node_set_;             // by top-level node
  std::vector<Vertex> set_of_;               // by vertex
  std::vector<Vertex> set_top_;              // by set
  std::vector<Weight> set_pending_;          // by set: to be added to dual_ of its vertices
  std::vector<std::vector<Vertex>> set_leaves_;  // by set whose top is a blossom; largest child first
  std::vector<Vertex> unused_sets_;
  std::vector<Vertex> vertices_;             // 0, 1, ..., n - 1

  // matching, by top-level node: the vertex inside, the vertex outside (-1: exposed at the vertex inside)
  std::vector<Vertex> match_in_, match_out_;

  // search, by node
  std::uint64_t graph_version_ = 1;
  std::vector<Label> label_;
  std::vector<Weight> labelled_at_;
  std::vector<Vertex> entry_in_, entry_out_; // inner: the tree edge it was reached by
  std::vector<std::uint32_t> mark_;
  std::uint32_t stamp_ = 0;
  std::vector<Vertex> labelled_, touched_, fresh_blossoms_, fresh_leaves_;
  // search, by vertex
  std::vector<Weight> reach_;                // non-outer: min over outer u of (dual of u + its time) - weight
  std::vector<Vertex> reach_from_;
  EventQueue events_;
  Weight limit_ = kInfinity;                 // the search certainly ends by then
  Vertex zero_vertex_ = -1;                  // outer vertex whose dual reaches 0 at the limit, or -1
  std::uint64_t searches_ = 0, steps_ = 0;
};

}  // namespace pairwise
