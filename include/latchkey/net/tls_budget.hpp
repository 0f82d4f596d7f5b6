// What a TLS connection may take off its socket: within one call of OpenSSL, which goes on reading
// for as long as handshake messages come, and before application data has to follow. Not for
// deadlines: those are transport's.
#pragma once

#include <cstddef>

namespace latchkey::net {

// OpenSSL's calls ask may_read() before each read of the socket. Where it says no, the call returns
// as if nothing had come, and whoever made it lets others run before the next.
class tls_budget {
 public:
  static constexpr unsigned reads_a_call = 16;
  static constexpr std::size_t bytes_a_call = std::size_t{32} * 1024;
  // A handshake has up to five messages, and who renews its keys sends one in hours.
  static constexpr unsigned messages_without_data = 32;
  // Above one whole record and what may be read together with it.
  static constexpr std::size_t bytes_without_data = std::size_t{64} * 1024;

  void begin_call() {
    reads_ = 0;
    bytes_ = 0;
    cut_short_ = false;
  }
  bool may_read() {
    cut_short_ = reads_ == reads_a_call || bytes_ >= bytes_a_call || flooded();
    return !cut_short_;
  }
  void has_read(std::size_t bytes) {
    ++reads_;
    bytes_ += bytes;
    bytes_waste_ += bytes;
  }
  // A handshake message came.
  void message() { ++messages_; }
  // Application data came, or the handshake is done.
  void data() {
    messages_ = 0;
    bytes_waste_ = 0;
  }

  // The call was ended before it had read all that there may be.
  bool cut_short() const { return cut_short_; }
  // Handshake messages since the last data.
  unsigned messages() const { return messages_; }
  // The peer keeps the connection busy with nothing: to be closed.
  bool flooded() const {
    return messages_ > messages_without_data || bytes_waste_ > bytes_without_data;
  }

 private:
  unsigned reads_ = 0;
  unsigned messages_ = 0;
  std::size_t bytes_ = 0;
  std::size_t bytes_waste_ = 0;
  bool cut_short_ = false;
};

}  // namespace latchkey::net
