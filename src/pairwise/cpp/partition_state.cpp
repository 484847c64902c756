#include "partition_state.h"

#include <algorithm>

namespace pairwise {

namespace {

std::vector<std::uint8_t> in_units(const PartitionProblem& problem) {
  std::vector<Vertex> size(static_cast<std::size_t>(problem.n), 0);
  for (const Vertex u : problem.unit) ++size[static_cast<std::size_t>(u)];
  std::vector<std::uint8_t> fixed;
  fixed.reserve(problem.unit.size());
  for (const Vertex u : problem.unit) fixed.push_back(size[static_cast<std::size_t>(u)] > 1);
  return fixed;
}

bool better(const PartitionMove& a, const PartitionMove& b) {
  return a.relief != b.relief ? a.relief > b.relief : a.gain > b.gain;
}

}  // namespace

PartitionState::PartitionState(const PartitionProblem& problem, std::span<const Vertex> label, Vertex groups,
                               bool bench)
    : problem_(&problem),
      bench_(bench),
      label_(label.begin(), label.end()),
      members_(at(groups)),
      worth_(at(groups)),
      own_(at(problem.n), 0),
      fixed_(in_units(problem)) {
  for (Vertex i = 0; i < problem.n; ++i) members_[at(label_[at(i)])].push_back(i);
  for (Vertex g = 0; g < groups; ++g) {
    worth_[at(g)] = worth_of(g, members_[at(g)]);
    sum_ += worth_[at(g)].total;
    broken_total_ += worth_[at(g)].broken;
    refresh_own(g);
  }
}

PartitionState::Worth PartitionState::worth_of(Vertex g, Members group) const {
  Worth worth;
  worth.sum = pair_sum(*problem_, group);
  if (is_bench(g)) return worth;
  worth.cover = covered(*problem_, group);
  worth.total = problem_->factor[group.size()] * worth.sum + worth.cover;
  worth.broken = broken_rules(*problem_, group);
  return worth;
}

Weight PartitionState::level_of(Vertex g, std::size_t size, Weight total) const {
  return is_bench(g) ? kInfinity : problem_->level[size] * total;
}

Weight PartitionState::least_level(Vertex g, Vertex h) const {
  if (problem_->level.empty()) return 0;
  Weight least = kInfinity;
  for (Vertex x = 0; x < groups(); ++x) {
    if (x == g || x == h) continue;
    least = std::min(least, level_of(x, members_[at(x)].size(), worth_[at(x)].total));
  }
  return least;
}

Weight PartitionState::slack(Vertex g) const {
  if (problem_->coverage.empty() || is_bench(g)) return 0;
  const CoverageTerm& term = problem_->coverage;
  const auto columns = static_cast<std::size_t>(term.columns);
  Weight full = 0;
  for (const Vertex i : members_[at(g)]) {
    Weight levels = 0;
    for (std::size_t c = 0; c < columns; ++c) levels += term.needs[at(i) * columns + c];
    full += levels * term.unit[at(i)];
  }
  return full - worth_[at(g)].cover;
}

bool PartitionState::may_grow(Vertex g) const {
  return !is_bench(g) && members_[at(g)].size() < at(problem_->most);
}

bool PartitionState::may_shrink(Vertex g) const {
  return !is_bench(g) && members_[at(g)].size() > at(problem_->least);
}

void PartitionState::refresh_own(Vertex g) {
  for (const Vertex i : members_[at(g)]) {
    const std::int32_t* row = problem_->row(i);
    Weight sum = 0;
    for (const Vertex j : members_[at(g)]) sum += row[j];
    own_[at(i)] = sum;
  }
}

void PartitionState::sum_toward(Vertex g, std::vector<Weight>& toward) const {
  toward.assign(at(problem_->n), 0);
  for (const Vertex a : members_[at(g)]) {
    const std::int32_t* row = problem_->row(a);
    for (std::size_t j = 0; j < toward.size(); ++j) toward[j] += row[j];
  }
}

PartitionMove PartitionState::best_move_of(Vertex i, std::span<const Weight> toward) const {
  const Vertex g = label_[at(i)];
  const std::int32_t* row = problem_->row(i);
  const auto n = at(problem_->n);
  to_group_.assign(members_.size(), 0);
  for (std::size_t j = 0; j < n; ++j) to_group_[at(label_[j])] += row[j];

  const std::size_t size = members_[at(g)].size();
  const Weight f = factor(g, size), leaves = own_[at(i)];
  const bool plain = problem_->coverage.empty() && problem_->level.empty();
  PartitionMove best;

  const auto consider = [&](Vertex j, Vertex h, Weight pairs) {
    const int relief = worth_[at(g)].broken + worth_[at(h)].broken;
    const Weight most = plain ? pairs : gain_bound(g, h, pairs);
    if (relief < best.relief || (relief == best.relief && most <= best.gain)) return;
    const PartitionMove move = exact(i, j, h);
    if (better(move, best)) best = move;
  };

  for (std::size_t j = 0; j < n; ++j) {
    const Vertex h = label_[j];
    const Weight w = row[j];
    const Weight pairs = f * (toward[j] - w - leaves) +
                         factor(h, members_[at(h)].size()) * (to_group_[at(h)] - w - own_[j]);
    if (pairs <= best.gain && plain && broken_total_ == 0) continue;
    if (h == g || fixed_[j]) continue;
    consider(static_cast<Vertex>(j), h, pairs);
  }
  if (may_shrink(g)) {
    const Weight without = problem_->factor[size - 1] * (worth_[at(g)].sum - leaves) - f * worth_[at(g)].sum;
    for (Vertex h = 0; h < groups(); ++h) {
      if (h == g || !may_grow(h)) continue;
      const std::size_t larger = members_[at(h)].size() + 1;
      const Weight sum = worth_[at(h)].sum;
      consider(-1, h, without + problem_->factor[larger] * (sum + to_group_[at(h)]) - problem_->factor[larger - 1] * sum);
    }
  }
  return best;
}

Weight PartitionState::gain_bound(Vertex from, Vertex to, Weight pairs) const {
  Weight most = pairs + slack(from) + slack(to);
  if (!problem_->level.empty()) most += std::max<Weight>(0, least_level(from, to) - least_level(-1, -1));
  return most;
}

PartitionMove PartitionState::priced(Vertex i, Vertex j, Vertex group) const { return exact(i, j, group); }

PartitionMove PartitionState::exact(Vertex i, Vertex j, Vertex to) const {
  const Vertex from = label_[at(i)];
  here_ = members_[at(from)];
  there_ = members_[at(to)];
  std::erase(here_, i);
  if (j >= 0) {
    std::erase(there_, j);
    here_.push_back(j);
  }
  there_.push_back(i);
  const Worth here = worth_of(from, here_), there = worth_of(to, there_);
  const Worth &was_here = worth_[at(from)], &was_there = worth_[at(to)];
  PartitionMove move{i, j, to, 0, 0};
  move.relief = was_here.broken + was_there.broken - here.broken - there.broken;
  move.gain = here.total + there.total - was_here.total - was_there.total;
  if (!problem_->level.empty()) {
    const Weight least = std::min({least_level(from, to), level_of(from, here_.size(), here.total),
                                   level_of(to, there_.size(), there.total)});
    move.gain += least - least_level(-1, -1);
  }
  return move;
}

void PartitionState::apply(const PartitionMove& move) {
  const Vertex from = label_[at(move.i)];
  const auto put = [&](Vertex who, Vertex old_group, Vertex new_group) {
    std::erase(members_[at(old_group)], who);
    members_[at(new_group)].push_back(who);
    label_[at(who)] = new_group;
  };
  put(move.i, from, move.group);
  if (move.j >= 0) put(move.j, move.group, from);
  for (const Vertex g : {from, move.group}) {
    sum_ -= worth_[at(g)].total;
    broken_total_ -= worth_[at(g)].broken;
    worth_[at(g)] = worth_of(g, members_[at(g)]);
    sum_ += worth_[at(g)].total;
    broken_total_ += worth_[at(g)].broken;
    refresh_own(g);
  }
}

}  // namespace pairwise
