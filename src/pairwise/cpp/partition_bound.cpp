#include "partition_bound.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pairwise {

namespace {

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

Weight without_cheapest(std::span<const Weight> prices, Vertex left_out) {
  std::vector<Weight> sorted(prices.begin(), prices.end());
  std::sort(sorted.begin(), sorted.end());
  return std::accumulate(sorted.begin() + left_out, sorted.end(), Weight{0});
}

// Depth-first through all groups in ascending order of people.
class GroupPricer {
 public:
  GroupPricer(const PartitionProblem& problem, Vertex size, std::span<const Weight> prices, Weight above,
              std::size_t keep, std::size_t most, Interrupt& interrupt)
      : problem_(problem), size_(at(size)), keep_(keep), most_(most), above_(above), interrupt_(interrupt) {
    const auto n = at(problem.n);
    factor_ = problem.factor[size_];
    gain_.assign(size_, std::vector<Weight>(n));
    top_.assign(size_, 0);
    full_.assign(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      full_[i] = full_cover(i);
      gain_[0][i] = full_[i] - prices[i];
    }
    for (Vertex i = 0; i < problem.n; ++i)
      for (Vertex j = 0; j < problem.n; ++j)
        if (i != j && problem.row(i)[j] != kApart) largest_ = std::max(largest_, factor_ * problem.row(i)[j]);
  }

  PricedGroups run() {
    for (Vertex first = 0; first + static_cast<Vertex>(size_) <= problem_.n && out_.complete; ++first) {
      if (interrupt_.stop()) out_.complete = false;
      threshold_ = above_;
      found_.clear();
      group_.assign(1, first);
      extend(gain_[0][at(first)]);
      flush();
    }
    return std::move(out_);
  }

 private:
  struct Found {
    Weight excess;
    std::vector<Vertex> people;
  };

  Weight full_cover(std::size_t i) const {
    const CoverageTerm& term = problem_.coverage;
    Weight levels = 0;
    const auto columns = static_cast<std::size_t>(term.columns);
    for (std::size_t c = 0; c < columns; ++c) levels += term.needs[i * columns + c];
    return term.empty() ? 0 : levels * term.unit[i];
  }

  void extend(Weight so_far) {
    const std::size_t depth = group_.size();
    if (depth == size_) return leaf(so_far);
    const Vertex last = group_.back();
    const std::int32_t* row = problem_.row(last);
    const auto n = at(problem_.n);
    Weight top = std::numeric_limits<Weight>::min() / 8;
    for (std::size_t j = at(last) + 1; j < n; ++j) {
      const Weight gain = row[j] == kApart ? std::numeric_limits<Weight>::min() / 8
                                           : std::max(gain_[depth - 1][j] + factor_ * row[j],
                                                      std::numeric_limits<Weight>::min() / 8);
      gain_[depth][j] = gain;
      top = std::max(top, gain);
    }
    const auto left = static_cast<Weight>(size_ - depth);
    if (top < -kInfinity / 4) return;
    const Weight later = left * (left - 1) / 2 * largest_;
    if (so_far + left * top + later <= threshold_) return;
    for (std::size_t j = at(last) + 1; j + (size_ - depth) <= n; ++j) {
      const Weight gain = gain_[depth][j];
      if (gain < -kInfinity / 4 || so_far + gain + (left - 1) * top + later <= threshold_) continue;
      group_.push_back(static_cast<Vertex>(j));
      extend(so_far + gain);
      group_.pop_back();
      if (!out_.complete) return;
    }
  }

  void leaf(Weight excess) {
    if (excess <= threshold_) return;
    for (const Vertex i : group_) excess -= full_[at(i)];
    excess += covered(problem_, group_);
    if (excess <= threshold_ || broken_rules(problem_, group_) != 0 || torn()) return;
    found_.push_back({excess, group_});
    if (keep_ > 0 && found_.size() >= 2 * keep_) shrink();
    if (keep_ == 0 && out_.excess.size() + found_.size() > most_) out_.complete = false;
  }

  bool torn() const {
    for (const Vertex i : group_) {
      std::size_t inside = 0;
      for (const Vertex j : group_) inside += problem_.unit[at(j)] == problem_.unit[at(i)];
      if (inside != unit_size(problem_.unit[at(i)])) return true;
    }
    return false;
  }

  std::size_t unit_size(Vertex unit) const {
    if (unit_sizes_.empty()) {
      unit_sizes_.assign(at(problem_.n), 0);
      for (const Vertex u : problem_.unit) ++unit_sizes_[at(u)];
    }
    return unit_sizes_[at(unit)];
  }

  void shrink() {
    std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) { return a.excess > b.excess; });
    found_.resize(std::min(found_.size(), keep_));
    if (found_.size() == keep_) threshold_ = std::max(threshold_, found_.back().excess);
  }

  void flush() {
    if (keep_ > 0) shrink();
    for (const Found& each : found_) {
      out_.people.insert(out_.people.end(), each.people.begin(), each.people.end());
      out_.excess.push_back(each.excess);
    }
  }

  const PartitionProblem& problem_;
  std::size_t size_, keep_, most_;
  Weight above_, threshold_ = 0, factor_ = 1;
  Weight largest_ = std::numeric_limits<Weight>::min() / 64;
  Interrupt& interrupt_;
  std::vector<std::vector<Weight>> gain_;
  std::vector<Weight> top_, full_;
  std::vector<Vertex> group_;
  std::vector<Found> found_;
  mutable std::vector<std::size_t> unit_sizes_;
  PricedGroups out_;
};

}  // namespace

Weight spread_bound(const PartitionProblem& problem, std::span<const Weight> prices, const SpreadBound& bound) {
  Weight over = 0;
  const auto n = at(problem.n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t* row = problem.row(static_cast<Vertex>(i));
    for (std::size_t j = i + 1; j < n; ++j) {
      if (row[j] != kApart) over += std::max<Weight>(0, row[j] - prices[i] - prices[j]);
    }
  }
  return bound.scale * without_cheapest(prices, bound.left_out) + bound.share * over;
}

std::vector<Weight> find_prices(const PartitionProblem& problem, const SpreadBound& bound, int steps,
                                Interrupt& interrupt) {
  const auto n = at(problem.n);
  const auto partners = static_cast<std::size_t>(bound.scale / bound.share);
  std::vector<double> u(n);
  std::vector<std::int32_t> sorted(n);
  for (std::size_t i = 0; i < n; ++i) {
    // Half the weight of the last partner that fits is a good first price.
    const std::int32_t* row = problem.row(static_cast<Vertex>(i));
    std::copy(row, row + n, sorted.begin());
    sorted[i] = kApart;
    const std::size_t rank = std::min(partners, n - 1);
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1), sorted.end(),
                     std::greater<>());
    u[i] = sorted[rank - 1] == kApart ? 0.0 : sorted[rank - 1] / 2.0;
  }
  std::vector<Weight> prices(n), best_prices(n);
  Weight best = std::numeric_limits<Weight>::max();
  double size = 0;
  for (const double x : u) size = std::max(size, std::abs(x));
  double step = 0.02 * std::max(size, 1.0) / static_cast<double>(std::max<std::size_t>(partners, 1));
  std::vector<double> degree(n), direction(n, 0.0);
  int stalled = 0;
  for (int k = 0; k < steps; ++k) {
    for (std::size_t i = 0; i < n; ++i) prices[i] = static_cast<Weight>(std::llround(u[i]));
    std::fill(degree.begin(), degree.end(), 0.0);
    Weight over = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::int32_t* row = problem.row(static_cast<Vertex>(i));
      double mine = 0;
      for (std::size_t j = i + 1; j < n; ++j) {
        const Weight slack = row[j] - prices[i] - prices[j];
        const bool in = slack > 0 && row[j] != kApart;
        over += in ? slack : 0;
        mine += in;
        degree[j] += in;
      }
      degree[i] += mine;
    }
    const Weight value = bound.scale * without_cheapest(prices, bound.left_out) + bound.share * over;
    if (value < best) {
      best = value;
      best_prices = prices;
      stalled = 0;
    } else if (++stalled >= 12) {
      step *= 0.7;
      stalled = 0;
    }
    if (interrupt.stop() || step < 0.25) break;
    for (std::size_t i = 0; i < n; ++i) {
      direction[i] = 0.6 * direction[i] + (degree[i] - static_cast<double>(partners));
      u[i] += step * direction[i];
    }
  }
  return best_prices;
}

PricedGroups price_groups(const PartitionProblem& problem, Vertex size, std::span<const Weight> prices, Weight above,
                          std::size_t keep, std::size_t most, Interrupt& interrupt) {
  return GroupPricer(problem, size, prices, above, keep, most, interrupt).run();
}

}  // namespace pairwise
