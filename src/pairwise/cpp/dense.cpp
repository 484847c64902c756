#include "dense.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace pairwise {
namespace {

constexpr std::size_t kPartners = 10;       // candidates a row begins with
constexpr Vertex kComplete = 40;            // up to this size all pairs are candidates at once
constexpr std::size_t kLeftOutComplete = 64;
constexpr std::size_t kManyViolations = 4;  // one for so many people: to start from scratch is faster than repairs

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

}  // namespace

template <class Number>
DenseSolver<Number>::DenseSolver(const DenseWeights<Number>& weights, Cardinality cardinality,
                                 std::optional<std::pair<Number, Number>> span, std::span<const Vertex> absent)
    : weights_(weights),
      maximum_(cardinality == Cardinality::maximum),
      threshold_(at(weights.n), kNone<Number>),
      anchor_(at(weights.n), Number{0}),
      framed_(weights.n, {}) {
  std::vector<bool> skipped(at(weights.n), false);
  for (const Vertex v : absent) skipped[at(v)] = true;
  RowScan<Number> scan(at(weights.n));
  const auto chosen = read_rows(scan, skipped);
  framed_ = FramedMatcher(weights.n, frame(scan, span));
  for (const Vertex v : absent) framed_.leave(v);
  for (Vertex i = 0; i < weights.n; ++i) {
    for (const Vertex j : chosen[at(i)]) {
      const auto& back = chosen[at(j)];
      const bool both = std::find(back.begin(), back.end(), i) != back.end();
      if (meet(i, j) && (i < j || !both)) add_candidate(i, j);
    }
  }
  if (maximum_ && weights.n > kComplete) join_left_out();
}

// The best partners of every row. Scanning starts behind the diagonal, so that rows of equal entries do not
// all choose the same few columns.
template <class Number>
std::vector<std::vector<Vertex>> DenseSolver<Number>::read_rows(RowScan<Number>& scan,
                                                                const std::vector<bool>& skipped) {
  const Vertex n = weights_.n;
  BestEntries<Number> best(n > kComplete ? kPartners : at(n));
  std::vector<std::vector<Vertex>> chosen(at(n));
  for (Vertex i = 0; i < n; ++i) {
    if (skipped[at(i)]) continue;
    best.clear(maximum_ ? kNone<Number> : Number{0});
    scan.offer(weights_.row(i), i + 1, i, best);
    threshold_[at(i)] = best.threshold();
    for (const auto& [value, j] : best.entries()) chosen[at(i)].push_back(j);
  }
  return chosen;
}

// With the bonus, one more pair outweighs any loss on the others along an alternating path.
template <class Number>
PricedMatching DenseSolver<Number>::frame(const RowScan<Number>& scan,
                                          std::optional<std::pair<Number, Number>> span) const {
  const Number low = span ? std::min(scan.low(), span->first) : scan.low();
  const Number high = span ? std::max(scan.high(), span->second) : scan.high();
  PricedMatching frame;
  if (low > high) return frame;
  const auto units = [&](Number value) {
    return std::is_integral_v<Number>
               ? static_cast<long double>(value)
               : static_cast<long double>(value) * static_cast<long double>(weights_.scale);
  };
  frame.frame(weights_.n, std::floor(units(low)), std::ceil(units(high)), maximum_);
  return frame;
}

template <class Number>
PricedMatching DenseSolver<Number>::solve(Interrupt& interrupt) {
  if (!loaded_) {
    loaded_ = true;
    const FramedMatcher empty = framed_;
    framed_.load(edges_, interrupt);
    DensePricing<Number> pricing(weights_, threshold_, anchor_, {});
    return optimise(framed_, pricing, interrupt, &empty);
  }
  anchor();
  framed_.call_bye();
  DensePricing<Number> pricing(weights_, threshold_, anchor_, {});
  PricedMatching answer = optimise(framed_, pricing, interrupt, nullptr);
  if (pricing.read_most() && changed_rows_ > weights_.n / 8) anchored_ = false;
  return answer;
}

template <class Number>
PricedMatching DenseSolver<Number>::solve_without(std::span<const Vertex> vertices,
                                                  std::span<const std::pair<Vertex, Vertex>> pairs,
                                                  Interrupt& interrupt) {
  anchor();
  FramedMatcher framed = framed_;
  for (const auto& [u, v] : pairs) framed.remove_edge(u, v);
  for (const Vertex v : vertices) framed.leave(v);
  DensePricing<Number> pricing(weights_, threshold_, anchor_, pairs);
  return optimise(framed, pricing, interrupt, nullptr);
}

// With `empty`, the framed matcher before anything was loaded, `framed` holds the fractional optimum. Pairs that it
// misses are added before blossoms are searched: to start from scratch then is faster than to repair blossoms.
template <class Number>
PricedMatching DenseSolver<Number>::optimise(FramedMatcher& framed, DensePricing<Number>& pricing,
                                             Interrupt& interrupt, const FramedMatcher* empty) {
  bool fractional = empty != nullptr;
  int rounds = 0;
  while (true) {
    const bool running = fractional ? !interrupt.stop() : framed.solve(interrupt);
    const bool covered = pricing.run(framed);
    ++rounds;
    if (!running || (covered && !fractional)) {
      PricedMatching answer = framed.answer(covered && running);
      answer.rounds = rounds;
      for (std::size_t v = 0; v < at(weights_.n); ++v) answer.duals.vertex[v] += pricing.raise()[v];
      return answer;
    }
    const std::vector<Violation> chosen = pricing.choose();
    if (!fractional || chosen.size() <= at(weights_.n) / kManyViolations) {
      for (const Violation& pair : chosen) framed.set_edge(pair.u, pair.v, weights_.units(pair.u, pair.v));
      fractional = false;
      continue;
    }
    for (const Violation& pair : chosen) add_candidate(pair.u, pair.v);
    framed = *empty;
    framed.load(edges_, interrupt);
  }
}

// ---------------------------------------------------------------- repairing

template <class Number>
void DenseSolver<Number>::row_changed(Vertex v) {
  RowScan<Number> scan(at(weights_.n));
  BestEntries<Number> best(kPartners);
  best_less(potentials(), v, scan, best);
  std::vector<Edge> edges;
  for (const auto& [worth, j] : best.entries()) edges.push_back({v, j, weights_.units(v, j)});
  framed_.set_edges(v, edges);
  threshold_[at(v)] = std::numeric_limits<Number>::max();
  ++changed_rows_;
}

template <class Number>
void DenseSolver<Number>::pair_changed(Vertex u, Vertex v) {
  if (meet(u, v)) framed_.set_edge(u, v, weights_.units(u, v));
  else framed_.remove_edge(u, v);
}

// Half the duals less the bonus, in the unit of the entries.
template <class Number>
std::vector<Number> DenseSolver<Number>::potentials() const {
  std::vector<Number> half(at(weights_.n));
  for (Vertex v = 0; v < weights_.n; ++v) {
    const Weight dual = framed_.matcher().dual(v) - framed_.frame().bonus;
    if constexpr (std::is_integral_v<Number>) half[at(v)] = dual >> 1;
    else half[at(v)] = static_cast<Number>(dual) / (2 * weights_.scale);
  }
  return half;
}

// Before repairs, which move duals little: measured against the duals, the best entries of a row tell more about
// all others than the largest entries do. They become edges.
template <class Number>
void DenseSolver<Number>::anchor() {
  if (anchored_) return;
  anchored_ = true;
  changed_rows_ = 0;
  anchor_ = potentials();
  RowScan<Number> scan(at(weights_.n));
  BestEntries<Number> best(kPartners);
  for (Vertex v = 0; v < weights_.n; ++v) {
    if (!framed_.present(v)) continue;
    best_less(anchor_, v, scan, best);
    threshold_[at(v)] = best.threshold();
    for (const auto& [worth, j] : best.entries()) framed_.set_edge(v, j, weights_.units(v, j));
  }
}

// The partners of v whose entries less their potentials are best.
template <class Number>
void DenseSolver<Number>::best_less(std::span<const Number> potential, Vertex v, RowScan<Number>& scan,
                                    BestEntries<Number>& best) const {
  std::vector<Number> key(at(weights_.n), kNone<Number>);
  for (Vertex j = 0; j < weights_.n; ++j) {
    if (framed_.present(j) && weights_.allowed(v, j)) key[at(j)] = weights_.row(v)[j] - potential[at(j)];
  }
  best.clear(kNone<Number>);
  scan.offer(key.data(), v + 1, v, best);
}

// People whom the candidates' hubs leave over get candidates among themselves until nobody is left over,
// else the bonus would be paid for by long searches.
template <class Number>
void DenseSolver<Number>::join_left_out() {
  std::vector<Vertex> mate(at(weights_.n), -1);
  std::size_t begin = 0;
  std::vector<Vertex> left;
  while (true) {
    std::stable_sort(edges_.begin() + static_cast<std::ptrdiff_t>(begin), edges_.end(),
                     [](const Edge& a, const Edge& b) { return a.weight > b.weight; });
    for (std::size_t e = begin; e < edges_.size(); ++e) {
      auto& a = mate[at(edges_[e].u)];
      auto& b = mate[at(edges_[e].v)];
      if (a < 0 && b < 0) {
        a = edges_[e].v;
        b = edges_[e].u;
      }
    }
    begin = edges_.size();
    const std::size_t before = left.size();
    left.clear();
    for (Vertex v = 0; v < weights_.n; ++v) {
      if (mate[at(v)] < 0 && framed_.present(v)) left.push_back(v);
    }
    if (left.size() < 2 || left.size() == before) return;
    join(left, left.size() <= kLeftOutComplete ? left.size() : kPartners / 2);
  }
}

template <class Number>
void DenseSolver<Number>::join(const std::vector<Vertex>& left, std::size_t partners) {
  BestEntries<Number> best(partners);
  for (std::size_t a = 0; a < left.size(); ++a) {
    best.clear(kNone<Number>);
    for (std::size_t b = 1; b < left.size(); ++b) {
      const Vertex j = left[(a + b) % left.size()];
      best.offer(weights_.row(left[a])[j], j);
    }
    for (const auto& [value, j] : best.entries()) add_candidate(left[a], j);
  }
}

template class DenseSolver<double>;
template class DenseSolver<Weight>;

}  // namespace pairwise
