#include "pool.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "wide.h"

namespace pairwise {

namespace {

constexpr float kNoKey = -std::numeric_limits<float>::infinity();

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

// Whether any score, less the potential of its row, beats the floor of its column, or, less that of its
// column, the floor of its row.
PAIRWISE_WIDE bool any_beats(const float* score, const float* column_floor, const float* column_potential,
                             float row_potential, float row_floor, std::size_t count) {
  unsigned any = 0;
  for (std::size_t c = 0; c < count; ++c) {
    any |= static_cast<unsigned>(score[c] - column_potential[c] > row_floor) |
           static_cast<unsigned>(score[c] - row_potential > column_floor[c]);
  }
  return any != 0;
}

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
  const auto goes_before = [&](std::size_t slot) {
    return key > keys[slot] || (key == keys[slot] && partner < partners[slot]);
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
                                std::span<const float> potential) {
  for (Vertex v = row; v < row + rows; ++v) floor_[at(v)] = floor_of(v, potential[at(v)]);
  for (Vertex v = column; v < column + columns; ++v) floor_[at(v)] = floor_of(v, potential[at(v)]);
  for (Vertex r = 0; r < rows; ++r) {
    offer_row(block + at(r) * at(columns), row + r, column, std::max(column, row + r + 1), column + columns, potential);
  }
}

void CandidatePool::offer_row(const float* scores, Vertex i, Vertex column, Vertex from, Vertex to,
                              std::span<const float> potential) {
  constexpr Vertex chunk = 64;
  const float own = potential[at(i)];
  float* floor = floor_.data();
  while (from < to) {
    const Vertex stop = std::min(from + chunk, to);
    const float* score = scores + (from - column);
    if (any_beats(score, floor + from, potential.data() + from, own, floor[i], at(stop - from))) {
      for (Vertex j = from; j < stop; ++j) {
        const float value = scores[j - column], other = potential[at(j)];
        if (value - other > floor[i]) {
          offer(i, j, value - own - other);
          floor[i] = floor_of(i, own);
        }
        if (value - own > floor[j]) {
          offer(j, i, value - own - other);
          floor[j] = floor_of(j, other);
        }
      }
    }
    from = stop;
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

Suspects unpooled_suspects(std::span<const float> threshold, std::span<const double> moved, std::size_t most) {
  const auto n = static_cast<Vertex>(moved.size());
  std::vector<Vertex> order(at(n));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](Vertex a, Vertex b) { return moved[at(a)] < moved[at(b)]; });
  std::vector<double> sorted(at(n));
  for (std::size_t k = 0; k < sorted.size(); ++k) sorted[k] = moved[at(order[k])];
  Suspects found;
  for (Vertex u = 0; u < n; ++u) {
    const double room = static_cast<double>(threshold[at(u)]) - moved[at(u)];
    const auto reach = static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), room) - sorted.begin());
    if (reach > most) {
      found.heavy.push_back(u);
      continue;
    }
    for (std::size_t k = 0; k < reach; ++k) {
      const Vertex v = order[k];
      if (v == u || !(moved[at(u)] < static_cast<double>(threshold[at(v)]) - sorted[k])) continue;
      found.i.push_back(u);
      found.j.push_back(v);
    }
  }
  return found;
}

}  // namespace pairwise
