#include "fractional.h"

#include <algorithm>

namespace pairwise {

FractionalMatching::FractionalMatching(const Graph& graph, const FractionalOptimum& before)
    : FractionalOptimum(before),
      graph_(graph),
      label_(index(graph.size()), Label::none),
      entry_(index(graph.size()), -1),
      reach_(index(graph.size()), kInfinity),
      reach_from_(index(graph.size()), -1),
      labelled_at_(index(graph.size()), 0),
      mark_(index(graph.size()), 0) {
  cover_new_edges();
}

FractionalMatching::FractionalMatching(const Graph& graph)
    : FractionalMatching(graph, {std::vector<Weight>(index(graph.size()), kInfinity),
                                 std::vector<Vertex>(index(graph.size()), -1),
                                 std::vector<Vertex>(index(graph.size()), -1)}) {
  initialise_duals();
}

// Of both ends of an edge that is not covered, the one with more such edges is lifted; it may cover them all.
void FractionalMatching::cover_new_edges() {
  std::vector<Vertex> count(dual.size(), 0);
  for (Vertex v = 0; v < graph_.size(); ++v) {
    for (const Arc& arc : graph_.arcs(v)) count[index(v)] += shortfall(v, arc) > 0 ? 1 : 0;
  }
  for (Vertex v = 0; v < graph_.size(); ++v) {
    for (const Arc& arc : graph_.arcs(v)) {
      if (shortfall(v, arc) > 0) lift(count[index(v)] >= count[index(arc.head)] ? v : arc.head);
    }
  }
}

// Makes v free, with the least dual that covers its edges.
void FractionalMatching::lift(Vertex v) {
  if (cycle_next[index(v)] >= 0) unroll_cycle(v);
  if (mate[index(v)] >= 0) mate[index(mate[index(v)])] = -1;
  mate[index(v)] = -1;
  Weight least = 0;
  for (const Arc& arc : graph_.arcs(v)) least = std::max(least, arc.weight - dual[index(arc.head)]);
  dual[index(v)] = least;
}

// Half the heaviest incident weight is feasible; each vertex then gives back what no edge needs, and tight
// edges between free vertices are matched greedily.
void FractionalMatching::initialise_duals() {
  const Vertex n = graph_.size();
  for (Vertex v = 0; v < n; ++v) {
    Weight heaviest = 0;
    for (const Arc& arc : graph_.arcs(v)) heaviest = std::max(heaviest, arc.weight);
    dual[index(v)] = heaviest / 2;
  }
  for (Vertex v = 0; v < n; ++v) {
    if (mate[index(v)] >= 0) continue;
    Weight least = dual[index(v)];
    Vertex tight = -1;
    for (const Arc& arc : graph_.arcs(v)) {
      const Weight slack = dual[index(v)] + dual[index(arc.head)] - arc.weight;
      if (slack < least || (slack == least && (tight < 0 || mate[index(tight)] >= 0))) {
        least = slack;
        tight = arc.head;
      }
    }
    dual[index(v)] -= least;
    if (tight >= 0 && mate[index(tight)] < 0) {
      mate[index(v)] = tight;
      mate[index(tight)] = v;
    }
  }
}

bool FractionalMatching::solve(Interrupt& interrupt) {
  for (Vertex v = 0; v < graph_.size(); ++v) {
    const bool free = mate[index(v)] < 0 && cycle_next[index(v)] < 0;
    if (free && dual[index(v)] > 0 && !search(v, interrupt)) return false;
  }
  return true;
}

// Grows one alternating tree from `root` until it can be augmented.
bool FractionalMatching::search(Vertex root, Interrupt& interrupt) {
  limit_ = kInfinity;
  zero_vertex_ = -1;
  make_outer(root, 0);
  std::uint32_t steps = 0;
  while (true) {
    if ((++steps & 0xfffu) == 0 && interrupt.stop()) {
      settle(events_.empty() ? 0 : std::min(limit_, events_.top().time));
      return false;
    }
    if (events_.empty() || (zero_vertex_ >= 0 && events_.top().time >= limit_)) {
      flip_to_root(zero_vertex_, -1);
      settle(limit_);
      return true;
    }
    const auto [time, a, b] = events_.top();
    events_.pop();
    if (b >= 0) {
      close_cycle(a, b);
      settle(time);
      return true;
    }
    if (label_[index(a)] != Label::none || time != reach_[index(a)] + dual[index(a)]) continue;
    if (mate[index(a)] >= 0) {
      grow(a, time);
      continue;
    }
    if (cycle_next[index(a)] >= 0) unroll_cycle(a);
    mate[index(a)] = reach_from_[index(a)];
    flip_to_root(reach_from_[index(a)], a);
    settle(time);
    return true;
  }
}

void FractionalMatching::make_outer(Vertex v, Weight time) {
  label_[index(v)] = Label::outer;
  labelled_at_[index(v)] = time;
  labelled_.push_back(v);
  dual[index(v)] += time;  // stored as (dual + time) while outer
  const Weight base = dual[index(v)];
  if (base < limit_) {
    limit_ = base;
    zero_vertex_ = v;
  }
  for (const Arc& arc : graph_.arcs(v)) {
    const std::size_t w = index(arc.head);
    if (label_[w] == Label::outer) {
      const Weight tight = (base + dual[w] - arc.weight) / 2;
      if (tight < limit_) {
        events_.push({tight, v, arc.head});
        limit_ = tight;
        zero_vertex_ = -1;
      }
      continue;
    }
    const Weight reach = base - arc.weight;
    if (reach >= reach_[w]) continue;
    if (reach_[w] == kInfinity) touched_.push_back(arc.head);
    reach_[w] = reach;
    reach_from_[w] = v;
    if (label_[w] == Label::inner) continue;
    const Weight tight = reach + dual[w];
    if (tight >= limit_) continue;
    events_.push({tight, arc.head, -1});
    if (mate[w] < 0) {
      limit_ = tight;
      zero_vertex_ = -1;
    }
  }
}

void FractionalMatching::grow(Vertex v, Weight time) {
  label_[index(v)] = Label::inner;
  labelled_at_[index(v)] = time;
  entry_[index(v)] = reach_from_[index(v)];
  labelled_.push_back(v);
  make_outer(mate[index(v)], time);
}

// Gives `outer` the partner `new_mate` (-1: exposes it) and shifts the matching along its path to the root.
void FractionalMatching::flip_to_root(Vertex outer, Vertex new_mate) {
  while (true) {
    const Vertex inner = mate[index(outer)];
    mate[index(outer)] = new_mate;
    if (inner < 0) return;
    const Vertex next = entry_[index(inner)];
    mate[index(inner)] = next;
    new_mate = inner;
    outer = next;
  }
}

// Takes v off its odd cycle; the others pair up along it.
void FractionalMatching::unroll_cycle(Vertex v) {
  Vertex a = cycle_next[index(v)];
  cycle_next[index(v)] = -1;
  while (a != v) {
    const Vertex b = cycle_next[index(a)];
    const Vertex next = cycle_next[index(b)];
    mate[index(a)] = b;
    mate[index(b)] = a;
    cycle_next[index(a)] = cycle_next[index(b)] = -1;
    a = next;
  }
}

// The tight edge (u, v) joins two outer vertices: their paths to the root meet and form an odd cycle, and
// the path above it flips.
void FractionalMatching::close_cycle(Vertex u, Vertex v) {
  ++stamp_;
  Vertex meet = -1;
  for (Vertex a = u, b = v; meet < 0; std::swap(a, b)) {
    if (a < 0) continue;
    if (mark_[index(a)] == stamp_) meet = a;
    mark_[index(a)] = stamp_;
    a = mate[index(a)] < 0 ? -1 : tree_parent(a);
  }
  const Vertex above = mate[index(meet)];
  for (Vertex a = u; a != meet;) {  // u -> ... -> meet
    const Vertex inner = mate[index(a)];
    const Vertex next = entry_[index(inner)];
    cycle_next[index(a)] = inner;
    cycle_next[index(inner)] = next;
    mate[index(a)] = mate[index(inner)] = -1;
    a = next;
  }
  Vertex ahead = u;
  for (Vertex b = v; b != meet;) {  // meet -> ... -> v -> u
    const Vertex inner = mate[index(b)];
    const Vertex next = entry_[index(inner)];
    cycle_next[index(b)] = ahead;
    cycle_next[index(inner)] = b;
    mate[index(b)] = mate[index(inner)] = -1;
    ahead = inner;
    b = next;
  }
  cycle_next[index(meet)] = ahead;
  mate[index(meet)] = -1;
  if (above >= 0) {
    const Vertex next = entry_[index(above)];
    mate[index(above)] = next;
    flip_to_root(next, above);
  }
}

void FractionalMatching::settle(Weight time) {
  for (const Vertex v : labelled_) {
    dual[index(v)] += label_[index(v)] == Label::outer ? -time : time - labelled_at_[index(v)];
    label_[index(v)] = Label::none;
  }
  for (const Vertex v : touched_) reach_[index(v)] = kInfinity;
  labelled_.clear();
  touched_.clear();
  events_.clear();
}

}  // namespace pairwise
