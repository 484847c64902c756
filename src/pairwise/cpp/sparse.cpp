#include "sparse.h"

#include <algorithm>

namespace pairwise {

PricedMatching solve_sparse(Vertex n, std::span<const Edge> edges, Cardinality cardinality,
                            Interrupt& interrupt) {
  PricedMatching answer;
  if (!edges.empty()) {
    const auto [low, high] = std::minmax_element(
        edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.weight < b.weight; });
    answer.frame(n, static_cast<long double>(low->weight), static_cast<long double>(high->weight),
                 cardinality == Cardinality::maximum);
  }
  std::vector<Edge> framed(edges.begin(), edges.end());
  for (Edge& edge : framed) edge.weight += answer.bonus;
  if (answer.has_bye) {
    for (Vertex v = 0; v < n; ++v) framed.push_back({v, n, answer.bye + answer.bonus});
  }
  Matcher matcher(n + (answer.has_bye ? 1 : 0));
  matcher.load(framed, interrupt);
  answer.complete = matcher.solve(interrupt);
  answer.rounds = 1;
  answer.take(matcher, n);
  return answer;
}

}  // namespace pairwise
