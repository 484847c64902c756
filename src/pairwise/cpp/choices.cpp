#include "choices.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pairwise {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr int kTries = 40;

struct Item {
  double priced, worth, share;
  Vertex col;
};

bool dearer(const Item& a, const Item& b) { return a.priced > b.priced || (a.priced == b.priced && a.col < b.col); }

struct Choice {
  double worth;
  std::vector<Vertex> cols;
};

bool better(const Choice& a, const Choice& b) { return a.worth > b.worth || (a.worth == b.worth && a.cols < b.cols); }

// What a multiplier bounds the worth of a row by, and how that changes: the relaxation is convex and of straight pieces.
struct Tangent {
  double at, value, slope;

  double meets(const Tangent& right) const {
    return (right.value - value + at * slope - right.at * right.slope) / (slope - right.slope);
  }
};

// The search of one row.
class RowSearch {
 public:
  RowSearch(const SharedTable& table, Vertex i, std::size_t count, double slack, std::int64_t steps)
      : floor_(table.floor), count_(count), slack_(slack), steps_left_(steps) {
    const auto at = static_cast<std::size_t>(i);
    const double* worth = table.worth + at * static_cast<std::size_t>(table.cols);
    const double* share = table.shares + at * static_cast<std::size_t>(table.cols);
    for (Vertex j = 0; j < table.cols; ++j) {
      if (share[j] > kNever) items_.push_back({0, worth[j], share[j], j});
    }
    low_ = static_cast<std::size_t>(table.low[at]);
    high_ = std::min(static_cast<std::size_t>(table.high[at]), items_.size());
  }

  void run() {
    whole_ = low_ > high_ || !settle_multiplier();
    if (whole_) return;
    std::sort(items_.begin(), items_.end(), dearer);
    largest_.assign(items_.size() + 1, kNever);
    for (std::size_t k = items_.size(); k-- > 0;) largest_[k] = std::max(largest_[k + 1], items_[k].share);
    extend(0, -multiplier_ * floor_, 0, 0);
    std::sort(found_.begin(), found_.end(), better);
    const double best = found_.empty() ? kNever : found_.front().worth;
    while (!found_.empty() && found_.back().worth < best - slack_) {
      found_.pop_back();
      full_ = false;
    }
    whole_ = steps_left_ >= 0 && !full_;
    if (steps_left_ >= 0) bound_ = best;
  }

  double bound() const { return bound_; }
  bool whole() const { return whole_; }
  const std::vector<Choice>& found() const { return found_; }

 private:
  // Returns the relaxed worth under a multiplier and sets what the share of that choice exceeds the floor by.
  double relax(double multiplier, double& above) {
    for (Item& item : items_) item.priced = item.worth + multiplier * item.share;
    const auto top = items_.begin() + static_cast<std::ptrdiff_t>(high_);
    if (top != items_.end()) std::nth_element(items_.begin(), top, items_.end(), dearer);
    std::sort(items_.begin(), top, dearer);
    double bound = -multiplier * floor_;
    above = -floor_;
    for (std::size_t k = 0; k < high_ && (k < low_ || items_[k].priced > 0); ++k) {
      bound += items_[k].priced;
      above += items_[k].share;
    }
    return bound;
  }

  // Finds the multiplier of the least bound; false if no choice reaches the floor.
  bool settle_multiplier() {
    double above = 0;
    bound_ = relax(0, above);
    if (above >= 0) return true;
    Tangent left{0, bound_, above}, right{0.25, 0, above};
    for (int k = 0; right.slope < 0; ++k) {
      if (k == kTries || !reaches_floor()) {
        bound_ = kNever;
        return false;
      }
      right.at *= 4;
      right.value = relax(right.at, right.slope);
      if (right.slope < 0) left = right;
    }
    lower_bound(left);
    lower_bound(right);
    for (int k = 0; k < kTries && left.slope < right.slope; ++k) {
      Tangent middle{left.meets(right), 0, 0};
      const double line = left.value + (middle.at - left.at) * left.slope;
      middle.value = relax(middle.at, middle.slope);
      lower_bound(middle);
      if (middle.value <= line + 1e-12 * std::abs(line)) break;
      (middle.slope < 0 ? left : right) = middle;
    }
    relax(multiplier_, above);
    return true;
  }

  void lower_bound(const Tangent& tangent) {
    if (tangent.value >= bound_) return;
    bound_ = tangent.value;
    multiplier_ = tangent.at;
  }

  bool reaches_floor() const {
    std::vector<double> shares;
    for (const Item& item : items_) shares.push_back(item.share);
    std::sort(shares.rbegin(), shares.rend());
    double most = 0;
    for (std::size_t k = 0; k < high_ && (k < low_ || shares[k] > 0); ++k) most += shares[k];
    return most >= floor_;
  }

  double least() const { return full_ ? found_.front().worth : best_ - slack_; }

  // Whether columns from k on can lift a share to the floor, `needed` of them or more.
  bool may_reach(double share, std::size_t k, std::size_t needed) const {
    const std::size_t most = largest_[k] > 0 ? high_ - chosen_.size() : needed;
    return share + static_cast<double>(most) * largest_[k] >= floor_;
  }

  // Depth is at most high_, so recursion is as deep as a row has partners.
  void extend(std::size_t from, double priced, double worth, double share) {
    if (chosen_.size() >= low_ && share >= floor_) keep(worth);
    if (chosen_.size() == high_) return;
    const std::size_t needed = std::max<std::size_t>(low_ > chosen_.size() ? low_ - chosen_.size() : 0, 1);
    for (std::size_t k = from; k + needed <= items_.size(); ++k) {
      if (--steps_left_ < 0) return;
      double most = priced;
      for (std::size_t q = 0; q < high_ - chosen_.size() && k + q < items_.size(); ++q) {
        if (q >= needed && items_[k + q].priced <= 0) break;
        most += items_[k + q].priced;
      }
      if (most < least() || (full_ && most <= least()) || !may_reach(share, k, needed)) return;
      chosen_.push_back(items_[k].col);
      extend(k + 1, priced + items_[k].priced, worth + items_[k].worth, share + items_[k].share);
      chosen_.pop_back();
    }
  }

  // Keeps the best `count_`, the worst of them on top of the heap.
  void keep(double worth) {
    if (worth < least() || (full_ && worth <= least())) return;
    if (full_) {
      std::pop_heap(found_.begin(), found_.end(), better);
      found_.pop_back();
    }
    found_.push_back({worth, chosen_});
    std::push_heap(found_.begin(), found_.end(), better);
    best_ = std::max(best_, worth);
    full_ = found_.size() == count_;
  }

  const double floor_;
  const std::size_t count_;
  const double slack_;
  std::int64_t steps_left_;
  std::size_t low_ = 0, high_ = 0;
  double multiplier_ = 0, bound_ = kNever, best_ = kNever;
  bool whole_ = false, full_ = false;
  std::vector<Item> items_;
  std::vector<double> largest_;  // share of the columns from each on
  std::vector<Vertex> chosen_;
  std::vector<Choice> found_;
};

}  // namespace

Choices best_choices(const SharedTable& table, std::size_t count, double slack, std::int64_t steps,
                     Interrupt& interrupt) {
  Choices all;
  for (Vertex i = 0; i < table.rows; ++i) {
    if (i % 64 == 0 && interrupt.stop()) throw Stopped();
    RowSearch search(table, i, count, slack, steps);
    search.run();
    all.bound.push_back(search.bound());
    all.whole.push_back(search.whole());
    for (const Choice& choice : search.found()) {
      all.value.push_back(choice.worth);
      all.members.insert(all.members.end(), choice.cols.begin(), choice.cols.end());
      all.start.push_back(static_cast<std::int64_t>(all.members.size()));
    }
    all.first.push_back(static_cast<std::int64_t>(all.value.size()));
  }
  return all;
}

}  // namespace pairwise
