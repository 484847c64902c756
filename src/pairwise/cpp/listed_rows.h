#pragma once

#include <span>
#include <utility>
#include <vector>

#include "assignment.h"
#include "best_entries.h"
#include "common.h"
#include "row_scan.h"

namespace pairwise {

// What `ListedRows::rest` is for a row without further entries.
inline constexpr Weight kNoRest = -kInfinity;

// The best few entries of each row of a table, less the prices of the columns. Prices never fall, so that what is
// known of the entries outside a list stays true; a row is read again on demand. Entries count in units as in
// `TableWeights`.
template <class Number>
class ListedRows {
 public:
  struct Entry {
    Weight weight;
    Vertex col;
  };

  ListedRows(const Number* entries, Vertex rows, Vertex cols);  // reads the table once

  Vertex rows() const { return rows_; }
  Vertex cols() const { return cols_; }
  Magnitude magnitude() const;

  // Lists the entries as they were read first, at prices 0.
  void start(double scale);

  // Largest less least entry of all lists.
  Weight spread() const;
  // Least and largest allowed entry in units; the first is above the second if there is none.
  std::pair<long double, long double> range() const;

  std::span<const Entry> list(Vertex i) const { return {list_.data() + at(i) * listed_, count_[at(i)]}; }
  // No entry outside the list is above that, less its price.
  Weight rest(Vertex i) const { return rest_[at(i)]; }
  Weight weight(Vertex i, Vertex j) const;

  Weight price(Vertex j) const { return price_[at(j)]; }
  void raise(Vertex j, Weight by);
  // Whether prices can rise by the range of the weights times the number of rows once more, and still be exact.
  bool is_exact() const;
  std::vector<Weight> take_prices() { return std::move(price_); }

  // Lists the best entries at the prices of today.
  void read_again(Vertex i);

  // Columns of all entries of a row that are, less their prices, at least that. Holds until it is asked again.
  std::span<const Vertex> columns_from(Vertex i, Weight least);

 private:
  static std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }
  const Number* row(Vertex i) const { return entries_ + static_cast<std::ptrdiff_t>(i) * cols_; }
  // Lists start there, so that rows of equal entries do not all list the same few columns.
  Vertex diagonal(Vertex i) const { return static_cast<Vertex>(std::int64_t{i} * cols_ / rows_); }
  Weight units(Number value) const;

  const Number* entries_;
  Vertex rows_, cols_;
  double scale_ = 1;
  bool whole_ = true;
  std::vector<std::pair<Number, Vertex>> first_;  // places of each row as they were read first
  std::vector<std::size_t> first_count_;
  std::vector<Number> first_rest_;
  std::size_t first_listed_, listed_;             // places of a row
  std::vector<Entry> list_;
  std::vector<std::size_t> count_;
  std::vector<Weight> rest_;
  std::vector<Weight> price_;
  std::vector<Number> number_price_;              // the same, for vector code
  std::vector<Vertex> hits_;
  RowScan<Number> scan_;
  BestEntries<Number> best_;
};

}  // namespace pairwise
