#pragma once

#include <span>

#include "priced_matching.h"

namespace pairwise {

// Exact maximum-weight matching on the given edges. Parallel edges count with the larger weight.
// Throws std::invalid_argument if weights do not fit.
PricedMatching solve_sparse(Vertex n, std::span<const Edge> edges, Cardinality cardinality,
                            Interrupt& interrupt);

}  // namespace pairwise
