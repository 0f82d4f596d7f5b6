#include "load/when_all.hpp"

#include <latchkey/core/result.hpp>

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace latchkey::bench::load {
namespace {

struct shared {
  explicit shared(async::executor where) : ended{where} {}

  async::timer ended;
  std::size_t open = 0;
  std::exception_ptr first;
};

}  // namespace

async::task<> when_all(async::executor where, std::vector<async::task<>> all) {
  const auto state = std::make_shared<shared>(where);
  state->ended.expires_at(core::steady_time::max());
  state->open = all.size();
  for (auto& one : all) {
    const auto done = [state](const std::exception_ptr& fault) {
      if (fault && !state->first) state->first = fault;
      if (--state->open == 0) state->ended.cancel();
    };
    async::asio::co_spawn(where, std::move(one), done);
  }
  core::error_code ignored;
  if (state->open != 0) co_await state->ended.async_wait(async::use_task_with(ignored));
  if (state->first) std::rethrow_exception(state->first);
}

async::task<> sleep_until(async::executor where, core::steady_time at) {
  async::timer timer{where};
  timer.expires_at(at);
  core::error_code ignored;
  co_await timer.async_wait(async::use_task_with(ignored));
}

async::task<> sleep_for(async::executor where, core::steady_duration length) {
  co_await sleep_until(where, core::steady_time::clock::now() + length);
}

}  // namespace latchkey::bench::load
