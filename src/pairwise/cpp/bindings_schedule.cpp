#include "bindings_schedule.h"

#include <nanobind/stl/vector.h>

#include <numeric>

#include "bindings.h"
#include "schedule.h"

namespace pairwise::bind {

using namespace nb::literals;

namespace {

void check(const ScheduleProblem& problem, std::size_t rows, std::size_t cols) {
  const Vertex seats = std::accumulate(problem.sizes.begin(), problem.sizes.end(), Vertex{0});
  if (rows != cols || static_cast<std::size_t>(seats) != rows || problem.rounds < 1) {
    throw std::invalid_argument("schedule: arrays do not fit each other");
  }
  for (const std::int32_t c : problem.pair_class) {
    if (c < 0 || static_cast<std::size_t>(c) >= problem.met.size()) {
      throw std::invalid_argument("pair_class: entries must be 0 to len(met) - 1");
    }
  }
}

nb::typed<nb::tuple, nb::any, int, int, bool> search(const Table<std::int32_t>& pair_class,
                                                     const Vector<std::int32_t>& met,
                                                     const std::vector<Vertex>& sizes, int rounds,
                                                     std::int64_t moves, std::uint64_t seed,
                                                     std::optional<double> time_limit) {
  ScheduleProblem problem;
  problem.n = static_cast<Vertex>(pair_class.shape(0));
  problem.rounds = rounds;
  problem.sizes = sizes;
  problem.pair_class = {pair_class.data(), pair_class.size()};
  problem.met.assign(met.data(), met.data() + met.size());
  check(problem, pair_class.shape(0), pair_class.shape(1));
  DeadlineOrSignal interrupt(time_limit);
  ScheduleAnswer answer;
  {
    nb::gil_scoped_release release;
    answer = search_schedule(problem, moves, seed, interrupt);
  }
  return nb::make_tuple(to_numpy(std::move(answer.label)), answer.repeats, answer.moves, answer.complete);
}

}  // namespace

void bind_schedule(nb::module_& m) {
  m.def("search_schedule", &search, "pair_class"_a, "met"_a, "sizes"_a, "rounds"_a, "moves"_a, "seed"_a,
        "time_limit"_a = nb::none(),
        "Rounds of groups with few repeated meetings: label (rounds * n), repeats, moves, complete.");
}

}  // namespace pairwise::bind
