#pragma once

#include <span>
#include <vector>

#include "matcher.h"

namespace pairwise {

// The k pairs of largest key per person, over all pairs (i, j); the key of a pair is its score less the
// potentials of both. Kept as k descending slots per person; unused slots hold -infinity and -1.
class CandidatePool {
 public:
  CandidatePool(Vertex n, Vertex k);

  // Offers the entries of a block of scores whose corner is pair (row, column); entries on or below the
  // diagonal are skipped, every other one is offered to both ends.
  void offer_block(const float* block, Vertex rows, Vertex columns, Vertex row, Vertex column,
                   std::span<const float> potential);

  // Merges another pool over other pairs of the same people.
  void merge(std::span<const float> keys, std::span<const Vertex> partners);

  Vertex size() const { return n_; }
  Vertex slots() const { return k_; }
  const std::vector<float>& keys() const { return keys_; }
  const std::vector<Vertex>& partners() const { return partners_; }
  // Largest key that a pair outside the slots of v may have.
  float threshold(Vertex v) const { return keys_[(static_cast<std::size_t>(v) + 1) * static_cast<std::size_t>(k_) - 1]; }

 private:
  void offer(Vertex v, Vertex partner, float key);

  Vertex n_, k_;
  std::vector<float> keys_;
  std::vector<Vertex> partners_;
  std::vector<float> floor_;  // threshold plus potential: what a score less the partner's potential must beat
};

// Pairs outside the pool that might be violated now: `moved` is dual less potential, `threshold` as above,
// both in the unit of the keys. A pair (i, j) can be violated only if moved[i] + moved[j] < threshold of both.
// Stops and returns false once more than `limit` pairs are found.
bool unpooled_suspects(std::span<const float> threshold, std::span<const double> moved, std::size_t limit,
                       std::vector<Vertex>& i, std::vector<Vertex>& j);

}  // namespace pairwise
