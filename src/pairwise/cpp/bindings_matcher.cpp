#include <algorithm>
#include <cstring>
#include <memory>

#include "bindings.h"
#include "bindings_matcher.h"
#include "laminar.h"
#include "matcher.h"
#include "pool.h"
#include "uncovered.h"

namespace pairwise::bind {

using namespace nb::literals;

namespace {

// A Matcher with what Python asks of it. Duals and weights are at the scales of Matcher.
class StatefulMatcher {
 public:
  explicit StatefulMatcher(Vertex n) : matcher_(n) {}

  void load(const Vector<Vertex>& u, const Vector<Vertex>& v, const Vector<Weight>& weight,
            std::optional<double> time_limit, const StatefulMatcher* before) {
    const auto edges = to_edges(matcher_.size(), as_span(u), as_span(v), as_span(weight));
    if (before != nullptr && (!before->fractional_ || before->matcher_.size() != matcher_.size())) {
      throw std::invalid_argument("before: must have been loaded with edges of as many vertices");
    }
    DeadlineOrSignal interrupt(time_limit);
    nb::gil_scoped_release release;
    common_.reset();
    fractional_ = std::make_shared<const FractionalOptimum>(
        matcher_.load(edges, interrupt, before == nullptr ? nullptr : before->fractional_.get()));
  }

  Outcome solve(std::optional<double> time_limit, Weight horizon) {
    DeadlineOrSignal interrupt(time_limit);
    nb::gil_scoped_release release;
    common_.reset();
    return matcher_.solve(interrupt, std::min(horizon, kInfinity));
  }

  void add_edges(const Vector<Vertex>& u, const Vector<Vertex>& v, const Vector<Weight>& weight) {
    const auto edges = to_edges(matcher_.size(), as_span(u), as_span(v), as_span(weight));
    nb::gil_scoped_release release;
    common_.reset();
    for (const Edge& edge : edges) matcher_.add_edge(edge.u, edge.v, edge.weight);
  }

  void set_edges(Vertex v, const Vector<Vertex>& partner, const Vector<Weight>& weight) {
    const std::vector<Vertex> tail(partner.size(), v);
    const auto edges = to_edges(matcher_.size(), tail, as_span(partner), as_span(weight));
    common_.reset();
    matcher_.set_edges(v, edges);
  }

  void remove_edge(Vertex u, Vertex v) {
    if (u < 0 || v < 0 || u >= matcher_.size() || v >= matcher_.size()) {
      throw std::invalid_argument("u, v: must be two of 0 ... n - 1");
    }
    common_.reset();
    matcher_.remove_edge(u, v);
  }

  void isolate(Vertex v) {
    if (v < 0 || v >= matcher_.size()) throw std::invalid_argument("v: must be one of 0 ... n - 1");
    common_.reset();
    matcher_.isolate(v);
  }

  Owned<Vertex> mates() const { return to_numpy(matcher_.mates()); }

  Owned<Weight> vertex_duals() const {
    std::vector<Weight> duals(static_cast<std::size_t>(matcher_.size()));
    for (Vertex v = 0; v < matcher_.size(); ++v) duals[static_cast<std::size_t>(v)] = matcher_.dual(v);
    return to_numpy(std::move(duals));
  }

  nb::typed<nb::tuple, nb::any, nb::any, nb::any> duals() const {
    DualSolution duals = matcher_.duals();
    return nb::make_tuple(to_numpy(std::move(duals.vertex)), to_numpy(std::move(duals.parent)),
                          to_numpy(std::move(duals.set)));
  }

  // By how much the duals fall short of covering each pair; <= 0: covered.
  Owned<Weight> shortfall(const Vector<Vertex>& u, const Vector<Vertex>& v, const Vector<Weight>& weight) {
    const auto edges = to_edges(matcher_.size(), as_span(u), as_span(v), as_span(weight));
    std::vector<Weight> missing(edges.size());
    {
      nb::gil_scoped_release release;
      const CommonDual& sums = common();
      for (std::size_t e = 0; e < edges.size(); ++e) {
        const auto& [a, b, w] = edges[e];
        missing[e] = 2 * w - matcher_.dual(a) - matcher_.dual(b);
        if (missing[e] > 0) missing[e] -= sums(a, b);
      }
    }
    return to_numpy(std::move(missing));
  }

  std::uint64_t searches() const { return matcher_.searches(); }

 private:
  const CommonDual& common() {
    if (!common_) common_ = std::make_shared<const CommonDual>(matcher_);
    return *common_;
  }

  Matcher matcher_;
  std::shared_ptr<const FractionalOptimum> fractional_;  // that was loaded
  std::shared_ptr<const CommonDual> common_;  // of the present duals, made when first asked
};

void offer_block(CandidatePool& pool, const Table<float>& block, Vertex row, Vertex column,
                 const Vector<float>& potential, const SetPotential& sets) {
  const auto rows = static_cast<Vertex>(block.shape(0)), columns = static_cast<Vertex>(block.shape(1));
  if (row < 0 || column < 0 || row + rows > pool.size() || column + columns > pool.size() ||
      potential.size() != static_cast<std::size_t>(pool.size()) || sets.size() != pool.size()) {
    throw std::invalid_argument("block: must lie within the n x n pairs, with n potentials and places in sets");
  }
  nb::gil_scoped_release release;
  pool.offer_block(block.data(), rows, columns, row, column, as_span(potential), sets);
}

void merge_pool(CandidatePool& pool, const CandidatePool& other, const Vector<Vertex>& place) {
  const auto inside = [&](Vertex v) { return 0 <= v && v < pool.size(); };
  if (place.size() != static_cast<std::size_t>(other.size()) ||
      !std::all_of(place.data(), place.data() + place.size(), inside)) {
    throw std::invalid_argument("place: must name a person of this pool for each of the other");
  }
  nb::gil_scoped_release release;
  pool.merge(other, as_span(place));
}

// A view of the slots of a pool, which it keeps alive.
template <class T>
using Slots = nb::ndarray<nb::numpy, const T, nb::ndim<2>>;

template <class T>
Slots<T> slots_of(const CandidatePool& pool, std::span<const T> values) {
  const auto n = static_cast<std::size_t>(pool.size()), k = static_cast<std::size_t>(pool.slots());
  return {values.data(), {n, k}, nb::find(pool)};
}

using PoolState = std::tuple<Table<float>, Table<Vertex>>;

// Arrays that came over a wire need not be aligned.
template <class Entry>
std::vector<Entry> received(const Table<Entry>& table) {
  std::vector<Entry> entries(table.size());
  if (!entries.empty()) std::memcpy(entries.data(), table.data(), entries.size() * sizeof(Entry));
  return entries;
}

void restore_pool(CandidatePool& pool, const PoolState& state) {
  const auto& [keys, partners] = state;
  if (keys.size() != partners.size() || keys.shape(1) < 1) throw std::invalid_argument("state: not that of a pool");
  new (&pool) CandidatePool(static_cast<Vertex>(keys.shape(1)), received(keys), received(partners));
}

CandidatePool new_pool(Vertex n, Vertex slots) {
  if (n < 0 || slots < 1) throw std::invalid_argument("slots: must be >= 1");
  return CandidatePool(n, slots);
}

SetPotential new_set_potential(const Vector<Vertex>& place, const Vector<float>& meeting) {
  const auto places = static_cast<Vertex>(meeting.size());
  const auto fits = [&](Vertex p) { return -1 <= p && p < places; };
  if (!std::all_of(place.data(), place.data() + place.size(), fits)) {
    throw std::invalid_argument("place: must be -1 or a place in meeting");
  }
  return SetPotential(as_span(place), as_span(meeting));
}

Owned<float> of_pairs(const SetPotential& sets, const Vector<Vertex>& i, const Vector<Vertex>& j) {
  const std::vector<Weight> none(i.size(), 0);
  const auto pairs = to_edges(sets.size(), as_span(i), as_span(j), none);
  std::vector<float> lost(pairs.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) lost[k] = sets(pairs[k].u, pairs[k].v);
  return to_numpy(std::move(lost));
}

nb::typed<nb::tuple, nb::any, nb::any, nb::any> suspects(const Vector<float>& threshold, const Vector<double>& moved,
                                                          const Vector<Vertex>& group, const Vector<double>& lost,
                                                          std::size_t most) {
  const std::size_t n = threshold.size();
  if (moved.size() != n || group.size() != n || lost.size() != n) {
    throw std::invalid_argument("threshold, moved, group, lost: must have one length");
  }
  Suspects found;
  {
    nb::gil_scoped_release release;
    found = unpooled_suspects(as_span(threshold), {as_span(moved), as_span(group), as_span(lost)}, most);
  }
  return nb::make_tuple(to_numpy(std::move(found.i)), to_numpy(std::move(found.j)),
                        to_numpy(std::move(found.heavy)));
}

nb::typed<nb::tuple, nb::any, nb::any> uncovered_pairs(const Table<float>& block, const Vector<Vertex>& rows,
                                                       Vertex column, const Vector<float>& floor,
                                                       const SetPotential& sets, bool upper) {
  const auto n = static_cast<Vertex>(floor.size()), columns = static_cast<Vertex>(block.shape(1));
  const auto inside = [&](Vertex v) { return 0 <= v && v < n; };
  if (rows.size() != block.shape(0) || column < 0 || column + columns > n || sets.size() != n ||
      !std::all_of(rows.data(), rows.data() + rows.size(), inside)) {
    throw std::invalid_argument("block: its rows and columns must be people with a floor and a place in sets");
  }
  Pairs found;
  {
    nb::gil_scoped_release release;
    found = uncovered(block.data(), as_span(rows), column, columns, as_span(floor), sets, upper);
  }
  return nb::make_tuple(to_numpy(std::move(found.i)), to_numpy(std::move(found.j)));
}

DualSolution family(const Vector<Vertex>& parents, const Vector<Weight>& set_duals) {
  DualSolution duals;
  duals.parent.assign(parents.data(), parents.data() + parents.size());
  duals.set.assign(set_duals.data(), set_duals.data() + set_duals.size());
  if (duals.set.size() > duals.parent.size()) throw std::invalid_argument("parents: one for each vertex and set");
  return duals;
}

Vertex vertices_of(const DualSolution& family) {
  return static_cast<Vertex>(family.parent.size() - family.set.size());
}

nb::typed<nb::tuple, nb::any, nb::any> common_order(const Vector<Vertex>& parents, const Vector<Weight>& set_duals) {
  const DualSolution duals = family(parents, set_duals);
  const CommonDual common(duals, vertices_of(duals));
  std::vector<Vertex> place(static_cast<std::size_t>(vertices_of(duals)), -1);
  Vertex next = 0;
  for (const Vertex v : common.order()) place[static_cast<std::size_t>(v)] = next++;
  const auto meeting = common.meeting();
  return nb::make_tuple(to_numpy(std::move(place)), to_numpy(std::vector<Weight>(meeting.begin(), meeting.end())));
}

Owned<Weight> common_dual(const Vector<Vertex>& parents, const Vector<Weight>& set_duals, const Vector<Vertex>& u,
                          const Vector<Vertex>& v) {
  const DualSolution duals = family(parents, set_duals);
  const Vertex n = vertices_of(duals);
  const std::vector<Weight> none(u.size(), 0);
  const auto edges = to_edges(n, as_span(u), as_span(v), none);
  std::vector<Weight> common(edges.size());
  {
    nb::gil_scoped_release release;
    const CommonDual of(duals, n);
    for (std::size_t e = 0; e < edges.size(); ++e) common[e] = of(edges[e].u, edges[e].v);
  }
  return to_numpy(std::move(common));
}

Owned<Weight> lost(const Vector<Vertex>& parents, const Vector<Weight>& set_duals, const Vector<Vertex>& parents_now,
                   const Vector<Weight>& set_duals_now) {
  const DualSolution before = family(parents, set_duals), now = family(parents_now, set_duals_now);
  const Vertex n = vertices_of(now);
  if (vertices_of(before) != n) throw std::invalid_argument("parents, parents_now: must be of as many vertices");
  std::vector<Weight> lost;
  {
    nb::gil_scoped_release release;
    lost = lost_in_common(before, CommonDual(now, n));
  }
  return to_numpy(std::move(lost));
}

// A maximal matching, heaviest edges first (in the order given among equals).
Owned<Vertex> greedy_mates(Vertex n, const Vector<Vertex>& u, const Vector<Vertex>& v, const Vector<Weight>& weight) {
  auto edges = to_edges(n, as_span(u), as_span(v), as_span(weight));
  std::vector<Vertex> mate(static_cast<std::size_t>(n), -1);
  {
    nb::gil_scoped_release release;
    std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.weight > b.weight; });
    for (const Edge& edge : edges) {
      auto& a = mate[static_cast<std::size_t>(edge.u)];
      auto& b = mate[static_cast<std::size_t>(edge.v)];
      if (a >= 0 || b >= 0) continue;
      a = edge.v;
      b = edge.u;
    }
  }
  return to_numpy(std::move(mate));
}

}  // namespace

std::vector<Edge> to_edges(Vertex n, std::span<const Vertex> u, std::span<const Vertex> v,
                           std::span<const Weight> weight) {
  if (u.size() != v.size() || u.size() != weight.size()) {
    throw std::invalid_argument("edges: u, v and weight must have one length");
  }
  std::vector<Edge> edges(u.size());
  for (std::size_t e = 0; e < edges.size(); ++e) {
    edges[e] = {u[e], v[e], weight[e]};
    if (u[e] < 0 || v[e] < 0 || u[e] >= n || v[e] >= n || u[e] == v[e]) {
      throw std::invalid_argument("edges: ends must be two different vertices in 0 ... n - 1");
    }
  }
  return edges;
}

void bind_matcher(nb::module_& m) {
  nb::enum_<Outcome>(m, "Outcome", "How a search for the optimum ended.")
      .value("optimal", Outcome::optimal)
      .value("at_horizon", Outcome::at_horizon, "To leave a free vertex alone would cost more than the horizon.")
      .value("interrupted", Outcome::interrupted);

  nb::class_<StatefulMatcher>(m, "Matcher", "Maximum-weight matching that stays optimal while edges change.")
      .def(nb::init<Vertex>(), "n"_a)
      .def("__copy__", [](const StatefulMatcher& self) { return StatefulMatcher(self); })
      .def("load", &StatefulMatcher::load, "u"_a, "v"_a, "weight"_a, "time_limit"_a = nb::none(),
           "before"_a = nb::none(),
           "Load the edges of an empty matcher; starts from the fractional optimum. To find that takes less time from "
           "that of a matcher which was loaded with some of the edges.")
      .def("solve", &StatefulMatcher::solve, "time_limit"_a = nb::none(), "horizon"_a = kInfinity,
           "Restore optimality; no search moves a dual by more than the horizon.")
      .def("add_edges", &StatefulMatcher::add_edges, "u"_a, "v"_a, "weight"_a,
           "Add edges; of parallel edges the larger weight counts.")
      .def("set_edges", &StatefulMatcher::set_edges, "v"_a, "partner"_a, "weight"_a, "Replace all edges at v.")
      .def("remove_edge", &StatefulMatcher::remove_edge, "u"_a, "v"_a, "Remove an edge, if it is there.")
      .def("isolate", &StatefulMatcher::isolate, "v"_a, "Remove all edges at v.")
      .def("mates", &StatefulMatcher::mates, "Partner of each vertex, -1 if alone.")
      .def("vertex_duals", &StatefulMatcher::vertex_duals, "Duals of vertices, at twice the scale of weights.")
      .def("duals", &StatefulMatcher::duals, "Vertex duals, parents and set duals of the laminar family.")
      .def("shortfall", &StatefulMatcher::shortfall, "u"_a, "v"_a, "weight"_a,
           "By how much the duals fall short of covering each pair (at twice the scale); <= 0: covered.")
      .def_prop_ro("searches", &StatefulMatcher::searches, "Number of tree searches so far.");

  nb::class_<CandidatePool>(m, "CandidatePool", "The best few partners of everybody, collected block by block.")
      .def(nb::new_(&new_pool), "n"_a, "slots"_a)
      .def("offer_block", &offer_block, "block"_a.noconvert(), "row"_a, "column"_a, "potential"_a, "sets"_a,
           "Offer all pairs above the diagonal of a block of scores to both ends.")
      .def("merge", &merge_pool, "other"_a, "place"_a,
           "Merge a pool over other pairs; its person v is person place[v] of this one.")
      .def("keys", [](const CandidatePool& self) { return slots_of(self, self.keys()); },
           "Score less all potentials, descending; (n, slots).")
      .def("partners", [](const CandidatePool& self) { return slots_of(self, self.partners()); },
           "Partners by slot, -1 where unused; (n, slots).")
      .def("__getstate__",
           [](const CandidatePool& self) {
             return std::make_tuple(slots_of(self, self.keys()), slots_of(self, self.partners()));
           })
      .def("__setstate__", &restore_pool);

  nb::class_<SetPotential>(m, "SetPotential", "What nested sets of people take off the scores of pairs among them.")
      .def(nb::new_(&new_set_potential), "place"_a, "meeting"_a)
      .def("of_pairs", &of_pairs, "i"_a, "j"_a, "What pairs lose; each of two different people.");

  m.def("uncovered", &uncovered_pairs, "block"_a.noconvert(), "rows"_a, "column"_a, "floor"_a, "sets"_a, "upper"_a,
        "Pairs of a block whose score is above the floors of both and what their sets cover; with `upper`, of i < j.");
  m.def("common_dual", &common_dual, "parents"_a, "set_duals"_a, "u"_a, "v"_a,
        "Sum of the duals of the sets of a laminar family that hold both ends of each pair.");
  m.def("common_order", &common_order, "parents"_a, "set_duals"_a,
        "Place of each vertex in an order in which all sets are runs, -1 if in none, and the sum of the duals that each "
        "of the order has in common with the one before it.");
  m.def("lost_in_common", &lost, "parents"_a, "set_duals"_a, "parents_now"_a, "set_duals_now"_a,
        "By vertex: a bound on how much less any pair of it has in common in the second laminar family.");
  m.def("greedy_mates", &greedy_mates, "n"_a, "u"_a, "v"_a, "weight"_a,
        "Partners of a maximal matching that takes the heaviest edges first.");
  m.def("unpooled_suspects", &suspects, "threshold"_a, "moved"_a, "group"_a, "lost"_a, "most"_a,
        "Pairs (i, j) outside the pool that the duals may not cover, and rows with more than `most` of them.");
}

}  // namespace pairwise::bind
