#pragma once

#include <cmath>
#include <type_traits>
#include <utility>

#include "best_entries.h"
#include "common.h"

namespace pairwise {

// Weights of all pairs as a square, symmetric, row-major matrix. Entry (i, j) counts as
// round(entry * scale) units; NaN, -infinity and the least integer mean "not allowed".
template <class Number>
struct DenseWeights {
  const Number* entries;
  Vertex n;
  double scale;

  Weight units(Vertex i, Vertex j) const {
    if constexpr (std::is_integral_v<Number>) return row(i)[j];
    else return std::llrint(row(i)[j] * scale);
  }
  bool allowed(Vertex i, Vertex j) const { return i != j && row(i)[j] > kNone<Number>; }
  const Number* row(Vertex i) const { return entries + static_cast<std::ptrdiff_t>(i) * n; }
};

// First (i, j), i < j, where the matrix is not symmetric; (-1, -1) if none.
template <class Number>
std::pair<Vertex, Vertex> find_asymmetry(const DenseWeights<Number>& weights);

}  // namespace pairwise
