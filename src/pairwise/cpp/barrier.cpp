#include "barrier.h"

#include <numeric>

namespace pairwise {

namespace {

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

// An alternating forest from all exposed vertices, blossoms merged in a union-find structure.
class Forest {
 public:
  Forest(Vertex n, std::span<const Edge> edges, std::span<const Vertex> mate)
      : mate_(mate), side_(at(n), Side::rest), entry_(at(n), -1), root_(at(n)), mark_(at(n), 0), adjacent_(at(n)) {
    std::iota(root_.begin(), root_.end(), 0);
    for (const Edge& edge : edges) {
      adjacent_[at(edge.u)].push_back(edge.v);
      adjacent_[at(edge.v)].push_back(edge.u);
    }
    for (Vertex v = 0; v < n; ++v) {
      if (mate_[at(v)] < 0) make_even(v);
    }
  }

  std::vector<Side> grow() {
    while (!open_.empty()) {
      const Vertex v = open_.back();
      open_.pop_back();
      for (const Vertex w : adjacent_[at(v)]) visit(v, w);
    }
    return std::move(side_);
  }

 private:
  void make_even(Vertex v) {
    side_[at(v)] = Side::even;
    open_.push_back(v);
  }

  Vertex base(Vertex v) {
    while (root_[at(v)] != v) v = root_[at(v)] = root_[at(root_[at(v)])];
    return v;
  }

  void visit(Vertex v, Vertex w) {
    if (base(v) == base(w) || side_[at(w)] == Side::barrier) return;
    if (side_[at(w)] == Side::rest) {
      side_[at(w)] = Side::barrier;
      entry_[at(w)] = v;
      make_even(mate_[at(w)]);
      return;
    }
    const Vertex meet = meeting_point(base(v), base(w));
    merge(base(v), meet);
    merge(base(w), meet);
  }

  Vertex above(Vertex even) { return mate_[at(even)] < 0 ? -1 : base(entry_[at(mate_[at(even)])]); }

  Vertex meeting_point(Vertex a, Vertex b) {
    ++stamp_;
    while (a >= 0 || b >= 0) {
      if (a >= 0) {
        if (mark_[at(a)] == stamp_) return a;
        mark_[at(a)] = stamp_;
        a = above(a);
      }
      std::swap(a, b);
    }
    throw std::invalid_argument("mate: is not of maximum cardinality; an augmenting path exists");
  }

  void merge(Vertex even, Vertex meet) {
    while (even != meet) {
      const Vertex inner = mate_[at(even)];
      const Vertex next = base(entry_[at(inner)]);
      root_[at(even)] = meet;
      root_[at(inner)] = meet;
      make_even(inner);
      even = next;
    }
  }

  std::span<const Vertex> mate_;
  std::vector<Side> side_;
  std::vector<Vertex> entry_;  // barrier: the even vertex it was reached from
  std::vector<Vertex> root_;
  std::vector<std::uint32_t> mark_;
  std::uint32_t stamp_ = 0;
  std::vector<std::vector<Vertex>> adjacent_;
  std::vector<Vertex> open_;
};

}  // namespace

std::vector<Side> tutte_berge(Vertex n, std::span<const Edge> edges, std::span<const Vertex> mate) {
  return Forest(n, edges, mate).grow();
}

}  // namespace pairwise
