#include "bindings_assignment.h"

#include "assignment.h"
#include "bindings.h"
#include "one_to_one.h"

namespace pairwise::bind {

using namespace nb::literals;

namespace {

// Fewest and most pairs of each node, and gains of the k-th pair as start and values (both empty: none).
using PythonLoads = std::tuple<Vector<Vertex>, Vector<Vertex>, Vector<std::int64_t>, Vector<Weight>>;

template <class T>
std::vector<T> copy(const Vector<T>& array) {
  const auto values = as_span(array);
  return {values.begin(), values.end()};
}

Loads to_loads(const PythonLoads& loads, std::size_t size) {
  Loads out{copy(std::get<0>(loads)), copy(std::get<1>(loads)), copy(std::get<2>(loads)), copy(std::get<3>(loads))};
  if (out.low.size() != size || out.high.size() != size) {
    throw std::invalid_argument("loads: must have one entry for each row or column");
  }
  for (std::size_t v = 0; v < size; ++v) {
    if (out.low[v] < 0 || out.low[v] > out.high[v]) throw std::invalid_argument("loads: must be 0 <= low <= high");
  }
  if (!out.gain_start.empty() &&
      (out.gain_start.size() != size + 1 || out.gain_start.front() != 0 ||
       out.gain_start.back() != static_cast<std::int64_t>(out.gain.size()))) {
    throw std::invalid_argument("gains: start must have one entry for each node and one more");
  }
  return out;
}

Answer to_dict(PricedAssignment&& answer) {
  Answer out;
  out["rows"] = to_numpy(std::move(answer.rows));
  out["cols"] = to_numpy(std::move(answer.cols));
  out["row_duals"] = to_numpy(std::move(answer.row_duals));
  out["col_duals"] = to_numpy(std::move(answer.col_duals));
  out["bonus"] = answer.bonus;
  out["complete"] = answer.complete;
  out["rounds"] = answer.rounds;
  return out;
}

template <class Number>
Answer table(const Table<Number>& weights, double scale, const PythonLoads& rows, const PythonLoads& cols,
             bool maximum, std::optional<double> time_limit) {
  const TableWeights<Number> view{weights.data(), static_cast<Vertex>(weights.shape(0)),
                                  static_cast<Vertex>(weights.shape(1)), scale};
  const AssignmentProblem problem{to_loads(rows, weights.shape(0)), to_loads(cols, weights.shape(1)), maximum};
  DeadlineOrSignal interrupt(time_limit);
  PricedAssignment answer;
  {
    nb::gil_scoped_release release;
    answer = assign_table(view, problem, interrupt);
  }
  return to_dict(std::move(answer));
}

Answer edges(const Vector<Vertex>& u, const Vector<Vertex>& v, const Vector<Weight>& weight, const PythonLoads& rows,
             const PythonLoads& cols, bool maximum, std::optional<double> time_limit) {
  const std::size_t n_rows = std::get<0>(rows).size(), n_cols = std::get<0>(cols).size();
  const AssignmentProblem problem{to_loads(rows, n_rows), to_loads(cols, n_cols), maximum};
  if (u.size() != v.size() || u.size() != weight.size()) {
    throw std::invalid_argument("edges: u, v and weight must have one length");
  }
  std::vector<Edge> list(u.size());
  for (std::size_t e = 0; e < list.size(); ++e) {
    list[e] = {u.data()[e], v.data()[e], weight.data()[e]};
    if (list[e].u < 0 || list[e].v < 0 || static_cast<std::size_t>(list[e].u) >= n_rows ||
        static_cast<std::size_t>(list[e].v) >= n_cols) {
      throw std::invalid_argument("edges: ends must be rows and columns");
    }
  }
  DeadlineOrSignal interrupt(time_limit);
  PricedAssignment answer;
  {
    nb::gil_scoped_release release;
    answer = assign_edges(list, problem, interrupt);
  }
  return to_dict(std::move(answer));
}

// A table that was read once for a one-to-one assignment.
template <class Number>
class TableReading {
 public:
  explicit TableReading(const Table<Number>& weights)
      : weights_(weights),
        solver_(weights.data(), static_cast<Vertex>(weights.shape(0)), static_cast<Vertex>(weights.shape(1))) {}

  std::pair<double, bool> magnitude() const { return {solver_.magnitude().largest, solver_.magnitude().whole}; }

  std::optional<Answer> assign(double scale, bool maximum, std::optional<double> time_limit) {
    DeadlineOrSignal interrupt(time_limit);
    std::optional<PricedAssignment> answer;
    {
      nb::gil_scoped_release release;
      answer = solver_.solve(scale, maximum, interrupt);
    }
    if (!answer) return std::nullopt;
    return to_dict(std::move(*answer));
  }

 private:
  Table<Number> weights_;  // keeps the entries alive
  OneToOne<Number> solver_;
};

template <class Number>
void bind_reading(nb::module_& m, const char* name) {
  using Reading = TableReading<Number>;
  nb::class_<Reading>(m, name, "A table that was read once for an assignment of every row to a column of its own.")
      .def(nb::init<const Table<Number>&>(), "weights"_a.noconvert())
      .def_prop_ro("magnitude", &Reading::magnitude,
                   "Largest absolute entry that is allowed, and whether all entries are whole numbers.")
      .def("assign", &Reading::assign, "scale"_a, "maximum"_a, "time_limit"_a = nb::none(),
           "The assignment of most weight; None where that takes pricing: rows must stay alone though as many pairs as "
           "can be are wanted.");
}

std::pair<double, bool> table_magnitude(const Table<double>& weights) {
  nb::gil_scoped_release release;
  const Magnitude found = magnitude_of({weights.data(), weights.size()});
  return {found.largest, found.whole};
}

}  // namespace

void bind_assignment(nb::module_& m) {
  m.def("assign_table", &table<double>, "weights"_a.noconvert(), "scale"_a, "rows"_a, "cols"_a, "maximum"_a,
        "time_limit"_a = nb::none(), "Maximum-weight assignment with loads on a full table, by pricing.");
  m.def("assign_table", &table<Weight>, "weights"_a.noconvert(), "scale"_a, "rows"_a, "cols"_a, "maximum"_a,
        "time_limit"_a = nb::none());
  bind_reading<double>(m, "FloatTableReading");
  bind_reading<Weight>(m, "IntTableReading");
  m.def("table_magnitude", &table_magnitude, "weights"_a.noconvert(),
        "Largest absolute entry that is allowed, and whether all entries are whole numbers.");
  m.def("assign_edges", &edges, "u"_a, "v"_a, "weight"_a, "rows"_a, "cols"_a, "maximum"_a,
        "time_limit"_a = nb::none(), "Maximum-weight assignment with loads on a list of pairs, each given once.");
}

}  // namespace pairwise::bind
