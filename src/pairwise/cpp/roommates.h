#pragma once

#include <vector>

#include "opinions.h"

namespace pairwise {

// Stable partition of n people who rank each other (Tan 1991, by the two phases of Irving 1985): next[v] is whom v
// likes best among what is left, next[v] == v for people alone. Two people with each other as next are partners; a
// cycle of three or more is an odd party, and then no matching is stable. O(n^2) after sorting the wishes;
// throws Stopped when interrupted.
std::vector<Vertex> stable_partition(const Opinions& opinions, Interrupt& interrupt);

}  // namespace pairwise
