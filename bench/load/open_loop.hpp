// Requests at a constant rate, however long the responses take: latency counts from the intended
// time of sending, so that a stall of the server shows in it. Not for the highest rate possible:
// that takes a closed loop.
#pragma once

#include "load/connection.hpp"
#include "load/sample.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>

namespace latchkey::bench::load {

struct open_loop_options {
  double per_second = 100;
  core::steady_duration length = std::chrono::seconds{1};
  std::size_t connections = 4;  // requests in flight at most; more wait, and their latency counts
  core::steady_duration timeout = std::chrono::seconds{10};  // of a request, from when it is sent
  // Asked before each request: whether to send no more. Empty: never.
  std::function<bool()> stop;
};

// When request `number` (from 0) should be sent, counted from the start.
core::steady_duration intended_after(std::uint64_t number, double per_second);
// How many requests an order comes to.
std::uint64_t requests_of(const open_loop_options& options);

// Connects, then sends what `next` gives, one after the other, and tells `done` each sample in the
// order of the answers. Runs on `where`, to the last answer.
async::task<> open_loop(async::socket_waits& waits, target to, open_loop_options options,
                        std::function<request()> next, std::function<void(const sample&)> done);

}  // namespace latchkey::bench::load
