#pragma once

#include <cstddef>
#include <cstdint>

// PAIRWISE_WIDE in front of a function compiles it for several vector widths; the machine's best is taken when
// the library loads. What such a function calls is vectorised with it only if marked PAIRWISE_INLINED.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define PAIRWISE_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PAIRWISE_WIDE
#endif

#if defined(__GNUC__)
#define PAIRWISE_INLINED __attribute__((always_inline)) inline
#else
#define PAIRWISE_INLINED inline
#endif

namespace pairwise {

// Asks the machine to have memory at hand that is read soon.
inline void prefetch([[maybe_unused]] const void* from, [[maybe_unused]] std::size_t bytes) {
#if defined(__GNUC__)
  constexpr std::size_t line = 64;
  for (std::size_t b = 0; b < bytes; b += line) __builtin_prefetch(static_cast<const char*>(from) + b);
#endif
}

// Writes the wanted places, ascending, to `out`, which has room for all; returns how many.
template <class Wanted>
PAIRWISE_INLINED std::size_t select_places(std::size_t count, std::int32_t* out, Wanted wanted) {
  constexpr std::size_t lanes = 32;  // loops over fewer are unrolled before they are vectorised
  std::size_t found = 0, place = 0;
  const auto take = [&](std::size_t p) {  // found <= p: room that will be overwritten may be written
    out[found] = static_cast<std::int32_t>(p);
    found += static_cast<std::size_t>(wanted(p));
  };
  for (; place + lanes <= count; place += lanes) {
    std::int32_t any = 0;  // as wide as the values, else the loop is not vectorised
    for (std::size_t l = 0; l < lanes; ++l) any |= -static_cast<std::int32_t>(wanted(place + l));
    if (any == 0) continue;
    for (std::size_t l = 0; l < lanes; ++l) take(place + l);
  }
  for (; place < count; ++place) take(place);
  return found;
}

}  // namespace pairwise
