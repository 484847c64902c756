#include "schedule.h"

#include <algorithm>
#include <numeric>

#include "random.h"

namespace pairwise {

namespace {

std::size_t at(Vertex v) { return static_cast<std::size_t>(v); }

struct Swap {
  int round = -1;
  Vertex i = -1;
  Vertex j = -1;
  Weight change = 0;
};

// Everybody's group in every round, and how often each class of pairs has met.
class Schedule {
 public:
  Schedule(const ScheduleProblem& problem, Random& random)
      : problem_(&problem),
        met_(problem.met),
        label_(at(problem.rounds), std::vector<Vertex>(at(problem.n))),
        members_(at(problem.rounds), std::vector<std::vector<Vertex>>(problem.sizes.size())) {
    std::vector<Vertex> order(at(problem.n));
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t r = 0; r < label_.size(); ++r) {
      for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[random.index(k)]);
      auto next = order.begin();
      for (std::size_t g = 0; g < problem.sizes.size(); ++g) {
        for (Vertex seat = 0; seat < problem.sizes[g]; ++seat, ++next) put(r, g, *next);
      }
    }
  }

  Weight repeats() const { return repeats_; }
  std::size_t rounds() const { return label_.size(); }
  Vertex group(std::size_t r, Vertex i) const { return label_[r][at(i)]; }

  // Whether i meets somebody again in this round.
  bool in_conflict(std::size_t r, Vertex i) const {
    const std::int32_t* row = problem_->row(i);
    const auto& group = members_[r][at(label_[r][at(i)])];
    return std::any_of(group.begin(), group.end(), [&](Vertex a) { return a != i && met_[at(row[a])] > 1; });
  }

  // What the repeats change by if i and j, of different groups, change places.
  Weight change_of(std::size_t r, Vertex i, Vertex j) {
    const Weight change = leave(r, i, j) + enter(r, i, j);
    leave(r, i, j, true);
    enter(r, i, j, true);
    return change;
  }

  void apply(const Swap& swap) {
    const auto r = static_cast<std::size_t>(swap.round);
    leave(r, swap.i, swap.j);
    enter(r, swap.i, swap.j);
    repeats_ += swap.change;
    Vertex &g = label_[r][at(swap.i)], &h = label_[r][at(swap.j)];
    std::replace(members_[r][at(g)].begin(), members_[r][at(g)].end(), swap.i, swap.j);
    std::replace(members_[r][at(h)].begin(), members_[r][at(h)].end(), swap.j, swap.i);
    std::swap(g, h);
  }

  std::vector<Vertex> flat() const {
    std::vector<Vertex> all;
    for (const auto& round : label_) all.insert(all.end(), round.begin(), round.end());
    return all;
  }

 private:
  void put(std::size_t r, std::size_t g, Vertex i) {
    const std::int32_t* row = problem_->row(i);
    for (const Vertex a : members_[r][g]) repeats_ += met_[at(row[a])]++;
    members_[r][g].push_back(i);
    label_[r][at(i)] = static_cast<Vertex>(g);
  }

  // i and j leave their groups, or undo that.
  Weight leave(std::size_t r, Vertex i, Vertex j, bool undo = false) {
    return meet(r, i, i, undo ? 1 : -1) + meet(r, j, j, undo ? 1 : -1);
  }
  // i joins j's old group without j and the other way round, or undo that.
  Weight enter(std::size_t r, Vertex i, Vertex j, bool undo = false) {
    return meet(r, i, j, undo ? -1 : 1) + meet(r, j, i, undo ? -1 : 1);
  }
  // `who` meets (sign 1) or no longer meets (-1) everybody in the group of `seat` but the one who sits there.
  Weight meet(std::size_t r, Vertex who, Vertex seat, int sign) {
    const std::int32_t* row = problem_->row(who);
    Weight change = 0;
    for (const Vertex a : members_[r][at(label_[r][at(seat)])]) {
      if (a == seat) continue;
      std::int32_t& met = met_[at(row[a])];
      change += sign > 0 ? met++ : -(--met);
    }
    return change;
  }

  const ScheduleProblem* problem_;
  std::vector<std::int32_t> met_;
  std::vector<std::vector<Vertex>> label_;
  std::vector<std::vector<std::vector<Vertex>>> members_;
  Weight repeats_ = 0;
};

class TabuSearch {
 public:
  TabuSearch(const ScheduleProblem& problem, std::uint64_t seed)
      : problem_(problem),
        random_(seed * 0x9e3779b97f4a7c15ULL + 1),
        schedule_(problem, random_),
        until_(schedule_.rounds(), std::vector<std::int64_t>(at(problem.n) * at(problem.n), 0)) {
    best_ = schedule_.flat();
    fewest_ = schedule_.repeats();
  }

  ScheduleAnswer run(std::int64_t moves, Interrupt& interrupt) {
    ScheduleAnswer answer;
    for (; answer.moves < moves && fewest_ > 0; ++answer.moves) {
      if (answer.moves % 64 == 0 && interrupt.stop()) {
        answer.complete = false;
        break;
      }
      if (answer.moves - since_ > kStalled) restart(answer.moves);
      step(answer.moves);
    }
    answer.label = std::move(best_);
    answer.repeats = fewest_;
    return answer;
  }

 private:
  static constexpr std::int64_t kStalled = 20'000;

  void step(std::int64_t now) {
    const Swap swap = best_swap(now);
    if (swap.round < 0) return;
    schedule_.apply(swap);
    forbid(swap, now);
    if (schedule_.repeats() < local_) {
      local_ = schedule_.repeats();
      since_ = now;
    }
    if (schedule_.repeats() < fewest_) {
      fewest_ = schedule_.repeats();
      best_ = schedule_.flat();
    }
  }

  // The best swap of somebody who meets another again; ties are drawn.
  Swap best_swap(std::int64_t now) {
    Swap best;
    std::size_t ties = 0;
    for (std::size_t r = 0; r < schedule_.rounds(); ++r) {
      for (Vertex i = 0; i < problem_.n; ++i) {
        if (!schedule_.in_conflict(r, i)) continue;
        for (Vertex j = 0; j < problem_.n; ++j) {
          if (schedule_.group(r, i) == schedule_.group(r, j)) continue;
          const Weight change = schedule_.change_of(r, i, j);
          if (best.round >= 0 && change > best.change) continue;
          const bool aspires = schedule_.repeats() + change < fewest_;
          if (until_[r][pair(i, j)] > now && !aspires) continue;
          ties = best.round >= 0 && change == best.change ? ties + 1 : 1;
          if (random_.index(ties) == 0) best = {static_cast<int>(r), i, j, change};
        }
      }
    }
    return best;
  }

  void forbid(const Swap& swap, std::int64_t now) {
    const auto tenure = static_cast<std::int64_t>(4 + random_.index(10 + 2 * schedule_.rounds()));
    auto& until = until_[static_cast<std::size_t>(swap.round)];
    until[pair(swap.i, swap.j)] = until[pair(swap.j, swap.i)] = now + tenure;
  }

  void restart(std::int64_t now) {
    schedule_ = Schedule(problem_, random_);
    for (auto& until : until_) std::fill(until.begin(), until.end(), 0);
    local_ = schedule_.repeats();
    since_ = now;
  }

  std::size_t pair(Vertex i, Vertex j) const { return at(i) * at(problem_.n) + at(j); }

  const ScheduleProblem& problem_;
  Random random_;
  Schedule schedule_;
  std::vector<std::vector<std::int64_t>> until_;  // (rounds)(n * n) move from which a swap is allowed again
  std::vector<Vertex> best_;
  Weight fewest_ = 0;
  Weight local_ = std::numeric_limits<Weight>::max();  // fewest since the last restart
  std::int64_t since_ = 0;
};

}  // namespace

ScheduleAnswer search_schedule(const ScheduleProblem& problem, std::int64_t moves, std::uint64_t seed,
                               Interrupt& interrupt) {
  return TabuSearch(problem, seed).run(moves, interrupt);
}

}  // namespace pairwise
