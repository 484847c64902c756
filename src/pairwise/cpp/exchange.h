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

// Who holds which columns: slots of rows, as many as they may have, -1 where empty.
struct Slots {
  std::vector<Vertex> row, col;
};

// Exchanges columns between rows until the shares of all reach the target, as nearly as it is found: the sum of
// what rows are short of it falls. Loads stay within bounds. Returns the slots of the highest smallest share met.
// Deterministic for a seed; when interrupted, the best so far. O(moves).
Slots raise_floor(const double* shares, Vertex cols, std::span<const Vertex> row_low, std::span<const Vertex> col_low,
                  std::span<const Vertex> col_high, Slots start, double target, const Cooling& cooling,
                  Interrupt& interrupt);

// Lets each row take one of its choices so that the sum of worth, less a penalty for each column too often or too
// seldom taken, is large. Returns the choices of the least such excess met, of the best worth among those;
// with `any` the first without excess.
std::vector<std::int64_t> pick_choices(const Choices& choices, std::span<const Vertex> col_low,
                                       std::span<const Vertex> col_high, double penalty, bool any,
                                       const Cooling& cooling, Interrupt& interrupt);

}  // namespace pairwise
