#pragma once

#include <cstdint>

namespace pairwise {

// SplitMix64 (Steele, Lea and Flood 2014): small, and the same numbers everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  // A number in 0 ... below - 1; the bias is below 2^-32.
  std::size_t index(std::size_t below) {
    return static_cast<std::size_t>(((next() >> 32) * static_cast<std::uint64_t>(below)) >> 32);
  }

  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace pairwise
