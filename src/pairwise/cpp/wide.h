#pragma once

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
