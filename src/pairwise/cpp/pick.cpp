#include "pick.h"

#include <algorithm>
#include <cmath>

#include "random.h"

namespace pairwise {

namespace {

constexpr std::int64_t kMovesPerCheck = 4096;

std::size_t index(Vertex v) { return static_cast<std::size_t>(v); }

// The heat of a search, falling geometrically.
class Heat {
 public:
  explicit Heat(const Cooling& cooling)
      : heat_(cooling.hot),
        factor_(std::pow(cooling.cold / cooling.hot,
                         static_cast<double>(kMovesPerCheck) / static_cast<double>(std::max<std::int64_t>(cooling.moves, 1)))) {}
  void cool() { heat_ *= factor_; }
  bool accepts(double worse, Random& random) const { return worse <= 0 || random.unit() < std::exp(-worse / heat_); }

 private:
  double heat_, factor_;
};

class ChoiceSearch {
 public:
  ChoiceSearch(const Choices& choices, std::span<const Vertex> col_low, std::span<const Vertex> col_high,
               double penalty)
      : all_(choices), low_(col_low), high_(col_high), penalty_(penalty), load_(col_high.size()) {
    for (std::size_t row = 0; row + 1 < all_.first.size(); ++row) {
      taken_.push_back(all_.first[row]);
      worth_ += all_.value[static_cast<std::size_t>(all_.first[row])];
      count(taken_.back(), 1);
    }
    excess_ = 0;
    for (std::size_t j = 0; j < load_.size(); ++j) excess_ += std::max({load_[j] - high_[j], low_[j] - load_[j], 0});
    remember();
  }

  std::vector<std::int64_t> run(bool any, const Cooling& cooling, Interrupt& interrupt) {
    Heat heat(cooling);
    Random random(cooling.seed);
    for (std::int64_t move = 1; move <= cooling.moves && !taken_.empty() && !(any && best_excess_ == 0); ++move) {
      if (move % kMovesPerCheck == 0) {
        heat.cool();
        if (interrupt.stop()) break;
      }
      const std::size_t row = random.index(taken_.size());
      const std::int64_t first = all_.first[row], old = taken_[row];
      const auto choice =
          first + static_cast<std::int64_t>(random.index(static_cast<std::size_t>(all_.first[row + 1] - first)));
      if (choice == old) continue;
      const std::int64_t before = excess_;
      count(old, -1);
      count(choice, 1);
      const double gain = value(choice) - value(old);
      if (heat.accepts(penalty_ * static_cast<double>(excess_ - before) - gain, random)) {
        taken_[row] = choice;
        worth_ += gain;
        remember();
      } else {
        count(choice, -1);
        count(old, 1);
      }
    }
    return best_;
  }

 private:
  double value(std::int64_t choice) const { return all_.value[static_cast<std::size_t>(choice)]; }

  void count(std::int64_t choice, int sign) {
    const auto c = static_cast<std::size_t>(choice);
    for (auto k = static_cast<std::size_t>(all_.start[c]); k < static_cast<std::size_t>(all_.start[c + 1]); ++k) {
      const std::size_t j = index(all_.members[k]);
      if (sign > 0) {
        excess_ += load_[j] >= high_[j] ? 1 : load_[j] < low_[j] ? -1 : 0;
      } else {
        excess_ -= load_[j] > high_[j] ? 1 : load_[j] <= low_[j] ? -1 : 0;
      }
      load_[j] += sign;
    }
  }

  void remember() {
    if (!best_.empty() && (excess_ > best_excess_ || (excess_ == best_excess_ && worth_ <= best_worth_))) return;
    best_ = taken_;
    best_excess_ = excess_;
    best_worth_ = worth_ + 1e-12 * std::abs(worth_);
  }

  const Choices& all_;
  const std::span<const Vertex> low_, high_;
  const double penalty_;
  std::vector<Vertex> load_;
  std::vector<std::int64_t> taken_, best_;
  std::int64_t excess_ = 0, best_excess_ = 0;
  double worth_ = 0, best_worth_ = 0;
};

}  // namespace

std::vector<std::int64_t> pick_choices(const Choices& choices, std::span<const Vertex> col_low,
                                       std::span<const Vertex> col_high, double penalty, bool any,
                                       const Cooling& cooling, Interrupt& interrupt) {
  return ChoiceSearch(choices, col_low, col_high, penalty).run(any, cooling, interrupt);
}

}  // namespace pairwise
