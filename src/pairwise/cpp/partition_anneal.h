#pragma once

#include <functional>

#include "partition.h"
#include "random.h"

namespace pairwise {

// Whether a swap changes pair sums alone, so that its gain is known in O(1).
bool swaps_are_plain(const PartitionProblem& problem);

// Sums of weights between everybody and every group, kept under swaps.
class SwapTable {
 public:
  SwapTable(const PartitionProblem& problem, std::vector<Vertex> label);

  const std::vector<Vertex>& label() const { return label_; }
  // What swapping i and j, of different groups, adds to the worth.
  Weight gain(Vertex i, Vertex j) const {
    const Vertex g = label_[at(i)], h = label_[at(j)];
    const Weight w = problem_->row(i)[j];
    return factor_[at(g)] * (to(g, j) - to(g, i) - w) + factor_[at(h)] * (to(h, i) - to(h, j) - w);
  }
  void swap(Vertex i, Vertex j);

 private:
  static std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }
  Weight to(Vertex g, Vertex i) const { return sums_[at(g) * at(problem_->n) + at(i)]; }

  const PartitionProblem* problem_;
  std::vector<Vertex> label_;
  std::vector<Weight> factor_;  // by group
  std::vector<Weight> sums_;    // (groups * n) weights of everybody to every group
};

// Simulated annealing over swaps of two people; returns the best partition seen. Each proposal costs O(1), each
// swap O(n). Stopped early, it returns the best so far.
std::vector<Vertex> annealed(const PartitionProblem& problem, const std::vector<Vertex>& label, std::int64_t proposals,
                             Random& random, const std::function<bool()>& stop);

}  // namespace pairwise
