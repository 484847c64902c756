#pragma once

#include <span>
#include <utility>
#include <vector>

#include "common.h"
#include "laminar.h"
#include "matcher.h"
#include "priced_matching.h"

namespace pairwise {

// A Matcher under a frame: to every weight it adds the bonus, and the bye takes part after `load` and `call_bye`
// while the number of vertices that are present is odd. Weights given here are without the bonus. Throughout, `n`
// is the bye.
class FramedMatcher {
 public:
  FramedMatcher(Vertex n, const PricedMatching& frame);

  // Loads the edges between present vertices into an empty matcher.
  void load(std::span<const Edge> edges, Interrupt& interrupt);

  // Lets the bye come or go as the number of vertices demands.
  void call_bye();

  // Restores optimality, as Matcher does.
  Outcome solve(Interrupt& interrupt, Weight horizon = kInfinity) { return matcher_.solve(interrupt, horizon); }

  // Sets the weight of an edge; makes it if it is not there.
  void set_edge(Vertex u, Vertex v, Weight weight) { matcher_.set_edge(u, v, weight + frame_.bonus); }
  void remove_edge(Vertex u, Vertex v) { matcher_.remove_edge(u, v); }

  // Adds edges, and removes those that nothing rests on; `common` is of the present duals.
  void exchange_edges(std::span<const Edge> edges, const CommonDual& common);

  // Takes v out with all its edges; v may be the bye.
  void leave(Vertex v);
  // Replaces all edges of v, and lets it take part if it did not.
  void set_edges(Vertex v, std::span<const Edge> edges);

  void open_exposed() { matcher_.open_exposed(); }

  bool present(Vertex v) const { return present_[static_cast<std::size_t>(v)]; }
  const Matcher& matcher() const { return matcher_; }
  const PricedMatching& frame() const { return frame_; }
  PricedMatching answer(Outcome outcome) const;

 private:
  Vertex n_;
  PricedMatching frame_;       // bonus and bye, no answer
  Matcher matcher_;
  std::vector<bool> present_;  // by vertex, the bye last
  Vertex count_;               // of vertices present, without the bye
};

}  // namespace pairwise
