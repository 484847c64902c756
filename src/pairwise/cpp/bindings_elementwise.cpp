#include "bindings_elementwise.h"

#include <nanobind/stl/string.h>

#include <string>

#include "bindings.h"
#include "elementwise.h"
#include "minima.h"

namespace pairwise::bind {

using namespace nb::literals;

namespace {

// One or two axes, the last without gaps; rows may lie apart, as they do in a part of a larger block.
template <class T>
using Values = nb::ndarray<T, nb::device::cpu>;

template <class T>
Block<T> block_of(const Values<T>& values) {
  const std::size_t axes = values.ndim();
  if (axes != 1 && axes != 2) throw std::invalid_argument("values: must have one or two axes");
  const std::size_t columns = values.shape(axes - 1);
  if (columns > 1 && values.stride(axes - 1) != 1) throw std::invalid_argument("values: rows must have no gaps");
  if (axes == 1) return {values.data(), 1, columns, columns};
  return {values.data(), values.shape(0), columns, static_cast<std::size_t>(values.stride(0))};
}

template <class T, class Other>
Block<Other> beside(const Block<T>& block, const Values<Other>& values) {
  const Block<Other> other = block_of(values);
  if (other.rows != block.rows || other.columns != block.columns) {
    throw std::invalid_argument("values: must have one shape");
  }
  return other;
}

Reciprocity reciprocity_of(const std::string& kind) {
  if (kind == "harmonic") return Reciprocity::harmonic;
  if (kind == "min") return Reciprocity::min;
  if (kind == "mean") return Reciprocity::mean;
  if (kind == "product") return Reciprocity::product;
  throw std::invalid_argument("kind: must be harmonic, min, mean or product");
}

template <class T>
void combine_values(const std::string& kind, const Values<T>& mine, const Values<const T>& theirs) {
  const Reciprocity reciprocity = reciprocity_of(kind);
  const Block<T> block = block_of(mine);
  const Block<const T> other = beside(block, theirs);
  nb::gil_scoped_release release;
  combine(reciprocity, block, other);
}

template <class T>
void share_values(const Values<T>& shared, const Vector<T>& left, const Vector<T>& right) {
  const Block<T> block = block_of(shared);
  if (left.size() != block.rows || right.size() != block.columns) {
    throw std::invalid_argument("left, right: must have one entry a row and a column");
  }
  nb::gil_scoped_release release;
  share_of_union(block, left.data(), right.data());
}

template <class T>
void cap_values(const Values<T>& values) {
  const Block<T> block = block_of(values);
  nb::gil_scoped_release release;
  cap(block);
}

template <class T>
void add_weighted_values(const Values<T>& total, const Values<const T>& values, T weight) {
  const Block<T> block = block_of(total);
  const Block<const T> other = beside(block, values);
  nb::gil_scoped_release release;
  add_weighted(block, other, weight);
}

template <class T>
void add_known_values(const Values<T>& total, const Values<T>& known, const Values<const T>& values, T weight) {
  const Block<T> block = block_of(total), seen = beside(block, known);
  const Block<const T> other = beside(block, values);
  nb::gil_scoped_release release;
  add_known(block, seen, other, weight);
}

template <class T>
void fill_minima(const Table<std::uint8_t>& left, const Table<std::uint8_t>& right, const Vector<T>& row_scale,
                 const Vector<T>& column_scale, const Values<T>& out) {
  const Block<T> block = block_of(out);
  if (left.shape(1) != right.shape(1) || block.rows != left.shape(0) || block.columns != right.shape(0) ||
      row_scale.size() != block.rows || column_scale.size() != block.columns) {
    throw std::invalid_argument("out: must have a row for each of left and a column for each of right");
  }
  const Steps rows{left.data(), left.shape(0), left.shape(1)}, columns{right.data(), right.shape(0), right.shape(1)};
  nb::gil_scoped_release release;
  sum_of_minima(rows, columns, as_span(row_scale), as_span(column_scale), block);
}

template <class T>
void bind_for(nb::module_& m) {
  m.def("combine", &combine_values<T>, "kind"_a, "mine"_a.noconvert(), "theirs"_a.noconvert(),
        "Overwrite what one side gains by the value of the pair; a known direction stands alone.");
  m.def("share_of_union", &share_values<T>, "shared"_a.noconvert(), "left"_a.noconvert(), "right"_a.noconvert(),
        "Overwrite what row and column share by shared / (left + right - shared).");
  m.def("sum_of_minima", &fill_minima<T>, "left"_a.noconvert(), "right"_a.noconvert(), "row_scale"_a.noconvert(),
        "column_scale"_a.noconvert(), "out"_a.noconvert(),
        "Fill with sums of minima of rows of whole steps, times the scales of row and column; sums below 2**16.");
  m.def("cap", &cap_values<T>, "values"_a.noconvert(), "Cut values at 1, NaN stays.");
  m.def("add_weighted", &add_weighted_values<T>, "total"_a.noconvert(), "values"_a.noconvert(), "weight"_a,
        "Add weight * values to the total.");
  m.def("add_known", &add_known_values<T>, "total"_a.noconvert(), "known"_a.noconvert(), "values"_a.noconvert(),
        "weight"_a, "Add weight * values to the total and the weight to `known`, where values are not NaN.");
}

}  // namespace

void bind_elementwise(nb::module_& m) {
  bind_for<float>(m);
  bind_for<double>(m);
}

}  // namespace pairwise::bind
