#include "roommates.h"

#include <algorithm>

namespace pairwise {

namespace {

constexpr std::size_t kStepsPerCheck = 1 << 14;

// Lists of wishes, shortened from both ends. Pairs are deleted for both at once: v and its wish number k are still
// possible for each other iff k <= last_[v] and v stands at or before the last of the other.
//
// After `propose` and between rotations: v is the first of w's list iff w is the last of v's list.
class Roommates {
 public:
  explicit Roommates(const Opinions& opinions)
      : n_(static_cast<std::size_t>(opinions.rows)),
        rank_(n_ * n_, -1),
        start_(n_ + 1, 0),
        first_(n_, 0),
        second_(n_, 0),
        last_(n_, -1),
        in_party_(n_, false),
        place_(n_, -1) {
    std::vector<Wish> wishes;
    for (std::size_t v = 0; v < n_; ++v) {
      wishes.clear();
      for (std::size_t w = 0; w < n_; ++w) {
        const auto i = static_cast<Vertex>(v), j = static_cast<Vertex>(w);
        if (v != w && opinions.accepts(i, j) && opinions.accepts(j, i)) wishes.push_back({opinions(i, j), j});
      }
      std::sort(wishes.begin(), wishes.end(), [](const Wish& a, const Wish& b) { return a.before(b); });
      for (const Wish& wish : wishes) {
        rank_[v * n_ + static_cast<std::size_t>(wish.partner)] = ++last_[v];
        list_.push_back(wish.partner);
      }
      start_[v + 1] = list_.size();
    }
  }

  // Phase 1: everybody proposes down the list until held by somebody, who deletes all that is worse.
  void propose(Interrupt& interrupt) {
    std::vector<Vertex> holder(n_, -1), free(n_);
    for (std::size_t v = 0; v < n_; ++v) free[v] = static_cast<Vertex>(n_ - 1 - v);
    while (!free.empty()) {
      check(interrupt);
      const Vertex x = free.back();
      free.pop_back();
      const Vertex y = first(x);
      if (y < 0) continue;
      delete_after(y, x);
      if (at(holder, y) >= 0) free.push_back(at(holder, y));
      at(holder, y) = x;
    }
  }

  // Phase 2: rotations are eliminated until every list has one entry or belongs to an odd party.
  void eliminate(Interrupt& interrupt) {
    for (std::size_t v = 0; v < n_; ++v) {
      while (!settled(static_cast<Vertex>(v))) walk_from(static_cast<Vertex>(v), interrupt);
    }
  }

  std::vector<Vertex> next() {
    std::vector<Vertex> found(n_);
    for (std::size_t v = 0; v < n_; ++v) {
      const Vertex w = first(static_cast<Vertex>(v));
      found[v] = w < 0 ? static_cast<Vertex>(v) : w;
    }
    return found;
  }

 private:
  template <class T>
  static T& at(std::vector<T>& array, Vertex v) {
    return array[static_cast<std::size_t>(v)];
  }
  Vertex wish(Vertex v, Vertex k) const { return list_[start_[static_cast<std::size_t>(v)] + static_cast<std::size_t>(k)]; }
  Vertex rank(Vertex v, Vertex w) const { return rank_[static_cast<std::size_t>(v) * n_ + static_cast<std::size_t>(w)]; }

  Vertex skip_deleted(Vertex v, Vertex& k) {
    for (; k <= at(last_, v); ++k) {
      const Vertex w = wish(v, k);
      if (rank(w, v) <= at(last_, w)) return w;
    }
    return -1;
  }
  Vertex first(Vertex v) { return skip_deleted(v, at(first_, v)); }
  Vertex second(Vertex v) {
    if (first(v) < 0) return -1;
    at(second_, v) = std::max(at(second_, v), at(first_, v) + 1);
    return skip_deleted(v, at(second_, v));
  }
  void delete_after(Vertex v, Vertex w) { at(last_, v) = rank(v, w); }
  bool settled(Vertex v) { return in_party_[static_cast<std::size_t>(v)] || second(v) < 0; }

  // Who would lose a partner if x moved on to its second choice.
  Vertex displaced_by(Vertex x) {
    const Vertex y = second(x);
    return y < 0 ? -1 : wish(y, at(last_, y));
  }

  void walk_from(Vertex start, Interrupt& interrupt) {
    push(start);
    while (!path_.empty()) {
      check(interrupt);
      const Vertex x = path_.back();
      if (settled(x)) {
        cut(path_.size() - 1);
        continue;
      }
      const Vertex next = displaced_by(x);
      if (at(place_, next) < 0) {
        push(next);
      } else {
        close(static_cast<std::size_t>(at(place_, next)));
      }
    }
  }

  // The path has met itself: from `begin` on it is a rotation, unless an earlier rotation has changed the way.
  void close(std::size_t begin) {
    for (std::size_t k = begin; k + 1 < path_.size(); ++k) {
      if (displaced_by(path_[k]) != path_[k + 1]) return cut(k + 1);
    }
    const std::vector<Vertex> rotation(path_.begin() + static_cast<std::ptrdiff_t>(begin), path_.end());
    const Vertex next = second(rotation.front());
    const bool odd = at(place_, next) >= static_cast<Vertex>(begin) && first(next) == rotation.front();
    cut(begin);
    if (odd) {
      for (const Vertex x : rotation) in_party_[static_cast<std::size_t>(x)] = true;
    } else {
      move_on(rotation);
    }
  }

  void move_on(const std::vector<Vertex>& rotation) {
    std::vector<Vertex> to(rotation.size());
    for (std::size_t k = 0; k < to.size(); ++k) to[k] = second(rotation[k]);
    for (std::size_t k = 0; k < to.size(); ++k) delete_after(to[k], rotation[k]);
  }

  void push(Vertex v) {
    at(place_, v) = static_cast<Vertex>(path_.size());
    path_.push_back(v);
  }
  void cut(std::size_t length) {
    for (std::size_t k = length; k < path_.size(); ++k) at(place_, path_[k]) = -1;
    path_.resize(length);
  }
  void check(Interrupt& interrupt) {
    if (++steps_ % kStepsPerCheck == 0 && interrupt.stop()) throw Stopped();
  }

  std::size_t n_;
  std::vector<Vertex> list_, rank_;
  std::vector<std::size_t> start_;
  std::vector<Vertex> first_, second_, last_;  // places in the list; first_ and second_ lag behind deletions
  std::vector<bool> in_party_;
  std::vector<Vertex> path_, place_;  // people on the way to a rotation, and where on it each stands
  std::size_t steps_ = 0;
};

}  // namespace

std::vector<Vertex> stable_partition(const Opinions& opinions, Interrupt& interrupt) {
  Roommates roommates(opinions);
  roommates.propose(interrupt);
  roommates.eliminate(interrupt);
  return roommates.next();
}

}  // namespace pairwise
