// The only file that knows nanobind: spans in, values out.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>

#include <chrono>
#include <cmath>
#include <optional>

#include "barrier.h"
#include "dense.h"
#include "sparse.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using pairwise::Vertex;
using pairwise::Weight;

template <class T>
using Vector = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Square = nb::ndarray<const T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <class T>
using Owned = nb::ndarray<nb::numpy, T, nb::ndim<1>>;

using Answer = nb::typed<nb::dict, nb::str, nb::any>;

template <class T>
Owned<T> to_numpy(std::vector<T> values) {
  auto* owner = new std::vector<T>(std::move(values));
  nb::capsule capsule(owner, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return Owned<T>(owner->data(), {owner->size()}, capsule);
}

// Stops at a deadline or at Ctrl-C; the signal is left to the caller, who asks `signalled`.
class DeadlineOrSignal final : public pairwise::Interrupt {
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
      PyErr_Clear();
      stopped_ = true;
    }
    return stopped_;
  }

 private:
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  bool stopped_ = false;
};

Answer to_dict(pairwise::PricedMatching&& answer) {
  Answer out;
  out["mate"] = to_numpy(std::move(answer.mate));
  out["vertex_duals"] = to_numpy(std::move(answer.duals.vertex));
  out["parents"] = to_numpy(std::move(answer.duals.parent));
  out["set_duals"] = to_numpy(std::move(answer.duals.set));
  out["bonus"] = answer.bonus;
  out["bye"] = answer.has_bye ? nb::cast(answer.bye) : nb::none();
  out["complete"] = answer.complete;
  out["rounds"] = answer.rounds;
  out["edges"] = answer.edges;
  return out;
}

pairwise::Cardinality cardinality_of(bool maximum) {
  return maximum ? pairwise::Cardinality::maximum : pairwise::Cardinality::any;
}

template <class Number>
pairwise::DenseWeights<Number> view(const Square<Number>& weights, double scale) {
  if (weights.shape(0) != weights.shape(1)) throw std::invalid_argument("weights: must be square");
  return {weights.data(), static_cast<Vertex>(weights.shape(0)), scale};
}

template <class Number>
Answer match_dense(const Square<Number>& weights, double scale, bool maximum,
                     std::optional<double> time_limit) {
  DeadlineOrSignal interrupt(time_limit);
  pairwise::PricedMatching answer;
  {
    nb::gil_scoped_release release;
    answer = pairwise::solve_dense(view(weights, scale), cardinality_of(maximum), interrupt);
  }
  return to_dict(std::move(answer));
}

std::vector<pairwise::Edge> to_edges(Vertex n, const Vertex* u, const Vertex* v, const Weight* weight,
                                     std::size_t count) {
  std::vector<pairwise::Edge> edges(count);
  for (std::size_t e = 0; e < count; ++e) {
    edges[e] = {u[e], v[e], weight[e]};
    if (edges[e].u < 0 || edges[e].v < 0 || edges[e].u >= n || edges[e].v >= n || edges[e].u == edges[e].v) {
      throw std::invalid_argument("edges: ends must be two different vertices in 0 ... n - 1");
    }
  }
  return edges;
}

Answer match_sparse(Vertex n, const Vector<Vertex>& u, const Vector<Vertex>& v, const Vector<Weight>& weight,
                      bool maximum, std::optional<double> time_limit) {
  if (u.size() != v.size() || u.size() != weight.size()) {
    throw std::invalid_argument("edges: u, v and w must have one length");
  }
  const auto edges = to_edges(n, u.data(), v.data(), weight.data(), u.size());
  DeadlineOrSignal interrupt(time_limit);
  pairwise::PricedMatching answer;
  {
    nb::gil_scoped_release release;
    answer = pairwise::solve_sparse(n, edges, cardinality_of(maximum), interrupt);
  }
  return to_dict(std::move(answer));
}

Owned<std::int8_t> barrier(Vertex n, const Vector<Vertex>& u, const Vector<Vertex>& v,
                           const Vector<Vertex>& mate) {
  const std::vector<Weight> none(u.size(), 0);
  const auto edges = to_edges(n, u.data(), v.data(), none.data(), u.size());
  const auto sides = pairwise::tutte_berge(n, edges, {mate.data(), mate.size()});
  std::vector<std::int8_t> out;
  out.reserve(sides.size());
  for (const auto side : sides) out.push_back(static_cast<std::int8_t>(side));
  return to_numpy(std::move(out));
}

template <class Number>
std::pair<Vertex, Vertex> asymmetry(const Square<Number>& weights) {
  nb::gil_scoped_release release;
  return pairwise::find_asymmetry(view(weights, 1.0));
}

// Largest |entry| that is allowed (infinity if +infinity occurs), and whether all allowed entries are whole.
std::pair<double, bool> magnitude(const Square<double>& weights) {
  nb::gil_scoped_release release;
  double largest = 0;
  bool whole = true;
  const std::size_t n = weights.shape(0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const double value = weights.data()[i * n + j];
      if (!(value > -std::numeric_limits<double>::infinity())) continue;
      largest = std::max(largest, std::abs(value));
      whole = whole && value == std::rint(value);
    }
  }
  return {largest, whole};
}

}  // namespace

NB_MODULE(_kernel, m) {
  m.doc() = "Compiled kernel of pairwise: arrays in, arrays out, no people.";
  m.def(
      "version", [] { return PAIRWISE_VERSION; },
      "Return the version of pairwise that this kernel was built from.");
  m.def("match_dense", &match_dense<double>, "weights"_a.noconvert(), "scale"_a, "maximum"_a,
        "time_limit"_a = nb::none(), "Maximum-weight matching on a symmetric matrix of floats.");
  m.def("match_dense", &match_dense<Weight>, "weights"_a.noconvert(), "scale"_a, "maximum"_a,
        "time_limit"_a = nb::none(), "Maximum-weight matching on a symmetric matrix of integers.");
  m.def("match_sparse", &match_sparse, "n"_a, "u"_a, "v"_a, "weight"_a, "maximum"_a,
        "time_limit"_a = nb::none(), "Maximum-weight matching on a list of edges.");
  m.def("tutte_berge", &barrier, "n"_a, "u"_a, "v"_a, "mate"_a,
        "Gallai-Edmonds sides: 0 even, 1 barrier, 2 the rest; `mate` must be of maximum cardinality.");
  m.def("magnitude", &magnitude, "weights"_a.noconvert(),
        "Largest absolute entry off the diagonal, and whether all entries are whole numbers.");
  m.def("find_asymmetry", &asymmetry<double>, "weights"_a.noconvert(),
        "First (i, j) where the matrix is not symmetric; (-1, -1) if none.");
  m.def("find_asymmetry", &asymmetry<Weight>, "weights"_a.noconvert(),
        "First (i, j) where the matrix is not symmetric; (-1, -1) if none.");
}
