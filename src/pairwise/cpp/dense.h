#pragma once

#include <span>

#include "common.h"
#include "matcher.h"

namespace pairwise {

enum class Cardinality { any, maximum };

// Weights of all pairs as a square, symmetric, row-major matrix. Entry (i, j) counts as
// round(entry * scale) units; NaN, -infinity and the least integer mean "not allowed".
template <class Number>
struct DenseWeights {
  const Number* entries;
  Vertex n;
  double scale;

  Weight units(Vertex i, Vertex j) const;
  bool allowed(Vertex i, Vertex j) const;
  const Number* row(Vertex i) const { return entries + static_cast<std::ptrdiff_t>(i) * n; }
};

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
  std::size_t edges = 0;
};

// Exact maximum-weight matching on a dense matrix: solves on the best few partners of everybody, prices all
// pairs with the duals, adds what they miss, repeats. Throws std::invalid_argument if weights do not fit.
template <class Number>
PricedMatching solve_dense(const DenseWeights<Number>& weights, Cardinality cardinality, Interrupt& interrupt);

// First (i, j), i < j, where the matrix is not symmetric; (-1, -1) if none.
template <class Number>
std::pair<Vertex, Vertex> find_asymmetry(const DenseWeights<Number>& weights);

}  // namespace pairwise
