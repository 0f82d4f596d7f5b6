#include "worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace latchkey::net {

namespace asio = boost::asio;

worker::worker(async::executor where, common& shared, std::size_t connections)
    : common_{shared},
      limit_{connections},
      dog_{where},
      shared_session_{shared.settings.session, shared.pipeline, shared.clock,
                      shared.settings.refused, where,           dog_} {}

void worker::add(async::tcp_acceptor acceptor) {
  doors_.push_back({std::move(acceptor), async::timer{where()}});
}

void worker::start() {
  for (auto& at : doors_) asio::co_spawn(where(), accept(at), asio::detached);
}

async::task<> worker::accept(door& at) {
  while (!draining_) {
    core::error_code error;
    if (count_ >= limit_) {
      at.pause.expires_at(core::steady_time::max());
      co_await at.pause.async_wait(async::use_task_with(error));
      continue;
    }
    async::tcp::endpoint peer;
    auto socket = co_await at.acceptor.async_accept(peer, async::use_task_with(error));
    if (draining_ || !at.acceptor.is_open()) break;
    if (error) {
      // Out of descriptors or memory: trying again at once would only burn the processor.
      at.pause.expires_after(std::chrono::milliseconds{100});
      co_await at.pause.async_wait(async::use_task_with(error));
      continue;
    }
    auto one = std::make_unique<session>(std::move(socket), peer.address().to_string(),
                                         common_.settings.tls.get(), shared_session_);
    sessions_.push_back(*one);
    ++count_;
    common_.open.fetch_add(1, std::memory_order_relaxed);
    asio::co_spawn(where(), run_session(std::move(one)), asio::detached);
  }
}

async::task<> worker::run_session(std::unique_ptr<session> one) {
  co_await one->run();
  one.reset();
  ended();
}

void worker::ended() {
  --count_;
  common_.open.fetch_sub(1, std::memory_order_relaxed);
  for (auto& at : doors_) at.pause.cancel();
  if (count_ == 0 && empty_) std::exchange(empty_, nullptr)();
}

void worker::drain() {
  draining_ = true;
  core::error_code ignored;
  for (auto& at : doors_) {
    at.acceptor.close(ignored);
    at.pause.cancel();
  }
  for (auto& one : sessions_) one.drain();
}

void worker::close_sessions() {
  for (auto& one : sessions_) one.close();
}

void worker::when_empty(std::function<void()> empty) {
  if (count_ == 0) {
    empty();
  } else {
    empty_ = std::move(empty);
  }
}

}  // namespace latchkey::net
