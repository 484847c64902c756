#include "set_potential.h"

#include "sparse_minimum.h"

namespace pairwise {
namespace {

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

}  // namespace

SetPotential::SetPotential(std::span<const Vertex> place, std::span<const float> meeting)
    : place_(place.begin(), place.end()), group_(place.size(), -1), least_(minimum_table<float>(meeting)) {
  std::vector<Vertex> group(meeting.size());
  Vertex last = -1;
  for (std::size_t p = 0; p < meeting.size(); ++p) group[p] = meeting[p] > 0.0F ? last : ++last;
  for (std::size_t v = 0; v < place_.size(); ++v) {
    if (place_[v] >= 0) group_[v] = group[at(place_[v])];
  }
}

float SetPotential::operator()(Vertex i, Vertex j) const {
  if (group_[at(i)] < 0 || group_[at(i)] != group_[at(j)]) return 0.0F;
  return minimum_between(least_, at(place_[at(i)]), at(place_[at(j)]));
}

}  // namespace pairwise
