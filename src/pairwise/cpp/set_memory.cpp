#include "set_memory.h"

#include <algorithm>

namespace pairwise {

SetMemory::SetMemory(const Matcher& matcher)
    : innermost_(static_cast<std::size_t>(matcher.size()), -1), outermost_(innermost_) {
  std::vector<Vertex> root;  // by set
  std::vector<Vertex> place(static_cast<std::size_t>(matcher.nodes()), -1);
  std::vector<Vertex> path;  // from a vertex up to the first blossom that has a place
  for (Vertex v = 0; v < matcher.size(); ++v) {
    path.clear();
    Vertex node = matcher.parent(v);
    for (; node >= 0 && place[static_cast<std::size_t>(node)] < 0; node = matcher.parent(node)) path.push_back(node);
    Vertex above = node < 0 ? -1 : place[static_cast<std::size_t>(node)];
    for (auto set = path.rbegin(); set != path.rend(); ++set) {
      sets_.push_back({*set, matcher.born(*set), matcher.set_dual(*set), above});
      root.push_back(above < 0 ? static_cast<Vertex>(root.size()) : root[static_cast<std::size_t>(above)]);
      above = static_cast<Vertex>(sets_.size()) - 1;
      place[static_cast<std::size_t>(*set)] = above;
    }
    innermost_[static_cast<std::size_t>(v)] = above;
    if (above >= 0) outermost_[static_cast<std::size_t>(v)] = root[static_cast<std::size_t>(above)];
  }
}

std::vector<Weight> SetMemory::shrunk(const Matcher& matcher) const {
  std::vector<Weight> of_set(sets_.size());
  for (std::size_t s = 0; s < sets_.size(); ++s) {
    const auto& [node, born, dual, parent] = sets_[s];
    const Weight now = matcher.born(node) == born ? matcher.set_dual(node) : 0;
    of_set[s] = std::max<Weight>(dual - now, 0) + (parent < 0 ? 0 : of_set[static_cast<std::size_t>(parent)]);
  }
  std::vector<Weight> of_vertex(innermost_.size(), 0);
  for (std::size_t v = 0; v < innermost_.size(); ++v) {
    if (innermost_[v] >= 0) of_vertex[v] = of_set[static_cast<std::size_t>(innermost_[v])];
  }
  return of_vertex;
}

}  // namespace pairwise
