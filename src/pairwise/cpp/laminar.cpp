#include "laminar.h"

#include <algorithm>
#include <bit>

namespace pairwise {

CommonDual::CommonDual(const Matcher& matcher) : CommonDual(matcher.duals(), matcher.size()) {}

CommonDual::CommonDual(const DualSolution& duals, Vertex n) {
  lay_out(duals, static_cast<std::size_t>(n));
  build_table();
}

void CommonDual::lay_out(const DualSolution& duals, std::size_t n) {
  const std::size_t nodes = duals.parent.size();
  std::vector<std::size_t> first_child(nodes, nodes), next_sibling(nodes, nodes);
  std::vector<Weight> sum(nodes, 0);
  root_.resize(n);
  place_.assign(n, 0);
  std::vector<Vertex> outermost(nodes);
  std::vector<std::pair<std::size_t, Weight>> open;  // node, sum at which its first leaf meets the one before
  for (std::size_t node = nodes; node-- > 0;) {      // parents first
    const Vertex above = duals.parent[node];
    outermost[node] = above < 0 ? static_cast<Vertex>(node) : outermost[static_cast<std::size_t>(above)];
    const Weight own = node >= n ? duals.set[node - n] : 0;
    sum[node] = own + (above < 0 ? 0 : sum[static_cast<std::size_t>(above)]);
    if (above >= 0) {
      next_sibling[node] = first_child[static_cast<std::size_t>(above)];
      first_child[static_cast<std::size_t>(above)] = node;
    } else if (node >= n) {
      open.emplace_back(node, 0);
    }
  }
  for (std::size_t v = 0; v < n; ++v) root_[v] = outermost[v];
  std::vector<Weight> meeting;
  while (!open.empty()) {
    const auto [node, before] = open.back();
    open.pop_back();
    if (node < n) {
      place_[node] = static_cast<Vertex>(meeting.size());
      meeting.push_back(before);
      order_.push_back(static_cast<Vertex>(node));
      continue;
    }
    for (std::size_t child = first_child[node]; child != nodes; child = next_sibling[child]) {
      open.emplace_back(child, sum[node]);
    }
    open.back().second = before;  // the stack takes the last one first
  }
  least_.push_back(std::move(meeting));
}

void CommonDual::build_table() {
  for (std::size_t span = 2; span <= least_[0].size(); span *= 2) {
    const auto& half = least_.back();
    std::vector<Weight> level(least_[0].size() - span + 1);
    for (std::size_t p = 0; p < level.size(); ++p) level[p] = std::min(half[p], half[p + span / 2]);
    least_.push_back(std::move(level));
  }
}

Weight CommonDual::operator()(Vertex u, Vertex v) const {
  if (root_[static_cast<std::size_t>(u)] != root_[static_cast<std::size_t>(v)]) return 0;
  auto from = static_cast<std::size_t>(place_[static_cast<std::size_t>(u)]);
  auto to = static_cast<std::size_t>(place_[static_cast<std::size_t>(v)]);
  if (from > to) std::swap(from, to);
  ++from;  // meetings strictly between the two places
  const auto height = static_cast<std::size_t>(std::bit_width(to - from + 1)) - 1;
  return std::min(least_[height][from], least_[height][to + 1 - (std::size_t{1} << height)]);
}

}  // namespace pairwise
