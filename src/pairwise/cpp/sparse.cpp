#include "sparse.h"

#include <algorithm>

namespace pairwise {

namespace {

// The bonus that makes one more pair outweigh any loss on the others along an alternating path, for weights
// in [low, high] and n people.
Weight cardinality_bonus(Vertex n, Weight low, Weight high) {
  const long double range = static_cast<long double>(high) - static_cast<long double>(low) + 1;
  const long double most = std::max<long double>({static_cast<long double>(high), -static_cast<long double>(low), range}) *
                           (static_cast<long double>(n) / 2 + 3);
  if (most >= static_cast<long double>(kMaxWeight)) {
    throw std::invalid_argument(
        "weights: their range times the number of pairs must stay below 2^59 units; divide them by a common "
        "factor");
  }
  return (high - low + 1) * (n / 2 + 1) + 1 - low;
}

}  // namespace

PricedMatching solve_sparse(Vertex n, std::span<const Edge> edges, Cardinality cardinality,
                            Interrupt& interrupt) {
  PricedMatching answer;
  std::vector<Edge> shifted(edges.begin(), edges.end());
  if (cardinality == Cardinality::maximum && !edges.empty()) {
    const auto [low, high] = std::minmax_element(
        edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.weight < b.weight; });
    answer.bonus = cardinality_bonus(n, low->weight, high->weight);
    answer.has_bye = n % 2 == 1;
    answer.bye = low->weight;
  }
  for (Edge& edge : shifted) edge.weight += answer.bonus;
  if (answer.has_bye) {
    for (Vertex v = 0; v < n; ++v) shifted.push_back({v, n, answer.bye + answer.bonus});
  }
  Matcher matcher(n + (answer.has_bye ? 1 : 0));
  matcher.load(shifted, interrupt);
  answer.complete = matcher.solve(interrupt);
  answer.edges = edges.size();
  answer.rounds = 1;
  answer.mate = matcher.mates();
  answer.duals = matcher.duals();
  if (answer.has_bye) {
    answer.mate.pop_back();
    for (Vertex& mate : answer.mate) mate = mate == n ? -1 : mate;
  }
  return answer;
}

}  // namespace pairwise
