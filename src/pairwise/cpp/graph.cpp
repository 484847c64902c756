#include "graph.h"

#include <algorithm>

namespace pairwise {

void Graph::load(std::span<const Edge> edges) {
  std::vector<std::size_t> degree(arcs_.size(), 0);
  for (const Edge& edge : edges) {
    ++degree[static_cast<std::size_t>(edge.u)];
    ++degree[static_cast<std::size_t>(edge.v)];
  }
  for (std::size_t v = 0; v < arcs_.size(); ++v) arcs_[v].reserve(degree[v]);
  for (const Edge& edge : edges) {
    arcs_[static_cast<std::size_t>(edge.u)].push_back({edge.weight, edge.v});
    arcs_[static_cast<std::size_t>(edge.v)].push_back({edge.weight, edge.u});
  }
  for (auto& row : arcs_) {
    std::sort(row.begin(), row.end(), [](const Arc& x, const Arc& y) {
      return x.head != y.head ? x.head < y.head : x.weight > y.weight;
    });
    row.erase(std::unique(row.begin(), row.end(),
                          [](const Arc& x, const Arc& y) { return x.head == y.head; }),
              row.end());
  }
}

Arc* Graph::find_arc(Vertex tail, Vertex head) {
  auto& row = arcs_[static_cast<std::size_t>(tail)];
  const auto arc = std::find_if(row.begin(), row.end(), [head](const Arc& a) { return a.head == head; });
  return arc == row.end() ? nullptr : &*arc;
}

void Graph::set(Vertex u, Vertex v, Weight weight) {
  if (arcs(u).size() > arcs(v).size()) std::swap(u, v);
  Arc* forward = find_arc(u, v);
  if (forward == nullptr) {
    arcs_[static_cast<std::size_t>(u)].push_back({weight, v});
    arcs_[static_cast<std::size_t>(v)].push_back({weight, u});
    return;
  }
  forward->weight = weight;
  find_arc(v, u)->weight = weight;
}

void Graph::erase_arc(Vertex tail, Vertex head) {
  std::erase_if(arcs_[static_cast<std::size_t>(tail)],
                [head](const Arc& arc) { return arc.head == head; });
}

void Graph::remove(Vertex u, Vertex v) {
  erase_arc(u, v);
  erase_arc(v, u);
}

void Graph::isolate(Vertex v) {
  for (const Arc& arc : arcs(v)) erase_arc(arc.head, v);
  arcs_[static_cast<std::size_t>(v)].clear();
}

}  // namespace pairwise
