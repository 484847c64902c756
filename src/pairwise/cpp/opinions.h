#pragma once

#include <cstddef>
#include <limits>

#include "common.h"

namespace pairwise {

// What everybody thinks of everybody else: row i holds what i thinks of 0 ... columns - 1, higher is better.
// NaN and -infinity: not acceptable. Equal values: the lower index is preferred.
struct Opinions {
  const double* values;
  Vertex rows, columns;

  double operator()(Vertex i, Vertex j) const {
    return values[static_cast<std::size_t>(i) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(j)];
  }
  bool accepts(Vertex i, Vertex j) const { return (*this)(i, j) > -std::numeric_limits<double>::infinity(); }
};

// One entry of a list of wishes.
struct Wish {
  double value;
  Vertex partner;

  static Wish ideal() { return {std::numeric_limits<double>::infinity(), -1}; }
  static Wish least() { return {-std::numeric_limits<double>::infinity(), std::numeric_limits<Vertex>::max()}; }
  bool before(const Wish& other) const {
    return value > other.value || (value == other.value && partner < other.partner);
  }
};

}  // namespace pairwise
