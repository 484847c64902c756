#include "rearrange.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "random.h"
#include "square.h"

namespace pairwise {

namespace {

constexpr std::size_t kMostRows = 160;   // at once
constexpr std::size_t kNoises = 8192;
constexpr float kNever = 1e6F;           // shares are divided by their size, so costs are far below
constexpr double kNoise = 5e-4;
constexpr double kLesser = 0.03;          // the sum counts so much until all are at the target
constexpr double kHeavier = 1.03, kLighter = 0.99, kNearlyWorst = 0.8;

std::size_t index(Vertex v) { return static_cast<std::size_t>(v); }

class Rearranger {
 public:
  Rearranger(const SharedOut& problem, Slots start, const Rearranging& settings)
      : problem_(problem),
        settings_(settings),
        slots_(std::move(start)),
        random_(settings.seed),
        slots_of_(problem.row_low.size()),
        share_(slots_of_.size()),
        weight_(slots_of_.size(), 1.0),
        row_load_(slots_of_.size()),
        col_load_(index(problem.cols)),
        given_(index(problem.cols)),
        price_(index(problem.cols) + 1),
        held_(slots_of_.size() * index(problem.cols)),
        noise_(kNoises) {
    for (float& one : noise_) one = static_cast<float>(kNoise * random_.unit());
    for (std::size_t slot = 0; slot < slots_.row.size(); ++slot) {
      slots_of_[index(slots_.row[slot])].push_back(slot);
      put(slots_.row[slot], slots_.col[slot], 1);
    }
    for (std::size_t i = 0; i < slots_of_.size(); ++i) {
      if (!slots_of_[i].empty()) order_.push_back(static_cast<Vertex>(i));
    }
    remember();
  }

  Slots run(Interrupt& interrupt) {
    for (std::int64_t round = 0; round < settings_.rounds && !done() && !interrupt.stop(); ++round) {
      draw_rows();
      draw_items();
      price_items();
      deal();
      remember();
      weigh();
    }
    return best_;
  }

 private:
  bool done() const { return order_.empty() || (best_floor_ >= settings_.target && settings_.sum_weight == 0); }

  std::size_t at(Vertex i, Vertex j) const { return index(i) * index(problem_.cols) + index(j); }
  double share_of(Vertex i, Vertex j) const { return j < 0 ? 0.0 : problem_.shares[at(i, j)]; }

  void put(Vertex i, Vertex j, int sign) {
    if (j < 0) return;
    share_[index(i)] += sign * share_of(i, j);
    worth_ += sign * problem_.weights[at(i, j)];
    row_load_[index(i)] += sign;
    col_load_[index(j)] += sign;
    held_[at(i, j)] = sign > 0;
  }

  // The first `count` of a list become a random part of it.
  template <class Value>
  void shuffle(std::vector<Value>& list, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) std::swap(list[k], list[k + random_.index(list.size() - k)]);
  }

  // Each of these rows gives up a slot; of many rows a quarter are among the poorest.
  void draw_rows() {
    const std::size_t count = std::min(order_.size(), kMostRows);
    if (count < order_.size()) {
      const auto poor = std::partition(order_.begin(), order_.end(),
                                       [&](Vertex i) { return share_[index(i)] < settings_.target; });
      const auto those = static_cast<std::size_t>(poor - order_.begin());
      if (those > 1) std::swap(order_[0], order_[random_.index(those)]);
      for (std::size_t k = std::min(those, count / 4); k < count; ++k) {
        std::swap(order_[k], order_[k + random_.index(order_.size() - k)]);
      }
    } else {
      shuffle(order_, count);
    }
    given_up_.clear();
    for (std::size_t k = 0; k < count; ++k) {
      const auto& own = slots_of_[index(order_[k])];
      given_up_.push_back(own[random_.index(own.size())]);
    }
  }

  // Items are what is given up, then free places.
  void draw_items() {
    items_.clear();
    for (const std::size_t slot : given_up_) {
      items_.push_back(slots_.col[slot]);
      put(slots_.row[slot], slots_.col[slot], -1);
    }
    free_.clear();
    for (Vertex j = 0; j < problem_.cols; ++j) given_[index(j)] = 0;
    for (const Vertex j : items_) given_[index(std::max(j, 0))] += j >= 0;
    for (Vertex j = 0; j < problem_.cols; ++j) {
      const Vertex room = problem_.col_high[index(j)] - col_load_[index(j)] - given_[index(j)];
      for (Vertex k = 0; k < std::min<Vertex>(room, 2); ++k) free_.push_back(j);
    }
    const std::size_t count = std::min(free_.size(), given_up_.size() / 8);
    shuffle(free_, count);
    items_.insert(items_.end(), free_.begin(), free_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  void price_items() {
    table_.resize(static_cast<Vertex>(items_.size()));
    const std::size_t rows = given_up_.size();
    for (std::size_t k = 0; k < items_.size(); ++k) {
      float* costs = table_.row(static_cast<Vertex>(k));
      const std::size_t offset = random_.index(kNoises);
      for (std::size_t q = 0; q < items_.size(); ++q) costs[q] = noise_[(offset + 7 * q) % kNoises];
      if (k < rows) add_costs(slots_.row[given_up_[k]], costs);
      else bar_needed(costs);
      table_.price(static_cast<Vertex>(k)) = price_[index(items_[k] + 1)];
    }
  }

  void add_costs(Vertex i, float* costs) const {
    const double base = share_[index(i)], scale = weight_[index(i)] / settings_.size;
    const bool met = best_floor_ >= settings_.target;
    const double worth = settings_.sum_weight * (met ? 1.0 : kLesser) / settings_.size;
    const bool may_be_empty = row_load_[index(i)] >= problem_.row_low[index(i)];
    for (std::size_t q = 0; q < items_.size(); ++q) {
      const Vertex j = items_[q];
      if (j < 0 ? !may_be_empty : held_[at(i, j)] || share_of(i, j) == -INFINITY) {
        costs[q] = kNever;
        continue;
      }
      const double lacking = std::max(settings_.target - base - share_of(i, j), 0.0);
      if (lacking > 0 && met) {
        costs[q] = kNever;
        continue;
      }
      costs[q] += static_cast<float>(scale * lacking - (j < 0 ? 0.0 : worth * problem_.weights[at(i, j)]));
    }
  }

  // Nobody takes the last items of a column that it must place.
  void bar_needed(float* costs) {
    for (std::size_t q = 0; q < given_up_.size(); ++q) {
      const Vertex j = items_[q];
      if (j >= 0 && problem_.col_low[index(j)] > col_load_[index(j)]) bar_first(q, costs);
    }
  }

  void bar_first(std::size_t q, float* costs) const {
    const Vertex j = items_[q];
    const auto before = std::count(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(q), j);
    if (before < problem_.col_low[index(j)] - col_load_[index(j)]) costs[q] = kNever;
  }

  void deal() {
    const std::vector<Vertex>& item_of = table_.solve();
    bool good = true;
    for (std::size_t k = 0; k < items_.size(); ++k) good &= table_.row(static_cast<Vertex>(k))[item_of[k]] < kNever;
    for (std::size_t k = 0; k < given_up_.size(); ++k) {
      const std::size_t slot = given_up_[k];
      if (good) slots_.col[slot] = items_[index(item_of[k])];
      put(slots_.row[slot], slots_.col[slot], 1);
    }
    for (std::size_t k = 0; k < items_.size(); ++k) price_[index(items_[k] + 1)] = table_.price(static_cast<Vertex>(k));
  }

  void remember() {
    const double least = *std::min_element(share_.begin(), share_.end());
    const double floor = std::min(least, settings_.target);
    if (!best_.row.empty() && (floor < best_floor_ || (floor == best_floor_ && worth_ <= best_worth_))) return;
    best_floor_ = floor;
    best_worth_ = worth_;
    best_ = slots_;
  }

  void weigh() {
    const double worst = settings_.target - *std::min_element(share_.begin(), share_.end());
    double sum = 0;
    for (std::size_t i = 0; i < share_.size(); ++i) {
      const bool short_of = worst > 0 && settings_.target - share_[i] > kNearlyWorst * worst;
      sum += weight_[i] *= short_of ? kHeavier : kLighter;
    }
    for (double& one : weight_) one = std::max(one * static_cast<double>(weight_.size()) / sum, 1e-3);
  }

  const SharedOut problem_;
  const Rearranging settings_;
  Slots slots_, best_;
  Random random_;
  double worth_ = 0, best_floor_ = 0, best_worth_ = 0;
  std::vector<std::vector<std::size_t>> slots_of_;  // by row
  std::vector<double> share_, weight_;              // by row
  std::vector<Vertex> row_load_, col_load_, given_;
  std::vector<float> price_;                        // by column, shifted by one: the first is of empty slots
  std::vector<std::uint8_t> held_;                  // by row and column
  std::vector<float> noise_;
  std::vector<Vertex> order_, items_, free_;
  std::vector<std::size_t> given_up_;
  SquareAssigner table_;
};

}  // namespace

Slots rearrange(const SharedOut& problem, Slots start, const Rearranging& settings, Interrupt& interrupt) {
  return Rearranger(problem, std::move(start), settings).run(interrupt);
}

}  // namespace pairwise
