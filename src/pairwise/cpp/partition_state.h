#pragma once

#include "partition.h"

namespace pairwise {

// A partition under change. Groups are 0 ... m - 1; the last one may be the bench of those left out,
// whose size is fixed and which is worth nothing and keeps no rule.
class PartitionState {
 public:
  PartitionState(const PartitionProblem& problem, std::span<const Vertex> label, Vertex groups, bool bench);

  Weight value() const { return sum_ + least_level(-1, -1); }
  int broken() const { return broken_total_; }
  Vertex groups() const { return static_cast<Vertex>(members_.size()); }
  bool is_bench(Vertex g) const { return bench_ && g + 1 == groups(); }
  Members members(Vertex g) const { return members_[at(g)]; }
  const std::vector<Vertex>& label() const { return label_; }
  bool fixed(Vertex i) const { return fixed_[at(i)]; }

  // The best swap or shift of i; `toward` holds for everybody the sum of weights to i's group.
  PartitionMove best_move_of(Vertex i, std::span<const Weight> toward) const;
  // What a given move is worth (exact).
  PartitionMove priced(Vertex i, Vertex j, Vertex group) const;
  void apply(const PartitionMove& move);
  void sum_toward(Vertex g, std::vector<Weight>& toward) const;

 private:
  struct Worth {
    Weight sum = 0;    // of pair weights
    Weight cover = 0;
    Weight total = 0;  // factor * sum + cover
    int broken = 0;
  };

  static std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }
  Worth worth_of(Vertex g, Members group) const;
  Weight level_of(Vertex g, std::size_t size, Weight total) const;
  // The least level over all groups but two; 0 where levels do not count.
  Weight least_level(Vertex g, Vertex h) const;
  PartitionMove exact(Vertex i, Vertex j, Vertex to) const;
  // No move of i to `to` gains more than this.
  Weight gain_bound(Vertex from, Vertex to, Weight pairs) const;
  void refresh_own(Vertex g);
  Weight factor(Vertex g, std::size_t size) const { return is_bench(g) ? 0 : problem_->factor[size]; }
  bool may_grow(Vertex g) const;
  bool may_shrink(Vertex g) const;
  Weight slack(Vertex g) const;

  const PartitionProblem* problem_;
  bool bench_;
  std::vector<Vertex> label_;
  std::vector<std::vector<Vertex>> members_;
  std::vector<Worth> worth_;
  std::vector<Weight> own_;  // sum of weights to the others of one's group
  std::vector<std::uint8_t> fixed_;
  Weight sum_ = 0;
  int broken_total_ = 0;
  mutable std::vector<Weight> to_group_;
  mutable std::vector<Vertex> here_, there_;
};

}  // namespace pairwise
