#include "postgres_pool.hpp"

#include <latchkey/store/errc.hpp>
#include <latchkey/store/postgres_store.hpp>
#include <latchkey/store/settings.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

namespace latchkey::store {
namespace {

class postgres_store final : public note_store {
 public:
  postgres_store(pool_terms terms, async::io_pool& threads, tell_event tell)
      : shared_{std::make_shared<shared_parts>(std::move(terms), std::move(tell))},
        threads_{threads} {
    for (std::size_t i = 0; i < threads.size(); ++i) {
      pools_.push_back(
          std::make_shared<postgres_pool>(threads.at(i), shared_->terms, shared_->states));
    }
  }
  // Each pool ends on its own thread, unless that runs no more: then nobody else touches it, and
  // nothing posted would be done.
  ~postgres_store() override {
    for (std::size_t i = 0; i < pools_.size(); ++i) {
      auto home = threads_.at(i);
      if (home.context().stopped()) continue;
      async::asio::post(home, [with = shared_, gone = std::move(pools_[i])] {});
    }
  }
  postgres_store(const postgres_store&) = delete;
  postgres_store& operator=(const postgres_store&) = delete;

  async::task<core::result<note_page>> list(owner whose, std::string after, std::size_t limit,
                                            core::deadline until) override {
    const auto taken = co_await take(until);
    if (taken.has_error()) co_return taken.error();
    auto page = co_await list_notes(***taken, std::move(whose), std::move(after), limit, until);
    co_return noted(call_kind::reading, std::move(page), ***taken);
  }
  async::task<core::result<note>> find(owner whose, std::string id, core::deadline until) override {
    const auto taken = co_await take(until);
    if (taken.has_error()) co_return taken.error();
    auto found = co_await find_note(***taken, std::move(whose), std::move(id), until);
    co_return noted(call_kind::reading, std::move(found), ***taken);
  }
  async::task<core::error_code> add(owner whose, note made, core::deadline until) override {
    const auto taken = co_await take(until);
    if (taken.has_error()) co_return taken.error();
    const auto error = co_await add_note(***taken, std::move(whose), std::move(made), until);
    here()->note(call_kind::changing, error, ***taken);
    co_return error;
  }
  async::task<core::result<note>> replace(owner whose, std::string id, note_change to,
                                          condition when, core::deadline until) override {
    const auto taken = co_await take(until);
    if (taken.has_error()) co_return taken.error();
    auto changed = co_await replace_note(***taken, std::move(whose), std::move(id), std::move(to),
                                         std::move(when), until);
    co_return noted(call_kind::changing, std::move(changed), ***taken);
  }
  async::task<core::error_code> remove(owner whose, std::string id, condition when,
                                       core::deadline until) override {
    const auto taken = co_await take(until);
    if (taken.has_error()) co_return taken.error();
    const auto error =
        co_await remove_note(***taken, std::move(whose), std::move(id), std::move(when), until);
    here()->note(call_kind::changing, error, ***taken);
    co_return error;
  }

  void tell_unavailable(const std::string& why) {
    shared_->states.connections.is("unavailable", why);
  }

  gauges now() const override {
    gauges sum;
    for (const auto& one : pools_) one->add_to(sum);
    return sum;
  }

 private:
  // Outlives the pools, which may outlive the store.
  struct shared_parts {
    shared_parts(pool_terms with, const tell_event& tell)
        : terms{std::move(with)}, states{tell, terms.clock} {}
    pool_terms terms;
    pool_states states;
  };

  // Null for a thread of none.
  postgres_pool* here() const {
    const auto caller = async::io_pool::calling_thread();
    return caller.pool == &threads_ ? pools_[caller.index].get() : nullptr;
  }

  async::task<core::result<std::unique_ptr<postgres_pool::lease>>> take(core::deadline until) {
    auto* const mine = here();
    if (mine == nullptr) throw std::logic_error{"a store is asked on a thread that is not its own"};
    return mine->take(until);
  }

  template <class T>
  core::result<T> noted(call_kind kind, core::result<T> outcome, postgres_connection& on) const {
    here()->note(kind, outcome.has_error() ? outcome.error() : core::error_code{}, on);
    return outcome;
  }

  std::shared_ptr<shared_parts> shared_;
  async::io_pool& threads_;
  std::vector<std::shared_ptr<postgres_pool>> pools_;
};

// On a context of its own: the caller's thread runs none.
schema_outcome ask_once(const pool_terms& terms, std::chrono::milliseconds timeout) {
  async::asio::io_context alone;
  schema_outcome outcome;
  std::exception_ptr thrown;
  const core::deadline until{terms.clock.steady() + timeout};
  const auto ask = [&]() -> async::task<> {
    auto made = co_await make_connection(terms, until);
    outcome = std::move(made.outcome);
  };
  async::asio::co_spawn(alone, ask(), [&](std::exception_ptr failure) { thrown = failure; });
  alone.run();
  if (thrown) std::rethrow_exception(thrown);
  return outcome;
}

}  // namespace

std::unique_ptr<note_store> open_postgres_store(const postgres_settings& how,
                                                async::io_pool& threads, core::clock clock,
                                                net::resolver names, tell_event tell) {
  // A little before the caller does, so that the connection goes on.
  pool_terms terms{options_for(how.uri), std::move(names),
                   how.connections,      how.queue,
                   std::move(clock),     how.timeout - how.timeout / 10};
  const auto outcome = ask_once(terms, how.timeout);
  if (outcome.refused || (outcome.error && how.must_answer))
    throw std::runtime_error{shown_store(how.uri) + ": " + outcome.why};
  auto made = std::make_unique<postgres_store>(std::move(terms), threads, std::move(tell));
  if (outcome.error) made->tell_unavailable(outcome.why);
  return made;
}

}  // namespace latchkey::store
