#include "assigner.h"

#include <algorithm>

namespace pairwise {

Assigner::Assigner(const Loads& rows, const Loads& cols, Weight mandatory)
    : rows_(rows.size()), mandatory_(mandatory), low_(rows.low), high_(rows.high) {
  low_.insert(low_.end(), cols.low.begin(), cols.low.end());
  high_.insert(high_.end(), cols.high.begin(), cols.high.end());
  gain_start_.push_back(0);
  set_gains(rows, 0);
  set_gains(cols, rows_);
  const std::size_t n = high_.size();
  ends_.resize(n);
  used_.resize(n);
  floor_.resize(n);
  ceiling_.resize(n);
  dual_.resize(n);
  label_.assign(n, Label::none);
  reach_.assign(n, kInfinity);
  joined_at_.assign(n, 0);
  entry_.assign(n, -1);
  for (std::size_t v = 0; v < n; ++v) {
    set_load(static_cast<Vertex>(v), 0);
    dual_[v] = high_[v] > 0 ? ceiling_[v] : 0;
  }
}

void Assigner::set_gains(const Loads& loads, Vertex first) {
  const auto base = static_cast<std::int64_t>(gain_.size());
  for (std::size_t v = 0; v < index(loads.size()); ++v) {
    gain_start_.push_back(loads.gain_start.empty() ? base : base + loads.gain_start[v + 1]);
    if (!loads.gain_start.empty() && loads.gain_start[v + 1] - loads.gain_start[v] < high_[index(first) + v]) {
      throw std::invalid_argument("gains: a node needs one for each pair that it may have");
    }
  }
  gain_.insert(gain_.end(), loads.gain.begin(), loads.gain.end());
}

Weight Assigner::worth(Vertex v, Vertex unit) const {
  const std::int64_t start = gain_start_[index(v)];
  const bool gains = gain_start_[index(v) + 1] > start;
  return (unit < low_[index(v)] ? mandatory_ : 0) + (gains ? gain_[static_cast<std::size_t>(start + unit)] : 0);
}

void Assigner::set_load(Vertex v, Vertex load) {
  floor_[index(v)] = load == 0 ? -kInfinity : -worth(v, load - 1);
  ceiling_[index(v)] = load == high_[index(v)] ? kInfinity : -worth(v, load);
}

bool Assigner::has_arc(Vertex row, Vertex col) const {
  const auto& ends = ends_[index(row)];
  return std::any_of(ends.begin(), ends.end(), [&](const End& end) { return end.head == rows_ + col; });
}

void Assigner::add_arc(Vertex row, Vertex col, Weight weight) {
  const auto arc = static_cast<std::int32_t>(arcs_.size());
  col += rows_;
  arcs_.push_back({row, col, weight});
  is_used_.push_back(0);
  ends_[index(row)].push_back({weight, col, arc});
  ends_[index(col)].push_back({weight, row, arc});
  if (dual_[index(row)] + dual_[index(col)] >= weight) return;
  dual_[index(row)] = weight - dual_[index(col)];
  drop_uncovered(row);
}

// A row whose dual rose gives up the arcs that are no longer worth it.
void Assigner::drop_uncovered(Vertex row) {
  auto& used = used_[index(row)];
  for (std::size_t k = used.size(); k-- > 0;) {
    const Arc& arc = arcs_[index(used[k])];
    if (dual_[index(row)] + dual_[index(arc.col)] > arc.weight) drop(used[k]);
  }
}

void Assigner::use(std::int32_t arc) {
  is_used_[index(arc)] = 1;
  for (const Vertex v : {arcs_[index(arc)].row, arcs_[index(arc)].col}) {
    used_[index(v)].push_back(arc);
    set_load(v, static_cast<Vertex>(used_[index(v)].size()));
  }
}

void Assigner::drop(std::int32_t arc) {
  is_used_[index(arc)] = 0;
  for (const Vertex v : {arcs_[index(arc)].row, arcs_[index(arc)].col}) {
    auto& used = used_[index(v)];
    *std::find(used.begin(), used.end(), arc) = used.back();
    used.pop_back();
    set_load(v, static_cast<Vertex>(used.size()));
  }
}

bool Assigner::solve(Interrupt& interrupt) {
  for (Vertex v = 0; v < static_cast<Vertex>(dual_.size()); ++v) {
    while (dual_[index(v)] > ceiling_[index(v)]) {
      if (!search(v, interrupt)) return false;
    }
  }
  return true;
}

// Lowers the dual of `root` until that is no longer needed, or until a path gives it one unit more. On the way
// duals of its own side fall and those of the other side rise, at one speed.
bool Assigner::search(Vertex root, Interrupt& interrupt) {
  limit_ = kInfinity;
  join_outer(root, 0, true);
  std::uint32_t steps = 0;
  while (!events_.empty() && events_.top().time < limit_) {
    const auto [time, v, side] = events_.top();
    if ((++steps & 0xfffu) == 0 && interrupt.stop()) {
      settle(time);
      return false;
    }
    events_.pop();
    if (label_[index(v)] != Label::none || time != reach_[index(v)]) continue;
    if (side == 0) join_inner(v, time);
    else join_outer(v, time, false);
  }
  settle(limit_);
  augment(root);
  return true;
}

void Assigner::join_outer(Vertex v, Weight time, bool is_root) {
  label_[index(v)] = Label::outer;
  joined_at_[index(v)] = time;
  joined_.push_back(v);
  if (is_root && dual_[index(v)] - ceiling_[index(v)] < limit_) {
    limit_ = dual_[index(v)] - ceiling_[index(v)];
    last_ = v;
  }
  const Weight base = time + dual_[index(v)];
  for (const End& end : ends_[index(v)]) {
    const std::size_t w = index(end.head);
    const Weight at = base + dual_[w] - end.weight;
    if (at >= reach_[w] || at >= limit_ || label_[w] != Label::none || is_used_[index(end.arc)]) continue;
    const Weight room = ceiling_[w] - dual_[w];
    reach(end.head, at, end.arc, room > 0 ? at + room : at);
    if (at < limit_) events_.push({at, end.head, 0});
  }
}

void Assigner::join_inner(Vertex v, Weight time) {
  label_[index(v)] = Label::inner;
  joined_at_[index(v)] = time;
  joined_.push_back(v);
  for (const std::int32_t arc : used_[index(v)]) {
    const Vertex w = other(arc, v);
    const Weight at = time + arcs_[index(arc)].weight - dual_[index(v)] - dual_[index(w)];
    if (at >= reach_[index(w)] || at >= limit_ || label_[index(w)] != Label::none) continue;
    reach(w, at, arc, at + dual_[index(w)] - floor_[index(w)]);
    if (at < limit_) events_.push({at, w, 1});
  }
}

// Notes that v can join by `arc` at `time`, and that the path to it would end the search at `end`.
void Assigner::reach(Vertex v, Weight time, std::int32_t arc, Weight end) {
  if (reach_[index(v)] == kInfinity) touched_.push_back(v);
  reach_[index(v)] = time;
  entry_[index(v)] = arc;
  if (end >= limit_) return;
  limit_ = end;
  last_ = v;
}

// Swaps used and unused arcs along the path from the last node to the root; arcs go before others come, so that
// no node holds more than it may.
void Assigner::augment(Vertex root) {
  path_.clear();
  for (Vertex v = last_; v != root; v = other(path_.back(), v)) path_.push_back(entry_[index(v)]);
  const auto dropped = std::partition(path_.begin(), path_.end(),
                                      [&](std::int32_t arc) { return is_used_[index(arc)] != 0; });
  for (auto arc = path_.begin(); arc != dropped; ++arc) drop(*arc);
  for (auto arc = dropped; arc != path_.end(); ++arc) use(*arc);
}

void Assigner::settle(Weight time) {
  for (const Vertex v : joined_) {
    const Weight moved = time - joined_at_[index(v)];
    dual_[index(v)] += label_[index(v)] == Label::outer ? -moved : moved;
    label_[index(v)] = Label::none;
  }
  for (const Vertex v : touched_) reach_[index(v)] = kInfinity;
  joined_.clear();
  touched_.clear();
  events_.clear();
}

std::vector<std::pair<Vertex, Vertex>> Assigner::pairs() const {
  std::vector<std::pair<Vertex, Vertex>> out;
  for (std::size_t row = 0; row < index(rows_); ++row) {
    for (const std::int32_t arc : used_[row]) out.emplace_back(static_cast<Vertex>(row), arcs_[index(arc)].col - rows_);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace pairwise
