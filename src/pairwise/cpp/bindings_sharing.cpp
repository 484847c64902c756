#include "bindings_sharing.h"

#include "bindings.h"
#include "choices.h"
#include "rearrange.h"

namespace pairwise::bind {

using namespace nb::literals;

namespace {

using Loads = Vector<Vertex>;
using Listed = std::tuple<Owned<double>, Owned<std::uint8_t>, Owned<std::int64_t>, Owned<std::int64_t>, Owned<double>,
                          Owned<Vertex>>;
template <class Value>
std::vector<Value> copied(const Vector<Value>& array) {
  return {array.data(), array.data() + array.size()};
}

Listed list_choices(const Table<double>& worth, const Table<double>& shares, const Loads& low, const Loads& high,
                    double floor, std::size_t count, double slack, std::int64_t steps) {
  if (worth.shape(0) != shares.shape(0) || worth.shape(1) != shares.shape(1) || low.size() != worth.shape(0) ||
      high.size() != worth.shape(0) || count == 0) {
    throw std::invalid_argument("worth, shares, low, high, count: do not fit each other");
  }
  const SharedTable table{worth.data(),   shares.data(),  static_cast<Vertex>(worth.shape(0)),
                          static_cast<Vertex>(worth.shape(1)), as_span(low), as_span(high), floor};
  Choices all = interruptible([&](Interrupt& interrupt) { return best_choices(table, count, slack, steps, interrupt); });
  return {to_numpy(std::move(all.bound)), to_numpy(std::move(all.whole)), to_numpy(std::move(all.first)),
          to_numpy(std::move(all.start)), to_numpy(std::move(all.value)), to_numpy(std::move(all.members))};
}

using Dealing = std::tuple<double, double, double, std::int64_t, std::uint64_t>;

std::pair<Owned<Vertex>, Owned<Vertex>> deal(const Table<double>& weights, const Table<double>& shares,
                                             const Loads& row_low, const Loads& col_low, const Loads& col_high,
                                             const Loads& rows, const Loads& cols, const Dealing& settings,
                                             std::optional<double> seconds) {
  if (weights.shape(0) != shares.shape(0) || weights.shape(1) != shares.shape(1) ||
      row_low.size() != shares.shape(0) || col_low.size() != shares.shape(1) ||
      col_high.size() != shares.shape(1) || rows.size() != cols.size()) {
    throw std::invalid_argument("weights, shares, loads, rows, cols: do not fit each other");
  }
  const SharedOut problem{weights.data(),    shares.data(),    static_cast<Vertex>(shares.shape(1)),
                          as_span(row_low), as_span(col_low), as_span(col_high)};
  const auto [target, sum_weight, size, rounds, seed] = settings;
  const Rearranging how{target, sum_weight, size, rounds, seed};
  Slots found = interruptible(
      [&](Interrupt& interrupt) { return rearrange(problem, Slots{copied(rows), copied(cols)}, how, interrupt); },
      seconds);
  return {to_numpy(std::move(found.row)), to_numpy(std::move(found.col))};
}

}  // namespace

void bind_sharing(nb::module_& m) {
  m.def("best_choices", &list_choices, "worth"_a.noconvert(), "shares"_a.noconvert(), "low"_a, "high"_a, "floor"_a,
        "count"_a, "slack"_a, "steps"_a,
        "Best choices of columns above a floor: bound and whether all are listed by row, first choice of each row, "
        "first member of each choice, values, members.");
  m.def("rearrange", &deal, "weights"_a.noconvert(), "shares"_a.noconvert(), "row_low"_a, "col_low"_a, "col_high"_a,
        "rows"_a, "cols"_a, "settings"_a, "seconds"_a = nb::none(),
        "Slots (row, col or -1) whose smallest share is as near the target as was found, then of the best sum; "
        "settings: target, weight of the sum, size of shares, rounds, seed.");
}

}  // namespace pairwise::bind
