#pragma once

#include <span>
#include <vector>

#include "common.h"

namespace pairwise {

struct Arc {
  Weight weight;
  Vertex head;
};

// A simple undirected graph that grows: parallel edges keep the larger weight.
class Graph {
 public:
  explicit Graph(Vertex n) : arcs_(static_cast<std::size_t>(n)) {}

  Vertex size() const { return static_cast<Vertex>(arcs_.size()); }
  const std::vector<Arc>& arcs(Vertex v) const { return arcs_[static_cast<std::size_t>(v)]; }

  // O(sum of degrees log degree): loads many edges at once into an empty graph.
  void load(std::span<const Edge> edges);

  // O(smaller degree). True if the graph changed.
  bool add(Vertex u, Vertex v, Weight weight);
  void remove(Vertex u, Vertex v);
  void isolate(Vertex v);

 private:
  void erase_arc(Vertex tail, Vertex head);

  std::vector<std::vector<Arc>> arcs_;
};

}  // namespace pairwise
