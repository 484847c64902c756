#include "sparse.h"

#include <algorithm>

#include "framed_matcher.h"

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
  FramedMatcher framed(n, answer);
  framed.load(edges, interrupt);
  answer = framed.answer(framed.solve(interrupt));
  answer.rounds = 1;
  return answer;
}

}  // namespace pairwise
