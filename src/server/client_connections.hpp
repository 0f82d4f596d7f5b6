// The connections of one thread by their clients, for who has to choose one that makes room for
// another: of the client that holds the most, the one that has been idle for longest. Not for a
// bound on what each client may have: client_counts.
#pragma once

#include "client_counts.hpp"

#include <latchkey/core/time.hpp>

#include <boost/intrusive/set.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <utility>

namespace latchkey::server {

// A Connection has waits_since(), which never goes back while it is idle. Nobody tells when that
// changes, which would cost something with every request: what is known of it is brought up to date
// when somebody has to go.
template <class Connection>
class client_connections {
  struct table;
  struct client;

 public:
  // One connection among them, from enter() until it leaves or is destroyed. May outlive the whole.
  class place : public boost::intrusive::set_base_hook<> {
   public:
    place() = default;
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() { leave(); }

    void leave() {
      if (!table_) return;
      table_->leave(*this);
      table_.reset();
    }
    Connection& connection() const { return *one_; }

   private:
    friend class client_connections;
    std::shared_ptr<table> table_;
    client* whose_ = nullptr;
    Connection* one_ = nullptr;
    // It has not been idle for longer than since then.
    core::steady_time no_sooner_;
  };

  // Who goes, if anybody. `unfair`: who comes has more than those that might go.
  struct choice {
    place* leaving = nullptr;
    bool unfair = false;
  };

  // `one` must live until the place has been left.
  void enter(place& at, const client_network& whose, Connection& one) {
    auto& holds = table_->clients.try_emplace(whose, whose).first->second;
    at.whose_ = &holds;
    at.one_ = &one;
    at.no_sooner_ = one.waits_since();
    at.table_ = table_;
    table_->enter(holds, at);
  }

  // Who makes room for one more of `newcomer`. `may_go` says whether a connection can; one for
  // which waits_since() is `now` cannot. Looks at no more than max_looks of them: where many are
  // busy this may find another than the longest idle one, or none at all until it is asked again.
  template <class MayGo>
  choice choose(const client_network& newcomer, core::steady_time now, const MayGo& may_go) {
    auto& order = table_->by_count;
    const auto own = count_of(newcomer);
    place* best = nullptr;
    std::size_t looks = 0;
    for (auto at = order.begin(); at != order.end() && looks < max_looks;) {
      auto& holds = *at;
      // Of those that hold less, and of those that hold the same and whose are idle for less long,
      // nobody has to be asked.
      if (best != nullptr &&
          (holds.open.size() < best->whose_->open.size() || holds.longest() >= best->no_sooner_)) {
        break;
      }
      at = order.erase(at);
      auto* const found = holds.longest_idle(now, may_go, looks);
      order.insert(holds);
      if (found != nullptr && (best == nullptr || found->no_sooner_ < best->no_sooner_)) {
        best = found;
      }
    }
    if (best == nullptr) return {};
    if (best->whose_->open.size() < own) return {nullptr, true};
    return {best, false};
  }

  std::size_t count_of(const client_network& whose) const {
    const auto found = table_->clients.find(whose);
    return found == table_->clients.end() ? 0 : found->second.open.size();
  }

  static constexpr std::size_t max_looks = 512;
  static constexpr std::size_t max_looks_at_one = 64;

 private:
  struct by_time {
    bool operator()(const place& a, const place& b) const { return a.no_sooner_ < b.no_sooner_; }
  };

  struct client : boost::intrusive::set_base_hook<> {
    explicit client(const client_network& of) : network{of} {}

    // Where there is one at all.
    core::steady_time longest() const { return open.begin()->no_sooner_; }

    void put_at(place& one, core::steady_time since) {
      open.erase(open.iterator_to(one));
      one.no_sooner_ = since;
      open.insert(one);
    }

    template <class MayGo>
    place* longest_idle(core::steady_time now, const MayGo& may_go, std::size_t& looks) {
      place* best = nullptr;
      for (std::size_t looked = 0; looked < max_looks_at_one; ++looked) {
        ++looks;
        auto& first = *open.begin();
        if (first.no_sooner_ >= now) break;
        const bool goes = may_go(*first.one_);
        const auto since = goes ? first.one_->waits_since() : now;
        const bool is_longest = goes && since <= first.no_sooner_;
        put_at(first, since);
        if (goes && (best == nullptr || since < best->no_sooner_)) best = &first;
        if (is_longest) break;
      }
      return best;
    }

    client_network network;
    boost::intrusive::multiset<place, boost::intrusive::compare<by_time>> open;
  };

  struct by_most {
    bool operator()(const client& a, const client& b) const {
      if (a.open.size() != b.open.size()) return a.open.size() > b.open.size();
      return a.longest() < b.longest();
    }
  };

  struct table {
    // Ordered: clients choose their addresses, and could make a hash table slow.
    std::map<client_network, client> clients;
    boost::intrusive::multiset<client, boost::intrusive::compare<by_most>> by_count;

    void enter(client& holds, place& at) {
      if (holds.is_linked()) by_count.erase(by_count.iterator_to(holds));
      holds.open.insert(at);
      by_count.insert(holds);
    }
    void leave(place& at) {
      auto& holds = *at.whose_;
      by_count.erase(by_count.iterator_to(holds));
      holds.open.erase(holds.open.iterator_to(at));
      if (holds.open.empty()) {
        clients.erase(clients.find(holds.network));
      } else {
        by_count.insert(holds);
      }
    }
  };

  std::shared_ptr<table> table_ = std::make_shared<table>();
};

}  // namespace latchkey::server
