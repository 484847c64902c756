#include "partition_anneal.h"

#include <algorithm>
#include <cmath>

namespace pairwise {

namespace {

constexpr std::size_t kMostEntries = 40'000'000;
constexpr int kSamples = 2000;
constexpr double kHot = 0.2;   // first temperature, in mean losses of random swaps
constexpr double kCold = 0.04;  // last one

// Two people of different groups, or i = j if the draw failed.
std::pair<Vertex, Vertex> draw(const std::vector<Vertex>& label, Random& random) {
  const auto i = static_cast<Vertex>(random.index(label.size()));
  const auto j = static_cast<Vertex>(random.index(label.size()));
  return label[static_cast<std::size_t>(i)] == label[static_cast<std::size_t>(j)] ? std::pair{i, i} : std::pair{i, j};
}

double mean_change(const SwapTable& table, Random& random) {
  double total = 0;
  int count = 0;
  for (int k = 0; k < kSamples; ++k) {
    const auto [i, j] = draw(table.label(), random);
    if (i == j) continue;
    total += std::abs(static_cast<double>(table.gain(i, j)));
    ++count;
  }
  return total / std::max(count, 1);
}

}  // namespace

bool swaps_are_plain(const PartitionProblem& problem) {
  if (!problem.counts.empty() || !problem.slots.empty() || !problem.coverage.empty() || !problem.level.empty()) {
    return false;
  }
  std::vector<std::uint8_t> seen(static_cast<std::size_t>(problem.n), 0);
  return std::none_of(problem.unit.begin(), problem.unit.end(),
                      [&](Vertex u) { return seen[static_cast<std::size_t>(u)]++ > 0; });
}

SwapTable::SwapTable(const PartitionProblem& problem, std::vector<Vertex> label)
    : problem_(&problem), label_(std::move(label)) {
  const Vertex groups = *std::max_element(label_.begin(), label_.end()) + 1;
  std::vector<std::size_t> size(at(groups), 0);
  for (const Vertex g : label_) ++size[at(g)];
  for (const std::size_t s : size) factor_.push_back(problem.factor[s]);
  const std::size_t n = at(problem.n);
  sums_.assign(at(groups) * n, 0);
  for (Vertex i = 0; i < problem.n; ++i) {
    const std::int32_t* row = problem.row(i);
    Weight* sums = sums_.data() + at(label_[at(i)]) * n;
    for (std::size_t x = 0; x < n; ++x) sums[x] += row[x];
  }
}

void SwapTable::swap(Vertex i, Vertex j) {
  const std::size_t n = at(problem_->n);
  const std::int32_t *row_i = problem_->row(i), *row_j = problem_->row(j);
  Weight* g = sums_.data() + at(label_[at(i)]) * n;
  Weight* h = sums_.data() + at(label_[at(j)]) * n;
  for (std::size_t x = 0; x < n; ++x) {
    const Weight more = static_cast<Weight>(row_j[x]) - row_i[x];
    g[x] += more;
    h[x] -= more;
  }
  std::swap(label_[at(i)], label_[at(j)]);
}

std::vector<Vertex> annealed(const PartitionProblem& problem, const std::vector<Vertex>& label, std::int64_t proposals,
                             Random& random, const std::function<bool()>& stop) {
  const auto groups = static_cast<std::size_t>(*std::max_element(label.begin(), label.end())) + 1;
  if (groups < 2 || groups * label.size() > kMostEntries) return label;
  SwapTable table(problem, label);
  std::vector<Vertex> best = label;
  Weight value = 0, best_value = 0;
  const double scale = mean_change(table, random);
  const double cooling = std::pow(kCold / kHot, 1024.0 / static_cast<double>(std::max<std::int64_t>(proposals, 1)));
  double temperature = kHot * scale;
  for (std::int64_t k = 0; k < proposals; ++k) {
    if (k % 1024 == 0) {
      temperature *= cooling;
      if (k % (1 << 16) == 0 && stop()) break;
    }
    const auto [i, j] = draw(table.label(), random);
    if (i == j) continue;
    const Weight gain = table.gain(i, j);
    if (gain < 0 && static_cast<double>(gain) < temperature * std::log(std::max(random.unit(), 1e-300))) continue;
    table.swap(i, j);
    value += gain;
    // A copy costs as much as a swap; only the cold end can hold the best.
    if (value > best_value && temperature < 0.25 * kHot * scale) {
      best_value = value;
      best = table.label();
    }
  }
  return best_value > 0 || value <= 0 ? best : table.label();
}

}  // namespace pairwise
