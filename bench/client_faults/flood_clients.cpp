// Clients that keep TLS busy and never ask for anything.
#include "client_faults/bad_client.hpp"

#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace latchkey::bench::client_faults {
namespace {

using std::chrono::milliseconds;

// Made beforehand and sent as fast as the server takes them, so that it is the server which works;
// afterwards so many at a time, twenty times a second, lest the clients take the machine.
constexpr std::size_t key_updates_full = 30'000;
constexpr std::size_t key_updates_quick = 20'000;
// A server has far less to do for each of them.
constexpr std::size_t hellos_full = 150'000;
constexpr std::size_t hellos_quick = 100'000;
constexpr std::size_t at_a_time = 100;
constexpr milliseconds between{50};
// Where the server has ended it: another connection after a while.
constexpr milliseconds before_another{250};
constexpr milliseconds handshake_timeout{5'000};

class flood : public bad_client {
 public:
  flood(const bad_client_options& with, std::size_t burst) : with_{with}, burst_{burst} {}

  void prepare() override {
    if (!is_connected() && !connect()) return;
    append(burst_);
  }

  void act() override {
    if (!is_connected()) {
      std::this_thread::sleep_for(before_another);
      if (!connect()) return;
    }
    if (unsent_.empty()) append(at_a_time);
    const auto until = std::chrono::steady_clock::now() + between;
    while (!unsent_.empty() && !socket_->has_ended() && std::chrono::steady_clock::now() < until) {
      const auto sent = socket_->send(std::string_view{unsent_}.substr(sent_));
      sent_ += sent;
      if (sent_ == unsent_.size()) clear();
      // Otherwise the server could not write its own, and would wait.
      socket_->drop_received();
    }
    if (socket_->has_ended()) {
      ++with_.done->ended;
      socket_.reset();
    } else if (unsent_.empty()) {
      std::this_thread::sleep_until(until);
    }
  }

 protected:
  // Behind the handshake over that socket: false where there was none.
  virtual bool begin(raw_socket& over) = 0;
  virtual std::string next_message() = 0;

 private:
  bool is_connected() const { return socket_.has_value(); }

  bool connect() {
    clear();
    try {
      socket_.emplace(with_.port);
    } catch (const std::system_error&) {
      return false;
    }
    if (begin(*socket_)) {
      ++with_.done->connections;
      return true;
    }
    socket_.reset();
    return false;
  }

  void append(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) unsent_ += next_message();
    with_.done->messages += count;
  }

  void clear() {
    unsent_.clear();
    sent_ = 0;
  }

  bad_client_options with_;
  std::size_t burst_;
  std::optional<raw_socket> socket_;
  std::string unsent_;
  std::size_t sent_ = 0;  // of it
};

class key_updates final : public flood {
 public:
  explicit key_updates(const bad_client_options& with)
      : flood{with, with.quick ? key_updates_quick : key_updates_full} {}

 private:
  bool begin(raw_socket& over) override {
    peer_.emplace(tls_version::v1_3);
    return peer_->handshake(over, handshake_timeout);
  }
  std::string next_message() override { return peer_->key_update(); }

  std::optional<tls_peer> peer_;
};

class renegotiation final : public flood {
 public:
  explicit renegotiation(const bad_client_options& with)
      : flood{with, with.quick ? hellos_quick : hellos_full} {}

 private:
  bool begin(raw_socket& over) override {
    tls_peer peer{tls_version::v1_2};
    if (!peer.handshake(over, handshake_timeout)) return false;
    writer_.emplace(peer);
    return true;
  }
  std::string next_message() override { return writer_->client_hello(); }

  std::optional<tls12_writer> writer_;
};

}  // namespace

std::unique_ptr<bad_client> make_key_updates(const bad_client_options& with) {
  return std::make_unique<key_updates>(with);
}

std::unique_ptr<bad_client> make_renegotiation(const bad_client_options& with) {
  return std::make_unique<renegotiation>(with);
}

}  // namespace latchkey::bench::client_faults
