#pragma once

#include <span>
#include <utility>
#include <vector>

#include "opinions.h"

namespace pairwise {

// Deferred acceptance with capacities on both sides: the stable matching that proposers like best. Pairs of
// (proposer, receiver), each proposer's from the best on. Row i of `received` holds what the receivers think of proposer i.
// A pair needs the acceptance of both. O(proposals log capacity) and the sorting of as many wishes as are read.
// Throws Stopped when interrupted.
std::vector<std::pair<Vertex, Vertex>> defer_acceptance(const Opinions& proposers, const Opinions& received,
                                                        std::span<const Vertex> proposer_capacity,
                                                        std::span<const Vertex> receiver_capacity,
                                                        Interrupt& interrupt);

}  // namespace pairwise
