#include "uncovered.h"

#include <algorithm>

#include "wide.h"

namespace pairwise {
namespace {

PAIRWISE_WIDE std::size_t above(const float* score, const float* floor, float own, std::size_t count, Vertex* out) {
  return select_places(count, out, [=](std::size_t c) { return score[c] - own > floor[c]; });
}

}  // namespace

Pairs uncovered(const float* block, std::span<const Vertex> rows, Vertex column, Vertex columns,
                std::span<const float> floor, const SetPotential& sets, bool upper) {
  Pairs found;
  std::vector<Vertex> places(static_cast<std::size_t>(columns));
  for (const Vertex i : rows) {
    const float own = floor[static_cast<std::size_t>(i)];
    const Vertex skip = upper ? std::clamp(i + 1 - column, Vertex{0}, columns) : 0;
    const std::size_t count = above(block + skip, floor.data() + column + skip, own,
                                    static_cast<std::size_t>(columns - skip), places.data());
    for (std::size_t k = 0; k < count; ++k) {
      const Vertex c = skip + places[k], j = column + c;
      if (j == i || !(block[c] - own - sets(i, j) > floor[static_cast<std::size_t>(j)])) continue;
      found.i.push_back(i);
      found.j.push_back(j);
    }
    block += columns;
  }
  return found;
}

}  // namespace pairwise
