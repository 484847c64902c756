#pragma once

#include <cstddef>

namespace pairwise {

// Passes over blocks of values that products have filled: each entry is read and written once. T is float or
// double; results have the same bits on every machine. NaN is an unknown value.

// `columns` entries a row; the beginnings of neighbouring rows lie `step` entries apart.
template <class T>
struct Block {
  T* data;
  std::size_t rows, columns, step;
};

enum class Reciprocity { harmonic, min, mean, product };

// Overwrites what one side gains by the value of the pair; a known direction stands alone beside an unknown one.
template <class T>
void combine(Reciprocity kind, Block<T> mine, Block<const T> theirs);

// Overwrites what a row and a column share by its share of what either has: shared / (left + right - shared).
template <class T>
void share_of_union(Block<T> shared, const T* left, const T* right);

// Cuts values at 1.
template <class T>
void cap(Block<T> values);

// total += weight * values.
template <class T>
void add_weighted(Block<T> total, Block<const T> values, T weight);

// total += weight * values and known += weight, where the values are known.
template <class T>
void add_known(Block<T> total, Block<T> known, Block<const T> values, T weight);

}  // namespace pairwise
