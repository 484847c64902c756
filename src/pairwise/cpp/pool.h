#pragma once

#include <span>
#include <vector>

#include "matcher.h"
#include "set_potential.h"

namespace pairwise {

// The k pairs of largest key per person, over all pairs (i, j); the key of a pair is its score less the
// potentials of both and that of the sets they share. Kept as k descending slots per person; among equal keys
// whoever comes next after the person goes first, and after the last comes the first, so that people whose rows
// tie do not all keep the same few. Unused slots hold -infinity and -1. What is kept does not depend on how the
// pairs are spread over pools.
class CandidatePool {
 public:
  CandidatePool(Vertex n, Vertex k);
  CandidatePool(Vertex k, std::vector<float> keys, std::vector<Vertex> partners);

  // Offers the entries of a block of scores whose corner is pair (row, column); entries on or below the
  // diagonal are skipped, every other one is offered to both ends.
  void offer_block(const float* block, Vertex rows, Vertex columns, Vertex row, Vertex column,
                   std::span<const float> potential, const SetPotential& sets);

  // Merges a pool over other pairs of some of these people; its person v is person place[v] here.
  void merge(const CandidatePool& other, std::span<const Vertex> place);

  Vertex size() const { return n_; }
  Vertex slots() const { return k_; }
  std::span<const float> keys() const { return keys_; }
  std::span<const Vertex> partners() const { return partners_; }
  // Largest key that a pair outside the slots of v may have.
  float threshold(Vertex v) const { return keys_[(static_cast<std::size_t>(v) + 1) * static_cast<std::size_t>(k_) - 1]; }

 private:
  void offer(Vertex v, Vertex partner, float key);
  // Offers scores[j - column] for j in [from, to) to i and to j.
  void offer_row(const float* scores, Vertex i, Vertex column, Vertex from, Vertex to,
                 std::span<const float> potential, const SetPotential& sets);
  float floor_of(Vertex v, float potential) const;

  Vertex n_, k_;
  std::vector<float> keys_;
  std::vector<Vertex> partners_;
  std::vector<float> floor_;  // what a score less the partner's potential must beat
  std::vector<Vertex> hits_;  // of a row of a block
};

// What must be looked at to be sure that no pair outside the pool is violated.
struct Suspects {
  std::vector<Vertex> i, j;   // pairs; most occur from both ends
  std::vector<Vertex> heavy;  // rows with so many suspects that all their pairs should be scored
};

// How duals stand to the potentials that a pool was measured against, in the unit of its keys.
struct Movement {
  std::span<const double> moved;  // by person: dual less potential
  std::span<const Vertex> group;  // by person: people of different groups shared no set; -1: in none
  std::span<const double> lost;   // by person: how much less a pair of it may have in common than then
};

// A pair (i, j) outside the pool can be violated only if moved[i] + moved[j] lies below the threshold of both, or,
// within a group, at most the mean of what they lost above. Rows with more than `most` possible partners are heavy.
// O(n log n + n most).
Suspects unpooled_suspects(std::span<const float> threshold, const Movement& movement, std::size_t most);

}  // namespace pairwise
