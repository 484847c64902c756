#pragma once

#include <optional>
#include <span>

#include "common.h"
#include "matcher.h"
#include "priced_matching.h"

namespace pairwise {

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

// Exact maximum-weight matching on a dense matrix: solves on the best few partners of everybody, prices all
// pairs with the duals, adds what they miss, repeats. The solver stays ready for "what if" questions, which
// start from its optimum. Throws std::invalid_argument if weights do not fit.
template <class Number>
class DenseSolver {
 public:
  // With a `span` (low, high) the bonus outweighs weights in that range too, not only those of the matrix.
  DenseSolver(const DenseWeights<Number>& weights, Cardinality cardinality,
              std::optional<std::pair<Number, Number>> span = std::nullopt);

  // Number of vertices, the bye included.
  Vertex vertices() const { return weights_.n + (frame_.has_bye ? 1 : 0); }

  PricedMatching solve(Interrupt& interrupt);

  // The optimum without some vertices (n: the bye) and some pairs. Leaves the solver as it is; `solve` comes
  // first.
  PricedMatching solve_without(std::span<const Vertex> vertices, std::span<const std::pair<Vertex, Vertex>> pairs,
                               Interrupt& interrupt) const;

 private:
  class Pricing;

  void choose_bonus(std::optional<std::pair<Number, Number>> span);
  void collect_best();
  void join_left_out();
  void join(const std::vector<Vertex>& left, std::size_t partners);
  void add_candidate(Vertex u, Vertex v) { edges_.push_back({u, v, total(u, v)}); }
  void collect_candidates();
  Weight total(Vertex i, Vertex j) const { return weights_.units(i, j) + frame_.bonus; }
  PricedMatching optimise(Matcher& matcher, Pricing pricing, Interrupt& interrupt) const;

  DenseWeights<Number> weights_;
  bool maximum_;
  PricedMatching frame_;           // bonus and bye, no answer
  std::vector<Edge> edges_;        // candidates to begin with
  std::vector<Number> threshold_;  // by row: no entry outside the candidates is larger
  Matcher matcher_;
};

// First (i, j), i < j, where the matrix is not symmetric; (-1, -1) if none.
template <class Number>
std::pair<Vertex, Vertex> find_asymmetry(const DenseWeights<Number>& weights);

}  // namespace pairwise
