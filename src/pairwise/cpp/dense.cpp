#include "dense.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace pairwise {
namespace {

constexpr std::size_t kPartners = 10;       // candidates a row begins with
constexpr std::size_t kManyPartners = 64;   // where these leave too many pairs in question
constexpr Vertex kComplete = 40;            // up to this size all pairs are candidates at once
constexpr std::size_t kLeftOutComplete = 64;
constexpr std::size_t kManyViolations = 4;  // one for so many people: to start from scratch is faster than repairs
constexpr std::size_t kManyChanges = 8;     // one for so many rows
constexpr std::size_t kPatience = 2;        // looks at all entries until new anchors pay
constexpr Weight kHorizonShare = 16;        // part of the range of weights by which a search may move duals at first
constexpr Weight kFurther = 8;              // and factor by which it may when no edge is missed

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

}  // namespace

template <class Number>
DenseSolver<Number>::DenseSolver(const DenseWeights<Number>& weights, Cardinality cardinality,
                                 std::optional<std::pair<Number, Number>> span, std::span<const Vertex> absent)
    : weights_(weights),
      maximum_(cardinality == Cardinality::maximum),
      anchor_(weights.n),
      framed_(weights.n, {}),
      partners_(kPartners) {
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
    anchor_.threshold[at(i)] = best.threshold();
    for (const auto& [value, j] : best.entries()) chosen[at(i)].push_back(j);
  }
  return chosen;
}

// With the bonus, one more pair outweighs any loss on the others along an alternating path.
template <class Number>
PricedMatching DenseSolver<Number>::frame(const RowScan<Number>& scan,
                                          std::optional<std::pair<Number, Number>> span) {
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
  if (scan.low() < scan.high()) range_ = static_cast<Weight>(std::ceil(units(scan.high()) - units(scan.low())));
  return frame;
}

template <class Number>
PricedMatching DenseSolver<Number>::solve(Interrupt& interrupt) {
  if (!loaded_) {
    loaded_ = true;
    const FramedMatcher empty = framed_;
    framed_.load(edges_, interrupt);
    DensePricing<Number> pricing(weights_, anchor_, {});
    return optimise(framed_, pricing, interrupt, &empty);
  }
  framed_.call_bye();
  return repair(framed_, {}, interrupt);
}

template <class Number>
PricedMatching DenseSolver<Number>::solve_without(std::span<const Vertex> vertices,
                                                  std::span<const std::pair<Vertex, Vertex>> pairs,
                                                  Interrupt& interrupt) {
  FramedMatcher framed = framed_;
  for (const auto& [u, v] : pairs) framed.remove_edge(u, v);
  for (const Vertex v : vertices) framed.leave(v);
  return repair(framed, pairs, interrupt);
}

// New anchors take as long as a solve. They pay when many entries had to be looked at; the second time, with more
// edges; later, when many rows have changed.
template <class Number>
PricedMatching DenseSolver<Number>::repair(FramedMatcher& framed, std::span<const std::pair<Vertex, Vertex>> apart,
                                           Interrupt& interrupt) {
  DensePricing<Number> pricing(weights_, anchor_, apart);
  PricedMatching answer = optimise(framed, pricing, interrupt, nullptr);
  looked_at_ += pricing.looked_at();
  const bool would_help = partners_ < kManyPartners || changed_rows_ > at(weights_.n) / kManyChanges;
  if (would_help && looked_at_ > kPatience * at(weights_.n) * at(weights_.n)) {
    if (anchored_) partners_ = kManyPartners;
    set_anchor();
  }
  return answer;
}

// With `empty`, the framed matcher before anything was loaded, `framed` holds the fractional optimum. Pairs that it
// misses are added before blossoms are searched: to start from scratch then is faster than to repair blossoms.
// Later, somebody may seem to have no partner on the few candidates, which would be paid for with the bonus and
// leave duals far from those of the whole matrix: a search stops at the horizon, and prices before it goes further.
template <class Number>
PricedMatching DenseSolver<Number>::optimise(FramedMatcher& framed, DensePricing<Number>& pricing,
                                             Interrupt& interrupt, const FramedMatcher* empty) {
  bool fractional = empty != nullptr, covered = false;
  Weight horizon = range_ / kHorizonShare + 1;
  Outcome outcome = Outcome::at_horizon;
  int rounds = 0;
  while (true) {
    if (!fractional) outcome = framed.solve(interrupt, horizon);
    else if (interrupt.stop()) outcome = Outcome::interrupted;
    covered = pricing.run(framed);
    ++rounds;
    if (outcome == Outcome::interrupted || (covered && outcome == Outcome::optimal)) break;
    const std::vector<Violation> chosen = pricing.choose();
    if (fractional && chosen.size() > at(weights_.n) / kManyViolations) {
      for (const Violation& pair : chosen) add_candidate(pair.u, pair.v);
      framed = *empty;
      framed.load(edges_, interrupt);
      continue;
    }
    for (const Violation& pair : chosen) framed.set_edge(pair.u, pair.v, weights_.units(pair.u, pair.v));
    if (covered && !fractional) horizon = std::min(kInfinity, horizon * kFurther);
    fractional = false;
  }
  if (outcome == Outcome::interrupted) framed.open_exposed();
  PricedMatching answer = framed.answer(covered ? outcome : Outcome::interrupted);
  answer.rounds = rounds;
  for (std::size_t v = 0; v < at(weights_.n); ++v) answer.duals.vertex[v] += pricing.raise()[v];
  if (outcome == Outcome::interrupted) settle_left(framed, pricing, answer);
  return answer;
}

// Gives the people whom a search that was stopped left alone the least duals that cover their pairs; where
// cardinality comes first, pairs each of them with the best who is left.
template <class Number>
void DenseSolver<Number>::settle_left(const FramedMatcher& framed, const DensePricing<Number>& pricing,
                                      PricedMatching& answer) const {
  const auto may_meet = [&](Vertex i, Vertex j) { return weights_.allowed(i, j) && !pricing.forbids(i, j); };
  for (Vertex i = 0; i < weights_.n; ++i) {
    if (answer.mate[at(i)] < 0 && framed.present(i)) lower(framed, i, may_meet, answer);
  }
  if (maximum_) pair_left(framed, may_meet, answer.mate);
}

template <class Number>
template <class MayMeet>
void DenseSolver<Number>::lower(const FramedMatcher& framed, Vertex v, MayMeet may_meet, PricedMatching& answer) const {
  auto& dual = answer.duals.vertex;
  Weight least = 0;
  if (framed.present(weights_.n)) least = std::max(least, 2 * (answer.bye + answer.bonus) - dual[at(weights_.n)]);
  for (Vertex j = 0; j < weights_.n; ++j) {
    if (framed.present(j) && may_meet(v, j)) least = std::max(least, 2 * (weights_.units(v, j) + answer.bonus) - dual[at(j)]);
  }
  dual[at(v)] = std::min(dual[at(v)], least);
}

template <class Number>
template <class MayMeet>
void DenseSolver<Number>::pair_left(const FramedMatcher& framed, MayMeet may_meet, std::vector<Vertex>& mate) const {
  const auto is_left = [&](Vertex v) { return mate[at(v)] < 0 && framed.present(v); };
  const auto pair = [&](Vertex i, Vertex j) {
    mate[at(i)] = j;
    mate[at(j)] = i;
  };
  std::vector<Vertex> stuck;
  for (Vertex i = 0; i < weights_.n; ++i) {
    Vertex best = -1;
    for (Vertex j = i + 1; is_left(i) && j < weights_.n; ++j) {
      if (is_left(j) && may_meet(i, j) && (best < 0 || weights_.row(i)[j] > weights_.row(i)[best])) best = j;
    }
    if (best >= 0) pair(i, best);
    else if (is_left(i)) stuck.push_back(i);
  }
  for (std::size_t k = 0; k + 1 < stuck.size(); k += 2) {  // they part a couple and take one each
    const Vertex u = stuck[k], v = stuck[k + 1];
    for (Vertex a = 0; is_left(u) && a < weights_.n; ++a) {
      const Vertex b = mate[at(a)];
      if (b < 0 || !may_meet(u, a) || !may_meet(v, b)) continue;
      pair(u, a);
      pair(v, b);
    }
  }
}

// ---------------------------------------------------------------- repairing

// The best entries less the potentials of others become edges. Of the rest, anchors bound the next best.
template <class Number>
void DenseSolver<Number>::row_changed(Vertex v) {
  RowScan<Number> scan(at(weights_.n));
  BestEntries<Number> best(partners_);
  best.clear(kNone<Number>);
  scan.offer(keys(anchored_ ? anchor_.anchor : potentials(), v).data(), v + 1, v, best);
  std::vector<Edge> edges;
  for (const auto& [worth, j] : best.entries()) edges.push_back({v, j, weights_.units(v, j)});
  framed_.set_edges(v, edges);
  anchor_.threshold[at(v)] = anchored_ ? best.threshold() : kUnbounded<Number>;
  anchor_.changed[at(v)] = true;
  ++changed_rows_;
}

template <class Number>
void DenseSolver<Number>::pair_changed(Vertex u, Vertex v) {
  if (meet(u, v)) framed_.set_edge(u, v, weights_.units(u, v));
  else framed_.remove_edge(u, v);
}

template <>
Weight DenseSolver<Weight>::half(Weight dual) const {
  return dual >> 1;
}

template <>
double DenseSolver<double>::half(Weight dual) const {
  return static_cast<double>(dual) / (2 * weights_.scale);
}

// Half the duals less the bonus, in the unit of the entries.
template <class Number>
std::vector<Number> DenseSolver<Number>::potentials() const {
  std::vector<Number> potential(at(weights_.n));
  for (Vertex v = 0; v < weights_.n; ++v) potential[at(v)] = half(framed_.matcher().dual(v) - framed_.frame().bonus);
  return potential;
}

// Before repairs, which move duals little: measured against the duals, the best entries of a row tell more about
// all others than the largest entries do. They become edges, and take the place of those that nothing rests on.
template <class Number>
void DenseSolver<Number>::set_anchor() {
  anchored_ = true;
  looked_at_ = changed_rows_ = 0;
  const CommonDual common(framed_.matcher());
  DenseAnchor<Number> anchor(weights_.n);
  anchor.anchor = potentials();
  anchor.family = framed_.matcher().duals();
  RowScan<Number> scan(at(weights_.n));
  BestEntries<Number> best(partners_);
  std::vector<Edge> edges;
  for (Vertex v = 0; v < weights_.n; ++v) {
    if (!framed_.present(v)) continue;
    anchor.largest = std::max(anchor.largest, std::abs(static_cast<double>(anchor.anchor[at(v)])));
    auto key = keys(anchor.anchor, v);
    common.for_each_partner(v, [&](Vertex j, Weight sum) {
      if (j >= weights_.n || key[at(j)] == kNone<Number>) return;
      key[at(j)] -= half(sum);
      anchor.largest = std::max(anchor.largest, static_cast<double>(half(sum)));
    });
    best.clear(kNone<Number>);
    scan.offer(key.data(), v + 1, v, best);
    anchor.threshold[at(v)] = best.threshold();
    for (const auto& [worth, j] : best.entries()) edges.push_back({v, j, weights_.units(v, j)});
  }
  anchor_ = std::move(anchor);
  framed_.exchange_edges(edges, common);
}

// Entries of a row less the potentials of the others.
template <class Number>
std::vector<Number> DenseSolver<Number>::keys(std::span<const Number> potential, Vertex v) const {
  std::vector<Number> key(at(weights_.n), kNone<Number>);
  for (Vertex j = 0; j < weights_.n; ++j) {
    if (framed_.present(j) && weights_.allowed(v, j)) key[at(j)] = weights_.row(v)[j] - potential[at(j)];
  }
  return key;
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
