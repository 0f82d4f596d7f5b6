// A misbehaving client, driven step by step, and the counters of all clients of a kind. Not for
// judging the server.
#pragma once

#include "client_faults/tls_peer.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace latchkey::bench::client_faults {

// Counted by all clients of a row, each on a thread of its own.
struct client_counters {
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> ended{0};      // of them, by the server
  std::atomic<std::uint64_t> answered{0};   // of them, with the answer that is right
  std::atomic<std::uint64_t> messages{0};   // of the kind that the row is about
  std::atomic<std::int64_t> longest_ms{0};  // that one lived, or waited for its answer
};

// Lives on one thread.
class bad_client {
 public:
  bad_client() = default;
  virtual ~bad_client() = default;
  bad_client(const bad_client&) = delete;
  bad_client& operator=(const bad_client&) = delete;

  // Preparation that takes long and does not load the server: called before act(), and again before
  // the server is told to end.
  virtual void prepare() {}
  // One step of its misbehaviour, about 0.1 s.
  virtual void act() = 0;
};

struct bad_client_options {
  std::uint16_t port = 0;
  bool quick = false;
  client_counters* done = nullptr;
};
using make_client = std::function<std::unique_ptr<bad_client>(const bad_client_options&)>;

// The kinds.
std::unique_ptr<bad_client> make_key_updates(const bad_client_options& with);
std::unique_ptr<bad_client> make_renegotiation(const bad_client_options& with);
std::unique_ptr<bad_client> make_half_handshake(const bad_client_options& with);
std::unique_ptr<bad_client> make_slow_head(const bad_client_options& with);
std::unique_ptr<bad_client> make_slow_body(const bad_client_options& with);
std::unique_ptr<bad_client> make_slow_read(const bad_client_options& with);
std::unique_ptr<bad_client> make_garbage(const bad_client_options& with);
std::unique_ptr<bad_client> make_plain_http(const bad_client_options& with);
std::unique_ptr<bad_client> make_resets(const bad_client_options& with);

// How long something has taken, where it is more than any before it.
void note_longest(client_counters& done, std::chrono::steady_clock::time_point since);

}  // namespace latchkey::bench::client_faults
