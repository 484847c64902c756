#pragma once

#include <cstdint>
#include <exception>
#include <limits>
#include <stdexcept>
#include <vector>

namespace pairwise {

using Vertex = std::int32_t;
using Weight = std::int64_t;

inline constexpr Weight kInfinity = std::numeric_limits<Weight>::max() / 4;

// Duals are kept at twice the scale of weights; sums of two duals and a weight must fit in 64 bits.
inline constexpr Weight kMaxWeight = Weight{1} << 59;

// Asked now and then inside long loops: true means "stop, keep the best so far".
class Interrupt {
 public:
  virtual ~Interrupt() = default;
  virtual bool stop() = 0;
};

// Thrown by searches that have nothing to show when they are interrupted.
class Stopped : public std::exception {};

class NeverInterrupt final : public Interrupt {
 public:
  bool stop() override { return false; }
};

struct Edge {
  Vertex u;
  Vertex v;
  Weight weight;
};

}  // namespace pairwise
