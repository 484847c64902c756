#pragma once

#include <span>
#include <vector>

#include "common.h"

namespace pairwise {

struct Arc {
  Weight weight;
  Vertex head;
};

// A simple undirected graph; of parallel edges that are loaded the largest weight counts.
class Graph {
 public:
  explicit Graph(Vertex n) : arcs_(static_cast<std::size_t>(n)) {}

  Vertex size() const { return static_cast<Vertex>(arcs_.size()); }
  const std::vector<Arc>& arcs(Vertex v) const { return arcs_[static_cast<std::size_t>(v)]; }

  // O(sum of degrees log degree): loads many edges at once into an empty graph.
  void load(std::span<const Edge> edges);

  // The arc between u and v at the end of smaller degree, nullptr if there is none. O(that degree).
  const Arc* find(Vertex u, Vertex v) { return arcs(u).size() <= arcs(v).size() ? find_arc(u, v) : find_arc(v, u); }

  // Makes an edge, or changes the weight of the one that is there. O(degrees); to make one, O(smaller degree).
  void set(Vertex u, Vertex v, Weight weight);
  void remove(Vertex u, Vertex v);
  void isolate(Vertex v);
  // Removes the edges of which unused(v, arc) says so at both ends.
  template <class Unused>
  void remove_if(Unused unused) {
    for (Vertex v = 0; v < size(); ++v) {
      std::erase_if(arcs_[static_cast<std::size_t>(v)], [&](const Arc& arc) { return unused(v, arc); });
    }
  }

 private:
  Arc* find_arc(Vertex tail, Vertex head);
  void erase_arc(Vertex tail, Vertex head);

  std::vector<std::vector<Arc>> arcs_;
};

}  // namespace pairwise
