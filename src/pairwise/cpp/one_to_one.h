#pragma once

#include <optional>
#include <vector>

#include "assignment.h"
#include "common.h"
#include "event_queue.h"
#include "listed_rows.h"

namespace pairwise {

// Maximum-weight assignment of rows to columns, one to one, on a full table with no more rows than columns: bids and
// then shortest augmenting paths, after Jonker and Volgenant, on the best few entries of each row. A row is read again
// when the rest of its entries could matter, so that the duals cover all pairs without pricing.
//
// Invariants between bids and between searches, with u the duals of rows and p the prices of columns:
//   prices never fall; they are 0 for columns without a row, unless every column will have one in the end;
//   u[i] >= floor_, and rows at the floor need no column;
//   u[i] + p[j] >= weight(i, j), with equality for assigned pairs once bids have no step.
template <class Number>
class OneToOne {
 public:
  OneToOne(const Number* entries, Vertex rows, Vertex cols) : listed_(entries, rows, cols) {}  // reads the table once

  Magnitude magnitude() const { return listed_.magnitude(); }

  // Entries count in units as in `TableWeights`. None if as many pairs as can be are wanted and some row must stay
  // alone, or if prices rose too high for floats. Throws std::invalid_argument if weights do not fit.
  std::optional<PricedAssignment> solve(double scale, bool maximum, Interrupt& interrupt);

 private:
  struct Bid {
    Vertex col;            // -1: none is worth more than the floor
    Weight worth, second;  // what the row gains by the column, and at most by another
  };
  enum class Outcome { found, stuck, interrupted };

  static std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }
  void start(double scale, bool maximum);
  PricedAssignment answer(bool complete);

  bool has_floor() const { return floor_ > -kInfinity; }
  bool is_taken(Vertex col) const { return row_of_[at(col)] >= 0; }
  Bid look(Vertex i) const;
  Bid best_bid(Vertex i);
  Vertex take(Vertex i, const Bid& bid);
  Vertex bid_for(Vertex i, bool last, std::vector<Vertex>& losers);
  bool bid(std::vector<Vertex>& free, Interrupt& interrupt);
  bool settle_contention(std::vector<Vertex>& free, Interrupt& interrupt);
  std::vector<Vertex> part_loose_pairs();
  void cover_all();

  Outcome search(Vertex root, Interrupt& interrupt);
  void join(Vertex i, Weight time);
  void scan(Vertex i);
  void scan_rest(Vertex i, Weight time);
  void reach(Vertex i, Vertex col, Weight time);
  void settle(Weight time);
  void augment(Vertex root);

  ListedRows<Number> listed_;
  Weight bonus_ = 0, floor_ = 0;
  Weight step_ = 0;                      // bids are raised by that beyond the second best
  std::size_t bids_left_ = 0;
  std::vector<Weight> dual_;
  std::vector<Vertex> col_of_, row_of_;  // -1: none

  // Of the search at work.
  std::vector<Weight> reach_, joined_at_;
  std::vector<Vertex> entry_;            // row from which a column was reached
  std::vector<Vertex> touched_, joined_cols_, joined_rows_;
  std::vector<bool> read_again_;         // by row
  EventQueue events_;
  Weight limit_ = kInfinity;             // the search ends then, at the column or else at the row
  Vertex last_col_ = -1, last_row_ = -1;
};

}  // namespace pairwise
