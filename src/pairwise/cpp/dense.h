#pragma once

#include <optional>
#include <span>
#include <vector>

#include "dense_pricing.h"
#include "dense_weights.h"
#include "framed_matcher.h"
#include "priced_matching.h"
#include "row_scan.h"

namespace pairwise {

// Exact maximum-weight matching on a dense matrix: solves on the best few partners of everybody, prices all
// pairs with the duals, adds what they miss, repeats. The solver stays ready for changes of the matrix and for
// "what if" questions; both start from the last optimum. Throws std::invalid_argument if weights do not fit.
template <class Number>
class DenseSolver {
 public:
  // With a `span` (low, high) the bonus outweighs weights in that range too, not only those of the matrix.
  // `absent` vertices take no part until `row_changed`.
  DenseSolver(const DenseWeights<Number>& weights, Cardinality cardinality,
              std::optional<std::pair<Number, Number>> span = std::nullopt, std::span<const Vertex> absent = {});

  // The same solver on another matrix of the same size; rows and pairs that differ are told as changes.
  DenseSolver(const DenseSolver& other, const Number* entries) : DenseSolver(other) { weights_.entries = entries; }

  // Number of vertices, the bye included.
  Vertex vertices() const { return weights_.n + (framed_.frame().has_bye ? 1 : 0); }

  // From scratch at first, then from the optimum before the changes.
  PricedMatching solve(Interrupt& interrupt);

  // The optimum without some vertices (n: the bye) and some pairs. Leaves the optimum as it is; `solve` comes
  // first.
  PricedMatching solve_without(std::span<const Vertex> vertices, std::span<const std::pair<Vertex, Vertex>> pairs,
                               Interrupt& interrupt);

  // Changes, after the first `solve`; the matrix already holds the new entries.
  void row_changed(Vertex v);
  void pair_changed(Vertex u, Vertex v);
  void leave(Vertex v) { framed_.leave(v); }

 private:
  std::vector<std::vector<Vertex>> read_rows(RowScan<Number>& scan, const std::vector<bool>& skipped);
  PricedMatching frame(const RowScan<Number>& scan, std::optional<std::pair<Number, Number>> span);
  void join_left_out();
  void join(const std::vector<Vertex>& left, std::size_t partners);
  void add_candidate(Vertex u, Vertex v) { edges_.push_back({u, v, weights_.units(u, v)}); }
  bool meet(Vertex u, Vertex v) const { return framed_.present(u) && framed_.present(v) && weights_.allowed(u, v); }
  Number half(Weight dual) const;
  std::vector<Number> potentials() const;
  void set_anchor();
  std::vector<Number> keys(std::span<const Number> potential, Vertex v) const;
  void settle_left(const FramedMatcher& framed, const DensePricing<Number>& pricing, PricedMatching& answer) const;
  template <class MayMeet>
  void lower(const FramedMatcher& framed, Vertex v, MayMeet may_meet, PricedMatching& answer) const;
  template <class MayMeet>
  void pair_left(const FramedMatcher& framed, MayMeet may_meet, std::vector<Vertex>& mate) const;
  PricedMatching repair(FramedMatcher& framed, std::span<const std::pair<Vertex, Vertex>> apart,
                        Interrupt& interrupt);
  PricedMatching optimise(FramedMatcher& framed, DensePricing<Number>& pricing, Interrupt& interrupt,
                          const FramedMatcher* empty);

  DenseWeights<Number> weights_;
  bool maximum_;
  Weight range_ = 1;               // largest less least weight, at least 1
  std::vector<Edge> edges_;        // candidates to begin with
  DenseAnchor<Number> anchor_;
  FramedMatcher framed_;
  bool loaded_ = false;
  std::size_t partners_;           // edges that a row gets when anchors are set
  bool anchored_ = false;          // by duals; at first by the largest entries
  std::size_t looked_at_ = 0, changed_rows_ = 0;  // since the anchors were set
};

}  // namespace pairwise
