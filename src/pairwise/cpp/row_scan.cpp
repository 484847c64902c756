#include "row_scan.h"

#include <algorithm>
#include <functional>

#include "wide.h"

namespace pairwise {
namespace {

template <class Number, class Above>
PAIRWISE_INLINED std::size_t select(const Number* row, std::size_t count, Vertex first, Vertex* out, Above above) {
  constexpr std::size_t lanes = 16;
  std::size_t found = 0;
  const auto take = [&](std::size_t k) {  // found <= k: a place that will be overwritten may be written
    out[found] = first + static_cast<Vertex>(k);
    found += static_cast<std::size_t>(above(row[k], k));
  };
  std::size_t k = 0;
  for (; k + lanes <= count; k += lanes) {
    std::int64_t any = 0;  // as wide as the entries, else the loop is not vectorised
    for (std::size_t l = 0; l < lanes; ++l) any |= above(row[k + l], k + l) ? -1 : 0;
    if (any == 0) continue;
    for (std::size_t l = 0; l < lanes; ++l) take(k + l);
  }
  for (; k < count; ++k) take(k);
  return found;
}

PAIRWISE_WIDE std::size_t entries_from(const double* row, double bound, std::size_t count, Vertex first,
                                       Vertex* out) {
  return select(row, count, first, out, [bound](double entry, std::size_t) { return entry >= bound; });
}
PAIRWISE_WIDE std::size_t entries_from(const Weight* row, Weight bound, std::size_t count, Vertex first,
                                       Vertex* out) {
  return select(row, count, first, out, [bound](Weight entry, std::size_t) { return entry >= bound; });
}

template <class Number, std::size_t kGroups>
PAIRWISE_INLINED void fold(const Number* row, std::size_t count, std::array<Number, kGroups>& high,
                           std::array<Number, kGroups>& low) {
  const auto take = [&](Number entry, std::size_t group) {
    const Number least = entry > kNone<Number> ? entry : low[group];
    low[group] = least < low[group] ? least : low[group];
    high[group] = entry > high[group] ? entry : high[group];
  };
  std::size_t k = 0;
  for (; k + kGroups <= count; k += kGroups) {
    for (std::size_t g = 0; g < kGroups; ++g) take(row[k + g], g);
  }
  for (; k < count; ++k) take(row[k], k % kGroups);
}

PAIRWISE_WIDE void fold_groups(const double* row, std::size_t count, std::array<double, 32>& high,
                               std::array<double, 32>& low) {
  fold(row, count, high, low);
}
PAIRWISE_WIDE void fold_groups(const Weight* row, std::size_t count, std::array<Weight, 32>& high,
                               std::array<Weight, 32>& low) {
  fold(row, count, high, low);
}

template <class Values>
auto kth_largest(Values& values, std::size_t k) {
  const auto kth = values.begin() + static_cast<std::ptrdiff_t>(k) - 1;
  std::nth_element(values.begin(), kth, values.end(), std::greater<>());
  return *kth;
}

}  // namespace

PAIRWISE_WIDE std::size_t entries_above(const double* row, const double* floor, double own, std::size_t count,
                                        Vertex first, Vertex* out) {
  return select(row, count, first, out, [=](double entry, std::size_t k) { return entry > own + floor[k]; });
}
PAIRWISE_WIDE std::size_t entries_above(const Weight* row, const Weight* floor, Weight own, std::size_t count,
                                        Vertex first, Vertex* out) {
  return select(row, count, first, out, [=](Weight entry, std::size_t k) { return entry > own + floor[k]; });
}

// The k-th largest entry is at least the k-th largest of the groups' largest, however entries are grouped.
template <class Number>
Number RowScan<Number>::kth_bound(const Number* row, std::size_t skip, std::size_t k) {
  if (k <= kGroups) return kth_largest(group_high_, k);
  short_high_.clear();
  for (std::size_t from = 0; from < hits_.size(); from += kShortGroup) {
    const std::size_t to = std::min(from + kShortGroup, hits_.size());
    Number high = kNone<Number>;
    for (std::size_t j = from; j < to; ++j) {
      if (j != skip) high = std::max(high, row[j]);
    }
    short_high_.push_back(high);
  }
  return k > short_high_.size() ? kNone<Number> : kth_largest(short_high_, k);
}

template <class Number>
void RowScan<Number>::offer(const Number* row, Vertex start, Vertex skip, BestEntries<Number>& best) {
  const std::size_t length = hits_.size();
  const std::size_t gap = skip < 0 ? length : static_cast<std::size_t>(skip);
  const std::size_t after = std::min(gap + 1, length);
  group_high_.fill(kNone<Number>);
  group_low_.fill(low_);
  fold_groups(row, gap, group_high_, group_low_);
  fold_groups(row + after, length - after, group_high_, group_low_);
  low_ = *std::min_element(group_low_.begin(), group_low_.end());
  const Number high = *std::max_element(group_high_.begin(), group_high_.end());
  if (high > kNone<Number>) high_ = std::max(high_, high);

  const Number bound = std::max(kth_bound(row, gap, best.capacity()), best.threshold());
  std::size_t count = entries_from(row, bound, gap, 0, hits_.data());
  count += entries_from(row + after, bound, length - after, static_cast<Vertex>(after), hits_.data() + count);
  const auto end = hits_.begin() + static_cast<std::ptrdiff_t>(count);
  const auto turn = std::lower_bound(hits_.begin(), end, start);
  for (auto hit = turn; hit != end; ++hit) best.offer(row[*hit], *hit);
  for (auto hit = hits_.begin(); hit != turn; ++hit) best.offer(row[*hit], *hit);
}

template class RowScan<double>;
template class RowScan<Weight>;

}  // namespace pairwise
