#include "listed_rows.h"

#include <algorithm>
#include <cmath>

namespace pairwise {
namespace {

constexpr std::size_t kFirstListed = 8;
constexpr std::size_t kListed = 12;  // when a row is read again: it has shown to need more

constexpr Weight kHighPrice = Weight{1} << 52;  // half of what doubles hold exactly

bool is_whole(std::span<const double> row) {
  return std::all_of(row.begin(), row.end(), [](double x) { return !(x > kNone<double>) || x == std::trunc(x); });
}
bool is_whole(std::span<const Weight>) { return true; }

}  // namespace

template <class Number>
ListedRows<Number>::ListedRows(const Number* entries, Vertex rows, Vertex cols)
    : entries_(entries),
      rows_(rows),
      cols_(cols),
      first_count_(at(rows)),
      first_rest_(at(rows)),
      first_listed_(std::min(kFirstListed, at(cols))),
      listed_(std::min(kListed, at(cols))),
      hits_(at(cols)),
      scan_(at(cols)),
      best_(listed_) {
  first_.resize(at(rows) * first_listed_);
  BestEntries<Number> best(first_listed_);
  for (Vertex i = 0; i < rows; ++i) {
    best.clear(kNone<Number>);
    scan_.offer(row(i), diagonal(i), -1, best, i + 1 < rows ? row(i + 1) : nullptr);
    std::copy(best.entries().begin(), best.entries().end(),
              first_.begin() + static_cast<std::ptrdiff_t>(at(i) * first_listed_));
    first_count_[at(i)] = best.entries().size();
    first_rest_[at(i)] = best.threshold();
    whole_ = whole_ && is_whole({row(i), at(cols)});
  }
}

template <class Number>
Magnitude ListedRows<Number>::magnitude() const {
  const auto low = static_cast<double>(scan_.low()), high = static_cast<double>(scan_.high());
  return {low > high ? 0.0 : std::max(std::abs(low), std::abs(high)), whole_};
}

template <>
Weight ListedRows<Weight>::units(Weight value) const {
  return value;
}
template <>
Weight ListedRows<double>::units(double value) const {
  return std::llrint(value * scale_);
}

template <class Number>
void ListedRows<Number>::start(double scale) {
  scale_ = scale;
  list_.resize(at(rows_) * listed_);
  count_ = first_count_;
  rest_.resize(at(rows_));
  for (std::size_t i = 0; i < at(rows_); ++i) {
    for (std::size_t k = 0; k < count_[i]; ++k) {
      const auto& [value, col] = first_[i * first_listed_ + k];
      list_[i * listed_ + k] = {units(value), col};
    }
    rest_[i] = first_rest_[i] == kNone<Number> ? kNoRest : units(first_rest_[i]);
  }
  price_.assign(at(cols_), 0);
  number_price_.assign(at(cols_), 0);
}

template <class Number>
std::pair<long double, long double> ListedRows<Number>::range() const {
  const long double scale = std::is_integral_v<Number> ? 1.0L : static_cast<long double>(scale_);
  return {std::floor(static_cast<long double>(scan_.low()) * scale),
          std::ceil(static_cast<long double>(scan_.high()) * scale)};
}

template <class Number>
Weight ListedRows<Number>::spread() const {
  Weight low = kInfinity, high = -kInfinity;
  for (Vertex i = 0; i < rows_; ++i) {
    for (const Entry& entry : list(i)) {
      low = std::min(low, entry.weight);
      high = std::max(high, entry.weight);
    }
  }
  return std::max<Weight>(high - low, 0);
}

template <class Number>
Weight ListedRows<Number>::weight(Vertex i, Vertex j) const {
  return units(row(i)[j]);
}

template <class Number>
void ListedRows<Number>::raise(Vertex j, Weight by) {
  price_[at(j)] += by;
  number_price_[at(j)] = static_cast<Number>(price_[at(j)]);
}

template <class Number>
bool ListedRows<Number>::is_exact() const {
  const auto is_low = [](Weight price) { return price < kHighPrice; };
  return std::is_integral_v<Number> || std::all_of(price_.begin(), price_.end(), is_low);
}

template <class Number>
void ListedRows<Number>::read_again(Vertex i) {
  best_.clear(kNone<Number>);
  scan_.offer_priced(row(i), scale_, number_price_.data(), diagonal(i), best_);
  Entry* entry = list_.data() + at(i) * listed_;
  for (const auto& [key, col] : best_.entries()) *entry++ = {static_cast<Weight>(key) + price_[at(col)], col};
  count_[at(i)] = best_.entries().size();
  rest_[at(i)] = best_.threshold() == kNone<Number> ? kNoRest : static_cast<Weight>(best_.threshold());
}

template <class Number>
std::span<const Vertex> ListedRows<Number>::columns_from(Vertex i, Weight least) {
  const std::size_t count =
      scan_.find_priced(row(i), scale_, number_price_.data(), static_cast<Number>(least), hits_.data());
  return {hits_.data(), count};
}

template class ListedRows<double>;
template class ListedRows<Weight>;

}  // namespace pairwise
