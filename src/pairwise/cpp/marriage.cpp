#include "marriage.h"

#include <algorithm>

namespace pairwise {

namespace {

constexpr std::size_t kProposalsPerCheck = 1 << 12;
constexpr std::size_t kFirstWishes = 16, kMostWishes = 1024;  // of a list, each eight times as long as the last

constexpr auto better = [](const Wish& a, const Wish& b) { return a.before(b); };

// The next few wishes of a proposer, best first: most never get far down their list.
struct WishList {
  std::vector<Wish> offers;  // the partner, and what the partner thinks of the proposer: read once, side by side
  std::size_t at = 0, size = kFirstWishes;
  Wish last = Wish::ideal();  // all wishes up to this one have been listed
};

class Market {
 public:
  Market(const Opinions& proposers, const Opinions& received, std::span<const Vertex> proposer_capacity,
         std::span<const Vertex> receiver_capacity)
      : proposers_(proposers),
        received_(received),
        capacity_(receiver_capacity),
        places_(proposer_capacity.begin(), proposer_capacity.end()),
        held_(static_cast<std::size_t>(proposers.columns)),
        lists_(places_.size()),
        bar_(held_.size()) {
    for (std::size_t j = 0; j < bar_.size(); ++j) bar_[j] = capacity_[j] > 0 ? Wish::least() : Wish::ideal();
    for (Vertex i = proposers.rows - 1; i >= 0; --i) {
      if (places_[static_cast<std::size_t>(i)] > 0) looking_.push_back(i);
    }
  }

  void run(Interrupt& interrupt) {
    for (std::size_t proposals = 1; !looking_.empty(); ++proposals) {
      if (proposals % kProposalsPerCheck == 0 && interrupt.stop()) throw Stopped();
      const Vertex i = looking_.back();
      const Wish* const offer = next_offer(i);
      if (!offer) {
        looking_.pop_back();
      } else if (would_hold(offer->partner, {offer->value, i})) {
        hold(offer->partner, {offer->value, i});
      }
    }
  }

  std::vector<std::pair<Vertex, Vertex>> pairs() const {
    std::vector<std::pair<Vertex, Vertex>> found;
    for (std::size_t j = 0; j < held_.size(); ++j) {
      for (const Wish& wish : held_[j]) found.emplace_back(wish.partner, static_cast<Vertex>(j));
    }
    return found;
  }

 private:
  bool is_full(Vertex j) const {
    const auto at = static_cast<std::size_t>(j);
    return held_[at].size() >= static_cast<std::size_t>(capacity_[at]);
  }

  // Once false for a receiver it stays false: receivers only get better offers.
  bool would_hold(Vertex j, const Wish& offer) const {
    return offer.value > Wish::least().value && offer.before(bar_[static_cast<std::size_t>(j)]);
  }

  const Wish* next_offer(Vertex i) {
    WishList& list = lists_[static_cast<std::size_t>(i)];
    if (list.at == list.offers.size() && !refill(i, list)) return nullptr;
    return &list.offers[list.at++];
  }

  bool refill(Vertex i, WishList& list) {
    wishes_.clear();
    for (Vertex j = 0; j < proposers_.columns; ++j) {
      if (!would_hold(j, {received_(i, j), i}) || !proposers_.accepts(i, j)) continue;
      const Wish wish{proposers_(i, j), j};
      if (list.last.before(wish)) wishes_.push_back(wish);
    }
    if (wishes_.size() > list.size) {
      std::nth_element(wishes_.begin(), wishes_.begin() + static_cast<std::ptrdiff_t>(list.size), wishes_.end(), better);
      wishes_.resize(list.size);
    }
    std::sort(wishes_.begin(), wishes_.end(), better);
    list.offers.clear();
    for (const Wish& wish : wishes_) list.offers.push_back({received_(i, wish.partner), wish.partner});
    list.at = 0;
    list.size = std::min(8 * list.size, kMostWishes);
    if (!wishes_.empty()) list.last = wishes_.back();
    return !wishes_.empty();
  }

  // The receiver keeps the best so far, the worst of them on top of the heap.
  void hold(Vertex j, const Wish& offer) {
    auto& held = held_[static_cast<std::size_t>(j)];
    const bool full = is_full(j);
    if (--places_[static_cast<std::size_t>(offer.partner)] == 0) looking_.pop_back();
    if (full) {
      std::pop_heap(held.begin(), held.end(), better);
      const Vertex out = held.back().partner;
      held.pop_back();
      if (places_[static_cast<std::size_t>(out)]++ == 0) looking_.push_back(out);
    }
    held.push_back(offer);
    std::push_heap(held.begin(), held.end(), better);
    if (is_full(j)) bar_[static_cast<std::size_t>(j)] = held.front();
  }

  const Opinions &proposers_, &received_;
  std::span<const Vertex> capacity_;
  std::vector<Vertex> places_;  // how many more partners each proposer wants
  std::vector<std::vector<Wish>> held_;
  std::vector<WishList> lists_;
  std::vector<Wish> bar_;        // what an offer must be before: the worst that a full receiver holds
  std::vector<Vertex> looking_;  // stack of proposers with places; the top one proposes
  std::vector<Wish> wishes_;     // while a list is filled
};

}  // namespace

std::vector<std::pair<Vertex, Vertex>> defer_acceptance(const Opinions& proposers, const Opinions& received,
                                                        std::span<const Vertex> proposer_capacity,
                                                        std::span<const Vertex> receiver_capacity,
                                                        Interrupt& interrupt) {
  Market market(proposers, received, proposer_capacity, receiver_capacity);
  market.run(interrupt);
  return market.pairs();
}

}  // namespace pairwise
