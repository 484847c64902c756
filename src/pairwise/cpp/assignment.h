#pragma once

#include <span>
#include <utility>
#include <vector>

#include "assigner.h"
#include "common.h"

namespace pairwise {

// Weights of rows x cols pairs, row-major. Entry (i, j) counts as round(entry * scale) units; NaN, -infinity
// and the least integer mean "not allowed".
template <class Number>
struct TableWeights {
  const Number* entries;
  Vertex rows, cols;
  double scale;

  const Number* row(Vertex i) const { return entries + static_cast<std::ptrdiff_t>(i) * cols; }
  bool allowed(Vertex i, Vertex j) const;
  Weight units(Vertex i, Vertex j) const;
};

// The answer to: max sum over used pairs of (weight + bonus), plus gains. The duals bound every assignment.
struct PricedAssignment {
  std::vector<Vertex> rows, cols;  // used pairs, ascending
  std::vector<Weight> row_duals, col_duals;
  Weight bonus = 0;      // added to every weight so that more pairs beat better pairs
  bool complete = true;  // false: interrupted; the duals leave a gap
  int rounds = 0;        // pricing rounds
};

// What a table holds: largest |entry| that is allowed (infinity if +infinity occurs), and whether all are whole.
struct Magnitude {
  double largest = 0;
  bool whole = true;
};
Magnitude magnitude_of(std::span<const double> entries);

// The most that changes along a path can be worth, for weights from `low` to `high`: a path enters and leaves at two
// ends, and alternates between at most min(rows, cols) + 1 new and min(rows, cols) old pairs. Throws
// std::invalid_argument if that does not fit.
Weight most_at_stake(Vertex rows, Vertex cols, long double low, long double high, long double gains);

struct AssignmentProblem {
  Loads rows, cols;
  bool maximum;  // as many pairs as can be, then most weight
};

// Exact on a full table: solves on the best few pairs of every row and column, prices all pairs with the duals,
// adds what they miss, repeats. Throws std::invalid_argument if weights do not fit.
template <class Number>
PricedAssignment assign_table(const TableWeights<Number>& weights, const AssignmentProblem& problem,
                              Interrupt& interrupt);

// Exact on a list of (row, col, weight), each pair once.
PricedAssignment assign_edges(const std::vector<Edge>& edges, const AssignmentProblem& problem,
                              Interrupt& interrupt);

}  // namespace pairwise
