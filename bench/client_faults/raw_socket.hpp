// A blocking socket of a misbehaving client whose calls return within 50 ms, so that its thread can
// always be stopped. Not for well-behaved clients: that is load/connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace latchkey::bench::client_faults {

class raw_socket {
 public:
  // What a call takes at most.
  static constexpr std::chrono::milliseconds max_wait{50};

  // To that port of 127.0.0.1. `small`: it takes in as little at a time as the system permits.
  // Throws std::system_error where no connection can be made.
  explicit raw_socket(std::uint16_t port, bool small = false);
  ~raw_socket();
  raw_socket(const raw_socket&) = delete;
  raw_socket& operator=(const raw_socket&) = delete;

  // How much has gone; 0 where nothing went in time, or the connection has ended.
  std::size_t send(std::string_view bytes);
  // The same of what comes: what is there at once, or comes within `wait`.
  std::size_t receive(std::span<char> into, std::chrono::milliseconds wait = max_wait);
  // Throws away what is there.
  void drop_received();
  // The peer has ended it.
  bool has_ended() const { return ended_; }
  // It is used no more; when the object goes, the peer is told of a reset.
  void reset();

 private:
  int socket_;
  bool ended_ = false;
};

// Sends all of it unless the connection ends, or it takes longer than `wait`.
bool send_all(raw_socket& to, std::string_view bytes, std::chrono::milliseconds wait);

}  // namespace latchkey::bench::client_faults
