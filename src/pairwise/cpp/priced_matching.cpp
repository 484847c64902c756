#include "priced_matching.h"

#include <algorithm>

namespace pairwise {

void PricedMatching::frame(Vertex n, long double low, long double high, bool maximum) {
  const long double range = high - low + 1;
  const long double most =
      std::max({high, -low, range}) * (maximum ? static_cast<long double>(n) / 2 + 3 : 1.0L);
  if (most >= static_cast<long double>(kMaxWeight)) {
    throw std::invalid_argument(
        "weights: their range times the number of pairs must stay below 2^59 units; divide them by a common "
        "factor or pass floats");
  }
  if (!maximum) return;
  bonus = static_cast<Weight>(range) * (n / 2 + 1) + 1 - static_cast<Weight>(low);
  has_bye = n % 2 == 1;
  bye = static_cast<Weight>(low);
}

void PricedMatching::take(const Matcher& matcher, Vertex n) {
  mate = matcher.mates();
  duals = matcher.duals();
  if (!has_bye) return;
  mate.pop_back();
  std::replace(mate.begin(), mate.end(), n, Vertex{-1});
}

}  // namespace pairwise
