#include "assignment.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "best_entries.h"
#include "row_scan.h"

namespace pairwise {
namespace {

constexpr std::size_t kPerRow = 8;         // candidates of a row that may have one pair
constexpr std::size_t kPerCol = 4;
constexpr std::int64_t kComplete = 1600;   // tables up to this size are candidates as a whole
constexpr std::size_t kAddedPerRow = 6;    // violated pairs a row may add in one round, beyond its capacity
constexpr std::size_t kLeftOutComplete = 64;
constexpr std::size_t kShortPrefix = 16;   // a prefix below this share of the row is cheaper than the whole row

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

// What keeps cardinality above weight, and minimum loads above both.
struct Ranks {
  Weight bonus = 0;
  Weight mandatory = 0;
};

std::pair<Weight, Weight> gain_range(const Loads& loads) {
  if (loads.gain.empty()) return {0, 0};
  const auto [low, high] = std::minmax_element(loads.gain.begin(), loads.gain.end());
  return {std::min<Weight>(*low, 0), std::max<Weight>(*high, 0)};
}

bool has_minima(const AssignmentProblem& problem) {
  const auto positive = [](Vertex v) { return v > 0; };
  return std::any_of(problem.rows.low.begin(), problem.rows.low.end(), positive) ||
         std::any_of(problem.cols.low.begin(), problem.cols.low.end(), positive);
}

Ranks choose_ranks(const AssignmentProblem& problem, long double low, long double high) {
  long double gains = 0;
  for (const Loads* side : {&problem.rows, &problem.cols}) {
    const auto [least, most] = gain_range(*side);
    gains += static_cast<long double>(most) - static_cast<long double>(least);
  }
  const Weight most = most_at_stake(problem.rows.size(), problem.cols.size(), low, high, gains);
  return {problem.maximum ? most : 0, has_minima(problem) ? 4 * most : 0};
}

PricedAssignment read(const Assigner& assigner, Weight bonus) {
  PricedAssignment answer;
  answer.bonus = bonus;
  for (const auto& [row, col] : assigner.pairs()) {
    answer.rows.push_back(row);
    answer.cols.push_back(col);
  }
  for (Vertex i = 0; i < assigner.rows(); ++i) answer.row_duals.push_back(assigner.row_dual(i));
  for (Vertex j = 0; j < assigner.cols(); ++j) answer.col_duals.push_back(assigner.col_dual(j));
  return answer;
}

// The best few rows of every column, kept while the rows pass by.
template <class Number>
class BestOfColumns {
 public:
  BestOfColumns(Vertex cols, std::size_t k, Number floor)
      : k_(k), threshold_(at(cols), floor), keys_(at(cols) * k, floor), rows_(at(cols) * k, -1), hits_(at(cols)) {}

  void offer_row(Vertex i, const Number* row) {
    const std::size_t count = entries_above(row, threshold_.data(), 0, threshold_.size(), 0, hits_.data());
    for (std::size_t k = 0; k < count; ++k) insert(at(hits_[k]), i, row[hits_[k]]);
  }
  std::span<const Vertex> rows(Vertex col) const { return {rows_.data() + at(col) * k_, k_}; }  // -1: none

 private:
  void insert(std::size_t col, Vertex i, Number value) {
    Number* keys = keys_.data() + col * k_;
    Vertex* rows = rows_.data() + col * k_;
    std::size_t place = k_ - 1;
    for (; place > 0 && keys[place - 1] < value; --place) {
      keys[place] = keys[place - 1];
      rows[place] = rows[place - 1];
    }
    keys[place] = value;
    rows[place] = i;
    threshold_[col] = keys[k_ - 1];
  }

  std::size_t k_;
  std::vector<Number> threshold_, keys_;
  std::vector<Vertex> rows_, hits_;
};

}  // namespace

template <>
bool TableWeights<double>::allowed(Vertex i, Vertex j) const {
  return row(i)[j] > kNone<double>;
}
template <>
bool TableWeights<Weight>::allowed(Vertex i, Vertex j) const {
  return row(i)[j] != kNone<Weight>;
}
template <>
Weight TableWeights<double>::units(Vertex i, Vertex j) const {
  return std::llrint(row(i)[j] * scale);
}
template <>
Weight TableWeights<Weight>::units(Vertex i, Vertex j) const {
  return row(i)[j];
}

namespace {

template <class Number>
class TableSolver {
 public:
  TableSolver(const TableWeights<Number>& weights, const AssignmentProblem& problem)
      : weights_(weights),
        problem_(problem),
        floor_(everything_counts() ? kNone<Number> : Number{0}),
        threshold_(at(weights.rows), kNone<Number>),
        candidates_(at(weights.rows)),
        scan_(at(weights.cols)),
        found_(at(weights.cols)) {}

  PricedAssignment solve(Interrupt& interrupt) {
    collect();
    ranks_ = ranks();
    assigner_.emplace(problem_.rows, problem_.cols, ranks_.mandatory);
    for (Vertex i = 0; i < weights_.rows; ++i) {
      for (const Vertex j : candidates_[at(i)]) assigner_->add_arc(i, j, total(i, j));
    }
    int rounds = 0;
    bool running = assigner_->solve(interrupt);
    while (running) {
      ++rounds;
      if (price()) break;
      running = assigner_->solve(interrupt);
    }
    PricedAssignment answer = read(*assigner_, ranks_.bonus);
    answer.rounds = rounds;
    answer.complete = running;
    return answer;
  }

 private:
  Weight total(Vertex i, Vertex j) const { return weights_.units(i, j) + ranks_.bonus; }

  Ranks ranks() const {
    const long double scale = std::is_integral_v<Number> ? 1.0L : static_cast<long double>(weights_.scale);
    return choose_ranks(problem_, std::floor(static_cast<long double>(scan_.low()) * scale),
                        std::ceil(static_cast<long double>(scan_.high()) * scale));
  }

  // Without a wish for pairs as such, only weights above 0 can be of use.
  bool everything_counts() const {
    return wants_pairs() || !problem_.rows.gain.empty() || !problem_.cols.gain.empty();
  }
  bool wants_pairs() const { return problem_.maximum || has_minima(problem_); }

  void collect() {
    if (std::int64_t{weights_.rows} * weights_.cols <= kComplete) {
      BestEntries<Number> none(1);
      for (Vertex i = 0; i < weights_.rows; ++i) {
        scan_.offer(weights_.row(i), 0, -1, none);
        for (Vertex j = 0; j < weights_.cols; ++j) {
          if (weights_.allowed(i, j)) candidates_[at(i)].push_back(j);
        }
      }
      return;
    }
    collect_best();
    if (wants_pairs()) join_left_out();
    for (auto& columns : candidates_) {
      std::sort(columns.begin(), columns.end());
      columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    }
  }

  // Scanning starts at the diagonal, so that rows of equal entries do not all choose the same few columns.
  void collect_best() {
    const Vertex rows = weights_.rows, cols = weights_.cols;
    BestOfColumns<Number> columns(cols, per_node(problem_.cols, kPerCol, rows), floor_);
    BestEntries<Number> best(per_node(problem_.rows, kPerRow, cols));
    for (Vertex i = 0; i < rows; ++i) {
      const Number* row = weights_.row(i);
      const auto start = static_cast<Vertex>(std::int64_t{i} * cols / rows);
      best.clear(floor_);
      scan_.offer(row, start, -1, best);
      threshold_[at(i)] = best.threshold();
      for (const auto& [value, j] : best.entries()) candidates_[at(i)].push_back(j);
      columns.offer_row(i, row);
    }
    for (Vertex j = 0; j < cols; ++j) {
      for (const Vertex i : columns.rows(j)) {
        if (i >= 0) candidates_[at(i)].push_back(j);
      }
    }
  }

  static std::size_t per_node(const Loads& loads, std::size_t k, Vertex most) {
    const Vertex high = loads.high.empty() ? 0 : *std::max_element(loads.high.begin(), loads.high.end());
    return std::max<std::size_t>(1, std::min(k + 2 * at(std::max(high - 1, 0)), at(most)));
  }

  // Rows and columns that a greedy assignment on the candidates leaves short get candidates among themselves
  // until it leaves none, else minimum loads and cardinality would be paid for by long searches.
  void join_left_out() {
    std::vector<Vertex> row_room = problem_.rows.high, col_room = problem_.cols.high;
    std::vector<Edge> edges;
    for (Vertex i = 0; i < weights_.rows; ++i) {
      for (const Vertex j : candidates_[at(i)]) edges.push_back({i, j, weights_.units(i, j)});
    }
    std::vector<Vertex> rows, cols;
    for (std::size_t before = 0;;) {
      std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.weight > b.weight; });
      for (const Edge& edge : edges) {
        if (row_room[at(edge.u)] == 0 || col_room[at(edge.v)] == 0) continue;
        --row_room[at(edge.u)];
        --col_room[at(edge.v)];
      }
      rows = with_room(row_room);
      cols = with_room(col_room);
      if (rows.empty() || cols.empty() || rows.size() + cols.size() == before) return;
      before = rows.size() + cols.size();
      edges = join(rows, cols);
    }
  }

  static std::vector<Vertex> with_room(const std::vector<Vertex>& room) {
    std::vector<Vertex> out;
    for (Vertex v = 0; v < static_cast<Vertex>(room.size()); ++v) {
      if (room[at(v)] > 0) out.push_back(v);
    }
    return out;
  }

  std::vector<Edge> join(const std::vector<Vertex>& rows, const std::vector<Vertex>& cols) {
    std::vector<Edge> edges;
    BestEntries<Number> best(cols.size() <= kLeftOutComplete ? cols.size() : kPerRow / 2);
    for (std::size_t a = 0; a < rows.size(); ++a) {
      const Vertex i = rows[a];
      best.clear(kNone<Number>);
      for (std::size_t b = 0; b < cols.size(); ++b) {
        const Vertex j = cols[(a + b) % cols.size()];
        const auto& mine = candidates_[at(i)];
        if (std::find(mine.begin(), mine.end(), j) == mine.end()) best.offer(weights_.row(i)[j], j);
      }
      for (const auto& [value, j] : best.entries()) {
        candidates_[at(i)].push_back(j);
        edges.push_back({i, j, weights_.units(i, j)});
      }
    }
    return edges;
  }

  // True if the duals cover all pairs; else adds the worst pairs of every row that they do not cover.
  bool price() {
    prepare();
    bool covered = true;
    added_per_row_ += kAddedPerRow;
    for (Vertex i = 0; i < weights_.rows; ++i) {
      find_uncovered(i);
      uncovered_.resize(std::min(uncovered_.size(), added_per_row_ + at(problem_.rows.high[at(i)])));
      for (const auto& [missing, j] : uncovered_) assigner_->add_arc(i, j, total(i, j));
      covered = covered && uncovered_.empty();
    }
    return covered;
  }

  // In the unit of the entries and a little less, so that no pair with entry <= dual_floor(i) + dual_floor(j)
  // can be uncovered. The bonus goes to the rows.
  Number dual_floor(Weight dual) const {
    if constexpr (std::is_integral_v<Number>) {
      return dual;
    } else {
      const auto own = static_cast<double>(dual);
      return (own - 2.0 - std::abs(own) * 0x1p-50) / weights_.scale;
    }
  }

  void prepare() {
    const Vertex cols = weights_.cols;
    col_floor_.resize(at(cols));
    order_.resize(at(cols));
    sorted_floor_.resize(at(cols));
    for (Vertex j = 0; j < cols; ++j) col_floor_[at(j)] = dual_floor(assigner_->col_dual(j));
    std::iota(order_.begin(), order_.end(), 0);
    std::sort(order_.begin(), order_.end(),
              [&](Vertex a, Vertex b) { return col_floor_[at(a)] < col_floor_[at(b)]; });
    for (std::size_t k = 0; k < order_.size(); ++k) sorted_floor_[k] = col_floor_[at(order_[k])];
  }

  // An entry outside the row's candidates is at most its threshold: often a short prefix of the sorted floors
  // is all that needs a look.
  void find_uncovered(Vertex i) {
    const Number* row = weights_.row(i);
    const Number own = dual_floor(assigner_->row_dual(i) - ranks_.bonus);
    const Number room = threshold_[at(i)] == kNone<Number> ? kNone<Number> : threshold_[at(i)] - own;
    const auto prefix = static_cast<std::size_t>(
        std::upper_bound(sorted_floor_.begin(), sorted_floor_.end(), room) - sorted_floor_.begin());
    uncovered_.clear();
    if (prefix < order_.size() / kShortPrefix) {
      for (std::size_t k = 0; k < prefix; ++k) {
        if (row[order_[k]] > own + sorted_floor_[k]) check(i, order_[k]);
      }
    } else {
      const std::size_t count = entries_above(row, col_floor_.data(), own, col_floor_.size(), 0, found_.data());
      for (std::size_t k = 0; k < count; ++k) check(i, found_[k]);
    }
    std::sort(uncovered_.begin(), uncovered_.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
  }

  void check(Vertex i, Vertex j) {
    if (!weights_.allowed(i, j)) return;
    const Weight missing = total(i, j) - assigner_->row_dual(i) - assigner_->col_dual(j);
    if (missing > 0 && !assigner_->has_arc(i, j)) uncovered_.emplace_back(missing, j);
  }

  const TableWeights<Number>& weights_;
  const AssignmentProblem& problem_;
  Ranks ranks_;
  const Number floor_;
  std::vector<Number> threshold_;  // by row: no entry outside the candidates is larger
  std::vector<std::vector<Vertex>> candidates_;
  RowScan<Number> scan_;
  std::optional<Assigner> assigner_;
  std::vector<Number> col_floor_, sorted_floor_;
  std::vector<Vertex> order_;  // columns by floor
  std::vector<Vertex> found_;
  std::vector<std::pair<Weight, Vertex>> uncovered_;
  std::size_t added_per_row_ = 0;
};

}  // namespace

Weight most_at_stake(Vertex rows, Vertex cols, long double low, long double high, long double gains) {
  if (low > high) low = high = 0;
  const long double paths = std::min(rows, cols) + 2;
  const long double most = (high - low + 1) * paths + std::max(std::abs(low), std::abs(high)) + gains + 1;
  if (most * 32 >= static_cast<long double>(kMaxWeight)) {
    throw std::invalid_argument(
        "weights: their range times the number of rows or columns must stay below 2^54 units; divide them by a "
        "common factor or pass floats");
  }
  return static_cast<Weight>(most);
}

Magnitude magnitude_of(std::span<const double> entries) {
  constexpr std::size_t lanes = 8;
  double largest[lanes] = {};
  bool whole[lanes];
  std::fill_n(whole, lanes, true);
  const auto take = [&](double value, std::size_t lane) {
    const double counted = value > kNone<double> ? std::abs(value) : 0.0;
    largest[lane] = counted > largest[lane] ? counted : largest[lane];
    whole[lane] &= counted == std::trunc(counted);
  };
  std::size_t k = 0;
  for (; k + lanes <= entries.size(); k += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) take(entries[k + l], l);
  }
  for (; k < entries.size(); ++k) take(entries[k], 0);
  return {*std::max_element(largest, largest + lanes),
          std::all_of(whole, whole + lanes, [](bool all) { return all; })};
}

template <class Number>
PricedAssignment assign_table(const TableWeights<Number>& weights, const AssignmentProblem& problem,
                              Interrupt& interrupt) {
  return TableSolver<Number>(weights, problem).solve(interrupt);
}

template PricedAssignment assign_table(const TableWeights<double>&, const AssignmentProblem&, Interrupt&);
template PricedAssignment assign_table(const TableWeights<Weight>&, const AssignmentProblem&, Interrupt&);

PricedAssignment assign_edges(const std::vector<Edge>& edges, const AssignmentProblem& problem,
                              Interrupt& interrupt) {
  Weight low = std::numeric_limits<Weight>::max(), high = std::numeric_limits<Weight>::lowest();
  for (const Edge& edge : edges) {
    low = std::min(low, edge.weight);
    high = std::max(high, edge.weight);
  }
  const Ranks ranks = choose_ranks(problem, static_cast<long double>(low), static_cast<long double>(high));
  Assigner assigner(problem.rows, problem.cols, ranks.mandatory);
  for (const Edge& edge : edges) assigner.add_arc(edge.u, edge.v, edge.weight + ranks.bonus);
  const bool complete = assigner.solve(interrupt);
  PricedAssignment answer = read(assigner, ranks.bonus);
  answer.complete = complete;
  return answer;
}

}  // namespace pairwise
