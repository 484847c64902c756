#pragma once

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

// So many entries of a row, far apart, share a peak.
inline constexpr std::size_t kPerPeak = 4;

// Reads rows of a matrix in one vector pass each, which finds the range of the entries and the largest of every few
// of them; only what may be among the k largest is looked at again.
template <class Number>
class RowScan {
 public:
  explicit RowScan(std::size_t length);

  // Offers the allowed entries of a row to `best`, from `start` on and round; the entry at `skip` (-1: none)
  // is not read. The row that comes `next`, if given, is fetched meanwhile.
  void offer(const Number* row, Vertex start, Vertex skip, BestEntries<Number>& best, const Number* next = nullptr);

  // The same for the entries in units (see `TableWeights`) less the prices of the columns, which are whole numbers.
  // The range stays as it is.
  void offer_priced(const Number* row, double scale, const Number* price, Vertex start, BestEntries<Number>& best);

  // Least and largest allowed entry of all rows so far; low > high if there was none.
  Number low() const;
  Number high() const { return high_; }

  // Writes the columns, ascending, of the entries that are at least `least` in units less prices; returns how many.
  std::size_t find_priced(const Number* row, double scale, const Number* price, Number least, Vertex* out) const;

 private:
  std::size_t stride() const { return keys_.size() / kPerPeak; }
  void fold_without(const Number* row, std::size_t skip);
  void offer_best(const Number* row, Vertex start, Vertex skip, BestEntries<Number>& best);
  Number kth_bound(std::size_t k);
  std::size_t find(const Number* row, Number bound);
  std::size_t find_peaks(Number bound);

  Number high_ = std::numeric_limits<Number>::lowest();
  std::vector<Number> keys_;    // what was read last by `offer_priced`
  std::vector<Number> peaks_;   // the largest of every few entries
  std::vector<Number> least_;   // the least allowed ones of all rows, at the same places
  std::vector<Number> groups_;  // the largest of every few peaks
  std::vector<Number> sorted_;
  std::vector<std::size_t> high_peaks_;
  std::vector<Vertex> hits_;
};

}  // namespace pairwise
