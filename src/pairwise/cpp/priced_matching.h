#pragma once

#include <vector>

#include "common.h"
#include "matcher.h"

namespace pairwise {

enum class Cardinality { any, maximum };

// The answer to max sum over matched pairs of (weight + bonus), with duals that prove it over all pairs.
// With `has_bye` one more vertex stands for "left out": it can be matched to anybody at weight `bye`.
struct PricedMatching {
  std::vector<Vertex> mate;   // (n,)
  DualSolution duals;
  Weight bonus = 0;           // added to every weight so that more pairs beat better pairs
  bool has_bye = false;
  Weight bye = 0;
  bool complete = true;       // false: interrupted; the duals are feasible but leave a gap
  int rounds = 0;

  // Chooses bonus and bye for n people and weights in [low, high] units. Throws std::invalid_argument if
  // they do not fit into the kernel's integers.
  void frame(Vertex n, long double low, long double high, bool maximum);

  // Reads mates and duals off a matcher on n people and, with a bye, one vertex more.
  void take(const Matcher& matcher, Vertex n);
};

}  // namespace pairwise
