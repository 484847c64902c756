#include "bindings_stable.h"

#include "bindings.h"
#include "marriage.h"
#include "roommates.h"

namespace pairwise::bind {

using namespace nb::literals;

namespace {

Opinions view(const Table<double>& scores) {
  return {scores.data(), static_cast<Vertex>(scores.shape(0)), static_cast<Vertex>(scores.shape(1))};
}

std::pair<Owned<Vertex>, Owned<Vertex>> marriage(const Table<double>& proposers, const Table<double>& received,
                                                 const Vector<Vertex>& proposer_capacity,
                                                 const Vector<Vertex>& receiver_capacity) {
  if (proposers.shape(0) != received.shape(0) || proposers.shape(1) != received.shape(1) ||
      proposer_capacity.size() != proposers.shape(0) || receiver_capacity.size() != proposers.shape(1)) {
    throw std::invalid_argument("scores, capacities: do not fit each other");
  }
  const auto pairs = interruptible([&](Interrupt& interrupt) {
    return defer_acceptance(view(proposers), view(received), as_span(proposer_capacity), as_span(receiver_capacity),
                            interrupt);
  });
  std::vector<Vertex> first, second;
  for (const auto& [i, j] : pairs) {
    first.push_back(i);
    second.push_back(j);
  }
  return {to_numpy(std::move(first)), to_numpy(std::move(second))};
}

Owned<Vertex> roommates(const Table<double>& scores) {
  if (scores.shape(0) != scores.shape(1)) throw std::invalid_argument("scores: must be square");
  return to_numpy(interruptible([&](Interrupt& interrupt) { return stable_partition(view(scores), interrupt); }));
}

}  // namespace

void bind_stable(nb::module_& m) {
  m.def("defer_acceptance", &marriage, "proposers"_a.noconvert(), "received"_a.noconvert(), "proposer_capacity"_a,
        "receiver_capacity"_a, "Pairs of the stable matching that proposers like best; row i: what i thinks, and what is thought of i.");
  m.def("stable_partition", &roommates, "scores"_a.noconvert(),
        "Best remaining partner of everybody in a stable partition; oneself where alone.");
}

}  // namespace pairwise::bind
