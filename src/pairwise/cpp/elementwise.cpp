#include "elementwise.h"

#include "wide.h"

namespace pairwise {
namespace {

// Below every positive sum that a term can produce, so it changes only a division 0 / 0.
constexpr double kTiny = 1e-30;

template <class T>
PAIRWISE_INLINED T value_of(Reciprocity kind, T a, T b) {
  switch (kind) {
    case Reciprocity::harmonic: {
      const T sum = a + b, tiny = static_cast<T>(kTiny);
      return a * b * 2 / (sum < tiny ? tiny : sum);
    }
    case Reciprocity::min:
      return b < a ? b : a;
    case Reciprocity::mean:
      return (a + b) * static_cast<T>(0.5);
    case Reciprocity::product:
      break;
  }
  return a * b;
}

template <Reciprocity kind, class T>
PAIRWISE_INLINED void combine_as(T* mine, const T* theirs, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    const T a = mine[k], b = theirs[k], value = value_of(kind, a, b);
    mine[k] = a != a ? b : b != b ? a : value;
  }
}

template <class T>
PAIRWISE_INLINED void combine_row_of(Reciprocity kind, T* mine, const T* theirs, std::size_t count) {
  switch (kind) {
    case Reciprocity::harmonic:
      return combine_as<Reciprocity::harmonic>(mine, theirs, count);
    case Reciprocity::min:
      return combine_as<Reciprocity::min>(mine, theirs, count);
    case Reciprocity::mean:
      return combine_as<Reciprocity::mean>(mine, theirs, count);
    case Reciprocity::product:
      return combine_as<Reciprocity::product>(mine, theirs, count);
  }
}

template <class T>
PAIRWISE_INLINED void share_row_of(T* shared, T left, const T* right, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) shared[k] /= left + right[k] - shared[k];
}

template <class T>
PAIRWISE_INLINED void cap_row_of(T* values, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) values[k] = values[k] > 1 ? T{1} : values[k];
}

template <class T>
PAIRWISE_INLINED void add_row_of(T* total, const T* values, T weight, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) total[k] += weight * values[k];
}

template <class T>
PAIRWISE_INLINED void add_known_row_of(T* total, T* known, const T* values, T weight, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    const bool is_known = values[k] == values[k];
    total[k] += is_known ? weight * values[k] : T{0};
    known[k] += is_known ? weight : T{0};
  }
}

// Templates cannot be compiled for several widths of vectors, functions can.
PAIRWISE_WIDE void combine_row(Reciprocity kind, float* mine, const float* theirs, std::size_t count) {
  combine_row_of(kind, mine, theirs, count);
}
PAIRWISE_WIDE void combine_row(Reciprocity kind, double* mine, const double* theirs, std::size_t count) {
  combine_row_of(kind, mine, theirs, count);
}
PAIRWISE_WIDE void share_row(float* shared, float left, const float* right, std::size_t count) {
  share_row_of(shared, left, right, count);
}
PAIRWISE_WIDE void share_row(double* shared, double left, const double* right, std::size_t count) {
  share_row_of(shared, left, right, count);
}
PAIRWISE_WIDE void cap_row(float* values, std::size_t count) { cap_row_of(values, count); }
PAIRWISE_WIDE void cap_row(double* values, std::size_t count) { cap_row_of(values, count); }
PAIRWISE_WIDE void add_row(float* total, const float* values, float weight, std::size_t count) {
  add_row_of(total, values, weight, count);
}
PAIRWISE_WIDE void add_row(double* total, const double* values, double weight, std::size_t count) {
  add_row_of(total, values, weight, count);
}
PAIRWISE_WIDE void add_known_row(float* total, float* known, const float* values, float weight, std::size_t count) {
  add_known_row_of(total, known, values, weight, count);
}
PAIRWISE_WIDE void add_known_row(double* total, double* known, const double* values, double weight,
                                 std::size_t count) {
  add_known_row_of(total, known, values, weight, count);
}

template <class T>
T* row_of(const Block<T>& block, std::size_t row) {
  return block.data + row * block.step;
}

}  // namespace

template <class T>
void combine(Reciprocity kind, Block<T> mine, Block<const T> theirs) {
  for (std::size_t r = 0; r < mine.rows; ++r) combine_row(kind, row_of(mine, r), row_of(theirs, r), mine.columns);
}

template <class T>
void share_of_union(Block<T> shared, const T* left, const T* right) {
  for (std::size_t r = 0; r < shared.rows; ++r) share_row(row_of(shared, r), left[r], right, shared.columns);
}

template <class T>
void cap(Block<T> values) {
  for (std::size_t r = 0; r < values.rows; ++r) cap_row(row_of(values, r), values.columns);
}

template <class T>
void add_weighted(Block<T> total, Block<const T> values, T weight) {
  for (std::size_t r = 0; r < total.rows; ++r) add_row(row_of(total, r), row_of(values, r), weight, total.columns);
}

template <class T>
void add_known(Block<T> total, Block<T> known, Block<const T> values, T weight) {
  for (std::size_t r = 0; r < total.rows; ++r) {
    add_known_row(row_of(total, r), row_of(known, r), row_of(values, r), weight, total.columns);
  }
}

template void combine(Reciprocity, Block<float>, Block<const float>);
template void combine(Reciprocity, Block<double>, Block<const double>);
template void share_of_union(Block<float>, const float*, const float*);
template void share_of_union(Block<double>, const double*, const double*);
template void cap(Block<float>);
template void cap(Block<double>);
template void add_weighted(Block<float>, Block<const float>, float);
template void add_weighted(Block<double>, Block<const double>, double);
template void add_known(Block<float>, Block<float>, Block<const float>, float);
template void add_known(Block<double>, Block<double>, Block<const double>, double);

}  // namespace pairwise
