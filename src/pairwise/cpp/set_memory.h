#pragma once

#include <vector>

#include "matcher.h"

namespace pairwise {

// Remembers the blossoms of a matcher, to tell later how much of the duals that pairs had in common may be gone.
class SetMemory {
 public:
  SetMemory() = default;
  explicit SetMemory(const Matcher& matcher);

  // By vertex: a number that those in one outermost blossom share, -1 if in none.
  const std::vector<Vertex>& outermost() const { return outermost_; }

  // By vertex: by how much the duals of the blossoms that held it have gone down since, in all.
  std::vector<Weight> shrunk(const Matcher& matcher) const;

 private:
  struct Set {
    Vertex node;
    std::uint64_t born;
    Weight dual;
    Vertex parent;  // in sets_, -1 if outermost
  };
  std::vector<Set> sets_;          // parents first
  std::vector<Vertex> innermost_, outermost_;  // by vertex: in sets_, -1 if in none
};

}  // namespace pairwise
