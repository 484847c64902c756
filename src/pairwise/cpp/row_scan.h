#pragma once

#include <array>
#include <limits>
#include <type_traits>
#include <vector>

#include "best_entries.h"
#include "common.h"

namespace pairwise {

// Writes the positions first + k, ascending, of the entries with row[k] > own + floor[k]; returns how many.
std::size_t entries_above(const double* row, const double* floor, double own, std::size_t count, Vertex first,
                          Vertex* out);
std::size_t entries_above(const Weight* row, const Weight* floor, Weight own, std::size_t count, Vertex first,
                          Vertex* out);

// Reads rows of a matrix in two vector passes each: one for the range of the entries and for a bound on the
// k-th largest, one for the few entries above that bound.
template <class Number>
class RowScan {
 public:
  explicit RowScan(std::size_t length) : hits_(length) {}

  // Offers the allowed entries of a row to `best`, from `start` on and round; the entry at `skip` (-1: none)
  // is not read.
  void offer(const Number* row, Vertex start, Vertex skip, BestEntries<Number>& best);

  // Least and largest allowed entry of all rows so far; low > high if there was none.
  Number low() const { return low_; }
  Number high() const { return high_; }

 private:
  static constexpr std::size_t kGroups = 32;    // entries are grouped by position modulo this
  static constexpr std::size_t kShortGroup = 8; // for larger k: so many neighbours are a group

  Number kth_bound(const Number* row, std::size_t skip, std::size_t k);

  Number low_ = std::numeric_limits<Number>::max();
  Number high_ = std::numeric_limits<Number>::lowest();
  std::array<Number, kGroups> group_high_, group_low_;
  std::vector<Number> short_high_;
  std::vector<Vertex> hits_;
};

}  // namespace pairwise
