// A store under test, of either kind, with coroutines run to their end. Not for tests of one kind.
#pragma once

#include "support/run.hpp"

#include <latchkey/async/io_pool.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/store/errc.hpp>
#include <latchkey/store/note_id.hpp>
#include <latchkey/store/note_store.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace latchkey::store {

using namespace std::chrono_literals;

// Enough on a machine that is ten times slower.
inline core::deadline soon() {
  return core::deadline{std::chrono::steady_clock::now() + 60s};
}

inline note made_note(unsigned number, std::string title = "a title") {
  const core::wall_time when{1'700'000'000s + std::chrono::milliseconds{number}};
  return {make_note_id(when, 1, number), {std::move(title), "a text"}, when, when, 1000 + number};
}

// The calls of a store as functions, made on the thread of a pool.
class store_bench {
 public:
  void use(std::unique_ptr<note_store> one) { store_ = std::move(one); }
  void end() { store_.reset(); }
  note_store& store() { return *store_; }

  core::result<note_page> list(const owner& whose, std::string after = {}, std::size_t limit = 20) {
    return support::run_until_done(io_, store_->list(whose, std::move(after), limit, soon()));
  }
  core::result<note> find(const owner& whose, const std::string& id) {
    return support::run_until_done(io_, store_->find(whose, id, soon()));
  }
  core::error_code add(const owner& whose, const note& made, core::deadline until = soon()) {
    return support::run_until_done(io_, store_->add(whose, made, until));
  }
  core::result<note> replace(const owner& whose, const std::string& id, note_change to,
                             condition when = {}) {
    return support::run_until_done(
        io_, store_->replace(whose, id, std::move(to), std::move(when), soon()));
  }
  core::error_code remove(const owner& whose, const std::string& id, condition when = {}) {
    return support::run_until_done(io_, store_->remove(whose, id, std::move(when), soon()));
  }

  async::io_pool& pool() { return pool_; }
  async::asio::io_context& io() { return io_; }

 private:
  async::io_pool pool_{1};
  async::io_pool::thread_scope here_{pool_, 0};
  async::asio::io_context& io_ = pool_.context(0);
  std::unique_ptr<note_store> store_;
};

}  // namespace latchkey::store
