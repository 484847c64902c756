#include "matcher.h"

#include <algorithm>
#include <numeric>


namespace pairwise {

std::vector<Vertex> DualSolution::outermost() const {
  std::vector<Vertex> found(parent.size());
  for (std::size_t node = parent.size(); node-- > 0;) {  // parents first
    const Vertex above = parent[node];
    found[node] = above < 0 ? static_cast<Vertex>(node) : found[static_cast<std::size_t>(above)];
  }
  return found;
}

Matcher::Matcher(Vertex n)
    : n_(n),
      graph_(n),
      dual_(index(n), 0),
      parent_(index(n), -1),
      position_(index(n), 0),
      size_(index(n), 1),
      least_leaf_(index(n)),
      node_set_(index(n)),
      set_of_(index(n)),
      set_top_(index(n)),
      set_pending_(index(n), 0),
      set_leaves_(index(n)),
      vertices_(index(n)),
      match_in_(index(n)),
      match_out_(index(n), -1),
      label_(index(n), Label::none),
      labelled_at_(index(n), 0),
      entry_in_(index(n), -1),
      entry_out_(index(n), -1),
      mark_(index(n), 0),
      reach_(index(n), kInfinity),
      reach_from_(index(n), -1) {
  for (auto* identity : {&least_leaf_, &node_set_, &set_of_, &set_top_, &vertices_, &match_in_}) {
    std::iota(identity->begin(), identity->end(), 0);
  }
}

FractionalOptimum Matcher::load(std::span<const Edge> edges, Interrupt& interrupt, const FractionalOptimum* before) {
  std::vector<Edge> doubled(edges.begin(), edges.end());
  for (Edge& edge : doubled) edge.weight *= 2;
  ++graph_version_;
  graph_.load(doubled);
  FractionalMatching start = before == nullptr ? FractionalMatching(graph_) : FractionalMatching(graph_, *before);
  start.solve(interrupt);
  std::copy(start.dual.begin(), start.dual.end(), dual_.begin());
  std::vector<Vertex> seen;
  for (Vertex v = 0; v < n_; ++v) {
    if (start.mate[index(v)] >= 0) match(v, v, start.mate[index(v)]);
    if (start.cycle_next[index(v)] >= 0 && parent_[index(v)] < 0) add_cycle(v, start.cycle_next, seen);
  }
  return start;
}

// ---------------------------------------------------------------- nodes

Vertex Matcher::new_blossom() {
  if (!unused_blossoms_.empty()) {
    const Vertex node = unused_blossoms_.back();
    unused_blossoms_.pop_back();
    return node;
  }
  blossoms_.emplace_back();
  dual_.push_back(0);
  for (auto* field : {&parent_, &position_, &size_, &least_leaf_, &node_set_, &match_in_, &match_out_, &entry_in_,
                      &entry_out_}) {
    field->push_back(-1);
  }
  label_.push_back(Label::none);
  labelled_at_.push_back(0);
  mark_.push_back(0);
  return static_cast<Vertex>(parent_.size()) - 1;
}

void Matcher::release_blossom(Vertex node) {
  blossom(node).child.clear();
  blossom(node).edge.clear();
  blossom(node).boundary.clear();
  blossom(node).boundary_version = 0;
  size_[index(node)] = 0;
  label_[index(node)] = Label::none;
  unused_blossoms_.push_back(node);
}

void Matcher::match(Vertex node, Vertex in, Vertex out) {
  match_in_[index(node)] = in;
  match_out_[index(node)] = out;
}

Vertex Matcher::largest_child(Vertex node) const {
  const auto& child = blossom(node).child;
  return *std::max_element(child.begin(), child.end(),
                           [&](Vertex a, Vertex b) { return size_[index(a)] < size_[index(b)]; });
}

// Makes `node`, whose child list is complete, the top of its children. O(vertices outside the largest child).
void Matcher::adopt(Vertex node) {
  const auto& child = blossom(node).child;
  const Vertex largest = largest_child(node);
  const Vertex set = node_set_[index(largest)];
  auto& all = set_leaves_[index(set)];
  if (!is_blossom(largest)) all.assign(1, largest);
  Vertex least = least_leaf_[index(largest)];
  for (std::size_t k = 0; k < child.size(); ++k) {
    const Vertex c = child[k];
    parent_[index(c)] = node;
    position_[index(c)] = static_cast<Vertex>(k);
    if (dual(least_leaf_[index(c)]) < dual(least)) least = least_leaf_[index(c)];
    if (c == largest) continue;
    const Weight shift = pending(c) - set_pending_[index(set)];
    for (const Vertex v : leaves(c)) {
      set_of_[index(v)] = set;
      dual_[index(v)] += shift;
      all.push_back(v);
    }
    const Vertex freed = node_set_[index(c)];
    set_leaves_[index(freed)].clear();
    unused_sets_.push_back(freed);
  }
  parent_[index(node)] = -1;
  size_[index(node)] = static_cast<Vertex>(all.size());
  least_leaf_[index(node)] = least;
  node_set_[index(node)] = set;
  set_top_[index(set)] = node;
}

// Makes the children of a top-level blossom top-level nodes. O(vertices outside the largest child).
void Matcher::release_children(Vertex node) {
  const Vertex largest = largest_child(node);
  const Vertex set = node_set_[index(node)];
  auto& all = set_leaves_[index(set)];
  auto from = all.begin() + size_[index(largest)];
  for (const Vertex c : blossom(node).child) {
    parent_[index(c)] = -1;
    if (c == largest) continue;
    const auto to = from + size_[index(c)];
    const Vertex fresh = unused_sets_.back();
    unused_sets_.pop_back();
    for (auto v = from; v != to; ++v) {
      set_of_[index(*v)] = fresh;
      dual_[index(*v)] += set_pending_[index(set)];
    }
    if (is_blossom(c)) set_leaves_[index(fresh)].assign(from, to);
    set_pending_[index(fresh)] = 0;
    set_top_[index(fresh)] = c;
    node_set_[index(c)] = fresh;
    from = to;
  }
  all.resize(is_blossom(largest) ? index(size_[index(largest)]) : 0);
  node_set_[index(largest)] = set;
  set_top_[index(set)] = largest;
}

// Matches `count` consecutive children from position `from` on in neighbouring pairs.
void Matcher::pair_children(Vertex node, std::size_t from, std::size_t count) {
  const Blossom& b = blossom(node);
  const std::size_t length = b.child.size();
  for (std::size_t k = 0; k < count; k += 2) {
    const std::size_t first = (from + k) % length;
    const auto [u, v] = b.edge[first];
    match(b.child[first], u, v);
    match(b.child[(first + 1) % length], v, u);
  }
}

void Matcher::add_cycle(Vertex start, const std::vector<Vertex>& next, std::vector<Vertex>& seen) {
  seen.clear();
  for (Vertex v = start; seen.empty() || v != start; v = next[index(v)]) seen.push_back(v);
  const Vertex node = new_blossom();
  Blossom& b = blossom(node);
  for (const Vertex v : seen) {
    b.child.push_back(v);
    b.edge.emplace_back(v, next[index(v)]);
  }
  adopt(node);
  dual_[index(node)] = 0;
  match(node, start, -1);
}

// ---------------------------------------------------------------- changes

Weight Matcher::common_dual(Vertex u, Vertex v) const {
  if (top(u) != top(v)) return 0;
  Vertex a = u;
  Vertex b = v;
  while (a != b) {  // sizes grow strictly upwards
    if (size_[index(a)] <= size_[index(b)]) a = parent_[index(a)];
    else b = parent_[index(b)];
  }
  Weight sum = 0;
  for (; a >= 0; a = parent_[index(a)]) sum += dual_[index(a)];
  return sum;
}

Weight Matcher::slack(Vertex u, const Arc& arc) const {
  return dual(u) + dual(arc.head) - arc.weight + common_dual(u, arc.head);
}

// Makes v a free vertex on its own. Its blossoms, opened with v as their base, leave all their other
// vertices matched along tight edges; so only v and the partner of its outermost blossom become free.
void Matcher::detach(Vertex v) {
  Vertex node = top(v);
  if (match_out_[index(node)] >= 0) match_out_[index(top(match_out_[index(node)]))] = -1;
  while (is_blossom(node)) {
    pending(node) += dual_[index(node)] / 2;
    release_children(node);
    const Vertex keeper = top(v);
    pair_children(node, index(position_[index(keeper)]) + 1, blossom(node).child.size() - 1);
    release_blossom(node);
    node = keeper;
  }
  match(v, v, -1);
}

void Matcher::open_exposed() {
  for (Vertex v = 0; v < n_; ++v) {
    const Vertex node = top(v);
    if (is_blossom(node) && match_in_[index(node)] == v && match_out_[index(node)] < 0) detach(v);
  }
}

// Detaches v and gives it the least feasible dual.
void Matcher::lift(Vertex v) {
  detach(v);
  Weight least = 0;
  for (const Arc& arc : graph_.arcs(v)) least = std::max(least, arc.weight - dual(arc.head));
  pending(v) = 0;
  dual_[index(v)] = least;
}

void Matcher::add_edge(Vertex u, Vertex v, Weight weight) {
  const Arc* arc = graph_.find(u, v);
  if (arc == nullptr || arc->weight < 2 * weight) set_edge(u, v, weight);
}

void Matcher::set_edge(Vertex u, Vertex v, Weight weight) {
  const Arc* arc = graph_.find(u, v);
  const Weight before = arc == nullptr ? -kInfinity : arc->weight;
  if (2 * weight == before) return;
  ++graph_version_;
  if (2 * weight > before) {
    graph_.set(u, v, 2 * weight);
    if (slack(u, {2 * weight, v}) >= 0) return;
    if (keep_matched(u, v, 2 * weight - before) || keep_matched(v, u, 2 * weight - before)) return;
    lift(size_[index(top(u))] <= size_[index(top(v))] ? u : v);
    return;
  }
  const bool may_be_used = slack(u, {before, v}) == 0;
  if (may_be_used) detach(u);
  graph_.set(u, v, 2 * weight);
  if (may_be_used) lift(u);
}

// The heavier edge (u, v) stays tight if it is matched and v, on its own, pays for all of it.
bool Matcher::keep_matched(Vertex u, Vertex v, Weight raise) {
  const Vertex node = top(u);
  if (is_blossom(top(v)) || match_in_[index(node)] != u || match_out_[index(node)] != v) return false;
  dual_[index(v)] += raise;
  return true;
}

void Matcher::remove_edge(Vertex u, Vertex v) {
  if (graph_.find(u, v) == nullptr) return;
  detach(u);
  ++graph_version_;
  graph_.remove(u, v);
  lift(u);
}

void Matcher::isolate(Vertex v) {
  detach(v);
  ++graph_version_;
  graph_.isolate(v);
  pending(v) = 0;
  dual_[index(v)] = 0;
}

void Matcher::set_edges(Vertex v, std::span<const Edge> edges) {
  isolate(v);
  ++graph_version_;
  for (const Edge& edge : edges) {
    const Arc* arc = graph_.find(edge.v, edge.u);
    if (arc == nullptr || arc->weight < 2 * edge.weight) graph_.set(edge.u, edge.v, 2 * edge.weight);
  }
  lift(v);
}

// ---------------------------------------------------------------- answers

std::vector<Vertex> Matcher::mates() const {
  std::vector<Vertex> mate(index(n_), -1);
  std::vector<std::pair<Vertex, Vertex>> open;  // node, its base vertex
  for (Vertex v = 0; v < n_; ++v) {
    const Vertex node = top(v);
    if (match_in_[index(node)] != v) continue;
    mate[index(v)] = match_out_[index(node)];
    open.emplace_back(node, v);
  }
  while (!open.empty()) {
    const auto [node, base] = open.back();
    open.pop_back();
    for (Vertex holder = base; holder != node; holder = parent_[index(holder)]) {
      const Blossom& b = blossom(parent_[index(holder)]);
      const std::size_t length = b.child.size();
      for (std::size_t k = 1; k < length; k += 2) {
        const std::size_t first = (index(position_[index(holder)]) + k) % length;
        const auto [u, v] = b.edge[first];
        mate[index(u)] = v;
        mate[index(v)] = u;
        open.emplace_back(b.child[first], u);
        open.emplace_back(b.child[(first + 1) % length], v);
      }
    }
  }
  return mate;
}

DualSolution Matcher::duals() const {
  DualSolution solution;
  for (Vertex v = 0; v < n_; ++v) solution.vertex.push_back(dual(v));
  std::vector<Vertex> order;  // parents before children, then reversed
  for (Vertex v = 0; v < n_; ++v) {
    const Vertex node = top(v);
    if (is_blossom(node) && match_in_[index(node)] == v) order.push_back(node);
  }
  for (std::size_t k = 0; k < order.size(); ++k) {
    for (const Vertex c : blossom(order[k]).child) {
      if (is_blossom(c)) order.push_back(c);
    }
  }
  std::reverse(order.begin(), order.end());
  std::vector<Vertex> number(parent_.size(), -1);
  Vertex count = n_;
  for (const Vertex node : order) number[index(node)] = count++;
  auto renumbered = [&](Vertex node) {
    const Vertex above = parent_[index(node)];
    return above < 0 ? -1 : number[index(above)];
  };
  for (Vertex v = 0; v < n_; ++v) solution.parent.push_back(renumbered(v));
  for (const Vertex node : order) {
    solution.parent.push_back(renumbered(node));
    solution.set.push_back(dual_[index(node)]);
  }
  return solution;
}

}  // namespace pairwise
