#pragma once

#include "bindings.h"

namespace pairwise::bind {

// Checked edges from parallel arrays; throws std::invalid_argument.
std::vector<Edge> to_edges(Vertex n, std::span<const Vertex> u, std::span<const Vertex> v,
                           std::span<const Weight> weight);

void bind_matcher(nb::module_& m);

}  // namespace pairwise::bind
