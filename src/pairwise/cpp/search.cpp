// The alternating-tree search of Matcher. Time is the amount by which the duals of outer vertices have gone
// down (and those of inner vertices up) since the search began. While a node is labelled, the stored duals
// are stale: an outer vertex stores dual + time, an inner one the dual it had when labelled, and blossoms
// likewise; `settle` brings them up to date.

#include <algorithm>

#include "matcher.h"

namespace pairwise {

Outcome Matcher::solve(Interrupt& interrupt, Weight horizon) {
  std::vector<Vertex> waiting;
  for (Vertex v = 0; v < n_; ++v) {
    if (!is_free(v)) continue;
    const Outcome found = search(top(v), interrupt, horizon);
    if (found == Outcome::interrupted) return found;
    if (found == Outcome::at_horizon) waiting.push_back(v);
  }
  const bool done = std::none_of(waiting.begin(), waiting.end(), [&](Vertex v) { return is_free(v); });
  return done ? Outcome::optimal : Outcome::at_horizon;
}

// Whether v, the vertex at which its node is exposed, still has a dual to give back.
bool Matcher::is_free(Vertex v) const {
  const Vertex root = top(v);
  return match_out_[index(root)] < 0 && match_in_[index(root)] == v && dual(v) > 0;
}

// Grows one alternating tree from a free node until it can be augmented.
Outcome Matcher::search(Vertex root, Interrupt& interrupt, Weight horizon) {
  ++searches_;
  limit_ = horizon;
  zero_vertex_ = -1;
  make_outer(root, 0);
  while (true) {
    if ((++steps_ & 0x3ffu) == 0 && interrupt.stop()) {
      settle(events_.empty() ? limit_ : std::min(limit_, events_.top().time));
      return Outcome::interrupted;
    }
    if (events_.empty() || (zero_vertex_ >= 0 && events_.top().time >= limit_)) {
      if (zero_vertex_ >= 0) flip_to_root(top(zero_vertex_), zero_vertex_, -1);
      settle(limit_);
      return zero_vertex_ >= 0 ? Outcome::optimal : Outcome::at_horizon;
    }
    const auto [time, a, b] = events_.top();
    events_.pop();
    if (b >= 0) {
      if (top(a) != top(b)) shrink(a, b, time);
      continue;
    }
    if (is_blossom(a)) {
      const bool due = label_[index(a)] == Label::inner && labelled_at_[index(a)] + dual_[index(a)] / 2 == time;
      if (due) expand(a, time);
      continue;
    }
    const Vertex node = top(a);
    if (label_[index(node)] != Label::none || time != reach_[index(a)] + dual(a)) continue;
    if (match_out_[index(node)] >= 0) {
      grow(a, time);
      continue;
    }
    const Vertex from = reach_from_[index(a)];
    match(node, a, from);
    flip_to_root(top(from), from, a);
    settle(time);
    return Outcome::optimal;
  }
}

void Matcher::make_outer(Vertex node, Weight time) {
  label_[index(node)] = Label::outer;
  labelled_at_[index(node)] = time;
  labelled_.push_back(node);
  raise_to_outer(node, time);
  scan_all(node);
}

void Matcher::raise_to_outer(Vertex node, Weight time) {
  pending(node) += time;
  const Vertex least = least_leaf_[index(node)];
  if (dual(least) < limit_) {
    limit_ = dual(least);
    zero_vertex_ = least;
  }
}

void Matcher::scan_all(Vertex node) {
  if (keeps_boundary(node)) {
    refresh_boundary(node);
    scan_boundary(node, node);
  } else {
    for (const Vertex v : leaves(node)) scan(node, v);
  }
}

void Matcher::scan(Vertex node, Vertex v) {
  const Weight base = dual(v);
  for (const Arc& arc : graph_.arcs(v)) scan_arc(node, v, base, arc);
}

void Matcher::scan_boundary(Vertex node, Vertex part) {
  for (const BoundaryArc& out : blossom(part).boundary) {
    scan_arc(node, out.tail, dual(out.tail), {out.weight, out.head});
  }
}

// The edges that leave a large blossom do not change while it lives, so they are kept: else every search that
// meets a blossom of most of the graph would read all the edges inside it again.
void Matcher::refresh_boundary(Vertex node) {
  Blossom& b = blossom(node);
  if (b.boundary_version == graph_version_) return;
  b.boundary_version = graph_version_;
  b.boundary.clear();
  const Vertex set = node_set_[index(node)];
  auto keep = [&](const BoundaryArc& arc) {
    if (set_of_[index(arc.head)] != set) b.boundary.push_back(arc);
  };
  std::vector<Vertex> inside;
  for (const Vertex c : b.child) {
    if (is_blossom(c) && blossom(c).boundary_version == graph_version_) {
      for (const BoundaryArc& arc : blossom(c).boundary) keep(arc);
    } else {
      collect_leaves(c, inside);
    }
  }
  for (const Vertex v : inside) {
    for (const Arc& arc : graph_.arcs(v)) keep({arc.weight, v, arc.head});
  }
}

void Matcher::collect_leaves(Vertex node, std::vector<Vertex>& found) const {
  std::vector<Vertex> open{node};
  while (!open.empty()) {
    const Vertex next = open.back();
    open.pop_back();
    if (!is_blossom(next)) {
      found.push_back(next);
      continue;
    }
    for (const Vertex c : blossom(next).child) open.push_back(c);
  }
}

void Matcher::scan_arc(Vertex node, Vertex v, Weight base, const Arc& arc) {
  const std::size_t w = index(arc.head);
  const Vertex other = top(arc.head);
  if (other == node) return;
  const Label label = label_[index(other)];
  const Weight reach = base - arc.weight;
  if (label == Label::outer) {
    const Weight tight = (reach + dual(arc.head)) / 2;
    if (tight < limit_) events_.push({tight, v, arc.head});
    return;
  }
  if (reach >= reach_[w]) return;
  if (reach_[w] == kInfinity) touched_.push_back(arc.head);
  reach_[w] = reach;
  reach_from_[w] = v;
  if (label == Label::inner) return;
  const Weight tight = reach + dual(arc.head);
  if (tight >= limit_) return;
  events_.push({tight, arc.head, -1});
  if (match_out_[index(other)] < 0) {
    limit_ = tight;
    zero_vertex_ = -1;
  }
}

void Matcher::make_inner(Vertex node, Weight time, Vertex in, Vertex out) {
  label_[index(node)] = Label::inner;
  labelled_at_[index(node)] = time;
  labelled_.push_back(node);
  entry_in_[index(node)] = in;
  entry_out_[index(node)] = out;
  if (!is_blossom(node)) return;
  const Weight empty = time + dual_[index(node)] / 2;
  if (empty < limit_) events_.push({empty, node, -1});
}

// A node that lost its label can be reached again: its leaves kept the best edges found meanwhile.
void Matcher::offer_growth(Vertex node) {
  for (const Vertex v : leaves(node)) {
    if (reach_[index(v)] == kInfinity) continue;
    const Weight tight = reach_[index(v)] + dual(v);
    if (tight < limit_) events_.push({tight, v, -1});
  }
}

void Matcher::grow(Vertex v, Weight time) {
  const Vertex node = top(v);
  make_inner(node, time, v, reach_from_[index(v)]);
  make_outer(top(match_out_[index(node)]), time);
}

Vertex Matcher::tree_parent(Vertex outer) const {
  const Vertex out = match_out_[index(outer)];
  return out < 0 ? -1 : top(entry_out_[index(top(out))]);
}

Vertex Matcher::meeting_point(Vertex a, Vertex b) {
  ++stamp_;
  while (true) {
    if (a >= 0) {
      if (mark_[index(a)] == stamp_) return a;
      mark_[index(a)] = stamp_;
      a = tree_parent(a);
    }
    std::swap(a, b);
  }
}

// The tight edge (u, v) joins two outer nodes of the tree: the cycle it closes becomes one outer blossom.
void Matcher::shrink(Vertex u, Vertex v, Weight time) {
  const Vertex meet = meeting_point(top(u), top(v));
  const Vertex node = new_blossom();
  Blossom& b = blossom(node);
  for (Vertex a = top(u); a != meet;) {  // collected from u up to the meeting point, then turned round
    const Vertex inner = top(match_out_[index(a)]);
    b.child.push_back(a);
    b.edge.emplace_back(match_out_[index(a)], match_in_[index(a)]);
    b.child.push_back(inner);
    b.edge.emplace_back(entry_out_[index(inner)], entry_in_[index(inner)]);
    a = top(entry_out_[index(inner)]);
  }
  b.child.push_back(meet);
  std::reverse(b.child.begin(), b.child.end());
  std::reverse(b.edge.begin(), b.edge.end());
  b.edge.emplace_back(u, v);
  for (Vertex a = top(v); a != meet;) {
    const Vertex inner = top(match_out_[index(a)]);
    b.child.push_back(a);
    b.edge.emplace_back(match_in_[index(a)], match_out_[index(a)]);
    b.child.push_back(inner);
    b.edge.emplace_back(entry_in_[index(inner)], entry_out_[index(inner)]);
    a = top(entry_out_[index(inner)]);
  }
  fresh_blossoms_.clear();
  fresh_leaves_.clear();
  for (const Vertex c : b.child) {
    if (label_[index(c)] == Label::inner) {
      settle_inner(c, time);
      raise_to_outer(c, time);
      if (keeps_boundary(c)) {
        refresh_boundary(c);
        fresh_blossoms_.push_back(c);
      } else {
        fresh_leaves_.insert(fresh_leaves_.end(), leaves(c).begin(), leaves(c).end());
      }
    } else if (is_blossom(c)) {
      dual_[index(c)] += 2 * (time - labelled_at_[index(c)]);
    }
    label_[index(c)] = Label::none;
  }
  match(node, match_in_[index(meet)], match_out_[index(meet)]);
  adopt(node);
  dual_[index(node)] = 0;
  label_[index(node)] = Label::outer;
  labelled_at_[index(node)] = time;
  labelled_.push_back(node);
  for (const Vertex v : fresh_leaves_) scan(node, v);
  for (const Vertex c : fresh_blossoms_) scan_boundary(node, c);
}

// An inner blossom whose dual reached 0 opens: the even path from where the tree enters to where it is
// matched stays in the tree, the other children pair up and leave it.
void Matcher::expand(Vertex node, Weight time) {
  settle_inner(node, time);
  const Vertex entry_in = entry_in_[index(node)];
  const Vertex entry_out = entry_out_[index(node)];
  const Vertex base_in = match_in_[index(node)];
  const Vertex base_out = match_out_[index(node)];
  release_children(node);
  const auto entry = index(position_[index(top(entry_in))]);
  const auto base = index(position_[index(top(base_in))]);
  const Blossom& b = blossom(node);
  const std::size_t length = b.child.size();
  const std::size_t ahead = (base + length - entry) % length;
  const bool forward = ahead % 2 == 0;
  const std::size_t steps = forward ? ahead : length - ahead;
  auto at = [&](std::size_t k) { return forward ? (entry + k) % length : (entry + length - k) % length; };
  auto edge_after = [&](std::size_t k) {  // from the k-th node of the path to the next: (near, far)
    if (forward) return b.edge[at(k)];
    const auto [far, near] = b.edge[at(k + 1)];
    return std::pair{near, far};
  };

  pair_children(node, forward ? base + 1 : entry + 1, length - 1 - steps);

  make_inner(b.child[at(0)], time, entry_in, entry_out);
  for (std::size_t k = 0; k < steps; k += 2) {
    const auto [near, far] = edge_after(k);
    match(b.child[at(k)], near, far);
    match(b.child[at(k + 1)], far, near);
    const auto [tail, head] = edge_after(k + 1);
    make_inner(b.child[at(k + 2)], time, head, tail);
  }
  match(b.child[at(steps)], base_in, base_out);
  for (std::size_t k = 1; k < steps; k += 2) make_outer(b.child[at(k)], time);
  for (std::size_t k = steps + 1; k < length; ++k) offer_growth(b.child[at(k)]);
  release_blossom(node);
}

// Gives the outer node the match (in, out), out = -1 to expose it, and shifts the matching along its path to
// the root.
void Matcher::flip_to_root(Vertex outer, Vertex in, Vertex out) {
  while (true) {
    const Vertex before = match_out_[index(outer)];
    match(outer, in, out);
    if (before < 0) return;
    const Vertex inner = top(before);
    match(inner, entry_in_[index(inner)], entry_out_[index(inner)]);
    in = entry_out_[index(inner)];
    out = entry_in_[index(inner)];
    outer = top(in);
  }
}

void Matcher::settle_inner(Vertex node, Weight time) {
  const Weight moved = time - labelled_at_[index(node)];
  pending(node) += moved;
  if (is_blossom(node)) dual_[index(node)] -= 2 * moved;
}

void Matcher::settle(Weight time) {
  for (const Vertex node : labelled_) {
    const Label label = label_[index(node)];
    label_[index(node)] = Label::none;
    if (label == Label::inner) settle_inner(node, time);
    if (label != Label::outer) continue;
    pending(node) -= time;
    if (is_blossom(node)) dual_[index(node)] += 2 * (time - labelled_at_[index(node)]);
  }
  for (const Vertex v : touched_) reach_[index(v)] = kInfinity;
  labelled_.clear();
  touched_.clear();
  events_.clear();
}

}  // namespace pairwise
