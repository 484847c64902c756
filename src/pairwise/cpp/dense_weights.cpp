#include "dense_weights.h"

#include <algorithm>
#include <bit>

namespace pairwise {

template <class Number>
std::pair<Vertex, Vertex> find_asymmetry(const DenseWeights<Number>& weights) {
  constexpr Vertex tile = 32;
  const auto differ = [](Number a, Number b) {
    if constexpr (std::is_integral_v<Number>) return a != b;
    else return std::bit_cast<std::uint64_t>(a) != std::bit_cast<std::uint64_t>(b) && a != b &&
                (a > kNone<Number> || b > kNone<Number>);
  };
  for (Vertex i0 = 0; i0 < weights.n; i0 += tile) {
    for (Vertex j0 = i0; j0 < weights.n; j0 += tile) {
      const Vertex i1 = std::min(i0 + tile, weights.n), j1 = std::min(j0 + tile, weights.n);
      for (Vertex i = i0; i < i1; ++i) {
        for (Vertex j = std::max(j0, i + 1); j < j1; ++j) {
          if (differ(weights.row(i)[j], weights.row(j)[i])) return {i, j};
        }
      }
    }
  }
  return {-1, -1};
}

template std::pair<Vertex, Vertex> find_asymmetry(const DenseWeights<double>&);
template std::pair<Vertex, Vertex> find_asymmetry(const DenseWeights<Weight>&);

}  // namespace pairwise
