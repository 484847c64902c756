#include "partition.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <numeric>
#include <thread>

#include "partition_anneal.h"
#include "partition_state.h"
#include "random.h"

namespace pairwise {

namespace {

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

struct Budget {
  Interrupt* interrupt;  // null in helper threads, which watch the flag alone
  std::atomic<bool>* stopped;

  bool over() const {
    if (interrupt != nullptr && interrupt->stop()) *stopped = true;
    return *stopped;
  }
};

std::vector<std::vector<Vertex>> units_of(const PartitionProblem& problem) {
  std::vector<std::vector<Vertex>> units(at(problem.n));
  for (Vertex i = 0; i < problem.n; ++i) units[at(problem.unit[at(i)])].push_back(i);
  std::erase_if(units, [](const auto& unit) { return unit.empty(); });
  return units;
}

// Group sizes as even as possible; the bench, if any, comes last.
std::vector<std::size_t> room_of(const PartitionProblem& problem, Vertex groups, Vertex left_out) {
  const std::size_t placed = at(problem.n - left_out), m = at(groups);
  std::vector<std::size_t> room(m, placed / m);
  for (std::size_t g = 0; g < placed % m; ++g) ++room[g];
  if (left_out > 0) room.push_back(at(left_out));
  return room;
}

// Units of several people first, everybody where the pair weights are best among a few groups with room.
std::vector<Vertex> construct(const PartitionProblem& problem, std::vector<std::size_t> room, bool bench,
                              Random& random) {
  auto units = units_of(problem);
  for (std::size_t k = units.size(); k > 1; --k) std::swap(units[k - 1], units[random.index(k)]);
  std::stable_sort(units.begin(), units.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  std::vector<std::vector<Vertex>> members(room.size());
  std::vector<Vertex> label(at(problem.n), -1);
  for (const auto& unit : units) {
    const bool pinned = unit.size() > 1;
    std::vector<std::size_t> open;
    for (std::size_t g = 0; g < room.size(); ++g) {
      const bool on_bench = bench && g + 1 == room.size();
      if (room[g] >= unit.size() && !(on_bench && pinned)) open.push_back(g);
    }
    if (open.empty()) throw std::invalid_argument("together: these people do not fit into groups of the given size");
    std::size_t best = open.front();
    Weight best_mean = std::numeric_limits<Weight>::min();
    for (int tries = 0; tries < 12; ++tries) {
      const std::size_t g = open[random.index(open.size())];
      Weight sum = 0;
      for (const Vertex i : unit)
        for (const Vertex j : members[g]) sum += problem.row(i)[j];
      const Weight mean = members[g].empty() ? 0 : sum / static_cast<Weight>(members[g].size());
      if (mean > best_mean) best = g, best_mean = mean;
    }
    for (const Vertex i : unit) {
      members[best].push_back(i);
      label[at(i)] = static_cast<Vertex>(best);
    }
    room[best] -= unit.size();
  }
  return label;
}

// Applies the best move of everybody in groups that changed, until no move is left that gains.
class Descent {
 public:
  explicit Descent(PartitionState& state) : state_(state), dirty_(at(state.groups()), 1) {}

  void mark(Vertex g) { dirty_[at(g)] = 1; }
  void only(std::initializer_list<Vertex> groups) {
    std::fill(dirty_.begin(), dirty_.end(), 0);
    for (const Vertex g : groups) mark(g);
  }

  // False if stopped before the end.
  bool run(const Budget& budget) {
    for (bool again = true; again;) {
      again = false;
      for (Vertex g = 0; g < state_.groups(); ++g) {
        if (!dirty_[at(g)]) continue;
        if (budget.over()) return false;
        dirty_[at(g)] = 0;
        again = improve(g) || again;
      }
      again = again || std::find(dirty_.begin(), dirty_.end(), 1) != dirty_.end();
    }
    return true;
  }

 private:
  bool improve(Vertex g) {
    const std::vector<Vertex> people(state_.members(g).begin(), state_.members(g).end());
    state_.sum_toward(g, toward_);
    bool changed = false;
    for (const Vertex i : people) {
      if (state_.fixed(i) || state_.label()[at(i)] != g) continue;
      const PartitionMove move = state_.best_move_of(i, toward_);
      if (move.i < 0) continue;
      state_.apply(move);
      state_.sum_toward(g, toward_);
      mark(g);
      mark(move.group);
      changed = true;
    }
    return changed;
  }

  PartitionState& state_;
  std::vector<std::uint8_t> dirty_;
  std::vector<Weight> toward_;
};

struct Best {
  std::vector<Vertex> label;
  Weight value = 0;
  int broken = std::numeric_limits<int>::max();
  std::int64_t rounds = 0;

  bool beaten_by(int other_broken, Weight other_value) const {
    return other_broken != broken ? other_broken < broken : other_value > value;
  }
  void keep(const PartitionState& state) {
    if (!beaten_by(state.broken(), state.value())) return;
    label = state.label();
    value = state.value();
    broken = state.broken();
  }
};

// Swaps a few random people of different groups; false if nobody can be moved.
bool shake(PartitionState& state, Descent& descent, int swaps, Random& random) {
  bool moved = false;
  for (int done = 0, tries = 0; done < swaps && tries < 20 * swaps; ++tries) {
    const auto n = state.label().size();
    const auto i = static_cast<Vertex>(random.index(n));
    auto j = static_cast<Vertex>(random.index(n));
    const Vertex g = state.label()[at(i)], h = state.label()[at(j)];
    if (g == h || state.fixed(i) || state.fixed(j)) continue;
    const PartitionMove move = state.priced(i, j, h);
    // Rules are kept if that can be; while some are broken, or nothing else is found, they may be broken anew.
    if (move.relief < 0 && state.broken() == 0 && tries < 10 * swaps) continue;
    state.apply(move);
    descent.mark(g);
    descent.mark(h);
    ++done;
    moved = true;
  }
  return moved;
}

// Proposals of the annealing for each round and person.
constexpr std::int64_t kProposals = 10;

Best run_start(const PartitionProblem& problem, const SearchSettings& settings, int start, const Budget& budget) {
  Random random(settings.seed * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(start) + 1);
  const bool bench = settings.left_out > 0;
  const bool given = start == 0 && !settings.given.empty();
  Vertex groups = settings.group_counts[static_cast<std::size_t>(start) % settings.group_counts.size()];
  std::vector<Vertex> label;
  if (given) {
    label = settings.given;
    groups = *std::max_element(label.begin(), label.end()) + 1;
    for (Vertex& g : label) g = g < 0 ? groups : g;
  } else {
    label = construct(problem, room_of(problem, groups, settings.left_out), bench, random);
    if (!bench && settings.rounds > 0 && swaps_are_plain(problem)) {
      const std::int64_t proposals = kProposals * settings.rounds * problem.n;
      label = annealed(problem, label, proposals, random, [&] { return budget.over(); });
    }
  }
  PartitionState state(problem, label, groups + (bench ? 1 : 0), bench);
  Descent descent(state);
  Best best;
  bool go = descent.run(budget);
  best.keep(state);
  PartitionState current = state;
  for (std::int64_t round = 0; go && round < settings.rounds; ++round) {
    // Threshold accepting: the loss allowed shrinks to nothing over the rounds.
    const int swaps = 1 + static_cast<int>(random.index(3));
    descent.only({});
    if (!shake(state, descent, swaps, random)) break;
    go = descent.run(budget);
    best.keep(state);
    best.rounds = round + 1;
    const Weight each = std::max<Weight>(1, std::abs(current.value()) / problem.n);
    const double left = 1.0 - static_cast<double>(round + 1) / static_cast<double>(settings.rounds);
    const auto allowed = static_cast<Weight>(0.2 * left * static_cast<double>(each));
    const bool accept = state.broken() < current.broken() ||
                        (state.broken() == current.broken() &&
                         (state.broken() > 0 || state.value() >= current.value() - allowed));
    if (accept) {
      current = state;
    } else {
      state = current;
    }
  }
  if (bench) {
    for (Vertex& g : best.label) g = g == groups ? -1 : g;
  }
  return best;
}

}  // namespace

PartitionAnswer search_partition(const PartitionProblem& problem, const SearchSettings& settings,
                                 Interrupt& interrupt) {
  std::vector<Best> found(static_cast<std::size_t>(settings.starts));
  std::atomic<int> next{0};
  std::atomic<bool> stopped{false};
  std::atomic<int> busy{0};
  std::vector<std::exception_ptr> failed(static_cast<std::size_t>(settings.threads));
  const auto work = [&](std::size_t worker, const Budget& budget) {
    try {
      for (int start = next++; start < settings.starts; start = next++) {
        if (start > 0 && budget.over()) break;
        found[static_cast<std::size_t>(start)] = run_start(problem, settings, start, budget);
      }
    } catch (...) {
      failed[worker] = std::current_exception();
      stopped = true;
    }
  };
  std::vector<std::thread> helpers;
  const int threads = std::min(settings.threads, settings.starts);
  for (int t = 1; t < threads; ++t) {
    ++busy;
    helpers.emplace_back([&, t] {
      work(static_cast<std::size_t>(t), {nullptr, &stopped});
      --busy;
    });
  }
  work(0, {&interrupt, &stopped});
  while (busy > 0) {
    if (interrupt.stop()) stopped = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  for (std::thread& helper : helpers) helper.join();
  for (const auto& error : failed)
    if (error) std::rethrow_exception(error);

  PartitionAnswer answer;
  Best best;
  for (const Best& each : found) {
    answer.rounds += each.rounds;
    if (!each.label.empty() && best.beaten_by(each.broken, each.value)) best = each;
  }
  answer.label = best.label;
  answer.value = best.value;
  answer.broken = best.broken;
  answer.complete = !stopped;
  return answer;
}

namespace {

// The state of a partition in which -1 means left out.
PartitionState state_of(const PartitionProblem& problem, std::span<const Vertex> label) {
  std::vector<Vertex> groups_of(label.begin(), label.end());
  const Vertex groups = *std::max_element(groups_of.begin(), groups_of.end()) + 1;
  const bool bench = std::find(groups_of.begin(), groups_of.end(), -1) != groups_of.end();
  for (Vertex& g : groups_of) g = g < 0 ? groups : g;
  return PartitionState(problem, groups_of, groups + (bench ? 1 : 0), bench);
}

}  // namespace

PartitionMove best_move(const PartitionProblem& problem, std::span<const Vertex> label) {
  const PartitionState state = state_of(problem, label);
  PartitionMove best;
  std::vector<Weight> toward;
  for (Vertex g = 0; g < state.groups(); ++g) {
    state.sum_toward(g, toward);
    for (const Vertex i : state.members(g)) {
      if (state.fixed(i)) continue;
      const PartitionMove move = state.best_move_of(i, toward);
      if (move.relief > best.relief || (move.relief == best.relief && move.gain > best.gain)) best = move;
    }
  }
  return best;
}

std::vector<PartitionMove> swaps_of(const PartitionProblem& problem, std::span<const Vertex> label, Vertex i) {
  const PartitionState state = state_of(problem, label);
  std::vector<PartitionMove> swaps(label.size());
  for (Vertex j = 0; j < problem.n; ++j) {
    const Vertex g = state.label()[at(j)];
    if (g == state.label()[at(i)] || state.fixed(i) || state.fixed(j)) continue;
    swaps[at(j)] = state.priced(i, j, g);
  }
  return swaps;
}

}  // namespace pairwise
