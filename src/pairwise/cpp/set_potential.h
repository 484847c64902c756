#pragma once

#include <span>
#include <vector>

#include "common.h"

namespace pairwise {

// What nested sets of people take off the scores of pairs among them. People of sets stand in an order in which
// every set is a run; a pair loses the least meeting sum behind the first of the two up to the second.
class SetPotential {
 public:
  // place: (n,) in the order, -1 for people in no set; meeting: (places,) what each loses with the one before it,
  // 0 where they share no set.
  SetPotential(std::span<const Vertex> place, std::span<const float> meeting);

  Vertex size() const { return static_cast<Vertex>(place_.size()); }
  float operator()(Vertex i, Vertex j) const;

 private:
  std::vector<Vertex> place_, group_;      // by person; people of different groups share no set
  std::vector<std::vector<float>> least_;  // least_[h][p]: least meeting at places p ... p + 2^h - 1
};

}  // namespace pairwise
