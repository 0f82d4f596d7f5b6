// Clients that begin something and do not end it.
#include "client_faults/bad_client.hpp"

#include <array>
#include <optional>
#include <thread>

namespace latchkey::bench::client_faults {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds step{100};
constexpr milliseconds handshake_timeout{5'000};

// One connection; when the server has ended it, or answered, that was all.
class slow_client : public bad_client {
 public:
  explicit slow_client(const bad_client_options& with) : with_{with} {}

  void act() override {
    if (is_over_) {
      std::this_thread::sleep_for(step);
      return;
    }
    if (!socket_) {
      begin();
      if (is_over_) return;
      begun_ = clock::now();
      ++with_.done->connections;
    }
    go_on();
    if (is_over_) return;
    note_longest(*with_.done, begun_);
    if (socket_->has_ended()) {
      ++with_.done->ended;
      end();
    }
  }

 protected:
  virtual void begin() = 0;
  // Takes `step`.
  virtual void go_on() = 0;

  void connect(bool small = false) { socket_.emplace(with_.port, small); }
  // Over TLS; ends where that fails.
  void connect_tls(bool small = false) {
    connect(small);
    peer_.emplace(tls_version::v1_3);
    if (!peer_->handshake(*socket_, handshake_timeout)) end();
  }
  raw_socket& socket() { return *socket_; }
  tls_peer& peer() { return *peer_; }
  void send(std::string_view text) { send_all(*socket_, peer_->seal(text), step); }

  // Waits a step for an answer; what comes first decides.
  void await_answer(std::string_view right) {
    std::array<char, 4096> piece;
    const auto until = clock::now() + step;
    const auto got = socket_->receive(piece, step);
    text_ += peer_->open({piece.data(), got});
    if (text_.find("\r\n\r\n") != text_.npos) {
      if (text_.starts_with(right)) ++with_.done->answered;
      note_longest(*with_.done, begun_);
      end();
    } else if (!socket_->has_ended()) {
      std::this_thread::sleep_until(until);
    }
  }
  void end() {
    is_over_ = true;
    socket_.reset();
  }

 private:
  bad_client_options with_;
  std::optional<raw_socket> socket_;
  std::optional<tls_peer> peer_;
  std::string text_;
  clock::time_point begun_;
  bool is_over_ = false;
};

class half_handshake final : public slow_client {
 public:
  using slow_client::slow_client;

 private:
  void begin() override {
    connect();
    tls_peer peer{tls_version::v1_3};
    const auto hello = peer.first_flight();
    send_all(socket(), hello.substr(0, hello.size() / 2), step);
  }
  void go_on() override {
    std::array<char, 256> piece;
    socket().receive(piece, step);
  }
};

class slow_head final : public slow_client {
 public:
  using slow_client::slow_client;

 private:
  void begin() override {
    connect_tls();
    send("GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
  }
  void go_on() override {
    send("a");
    await_answer("HTTP/1.1 408 ");
  }
};

class slow_body final : public slow_client {
 public:
  using slow_client::slow_client;

 private:
  void begin() override {
    connect_tls();
    send("POST /notes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
  }
  void go_on() override {
    send("a");
    await_answer("HTTP/1.1 4");
  }
};

// Asks again and again and takes no answer.
class slow_read final : public slow_client {
 public:
  using slow_client::slow_client;

 private:
  void begin() override {
    connect_tls(true);
    // More answers than the system takes for whoever reads none: up to 4 MiB where much has been
    // sent to the same address before.
    constexpr int requests = 5000;
    std::string all;
    for (int i = 0; i < requests; ++i) {
      all += "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }
    send(all);
  }
  void go_on() override { std::this_thread::sleep_for(step); }
};

}  // namespace

std::unique_ptr<bad_client> make_half_handshake(const bad_client_options& with) {
  return std::make_unique<half_handshake>(with);
}

std::unique_ptr<bad_client> make_slow_head(const bad_client_options& with) {
  return std::make_unique<slow_head>(with);
}

std::unique_ptr<bad_client> make_slow_body(const bad_client_options& with) {
  return std::make_unique<slow_body>(with);
}

std::unique_ptr<bad_client> make_slow_read(const bad_client_options& with) {
  return std::make_unique<slow_read>(with);
}

}  // namespace latchkey::bench::client_faults
