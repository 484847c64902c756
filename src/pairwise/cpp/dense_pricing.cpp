#include "dense_pricing.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "row_scan.h"

namespace pairwise {
namespace {

constexpr std::size_t kAddedPerRow = 4;  // violated pairs a row may add in one round
constexpr std::size_t kShortPrefix = 16; // a prefix below this share of the row is cheaper than the whole row

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

}  // namespace

template <class Number>
DensePricing<Number>::DensePricing(const DenseWeights<Number>& weights, std::span<const Number> threshold,
                                   std::span<const Number> anchor,
                                   std::span<const std::pair<Vertex, Vertex>> forbidden)
    : weights_(weights), threshold_(threshold), anchor_(anchor), found_(at(weights.n)), worst_(2 * kAddedPerRow) {
  for (const auto& [u, v] : forbidden) forbidden_.push_back(std::minmax(u, v));
  std::sort(forbidden_.begin(), forbidden_.end());
  for (const Number v : anchor) largest_anchor_ = std::max(largest_anchor_, std::abs(static_cast<double>(v)));
}

template <class Number>
bool DensePricing<Number>::run(const FramedMatcher& framed) {
  framed_ = &framed;
  prepare();
  const CommonDual common(framed.matcher());
  violations_.clear();
  raise_.assign(at(weights_.n), 0);
  for (Vertex i = 0; i < weights_.n; ++i) {
    if (!framed.present(i)) continue;
    worst_.clear(0);
    const std::size_t count = suspects(i);
    for (std::size_t k = 0; k < count; ++k) check(i, found_[k], common);
    for (const auto& [amount, j] : worst_.entries()) violations_.push_back({amount, i, j});
  }
  return violations_.empty();
}

template <>
double DensePricing<double>::floor_of(Vertex v) const {
  if (!framed_->present(v)) return std::numeric_limits<double>::max() / 4;
  const auto own = static_cast<double>(dual_[at(v)]);
  return (own - 2.0 - std::abs(own) * 0x1p-50) / (2.0 * weights_.scale);
}

template <>
Weight DensePricing<Weight>::floor_of(Vertex v) const {
  return framed_->present(v) ? dual_[at(v)] >> 1 : kInfinity;
}

template <class Number>
void DensePricing<Number>::prepare() {
  const std::size_t n = at(weights_.n);
  dual_.resize(n);
  floor_.resize(n);
  risen_.resize(n);
  rows_read_ = 0;
  order_.resize(n);
  for (Vertex v = 0; v < weights_.n; ++v) {
    dual_[at(v)] = framed_->matcher().dual(v) - framed_->frame().bonus;
    floor_[at(v)] = floor_of(v);
  }
  const auto risen = [&](Vertex v) { return floor_[at(v)] - anchor_[at(v)]; };
  std::iota(order_.begin(), order_.end(), 0);
  std::sort(order_.begin(), order_.end(), [&](Vertex a, Vertex b) { return risen(a) < risen(b); });
  for (std::size_t k = 0; k < n; ++k) risen_[k] = risen(order_[k]);
}

// Rounding of thresholds, anchors and floors moves none of them by more than the slack.
template <>
double DensePricing<double>::room_of(Vertex i) const {
  const double room = threshold_[at(i)] - floor_[at(i)];
  return room + (std::abs(threshold_[at(i)]) + std::abs(floor_[at(i)]) + largest_anchor_) * 0x1p-48;
}

template <>
Weight DensePricing<Weight>::room_of(Vertex i) const {
  return threshold_[at(i)] - floor_[at(i)];
}

// Writes the j whose pairs with i may be violated to found_. A violated entry is above floor_[i] + floor_[j], one
// outside the edges at most threshold_[i] + anchor_[j], so only those j whose floor rose by less than
// threshold_[i] - floor_[i] need a look: often a short prefix of the order. A row without a threshold is looked at
// as a whole, the others behind the diagonal.
template <class Number>
std::size_t DensePricing<Number>::suspects(Vertex i) {
  const Number* row = weights_.row(i);
  const Number own = floor_[at(i)];
  const bool whole = threshold_[at(i)] == std::numeric_limits<Number>::max();
  if (!whole) {
    const Number room = threshold_[at(i)] == kNone<Number> ? kNone<Number> : room_of(i);
    const auto reach =
        static_cast<std::size_t>(std::upper_bound(risen_.begin(), risen_.end(), room) - risen_.begin());
    if (reach < order_.size() / kShortPrefix) {
      std::size_t count = 0;
      for (std::size_t k = 0; k < reach; ++k) {
        const Vertex j = order_[k];
        if (j > i && row[j] > own + floor_[at(j)]) found_[count++] = j;
      }
      return count;
    }
  }
  ++rows_read_;
  const std::size_t from = whole ? 0 : at(i) + 1;
  return entries_above(row + from, floor_.data() + from, own, at(weights_.n) - from, static_cast<Vertex>(from),
                       found_.data());
}

template <class Number>
void DensePricing<Number>::check(Vertex i, Vertex j, const CommonDual& common) {
  if (!weights_.allowed(i, j)) return;
  const Weight missing = 2 * weights_.units(i, j) - dual_[at(i)] - dual_[at(j)];
  if (missing <= 0) return;
  const Weight amount = missing - common(i, j);
  if (amount <= 0) return;
  if (std::binary_search(forbidden_.begin(), forbidden_.end(), std::pair{std::min(i, j), std::max(i, j)})) return;
  worst_.offer(amount, j);
  raise_[at(i)] = std::max(raise_[at(i)], (amount + 1) / 2);
  raise_[at(j)] = std::max(raise_[at(j)], (amount + 1) / 2);
}

template <class Number>
std::vector<Violation> DensePricing<Number>::choose() {
  std::sort(violations_.begin(), violations_.end(), [](const Violation& a, const Violation& b) {
    if (a.amount != b.amount) return a.amount > b.amount;
    return a.u != b.u ? a.u < b.u : a.v < b.v;
  });
  std::vector<std::size_t> count(at(weights_.n), 0);
  std::vector<Violation> chosen;
  for (const Violation& pair : violations_) {
    if (count[at(pair.u)] >= kAddedPerRow && count[at(pair.v)] >= kAddedPerRow) continue;
    chosen.push_back(pair);
    ++count[at(pair.u)];
    ++count[at(pair.v)];
  }
  return chosen;
}

template class DensePricing<double>;
template class DensePricing<Weight>;

}  // namespace pairwise
