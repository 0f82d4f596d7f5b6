#include "edge/client.hpp"

#include <utility>

namespace latchkey::bench::edge {
namespace {

constexpr std::size_t piece_bytes = std::size_t{16} * 1024;

// An upstream's flood of interim heads may be passed on: that is to be seen, not refused here.
http1::response_limits wide_limits() {
  constexpr std::size_t large = std::size_t{64} << 20;
  http1::response_limits made;
  made.head = {large, large, 10'000};
  made.interim = 1'000'000;
  made.interim_bytes = large;
  return made;
}

}  // namespace

client::client(async::socket_waits& waits, load::target to) : waits_{waits}, to_{std::move(to)} {}

async::task<core::error_code> client::open(core::deadline until) {
  close();
  auto made = net::transport::connect(to_.where, waits_);
  if (made.has_error()) co_return made.error();
  auto transport = std::move(*made);
  transport->read_until(until);
  transport->write_until(until);
  if (const auto error = co_await transport->connected()) co_return error;
  if (to_.tls) {
    const auto error = co_await transport->handshake(*to_.tls, to_.host);
    if (error) co_return error;
  }
  transport_ = std::move(transport);
  co_return core::error_code{};
}

bool client::is_open() {
  return transport_ && transport_->check_idle() == net::transport::idle_state::open;
}

async::task<core::error_code> client::write(std::string_view bytes, core::deadline until) {
  transport_->write_until(until);
  co_return co_await transport_->write(bytes);
}

async::task<core::result<std::size_t>> client::read_some(std::span<char> into,
                                                         core::deadline until) {
  transport_->read_until(until);
  co_return co_await transport_->read_some(into);
}

async::task<answer> client::read_answer(core::deadline until, http1::request_facts asked) {
  using event = http1::response_reader::event;
  answer made;
  http1::response_reader reader{wide_limits(), asked};
  std::size_t used = 0;  // of arrived_
  for (;;) {
    auto step = reader.next(std::span{arrived_}.subspan(used));
    if (step.has_error()) break;
    used += step->consumed;
    made.body.append(step->data);
    if (step->what == event::head) {
      made.status = reader.head().status;
      made.keep_alive = reader.head().keep_alive;
    }
    if (step->what == event::end) {
      made.whole = true;
      break;
    }
    if (step->what != event::more) continue;
    arrived_.erase(arrived_.begin(), arrived_.begin() + static_cast<std::ptrdiff_t>(used));
    used = 0;
    const auto had = arrived_.size();
    arrived_.resize(had + piece_bytes);
    const auto got = co_await read_some(std::span{arrived_}.subspan(had), until);
    arrived_.resize(had + (got.has_error() ? 0 : *got));
    if (got.has_value() && *got > 0) continue;
    made.timed_out = until.passed(core::steady_time::clock::now());
    const auto how = got.has_error() ? http1::connection_end::cut : http1::connection_end::clean;
    const auto last = reader.finish(how);
    made.whole = last.has_value() && last->what == event::end;
    made.keep_alive = false;
    break;
  }
  arrived_.erase(arrived_.begin(), arrived_.begin() + static_cast<std::ptrdiff_t>(used));
  co_return made;
}

async::task<answer> client::exchange(std::string_view request, core::deadline until) {
  if (!is_open()) {
    if (co_await open(until)) co_return answer{};
  }
  // An answer may have come although not all could be written.
  [[maybe_unused]] const auto failed = co_await write(request, until);
  auto made = co_await read_answer(until);
  if (!made.whole || !made.keep_alive) close();
  co_return made;
}

void client::close() {
  if (transport_ && transport_->tls() != nullptr) transport_->end_writing();
  transport_.reset();
  arrived_.clear();
}

void client::reset() {
  if (transport_) transport_->reset();
  transport_.reset();
  arrived_.clear();
}

}  // namespace latchkey::bench::edge
