#include "dense_pricing.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "row_scan.h"

namespace pairwise {
namespace {

constexpr std::size_t kAddedPerRow = 4;  // violated pairs a row may add in one round
constexpr std::size_t kShortPrefix = 16; // below this share of the row, entries one by one are cheaper than all

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

}  // namespace

template <class Number>
DensePricing<Number>::DensePricing(const DenseWeights<Number>& weights, const DenseAnchor<Number>& anchor,
                                   std::span<const std::pair<Vertex, Vertex>> forbidden)
    : weights_(weights), anchor_(anchor), found_(at(weights.n)), common_(at(weights.n), 0), worst_(2 * kAddedPerRow) {
  for (const auto& [u, v] : forbidden) forbidden_.push_back(std::minmax(u, v));
  std::sort(forbidden_.begin(), forbidden_.end());
}

template <class Number>
bool DensePricing<Number>::run(const FramedMatcher& framed) {
  framed_ = &framed;
  const CommonDual common(framed.matcher());
  prepare(common);
  violations_.clear();
  raise_.assign(at(weights_.n), 0);
  for (Vertex i = 0; i < weights_.n; ++i) {
    if (!framed.present(i)) continue;
    worst_.clear(0);
    check(i, suspects(i), common);
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

// The common dual of a pair counts for both of its ends, so each bears half of the loss; here in half units.
template <>
double DensePricing<double>::sag_of(Weight lost) const {
  return static_cast<double>(lost) * (1 + 0x1p-50) / (4.0 * weights_.scale);
}

template <>
Weight DensePricing<Weight>::sag_of(Weight lost) const {
  return (lost + 3) / 4;
}

template <class Number>
template <class Key>
void Order<Number>::sort_by(Key key_of) {
  std::sort(vertex.begin(), vertex.end(), [&](Vertex a, Vertex b) { return key_of(a) < key_of(b); });
  key.resize(vertex.size());
  std::transform(vertex.begin(), vertex.end(), key.begin(), key_of);
}

template <class Number>
std::size_t Order<Number>::up_to(Number bound) const {
  return static_cast<std::size_t>(std::upper_bound(key.begin(), key.end(), bound) - key.begin());
}

template <class Number>
void DensePricing<Number>::prepare(const CommonDual& common) {
  const std::size_t n = at(weights_.n);
  dual_.resize(n);
  floor_.resize(n);
  for (Vertex v = 0; v < weights_.n; ++v) {
    dual_[at(v)] = framed_->matcher().dual(v) - framed_->frame().bonus;
    floor_[at(v)] = floor_of(v);
  }
  everybody_.vertex.resize(n);
  std::iota(everybody_.vertex.begin(), everybody_.vertex.end(), 0);
  everybody_.sort_by([&](Vertex v) { return floor_[at(v)] - anchor_.anchor[at(v)]; });
  group_vertices(common);
}

template <class Number>
void DensePricing<Number>::group_vertices(const CommonDual& common) {
  const DualSolution& family = anchor_.family;
  sag_.assign(at(weights_.n), 0);
  group_.assign(at(weights_.n), -1);
  groups_.clear();
  if (family.set.empty()) return;
  const std::vector<Weight> lost = lost_in_common(family, common);
  const std::vector<Vertex> outermost = family.outermost();
  std::vector<Vertex> number(family.parent.size(), -1);
  for (Vertex v = 0; v < weights_.n; ++v) {
    if (lost[at(v)] == 0 || anchor_.changed[at(v)]) continue;
    Vertex& group = number[at(outermost[at(v)])];
    if (group < 0) {
      group = static_cast<Vertex>(groups_.size());
      groups_.emplace_back();
    }
    group_[at(v)] = group;
    groups_[at(group)].vertex.push_back(v);
    sag_[at(v)] = sag_of(lost[at(v)]);
  }
  for (auto& group : groups_) {
    group.sort_by([&](Vertex v) { return floor_[at(v)] - anchor_.anchor[at(v)] - sag_[at(v)]; });
  }
}

// Rounding of thresholds, anchors, sags and floors moves none of them by more than the slack.
template <>
double DensePricing<double>::room_of(Vertex i) const {
  const double threshold = anchor_.threshold[at(i)], floor = floor_[at(i)];
  return threshold - floor + (std::abs(threshold) + std::abs(floor) + sag_[at(i)] + anchor_.largest) * 0x1p-48;
}

template <>
Weight DensePricing<Weight>::room_of(Vertex i) const {
  return anchor_.threshold[at(i)] - floor_[at(i)];
}

// Writes the j whose pairs with i may be violated to found_. A violated entry is above floor_[i] + floor_[j] and half
// the common dual, so outside the edges only those j whose floor rose by less than the room of i need a look, and
// of those that had duals in common with i, some more: often short prefixes of two orders. Of a row that changed
// all j are looked at, else those behind the diagonal.
template <class Number>
std::size_t DensePricing<Number>::suspects(Vertex i) {
  const bool whole = anchor_.changed[at(i)];
  std::size_t near = 0, related = 0;
  if (anchor_.threshold[at(i)] > kNone<Number>) {
    const Number room = room_of(i);
    near = everybody_.up_to(room);
    if (group_[at(i)] >= 0) related = groups_[at(group_[at(i)])].up_to(room + sag_[at(i)]);
  }
  if (near + related < at(weights_.n) / kShortPrefix) {
    looked_at_ += near + related;
    const Vertex group = group_[at(i)];
    const std::size_t count = take(everybody_, near, i, 0, [&](Vertex j) {
      return (whole || j > i) && (group < 0 || group_[at(j)] != group);
    });
    return related == 0 ? count : take(groups_[at(group)], related, i, count, [i](Vertex j) { return j > i; });
  }
  const std::size_t from = whole ? 0 : at(i) + 1;
  looked_at_ += at(weights_.n) - from;
  return entries_above(weights_.row(i) + from, floor_.data() + from, floor_[at(i)], at(weights_.n) - from,
                       static_cast<Vertex>(from), found_.data());
}

// Appends the wanted ones of the first few of an order whose pairs with i may be violated.
template <class Number>
template <class Wanted>
std::size_t DensePricing<Number>::take(const Order<Number>& order, std::size_t reach, Vertex i, std::size_t count,
                                       Wanted wanted) {
  const Number* row = weights_.row(i);
  const Number own = floor_[at(i)];
  for (std::size_t k = 0; k < reach; ++k) {
    const Vertex j = order.vertex[k];
    if (wanted(j) && row[j] > own + floor_[at(j)]) found_[count++] = j;
  }
  return count;
}

template <class Number>
void DensePricing<Number>::check(Vertex i, std::size_t count, const CommonDual& common) {
  if (count < at(weights_.n) / kShortPrefix) {
    for (std::size_t k = 0; k < count; ++k) check(i, found_[k], common(i, found_[k]));
    return;
  }
  common.for_each_partner(i, [&](Vertex j, Weight sum) {
    if (j < weights_.n) common_[at(j)] = sum;
  });
  for (std::size_t k = 0; k < count; ++k) check(i, found_[k], common_[at(found_[k])]);
  std::fill(common_.begin(), common_.end(), 0);
}

template <class Number>
void DensePricing<Number>::check(Vertex i, Vertex j, Weight common) {
  if (!weights_.allowed(i, j)) return;
  const Weight amount = 2 * weights_.units(i, j) - dual_[at(i)] - dual_[at(j)] - common;
  if (amount <= 0) return;
  if (forbids(i, j)) return;
  worst_.offer(amount, j);
  raise_[at(i)] = std::max(raise_[at(i)], (amount + 1) / 2);
  raise_[at(j)] = std::max(raise_[at(j)], (amount + 1) / 2);
}

template <class Number>
bool DensePricing<Number>::forbids(Vertex i, Vertex j) const {
  return std::binary_search(forbidden_.begin(), forbidden_.end(), std::pair{std::min(i, j), std::max(i, j)});
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
