#include "laminar.h"

#include <algorithm>

namespace pairwise {

CommonDual::CommonDual(const Matcher& matcher) : CommonDual(matcher.duals(), matcher.size()) {}

CommonDual::CommonDual(const DualSolution& duals, Vertex n) {
  lay_out(duals, static_cast<std::size_t>(n));
}

void CommonDual::lay_out(const DualSolution& duals, std::size_t n) {
  const std::size_t nodes = duals.parent.size();
  std::vector<std::size_t> first_child(nodes, nodes), next_sibling(nodes, nodes);
  std::vector<Weight> sum(nodes, 0);
  root_ = duals.outermost();
  root_.resize(n);
  place_.assign(n, 0);
  std::vector<std::pair<std::size_t, Weight>> open;  // node, sum at which its first leaf meets the one before
  for (std::size_t node = nodes; node-- > 0;) {      // parents first
    const Vertex above = duals.parent[node];
    const Weight own = node >= n ? duals.set[node - n] : 0;
    sum[node] = own + (above < 0 ? 0 : sum[static_cast<std::size_t>(above)]);
    if (above >= 0) {
      next_sibling[node] = first_child[static_cast<std::size_t>(above)];
      first_child[static_cast<std::size_t>(above)] = node;
    } else if (node >= n) {
      open.emplace_back(node, 0);
    }
  }
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
  least_ = minimum_table<Weight>(meeting);
}

Weight CommonDual::operator()(Vertex u, Vertex v) const {
  if (root_[static_cast<std::size_t>(u)] != root_[static_cast<std::size_t>(v)]) return 0;
  return minimum_between(least_, static_cast<std::size_t>(place_[static_cast<std::size_t>(u)]),
                         static_cast<std::size_t>(place_[static_cast<std::size_t>(v)]));
}

// All pairs within a set that held them have at least in common what its first vertices, one of each child, have:
// what two vertices have in common is never less than the least along a chain between them.
std::vector<Weight> lost_in_common(const DualSolution& before, const CommonDual& now) {
  const std::size_t nodes = before.parent.size(), n = nodes - before.set.size();
  std::vector<Vertex> first(nodes, -1);
  for (std::size_t v = 0; v < n; ++v) first[v] = static_cast<Vertex>(v);
  std::vector<Weight> least(nodes, kInfinity), sum(nodes, 0), lost(nodes, 0);
  for (std::size_t node = 0; node < nodes; ++node) {  // children first
    if (before.parent[node] < 0) continue;
    const auto above = static_cast<std::size_t>(before.parent[node]);
    const Weight joined = first[above] < 0 ? kInfinity : now(first[above], first[node]);
    if (first[above] < 0) first[above] = first[node];
    least[above] = std::min({least[above], least[node], joined});
  }
  for (std::size_t node = nodes; node-- > 0;) {
    const Vertex above = before.parent[node];
    if (above >= 0) {
      sum[node] = sum[static_cast<std::size_t>(above)];
      lost[node] = lost[static_cast<std::size_t>(above)];
    }
    if (node < n) continue;
    sum[node] += before.set[node - n];
    lost[node] = std::max(lost[node], sum[node] - least[node]);
  }
  lost.resize(n);
  return lost;
}

}  // namespace pairwise
