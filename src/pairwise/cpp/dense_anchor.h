#pragma once

#include <vector>

#include "best_entries.h"
#include "matcher.h"

namespace pairwise {

// The threshold of a row of which nothing is known.
template <class Number>
inline constexpr Number kUnbounded = std::is_integral_v<Number> ? static_cast<Number>(kInfinity)
                                                                : std::numeric_limits<Number>::infinity();

// What is known of the entries outside the edges of a matcher. In the unit of the entries, let s be half the sum
// of the duals that i and j had in common when the anchors were set. Then no entry (i, j) outside the edges is
// above threshold[i] + anchor[j] + s. Of pairs of a row that changed since, its own threshold alone holds, with
// s = 0; of two such rows, that of the later one.
template <class Number>
struct DenseAnchor {
  explicit DenseAnchor(Vertex n)
      : threshold(static_cast<std::size_t>(n), kNone<Number>),
        anchor(static_cast<std::size_t>(n), Number{0}),
        changed(static_cast<std::size_t>(n), false) {}

  std::vector<Number> threshold, anchor;
  std::vector<bool> changed;
  DualSolution family;  // of which the common duals were
  double largest = 0;  // absolute value of what thresholds were made of
};

}  // namespace pairwise
