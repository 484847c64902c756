#pragma once

#include <cstdint>
#include <span>

#include "elementwise.h"

namespace pairwise {

// Levels of some people in whole steps, one byte each, a row per person.
struct Steps {
  const std::uint8_t* data;
  std::size_t people, columns;
};

// Fills out(r, c) with the sum of the minima of row r of `left` and row c of `right`, times both scales. Sums must
// be below 2^16. Columns in which a row is 0 cost nothing.
template <class T>
void sum_of_minima(const Steps& left, const Steps& right, std::span<const T> row_scale,
                   std::span<const T> column_scale, Block<T> out);

}  // namespace pairwise
