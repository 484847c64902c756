#include "dense.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <type_traits>

#include "best_entries.h"
#include "laminar.h"

namespace pairwise {
namespace {

constexpr std::size_t kPartners = 10;       // candidates a row begins with
constexpr Vertex kComplete = 40;            // up to this size all pairs are candidates at once
constexpr std::size_t kLeftOutComplete = 64;
constexpr std::size_t kAddedPerRow = 4;     // violated pairs a row may add in one round

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

template <class Number>
std::pair<Number, Number> allowed_range(const DenseWeights<Number>& weights) {
  constexpr Number top = std::numeric_limits<Number>::max();
  constexpr Number bottom = std::numeric_limits<Number>::lowest();
  constexpr std::size_t lanes = 8;
  Number low[lanes], high[lanes];
  std::fill_n(low, lanes, top);
  std::fill_n(high, lanes, bottom);
  const Vertex n = weights.n;
  auto take = [&](Number value, std::size_t lane) {
    const bool real = value > kNone<Number>;
    low[lane] = real && value < low[lane] ? value : low[lane];
    high[lane] = real && value > high[lane] ? value : high[lane];
  };
  for (Vertex i = 0; i < n; ++i) {
    const Number* row = weights.row(i);
    const auto length = at(n);
    std::size_t j = at(i) + 1;
    for (; j + lanes <= length; j += lanes) {
      for (std::size_t l = 0; l < lanes; ++l) take(row[j + l], l);
    }
    for (; j < length; ++j) take(row[j], 0);
  }
  return {*std::min_element(low, low + lanes), *std::max_element(high, high + lanes)};
}

}  // namespace

template <>
bool DenseWeights<double>::allowed(Vertex i, Vertex j) const {
  return i != j && row(i)[j] > kNone<double>;
}
template <>
bool DenseWeights<Weight>::allowed(Vertex i, Vertex j) const {
  return i != j && row(i)[j] != kNone<Weight>;
}
template <>
Weight DenseWeights<double>::units(Vertex i, Vertex j) const {
  return std::llrint(row(i)[j] * scale);
}
template <>
Weight DenseWeights<Weight>::units(Vertex i, Vertex j) const {
  return row(i)[j];
}

namespace {

struct Violation {
  Weight amount;
  Vertex u, v;
};

}  // namespace

// One search for the pairs that the duals of a matcher do not cover.
template <class Number>
class DenseSolver<Number>::Pricing {
 public:
  Pricing(const DenseSolver& solver, std::span<const Vertex> removed,
          std::span<const std::pair<Vertex, Vertex>> forbidden)
      : solver_(solver), weights_(solver.weights_), n_(solver.weights_.n), removed_(at(n_), false) {
    for (const Vertex v : removed) {
      if (v < n_) removed_[at(v)] = true;
    }
    for (const auto& [u, v] : forbidden) forbidden_.push_back(std::minmax(u, v));
    std::sort(forbidden_.begin(), forbidden_.end());
  }

  // True if all pairs are covered.
  bool run(const Matcher& matcher) {
    prepare(matcher);
    const CommonDual common(matcher);
    violations_.clear();
    raise_.assign(at(n_), 0);
    for (Vertex i = 0; i < n_; ++i) {
      if (!removed_[at(i)]) price_row(i, matcher, common);
    }
    return violations_.empty();
  }

  // The most violated pairs, a few for each person.
  std::vector<Violation> choose() {
    std::sort(violations_.begin(), violations_.end(), [](const Violation& a, const Violation& b) {
      if (a.amount != b.amount) return a.amount > b.amount;
      return a.u != b.u ? a.u < b.u : a.v < b.v;
    });
    std::vector<std::size_t> count(at(n_), 0);
    std::vector<Violation> chosen;
    for (const Violation& pair : violations_) {
      if (count[at(pair.u)] >= kAddedPerRow && count[at(pair.v)] >= kAddedPerRow) continue;
      chosen.push_back(pair);
      ++count[at(pair.u)];
      ++count[at(pair.v)];
    }
    return chosen;
  }

  // What to add to the duals to make them feasible: half of the worst violation at each vertex.
  const std::vector<Weight>& raise() const { return raise_; }

 private:
  // floor_[v]: the dual of v less its share of the bonus, in the unit of the entries and a little less, so
  // that no pair with entry <= floor_[i] + floor_[j] can be violated.
  void prepare(const Matcher& matcher) {
    floor_.resize(at(n_));
    for (Vertex v = 0; v < n_; ++v) {
      const auto own = static_cast<double>(matcher.dual(v) - solver_.frame_.bonus);
      floor_[at(v)] = removed_[at(v)] ? std::numeric_limits<double>::max() / 4
                                      : (own - 2.0 - std::abs(own) * 0x1p-50) / (2.0 * weights_.scale);
    }
    order_.resize(at(n_));
    std::iota(order_.begin(), order_.end(), 0);
    std::sort(order_.begin(), order_.end(),
              [&](Vertex a, Vertex b) { return floor_[at(a)] < floor_[at(b)]; });
    sorted_floor_.resize(at(n_));
    for (std::size_t k = 0; k < order_.size(); ++k) sorted_floor_[k] = floor_[at(order_[k])];
  }

  // An entry outside the candidates is at most the threshold of both rows. So row i needs a look only at
  // those j with floor_[j] below threshold[i] - floor_[i]: often a short prefix of the sorted floors.
  void price_row(Vertex i, const Matcher& matcher, const CommonDual& common) {
    const Number* row = weights_.row(i);
    const double own = floor_[at(i)];
    const double room = static_cast<double>(solver_.threshold_[at(i)]) - own;
    const auto reach = static_cast<std::size_t>(
        std::upper_bound(sorted_floor_.begin(), sorted_floor_.end(), room) - sorted_floor_.begin());
    auto check = [&](Vertex j) {
      if (!weights_.allowed(i, j)) return;
      const Weight missing = 2 * solver_.total(i, j) - matcher.dual(i) - matcher.dual(j);
      if (missing <= 0) return;
      const Weight amount = missing - common(i, j);
      if (amount <= 0) return;
      if (std::binary_search(forbidden_.begin(), forbidden_.end(), std::pair{i, j})) return;
      worst_.offer(amount, j);
      raise_[at(i)] = std::max(raise_[at(i)], (amount + 1) / 2);
      raise_[at(j)] = std::max(raise_[at(j)], (amount + 1) / 2);
    };
    worst_.clear(0);
    if (reach < order_.size() / 8) {
      for (std::size_t k = 0; k < reach; ++k) {
        const Vertex j = order_[k];
        if (j > i && static_cast<double>(row[j]) > own + sorted_floor_[k]) check(j);
      }
    } else {
      scan_row(row, own, i + 1, check);
    }
    for (const auto& [amount, j] : worst_.entries()) violations_.push_back({amount, i, j});
  }

  template <class Check>
  void scan_row(const Number* row, double own, Vertex from, Check check) {
    constexpr Vertex lanes = 8;
    Vertex j = from;
    for (; j + lanes <= n_; j += lanes) {
      bool any = false;
      for (Vertex l = 0; l < lanes; ++l) {
        any |= static_cast<double>(row[j + l]) - floor_[at(j + l)] > own;
      }
      if (!any) continue;
      for (Vertex l = 0; l < lanes; ++l) {
        if (static_cast<double>(row[j + l]) - floor_[at(j + l)] > own) check(j + l);
      }
    }
    for (; j < n_; ++j) {
      if (static_cast<double>(row[j]) - floor_[at(j)] > own) check(j);
    }
  }

  const DenseSolver& solver_;
  const DenseWeights<Number>& weights_;
  const Vertex n_;
  std::vector<bool> removed_;
  std::vector<std::pair<Vertex, Vertex>> forbidden_;  // smaller vertex first, sorted
  std::vector<double> floor_, sorted_floor_;
  std::vector<Vertex> order_;  // vertices by floor
  std::vector<Violation> violations_;
  std::vector<Weight> raise_;
  BestEntries<Weight> worst_{2 * kAddedPerRow};
};

template <class Number>
DenseSolver<Number>::DenseSolver(const DenseWeights<Number>& weights, Cardinality cardinality,
                                 std::optional<std::pair<Number, Number>> span)
    : weights_(weights),
      maximum_(cardinality == Cardinality::maximum),
      threshold_(at(weights.n), kNone<Number>),
      matcher_(0) {
  choose_bonus(span);
  collect_candidates();
}

template <class Number>
PricedMatching DenseSolver<Number>::solve(Interrupt& interrupt) {
  matcher_ = Matcher(vertices());
  matcher_.load(edges_, interrupt);
  return optimise(matcher_, Pricing(*this, {}, {}), interrupt);
}

template <class Number>
PricedMatching DenseSolver<Number>::solve_without(std::span<const Vertex> vertices,
                                                  std::span<const std::pair<Vertex, Vertex>> pairs,
                                                  Interrupt& interrupt) const {
  Matcher matcher = matcher_;
  for (const auto& [u, v] : pairs) matcher.remove_edge(u, v);
  for (const Vertex v : vertices) matcher.isolate(v);
  return optimise(matcher, Pricing(*this, vertices, pairs), interrupt);
}

template <class Number>
PricedMatching DenseSolver<Number>::optimise(Matcher& matcher, Pricing pricing, Interrupt& interrupt) const {
  PricedMatching answer = frame_;
  bool running = matcher.solve(interrupt);
  while (true) {
    ++answer.rounds;
    answer.complete = pricing.run(matcher) && running;
    if (answer.complete || !running) break;
    for (const Violation& pair : pricing.choose()) {
      matcher.add_edge(pair.u, pair.v, total(pair.u, pair.v));
    }
    running = matcher.solve(interrupt);
  }
  answer.take(matcher, weights_.n);
  for (std::size_t v = 0; v < at(weights_.n); ++v) answer.duals.vertex[v] += pricing.raise()[v];
  return answer;
}

// With the bonus, one more pair outweighs any loss on the others along an alternating path.
template <class Number>
void DenseSolver<Number>::choose_bonus(std::optional<std::pair<Number, Number>> span) {
  auto [low, high] = allowed_range(weights_);
  if (span) {
    low = std::min(low, span->first);
    high = std::max(high, span->second);
  }
  if (low > high) return;
  const auto units = [&](Number value) {
    return std::is_integral_v<Number>
               ? static_cast<long double>(value)
               : static_cast<long double>(value) * static_cast<long double>(weights_.scale);
  };
  frame_.frame(weights_.n, std::floor(units(low)), std::ceil(units(high)), maximum_);
}

template <class Number>
void DenseSolver<Number>::collect_candidates() {
  const Vertex n = weights_.n;
  if (n <= kComplete) {
    for (Vertex i = 0; i < n; ++i) {
      for (Vertex j = i + 1; j < n; ++j) {
        if (weights_.allowed(i, j)) add_candidate(i, j);
      }
    }
  } else {
    collect_best();
    if (maximum_) join_left_out();
  }
  if (!frame_.has_bye) return;
  for (Vertex v = 0; v < n; ++v) edges_.push_back({v, n, frame_.bye + frame_.bonus});
}

// The best partners of every row. Scanning starts behind the diagonal, so that rows of equal entries do not
// all choose the same few columns.
template <class Number>
void DenseSolver<Number>::collect_best() {
  const Vertex n = weights_.n;
  const Number floor = maximum_ ? kNone<Number> : Number{0};
  BestEntries<Number> best(kPartners);
  std::vector<std::vector<Vertex>> chosen(at(n));
  for (Vertex i = 0; i < n; ++i) {
    best.clear(floor);
    offer_range(weights_.row(i), i + 1, n, best);
    offer_range(weights_.row(i), 0, i, best);
    threshold_[at(i)] = best.threshold();
    for (const auto& [value, j] : best.entries()) chosen[at(i)].push_back(j);
  }
  for (Vertex i = 0; i < n; ++i) {
    for (const Vertex j : chosen[at(i)]) {
      const auto& back = chosen[at(j)];
      if (i < j || std::find(back.begin(), back.end(), i) == back.end()) add_candidate(i, j);
    }
  }
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
      if (mate[at(v)] < 0) left.push_back(v);
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

template class DenseSolver<double>;
template class DenseSolver<Weight>;
template std::pair<Vertex, Vertex> find_asymmetry(const DenseWeights<double>&);
template std::pair<Vertex, Vertex> find_asymmetry(const DenseWeights<Weight>&);

}  // namespace pairwise
