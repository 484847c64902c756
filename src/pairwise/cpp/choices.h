#pragma once

#include <span>
#include <vector>

#include "common.h"

namespace pairwise {

// Columns that rows choose: what each adds to the worth of a choice, and to the share of its row; row-major,
// share -infinity: not allowed. A choice of row i has low[i] ... high[i] columns, and a share of `floor` or more.
struct SharedTable {
  const double *worth, *shares;
  Vertex rows, cols;
  std::span<const Vertex> low, high;
  double floor;
};

// The best choices of each row, best first: those of row i are first[i] ... first[i + 1] - 1, and choice c has
// columns members[start[c]] ... members[start[c + 1] - 1].
struct Choices {
  std::vector<double> bound;        // by row: no choice is worth more; -infinity if there is none
  std::vector<std::uint8_t> whole;  // by row: all choices of at least the best's worth - slack are listed
  std::vector<std::int64_t> first{0}, start{0};
  std::vector<double> value;
  std::vector<Vertex> members;
};

// Lists up to `count` choices a row. The floor's Lagrange multiplier bounds what a choice that begins with some
// columns is worth; depth first in that order. O(rows x cols log) and the steps of the search, at most `steps` a row:
// beyond them `bound` is the multiplier's. Throws Stopped when interrupted.
Choices best_choices(const SharedTable& table, std::size_t count, double slack, std::int64_t steps,
                     Interrupt& interrupt);

}  // namespace pairwise
