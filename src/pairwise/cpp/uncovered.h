#pragma once

#include <span>
#include <vector>

#include "set_potential.h"

namespace pairwise {

struct Pairs {
  std::vector<Vertex> i, j;
};

// The pairs of a block whose score is above the floors of both and what their sets cover. Row r is person rows[r],
// column c is person column + c; pairs (i, i) are left aside, with `upper` all with i > j.
Pairs uncovered(const float* block, std::span<const Vertex> rows, Vertex column, Vertex columns,
                std::span<const float> floor, const SetPotential& sets, bool upper);

}  // namespace pairwise
