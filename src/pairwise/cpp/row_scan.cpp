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

constexpr std::size_t kAhead = 1 << 14;   // bytes of the next row to ask for
constexpr std::size_t kGroups = 32;     // peaks are grouped by position modulo this
constexpr std::size_t kManyPeaks = 64;  // with more to look at than this, the whole row is looked at

PAIRWISE_WIDE std::size_t entries_from(const double* row, double bound, std::size_t count, Vertex first,
                                       Vertex* out) {
  return select(row, count, first, out, [bound](double entry, std::size_t) { return entry >= bound; });
}
PAIRWISE_WIDE std::size_t entries_from(const Weight* row, Weight bound, std::size_t count, Vertex first,
                                       Vertex* out) {
  return select(row, count, first, out, [bound](Weight entry, std::size_t) { return entry >= bound; });
}

// NaN counts as less than `b`, which must not be NaN.
template <class Number>
PAIRWISE_INLINED Number larger(Number a, Number b) {
  return a > b ? a : b;
}
template <class Number>
PAIRWISE_INLINED Number least_allowed(Number least, Number entry) {
  const Number counted = entry > kNone<Number> ? entry : least;
  return counted < least ? counted : least;
}

template <class Number>
PAIRWISE_INLINED void fold(const Number* __restrict row, std::size_t count, Number* __restrict peaks,
                           Number* __restrict least) {
  const std::size_t q = count / kPerPeak;
  for (std::size_t k = 0; k < q; ++k) {
    const Number a = row[k], b = row[k + q], c = row[k + 2 * q], d = row[k + 3 * q];
    peaks[k] = larger(d, larger(c, larger(b, larger(a, kNone<Number>))));
    least[k] = least_allowed(least_allowed(least_allowed(least_allowed(least[k], a), b), c), d);
  }
  for (std::size_t k = kPerPeak * q; k < count; ++k) {
    const std::size_t p = k - (kPerPeak - 1) * q;
    peaks[p] = larger(row[k], kNone<Number>);
    least[p] = least_allowed(least[p], row[k]);
  }
}
PAIRWISE_WIDE void fold_plain(const double* row, std::size_t count, double* peaks, double* least) {
  fold(row, count, peaks, least);
}
PAIRWISE_WIDE void fold_plain(const Weight* row, std::size_t count, Weight* peaks, Weight* least) {
  fold(row, count, peaks, least);
}

// Adding and taking away rounds to whole numbers, halves to even, below 2^51 in absolute value.
constexpr double kRound = 0x1.8p52;

PAIRWISE_INLINED double priced(double entry, double scale, double price) {
  return (entry * scale + kRound) - kRound - price;
}
PAIRWISE_INLINED Weight priced(Weight entry, double, Weight price) {
  const bool allowed = entry != kNone<Weight>;
  const Weight key = (allowed ? entry : 0) - price;
  return allowed ? key : kNone<Weight>;
}

template <class Number>
PAIRWISE_INLINED void fold_keys(const Number* __restrict row, double scale, const Number* __restrict price,
                                std::size_t count, Number* __restrict keys, Number* __restrict peaks) {
  for (std::size_t k = 0; k < count; ++k) keys[k] = priced(row[k], scale, price[k]);  // reads ahead best by itself
  const std::size_t q = count / kPerPeak;
  for (std::size_t k = 0; k < q; ++k) {
    const Number a = keys[k], b = keys[k + q], c = keys[k + 2 * q], d = keys[k + 3 * q];
    peaks[k] = larger(d, larger(c, larger(b, larger(a, kNone<Number>))));
  }
  for (std::size_t k = kPerPeak * q; k < count; ++k) peaks[k - (kPerPeak - 1) * q] = larger(keys[k], kNone<Number>);
}
PAIRWISE_WIDE void fold_priced(const double* row, double scale, const double* price, std::size_t count, double* keys,
                               double* peaks) {
  fold_keys(row, scale, price, count, keys, peaks);
}
PAIRWISE_WIDE void fold_priced(const Weight* row, double scale, const Weight* price, std::size_t count, Weight* keys,
                               Weight* peaks) {
  fold_keys(row, scale, price, count, keys, peaks);
}

PAIRWISE_WIDE std::size_t priced_from(const double* row, double scale, const double* price, double bound,
                                      std::size_t count, Vertex* out) {
  return select(row, count, 0, out,
                [=](double entry, std::size_t k) { return priced(entry, scale, price[k]) >= bound; });
}
PAIRWISE_WIDE std::size_t priced_from(const Weight* row, double scale, const Weight* price, Weight bound,
                                      std::size_t count, Vertex* out) {
  return select(row, count, 0, out,
                [=](Weight entry, std::size_t k) { return priced(entry, scale, price[k]) >= bound; });
}

template <class Number>
PAIRWISE_INLINED void rank(const Number* peaks, std::size_t count, Number* groups) {
  std::fill_n(groups, kGroups, kNone<Number>);
  std::size_t k = 0;
  for (; k + kGroups <= count; k += kGroups) {
    for (std::size_t g = 0; g < kGroups; ++g) groups[g] = larger(groups[g], peaks[k + g]);
  }
  for (std::size_t g = 0; k < count; ++k, ++g) groups[g] = larger(groups[g], peaks[k]);
}
PAIRWISE_WIDE void rank_peaks(const double* peaks, std::size_t count, double* groups) { rank(peaks, count, groups); }
PAIRWISE_WIDE void rank_peaks(const Weight* peaks, std::size_t count, Weight* groups) { rank(peaks, count, groups); }

// The k-th largest of the groups, k <= kGroups.
template <class Number>
PAIRWISE_INLINED Number kth_of(const Number* groups, std::size_t k) {
  Number above[kGroups] = {};  // as wide as the entries, else the loop is not vectorised
  for (std::size_t h = 0; h < kGroups; ++h) {
    for (std::size_t g = 0; g < kGroups; ++g) above[g] += groups[h] >= groups[g] ? Number{1} : Number{0};
  }
  Number kth = kNone<Number>;
  for (std::size_t g = 0; g < kGroups; ++g) {
    kth = larger(above[g] >= static_cast<Number>(k) ? groups[g] : kNone<Number>, kth);
  }
  return kth;
}
PAIRWISE_WIDE double kth_largest(const double* groups, std::size_t k) { return kth_of(groups, k); }
PAIRWISE_WIDE Weight kth_largest(const Weight* groups, std::size_t k) { return kth_of(groups, k); }

}  // namespace

PAIRWISE_WIDE std::size_t entries_above(const double* row, const double* floor, double own, std::size_t count,
                                        Vertex first, Vertex* out) {
  return select(row, count, first, out, [=](double entry, std::size_t k) { return entry > own + floor[k]; });
}
PAIRWISE_WIDE std::size_t entries_above(const Weight* row, const Weight* floor, Weight own, std::size_t count,
                                        Vertex first, Vertex* out) {
  return select(row, count, first, out, [=](Weight entry, std::size_t k) { return entry > own + floor[k]; });
}

template <class Number>
RowScan<Number>::RowScan(std::size_t length)
    : keys_(length),
      peaks_(length - (kPerPeak - 1) * stride()),
      least_(peaks_.size(), std::numeric_limits<Number>::max()),
      groups_(kGroups),
      high_peaks_(peaks_.size() + 1),
      hits_(length + 1) {}

template <class Number>
Number RowScan<Number>::low() const {
  return least_.empty() ? std::numeric_limits<Number>::max() : *std::min_element(least_.begin(), least_.end());
}

// The k-th largest entry is at least the k-th largest of the groups' largest, however entries are grouped.
template <class Number>
Number RowScan<Number>::kth_bound(std::size_t k) {
  if (k > peaks_.size()) return kNone<Number>;
  if (k <= kGroups) return kth_largest(groups_.data(), k);
  sorted_ = peaks_;
  const auto kth = sorted_.begin() + static_cast<std::ptrdiff_t>(k) - 1;
  std::nth_element(sorted_.begin(), kth, sorted_.end(), std::greater<>());
  return *kth;
}

template <class Number>
void RowScan<Number>::offer(const Number* row, Vertex start, Vertex skip, BestEntries<Number>& best,
                            const Number* next) {
  const std::size_t length = keys_.size();
  if (skip < 0) fold_plain(row, length, peaks_.data(), least_.data());
  else fold_without(row, static_cast<std::size_t>(skip));
  if (next != nullptr) prefetch(next, std::min(kAhead, length * sizeof(Number)));
  offer_best(row, start, skip, best);
  const Number high = *std::max_element(groups_.begin(), groups_.end());
  if (high > kNone<Number>) high_ = std::max(high_, high);
}

template <class Number>
void RowScan<Number>::fold_without(const Number* row, std::size_t skip) {
  const std::size_t end = kPerPeak * stride();
  const std::size_t place = skip < end ? skip % stride() : skip - (kPerPeak - 1) * stride();
  const Number least = least_[place];
  fold_plain(row, keys_.size(), peaks_.data(), least_.data());
  peaks_[place] = kNone<Number>;
  least_[place] = least;
  for (std::size_t k = place; skip < end && k < end; k += stride()) {
    if (k == skip) continue;
    peaks_[place] = larger(row[k], peaks_[place]);
    least_[place] = least_allowed(least_[place], row[k]);
  }
}

template <class Number>
void RowScan<Number>::offer_priced(const Number* row, double scale, const Number* price, Vertex start,
                                   BestEntries<Number>& best) {
  fold_priced(row, scale, price, keys_.size(), keys_.data(), peaks_.data());
  offer_best(keys_.data(), start, -1, best);
}

template <class Number>
std::size_t RowScan<Number>::find_priced(const Number* row, double scale, const Number* price, Number least,
                                         Vertex* out) const {
  return priced_from(row, scale, price, least, keys_.size(), out);
}

template <class Number>
void RowScan<Number>::offer_best(const Number* row, Vertex start, Vertex skip, BestEntries<Number>& best) {
  rank_peaks(peaks_.data(), peaks_.size(), groups_.data());
  const Number bound = std::max(kth_bound(best.capacity()), best.threshold());
  const auto end = hits_.begin() + static_cast<std::ptrdiff_t>(find(row, bound));
  const auto turn = std::lower_bound(hits_.begin(), end, start);
  const auto offer = [&](Vertex hit) {
    if (hit != skip) best.offer(row[hit], hit);
  };
  std::for_each(turn, end, offer);
  std::for_each(hits_.begin(), turn, offer);
}

// Puts the positions of the entries from `bound` on into `hits_`, ascending; returns how many.
template <class Number>
std::size_t RowScan<Number>::find(const Number* row, Number bound) {
  const std::size_t count = find_peaks(bound);
  if (count > kManyPeaks) return entries_from(row, bound, keys_.size(), 0, hits_.data());
  std::size_t found = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t peak = high_peaks_[k];
    const bool single = peak >= stride();
    std::size_t place = single ? peak + (kPerPeak - 1) * stride() : peak;
    for (std::size_t s = 0; s < (single ? 1 : kPerPeak); ++s, place += stride()) {
      hits_[found] = static_cast<Vertex>(place);  // counts only if the entry is large enough
      found += static_cast<std::size_t>(row[place] >= bound);
    }
  }
  std::sort(hits_.begin(), hits_.begin() + static_cast<std::ptrdiff_t>(found));
  return found;
}

template <class Number>
std::size_t RowScan<Number>::find_peaks(Number bound) {
  std::size_t found = 0;
  for (std::size_t g = 0; g < kGroups && found <= kManyPeaks; ++g) {
    if (groups_[g] < bound) continue;
    for (std::size_t p = g; p < peaks_.size(); p += kGroups) {
      high_peaks_[found] = p;  // counts only if the peak is high enough
      found += static_cast<std::size_t>(peaks_[p] >= bound);
    }
  }
  return found;
}

template class RowScan<double>;
template class RowScan<Weight>;

}  // namespace pairwise
