#pragma once

#include <algorithm>
#include <bit>
#include <span>
#include <utility>
#include <vector>

namespace pairwise {

// table[h][p] is the least of values[p ... p + 2^h - 1]. O(n log n).
template <class Value>
std::vector<std::vector<Value>> minimum_table(std::span<const Value> values) {
  std::vector<std::vector<Value>> table(1, std::vector<Value>(values.begin(), values.end()));
  for (std::size_t span = 2; span <= values.size(); span *= 2) {
    const auto& half = table.back();
    std::vector<Value> level(values.size() - span + 1);
    for (std::size_t p = 0; p < level.size(); ++p) level[p] = std::min(half[p], half[p + span / 2]);
    table.push_back(std::move(level));
  }
  return table;
}

// The least value behind the first of two different places up to the second.
template <class Value>
Value minimum_between(const std::vector<std::vector<Value>>& table, std::size_t from, std::size_t to) {
  if (from > to) std::swap(from, to);
  ++from;
  const auto height = static_cast<std::size_t>(std::bit_width(to - from + 1)) - 1;
  return std::min(table[height][from], table[height][to + 1 - (std::size_t{1} << height)]);
}

}  // namespace pairwise
