#pragma once

// What all files of bindings share. Only bindings*.cpp include this.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/tuple.h>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "common.h"

namespace pairwise::bind {

namespace nb = nanobind;

template <class T>
using Vector = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Table = nb::ndarray<const T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <class T>
using Owned = nb::ndarray<nb::numpy, T, nb::ndim<1>>;
using Answer = nb::typed<nb::dict, nb::str, nb::any>;

template <class T>
Owned<T> to_numpy(std::vector<T> values) {
  auto* owner = new std::vector<T>(std::move(values));
  nb::capsule capsule(owner, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return Owned<T>(owner->data(), {owner->size()}, capsule);
}

template <class T>
std::span<const T> as_span(const Vector<T>& array) {
  return {array.data(), array.size()};
}

// Stops at a deadline or at Ctrl-C. The search then ends in good order, and what the handler of the signal
// raised, KeyboardInterrupt as a rule, is raised as soon as Python runs again.
class DeadlineOrSignal final : public Interrupt {
 public:
  explicit DeadlineOrSignal(std::optional<double> seconds) {
    if (!seconds) return;
    deadline_ = std::chrono::steady_clock::now() +
                std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                    std::chrono::duration<double>(*seconds));
  }

  bool stop() override {
    if (stopped_) return true;
    if (deadline_ && std::chrono::steady_clock::now() >= *deadline_) return stopped_ = true;
    nb::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) {
      raise_later(std::make_unique<nb::python_error>());
      stopped_ = true;
    }
    return stopped_;
  }

 private:
  static void raise_later(std::unique_ptr<nb::python_error> error) {
    const auto raise = [](void* data) {
      const std::unique_ptr<nb::python_error> raised(static_cast<nb::python_error*>(data));
      raised->restore();
      return -1;
    };
    if (Py_AddPendingCall(raise, error.get()) == 0) (void)error.release();
  }

  std::optional<std::chrono::steady_clock::time_point> deadline_;
  bool stopped_ = false;
};

// Runs `search` without the lock; Ctrl-C is the KeyboardInterrupt it is everywhere.
template <class Search>
auto interruptible(Search&& search, std::optional<double> seconds = std::nullopt) {
  DeadlineOrSignal interrupt(seconds);
  try {
    nb::gil_scoped_release release;
    return search(interrupt);
  } catch (const Stopped&) {
    PyErr_SetNone(PyExc_KeyboardInterrupt);
    throw nb::python_error();
  }
}

}  // namespace pairwise::bind
