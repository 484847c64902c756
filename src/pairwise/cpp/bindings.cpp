// Only bindings*.cpp know nanobind: spans in, values out.
#include "bindings.h"

#include <cmath>
#include <limits>

#include "barrier.h"
#include "bindings_assignment.h"
#include "bindings_elementwise.h"
#include "bindings_matcher.h"
#include "bindings_partition.h"
#include "bindings_schedule.h"
#include "bindings_sharing.h"
#include "bindings_stable.h"
#include "dense.h"
#include "framed_matcher.h"
#include "sparse.h"

namespace pairwise::bind {

using namespace nb::literals;

namespace {

Answer to_dict(PricedMatching&& answer) {
  Answer out;
  out["mate"] = to_numpy(std::move(answer.mate));
  out["vertex_duals"] = to_numpy(std::move(answer.duals.vertex));
  out["parents"] = to_numpy(std::move(answer.duals.parent));
  out["set_duals"] = to_numpy(std::move(answer.duals.set));
  out["bonus"] = answer.bonus;
  out["bye"] = answer.has_bye ? nb::cast(answer.bye) : nb::none();
  out["complete"] = answer.complete;
  out["rounds"] = answer.rounds;
  return out;
}

Cardinality cardinality_of(bool maximum) { return maximum ? Cardinality::maximum : Cardinality::any; }

template <class Number>
DenseWeights<Number> view(const Table<Number>& weights, double scale) {
  if (weights.shape(0) != weights.shape(1)) throw std::invalid_argument("weights: must be square");
  return {weights.data(), static_cast<Vertex>(weights.shape(0)), scale};
}

void check_vertex(Vertex v, Vertex last) {
  if (v < 0 || v > last) throw std::invalid_argument("vertices, pairs: must name vertices");
}

// A dense solver together with the matrix it reads.
template <class Number>
class DenseMatcher {
 public:
  DenseMatcher(Table<Number> weights, double scale, bool maximum, std::optional<std::pair<Number, Number>> span,
               const std::optional<Vector<Vertex>>& absent)
      : weights_(std::move(weights)),
        solver_(view(weights_, scale), cardinality_of(maximum), span, checked(absent)) {}

  DenseMatcher(const DenseMatcher& other, Table<Number> weights)
      : weights_(std::move(weights)), solver_(other.solver_, weights_.data()) {
    if (weights_.shape(0) != other.weights_.shape(0) || weights_.shape(1) != weights_.shape(0)) {
      throw std::invalid_argument("weights: must have the shape of the former ones");
    }
  }

  Answer solve(std::optional<double> time_limit) {
    DeadlineOrSignal interrupt(time_limit);
    PricedMatching answer;
    {
      nb::gil_scoped_release release;
      answer = solver_.solve(interrupt);
    }
    return to_dict(std::move(answer));
  }

  Answer solve_without(const Vector<Vertex>& vertices, const Table<Vertex>& pairs,
                       std::optional<double> time_limit) {
    DeadlineOrSignal interrupt(time_limit);
    const Vertex last = solver_.vertices() - 1;
    std::vector<std::pair<Vertex, Vertex>> apart;
    for (std::size_t k = 0; k + 1 < pairs.size(); k += 2) apart.emplace_back(pairs.data()[k], pairs.data()[k + 1]);
    for (std::size_t k = 0; k < vertices.size(); ++k) check_vertex(vertices.data()[k], last);
    for (const auto& [u, v] : apart) {
      check_vertex(u, last);
      check_vertex(v, last);
    }
    PricedMatching answer;
    {
      nb::gil_scoped_release release;
      answer = solver_.solve_without(as_span(vertices), apart, interrupt);
    }
    return to_dict(std::move(answer));
  }

  void row_changed(Vertex v) { solver_.row_changed(one_of_all(v)); }
  void pair_changed(Vertex u, Vertex v) { solver_.pair_changed(one_of_all(u), one_of_all(v)); }
  void leave(Vertex v) { solver_.leave(one_of_all(v)); }

 private:
  Vertex one_of_all(Vertex v) const {
    check_vertex(v, static_cast<Vertex>(weights_.shape(0)) - 1);
    return v;
  }
  std::span<const Vertex> checked(const std::optional<Vector<Vertex>>& vertices) const {
    if (!vertices) return {};
    for (const Vertex v : as_span(*vertices)) one_of_all(v);
    return as_span(*vertices);
  }

  Table<Number> weights_;
  DenseSolver<Number> solver_;
};

template <class Number>
void bind_dense(nb::module_& m, const char* name) {
  using Self = DenseMatcher<Number>;
  nb::class_<Self>(m, name, "Maximum-weight matching on a symmetric matrix, by pricing.")
      .def(nb::init<Table<Number>, double, bool, std::optional<std::pair<Number, Number>>,
                    std::optional<Vector<Vertex>>>(),
           "weights"_a.noconvert(), "scale"_a, "maximum"_a, "span"_a = nb::none(), "absent"_a = nb::none())
      .def("on", [](const Self& self, Table<Number> weights) { return Self(self, std::move(weights)); },
           "weights"_a.noconvert(), "A copy that reads another matrix; rows and pairs that differ are told as changes.")
      .def("solve", &Self::solve, "time_limit"_a = nb::none(),
           "Solve from scratch; after changes, from the optimum before them.")
      .def("row_changed", &Self::row_changed, "v"_a, "Take over all new entries of v; v takes part from now on.")
      .def("pair_changed", &Self::pair_changed, "u"_a, "v"_a, "Take over a new entry.")
      .def("leave", &Self::leave, "v"_a, "Let v take no part.")
      .def("solve_without", &Self::solve_without, "vertices"_a, "pairs"_a, "time_limit"_a = nb::none(),
           "Solve without some vertices (n: the bye) and some pairs, from the optimum that `solve` left.");
  m.def(
      "find_asymmetry",
      [](const Table<Number>& weights) {
        nb::gil_scoped_release release;
        return find_asymmetry(view(weights, 1.0));
      },
      "weights"_a.noconvert(), "First (i, j) where the matrix is not symmetric; (-1, -1) if none.");
}

Answer match_sparse(Vertex n, const Vector<Vertex>& u, const Vector<Vertex>& v, const Vector<Weight>& weight,
                    bool maximum, std::optional<double> time_limit) {
  const auto edges = to_edges(n, as_span(u), as_span(v), as_span(weight));
  DeadlineOrSignal interrupt(time_limit);
  PricedMatching answer;
  {
    nb::gil_scoped_release release;
    answer = solve_sparse(n, edges, cardinality_of(maximum), interrupt);
  }
  return to_dict(std::move(answer));
}

// A FramedMatcher on n vertices for weights in [low, high].
class SparseMatcher {
 public:
  SparseMatcher(Vertex n, Weight low, Weight high, bool maximum) : n_(n), framed_(n, frame(n, low, high, maximum)) {}

  Answer load(const Vector<Vertex>& u, const Vector<Vertex>& v, const Vector<Weight>& weight,
              std::optional<double> time_limit) {
    const auto edges = to_edges(n_, as_span(u), as_span(v), as_span(weight));
    DeadlineOrSignal interrupt(time_limit);
    {
      nb::gil_scoped_release release;
      framed_.load(edges, interrupt);
    }
    return solve_until(interrupt);
  }

  Answer solve(std::optional<double> time_limit) {
    DeadlineOrSignal interrupt(time_limit);
    return solve_until(interrupt);
  }

  void set_edges(Vertex v, const Vector<Vertex>& partner, const Vector<Weight>& weight) {
    const std::vector<Vertex> tail(partner.size(), one_of_all(v));
    framed_.set_edges(v, to_edges(n_, tail, as_span(partner), as_span(weight)));
  }
  void set_edge(Vertex u, Vertex v, Weight weight) { framed_.set_edge(one_of_all(u), one_of_all(v), weight); }
  void remove_edge(Vertex u, Vertex v) { framed_.remove_edge(one_of_all(u), one_of_all(v)); }
  void leave(Vertex v) { framed_.leave(one_of_all(v)); }

 private:
  static PricedMatching frame(Vertex n, Weight low, Weight high, bool maximum) {
    if (n < 0) throw std::invalid_argument("n: must be >= 0");
    PricedMatching frame;
    frame.frame(n, static_cast<long double>(low), static_cast<long double>(high), maximum);
    return frame;
  }
  Vertex one_of_all(Vertex v) const {
    check_vertex(v, n_ - 1);
    return v;
  }
  Answer solve_until(Interrupt& interrupt) {
    PricedMatching answer;
    {
      nb::gil_scoped_release release;
      framed_.call_bye();
      answer = framed_.answer(framed_.solve(interrupt));
    }
    return to_dict(std::move(answer));
  }

  Vertex n_;
  FramedMatcher framed_;
};

void bind_sparse(nb::module_& m) {
  using Self = SparseMatcher;
  nb::class_<Self>(m, "SparseMatcher", "Maximum-weight matching on edges that change; cardinality first if asked.")
      .def(nb::init<Vertex, Weight, Weight, bool>(), "n"_a, "low"_a, "high"_a, "maximum"_a)
      .def("__copy__", [](const Self& self) { return Self(self); })
      .def("load", &Self::load, "u"_a, "v"_a, "weight"_a, "time_limit"_a = nb::none(),
           "Load the edges of an empty matcher and solve.")
      .def("solve", &Self::solve, "time_limit"_a = nb::none(), "Solve from the optimum before the changes.")
      .def("set_edges", &Self::set_edges, "v"_a, "partner"_a, "weight"_a,
           "Replace all edges of v; v takes part from now on.")
      .def("set_edge", &Self::set_edge, "u"_a, "v"_a, "weight"_a, "Set the weight of an edge, new or not.")
      .def("remove_edge", &Self::remove_edge, "u"_a, "v"_a, "Remove an edge, if it is there.")
      .def("leave", &Self::leave, "v"_a, "Let v take no part.");
}

Owned<std::int8_t> barrier(Vertex n, const Vector<Vertex>& u, const Vector<Vertex>& v,
                           const Vector<Vertex>& mate) {
  const std::vector<Weight> none(u.size(), 0);
  const auto sides = tutte_berge(n, to_edges(n, as_span(u), as_span(v), none), as_span(mate));
  std::vector<std::int8_t> out;
  out.reserve(sides.size());
  for (const auto side : sides) out.push_back(static_cast<std::int8_t>(side));
  return to_numpy(std::move(out));
}

// Largest |entry| that is allowed (infinity if +infinity occurs), and whether all allowed entries are whole.
std::pair<double, bool> magnitude(const Table<double>& weights) {
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
}  // namespace pairwise::bind

NB_MODULE(_kernel, m) {
  using namespace pairwise::bind;
  using namespace nb::literals;
  m.doc() = "Compiled kernel of pairwise: arrays in, arrays out, no people.";
  m.def(
      "version", [] { return PAIRWISE_VERSION; },
      "Return the version of pairwise that this kernel was built from.");
  bind_dense<double>(m, "DenseMatcher");
  bind_dense<pairwise::Weight>(m, "IntegerDenseMatcher");
  m.def("match_sparse", &match_sparse, "n"_a, "u"_a, "v"_a, "weight"_a, "maximum"_a,
        "time_limit"_a = nb::none(), "Maximum-weight matching on a list of edges.");
  m.def("tutte_berge", &barrier, "n"_a, "u"_a, "v"_a, "mate"_a,
        "Gallai-Edmonds sides: 0 even, 1 barrier, 2 the rest; `mate` must be of maximum cardinality.");
  m.def("magnitude", &magnitude, "weights"_a.noconvert(),
        "Largest absolute entry off the diagonal, and whether all entries are whole numbers.");
  bind_sparse(m);
  bind_assignment(m);
  bind_elementwise(m);
  bind_matcher(m);
  bind_partition(m);
  bind_schedule(m);
  bind_sharing(m);
  bind_stable(m);
}
