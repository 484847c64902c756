#include "pool.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "wide.h"

namespace pairwise {

namespace {

constexpr float kNoKey = -std::numeric_limits<float>::infinity();

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

// Writes the places of the scores that, less the potential of their row, beat the floor of their column or, less
// that of their column, the floor of their row; returns how many.
PAIRWISE_WIDE std::size_t hits(const float* score, const float* column_floor, const float* column_potential,
                               float row_potential, float row_floor, std::size_t count, Vertex* out) {
  return select_places(count, out, [=](std::size_t c) {
    return (score[c] - column_potential[c] > row_floor) | (score[c] - row_potential > column_floor[c]);
  });
}

// People by a key, ascending.
class ByKey {
 public:
  void add(Vertex v, double key) { entries_.emplace_back(key, v); }
  void sort() { std::sort(entries_.begin(), entries_.end()); }
  // Those whose key is below a bound.
  std::span<const std::pair<double, Vertex>> below(double bound) const {
    const auto end = std::partition_point(entries_.begin(), entries_.end(), [&](auto& e) { return e.first < bound; });
    return {entries_.begin(), end};
  }

 private:
  std::vector<std::pair<double, Vertex>> entries_;
};

}  // namespace

CandidatePool::CandidatePool(Vertex n, Vertex k)
    : n_(n), k_(k), keys_(at(n) * at(k), kNoKey), partners_(at(n) * at(k), -1), floor_(at(n), kNoKey) {}

CandidatePool::CandidatePool(Vertex k, std::vector<float> keys, std::vector<Vertex> partners)
    : n_(static_cast<Vertex>(keys.size() / at(k))),
      k_(k),
      keys_(std::move(keys)),
      partners_(std::move(partners)),
      floor_(at(n_), kNoKey) {}

void CandidatePool::offer(Vertex v, Vertex partner, float key) {
  float* keys = keys_.data() + at(v) * at(k_);
  Vertex* partners = partners_.data() + at(v) * at(k_);
  const auto behind = [&](Vertex other) { return other > v ? other - v : other - v + n_; };
  const auto goes_before = [&](std::size_t slot) {
    return key > keys[slot] || (key == keys[slot] && behind(partner) < behind(partners[slot]));
  };
  std::size_t place = at(k_) - 1;
  if (!goes_before(place)) return;
  for (; place > 0 && goes_before(place - 1); --place) {
    keys[place] = keys[place - 1];
    partners[place] = partners[place - 1];
  }
  keys[place] = key;
  partners[place] = partner;
}

// What a score less the potential of the partner must beat, and a little less, so that rounding never hides a
// key from `offer`, which decides.
float CandidatePool::floor_of(Vertex v, float potential) const {
  const float reach = threshold(v);
  return reach + potential - (std::abs(reach) + std::abs(potential) + 1.0F) * 0x1p-21F;
}

void CandidatePool::offer_block(const float* block, Vertex rows, Vertex columns, Vertex row, Vertex column,
                                std::span<const float> potential, const SetPotential& sets) {
  hits_.resize(at(columns));
  for (Vertex v = row; v < row + rows; ++v) floor_[at(v)] = floor_of(v, potential[at(v)]);
  for (Vertex v = column; v < column + columns; ++v) floor_[at(v)] = floor_of(v, potential[at(v)]);
  for (Vertex r = 0; r < rows; ++r) {
    offer_row(block + at(r) * at(columns), row + r, column, std::max(column, row + r + 1), column + columns, potential,
              sets);
  }
}

void CandidatePool::offer_row(const float* scores, Vertex i, Vertex column, Vertex from, Vertex to,
                              std::span<const float> potential, const SetPotential& sets) {
  if (from >= to) return;
  const float own = potential[at(i)];
  const float* score = scores + (from - column);
  const std::size_t count = hits(score, floor_.data() + from, potential.data() + from, own, floor_[at(i)],
                                 at(to - from), hits_.data());
  for (std::size_t h = 0; h < count; ++h) {
    const Vertex j = from + hits_[h];
    const float value = score[hits_[h]], other = potential[at(j)];
    const bool for_row = value - other > floor_[at(i)], for_column = value - own > floor_[at(j)];
    if (!for_row && !for_column) continue;
    const float key = value - own - other - sets(i, j);
    if (for_row) {
      offer(i, j, key);
      floor_[at(i)] = floor_of(i, own);
    }
    if (for_column) {
      offer(j, i, key);
      floor_[at(j)] = floor_of(j, other);
    }
  }
}

void CandidatePool::merge(const CandidatePool& other, std::span<const Vertex> place) {
  for (Vertex v = 0; v < other.n_; ++v) {
    const std::size_t end = (at(v) + 1) * at(other.k_);
    for (std::size_t s = at(v) * at(other.k_); s < end && other.partners_[s] >= 0; ++s) {
      offer(place[at(v)], place[at(other.partners_[s])], other.keys_[s]);
    }
  }
}

Suspects unpooled_suspects(std::span<const float> threshold, const Movement& movement, std::size_t most) {
  const auto& [moved, group, lost] = movement;
  const auto n = static_cast<Vertex>(moved.size());
  const Vertex groups = n == 0 ? 0 : *std::max_element(group.begin(), group.end()) + 1;
  ByKey everybody;
  std::vector<ByKey> within(at(groups));
  for (Vertex v = 0; v < n; ++v) {
    everybody.add(v, moved[at(v)]);
    if (group[at(v)] >= 0) within[at(group[at(v)])].add(v, moved[at(v)] - lost[at(v)] / 2);
  }
  everybody.sort();
  for (ByKey& people : within) people.sort();
  Suspects found;
  for (Vertex u = 0; u < n; ++u) {
    const double room = static_cast<double>(threshold[at(u)]) - moved[at(u)];
    const auto near = everybody.below(room);
    const bool grouped = group[at(u)] >= 0 && lost[at(u)] > 0;
    const auto related = grouped ? within[at(group[at(u)])].below(room + lost[at(u)] / 2) : near.first(0);
    if (near.size() + related.size() > most) {
      found.heavy.push_back(u);
      continue;
    }
    const auto take = [&](Vertex v, double gain) {
      if (v == u || !(moved[at(u)] + moved[at(v)] - gain < static_cast<double>(threshold[at(v)]))) return;
      found.i.push_back(u);
      found.j.push_back(v);
    };
    for (const auto& [key, v] : near) {
      if (!grouped || group[at(v)] != group[at(u)]) take(v, 0.0);
    }
    for (const auto& [key, v] : related) take(v, std::min(lost[at(u)], lost[at(v)]));
  }
  return found;
}

}  // namespace pairwise
