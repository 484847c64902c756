#pragma once

#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "common.h"

namespace pairwise {

// The entry that means "not allowed", and below every real one.
template <class Number>
inline constexpr Number kNone = std::is_integral_v<Number> ? std::numeric_limits<Number>::min()
                                                           : -std::numeric_limits<Number>::infinity();

// The k largest entries seen, in descending order; earlier entries win ties.
template <class Number>
class BestEntries {
 public:
  explicit BestEntries(std::size_t k) : k_(k) { entries_.reserve(k + 1); }

  void clear(Number floor) {
    entries_.clear();
    floor_ = floor;
  }
  std::size_t capacity() const { return k_; }
  Number threshold() const { return entries_.size() < k_ ? floor_ : entries_.back().first; }

  void offer(Number value, Vertex v) {
    if (!(value > threshold())) return;
    auto place = entries_.end();
    while (place != entries_.begin() && std::prev(place)->first < value) --place;
    entries_.insert(place, {value, v});
    if (entries_.size() > k_) entries_.pop_back();
  }
  const std::vector<std::pair<Number, Vertex>>& entries() const { return entries_; }

 private:
  std::size_t k_;
  Number floor_{};
  std::vector<std::pair<Number, Vertex>> entries_;
};

}  // namespace pairwise
