// Many requests sent at the same moment, each over its own connection. Not for rates.
#pragma once

#include "load/connection.hpp"
#include "load/sample.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace latchkey::bench::load {

// Connections that are opened first and used later. Lives on one executor.
class burst {
 public:
  // `waits` must outlive it.
  burst(async::socket_waits& waits, const target& to, std::size_t connections);

  // Connects all of them, at most 32 handshakes at a time.
  // Throws std::runtime_error if one cannot be had by `until`.
  async::task<> open(core::deadline until);

  // Sends one request over each at once, `requests` in turn (not empty), and waits for every
  // answer. `all_sent` is called once the last one is on its way; may be empty.
  async::task<std::vector<sample>> send(std::vector<std::string_view> requests,
                                        core::steady_duration timeout,
                                        std::function<void()> all_sent = {});

  std::size_t size() const { return connections_.size(); }

 private:
  async::executor where_;
  std::vector<std::unique_ptr<connection>> connections_;
};

}  // namespace latchkey::bench::load
