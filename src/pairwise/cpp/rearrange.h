#pragma once

#include <span>
#include <vector>

#include "common.h"

namespace pairwise {

// Who holds which columns: slots of rows, as many as they may have, -1 where empty.
struct Slots {
  std::vector<Vertex> row, col;
};

// What rows share out: what each pair adds to the sum and to the share of its row, -infinity: not allowed;
// row-major. Loads of rows are at most their slots.
struct SharedOut {
  const double *weights, *shares;
  Vertex cols;
  std::span<const Vertex> row_low, col_low, col_high;
};

struct Rearranging {
  double target;      // of all shares
  double sum_weight;  // of the sum, once all are at the target: no row then falls below; less until then
  double size;        // of shares, for noise
  std::int64_t rounds;
  std::uint64_t seed;
};

// Raises the shares of all rows to a target, then the sum if that counts. Each round, many rows give up one slot
// each, and all that was given up, and some of what is free, is dealt out anew as well as can be: one assignment, so a
// change of many rows at once. Rows that stay short gain weight from round to round, until others give way.
// Starts from loads within bounds and keeps them. Returns the slots of the highest smallest share met, and of the
// best sum at the target. Deterministic for a seed; when interrupted, the best so far.
Slots rearrange(const SharedOut& problem, Slots start, const Rearranging& settings, Interrupt& interrupt);

}  // namespace pairwise
