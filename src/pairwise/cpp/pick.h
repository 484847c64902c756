#pragma once

#include <span>
#include <vector>

#include "choices.h"
#include "common.h"

namespace pairwise {

// How a search by random changes cools down: worse by the heat is accepted one time in e.
struct Cooling {
  double hot, cold;
  std::int64_t moves;
  std::uint64_t seed;
};

// Lets each row take one of its choices so that the sum of worth, less a penalty for each column too often or too
// seldom taken, is large. Returns the choices of the least such excess met, of the best worth among those;
// with `any` the first without excess.
std::vector<std::int64_t> pick_choices(const Choices& choices, std::span<const Vertex> col_low,
                                       std::span<const Vertex> col_high, double penalty, bool any,
                                       const Cooling& cooling, Interrupt& interrupt);

}  // namespace pairwise
