#include "load/burst.hpp"

#include "load/when_all.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>
#include <utility>

namespace latchkey::bench::load {
namespace {

using clock = core::steady_time::clock;
using connections = std::vector<std::unique_ptr<connection>>;

constexpr std::size_t handshakes_at_once = 32;

async::task<> open_in_turn(connections& all, std::size_t& next, core::deadline until) {
  while (next < all.size()) {
    auto& one = *all[next++];
    if (const auto error = co_await one.open(until)) {
      throw std::runtime_error{"cannot connect: " + error.message()};
    }
  }
}

struct sending {
  std::size_t started = 0;
  std::function<void()> all_sent;
};

async::task<> send_one(connection& over, std::string_view bytes, core::steady_duration timeout,
                       sample& made, sending& progress, std::size_t of) {
  made.intended = made.sent = clock::now();
  if (++progress.started == of && progress.all_sent) progress.all_sent();
  const core::deadline until{made.sent + timeout};
  const auto got = co_await over.exchange(bytes, until);
  made.answered = clock::now();
  if (got) {
    made.status = got->head.status;
    made.retry_after = got->head.retry_after;
  } else {
    made.error = got.error();
  }
}

}  // namespace

burst::burst(async::socket_waits& waits, const target& to, std::size_t count)
    : where_{waits.where} {
  for (std::size_t i = 0; i < count; ++i) {
    connections_.push_back(std::make_unique<connection>(waits, to));
  }
}

async::task<> burst::open(core::deadline until) {
  std::size_t next = 0;
  std::vector<async::task<>> opening;
  for (std::size_t i = 0; i < std::min(handshakes_at_once, size()); ++i) {
    opening.push_back(open_in_turn(connections_, next, until));
  }
  co_await when_all(where_, std::move(opening));
}

async::task<std::vector<sample>> burst::send(std::vector<std::string_view> requests,
                                             core::steady_duration timeout,
                                             std::function<void()> all_sent) {
  std::vector<sample> samples(size());
  sending progress{0, std::move(all_sent)};
  std::vector<async::task<>> all;
  for (std::size_t i = 0; i < size(); ++i) {
    samples[i].tag = i;
    all.push_back(send_one(*connections_[i], requests[i % requests.size()], timeout, samples[i],
                           progress, size()));
  }
  co_await when_all(where_, std::move(all));
  co_return samples;
}

}  // namespace latchkey::bench::load
