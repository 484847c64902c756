#pragma once

#include <span>
#include <vector>

#include "common.h"

namespace pairwise {

// Side of a vertex in the Gallai-Edmonds decomposition.
enum class Side : std::int8_t { even = 0, barrier = 1, rest = 2 };

// Why no larger matching exists: `mate` (n,) must be of maximum cardinality. Removing the `barrier` vertices
// leaves more odd components, made of `even` vertices, than the barrier has members; the difference is the
// number of people left out (Tutte-Berge). O(m log n). Throws std::invalid_argument if `mate` can grow.
std::vector<Side> tutte_berge(Vertex n, std::span<const Edge> edges, std::span<const Vertex> mate);

}  // namespace pairwise
