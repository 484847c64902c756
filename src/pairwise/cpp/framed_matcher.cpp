#include "framed_matcher.h"

namespace pairwise {

FramedMatcher::FramedMatcher(Vertex n, const PricedMatching& frame)
    : n_(n),
      frame_(frame),
      matcher_(n + (frame.has_bye ? 1 : 0)),
      present_(static_cast<std::size_t>(n) + 1, true),
      count_(n) {
  present_.back() = frame.has_bye;
}

void FramedMatcher::load(std::span<const Edge> edges, Interrupt& interrupt) {
  std::vector<Edge> framed;
  framed.reserve(edges.size() + present_.size());
  for (const Edge& edge : edges) {
    if (present(edge.u) && present(edge.v)) framed.push_back({edge.u, edge.v, edge.weight + frame_.bonus});
  }
  present_.back() = frame_.has_bye && count_ % 2 == 1;
  for (Vertex v = 0; present_.back() && v < n_; ++v) {
    if (present(v)) framed.push_back({v, n_, frame_.bye + frame_.bonus});
  }
  matcher_.load(framed, interrupt);
}

void FramedMatcher::call_bye() {
  const bool wanted = frame_.has_bye && count_ % 2 == 1;
  if (wanted == present(n_)) return;
  if (!wanted) return leave(n_);
  std::vector<Edge> edges;
  for (Vertex v = 0; v < n_; ++v) {
    if (present(v)) edges.push_back({n_, v, frame_.bye + frame_.bonus});
  }
  present_.back() = true;
  matcher_.set_edges(n_, edges);
}

void FramedMatcher::exchange_edges(std::span<const Edge> edges, const CommonDual& common) {
  matcher_.remove_unused([&](Vertex v, const Arc& arc) {
    if (v == n_ || arc.head == n_) return false;
    return matcher_.dual(v) + matcher_.dual(arc.head) + common(v, arc.head) > arc.weight;
  });
  for (const Edge& edge : edges) set_edge(edge.u, edge.v, edge.weight);
}

void FramedMatcher::leave(Vertex v) {
  if (!present(v)) return;
  present_[static_cast<std::size_t>(v)] = false;
  if (v < n_) --count_;
  matcher_.isolate(v);
}

void FramedMatcher::set_edges(Vertex v, std::span<const Edge> edges) {
  if (!present(v)) ++count_;
  present_[static_cast<std::size_t>(v)] = true;
  std::vector<Edge> framed;
  for (const Edge& edge : edges) {
    if (present(edge.v)) framed.push_back({v, edge.v, edge.weight + frame_.bonus});
  }
  if (present(n_)) framed.push_back({v, n_, frame_.bye + frame_.bonus});
  matcher_.set_edges(v, framed);
}

PricedMatching FramedMatcher::answer(Outcome outcome) const {
  PricedMatching out = frame_;
  out.complete = outcome == Outcome::optimal;
  out.take(matcher_, n_);
  return out;
}

}  // namespace pairwise
