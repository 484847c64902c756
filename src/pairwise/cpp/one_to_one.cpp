#include "one_to_one.h"

#include <algorithm>

namespace pairwise {
namespace {

constexpr std::size_t kBids = 16;       // for each row; then what is left is searched for
constexpr std::size_t kBidsPerLook = 4096;  // at the clock
constexpr std::size_t kContention = 3;  // more than one in so many rows left after bids: too many to search for
constexpr Weight kFirstStep = 16;               // part of the range of the entries
constexpr Weight kLastStep = Weight{1} << 18;   // part of the spread of the listed ones
constexpr Weight kStepFactor = 8;

}  // namespace

template <class Number>
std::optional<PricedAssignment> OneToOne<Number>::solve(double scale, bool maximum, Interrupt& interrupt) {
  start(scale, maximum);
  std::vector<Vertex> free(dual_.size());
  for (std::size_t i = 0; i < free.size(); ++i) free[i] = static_cast<Vertex>(i);
  if (!bid(free, interrupt) || !settle_contention(free, interrupt)) {
    cover_all();
    return answer(false);
  }
  if (!listed_.is_exact()) return std::nullopt;
  for (Vertex i = 0; i < listed_.rows(); ++i) {
    if (col_of_[at(i)] >= 0 || (has_floor() && dual_[at(i)] <= floor_)) continue;
    const Outcome outcome = search(i, interrupt);
    if (outcome == Outcome::stuck) return std::nullopt;
    if (outcome == Outcome::interrupted) return answer(false);
  }
  return answer(true);
}

template <class Number>
void OneToOne<Number>::start(double scale, bool maximum) {
  const Vertex rows = listed_.rows(), cols = listed_.cols();
  listed_.start(scale);
  const auto [low, high] = listed_.range();
  const Weight stake = most_at_stake(rows, cols, low, high, 0);
  bonus_ = maximum ? stake : 0;
  floor_ = maximum ? -kInfinity : 0;
  step_ = 0;
  dual_.assign(at(rows), 0);
  joined_at_.assign(at(rows), 0);
  read_again_.assign(at(rows), false);
  col_of_.assign(at(rows), -1);
  row_of_.assign(at(cols), -1);
  reach_.assign(at(cols), kInfinity);
  entry_.assign(at(cols), -1);
}

template <class Number>
PricedAssignment OneToOne<Number>::answer(bool complete) {
  PricedAssignment out;
  out.bonus = bonus_;
  if (complete && !has_floor()) {
    for (const Weight dual : dual_) out.bonus = std::max(out.bonus, -dual);
  }
  out.complete = complete;
  for (Vertex i = 0; i < listed_.rows(); ++i) {
    out.row_duals.push_back(std::max<Weight>(dual_[at(i)] + out.bonus, 0));
    if (col_of_[at(i)] < 0) continue;
    out.rows.push_back(i);
    out.cols.push_back(col_of_[at(i)]);
  }
  out.col_duals = listed_.take_prices();
  return out;
}

// ---------------------------------------------------------------- bidding

template <class Number>
typename OneToOne<Number>::Bid OneToOne<Number>::look(Vertex i) const {
  Bid bid{-1, floor_, std::max(floor_, listed_.rest(i))};
  for (const auto& [weight, col] : listed_.list(i)) {
    const Weight worth = weight - listed_.price(col);
    if (worth > bid.worth) {
      bid = {col, worth, std::max(bid.second, bid.worth)};
    } else if (bid.col >= 0 && worth >= bid.second) {
      bid.second = worth;
      if (worth == bid.worth && is_taken(bid.col) && !is_taken(col)) bid.col = col;
    }
  }
  return bid;
}

template <class Number>
typename OneToOne<Number>::Bid OneToOne<Number>::best_bid(Vertex i) {
  const Bid bid = look(i);
  const bool may_tie = bid.col >= 0 && is_taken(bid.col) && bid.worth == listed_.rest(i);
  if (bid.worth >= listed_.rest(i) && !may_tie) return bid;
  listed_.read_again(i);
  return look(i);
}

// Gives the row its column at the price that leaves it as well off as with the second best, or worse by the step;
// returns who loses the column.
template <class Number>
Vertex OneToOne<Number>::take(Vertex i, const Bid& bid) {
  if (bid.second > -kInfinity) {
    listed_.raise(bid.col, bid.worth - bid.second + step_);
    dual_[at(i)] = bid.second - step_;
  }
  const Vertex loser = row_of_[at(bid.col)];
  row_of_[at(bid.col)] = i;
  col_of_[at(i)] = bid.col;
  if (loser >= 0) col_of_[at(loser)] = -1;
  return loser;
}

// Returns who is to bid next, or -1. A row that loses its column at no higher price waits, else two rows could take
// it from each other for ever.
template <class Number>
Vertex OneToOne<Number>::bid_for(Vertex i, bool last, std::vector<Vertex>& losers) {
  const Bid bid = best_bid(i);
  dual_[at(i)] = bid.worth;
  if (bid.col < 0) return -1;
  const bool raised = bid.second > -kInfinity && bid.worth - bid.second + step_ > 0;
  if (bids_left_ == 0 || (last && !raised && is_taken(bid.col))) {
    losers.push_back(i);
    return -1;
  }
  --bids_left_;
  const Vertex loser = take(i, bid);
  if (loser < 0 || raised) return loser;
  losers.push_back(loser);
  return -1;
}

// Leaves in `free` who has no column though some are worth it; false if interrupted.
template <class Number>
bool OneToOne<Number>::bid(std::vector<Vertex>& free, Interrupt& interrupt) {
  bids_left_ = kBids * dual_.size();
  std::vector<Vertex> losers;
  for (const bool last : {false, true}) {
    losers.clear();
    for (Vertex i : free) {
      while (i >= 0) {
        i = bid_for(i, last, losers);
        if (bids_left_ > 0 && bids_left_ % kBidsPerLook == 0 && interrupt.stop()) return false;
      }
    }
    free.swap(losers);
  }
  return true;
}

// Many rows that all want the same columns would overbid each other by little, and searches would be long: bids by
// steps that become smaller, after Bertsekas, bring prices close to where they must be. It leaves prices on columns
// without a row, and so is for tables where every column gets one.
template <class Number>
bool OneToOne<Number>::settle_contention(std::vector<Vertex>& free, Interrupt& interrupt) {
  const bool all_columns = !has_floor() && listed_.rows() == listed_.cols();
  if (!all_columns || free.size() * kContention < dual_.size()) return true;
  const auto [low, high] = listed_.range();
  const Weight last = listed_.spread() / kLastStep;
  for (step_ = static_cast<Weight>(high - low) / kFirstStep; step_ > last; step_ /= kStepFactor) {
    free = part_loose_pairs();
    if (!bid(free, interrupt)) return false;
  }
  step_ = 0;
  free = part_loose_pairs();
  return bid(free, interrupt);
}

// Parts the pairs that leave their row worse off than by the step; returns all rows without a column.
template <class Number>
std::vector<Vertex> OneToOne<Number>::part_loose_pairs() {
  std::vector<Vertex> free;
  for (Vertex i = 0; i < listed_.rows(); ++i) {
    const Vertex col = col_of_[at(i)];
    if (col >= 0) {
      if (look(i).worth < listed_.rest(i)) listed_.read_again(i);
      dual_[at(i)] = look(i).worth;
      if (listed_.weight(i, col) - listed_.price(col) >= dual_[at(i)] - step_) continue;
      row_of_[at(col)] = col_of_[at(i)] = -1;
    }
    free.push_back(i);
  }
  return free;
}

// Raises duals of rows to where they cover all pairs at the prices of today.
template <class Number>
void OneToOne<Number>::cover_all() {
  for (Vertex i = 0; i < listed_.rows(); ++i) dual_[at(i)] = std::max(look(i).worth, listed_.rest(i));
}

// ---------------------------------------------------------------- searching

// Lowers the dual of `root` until a path gives it a column or takes one from a row that needs none. On the way duals
// of rows fall and prices rise, at one speed.
template <class Number>
typename OneToOne<Number>::Outcome OneToOne<Number>::search(Vertex root, Interrupt& interrupt) {
  limit_ = kInfinity;
  dual_[at(root)] = best_bid(root).worth;
  join(root, 0);
  std::uint32_t steps = 0;
  while (!events_.empty() && events_.top().time < limit_) {
    const auto [time, v, is_row] = events_.top();
    if ((++steps & 0xfffu) == 0 && interrupt.stop()) {
      settle(time);
      return Outcome::interrupted;
    }
    events_.pop();
    if (is_row) {
      scan_rest(v, time);
    } else if (time == reach_[at(v)]) {
      joined_cols_.push_back(v);
      join(row_of_[at(v)], time);
    }
  }
  if (limit_ == kInfinity) return Outcome::stuck;
  settle(limit_);
  augment(root);
  return Outcome::found;
}

template <class Number>
void OneToOne<Number>::join(Vertex i, Weight time) {
  joined_rows_.push_back(i);
  joined_at_[at(i)] = time;
  if (has_floor() && time + dual_[at(i)] - floor_ < limit_) {
    limit_ = time + dual_[at(i)] - floor_;
    last_row_ = i;
    last_col_ = -1;
  }
  scan(i);
}

template <class Number>
void OneToOne<Number>::scan(Vertex i) {
  const Weight base = joined_at_[at(i)] + dual_[at(i)];
  for (const auto& [weight, col] : listed_.list(i)) reach(i, col, base + listed_.price(col) - weight);
  if (listed_.rest(i) > kNoRest && base - listed_.rest(i) < limit_) events_.push({base - listed_.rest(i), i, 1});
}

// Looks beyond the list of a row: at the best entries by the prices of today, and if that is asked for once more, at
// all of them.
template <class Number>
void OneToOne<Number>::scan_rest(Vertex i, Weight time) {
  const Weight base = joined_at_[at(i)] + dual_[at(i)];
  if (!read_again_[at(i)]) {
    read_again_[at(i)] = true;
    listed_.read_again(i);
    if (listed_.rest(i) == kNoRest || base - listed_.rest(i) > time) {
      scan(i);
      return;
    }
  }
  for (const Vertex col : listed_.columns_from(i, base - limit_ + 1)) {
    reach(i, col, base + listed_.price(col) - listed_.weight(i, col));
  }
}

template <class Number>
void OneToOne<Number>::reach(Vertex i, Vertex col, Weight time) {
  if (time >= limit_ || time >= reach_[at(col)]) return;
  if (reach_[at(col)] == kInfinity) touched_.push_back(col);
  reach_[at(col)] = time;
  entry_[at(col)] = i;
  if (is_taken(col)) {
    events_.push({time, col, 0});
  } else {
    limit_ = time;
    last_col_ = col;
  }
}

template <class Number>
void OneToOne<Number>::settle(Weight time) {
  for (const Vertex j : joined_cols_) listed_.raise(j, time - reach_[at(j)]);
  for (const Vertex i : joined_rows_) {
    dual_[at(i)] -= time - joined_at_[at(i)];
    read_again_[at(i)] = false;
  }
  for (const Vertex j : touched_) reach_[at(j)] = kInfinity;
  joined_cols_.clear();
  joined_rows_.clear();
  touched_.clear();
  events_.clear();
}

template <class Number>
void OneToOne<Number>::augment(Vertex root) {
  Vertex col = last_col_;
  if (col < 0) {
    col = col_of_[at(last_row_)];
    col_of_[at(last_row_)] = -1;
    if (last_row_ == root) return;
  }
  for (Vertex i = -1; i != root;) {
    i = entry_[at(col)];
    row_of_[at(col)] = i;
    std::swap(col_of_[at(i)], col);
  }
}

template class OneToOne<double>;
template class OneToOne<Weight>;

}  // namespace pairwise
