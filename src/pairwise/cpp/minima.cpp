#include "minima.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "wide.h"

namespace pairwise {
namespace {

constexpr std::size_t kTile = 512;       // people of `right` whose sums are at hand at once
constexpr std::uint32_t kMostOfByte = 255;

using Byte = std::uint8_t;

PAIRWISE_WIDE void add_minima(Byte* sum, const Byte* other, Byte own, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) sum[k] = static_cast<Byte>(sum[k] + std::min(own, other[k]));
}

PAIRWISE_WIDE void carry(std::uint16_t* sum, Byte* part, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) sum[k] = static_cast<std::uint16_t>(sum[k] + part[k]);
  std::fill(part, part + count, Byte{0});
}

template <class T>
PAIRWISE_INLINED void scale_row_of(const std::uint16_t* sum, T row, const T* column, T* out, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) out[k] = static_cast<T>(sum[k]) * row * column[k];
}
PAIRWISE_WIDE void scale_row(const std::uint16_t* sum, float row, const float* column, float* out,
                             std::size_t count) {
  scale_row_of(sum, row, column, out, count);
}
PAIRWISE_WIDE void scale_row(const std::uint16_t* sum, double row, const double* column, double* out,
                             std::size_t count) {
  scale_row_of(sum, row, column, out, count);
}

std::vector<Byte> by_column(const Steps& steps) {
  std::vector<Byte> turned(steps.people * steps.columns);
  for (std::size_t v = 0; v < steps.people; ++v) {
    for (std::size_t s = 0; s < steps.columns; ++s) turned[s * steps.people + v] = steps.data[v * steps.columns + s];
  }
  return turned;
}

}  // namespace

template <class T>
void sum_of_minima(const Steps& left, const Steps& right, std::span<const T> row_scale,
                   std::span<const T> column_scale, Block<T> out) {
  const std::vector<Byte> turned = by_column(right);
  std::vector<Byte> part(kTile, 0);
  std::vector<std::uint16_t> sum(kTile);
  for (std::size_t from = 0; from < right.people; from += kTile) {
    const std::size_t count = std::min(kTile, right.people - from);
    for (std::size_t r = 0; r < left.people; ++r) {
      const Byte* row = left.data + r * left.columns;
      std::fill(sum.begin(), sum.end(), std::uint16_t{0});
      std::uint32_t most = 0;  // that a part may have come to
      for (std::size_t s = 0; s < left.columns; ++s) {
        if (row[s] == 0) continue;
        if (most + row[s] > kMostOfByte) {
          carry(sum.data(), part.data(), count);
          most = 0;
        }
        add_minima(part.data(), turned.data() + s * right.people + from, row[s], count);
        most += row[s];
      }
      carry(sum.data(), part.data(), count);
      scale_row(sum.data(), row_scale[r], column_scale.data() + from, out.data + r * out.step + from, count);
    }
  }
}

template void sum_of_minima(const Steps&, const Steps&, std::span<const float>, std::span<const float>, Block<float>);
template void sum_of_minima(const Steps&, const Steps&, std::span<const double>, std::span<const double>,
                            Block<double>);

}  // namespace pairwise
