#include "bindings_partition.h"

#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "partition.h"
#include "partition_bound.h"

namespace pairwise::bind {

using namespace nb::literals;

namespace {

// A partition problem together with the arrays it reads. Everything is checked in Python.
class Partitioner {
 public:
  Partitioner(Table<std::int32_t> weights, Vertex least, Vertex most, const Vector<Weight>& factor,
              const Vector<Weight>& level, const Vector<Vertex>& unit)
      : weights_(std::move(weights)) {
    const auto n = weights_.shape(0);
    if (weights_.shape(1) != n || unit.size() != n || least < 1 || most < least ||
        factor.size() != static_cast<std::size_t>(most) + 1) {
      throw std::invalid_argument("partition: arrays do not fit each other");
    }
    problem_.n = static_cast<Vertex>(n);
    problem_.weights = {weights_.data(), n * n};
    problem_.least = least;
    problem_.most = most;
    problem_.factor.assign(factor.data(), factor.data() + factor.size());
    problem_.level.assign(level.data(), level.data() + level.size());
    problem_.unit.assign(unit.data(), unit.data() + unit.size());
  }

  void add_count(Vector<std::uint8_t> counted, Vector<std::int32_t> excess) {
    if (counted.size() != n() || excess.size() != static_cast<std::size_t>(problem_.most) + 1) {
      throw std::invalid_argument("count: arrays do not fit the people or the sizes");
    }
    problem_.counts.push_back({as_span(counted), as_span(excess)});
    counted_.push_back(std::move(counted));
    excess_.push_back(std::move(excess));
  }

  void set_slots(Table<std::uint64_t> free, int common) {
    if (free.shape(0) != n()) throw std::invalid_argument("slots: must have a row per person");
    slots_ = std::move(free);
    problem_.slots = {static_cast<int>(slots_.shape(1)), common, {slots_.data(), slots_.size()}};
  }

  void set_coverage(Table<std::uint8_t> offers, Table<std::uint8_t> needs, Vector<Weight> unit) {
    if (offers.shape(0) != n() || needs.shape(0) != n() || unit.size() != n() ||
        offers.shape(1) != needs.shape(1)) {
      throw std::invalid_argument("coverage: arrays do not fit each other");
    }
    offers_ = std::move(offers);
    needs_ = std::move(needs);
    unit_worth_ = std::move(unit);
    problem_.coverage = {static_cast<int>(offers_.shape(1)), {offers_.data(), offers_.size()},
                         {needs_.data(), needs_.size()}, as_span(unit_worth_)};
  }

  Answer search(const std::vector<Vertex>& group_counts, Vertex left_out, int starts, std::int64_t rounds,
                int threads, std::uint64_t seed, const std::optional<Vector<Vertex>>& given,
                std::optional<double> time_limit) const {
    SearchSettings settings{group_counts, left_out, starts, rounds, threads, seed, {}};
    if (given) settings.given.assign(given->data(), given->data() + given->size());
    if (given && settings.given.size() != n()) throw std::invalid_argument("given: must have an entry per person");
    if (starts < 1 || threads < 1 || group_counts.empty()) throw std::invalid_argument("starts: must be >= 1");
    DeadlineOrSignal interrupt(time_limit);
    PartitionAnswer answer;
    {
      nb::gil_scoped_release release;
      answer = search_partition(problem_, settings, interrupt);
    }
    Answer out;
    out["label"] = to_numpy(std::move(answer.label));
    out["value"] = answer.value;
    out["broken"] = answer.broken;
    out["complete"] = answer.complete;
    out["rounds"] = answer.rounds;
    return out;
  }

  nb::typed<nb::tuple, int, int, int, int, int> best_move(const Vector<Vertex>& label) const {
    PartitionMove move;
    {
      nb::gil_scoped_release release;
      move = pairwise::best_move(problem_, as_span(label));
    }
    return nb::make_tuple(move.i, move.j, move.group, move.relief, move.gain);
  }

  nb::typed<nb::tuple, nb::any, nb::any, nb::any> swaps_of(const Vector<Vertex>& label, Vertex i) const {
    if (label.size() != n() || i < 0 || static_cast<std::size_t>(i) >= n()) {
      throw std::invalid_argument("label, i: must fit the problem");
    }
    std::vector<Vertex> with;
    std::vector<int> relief;
    std::vector<Weight> gain;
    for (const PartitionMove& move : pairwise::swaps_of(problem_, as_span(label), i)) {
      if (move.j < 0) continue;
      with.push_back(move.j);
      relief.push_back(move.relief);
      gain.push_back(move.gain);
    }
    return nb::make_tuple(to_numpy(std::move(with)), to_numpy(std::move(relief)), to_numpy(std::move(gain)));
  }

  Owned<Weight> find_prices(Weight scale, Weight share, Vertex left_out, int steps,
                            std::optional<double> time_limit) const {
    DeadlineOrSignal interrupt(time_limit);
    std::vector<Weight> prices;
    {
      nb::gil_scoped_release release;
      prices = pairwise::find_prices(problem_, {scale, share, left_out}, steps, interrupt);
    }
    return to_numpy(std::move(prices));
  }

  Weight spread_bound(const Vector<Weight>& prices, Weight scale, Weight share, Vertex left_out) const {
    if (prices.size() != n()) throw std::invalid_argument("prices: must have an entry per person");
    nb::gil_scoped_release release;
    return pairwise::spread_bound(problem_, as_span(prices), {scale, share, left_out});
  }

  nb::typed<nb::tuple, nb::any, nb::any, bool> price_groups(Vertex size, const Vector<Weight>& prices, Weight above,
                                                            std::size_t keep, std::size_t most,
                                                            std::optional<double> time_limit) const {
    if (prices.size() != n() || size < 2 || size > problem_.most) {
      throw std::invalid_argument("prices, size: must fit the problem");
    }
    DeadlineOrSignal interrupt(time_limit);
    PricedGroups found;
    {
      nb::gil_scoped_release release;
      found = pairwise::price_groups(problem_, size, as_span(prices), above, keep, most, interrupt);
    }
    return nb::make_tuple(to_numpy(std::move(found.people)), to_numpy(std::move(found.excess)), found.complete);
  }

 private:
  std::size_t n() const { return static_cast<std::size_t>(problem_.n); }

  Table<std::int32_t> weights_;
  std::vector<Vector<std::uint8_t>> counted_;
  std::vector<Vector<std::int32_t>> excess_;
  Table<std::uint64_t> slots_;
  Table<std::uint8_t> offers_, needs_;
  Vector<Weight> unit_worth_;
  PartitionProblem problem_;
};

}  // namespace

void bind_partition(nb::module_& m) {
  nb::class_<Partitioner>(m, "Partitioner", "Groups of three and more: local search and bounds.")
      .def(nb::init<Table<std::int32_t>, Vertex, Vertex, const Vector<Weight>&, const Vector<Weight>&,
                    const Vector<Vertex>&>(),
           "weights"_a, "least"_a, "most"_a, "factor"_a, "level"_a, "unit"_a)
      .def("add_count", &Partitioner::add_count, "counted"_a, "excess"_a)
      .def("set_slots", &Partitioner::set_slots, "free"_a, "common"_a)
      .def("set_coverage", &Partitioner::set_coverage, "offers"_a, "needs"_a, "unit"_a)
      .def("search", &Partitioner::search, "group_counts"_a, "left_out"_a, "starts"_a, "rounds"_a, "threads"_a,
           "seed"_a, "given"_a = nb::none(), "time_limit"_a = nb::none(), "Iterated local search.")
      .def("best_move", &Partitioner::best_move, "label"_a, "The best swap or shift left: i, j, group, relief, gain.")
      .def("swaps_of", &Partitioner::swaps_of, "label"_a, "i"_a,
           "Every swap of i with somebody in another group: whom, relief of rules, gain.")
      .def("find_prices", &Partitioner::find_prices, "scale"_a, "share"_a, "left_out"_a, "steps"_a,
           "time_limit"_a = nb::none(), "Prices that make `spread_bound` small.")
      .def("spread_bound", &Partitioner::spread_bound, "prices"_a, "scale"_a, "share"_a, "left_out"_a)
      .def("price_groups", &Partitioner::price_groups, "size"_a, "prices"_a, "above"_a, "keep"_a, "most"_a,
           "time_limit"_a = nb::none(), "Groups worth more than the sum of their prices.");
}

}  // namespace pairwise::bind
