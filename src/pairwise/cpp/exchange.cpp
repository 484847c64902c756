#include "exchange.h"

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

class FloorSearch {
 public:
  FloorSearch(const double* shares, Vertex cols, std::span<const Vertex> row_low, std::span<const Vertex> col_low,
              std::span<const Vertex> col_high, Slots start, double target)
      : shares_(shares),
        cols_(cols),
        row_low_(row_low),
        col_low_(col_low),
        col_high_(col_high),
        slots_(std::move(start)),
        target_(target),
        share_(row_low.size()),
        row_load_(row_low.size()),
        col_load_(index(cols)),
        held_(row_low.size() * index(cols)),
        slots_of_(row_low.size()),
        place_(row_low.size(), kRich) {
    for (std::size_t slot = 0; slot < slots_.row.size(); ++slot) {
      slots_of_[index(slots_.row[slot])].push_back(slot);
      if (slots_.col[slot] >= 0) put(slots_.row[slot], slots_.col[slot], 1);
    }
    for (std::size_t i = 0; i < share_.size(); ++i) sort_in(static_cast<Vertex>(i));
    remember();
  }

  Slots run(const Cooling& cooling, Interrupt& interrupt) {
    Heat heat(cooling);
    Random random(cooling.seed);
    for (std::int64_t move = 1; move <= cooling.moves && !poor_.empty() && !slots_.row.empty(); ++move) {
      if (move % kMovesPerCheck == 0) {
        heat.cool();
        remember();
        if (interrupt.stop()) break;
      }
      const std::size_t slot = some_slot(random);
      if (random.next() % 4) {
        exchange(slot, random.index(slots_.row.size()), heat, random);
      } else {
        move_to(slot, static_cast<Vertex>(random.index(index(cols_))), heat, random);
      }
    }
    remember();
    return best_;
  }

 private:
  static constexpr std::size_t kRich = static_cast<std::size_t>(-1);

  // Every fourth time of somebody poor, so that few of them among many rows are not forgotten.
  std::size_t some_slot(Random& random) const {
    const std::size_t any = random.index(slots_.row.size());
    if (random.next() % 4) return any;
    const auto& own = slots_of_[index(poor_[random.index(poor_.size())])];
    return own.empty() ? any : own[random.index(own.size())];
  }

  // Moves a row into the poor or out of them, as its share says.
  void sort_in(Vertex i) {
    std::size_t& place = place_[index(i)];
    if ((share_[index(i)] < target_) == (place != kRich)) return;
    if (place == kRich) {
      place = poor_.size();
      poor_.push_back(i);
      return;
    }
    place_[index(poor_.back())] = place;
    std::swap(poor_[place], poor_.back());
    poor_.pop_back();
    place = kRich;
  }

  double share_of(Vertex i, Vertex j) const { return j < 0 ? 0.0 : shares_[index(i) * index(cols_) + index(j)]; }
  bool holds(Vertex i, Vertex j) const { return j >= 0 && held_[index(i) * index(cols_) + index(j)]; }
  double shortage(double share) const { return std::max(target_ - share, 0.0); }

  void put(Vertex i, Vertex j, int sign) {
    share_[index(i)] += sign * share_of(i, j);
    row_load_[index(i)] += sign;
    col_load_[index(j)] += sign;
    held_[index(i) * index(cols_) + index(j)] = sign > 0;
  }

  bool may_take(Vertex i, Vertex in) const {
    if (in < 0) return row_load_[index(i)] > row_low_[index(i)];
    return !holds(i, in) && share_of(i, in) > -INFINITY;
  }

  double change(Vertex i, Vertex out, Vertex in) const {
    const double share = share_[index(i)];
    return shortage(share - share_of(i, out) + share_of(i, in)) - shortage(share);
  }

  void swap(std::size_t slot, Vertex in) {
    const Vertex i = slots_.row[slot], out = slots_.col[slot];
    if (out >= 0) put(i, out, -1);
    if (in >= 0) put(i, in, 1);
    sort_in(i);
    slots_.col[slot] = in;
  }

  void exchange(std::size_t a, std::size_t b, const Heat& heat, Random& random) {
    const Vertex i = slots_.row[a], k = slots_.row[b], x = slots_.col[a], y = slots_.col[b];
    if (i == k || x == y || !may_take(i, y) || !may_take(k, x)) return;
    if (!heat.accepts(change(i, x, y) + change(k, y, x), random)) return;
    swap(a, y);
    swap(b, x);
  }

  void move_to(std::size_t slot, Vertex in, const Heat& heat, Random& random) {
    const Vertex i = slots_.row[slot], out = slots_.col[slot];
    if (col_load_[index(in)] >= col_high_[index(in)] || !may_take(i, in)) return;
    if (out >= 0 && col_load_[index(out)] <= col_low_[index(out)]) return;
    if (heat.accepts(change(i, out, in), random)) swap(slot, in);
  }

  void remember() {
    const double least = share_.empty() ? target_ : *std::min_element(share_.begin(), share_.end());
    if (!best_.row.empty() && least <= best_floor_) return;
    best_floor_ = least;
    best_ = slots_;
  }

  const double* shares_;
  const Vertex cols_;
  const std::span<const Vertex> row_low_, col_low_, col_high_;
  Slots slots_, best_;
  const double target_;
  double best_floor_ = 0;
  std::vector<double> share_;
  std::vector<Vertex> row_load_, col_load_;
  std::vector<std::uint8_t> held_;  // by row and column
  std::vector<std::vector<std::size_t>> slots_of_;  // by row
  std::vector<Vertex> poor_;                        // rows below the target
  std::vector<std::size_t> place_;                  // by row: where among the poor
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

Slots raise_floor(const double* shares, Vertex cols, std::span<const Vertex> row_low, std::span<const Vertex> col_low,
                  std::span<const Vertex> col_high, Slots start, double target, const Cooling& cooling,
                  Interrupt& interrupt) {
  return FloorSearch(shares, cols, row_low, col_low, col_high, std::move(start), target).run(cooling, interrupt);
}

std::vector<std::int64_t> pick_choices(const Choices& choices, std::span<const Vertex> col_low,
                                       std::span<const Vertex> col_high, double penalty, bool any,
                                       const Cooling& cooling, Interrupt& interrupt) {
  return ChoiceSearch(choices, col_low, col_high, penalty).run(any, cooling, interrupt);
}

}  // namespace pairwise
