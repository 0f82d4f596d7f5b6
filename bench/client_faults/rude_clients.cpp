// Clients that speak something else than HTTP over TLS, or hang up; again and again.
#include "client_faults/bad_client.hpp"

#include <array>
#include <random>
#include <system_error>
#include <thread>

namespace latchkey::bench::client_faults {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds between{50};
constexpr milliseconds answer_timeout{2'000};
constexpr milliseconds handshake_timeout{5'000};

// One connection an act.
class rude_client : public bad_client {
 public:
  explicit rude_client(const bad_client_options& with) : with_{with} {}

  void act() override {
    raw_socket over{with_.port};
    ++with_.done->connections;
    const auto begun = clock::now();
    use(over);
    note_longest(*with_.done, begun);
    std::this_thread::sleep_for(between);
  }

 protected:
  virtual void use(raw_socket& over) = 0;
  client_counters& done() { return *with_.done; }

  // All that comes until the server has ended the connection, or until the timeout.
  std::string read_to_end(raw_socket& over) {
    std::string text;
    std::array<char, 4096> piece;
    const auto until = clock::now() + answer_timeout;
    while (!over.has_ended() && clock::now() < until) {
      text.append(piece.data(), over.receive(piece));
    }
    if (over.has_ended()) ++done().ended;
    return text;
  }

 private:
  bad_client_options with_;
};

class garbage final : public rude_client {
 public:
  using rude_client::rude_client;

 private:
  void use(raw_socket& over) override {
    constexpr std::size_t size = 2000;
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(some_(random_));
    // A record of handshake every other time: so that its content is looked at, too.
    if (some_(random_) % 2 == 0) bytes.replace(0, 5, std::string("\x16\x03\x01\x07\xcb", 5));
    send_all(over, bytes, between);
    ++done().messages;
    read_to_end(over);
  }

  std::minstd_rand random_{std::random_device{}()};
  std::uniform_int_distribution<int> some_{0, 255};
};

class plain_http final : public rude_client {
 public:
  using rude_client::rude_client;

 private:
  void use(raw_socket& over) override {
    send_all(over, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", between);
    ++done().messages;
    if (read_to_end(over).starts_with("HTTP/1.1 400 ")) ++done().answered;
  }
};

class resets final : public rude_client {
 public:
  using rude_client::rude_client;

 private:
  void use(raw_socket& over) override {
    // In turn: behind a part of the first message, behind the handshake, behind a request.
    const auto turn = turn_++ % 3;
    tls_peer peer{tls_version::v1_3};
    if (turn == 0) {
      send_all(over, peer.first_flight().substr(0, 50), between);
    } else if (peer.handshake(over, handshake_timeout) && turn == 2) {
      send_all(over, peer.seal("GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"), between);
    }
    ++done().messages;
    over.reset();
  }

  unsigned turn_ = 0;
};

}  // namespace

std::unique_ptr<bad_client> make_garbage(const bad_client_options& with) {
  return std::make_unique<garbage>(with);
}

std::unique_ptr<bad_client> make_plain_http(const bad_client_options& with) {
  return std::make_unique<plain_http>(with);
}

std::unique_ptr<bad_client> make_resets(const bad_client_options& with) {
  return std::make_unique<resets>(with);
}

}  // namespace latchkey::bench::client_faults
